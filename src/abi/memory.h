// The blocks that callers release with FreeContextBuffer (and opensspi_free): known by address, so
// that a pointer which is not one of ours, or no longer, is refused; erased when they go.
#pragma once

#include <cstddef>
#include <memory>

#include "base/bytes.h"

namespace opensspi::abi {

// Zero-filled, aligned for any type; throws bad_alloc. Never NULL, also for size 0.
[[nodiscard]] void* allocate_block(std::size_t size);
// False when `pointer` is no living block.
bool free_block(void* pointer) noexcept;

struct BlockFree {
  void operator()(void* pointer) const noexcept { free_block(pointer); }
};
// A block until it is handed to the caller.
template <class T>
using Block = std::unique_ptr<T, BlockFree>;

template <class T>
Block<T> make_block(std::size_t size = sizeof(T)) {
  return Block<T>(static_cast<T*>(allocate_block(size)));
}

// A block with these contents.
[[nodiscard]] Block<std::uint8_t> copy_to_block(ByteView bytes);

}  // namespace opensspi::abi
