// Which Unix user stands for a client.
#include "logon/unix_user.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>

namespace opensspi::logon {
namespace {

AccessToken local(const std::string& user, const std::string& unix_user = "") {
  AccessToken client;
  client.user = user;
  client.domain = "SERVER";
  client.unix_user = unix_user;
  client.is_local = true;
  return client;
}

AccessToken of_domain(const std::string& domain, const std::string& user) {
  AccessToken client;
  client.user = user;
  client.domain = domain;
  return client;
}

class UnixUsers : public testing::Test {
 protected:
  UserDatabase database() {
    return {[this](const std::string& name) -> Result<std::optional<UserEntry>> {
              asked.push_back(name);
              if (broken) return fail(Status::InternalError, "out of order", 0, 5);
              const auto found = users.find(name);
              if (found == users.end()) return std::nullopt;
              return found->second;
            },
            [](const UserEntry& user) {
              return std::vector<gid_t>{user.gid, 5000};
            }};
  }
  // The name of who stands for the client, or why nobody does.
  std::string who(const AccessToken& client) {
    const Result<UnixUser> user = unix_user_of(client, database());
    if (user) return user->name;
    EXPECT_EQ(user.error().status, Status::NoImpersonation);
    return user.error().why;
  }

  std::map<std::string, UserEntry> users{
      {"alice", {"alice", 1001, 101}},
      {"Hatter", {"Hatter", 1002, 102}},
      {"HARE", {"HARE", 1003, 103}},
      {"hare", {"hare", 1004, 104}},
      {"root", {"root", 0, 0}},
      {"toor", {"toor", 0, 0}},
      {"corp\\alice", {"CORP\\alice", 70'001, 70'000}},
      {"CORP\\Dora", {"CORP\\Dora", 70'002, 70'000}},
      {"corp\\administrator", {"CORP\\administrator", 0, 0}},
      {"nobodys", {"nobodys", static_cast<uid_t>(-1), 1}},
      {"groupless", {"groupless", 1005, static_cast<gid_t>(-1)}}};
  std::vector<std::string> asked;
  bool broken = false;
};

constexpr const char* kNone = "no user of this machine has the client's name";
constexpr const char* kRoot = "the client has root's name, and nobody said that it may be root";

TEST_F(UnixUsers, AreFoundByName) {
  EXPECT_EQ(who(local("alice")), "alice");
  EXPECT_EQ(who(local("ALICE")), "alice");
  EXPECT_EQ(who(local("Hatter")), "Hatter");
  EXPECT_EQ(who(local("hatter")), kNone);
  EXPECT_EQ(who(local("dormouse")), kNone);
  const auto alice = unix_user_of(local("alice"), database());
  EXPECT_EQ(alice->uid, 1001U);
  EXPECT_EQ(alice->gid, 101U);
  EXPECT_EQ(alice->groups, (std::vector<gid_t>{101, 5000}));
}

TEST_F(UnixUsers, TheSpellingDoesNotChooseBetweenTwo) {
  EXPECT_EQ(who(local("HARE")), "hare");
  EXPECT_EQ(who(local("hare")), "hare");
}

TEST_F(UnixUsers, OfADomainAreLookedForInIt) {
  EXPECT_EQ(who(of_domain("CORP", "alice")), "CORP\\alice");
  EXPECT_EQ(who(of_domain("CORP", "Dora")), "CORP\\Dora");
  EXPECT_EQ(who(of_domain("ELSEWHERE", "alice")), kNone);
  EXPECT_EQ(who(of_domain("", "alice")), kNone);
  EXPECT_EQ(who(of_domain("CORP", "")), kNone);
  EXPECT_EQ(std::ranges::count(asked, "alice"), 0);
}

TEST_F(UnixUsers, AreWhomTheAdministratorNamed) {
  EXPECT_EQ(who(local("queen", "alice")), "alice");
  EXPECT_EQ(who(local("queen", "HARE")), "HARE");
  EXPECT_EQ(who(local("alice", "dormouse")),
            "the Unix user that the account stands for does not exist");
  AccessToken client = of_domain("ELSEWHERE", "alice");
  client.unix_user = "hare";
  EXPECT_EQ(who(client), "hare");
}

TEST_F(UnixUsers, AreNotRootByTheirName) {
  EXPECT_EQ(who(local("root")), kRoot);
  EXPECT_EQ(who(local("ROOT")), kRoot);
  EXPECT_EQ(who(local("toor")), kRoot);
  EXPECT_EQ(who(of_domain("CORP", "Administrator")), kRoot);
  EXPECT_EQ(who(local("alice", "root")), "root");
  EXPECT_EQ(who(local("root", "root")), "root");
  EXPECT_EQ(who(local("root", "alice")), "alice");
}

TEST_F(UnixUsers, AnonymousIsNobody) {
  AccessToken client = local("alice", "alice");
  client.anonymous = true;
  EXPECT_EQ(who(client), "an anonymous client is no user of this machine");
  EXPECT_TRUE(asked.empty());
}

// To setresuid(2) that number means "stay who you are".
TEST_F(UnixUsers, NoOneHasTheNumberMinusOne) {
  const char* const why = "the client's Unix user has a number that no user can have";
  EXPECT_EQ(who(local("nobodys")), why);
  EXPECT_EQ(who(local("groupless")), why);
  EXPECT_EQ(who(local("alice", "nobodys")), why);
}

TEST_F(UnixUsers, ADatabaseThatFailsIsNoAnswer) {
  broken = true;
  const auto user = unix_user_of(local("alice"), database());
  ASSERT_FALSE(user);
  EXPECT_EQ(user.error().status, Status::NoImpersonation);
  EXPECT_STREQ(user.error().why, "out of order");
  EXPECT_EQ(user.error().value, 5);
}

TEST_F(UnixUsers, OfATokenAreLookedUpWhenAskedForAndStay) {
  const ClientToken token(std::make_shared<AccessToken>(local("alice")), database());
  EXPECT_TRUE(asked.empty());
  broken = true;
  EXPECT_FALSE(token.unix_user());
  broken = false;
  const auto first = token.unix_user();
  ASSERT_TRUE(first);
  users.clear();
  const auto second = token.unix_user();
  ASSERT_TRUE(second);
  EXPECT_EQ(*first, *second);
  EXPECT_EQ((*second)->uid, 1001U);
  EXPECT_EQ(asked.size(), 2U);
}

TEST(UserDatabase, KnowsRoot) {
  const auto by_name = find_user("root");
  ASSERT_TRUE(by_name && *by_name);
  EXPECT_EQ((*by_name)->uid, 0U);
  const auto by_number = find_user(uid_t{0});
  ASSERT_TRUE(by_number && *by_number);
  EXPECT_EQ((*by_number)->name, "root");
  const std::vector<gid_t> groups = groups_of(**by_name);
  EXPECT_EQ(std::ranges::count(groups, gid_t{0}), 1);
  EXPECT_TRUE(std::ranges::is_sorted(groups));
}

TEST(UserDatabase, SaysWhoIsNotThere) {
  const auto nobody = find_user("there is no user of this name");
  ASSERT_TRUE(nobody) << nobody.error().value;
  EXPECT_FALSE(*nobody);
}

}  // namespace
}  // namespace opensspi::logon
