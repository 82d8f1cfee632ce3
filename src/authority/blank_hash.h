// Hashes that open the door to everybody.
#pragma once

#include <array>
#include <cstdint>

#include "base/bytes.h"
#include "sspi/identity.h"

namespace opensspi::authority {

// A hash that nobody filled in.
inline bool is_zero(const NtHash& hash) {
  return equal(hash.expose(), NtHash().expose());
}

// Of the empty password, or none: what dumps of other machines have for accounts without a
// password.
inline bool is_blank(const NtHash& hash) {
  constexpr std::array<std::uint8_t, 16> kEmptyPassword = {0x31, 0xD6, 0xCF, 0xE0, 0xD1, 0x6A,
                                                           0xE9, 0x31, 0xB7, 0x3C, 0x59, 0xD7,
                                                           0xE0, 0xC0, 0x89, 0xC0};
  return is_zero(hash) || equal(hash.expose(), kEmptyPassword);
}

}  // namespace opensspi::authority
