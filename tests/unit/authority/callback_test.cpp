// The judge that asks the program.
#include "authority/callback.h"

#include <gtest/gtest.h>

#include "unit/authority/world.h"

namespace opensspi::authority {
namespace {

using test::ClientResponse;
using test::hash_of;

const HostNames kNames{"SERVER", "SERVER", "server.example.test", "", false};

// One account, alice, with an answer of the test's.
class HashCallbackTest : public testing::Test {
 protected:
  Result<NtlmLogon> log_on(const std::string& user, std::string_view password) {
    const ClientResponse client(user, "Example", password);
    return authority.validate(client.response);
  }

  std::uint32_t answer = 0;
  int calls = 0;
  CallbackAuthority authority{
      kNames, HashCallback([this](const std::string& user, const std::string& domain) {
        ++calls;
        EXPECT_EQ(domain, "Example");
        if (user != "alice") return HashAnswer{nt_status::kNoSuchUser, NtHash()};
        return HashAnswer{answer, hash_of("secret")};
      })};
};

TEST_F(HashCallbackTest, TheRightPassword) {
  const auto logon = log_on("alice", "secret");
  ASSERT_TRUE(logon);
  EXPECT_EQ(logon->token->user, "alice");
  EXPECT_EQ(logon->token->domain, "Example");
  EXPECT_EQ(logon->token->user_sid, "");
  const ClientResponse client("alice", "Example", "secret");
  const auto key = ntlm::check_response(hash_of("secret"), client.response);
  EXPECT_TRUE(equal(logon->session_base_key.expose(), key->expose()));
  EXPECT_EQ(calls, 1);
  EXPECT_EQ(authority.names()->netbios_computer, "SERVER");
}

// A client's word for its domain makes it a user of this machine only where that is the machine.
TEST(CallbackNames, OfTheMachineAreItsUsers) {
  CallbackAuthority authority(kNames, HashCallback([](const std::string&, const std::string&) {
                                return HashAnswer{0, hash_of("secret")};
                              }));
  for (const auto& [domain, is_local] :
       {std::pair("", true), std::pair(".", true), std::pair("server", true),
        std::pair("SERVER.example.test", true), std::pair("Example", false)}) {
    const ClientResponse client("alice", domain, "secret");
    const auto logon = authority.validate(client.response);
    ASSERT_TRUE(logon);
    EXPECT_EQ(logon->token->is_local, is_local) << domain;
    EXPECT_EQ(logon->token->unix_user, "");
  }
}

TEST_F(HashCallbackTest, RefusalsAreToldToTheRightPasswordOnly) {
  using namespace nt_status;
  struct Row {
    std::uint32_t answer;
    const char* user;
    const char* password;
    std::uint32_t nt_status, for_peer;
  };
  const Row rows[] = {
      {0, "alice", "wrong", kWrongPassword, kLogonFailure},
      {0, "nobody", "secret", kNoSuchUser, kLogonFailure},
      {kAccountDisabled, "alice", "secret", kAccountDisabled, kAccountDisabled},
      {kAccountDisabled, "alice", "wrong", kWrongPassword, kLogonFailure},
      {kAccountLockedOut, "alice", "secret", kAccountLockedOut, kLogonFailure},
      {kAccountLockedOut, "alice", "wrong", kWrongPassword, kLogonFailure},
      {kNoSuchUser, "alice", "secret", kNoSuchUser, kLogonFailure},
      {kNoSuchUser, "alice", "wrong", kNoSuchUser, kLogonFailure},
      {kPasswordMustChange, "nobody", "secret", kNoSuchUser, kLogonFailure},
  };
  for (const Row& row : rows) {
    answer = row.answer;
    const auto logon = log_on(row.user, row.password);
    ASSERT_FALSE(logon) << row.user << ", " << row.password;
    EXPECT_EQ(logon.error().status, Status::LogonDenied);
    EXPECT_EQ(logon.error().nt_status, row.nt_status) << row.user << ", " << row.password;
    EXPECT_EQ(nt_status_for_peer(logon.error().nt_status), row.for_peer);
  }
}

// Right password or wrong: nobody has looked at it.
TEST_F(HashCallbackTest, NobodyToAskIsNoRefusal) {
  answer = nt_status::kNoLogonServers;
  for (const char* password : {"secret", "wrong"}) {
    const auto logon = log_on("alice", password);
    ASSERT_FALSE(logon);
    EXPECT_EQ(logon.error().status, Status::NoAuthenticatingAuthority);
    EXPECT_EQ(logon.error().nt_status, nt_status::kNoLogonServers);
  }
}

// What a program answers that forgot the hash, or says that there is no user, opens nothing.
TEST_F(HashCallbackTest, AHashOfZerosOpensNothing) {
  CallbackAuthority forgetful(
      kNames, HashCallback([](const std::string& user, const std::string&) {
        return HashAnswer{user == "alice" ? 0 : nt_status::kNoSuchUser, NtHash()};
      }));
  const ClientResponse alice("alice", "", NtHash()), nobody("nobody", "", NtHash());
  EXPECT_EQ(forgetful.validate(alice.response).error().status, Status::LogonDenied);
  EXPECT_EQ(forgetful.validate(nobody.response).error().nt_status, nt_status::kNoSuchUser);
}

// A program that says "no such user" with a hash nonetheless is believed.
TEST_F(HashCallbackTest, AHashOfNobodyOpensNothing) {
  CallbackAuthority contrary(kNames, HashCallback([](const std::string&, const std::string&) {
                               return HashAnswer{nt_status::kNoSuchUser, hash_of("secret")};
                             }));
  const ClientResponse client("alice", "", "secret");
  EXPECT_EQ(contrary.validate(client.response).error().nt_status, nt_status::kNoSuchUser);
}

TEST_F(HashCallbackTest, WhatIsNoResponseIsNoLogon) {
  ClientResponse client("alice", "Example", "secret");
  client.bytes.resize(24);
  client.response.nt_response = client.bytes;
  EXPECT_EQ(authority.validate(client.response).error().status, Status::InvalidToken);
  client.response.user = "nobody";
  EXPECT_EQ(authority.validate(client.response).error().status, Status::InvalidToken);
}

TEST(LogonCallbackTest, AVerdictAndItsKey) {
  const ClientResponse client("alice", "Example", "secret");
  const NtlmResponse* seen = nullptr;
  CallbackAuthority authority(kNames, LogonCallback([&](const NtlmResponse& response) {
                                seen = &response;
                                return LogonAnswer{0, hash_of("key")};
                              }));
  const auto logon = authority.validate(client.response);
  ASSERT_TRUE(logon);
  EXPECT_EQ(seen, &client.response);
  EXPECT_EQ(logon->token->user, "alice");
  EXPECT_EQ(logon->token->domain, "Example");
  EXPECT_TRUE(equal(logon->session_base_key.expose(), hash_of("key").expose()));
}

TEST(LogonCallbackTest, EveryRefusal) {
  for (const std::uint32_t refusal :
       {nt_status::kNoSuchUser, nt_status::kWrongPassword, nt_status::kAccountDisabled}) {
    CallbackAuthority authority(kNames, LogonCallback([&](const NtlmResponse&) {
                                  return LogonAnswer{refusal, hash_of("key")};
                                }));
    const ClientResponse client("alice", "", "secret");
    const auto logon = authority.validate(client.response);
    ASSERT_FALSE(logon);
    EXPECT_EQ(logon.error().status, Status::LogonDenied);
    EXPECT_EQ(logon.error().nt_status, refusal);
  }
}

}  // namespace
}  // namespace opensspi::authority
