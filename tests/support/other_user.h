// Tests that work as Unix users of their own, each in a child process, so that the keyrings of who
// runs the tests stay as they are. Needs root.
#pragma once

#include <grp.h>
#include <gtest/gtest.h>
#include <linux/capability.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <functional>
#include <initializer_list>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

namespace opensspi::test {

// Whether `body` meets no failure in a process of its own, which `become` makes what it shall be.
// Its EXPECT_… are told as usual.
inline testing::AssertionResult in_process(const std::function<bool()>& become,
                                           const std::function<void()>& body) {
  std::fflush(nullptr);
  const pid_t child = fork();
  if (child == 0) {
    if (!become()) _exit(2);
    // What is thrown must not reach the loop over the tests, which goes on in the parent.
    [&]() noexcept { body(); }();
    std::fflush(nullptr);
    _exit(testing::Test::HasFailure() ? 1 : 0);
  }
  int status = 0;
  if (child < 0 || waitpid(child, &status, 0) != child)
    return testing::AssertionFailure() << "there is no process for it";
  if (WIFEXITED(status) && WEXITSTATUS(status) == 0) return testing::AssertionSuccess();
  return testing::AssertionFailure() << "the process failed, with wait status " << status;
}

inline bool become_user(uid_t user) {
  return setgroups(0, nullptr) == 0 && setresgid(user, user, user) == 0 &&
         setresuid(user, user, user) == 0;
}

inline testing::AssertionResult as_user(uid_t user, const std::function<void()>& body) {
  return in_process([user] { return become_user(user); }, body);
}

inline bool keep_only(std::initializer_list<unsigned> capabilities) {
  __user_cap_header_struct header{_LINUX_CAPABILITY_VERSION_3, 0};
  __user_cap_data_struct data[2]{};
  for (const unsigned capability : capabilities) {
    data[capability / 32].permitted |= 1U << (capability % 32);
    data[capability / 32].effective |= 1U << (capability % 32);
  }
  return syscall(SYS_capset, &header, data) == 0;
}

// A user with these capabilities and no others.
inline testing::AssertionResult as_user_with(uid_t user,
                                             std::initializer_list<unsigned> capabilities,
                                             const std::function<void()>& body) {
  return in_process(
      [&] {
        return prctl(PR_SET_KEEPCAPS, 1, 0, 0, 0) == 0 && become_user(user) &&
               keep_only(capabilities);
      },
      body);
}

// From now on the kernel answers these calls of this thread with this error, or says without doing
// anything that they were done when it is 0, as a container's filter does.
inline bool answer_calls(std::initializer_list<unsigned> calls, int error) {
  std::vector<sock_filter> filter{BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, nr))};
  for (const unsigned call : calls) {
    filter.push_back(BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, call, 0, 1));
    filter.push_back(BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | static_cast<unsigned>(error)));
  }
  filter.push_back(BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW));
  const sock_fprog program{static_cast<unsigned short>(filter.size()), filter.data()};
  return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 &&
         prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) == 0;
}

// Waits, ten seconds at most, until the kernel has given back what a user's removed keys took of
// the quota, which it does at its leisure.
inline void await_key_quota(uid_t user) {
  for (int turn = 0; turn < 1000; ++turn) {
    std::ifstream users("/proc/key-users");  // "62101:   3 3/3 2/200 5000/20000"
    std::string line;
    unsigned long number = 0, bytes = 0;
    while (std::getline(users, line)) {
      const bool is_read =
          std::sscanf(line.c_str(), "%lu: %*u %*u/%*u %*u/%*u %lu", &number, &bytes) == 2;
      if (is_read && number == user) break;
      bytes = 0;
    }
    if (bytes < 1000) return;
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
}

// In CI nothing is left out.
inline bool is_ci() {
  const char* ci = std::getenv("CI");
  return ci != nullptr && std::string_view(ci) == "true";
}

// Where these tests may be left out: for who is not root, unless it is CI.
inline bool may_become_others() {
  return geteuid() == 0 || is_ci();
}

}  // namespace opensspi::test
