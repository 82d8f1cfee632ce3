// Payloads of identities, and names.
#include "logon/stored_identity.h"

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "support/fake_environment.h"

namespace opensspi::logon {
namespace {

LoggedOn someone() {
  LoggedOn logged_on;
  logged_on.identity = std::move(*test::make_identity("DOMAIN", "alice", "Passw0rd!"));
  logged_on.since = 12;
  logged_on.expiry = 34;
  return logged_on;
}

TEST(StoredIdentity, ComesBackAsItWas) {
  const SecretBytes payload = write_logged_on(someone());
  const auto back = parse_logged_on(payload.expose());
  ASSERT_TRUE(back);
  EXPECT_EQ(back->identity.user, "alice");
  EXPECT_EQ(back->identity.domain, "DOMAIN");
  ASSERT_NE(back->identity.password(), nullptr);
  EXPECT_TRUE(
      equal(back->identity.password()->expose(), test::password_utf16le("Passw0rd!").expose()));
  EXPECT_EQ(back->identity.origin, Identity::Origin::Default);
  EXPECT_EQ(back->since, 12U);
  EXPECT_EQ(back->expiry, 34U);
}

TEST(StoredIdentity, MayHoldAnNtHash) {
  LoggedOn logged_on = someone();
  NtHash hash;
  hash.expose_mutable()[0] = 0x5A;
  logged_on.identity.secret = std::move(hash);
  const auto back = parse_logged_on(write_logged_on(logged_on).expose());
  ASSERT_TRUE(back);
  ASSERT_NE(back->identity.nt_hash(), nullptr);
  EXPECT_EQ(back->identity.nt_hash()->expose()[0], 0x5A);
}

TEST(StoredIdentity, IsRefusedWhenItIsCut) {
  LoggedOn logged_on = someone();
  logged_on.identity.secret = NtHash();
  const SecretBytes payload = write_logged_on(logged_on);
  for (std::size_t size = 0; size < payload.size(); ++size) {
    EXPECT_FALSE(parse_logged_on(payload.expose().first(size))) << size;
  }
}

TEST(StoredIdentity, IsRefusedWithNamesThatNobodyHas) {
  const std::string most(256, 'x');
  for (const auto& [user, domain] :
       std::vector<std::pair<std::string, std::string>>{{"", "DOMAIN"},
                                                        {most + 'x', ""},
                                                        {"alice", most},
                                                        {"\xFF", ""},
                                                        {"alice", "\xC3"},
                                                        {"A\\alice", ""},
                                                        {"alice", "A\\B"},
                                                        {std::string("a\0b", 3), ""}}) {
    LoggedOn logged_on = someone();
    logged_on.identity.user = user;
    logged_on.identity.domain = domain;
    EXPECT_FALSE(parse_logged_on(write_logged_on(logged_on).expose())) << user << domain;
    EXPECT_EQ(check_names(logged_on.identity).error().status, Status::InvalidParameter);
  }
  LoggedOn logged_on = someone();
  logged_on.identity.user = most;
  logged_on.identity.domain = most.substr(1);
  EXPECT_TRUE(parse_logged_on(write_logged_on(logged_on).expose()));
}

TEST(Names, AreTakenApartAndCompared) {
  EXPECT_EQ(split_name("CORP\\alice").domain, "CORP");
  EXPECT_EQ(split_name("CORP\\alice").user, "alice");
  EXPECT_EQ(split_name("alice@corp.example").user, "alice@corp.example");
  EXPECT_EQ(split_name("alice@corp.example").domain, "");
  EXPECT_EQ(joined_name("CORP", "alice"), "CORP\\alice");
  EXPECT_EQ(joined_name("", "alice"), "alice");
  EXPECT_EQ(comparable("Müller"), comparable("MÜLLER"));
  EXPECT_NE(comparable("alice"), comparable("bob"));
}

}  // namespace
}  // namespace opensspi::logon
