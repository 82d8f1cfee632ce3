// By raw system calls, because libc's setresuid(2) and its kin change every thread (nptl(7)).
//
// Only the effective ids change, and the file system's with them. The real user stays the
// process's: who has the client's user could else send signals to the thread. The saved user is the
// one to go back to. Capabilities are taken out of the effective set only, so that they are out of
// use but not lost (capabilities(7)).
#include "logon/impersonation.h"

#include <fcntl.h>
#include <linux/capability.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <optional>
#include <utility>
#include <vector>

namespace opensspi::logon {
namespace {

// Old 32-bit machines have calls with 16-bit ids under the plain names.
#ifdef SYS_setresuid32
constexpr long kSetResUid = SYS_setresuid32, kSetResGid = SYS_setresgid32,
               kSetGroups = SYS_setgroups32;
#else
constexpr long kSetResUid = SYS_setresuid, kSetResGid = SYS_setresgid, kSetGroups = SYS_setgroups;
#endif

constexpr auto kUnchanged = static_cast<uid_t>(-1);

using Capabilities = std::array<__user_cap_data_struct, 2>;
using EffectiveCapabilities = std::array<std::uint32_t, 2>;

// What the kernel judges a thread by, as far as it is changed here.
struct ThreadIdentity {
  uid_t uid = 0, saved_uid = 0;
  gid_t gid = 0;
  std::vector<gid_t> groups;  // sorted
  EffectiveCapabilities capabilities{};
};

bool read_capabilities(Capabilities& capabilities) {
  __user_cap_header_struct header{_LINUX_CAPABILITY_VERSION_3, 0};
  return syscall(SYS_capget, &header, capabilities.data()) == 0;
}

EffectiveCapabilities effective(const Capabilities& capabilities) {
  return {capabilities[0].effective, capabilities[1].effective};
}

// What is so already is not set: that may be forbidden.
bool is_user(const ThreadIdentity& wanted) {
  uid_t real = 0, uid = 0, saved_uid = 0;
  return getresuid(&real, &uid, &saved_uid) == 0 && uid == wanted.uid &&
         saved_uid == wanted.saved_uid;
}

bool set_user(const ThreadIdentity& wanted) {
  return is_user(wanted) || syscall(kSetResUid, kUnchanged, wanted.uid, wanted.saved_uid) == 0;
}

bool set_group(gid_t gid) {
  return getegid() == gid || syscall(kSetResGid, kUnchanged, gid, kUnchanged) == 0;
}

bool set_capabilities(const EffectiveCapabilities& wanted) {
  Capabilities capabilities{};
  if (!read_capabilities(capabilities)) return false;
  if (effective(capabilities) == wanted) return true;
  for (std::size_t i = 0; i < wanted.size(); ++i) capabilities[i].effective = wanted[i];
  __user_cap_header_struct header{_LINUX_CAPABILITY_VERSION_3, 0};
  return syscall(SYS_capset, &header, capabilities.data()) == 0;
}

std::optional<ThreadIdentity> read_identity() {
  ThreadIdentity identity;
  uid_t real = 0;
  Capabilities capabilities{};
  const int count = getgroups(0, nullptr);
  if (count < 0 || !read_capabilities(capabilities) ||
      getresuid(&real, &identity.uid, &identity.saved_uid) != 0) {
    return std::nullopt;
  }
  identity.gid = getegid();
  identity.groups.resize(static_cast<std::size_t>(count));
  if (getgroups(count, identity.groups.data()) != count) return std::nullopt;
  std::ranges::sort(identity.groups);
  identity.capabilities = effective(capabilities);
  return identity;
}

// Users, or groups, in the files of the kernel.
struct IdFiles {
  const char* map;              // which of them the user namespace knows
  const char* overflow_number;  // as whom it shows all others
};
constexpr IdFiles kUsers{"/proc/self/uid_map", "/proc/sys/kernel/overflowuid"};
constexpr IdFiles kGroups{"/proc/self/gid_map", "/proc/sys/kernel/overflowgid"};

// Empty when it cannot be read.
std::array<char, 64> beginning_of(const char* path) {
  std::array<char, 64> text{};
  const int file = open(path, O_RDONLY | O_CLOEXEC);
  if (file < 0) return text;
  if (read(file, text.data(), text.size() - 1) < 0) text.front() = 0;
  close(file);
  return text;
}

bool knows_all(const IdFiles& files) {
  std::uint32_t inside = 0, outside = 0, count = 0;
  return std::sscanf(beginning_of(files.map).data(), "%u %u %u", &inside, &outside, &count) == 3 &&
         inside == 0 && outside == 0 && count == UINT32_MAX;
}

// None where everybody is known.
std::optional<std::uint32_t> number_of_unknown(const IdFiles& files) {
  if (knows_all(files)) return std::nullopt;
  std::uint32_t number = 0;
  const bool is_read = std::sscanf(beginning_of(files.overflow_number).data(), "%u", &number) == 1;
  return is_read ? number : 65'534;  // the kernel's own (user_namespaces(7))
}

// Who is not known can be given up, but not taken back.
bool may_be_unknown(const ThreadIdentity& process) {
  const auto user = number_of_unknown(kUsers), group = number_of_unknown(kGroups);
  return process.uid == user || process.saved_uid == user || process.gid == group ||
         std::ranges::any_of(process.groups, [&](gid_t one) { return one == group; });
}

// Root's rights are its capabilities; everybody else has none from here. The kernel takes the
// permitted ones away with the last of a thread's ids that is root's, so such a one is kept.
ThreadIdentity client_identity(const UnixUser& user, const ThreadIdentity& process) {
  return {user.uid, process.saved_uid == 0 ? 0 : process.uid, user.gid, user.groups,
          user.uid == 0 ? process.capabilities : EffectiveCapabilities{}};
}

// One thread, going over from one identity to the other and back. Nothing is allocated on the way,
// which must not end in the middle.
class Impersonation {
 public:
  Impersonation(ThreadIdentity process, ThreadIdentity client,
                std::shared_ptr<const DelegatedTickets> its_tickets)
      : tickets(std::move(its_tickets)),
        process_(std::move(process)),
        client_(std::move(client)),
        scratch_(std::max(process_.groups.size(), client_.groups.size())) {}

  [[nodiscard]] const ThreadIdentity& process() const { return process_; }

  // 0, else an errno. The user last, while there is the right to set groups.
  int become_client() noexcept {
    if (!set_groups(client_.groups) || !set_group(client_.gid) || !set_user(client_) ||
        !set_capabilities(client_.capabilities)) {
      return errno;
    }
    return is(client_) ? 0 : EPERM;
  }

  // From wherever become_client() has come to.
  bool become_process() noexcept {
    // Where that is forbidden, root's come back with its user id.
    static_cast<void>(set_capabilities(process_.capabilities));
    return set_user(process_) && set_group(process_.gid) && set_groups(process_.groups) &&
           set_capabilities(process_.capabilities) && is(process_);
  }

  bool is_stepped_back = false;
  std::shared_ptr<const DelegatedTickets> tickets;  // the client's

 private:
  bool has_groups(const std::vector<gid_t>& groups) {
    const int count = getgroups(0, nullptr);
    if (count < 0 || static_cast<std::size_t>(count) != groups.size()) return false;
    if (getgroups(count, scratch_.data()) != count) return false;
    std::sort(scratch_.begin(), scratch_.begin() + count);
    return std::equal(groups.begin(), groups.end(), scratch_.begin());
  }

  bool set_groups(const std::vector<gid_t>& groups) {
    return has_groups(groups) || syscall(kSetGroups, groups.size(), groups.data()) == 0;
  }

  // A container's filter may say that a call was done which was not.
  bool is(const ThreadIdentity& wanted) {
    Capabilities capabilities{};
    return is_user(wanted) && getegid() == wanted.gid && has_groups(wanted.groups) &&
           read_capabilities(capabilities) && effective(capabilities) == wanted.capabilities;
  }

  ThreadIdentity process_, client_;
  std::vector<gid_t> scratch_;
};

thread_local std::optional<Impersonation> current;

[[noreturn]] void end_process() {
  constexpr char kWords[] =
      "opensspi: a thread can become neither its client nor itself again; the process ends here\n";
  [[maybe_unused]] const auto written = write(STDERR_FILENO, kWords, sizeof kWords - 1);
  std::abort();
}

void become_client_or_end(Impersonation& impersonation) noexcept {
  if (impersonation.become_client() != 0) end_process();
}

void become_process_or_end(Impersonation& impersonation) noexcept {
  if (!impersonation.become_process()) end_process();
}

tl::unexpected<Error> refused(int code) {
  return fail(Status::NoImpersonation,
              code == EPERM
                  ? "the process may not act as others: it needs CAP_SETUID and CAP_SETGID"
                  : "the kernel does not make the thread its client",
              0, code);
}

}  // namespace

Result<void> impersonate(const UnixUser& user, std::shared_ptr<const DelegatedTickets> tickets) {
  auto process = current ? std::optional(current->process()) : read_identity();
  if (!process) {
    return fail(Status::NoImpersonation, "the thread's own identity cannot be read", 0, errno);
  }
  if (!current && may_be_unknown(*process)) {
    return fail(Status::NoImpersonation,
                "the process has a user or group that its user namespace does not know: the thread "
                "could not come back to it");
  }
  if (user.uid == 0 && process->uid != 0) {
    return fail(Status::NoImpersonation, "only a process that is root may act as root");
  }
  ThreadIdentity client = client_identity(user, *process);
  Impersonation next(*std::move(process), std::move(client), std::move(tickets));
  if (current) become_process_or_end(*current);
  if (const int code = next.become_client(); code != 0) {
    become_process_or_end(next);
    if (current && !current->is_stepped_back) become_client_or_end(*current);
    return refused(code);
  }
  current = std::move(next);
  return {};
}

std::shared_ptr<const DelegatedTickets> delegated_tickets() {
  return current && !current->is_stepped_back ? current->tickets : nullptr;
}

void revert() noexcept {
  if (!current) return;
  become_process_or_end(*current);
  current.reset();
}

AsProcess::AsProcess() noexcept : stepped_back_(current && !current->is_stepped_back) {
  if (!stepped_back_) return;
  become_process_or_end(*current);
  current->is_stepped_back = true;
}

AsProcess::~AsProcess() {
  if (!stepped_back_ || !current || !current->is_stepped_back) return;
  become_client_or_end(*current);
  current->is_stepped_back = false;
}

}  // namespace opensspi::logon
