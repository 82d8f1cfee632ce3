// Which names are fit for accounts, and which accounts a client may mean.
#include "authority/account_names.h"

#include <gtest/gtest.h>

namespace opensspi::authority {
namespace {

const HostNames kHost{"SERVER", "SERVER", "server.example.test", "example.test", false};

TEST(AccountNames, ThisMachine) {
  for (const char* domain :
       {"", ".", "SERVER", "server", "server.example.test", "SERVER.Example.TEST"}) {
    EXPECT_TRUE(is_this_machine(domain, kHost)) << domain;
  }
  for (const char* domain : {"..", "SERVER2", "example.test", "OTHER", "server.example"}) {
    EXPECT_FALSE(is_this_machine(domain, kHost)) << domain;
  }
}

TEST(AccountNames, KeysAreUpperCaseAsInWindows) {
  EXPECT_EQ(*account_key({"alice", "server"}, kHost), (AccountKey{"ALICE", ""}));
  EXPECT_EQ(*account_key({"Jürgen", "Dömäne"}, kHost), (AccountKey{"JÜRGEN", "DÖMÄNE"}));
  // One code unit for one: the sharp s stays, and so do letters beyond the BMP.
  EXPECT_EQ(*account_key({"straße", ""}, kHost), (AccountKey{"STRAßE", ""}));
  EXPECT_EQ(*account_key({"𐐨", ""}, kHost), (AccountKey{"𐐨", ""}));
}

TEST(AccountNames, UnfitNames) {
  const auto refused = [](const AccountName& name) {
    const auto key = account_key(name, kHost);
    return !key && key.error().status == Status::InvalidParameter;
  };
  EXPECT_TRUE(refused({"", ""}));
  EXPECT_TRUE(refused({"", "EXAMPLE"}));
  for (const char character : std::string_view("\"/\\[]:;|=,+*?<>@\t\n\x01\x7F", 20)) {
    EXPECT_TRUE(refused({std::string("a") + character, ""})) << character;
  }
  EXPECT_TRUE(refused({std::string("a\0b", 3), ""}));
  for (const char character : std::string_view("\"/\\:|*?<>@\n", 11)) {
    EXPECT_TRUE(refused({"alice", std::string("a") + character})) << character;
  }
  EXPECT_TRUE(refused({"\xFF", ""}));
  EXPECT_TRUE(refused({"alice", "\xC3"}));
  EXPECT_TRUE(refused({"\xED\xA0\x80", ""}));  // a surrogate
  EXPECT_TRUE(refused({std::string(257, 'a'), ""}));
  EXPECT_TRUE(refused({"alice", std::string(257, 'a')}));
  EXPECT_FALSE(refused({std::string(256, 'a'), std::string(256, 'b')}));
  EXPECT_FALSE(refused({"name with space.and-dot_$", "EXAMPLE"}));
}

TEST(AccountNames, WhatAClientMayMean) {
  struct Row {
    AccountName sent;
    AccountKey first, second;
  };
  const Row rows[] = {
      {{"alice", ""}, {"ALICE", ""}, {"ALICE", ""}},
      {{"alice", "."}, {"ALICE", ""}, {"ALICE", ""}},
      {{"alice", "server"}, {"ALICE", ""}, {"ALICE", ""}},
      {{"alice", "Server.Example.Test"}, {"ALICE", ""}, {"ALICE", ""}},
      // A client outside a domain sends its own machine's name.
      {{"alice", "laptop"}, {"ALICE", "LAPTOP"}, {"ALICE", ""}},
      // User principal names.
      {{"alice@example.test", ""}, {"ALICE", "EXAMPLE.TEST"}, {"ALICE", "EXAMPLE.TEST"}},
      {{"alice@server", ""}, {"ALICE", ""}, {"ALICE", ""}},
      {{"a@b@c", ""}, {"A@B", "C"}, {"A@B", "C"}},
      {{"@", ""}, {"", ""}, {"", ""}},
      {{"alice@example.test", "D"}, {"ALICE@EXAMPLE.TEST", "D"}, {"ALICE@EXAMPLE.TEST", ""}},
      {{"", ""}, {"", ""}, {"", ""}},
      {{"a\\b", "c:d"}, {"A\\B", "C:D"}, {"A\\B", ""}},
  };
  for (const Row& row : rows) {
    const auto keys = candidates(row.sent, kHost);
    ASSERT_TRUE(keys && keys->size() == 2) << row.sent.user;
    EXPECT_EQ((*keys)[0], row.first) << row.sent.user << ", " << row.sent.domain;
    EXPECT_EQ((*keys)[1], row.second) << row.sent.user << ", " << row.sent.domain;
  }
  EXPECT_EQ(candidates({"\xFF", ""}, kHost).error().status, Status::InvalidToken);
  EXPECT_EQ(candidates({"a", "\xFF"}, kHost).error().status, Status::InvalidToken);
}

TEST(AccountNames, TheHostsOwn) {
  const HostNames names = local_host_names();
  EXPECT_FALSE(names.dns_computer.empty());
  EXPECT_FALSE(names.netbios_computer.empty());
  EXPECT_LE(names.netbios_computer.size(), 15U);
  EXPECT_EQ(names.netbios_computer.find('.'), std::string::npos);
  EXPECT_EQ(names.netbios_domain, names.netbios_computer);
  EXPECT_FALSE(names.domain_joined);
  EXPECT_TRUE(is_this_machine(names.dns_computer, names));
}

}  // namespace
}  // namespace opensspi::authority
