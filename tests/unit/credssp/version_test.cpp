// The version rules: [MS-CSSP] 2.2.1, 3.1.5.
#include "credssp/version.h"

#include <gtest/gtest.h>

namespace opensspi::credssp {
namespace {

TEST(PeerVersion, TheLowerOfTheTwoCounts) {
  for (const auto& [announced, agreed] : {std::pair{5U, 5U}, {6U, 6U}, {7U, 6U}, {1000U, 6U}}) {
    PeerVersion peer;
    EXPECT_EQ(peer.agreed(), 0U);
    ASSERT_TRUE(peer.announce(announced));
    EXPECT_EQ(peer.agreed(), agreed);
  }
}

TEST(PeerVersion, BelowFiveIsRefusedByDefault) {
  for (const std::uint32_t version : {0U, 1U, 2U, 3U, 4U}) {
    PeerVersion peer;
    const auto announced = peer.announce(version);
    ASSERT_FALSE(announced);
    EXPECT_EQ(announced.error().status, Status::UnsupportedFunction);
    EXPECT_EQ(announced.error().value, version);
  }
}

TEST(PeerVersion, PolicyMayPermitOldOnes) {
  for (const std::uint32_t version : {2U, 3U, 4U, 5U, 6U}) {
    PeerVersion peer(2);
    EXPECT_TRUE(peer.announce(version)) << version;
    EXPECT_EQ(peer.agreed(), version);
  }
  for (const std::uint32_t version : {0U, 1U}) {
    EXPECT_EQ(PeerVersion(0).announce(version).error().status, Status::UnsupportedFunction);
  }
}

TEST(PeerVersion, MayNotChangeMidway) {
  for (const std::uint32_t second : {2U, 5U, 7U}) {
    PeerVersion peer;
    ASSERT_TRUE(peer.announce(6));
    ASSERT_TRUE(peer.announce(6));
    const auto changed = peer.announce(second);
    ASSERT_FALSE(changed);
    EXPECT_EQ(changed.error().status, Status::InvalidToken);
  }
}

TEST(PeerVersion, ErrorCodeIsKnownToThreeFourAndSix) {
  for (const auto& [version, known] :
       {std::pair{2U, false}, {3U, true}, {4U, true}, {5U, false}, {6U, true}, {9U, true}}) {
    PeerVersion peer;
    EXPECT_FALSE(peer.carries_error_code());
    static_cast<void>(peer.announce(version));
    EXPECT_EQ(peer.carries_error_code(), known) << version;
  }
}

}  // namespace
}  // namespace opensspi::credssp
