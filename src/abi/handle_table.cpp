// The slots and their one atomic word.
#include "abi/handle_table.h"

#include <bit>

namespace opensspi::abi {
namespace {

// Half of a ticket's lower word is the index, half the generation: 32 and 32 bits on a 64-bit
// machine, 16 and 16 on a 32-bit one.
constexpr unsigned kHalf = sizeof(std::uintptr_t) * 4;
constexpr std::uintptr_t kHalfMask = (std::uintptr_t{1} << kHalf) - 1;

constexpr std::uint64_t kLive = std::uint64_t{1} << 31;
constexpr std::uint64_t kPins = kLive - 1;

constexpr std::uint32_t generation_of(std::uint64_t state) {
  return static_cast<std::uint32_t>(state >> 32);
}
constexpr std::uint64_t state_of(std::uint32_t generation, std::uint64_t rest) {
  return std::uint64_t{generation} << 32 | rest;
}
constexpr bool is_dead(std::uint64_t state) {
  return (state & (kLive | kPins)) == 0;
}

}  // namespace

// `nonce` and `entry` are written while nobody can pin, and read under a pin.
struct alignas(64) HandleTable::Slot {
  std::atomic<std::uint64_t> state{0};
  std::uintptr_t nonce = 0;
  std::unique_ptr<Entry> entry;
  std::uint32_t next_free = kNoSlot;  // under the table's mutex
};

HandleTable::~HandleTable() {
  for (auto& segment : segments_) delete[] segment.load();
}

Result<Ticket> HandleTable::insert(std::unique_ptr<Entry> entry) {
  std::uintptr_t nonce = 0;
  TRY(random_({reinterpret_cast<std::uint8_t*>(&nonce), sizeof nonce}));
  const std::uint32_t index = take_free_slot();
  if (index == kNoSlot) return fail(Status::InsufficientMemory, "too many handles are open");

  Slot& slot = *find(index);
  slot.nonce = nonce;
  slot.entry = std::move(entry);
  const std::uint32_t generation = generation_of(slot.state.load(std::memory_order_relaxed));
  slot.state.store(state_of(generation, kLive), std::memory_order_release);
  return Ticket{index | (generation & kHalfMask) << kHalf, nonce};
}

Entry* HandleTable::object(const Slot& slot) {
  return slot.entry.get();
}

HandleTable::Slot* HandleTable::find(std::size_t index) const {
  const std::size_t number = index / kFirstSegment + 1;  // 1; 2, 3; 4 to 7; …
  const auto segment = static_cast<std::size_t>(std::bit_width(number)) - 1;
  if (segment >= kSegments) return nullptr;
  Slot* slots = segments_[segment].load(std::memory_order_acquire);
  const std::size_t first = kFirstSegment * ((std::size_t{1} << segment) - 1);
  return slots != nullptr ? slots + (index - first) : nullptr;
}

std::pair<HandleTable::Slot*, std::uint32_t> HandleTable::pin_slot(const Ticket& ticket,
                                                                   Kind kind) {
  const auto index = static_cast<std::uint32_t>(ticket.lower & kHalfMask);
  Slot* slot = find(index);
  if (slot == nullptr) return {nullptr, 0};
  std::uint64_t state = slot->state.load(std::memory_order_relaxed);
  do {
    if ((state & kLive) == 0 || (generation_of(state) & kHalfMask) != ticket.lower >> kHalf)
      return {nullptr, 0};
  } while (!slot->state.compare_exchange_weak(state, state + 1, std::memory_order_acquire,
                                              std::memory_order_relaxed));
  if (slot->nonce != ticket.upper || slot->entry->kind() != kind) {
    unpin(*slot, index);
    return {nullptr, 0};
  }
  return {slot, index};
}

bool HandleTable::close_slot(const Ticket& ticket, Kind kind) {
  const auto [slot, index] = pin_slot(ticket, kind);
  if (slot == nullptr) return false;
  const bool was_live = (slot->state.fetch_and(~kLive, std::memory_order_acq_rel) & kLive) != 0;
  unpin(*slot, index);
  return was_live;  // of two threads that close one ticket, one is told that it was too late
}

void HandleTable::unpin(Slot& slot, std::uint32_t index) {
  const std::uint64_t state = slot.state.fetch_sub(1, std::memory_order_acq_rel) - 1;
  if (is_dead(state)) give_back(slot, index);
}

// Marks the slot as taken by nobody but the caller: it is neither live nor on the free list.
std::uint32_t HandleTable::take_free_slot() {
  const std::lock_guard lock(mutex_);
  if (first_free_ == kNoSlot) {
    const auto segment =
        static_cast<std::size_t>(std::bit_width(num_slots_ / kFirstSegment + 1) - 1);
    if (segment >= kSegments || num_slots_ >= kHalfMask) return kNoSlot;
    const std::size_t size = kFirstSegment << segment;
    auto* slots = new Slot[size];
    for (std::size_t i = 0; i + 1 < size; ++i)
      slots[i].next_free = num_slots_ + static_cast<std::uint32_t>(i) + 1;
    segments_[segment].store(slots, std::memory_order_release);
    first_free_ = num_slots_;
    num_slots_ += static_cast<std::uint32_t>(size);
  }
  const std::uint32_t index = first_free_;
  first_free_ = find(index)->next_free;
  return index;
}

void HandleTable::give_back(Slot& slot, std::uint32_t index) {
  slot.entry.reset();
  const std::uint32_t generation = generation_of(slot.state.load(std::memory_order_relaxed)) + 1;
  slot.state.store(state_of(generation, 0), std::memory_order_release);
  const std::lock_guard lock(mutex_);
  slot.next_free = first_free_;
  first_free_ = index;
}

}  // namespace opensspi::abi
