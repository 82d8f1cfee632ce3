// Byte sequences: the vocabulary in which every other room talks about the wire.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

namespace opensspi {

using Bytes = std::vector<std::uint8_t>;
using ByteView = std::span<const std::uint8_t>;
using ByteSpan = std::span<std::uint8_t>;

// Whether two byte strings are the same, in time that depends on their lengths only.
// The one way to compare authenticators.
[[nodiscard]] bool equal(ByteView a, ByteView b) noexcept;

inline ByteView view(std::string_view text) noexcept {
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

inline Bytes copy(ByteView bytes) { return {bytes.begin(), bytes.end()}; }

inline void append(Bytes& to, ByteView bytes) { to.insert(to.end(), bytes.begin(), bytes.end()); }

}  // namespace opensspi
