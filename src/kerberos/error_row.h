// Tables of what libkrb5's codes mean to a person.
#pragma once

#include <algorithm>
#include <cstdint>
#include <span>

#include "base/result.h"

namespace opensspi::kerberos {

struct ErrorRow {
  std::int32_t code;
  Status status;
  const char* why;
  std::uint32_t nt_status = 0;
};

// Null when the table does not have the code.
[[nodiscard]] inline const ErrorRow* find(std::span<const ErrorRow> rows, std::int32_t code) {
  const auto row = std::ranges::find(rows, code, &ErrorRow::code);
  return row != rows.end() ? &*row : nullptr;
}

}  // namespace opensspi::kerberos
