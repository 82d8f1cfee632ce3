// Windows' upper-case table as runs ([MS-UCODEREF] 3.1.5.3). tools/make_upcase_table.py makes it.
#pragma once

#include <array>
#include <cstdint>
#include <span>

namespace opensspi {

// The units first, first + stride, … last each map to themselves plus delta.
struct UpcaseRun {
  std::uint16_t first;
  std::uint16_t last;
  std::uint16_t stride;
  std::int32_t delta;
};

// In ascending order, apart from each other.
[[nodiscard]] std::span<const UpcaseRun> upcase_runs() noexcept;

}  // namespace opensspi
