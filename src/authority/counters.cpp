// The shared table and the rule of the lockout.
#include "authority/counters.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <limits>
#include <thread>
#include <type_traits>
#include <utility>

#include "base/reader.h"
#include "crypto/digest.h"

namespace opensspi::authority {
namespace {

constexpr FileTime kSecond = 10'000'000;
constexpr FileTime kMinute = 60 * kSecond;
constexpr FileTime kPurgeInterval = 5 * kMinute;

constexpr std::uint64_t kMagic = 0x3153524354504C31;  // changes with the layout
constexpr std::size_t kSlots = 8192;
constexpr std::size_t kWindow = 16;  // slots in which a name may be, from its hash on

using BootId = std::array<char, 36>;

// Zeros where the system does not tell.
BootId boot_id() {
  BootId id{};
  const int file = open("/proc/sys/kernel/random/boot_id", O_RDONLY | O_CLOEXEC);
  if (file < 0) return id;
  if (read(file, id.data(), id.size()) != static_cast<ssize_t>(id.size())) id = {};
  close(file);
  return id;
}

bool passed(FileTime since, FileTime span, FileTime now) {
  return now < since || now - since >= span;  // a clock that was put back must not stop anything
}

}  // namespace

struct SharedCounters::Slot {
  std::uint64_t key;  // 0: empty
  std::uint32_t waits;
  LogonCounters counters;
};

struct SharedCounters::Table {
  std::uint64_t magic;
  BootId boot;
  FileTime last_writing;
  FileTime last_purge;
  std::array<Slot, kSlots> slots;
};

std::uint64_t counter_key(ByteView secret, std::string_view user, std::string_view domain) {
  constexpr std::uint8_t kBetween[] = {0};
  const crypto::Digest256 digest = crypto::sha256({secret, view(user), kBetween, view(domain)});
  const std::uint64_t key = Reader(digest).u64_le();
  return key == 0 ? 1 : key;  // 0 marks an empty slot
}

FileTime locked_until(const LogonCounters& counters, const LockoutPolicy& policy, FileTime now) {
  if (policy.threshold == 0 || counters.failures < policy.threshold) return 0;
  const FileTime end = counters.last_failure + policy.minutes * kMinute;
  return now < end ? end : 0;
}

void count_failure(LogonCounters& counters, const LockoutPolicy& policy, FileTime now) {
  if (locked_until(counters, policy, now) != 0) return;
  const bool forgotten =
      policy.threshold != 0 && now >= counters.last_failure + policy.minutes * kMinute;
  if (forgotten) counters.failures = 0;
  if (counters.failures != std::numeric_limits<std::uint32_t>::max()) ++counters.failures;
  counters.last_failure = now;
}

Result<SharedCounters> SharedCounters::open(const std::string& path,
                                            std::chrono::milliseconds deadline) {
  const int flags = O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC;
  const int file = ::open(path.c_str(), flags, S_IRUSR | S_IWUSR);
  if (file < 0) {
    return fail(Status::InternalError, "the failure counters beside the accounts cannot be opened",
                0, errno);
  }
  SharedCounters counters(file, deadline);
  struct stat info {};
  if (fstat(file, &info) != 0 || !S_ISREG(info.st_mode) || info.st_uid != geteuid() ||
      (info.st_mode & (S_IRWXG | S_IRWXO)) != 0) {
    return fail(Status::InternalError,
                "the failure counters beside the accounts are not a file of this user alone");
  }
  TRY(counters.map());
  return counters;
}

Result<void> SharedCounters::map() {
  static_assert(std::is_trivially_copyable_v<Table>, "lives in a file");
  TRY_ASSIGN(const Hold held, hold());
  // Every block of it, and now: who writes to a mapped file that is cut, or whose disk has become
  // full, gets SIGBUS.
  if (const int error = posix_fallocate(file_, 0, sizeof(Table)); error != 0) {
    return fail(Status::InternalError, "the failure counters beside the accounts have no room", 0,
                error);
  }
  void* const memory = mmap(nullptr, sizeof(Table), PROT_READ | PROT_WRITE, MAP_SHARED, file_, 0);
  if (memory == MAP_FAILED) {
    return fail(Status::InternalError, "the failure counters cannot be shared", 0, errno);
  }
  table_ = static_cast<Table*>(memory);
  if (const BootId boot = boot_id(); table_->magic != kMagic || table_->boot != boot) {
    std::memset(static_cast<void*>(table_), 0, sizeof(Table));
    table_->magic = kMagic;
    table_->boot = boot;
  }
  return {};
}

SharedCounters::SharedCounters(SharedCounters&& other) noexcept
    : file_(std::exchange(other.file_, -1)),
      deadline_(other.deadline_),
      table_(std::exchange(other.table_, nullptr)) {}

SharedCounters::~SharedCounters() {
  if (table_ != nullptr) munmap(table_, sizeof(Table));
  if (file_ >= 0) close(file_);
}

SharedCounters::Hold::~Hold() {
  if (file_ >= 0) flock(file_, LOCK_UN);
}

Result<SharedCounters::Hold> SharedCounters::hold() {
  using Clock = std::chrono::steady_clock;
  const Clock::time_point end = Clock::now() + deadline_;
  // A holder keeps it for a microsecond; only one that was stopped there keeps it longer.
  while (flock(file_, LOCK_EX | LOCK_NB) != 0) {
    if ((errno != EWOULDBLOCK && errno != EINTR) || Clock::now() >= end) {
      return fail(Status::InternalError, "another process holds the failure counters", 0, errno);
    }
    std::this_thread::sleep_for(std::chrono::microseconds(50));
  }
  return Hold(file_);
}

SharedCounters::Slot* SharedCounters::slot(std::uint64_t key) const {
  for (std::size_t i = 0; i < kWindow; ++i) {
    Slot& candidate = table_->slots[(key + i) % kSlots];
    if (candidate.key == key) return &candidate;
  }
  return nullptr;
}

const LogonCounters* SharedCounters::find(const Hold&, std::uint64_t key) const {
  const Slot* const found = slot(key);
  return found == nullptr ? nullptr : &found->counters;
}

bool SharedCounters::put(const Hold&, const CounterEntry& entry) {
  Slot* place = slot(entry.key);
  for (std::size_t i = 0; place == nullptr && i < kWindow; ++i) {
    Slot& candidate = table_->slots[(entry.key + i) % kSlots];
    if (candidate.key == 0) place = &candidate;
  }
  if (place == nullptr) {
    // The database has what is written; the name that rested longest makes room.
    const auto rested = [](const Slot& s) {
      return std::max(s.counters.last_failure, s.counters.last_logon);
    };
    for (std::size_t i = 0; i < kWindow; ++i) {
      Slot& candidate = table_->slots[(entry.key + i) % kSlots];
      if (candidate.waits != 0) continue;
      if (place == nullptr || rested(candidate) < rested(*place)) place = &candidate;
    }
  }
  if (place == nullptr) return false;
  *place = Slot{entry.key, 1, entry.counters};
  return true;
}

void SharedCounters::forget(const Hold&, std::uint64_t key) {
  if (Slot* const found = slot(key)) *found = Slot{key, 0, {}};
}

bool SharedCounters::claim_writing(const Hold&, FileTime now) {
  if (!passed(table_->last_writing, kSecond, now)) return false;
  table_->last_writing = now;
  return true;
}

bool SharedCounters::claim_purge(const Hold&, FileTime now) {
  if (!passed(table_->last_purge, kPurgeInterval, now)) return false;
  table_->last_purge = now;
  return true;
}

bool SharedCounters::anything_waits(const Hold&) const {
  return std::any_of(table_->slots.begin(), table_->slots.end(),
                     [](const Slot& s) { return s.waits != 0; });
}

std::vector<CounterEntry> SharedCounters::waiting(const Hold&) const {
  std::vector<CounterEntry> entries;
  for (const Slot& s : table_->slots) {
    if (s.waits != 0) entries.push_back({s.key, s.counters});
  }
  return entries;
}

void SharedCounters::written(const Hold&, const std::vector<CounterEntry>& entries) {
  for (const CounterEntry& entry : entries) {
    Slot* const found = slot(entry.key);
    if (found != nullptr && found->counters == entry.counters) found->waits = 0;
  }
}

}  // namespace opensspi::authority
