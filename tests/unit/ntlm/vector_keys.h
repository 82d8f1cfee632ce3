// Fixed-size values out of vector files.
#pragma once

#include <algorithm>
#include <array>
#include <string>

#include "ntlm/keys.h"
#include "support/vectors.h"

namespace opensspi::test {

template <std::size_t N>
std::array<std::uint8_t, N> array_of(Vectors& vectors, std::string_view name) {
  const Bytes bytes = vectors.bytes(name);
  EXPECT_EQ(bytes.size(), N) << name;
  std::array<std::uint8_t, N> out{};
  std::copy_n(bytes.begin(), std::min(N, bytes.size()), out.begin());
  return out;
}

inline ntlm::Key key_of(Vectors& vectors, std::string_view name) {
  return ntlm::Key(array_of<16>(vectors, name));
}

inline std::string hex(const ntlm::Key& key) {
  return to_hex(key.expose());
}

}  // namespace opensspi::test
