// Names and sentences for status codes, out of the tables status_codes.inc and nt_status_codes.inc.
#pragma once

#include <cstdint>

namespace opensspi::abi {

struct StatusWords {
  const char* name;
  const char* text;
};

[[nodiscard]] StatusWords words_of_status(std::uint32_t status) noexcept;
[[nodiscard]] StatusWords words_of_nt_status(std::uint32_t nt_status) noexcept;

}  // namespace opensspi::abi
