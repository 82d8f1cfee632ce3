// Judging logons: who gets in, what the server learns of a refusal, and what a peer does.
#include "authority/accounts_authority.h"

#include <gtest/gtest.h>

#include "unit/authority/world.h"

namespace opensspi::authority {
namespace {

using test::ClientResponse;
using test::hash_of;
using test::kSecond;
using test::status_of;
using test::why_of;

class AccountsJudge : public test::Accounts {
 protected:
  void SetUp() override {
    trace = [this](const char* sql) { statements.emplace_back(sql); };
    store = open();
    for (const char* name : {"alice", "disabled", "expired", "changing", "locked"}) {
      ASSERT_TRUE(store->add({name, ""}, hash_of("secret")));
    }
    ASSERT_TRUE(store->set_enabled({"disabled", ""}, false));
    ASSERT_TRUE(store->set_expiry({"expired", ""}, now));
    ASSERT_TRUE(store->set_must_change({"changing", ""}, true));
    ASSERT_TRUE(store->set_lockout({3, 10}));
    authority = std::make_unique<AccountsAuthority>(store, [this] { return now.load(); });
    for (int i = 0; i < 3; ++i) EXPECT_FALSE(log_on("locked", "", "wrong"));
  }

  Result<NtlmLogon> log_on(const std::string& user, const std::string& domain,
                           std::string_view password) {
    const ClientResponse client(user, domain, password);
    return authority->validate(client.response);
  }

  std::vector<std::string> statements;  // outlives the store, which adds to it to its end
  std::shared_ptr<AccountStore> store;
  std::unique_ptr<AccountsAuthority> authority;
};

TEST_F(AccountsJudge, TheRightPassword) {
  const ClientResponse client("ALICE", "LAPTOP", "secret");
  const auto logon = authority->validate(client.response);
  ASSERT_TRUE(logon) << logon.error().why;
  EXPECT_EQ(logon->token->user, "alice");
  EXPECT_EQ(logon->token->domain, "SERVER");
  EXPECT_EQ(logon->token->user_sid, store->find({"alice", ""})->sid);
  EXPECT_FALSE(logon->token->anonymous);
  const auto key = ntlm::check_response(hash_of("secret"), client.response);
  EXPECT_TRUE(equal(logon->session_base_key.expose(), key->expose()));
  EXPECT_EQ(store->find({"alice", ""})->last_logon, now);
  EXPECT_EQ(authority->names()->netbios_computer, "SERVER");
}

TEST_F(AccountsJudge, TheTokenSaysWhoStandsForTheAccount) {
  ASSERT_TRUE(store->add({"bob", "Example"}, hash_of("secret")));
  ASSERT_TRUE(store->set_unix_user({"bob", "Example"}, "robert"));
  const auto alice = log_on("alice", "LAPTOP", "secret"), bob = log_on("bob", "EXAMPLE", "secret");
  ASSERT_TRUE(alice && bob);
  EXPECT_EQ(alice->token->unix_user, "");
  EXPECT_TRUE(alice->token->is_local);
  EXPECT_EQ(bob->token->unix_user, "robert");
  EXPECT_FALSE(bob->token->is_local);
}

TEST_F(AccountsJudge, AnAccountMayBeMeantInSeveralWays) {
  ASSERT_TRUE(store->add({"bob", "Example"}, hash_of("hers")));
  ASSERT_TRUE(store->add({"alice", "Example"}, hash_of("hers")));
  ASSERT_TRUE(store->add({"carol", "example.test"}, hash_of("hers")));
  struct Row {
    const char* user;
    const char* domain;
    const char* password;
    const char* meant;  // nullptr: nobody
  };
  const Row rows[] = {
      {"alice", "", "secret", "SERVER\\alice"},
      {"alice", "SERVER", "secret", "SERVER\\alice"},
      {"alice", "server.example.test", "secret", "SERVER\\alice"},
      {"alice@server", "", "secret", "SERVER\\alice"},
      {"alice", "elsewhere", "secret", "SERVER\\alice"},
      {"alice", "EXAMPLE", "hers", "Example\\alice"},
      {"alice", "EXAMPLE", "secret", nullptr},  // who has an account there is not meant elsewhere
      {"bob", "example", "hers", "Example\\bob"},
      {"bob", "", "hers", nullptr},
      {"bob", "elsewhere", "hers", nullptr},
      {"carol@EXAMPLE.TEST", "", "hers", "example.test\\carol"},
      {"alice@elsewhere", "", "secret", nullptr},
  };
  for (const Row& row : rows) {
    const auto logon = log_on(row.user, row.domain, row.password);
    ASSERT_EQ(logon.has_value(), row.meant != nullptr) << row.user << ", " << row.domain;
    if (logon) {
      EXPECT_EQ(logon->token->domain + "\\" + logon->token->user, row.meant);
    }
  }
}

TEST_F(AccountsJudge, ClientsThatHashWithoutADomain) {
  const ClientResponse client("alice", "", "secret");
  NtlmResponse response = client.response;
  response.domain = "ELSEWHERE";
  EXPECT_TRUE(authority->validate(response));
}

// The server learns everything. The peer learns what is wrong with an account only when it knows
// the password.
TEST_F(AccountsJudge, Refusals) {
  struct Row {
    const char* user;
    const char* password;
    std::uint32_t nt_status, for_peer;
    const char* why;
  };
  using namespace nt_status;
  const Row rows[] = {
      {"nobody", "secret", kNoSuchUser, kLogonFailure, "there is no account of that name"},
      {"nobody", "", kNoSuchUser, kLogonFailure, "there is no account of that name"},
      {"", "", kNoSuchUser, kLogonFailure, "there is no account of that name"},
      {"alice", "wrong", kWrongPassword, kLogonFailure, "wrong password"},
      {"alice", "", kWrongPassword, kLogonFailure, "wrong password"},
      {"disabled", "secret", kAccountDisabled, kAccountDisabled, "the account is disabled"},
      {"disabled", "wrong", kWrongPassword, kLogonFailure,
       "wrong password, for an account that is disabled"},
      {"expired", "secret", kAccountExpired, kAccountExpired, "the account expired"},
      {"expired", "wrong", kWrongPassword, kLogonFailure,
       "wrong password, for an account that expired"},
      {"changing", "secret", kPasswordMustChange, kPasswordMustChange,
       "the password must be changed before the next logon"},
      {"changing", "wrong", kWrongPassword, kLogonFailure, "wrong password"},
      {"locked", "secret", kAccountLockedOut, kLogonFailure,
       "the account is locked out after too many wrong passwords"},
      {"locked", "wrong", kWrongPassword, kLogonFailure,
       "wrong password, and the account is locked out"},
  };
  for (const Row& row : rows) {
    const auto logon = log_on(row.user, "", row.password);
    ASSERT_FALSE(logon) << row.user << ", " << row.password;
    EXPECT_EQ(logon.error().status, Status::LogonDenied) << row.user << ", " << row.password;
    EXPECT_EQ(logon.error().nt_status, row.nt_status) << row.user << ", " << row.password;
    EXPECT_STREQ(logon.error().why, row.why);
    EXPECT_EQ(nt_status_for_peer(logon.error().nt_status), row.for_peer);
    EXPECT_EQ(logon.error().value, 0);
  }
  EXPECT_TRUE(log_on("alice", "", "secret"));  // a right logon works after each
}

// Who locks an account by guessing must not go on and hear which guess is right, nor whether there
// is such an account; the machine's own log tells both.
TEST_F(AccountsJudge, ALockoutIsNoOracle) {
  const auto for_peer = [&](const char* user, const char* password) {
    const Error error = log_on(user, "", password).error();
    return std::pair(error.status, nt_status_for_peer(error.nt_status));
  };
  EXPECT_EQ(for_peer("locked", "secret"), for_peer("locked", "wrong"));
  EXPECT_EQ(for_peer("locked", "secret"), for_peer("nobody", "secret"));
  EXPECT_STRNE(log_on("locked", "", "secret").error().why,
               log_on("locked", "", "wrong").error().why);
}

TEST_F(AccountsJudge, AnAccountExpiresOnTime) {
  ASSERT_TRUE(store->set_expiry({"alice", ""}, now + 1));
  EXPECT_TRUE(log_on("alice", "", "secret"));
  ++now;
  EXPECT_EQ(log_on("alice", "", "secret").error().nt_status, nt_status::kAccountExpired);
}

// Zeros are what an unknown name is checked against: whoever proves zeros is still unknown.
TEST_F(AccountsJudge, TheHashOfAnUnknownNameOpensNothing) {
  const ClientResponse client("nobody", "", NtHash());
  EXPECT_EQ(authority->validate(client.response).error().nt_status, nt_status::kNoSuchUser);
}

TEST_F(AccountsJudge, AnUnknownNameTakesTheSameSteps) {
  int checks = 0;
  AccountsAuthority counting(
      store, [this] { return now.load(); },
      [&](const NtHash& hash, const NtlmResponse& response) {
        ++checks;
        return ntlm::check_response(hash, response);
      });
  const auto steps = [&](const char* user, const char* domain) {
    EXPECT_TRUE(store->flush());
    now += 2 * kSecond;  // so that each writes what waits
    statements.clear();
    checks = 0;
    const ClientResponse client(user, domain, "wrong");
    EXPECT_EQ(status_of(counting.validate(client.response)), Status::LogonDenied);
    EXPECT_EQ(checks, 1) << user;
    return statements;
  };
  const std::vector<std::string> known = steps("alice", "");
  EXPECT_GE(known.size(), 4U);
  for (const char* user : {"nobody", "disabled", "expired", "changing", "locked", "nobody@x"}) {
    EXPECT_EQ(steps(user, ""), known) << user;
    EXPECT_EQ(steps(user, "ELSEWHERE"), known) << user;
  }
  for (const std::string& statement : known) {
    EXPECT_EQ(statement.find("alice"), std::string::npos) << statement;
  }
}

// A logon among 100000 accounts must not read them all.
TEST_F(AccountsJudge, NoStatementOfALogonReadsWholeTables) {
  now += 2 * kSecond;
  statements.clear();
  EXPECT_TRUE(log_on("alice", "", "secret"));
  int plans = 0;
  for (const std::string& statement : statements) {
    for (const std::string& step : query(("EXPLAIN QUERY PLAN " + statement).c_str(), 4)) {
      ++plans;
      EXPECT_EQ(step.find("SCAN accounts"), std::string::npos) << statement;
      EXPECT_EQ(step.find("SCAN counters"), std::string::npos) << statement;
    }
  }
  EXPECT_GE(plans, 3);
}

TEST_F(AccountsJudge, WhatIsNoResponseIsNoAttempt) {
  ClientResponse client("alice", "", "secret");
  client.bytes.resize(24);  // NTLMv1's length
  client.response.nt_response = client.bytes;
  EXPECT_EQ(status_of(authority->validate(client.response)), Status::InvalidToken);
  client.response.user = "\xFF";
  EXPECT_EQ(status_of(authority->validate(client.response)), Status::InvalidToken);
  EXPECT_EQ(store->find({"alice", ""})->failures, 0U);
}

TEST_F(AccountsJudge, WhoseDatabaseFailsCannotJudge) {
  execute("DELETE FROM machine");
  const auto logon = log_on("alice", "", "secret");
  EXPECT_EQ(status_of(logon), Status::NoAuthenticatingAuthority);
  EXPECT_EQ(logon.error().nt_status, nt_status::kNoLogonServers);
  EXPECT_EQ(why_of(logon), "the accounts database is damaged");
}

}  // namespace
}  // namespace opensspi::authority
