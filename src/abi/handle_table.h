// Tickets instead of pointers: what a CredHandle or CtxtHandle really holds.
//
// A ticket is the index of a slot, the generation of the slot, and random bits. A lookup pins the
// object, so an object that one thread frees lives on until the last call on it has ended. Copied,
// stale, forged, zeroed and wrong-kind tickets are all refused the same way. Lookups take no lock;
// slots never move.
//
// A slot's state is one atomic word:
//   [63..32] generation   [31] live   [30..0] pins
// An object dies in the one step that leaves its slot neither live nor pinned.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <utility>

#include "base/bytes.h"
#include "base/result.h"

namespace opensspi::abi {

enum class Kind : std::uint32_t { Credential, Context };

// What a ticket stands for. A type T of entry names its kind as T::kKind.
class Entry {
 public:
  explicit Entry(Kind kind) : kind_(kind) {}
  Entry(const Entry&) = delete;
  Entry& operator=(const Entry&) = delete;
  virtual ~Entry() = default;
  [[nodiscard]] Kind kind() const { return kind_; }

 private:
  Kind kind_;
};

// The two words of a SecHandle.
struct Ticket {
  std::uintptr_t lower = 0, upper = 0;
  friend bool operator==(const Ticket&, const Ticket&) = default;
};

class HandleTable {
 private:
  struct Slot;

 public:
  using Random = std::function<Result<void>(ByteSpan)>;

  // An object that cannot die while this lives; empty when the ticket was refused.
  template <class T>
  class Pin {
   public:
    Pin() = default;
    Pin(Pin&& other) noexcept
        : table_(std::exchange(other.table_, nullptr)), slot_(other.slot_), index_(other.index_) {}
    Pin& operator=(Pin&& other) noexcept {
      std::swap(table_, other.table_);
      std::swap(slot_, other.slot_);
      std::swap(index_, other.index_);
      return *this;
    }
    ~Pin() {
      if (table_ != nullptr) table_->unpin(*slot_, index_);
    }
    explicit operator bool() const { return table_ != nullptr; }
    T* operator->() const { return static_cast<T*>(object(*slot_)); }
    T& operator*() const { return *static_cast<T*>(object(*slot_)); }

   private:
    friend class HandleTable;
    Pin(HandleTable* table, Slot* slot, std::uint32_t index)
        : table_(table), slot_(slot), index_(index) {}
    HandleTable* table_ = nullptr;
    Slot* slot_ = nullptr;
    std::uint32_t index_ = 0;
  };

  explicit HandleTable(Random random) : random_(std::move(random)) {}
  HandleTable(const HandleTable&) = delete;
  HandleTable& operator=(const HandleTable&) = delete;
  // Nobody may be inside the table any more.
  ~HandleTable();

  // InsufficientMemory when the table is full.
  Result<Ticket> insert(std::unique_ptr<Entry> entry);

  template <class T>
  [[nodiscard]] Pin<T> pin(const Ticket& ticket) {
    const auto [slot, index] = pin_slot(ticket, T::kKind);
    return slot != nullptr ? Pin<T>(this, slot, index) : Pin<T>();
  }

  // Ends the ticket. False when it was not good (any more).
  template <class T>
  [[nodiscard]] bool close(const Ticket& ticket) {
    return close_slot(ticket, T::kKind);
  }

 private:
  // Segment k holds kFirstSegment << k slots, so that an index names its slot for ever.
  static constexpr std::size_t kFirstSegment = 64;
  static constexpr std::size_t kSegments = 20;
  static constexpr std::uint32_t kNoSlot = 0xFFFFFFFF;

  static Entry* object(const Slot& slot);
  Slot* find(std::size_t index) const;
  std::pair<Slot*, std::uint32_t> pin_slot(const Ticket& ticket, Kind kind);
  bool close_slot(const Ticket& ticket, Kind kind);
  void unpin(Slot& slot, std::uint32_t index);
  std::uint32_t take_free_slot();
  void give_back(Slot& slot, std::uint32_t index);

  Random random_;
  std::array<std::atomic<Slot*>, kSegments> segments_{};
  std::mutex mutex_;  // of the two members below: insertion and recycling, never lookup
  std::uint32_t first_free_ = kNoSlot;
  std::uint32_t num_slots_ = 0;
};

}  // namespace opensspi::abi
