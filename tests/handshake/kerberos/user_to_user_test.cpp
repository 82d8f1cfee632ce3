// A server that takes tickets of user-to-user only says so. (What takes a KDC is in
// tests/interop/kerberos_test.py.)
#include <algorithm>

#include "handshake/kerberos/kerberos_world.h"
#include "support/hex.h"

namespace opensspi::test {
namespace {

// RFC 4120 7.5.9: error-code 69, KRB_AP_ERR_USER_TO_USER_REQUIRED, in the place of 41.
TEST(Refusal, SaysThatTheServerWantsUserToUser) {
  KerberosWorld world;
  world.files().make_keytab("other", {kWeb});
  world.files().make_cache(world.cache(), kAlice, {});
  world.add_ticket({kAlice, kWeb, kNow - kHour, kNow + kHour}, "other");
  const auto client = world.client();
  Bytes refusal = world.server()->step({client->step({}).token}).token;
  const auto code = std::ranges::search(refusal, from_hex("a603020129"));
  ASSERT_FALSE(code.empty());
  code.back() = 69;
  const StepOutput told = client->step({refusal});
  ASSERT_FALSE(told.progress);
  EXPECT_EQ(told.progress.error().status, Status::UnsupportedFunction);
  EXPECT_EQ(told.progress.error().nt_status, nt_status::kUserToUserRequired);
}

}  // namespace
}  // namespace opensspi::test
