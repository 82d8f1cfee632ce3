// Lines of smbpasswd(5), of FreeRDP's SAM file and of pwdump.
#include "authority/account_import.h"

#include <gtest/gtest.h>

#include "unit/authority/world.h"

namespace opensspi::authority {
namespace {

using test::hash_of;
using test::status_of;
using test::why_of;

const std::string kNt = "a4f49c406510bdcab6824ee7c30fd852";  // "Password"
const std::string kNoHash(32, 'X');
const std::string kEmptyPassword = "31d6cfe0d16ae931b73c59d7e0c089c0";
const std::string kEmptyLm = "aad3b435b51404eeaad3b435b51404ee";

std::string hex(const NtHash& hash) {
  return test::to_hex(hash.expose());
}

TEST(AccountImport, EachForm) {
  struct Row {
    std::string line;
    const char* user;
    const char* domain;
    bool enabled;
  };
  const Row rows[] = {
      {"alice:1000:" + kNoHash + ":" + kNt + ":[U          ]:LCT-5F000000:", "alice", "", true},
      {"alice:1000:" + kNoHash + ":" + kNt + ":[DU         ]:LCT-5F000000:", "alice", "", false},
      {"alice:1000:" + kNoHash +
           ":A4F49C406510BDCAB6824EE7C30FD852:[UX]:LCT-5F000000:Alice Liddell",
       "alice", "", true},
      {"alice:::" + kNt + ":::", "alice", "", true},
      {"Alice:Example:" + kNoHash + ":" + kNt + ":::", "Alice", "Example", true},
      {"alice:1001:" + kEmptyLm + ":" + kNt + ":::", "alice", "", true},  // pwdump
      {"jürgen:Dömäne::" + kNt + ":::", "jürgen", "Dömäne", true},
  };
  for (const Row& row : rows) {
    const auto imported = parse_accounts(row.line);
    ASSERT_TRUE(imported && imported->accounts.size() == 1) << row.line;
    const ImportedAccount& account = imported->accounts[0];
    EXPECT_EQ(account.name.user, row.user) << row.line;
    EXPECT_EQ(account.name.domain, row.domain) << row.line;
    EXPECT_EQ(account.enabled, row.enabled) << row.line;
    EXPECT_EQ(hex(account.nt_hash), kNt) << row.line;
    EXPECT_EQ(account.line, 1) << row.line;
    EXPECT_EQ(imported->skipped, 0U) << row.line;
  }
}

TEST(AccountImport, SkipsMachinesAndAccountsWithoutAPassword) {
  const std::string lines[] = {
      "host$:1000:" + kNoHash + ":" + kNt + ":[W          ]:LCT-5F000000:",
      "dc$:1000:" + kNoHash + ":" + kNt + ":[S          ]:LCT-5F000000:",
      "trust$:1000:" + kNoHash + ":" + kNt + ":[I          ]:LCT-5F000000:",
      "alice:1000:" + kNoHash + ":" + kNt + ":[NU         ]:LCT-5F000000:",
      "alice:1000:" + kNoHash + ":" + kNoHash + ":[U          ]:LCT-5F000000:",
      "alice:1000:" + kNoHash + ":NO PASSWORDXXXXXXXXXXXXXXXXXXXXX:[U          ]:LCT-5F000000:",
      "alice:1000:" + kNoHash + ":NO PASSWORD*********************:::",
      "alice::" + kNoHash + "::::",
      "Guest:501:" + kEmptyLm + ":" + kEmptyPassword + ":::",
      "alice:1001:" + kNoHash + ":00000000000000000000000000000000:::",
  };
  for (const std::string& line : lines) {
    const auto imported = parse_accounts(line);
    ASSERT_TRUE(imported) << line;
    EXPECT_TRUE(imported->accounts.empty()) << line;
    EXPECT_EQ(imported->skipped, 1U) << line;
  }
}

TEST(AccountImport, LinesThatDoNotCount) {
  const auto imported = parse_accounts("\xEF\xBB\xBF# comment\r\n\r\n\nalice:::" + kNt +
                                       ":::\r\nbob:::" + kNt + ":::");
  ASSERT_TRUE(imported && imported->accounts.size() == 2);
  EXPECT_EQ(imported->accounts[0].name.user, "alice");
  EXPECT_EQ(imported->accounts[0].line, 4);
  EXPECT_EQ(imported->accounts[1].line, 5);
  EXPECT_EQ(imported->skipped, 0U);
  EXPECT_TRUE(parse_accounts("")->accounts.empty());
  EXPECT_EQ(parse_accounts("\xEF\xBB\xBF"
                           "alice:::" +
                           kNt + ":::")
                ->accounts[0]
                .name.user,
            "alice");
}

TEST(AccountImport, ABadLineIsNamedByItsNumber) {
  const std::string lines[] = {
      "alice",
      "alice:::",
      "alice:1000:" + kNoHash + ":" + kNt,                              // no fifth field
      ":1000:" + kNoHash + ":" + kNt + ":::",                           // no user
      "alice:1000:" + kNoHash + ":a4f49c406510bdcab6824ee7c30fd85:::",  // a digit short
      "alice:1000:" + kNoHash + ":a4f49c406510bdcab6824ee7c30fd8522:::",
      "alice:1000:" + kNoHash + ":g4f49c406510bdcab6824ee7c30fd852:::",
      "alice:1000:" + kNoHash + ":" + kNt + ":[U:LCT-5F000000:",
      "alice:1000:" + kNoHash + ":" + kNt + ":U]:LCT-5F000000:",
      "root:x:0:0:root:/root:/bin/bash",  // passwd(5)
      " ",
  };
  for (const std::string& line : lines) {
    const auto imported = parse_accounts("# first\nbob:::" + kNt + ":::\n" + line + "\n");
    ASSERT_FALSE(imported) << line;
    EXPECT_EQ(imported.error().status, Status::InvalidParameter) << line;
    EXPECT_EQ(imported.error().value, 3) << line;
    EXPECT_STREQ(imported.error().why, "a line is neither of smbpasswd nor of a SAM file");
  }
}

class Import : public test::Accounts {};

TEST_F(Import, AddsAndUpdates) {
  auto store = open();
  ASSERT_TRUE(store->add({"alice", ""}, hash_of("old")));
  ASSERT_TRUE(store->add({"bob", ""}, hash_of("old")));
  const std::string sid = store->find({"alice", ""})->sid;
  const auto count = store->import("ALICE:1000:" + kNoHash + ":" + kNt +
                                   ":[DU]:LCT-0:\n"
                                   "carol:Example::" +
                                   kNt +
                                   ":::\n"
                                   "dave:SERVER::" +
                                   kNt +
                                   ":::\n"
                                   "host$:1:" +
                                   kNoHash + ":" + kNt + ":[W]:LCT-0:\n");
  ASSERT_TRUE(count);
  EXPECT_EQ(count->imported, 3U);
  EXPECT_EQ(count->skipped, 1U);
  EXPECT_EQ(store->list()->size(), 4U);
  EXPECT_EQ(store->find({"alice", ""})->user, "alice");
  EXPECT_EQ(store->find({"alice", ""})->sid, sid);
  EXPECT_FALSE(store->find({"alice", ""})->enabled);
  EXPECT_EQ(hex(store->look_up({"alice", ""})->nt_hash), kNt);
  EXPECT_EQ(hex(store->look_up({"bob", ""})->nt_hash), hex(hash_of("old")));
  EXPECT_EQ(store->find({"carol", "EXAMPLE"})->domain, "Example");
  EXPECT_EQ(store->find({"dave", ""})->domain, "");
}

TEST_F(Import, AllOrNothing) {
  auto store = open();
  ASSERT_TRUE(store->add({"alice", ""}, hash_of("old")));
  const std::string good = "alice:::" + kNt + ":::\nbob:::" + kNt + ":::\n";
  const auto bad_line = store->import(good + "nonsense\n");
  EXPECT_EQ(status_of(bad_line), Status::InvalidParameter);
  EXPECT_EQ(bad_line.error().value, 3);
  const auto bad_name = store->import(good + "# comment\na?b:::" + kNt + ":::\n");
  EXPECT_EQ(status_of(bad_name), Status::InvalidParameter);
  EXPECT_EQ(bad_name.error().value, 4);
  EXPECT_TRUE(why_of(bad_name).starts_with("a user name has at most 256 characters"));
  EXPECT_EQ(store->list()->size(), 1U);
  EXPECT_EQ(hex(store->look_up({"alice", ""})->nt_hash), hex(hash_of("old")));
}

// As many as a large site has; a logon must not become slow with them (see query_plan_test.cpp).
TEST_F(Import, ManyAccounts) {
  std::string lines;
  for (int i = 0; i < 5000; ++i) lines += "user" + std::to_string(i) + ":::" + kNt + ":::\n";
  auto store = open();
  const auto count = store->import(lines);
  ASSERT_TRUE(count);
  EXPECT_EQ(count->imported, 5000U);
  EXPECT_EQ(store->list()->size(), 5000U);
}

}  // namespace
}  // namespace opensspi::authority
