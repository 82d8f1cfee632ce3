// The small nouns: flags, and what a refused peer may learn.
#include "sspi/types.h"

#include <gtest/gtest.h>

namespace opensspi {
namespace {

// Whether a name exists and whether a password was wrong look the same outside; what is told only
// to the right password goes through. [MS-ERREF] 2.3.1
TEST(NtStatusForPeer, Table) {
  using namespace nt_status;
  struct Row {
    std::uint32_t inside, outside;
  };
  const Row rows[] = {
      {0, 0},
      {kNoSuchUser, kLogonFailure},
      {kWrongPassword, kLogonFailure},
      {kLogonFailure, kLogonFailure},
      {kNoLogonServers, kNoLogonServers},
      {kAccountRestriction, kAccountRestriction},
      {kPasswordExpired, kPasswordExpired},
      {kAccountDisabled, kAccountDisabled},
      {kNotSupported, kNotSupported},
      {kAccessDenied, kAccessDenied},
      {kTimeDifferenceAtDc, kTimeDifferenceAtDc},
      {kAccountExpired, kAccountExpired},
      {kPasswordMustChange, kPasswordMustChange},
      {kAccountLockedOut, kLogonFailure},
  };
  for (const Row& row : rows) {
    EXPECT_EQ(nt_status_for_peer(row.inside), row.outside) << std::hex << row.inside;
  }
}

TEST(ContextFlags, AreASet) {
  ContextFlags flags = ContextFlags::Confidentiality | ContextFlags::Integrity;
  EXPECT_TRUE(has(flags, ContextFlags::Integrity));
  EXPECT_TRUE(has(flags, ContextFlags::Integrity | ContextFlags::Delegate));  // any of them
  EXPECT_FALSE(has(flags, ContextFlags::Delegate));
  EXPECT_FALSE(has(flags, ContextFlags::None));
  flags |= ContextFlags::Delegate;
  EXPECT_TRUE(has(flags, ContextFlags::Delegate));
  EXPECT_EQ(flags & ~ContextFlags::Delegate,
            ContextFlags::Confidentiality | ContextFlags::Integrity);
}

}  // namespace
}  // namespace opensspi
