// Whose tickets a client gets: out of the caches of a session, its identities, the machine's
// keytab.
#include <gmock/gmock.h>

#include "world.h"

namespace opensspi::kerberos {
namespace {

using testing::HasSubstr;
using ClientSource = KerberosTest;

std::string cache_of(const std::shared_ptr<Credential>& credential) {
  const auto& source = static_cast<const KerberosCredential&>(*credential).source(Role::Client);
  const auto* cache = source ? std::get_if<CacheName>(&source->where) : nullptr;
  return cache == nullptr ? std::string() : cache->name;
}

TEST_F(ClientSource, IsNothingWithoutTickets) {
  const auto nobody = acquire();
  ASSERT_FALSE(nobody);
  EXPECT_EQ(nobody.error().status, Status::NoCredentials);
  EXPECT_THAT(nobody.error().why, HasSubstr("run kinit or opensspi login"));
  EXPECT_EQ(who("alice@EXAMPLE.TEST"), "NO_CREDENTIALS");
}

TEST_F(ClientSource, IsTheDefaultCache) {
  files_.make_cache("FILE:" + files_.path("cc"), "alice@EXAMPLE.TEST",
                    {for_service(20), granting(8), for_service(4)});
  const auto credential = acquire();
  ASSERT_TRUE(credential) << credential.error().why;
  EXPECT_EQ((*credential)->names()->user, "alice@EXAMPLE.TEST");
  EXPECT_EQ((*credential)->expiry(), in_hours(8));  // the ticket-granting ticket's
  EXPECT_EQ(cache_of(*credential), "FILE:" + files_.path("cc"));
  EXPECT_EQ(source(*credential, Role::Client)->principal, "alice@EXAMPLE.TEST");
}

TEST_F(ClientSource, TakesTicketsForServicesWhereNoOthersAre) {
  files_.make_cache("FILE:" + files_.path("cc"), "alice@EXAMPLE.TEST",
                    {for_service(2), for_service(3), granting(-1)});
  ASSERT_EQ(who(), "alice@EXAMPLE.TEST");
  EXPECT_EQ((*acquire())->expiry(), in_hours(3));

  files_.make_cache("FILE:" + files_.path("other"), "bob@EXAMPLE.TEST", {granting(1)});
  session_->set_kerberos_caches({"", "FILE:" + files_.path("other")});
  EXPECT_EQ(who(), "bob@EXAMPLE.TEST");
  EXPECT_EQ(who("alice"), "alice@EXAMPLE.TEST");
}

TEST_F(ClientSource, IsTheFirstOfEquals) {
  files_.make_cache("FILE:" + files_.path("one"), "alice@EXAMPLE.TEST", {granting(1)});
  files_.make_cache("FILE:" + files_.path("two"), "bob@EXAMPLE.TEST", {granting(9)});
  session_->set_kerberos_caches({"", "FILE:" + files_.path("one"), "FILE:" + files_.path("two")});
  EXPECT_EQ(who(), "alice@EXAMPLE.TEST");
}

TEST_F(ClientSource, HasNoExpiredTickets) {
  files_.make_cache("FILE:" + files_.path("cc"), "alice@EXAMPLE.TEST",
                    {granting(-1), for_service(0)});
  const auto late = acquire();
  ASSERT_FALSE(late);
  EXPECT_EQ(late.error().status, Status::NoCredentials);
  EXPECT_THAT(late.error().why, HasSubstr("expired"));
  EXPECT_EQ(who("alice@EXAMPLE.TEST"), "NO_CREDENTIALS");
  EXPECT_EQ(who("bob@EXAMPLE.TEST"), "UNKNOWN_CREDENTIALS");
}

TEST_F(ClientSource, CountsNoTicketThatIsNotTheClients) {
  files_.make_cache("FILE:" + files_.path("cc"), "alice@EXAMPLE.TEST",
                    {{kGranting, kUnixNow + kHour, true},
                     {"HTTP/web@EXAMPLE.TEST", kUnixNow + kHour, false, "bob@EXAMPLE.TEST"},
                     {"krb5_ccache_conf_data/fast_avail@X-CACHECONF:", kUnixNow + kHour}});
  EXPECT_EQ(who(), "NO_CREDENTIALS");
}

TEST_F(ClientSource, ReadsTimesBeyondThirtyOneBits) {
  constexpr std::int64_t k2100 = 4'102'444'800;
  files_.make_cache("FILE:" + files_.path("cc"), "alice@EXAMPLE.TEST", {{kGranting, k2100}});
  EXPECT_EQ((*acquire())->expiry(), file_time_of_unix(k2100));
}

// A realm's ticket-granting ticket for another realm grants nothing in its own.
TEST_F(ClientSource, DistinguishesRealms) {
  files_.make_cache("FILE:" + files_.path("cc"), "alice@EXAMPLE.TEST",
                    {{"krbtgt/OTHER.TEST@EXAMPLE.TEST", kUnixNow + kHour}});
  files_.make_cache("FILE:" + files_.path("two"), "bob@EXAMPLE.TEST", {granting(1)});
  session_->set_kerberos_caches({"", "FILE:" + files_.path("two")});
  EXPECT_EQ(who(), "bob@EXAMPLE.TEST");
}

class NamedClient : public KerberosTest {
 protected:
  NamedClient() {
    const std::string folder = "DIR:" + files_.path("dir");
    files_.make_cache("FILE:" + files_.path("cc"), "alice@EXAMPLE.TEST", {granting(1)});
    files_.add_to_collection(folder, "alice@OTHER.TEST",
                             {{"krbtgt/OTHER.TEST@OTHER.TEST", kUnixNow + kHour}});
    files_.add_to_collection(folder, "HTTP/web.example.test@EXAMPLE.TEST", {granting(2)});
    files_.add_to_collection(folder, "Carol@EXAMPLE.TEST", {granting(3)});
    files_.add_to_collection(folder, "late@EXAMPLE.TEST", {granting(-3)});
    files_.add_to_collection(folder, "a\\@b\\/c@EXAMPLE.TEST", {granting(1)});
    files_.add_to_collection(folder, "j\xC3\xBCrgen@EXAMPLE.TEST", {granting(1)});
    session_->set_kerberos_caches({"", folder});
  }
};

TEST_F(NamedClient, IsFoundInAnyCache) {
  const struct {
    const char *name, *who;
  } rows[] = {
      {"", "alice@EXAMPLE.TEST"},
      {"alice", "alice@EXAMPLE.TEST"},
      {"alice@EXAMPLE.TEST", "alice@EXAMPLE.TEST"},
      {"alice@OTHER.TEST", "alice@OTHER.TEST"},
      {"alice@other.test", "alice@OTHER.TEST"},
      {"ALICE@EXAMPLE.TEST", "alice@EXAMPLE.TEST"},
      {"OTHER\\alice", "alice@OTHER.TEST"},
      {"other.test\\ALICE", "alice@OTHER.TEST"},
      {"EXAMPLE.TEST\\alice", "alice@EXAMPLE.TEST"},
      {"\\carol", "Carol@EXAMPLE.TEST"},
      {"carol", "Carol@EXAMPLE.TEST"},
      {"HTTP/web.example.test@EXAMPLE.TEST", "HTTP/web.example.test@EXAMPLE.TEST"},
      {"http/WEB.example.test", "HTTP/web.example.test@EXAMPLE.TEST"},
      {"a\\@b\\/c", "a\\@b\\/c@EXAMPLE.TEST"},
      {"J\xC3\x9CRGEN", "j\xC3\xBCrgen@EXAMPLE.TEST"},
      {"late", "NO_CREDENTIALS"},
      {"bob", "UNKNOWN_CREDENTIALS"},
      {"alice@THIRD.TEST", "UNKNOWN_CREDENTIALS"},
      {"TEST\\alice", "UNKNOWN_CREDENTIALS"},
      {"OTHER\\carol", "UNKNOWN_CREDENTIALS"},
      {"HTTP/web", "UNKNOWN_CREDENTIALS"},
      {"web.example.test", "UNKNOWN_CREDENTIALS"},
      {"alice/", "UNKNOWN_CREDENTIALS"},
      {"alice@EXAMPLE.TEST@EXAMPLE.TEST", "UNKNOWN_CREDENTIALS"},
      {"alice\\", "UNKNOWN_CREDENTIALS"},
      {"@", "UNKNOWN_CREDENTIALS"},
      {"/", "UNKNOWN_CREDENTIALS"},
      {"\\", "UNKNOWN_CREDENTIALS"},
      {"\xFF\xFE", "UNKNOWN_CREDENTIALS"},
  };
  for (const auto& row : rows) EXPECT_EQ(who(row.name), row.who) << row.name;
  EXPECT_EQ(who(std::string(100'000, 'x')), "UNKNOWN_CREDENTIALS");
  EXPECT_EQ((*acquire("carol"))->expiry(), in_hours(3));
}

// Case counts in Kerberos: who has it right is the one that is meant.
TEST_F(NamedClient, IsRatherTheOneInTheRightCase) {
  files_.add_to_collection("DIR:" + files_.path("dir"), "ALICE@EXAMPLE.TEST", {granting(5)});
  EXPECT_EQ(who("ALICE@EXAMPLE.TEST"), "ALICE@EXAMPLE.TEST");
  EXPECT_EQ(who("alice@EXAMPLE.TEST"), "alice@EXAMPLE.TEST");
}

TEST_F(ClientSource, AreAllCachesOfACollectionFirstThePrimary) {
  const std::string folder = "DIR:" + files_.path("dir");
  files_.add_to_collection(folder, "alice@EXAMPLE.TEST", {granting(1)});
  files_.add_to_collection(folder, "bob@EXAMPLE.TEST", {granting(2)});
  files_.add_to_collection(folder, "carol@EXAMPLE.TEST", {granting(3)});
  session_->set_kerberos_caches({"", folder});
  const std::string bobs = cache_of(*acquire("bob"));
  ASSERT_TRUE(bobs.starts_with("DIR::")) << bobs;
  // As kswitch does.
  files_.write_file("dir/primary", bobs.substr(bobs.rfind('/') + 1) + "\n");
  EXPECT_EQ(who(), "bob@EXAMPLE.TEST");
  EXPECT_EQ(who("carol"), "carol@EXAMPLE.TEST");
  // One cache out of it.
  session_->set_kerberos_caches({"", bobs});
  EXPECT_EQ(who("bob"), "bob@EXAMPLE.TEST");
  EXPECT_EQ(who("carol"), "UNKNOWN_CREDENTIALS");
}

TEST_F(ClientSource, LooksIntoNoFolderThatIsNotThere) {
  session_->set_kerberos_caches({"", "DIR:" + files_.path("nowhere")});
  EXPECT_EQ(who(), "NO_CREDENTIALS");
  EXPECT_FALSE(std::filesystem::exists(files_.path("nowhere")));
}

TEST_F(ClientSource, MayBeAKeyring) {
  const char* ci = std::getenv("CI");
  if (!files_.has_keyrings() && (ci == nullptr || std::string_view(ci) != "true")) {
    GTEST_SKIP() << "the kernel refuses keyrings here";
  }
  const std::string ring = "KEYRING:process:opensspi-unit-kerberos";
  files_.add_to_collection(ring, "alice@EXAMPLE.TEST", {granting(1)});
  files_.add_to_collection(ring, "bob@EXAMPLE.TEST", {granting(2)});
  session_->set_kerberos_caches({"", ring});
  EXPECT_EQ(who("bob"), "bob@EXAMPLE.TEST");
  EXPECT_EQ((*acquire("bob"))->expiry(), in_hours(2));
  EXPECT_EQ(who("alice"), "alice@EXAMPLE.TEST");
  EXPECT_EQ(who("carol"), "UNKNOWN_CREDENTIALS");
  // As libkrb5's default too.
  session_->set_kerberos_caches({""});
  files_.variables().set("KRB5CCNAME", ring);
  EXPECT_NE(who(), "NO_CREDENTIALS");
}

TEST_F(ClientSource, MayBeInMemory) {
  files_.make_cache("MEMORY:opensspi-unit", "alice@EXAMPLE.TEST", {granting(1)});
  EXPECT_EQ(who(), "NO_CREDENTIALS");  // it is not the session's
  session_->set_kerberos_caches({"", "DIR:" + files_.path("nowhere")});
  EXPECT_EQ(who(), "NO_CREDENTIALS");
  files_.variables().set("KRB5CCNAME", "MEMORY:opensspi-unit");
  EXPECT_EQ(who(), "alice@EXAMPLE.TEST");
}

TEST_F(ClientSource, AsksOnlyAKcmThatAnswers) {
  files_.configure("kcm_socket = /where/nobody/listens\n");
  session_->set_kerberos_caches({"", "KCM:"});
  EXPECT_EQ(who(), "NO_CREDENTIALS");
  EXPECT_EQ(kcm_questions_, 1);
  std::string asked;
  package_ = make_package(test::make_environment(nullptr), [&](const std::string& path) {
    asked = path;
    return true;  // and is gone a moment later
  });
  EXPECT_EQ(who(), "NO_CREDENTIALS");
  EXPECT_EQ(asked, "/where/nobody/listens");
  files_.configure("");
  EXPECT_EQ(who("x"), "NO_CREDENTIALS");
  EXPECT_EQ(asked, "/var/run/.heim_org.h5l.kcm-socket");
  // Not when there are tickets already.
  asked.clear();
  files_.make_cache("FILE:" + files_.path("cc"), "alice@EXAMPLE.TEST", {granting(1)});
  EXPECT_EQ(who(), "alice@EXAMPLE.TEST");
  EXPECT_EQ(asked, "");
}

TEST_F(ClientSource, NamesOfCachesThatMeanNothingAreNoCaches) {
  session_->set_kerberos_caches({"", "NOTHING:x", "FILE:", "DIR:", "DIR::", "KEYRING:", ":", "x",
                                 "KEYRING:nonsense:x", std::string(5000, '/'), "DIR:relative"});
  EXPECT_EQ(who(), "NO_CREDENTIALS");
}

// ---- Identities of the session
// -------------------------------------------------------------------

class SessionIdentity : public KerberosTest {
 protected:
  void log_on(const char* domain, const char* user) {
    session_ = std::make_shared<test::FakeSession>(test::make_identity(domain, user, "secret"),
                                                   in_hours(5));
    session_->set_kerberos_caches({""});
  }
};

TEST_F(SessionIdentity, ComesAfterTickets) {
  log_on("EXAMPLE.TEST", "alice");
  const auto credential = acquire();
  ASSERT_TRUE(credential) << credential.error().why;
  EXPECT_EQ((*credential)->names()->user, "alice@EXAMPLE.TEST");
  EXPECT_EQ((*credential)->expiry(), in_hours(5));
  EXPECT_EQ(cache_of(*credential), "");

  files_.make_cache("FILE:" + files_.path("cc"), "bob@EXAMPLE.TEST", {granting(-1)});
  EXPECT_EQ(who(), "alice@EXAMPLE.TEST");
  files_.make_cache("FILE:" + files_.path("cc"), "bob@EXAMPLE.TEST", {for_service(1)});
  EXPECT_EQ(who(), "bob@EXAMPLE.TEST");
}

TEST_F(SessionIdentity, IsFoundByItsName) {
  log_on("EXAMPLE.TEST", "alice");
  files_.make_cache("FILE:" + files_.path("cc"), "bob@EXAMPLE.TEST", {granting(1)});
  for (const char* name : {"alice", "alice@EXAMPLE.TEST", "EXAMPLE.TEST\\alice", "EXAMPLE\\alice",
                           "alice@example.test"}) {
    EXPECT_EQ(who(name), "alice@EXAMPLE.TEST") << name;
  }
  EXPECT_EQ(who("alice@OTHER.TEST"), "UNKNOWN_CREDENTIALS");
  EXPECT_EQ(who("carol"), "UNKNOWN_CREDENTIALS");
}

TEST_F(SessionIdentity, OfAnotherNameMakesTheNameUnknown) {
  log_on("EXAMPLE.TEST", "alice");
  EXPECT_EQ(who("carol"), "UNKNOWN_CREDENTIALS");
}

TEST_F(SessionIdentity, OfAnotherUserIsNotTheCallers) {
  session_->set_other_user("carol");
  EXPECT_EQ(who("carol"), "NOT_OWNER");
  EXPECT_EQ(who("carol@EXAMPLE.TEST"), "NOT_OWNER");
  EXPECT_EQ(who("EXAMPLE\\carol"), "NOT_OWNER");
  EXPECT_EQ(who("carol/admin"), "NO_CREDENTIALS");
  EXPECT_EQ(who(), "NO_CREDENTIALS");
  // Unless the caller has tickets of that name itself, even if they have expired.
  files_.make_cache("FILE:" + files_.path("cc"), "carol@EXAMPLE.TEST", {granting(-1)});
  EXPECT_EQ(who("carol"), "NO_CREDENTIALS");
  files_.make_cache("FILE:" + files_.path("cc"), "carol@EXAMPLE.TEST", {granting(1)});
  EXPECT_EQ(who("carol"), "carol@EXAMPLE.TEST");
}

// ---- Sessions that are not the caller's
// ----------------------------------------------------------

TEST_F(ClientSource, OfAnothersSessionIgnoresTheEnvironment) {
  files_.make_cache("FILE:" + files_.path("cc"), "alice@EXAMPLE.TEST", {granting(1)});
  files_.make_cache("FILE:" + files_.path("theirs"), "bob@EXAMPLE.TEST", {granting(1)});
  files_.write_file("krb5.conf", "this is no configuration");
  session_->set_kerberos_caches({"FILE:" + files_.path("theirs")});
  EXPECT_EQ(who(), "bob@EXAMPLE.TEST");
  session_->set_kerberos_caches({});
  EXPECT_EQ(who(), "NO_CREDENTIALS");
}

TEST_F(ClientSource, OfTheMachineIsItsKeytabWhateverTheEnvironmentNames) {
  files_.make_cache("FILE:" + files_.path("cc"), "alice@EXAMPLE.TEST", {granting(1)});
  files_.make_keytab("keytab", {"host/planted.example.test@EXAMPLE.TEST"});
  session_->set_luid(kSystemLuid);
  EXPECT_NE(who(), "alice@EXAMPLE.TEST");
  EXPECT_NE(who(), "host/planted.example.test@EXAMPLE.TEST");
}

TEST_F(ClientSource, OfNobodyIsNothing) {
  files_.make_cache("FILE:" + files_.path("cc"), "alice@EXAMPLE.TEST", {granting(1)});
  session_->set_luid(kAnonymousLuid);
  EXPECT_EQ(who(), "NO_CREDENTIALS");
  AcquireRequest without_session = request();
  without_session.session = nullptr;
  EXPECT_EQ(who(without_session), "NO_CREDENTIALS");
}

TEST_F(ClientSource, NeedsAConfigurationThatCanBeRead) {
  files_.write_file("krb5.conf", "[libdefaults\n = }\n");
  const auto failed = acquire();
  ASSERT_FALSE(failed);
  EXPECT_EQ(failed.error().status, Status::InternalError);
  AcquireRequest both = request({}, CredentialUse::Both);
  EXPECT_EQ(acquire(both).error().status, Status::InternalError);
}

}  // namespace
}  // namespace opensspi::kerberos
