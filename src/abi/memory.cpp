// The register of living blocks, in shards so that threads seldom meet.
#include "abi/memory.h"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <mutex>
#include <new>
#include <unordered_map>

#include "base/secret.h"

namespace opensspi::abi {
namespace {

struct Shard {
  std::mutex mutex;
  std::unordered_map<const void*, std::size_t> sizes;
};

Shard& shard_of(const void* pointer) {
  // Never destroyed: blocks may be released while the process ends.
  static auto& shards = *new std::array<Shard, 16>;
  return shards[(reinterpret_cast<std::uintptr_t>(pointer) >> 5) % shards.size()];
}

}  // namespace

void* allocate_block(std::size_t size) {
  std::unique_ptr<void, decltype(&std::free)> block(std::calloc(1, std::max<std::size_t>(size, 1)),
                                                    std::free);
  if (block == nullptr) throw std::bad_alloc();
  Shard& shard = shard_of(block.get());
  const std::lock_guard lock(shard.mutex);
  shard.sizes.emplace(block.get(), size);
  return block.release();
}

bool free_block(void* pointer) noexcept {
  Shard& shard = shard_of(pointer);
  std::size_t size = 0;
  {
    const std::lock_guard lock(shard.mutex);
    const auto found = shard.sizes.find(pointer);
    if (found == shard.sizes.end()) return false;
    size = found->second;
    shard.sizes.erase(found);
  }
  erase({static_cast<std::uint8_t*>(pointer), size});
  std::free(pointer);
  return true;
}

Block<std::uint8_t> copy_to_block(ByteView bytes) {
  auto block = make_block<std::uint8_t>(bytes.size());
  std::copy(bytes.begin(), bytes.end(), block.get());
  return block;
}

}  // namespace opensspi::abi
