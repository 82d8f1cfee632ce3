// Caches and keytabs that somebody damaged, cut off, or made for another: never a crash, and an
// answer that holds.
#include <sys/stat.h>

#if defined(__SANITIZE_ADDRESS__)
#include <sanitizer/lsan_interface.h>
#endif

#include "support/other_user.h"
#include "world.h"

namespace opensspi::kerberos {
namespace {

constexpr uid_t kBob = 61'012;

void let_leak([[maybe_unused]] bool lets) {
#if defined(__SANITIZE_ADDRESS__)
  lets ? __lsan_disable() : __lsan_enable();
#endif
}

// While it lives, LeakSanitizer looks away: libkrb5 loses what it has read of a keytab's entry when
// the rest is not there.
class LookAwayFromLeaks {
 public:
  LookAwayFromLeaks() { let_leak(true); }
  LookAwayFromLeaks(const LookAwayFromLeaks&) = delete;
  LookAwayFromLeaks& operator=(const LookAwayFromLeaks&) = delete;
  ~LookAwayFromLeaks() { let_leak(false); }
};

class Damaged : public KerberosTest {
 protected:
  // Acquires with each damage done to the file; what is not refused has a name.
  template <class Check>
  void with_each_damage(const std::string& name, const AcquireRequest& asked, Check&& check) {
    const std::string whole = files_.read_file(name);
    for (std::size_t size = 0; size < whole.size(); ++size) {
      files_.write_file(name, whole.substr(0, size));
      check(who(asked), size, "cut off");
    }
    for (const unsigned flip : {0x01U, 0x80U, 0xFFU}) {
      for (std::size_t at = 0; at < whole.size(); ++at) {
        std::string changed = whole;
        changed[at] = static_cast<char>(static_cast<unsigned char>(changed[at]) ^ flip);
        files_.write_file(name, changed);
        check(who(asked), at, "flipped");
      }
    }
    files_.write_file(name, whole + std::string(64, '\0'));
    check(who(asked), whole.size(), "zeros behind");
    files_.write_file(name, whole + std::string(64, '\xFF'));
    check(who(asked), whole.size(), "ones behind");
    files_.write_file(name, whole);
  }
};

TEST_F(Damaged, CacheIsNoCredential) {
  files_.make_cache("FILE:" + files_.path("cc"), "alice@EXAMPLE.TEST",
                    {granting(1), for_service(2)});
  const std::size_t with_one_ticket = [&] {
    const std::string whole = files_.read_file("cc");
    files_.make_cache("FILE:" + files_.path("one"), "alice@EXAMPLE.TEST", {granting(1)});
    return files_.read_file("one").size();
  }();
  with_each_damage("cc", request(), [&](const std::string& who, std::size_t at, const char* what) {
    if (std::string_view(what) == "cut off") {
      EXPECT_EQ(who, at < with_one_ticket ? "NO_CREDENTIALS" : "alice@EXAMPLE.TEST") << at;
    } else if (who != "NO_CREDENTIALS") {
      EXPECT_NE(who.find('@'), std::string::npos) << who << ' ' << what << ' ' << at;
    }
  });
  EXPECT_EQ(who(), "alice@EXAMPLE.TEST");
}

TEST_F(Damaged, CacheSaysSo) {
  files_.write_file("cc", "no cache at all");
  const auto damaged = acquire();
  ASSERT_FALSE(damaged);
  EXPECT_EQ(damaged.error().status, Status::NoCredentials);
  EXPECT_STREQ(damaged.error().why, "the ticket cache is damaged: run kinit");
}

TEST_F(Damaged, CacheDoesNotHideOthers) {
  files_.write_file("cc", "no cache at all");
  files_.make_cache("FILE:" + files_.path("good"), "alice@EXAMPLE.TEST", {granting(1)});
  session_->set_kerberos_caches({"", "FILE:" + files_.path("good")});
  EXPECT_EQ(who(), "alice@EXAMPLE.TEST");
}

TEST_F(Damaged, KeytabIsNoCredential) {
  files_.make_keytab("keytab", {"HTTP/web@EXAMPLE.TEST", "host/web@EXAMPLE.TEST"});
  const AcquireRequest asked = request("HTTP/web", CredentialUse::Inbound);
  const LookAwayFromLeaks libkrb5;
  with_each_damage("keytab", asked, [&](const std::string& who, std::size_t at, const char* what) {
    EXPECT_TRUE(who == "NO_CREDENTIALS" || who.starts_with("HTTP/web@"))
        << who << ' ' << what << ' ' << at;
  });
  EXPECT_EQ(who(asked), "HTTP/web@EXAMPLE.TEST");
}

TEST_F(Damaged, FoldersAreNeitherCachesNorKeytabs) {
  std::filesystem::create_directory(files_.path("cc"));
  std::filesystem::create_directory(files_.path("keytab"));
  EXPECT_FALSE(acquire());
  EXPECT_EQ(who(request({}, CredentialUse::Inbound)), "NO_CREDENTIALS");
}

// As another Unix user: what is somebody's own is refused to others, and not taken for missing.
TEST_F(Damaged, NotAnothersFiles) {
  if (!test::may_become_others()) GTEST_SKIP() << "needs root, to become another user";
  files_.make_cache("FILE:" + files_.path("cc"), "alice@EXAMPLE.TEST", {granting(1)});
  files_.make_keytab("keytab", {"HTTP/web@EXAMPLE.TEST"});
  ASSERT_EQ(chmod(files_.path("").c_str(), 0755), 0);
  ASSERT_EQ(chmod(files_.path("krb5.conf").c_str(), 0644), 0);
  ASSERT_EQ(chmod(files_.path("cc").c_str(), 0600), 0);
  ASSERT_EQ(chmod(files_.path("keytab").c_str(), 0600), 0);
  EXPECT_EQ(who("alice"), "alice@EXAMPLE.TEST");
  EXPECT_TRUE(test::as_user(kBob, [&] {
    EXPECT_EQ(who(), "NOT_OWNER");
    EXPECT_EQ(who("alice@EXAMPLE.TEST"), "NOT_OWNER");
    EXPECT_EQ(who(request({}, CredentialUse::Inbound)), "NOT_OWNER");
    EXPECT_EQ(who(request("HTTP/web", CredentialUse::Inbound)), "NOT_OWNER");
    EXPECT_EQ(who(request({}, CredentialUse::Both)), "NOT_OWNER");
  }));
}

}  // namespace
}  // namespace opensspi::kerberos
