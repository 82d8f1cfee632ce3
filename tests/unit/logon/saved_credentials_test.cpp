// What is saved for targets, in the keyring of a Unix user that nobody else is. Needs root.
#include "logon/saved_credentials.h"

#include <gtest/gtest.h>

#include "support/fake_environment.h"
#include "support/other_user.h"

namespace opensspi::logon {
namespace {

constexpr uid_t kUser = 61'101;

SavedCredentials saved() {
  return {kUser, [] { return test::kFakeNow; }};
}

SavedCredential credential(SavedType type, std::string target, std::string user = "CORP\\alice") {
  SavedCredential made;
  made.type = type;
  made.target = std::move(target);
  made.user = std::move(user);
  made.blob = test::password_utf16le("secret");
  return made;
}

void save(SavedType type, std::string target, std::string user = "CORP\\alice") {
  const auto done = saved().write(credential(type, std::move(target), std::move(user)), false);
  ASSERT_TRUE(done) << done.error().why;
}

// The user who is found for a target; empty when nobody is.
std::string found(std::string_view target) {
  const auto identity = saved().find(target);
  return identity ? identity->identity->user : "";
}

void forget_all() {
  const auto all = saved().list("");
  if (!all) return;
  for (const SavedCredential& one : *all) {
    EXPECT_TRUE(saved().remove(one.target, one.type)) << one.target;
  }
}

// The body runs as that user, and leaves nothing.
testing::AssertionResult alone(const std::function<void()>& body) {
  return test::as_user(kUser, [&] {
    forget_all();
    test::await_key_quota(kUser);
    body();
    forget_all();
  });
}

class Saved : public testing::Test {
 protected:
  void SetUp() override {
    if (!test::may_become_others()) GTEST_SKIP() << "needs root, to become another user";
  }
};

TEST_F(Saved, TheMostSpecialTargetWins) {
  EXPECT_TRUE(alone([] {
    const auto type = SavedType::DomainPassword;
    for (const auto& [target, user] : {std::pair{"*", "anywhere"},
                                       {"*Session", "session"},
                                       {"*.example", "example"},
                                       {"*.corp.example", "domain"},
                                       {"server.corp.example", "host"},
                                       {"TERMSRV/server.corp.example", "spn"},
                                       {"TERMSRV/server.corp.example:3390", "port"}}) {
      EXPECT_NE(found("TERMSRV/server.corp.example:3390"), user);
      save(type, target, user);
      EXPECT_EQ(found("TERMSRV/server.corp.example:3390"), user);
    }
    EXPECT_EQ(found("TERMSRV/SERVER.corp.example"), "spn");
    EXPECT_EQ(found("TERMSRV/server.corp.example/x@REALM"), "spn");
    EXPECT_EQ(found("HTTP/server.corp.example"), "host");
    EXPECT_EQ(found("https://server.corp.example:5986/wsman"), "host");
    EXPECT_EQ(found("server.corp.example"), "host");
    EXPECT_EQ(found("TERMSRV/corp.example"), "example");
    EXPECT_EQ(found("TERMSRV/elsewhere"), "session");
    EXPECT_EQ(found("TERMSRV/"), "session");
    EXPECT_EQ(found(""), "session");
  }));
}

// An application's secret under a name that happens to be a host's is no password of anybody.
TEST_F(Saved, GenericOnesCountUnderAnSpnOnly) {
  EXPECT_TRUE(alone([] {
    for (const char* target : {"server.example", "*.example", "*", "https://server.example/"}) {
      save(SavedType::Generic, target);
      EXPECT_EQ(found("TERMSRV/server.example"), "") << target;
      EXPECT_EQ(found(target), "") << target;
    }
    EXPECT_FALSE(saved().any());
    save(SavedType::Generic, "TERMSRV/server.example");
    EXPECT_EQ(found("TERMSRV/server.example"), "alice");
    EXPECT_EQ(found("TERMSRV/server.example:3390"), "alice");
    EXPECT_EQ(found("HTTP/server.example"), "");
    EXPECT_TRUE(saved().any());
  }));
}

TEST_F(Saved, WhatIsNoPasswordIsPassedOver) {
  EXPECT_TRUE(alone([] {
    SavedCredential odd = credential(SavedType::Generic, "TERMSRV/server");
    const Bytes three{1, 2, 3};
    odd.blob = SecretBytes(three);
    ASSERT_TRUE(saved().write(std::move(odd), false));
    EXPECT_EQ(found("TERMSRV/server"), "");
    save(SavedType::DomainPassword, "TERMSRV/server", "");
    save(SavedType::DomainCertificate, "TERMSRV/server");
    EXPECT_EQ(found("TERMSRV/server"), "");
    EXPECT_FALSE(saved().any());
    save(SavedType::DomainVisiblePassword, "TERMSRV/server", "visible");
    EXPECT_EQ(found("TERMSRV/server"), "visible");
    save(SavedType::DomainPassword, "TERMSRV/server", "hidden");
    EXPECT_EQ(found("TERMSRV/server"), "hidden");
  }));
}

TEST_F(Saved, AreListedByTargetThenType) {
  EXPECT_TRUE(alone([] {
    for (const char* target : {"b", "C", "a;b", "a"}) {
      save(SavedType::DomainPassword, target);
      save(SavedType::Generic, target);
    }
    const auto all = saved().list("");
    ASSERT_TRUE(all);
    std::string order;
    for (const SavedCredential& one : *all) {
      order += one.target + std::to_string(static_cast<int>(one.type)) + ' ';
    }
    EXPECT_EQ(order, "a1 a2 a;b1 a;b2 b1 b2 C1 C2 ");
    EXPECT_EQ(saved().list("A*")->size(), 4U);
    EXPECT_EQ(saved().list("A")->size(), 2U);
    EXPECT_EQ(saved().list("*")->size(), 8U);
    EXPECT_EQ(saved().list("d*")->size(), 0U);
  }));
}

TEST_F(Saved, TheKernelSetsLimits) {
  EXPECT_TRUE(alone([] {
    const auto type = SavedType::Generic;
    save(type, std::string(4095 - 8, 'n'));
    const std::string too_long(4096 - 8, 'n');
    const auto written = saved().write(credential(type, too_long), false);
    ASSERT_FALSE(written);
    EXPECT_EQ(written.error().status, Status::InsufficientMemory);
    const auto read = saved().read(too_long, type);
    ASSERT_FALSE(read);
    EXPECT_EQ(read.error().status, Status::NoCredentials);
    EXPECT_EQ(saved().remove(too_long, type).error().status, Status::NoCredentials);

    Result<void> done;
    for (int i = 0; done && i < 300; ++i) {
      done = saved().write(credential(type, "name" + std::to_string(i)), false);
    }
    ASSERT_FALSE(done) << "a user's quota has an end";
    EXPECT_EQ(done.error().status, Status::InsufficientMemory);
  }));
}

TEST_F(Saved, KeepTheOldSecretWhenAsked) {
  EXPECT_TRUE(alone([] {
    const auto type = SavedType::DomainPassword;
    SavedCredential again = credential(type, "server", "CORP\\bob");
    again.blob = SecretBytes();
    const auto none = saved().write(std::move(again), true);
    ASSERT_FALSE(none);
    EXPECT_EQ(none.error().status, Status::NoCredentials);
    save(type, "server");
    again = credential(type, "SERVER", "CORP\\bob");
    again.blob = SecretBytes();
    ASSERT_TRUE(saved().write(std::move(again), true));
    const auto back = saved().read("server", type);
    ASSERT_TRUE(back);
    EXPECT_EQ(back->user, "CORP\\bob");
    EXPECT_EQ(back->target, "SERVER");
    EXPECT_TRUE(equal(back->blob.expose(), test::password_utf16le("secret").expose()));
  }));
}

}  // namespace
}  // namespace opensspi::logon
