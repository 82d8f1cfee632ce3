// The first call of a process, which makes the library itself, while memory runs out. This program
// makes no call of its own: each try is the first one of a child.
#include <sys/wait.h>
#include <unistd.h>

#include "abi/support.h"
#include "support/failing_new.h"

namespace caller {
namespace {

using opensspi::test::FailingNew;

enum Exit { kAcquired, kRanOut, kAnotherError, kSpoilt };

SECURITY_STATUS acquire(const SEC_WCHAR* package) {
  CredHandle handle;
  return AcquireCredentialsHandleW(nullptr, wide(package), SECPKG_CRED_OUTBOUND, nullptr, nullptr,
                                   nullptr, nullptr, &handle, nullptr);
}

// What failed once must work once there is memory again.
Exit try_first_call(const SEC_WCHAR* package, std::size_t allocations_before) {
  SECURITY_STATUS status = SEC_E_OK;
  bool ran_out = false;
  {
    const FailingNew memory(allocations_before);
    status = acquire(package);
    ran_out = memory.has_failed();
  }
  if (!ran_out) return status == SEC_E_OK ? kAcquired : kAnotherError;
  if (status != SEC_E_INSUFFICIENT_MEMORY) return kAnotherError;
  return acquire(package) == SEC_E_OK ? kRanOut : kSpoilt;
}

Exit in_a_child(const SEC_WCHAR* package, std::size_t allocations_before) {
  const pid_t child = fork();
  if (child == 0) _exit(try_first_call(package, allocations_before));
  int status = 0;
  EXPECT_EQ(waitpid(child, &status, 0), child);
  EXPECT_TRUE(WIFEXITED(status)) << "signal " << WTERMSIG(status) << " at " << allocations_before;
  return WIFEXITED(status) ? static_cast<Exit>(WEXITSTATUS(status)) : kAnotherError;
}

TEST(FirstCall, SurvivesEachAllocationThatFails) {
  for (const SEC_WCHAR* package : {u"NTLM", u"Negotiate", u"Schannel"}) {
    Exit outcome = kRanOut;
    std::size_t before = 0;
    for (; outcome == kRanOut; ++before) {
      outcome = in_a_child(package, before);
      ASSERT_LE(outcome, kRanOut) << before;
    }
    EXPECT_GT(before, 20u) << "the library is made of more allocations than that";
  }
}

}  // namespace
}  // namespace caller
