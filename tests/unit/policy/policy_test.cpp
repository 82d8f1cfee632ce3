// The decisions that follow from a policy.
#include "policy/policy.h"

#include <gtest/gtest.h>

namespace opensspi::policy {
namespace {

TEST(MayAcquire, Everything) {
  EXPECT_TRUE(may_acquire({}, true));
  EXPECT_TRUE(may_acquire({}, false));
}

TEST(MayAcquire, NoNtlm) {
  Policy policy;
  policy.allow_ntlm = false;
  EXPECT_TRUE(may_acquire(policy, false));
  const auto refused = may_acquire(policy, true);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().status, Status::UnsupportedFunction);
  EXPECT_EQ(refused.error().nt_status, 0xC0000418U);  // STATUS_NTLM_BLOCKED
}

TEST(MayAcquire, NothingUnderABadFile) {
  const Policy policy = refuse_everything(7);
  EXPECT_EQ(policy.bad_line, 7);
  EXPECT_EQ(policy.authorities, (Authorities{false, false}));
  EXPECT_FALSE(policy.allow_ntlm);
  EXPECT_FALSE(policy.allow_key_log_variable);
  EXPECT_FALSE(policy.allow_log_variable);
  for (const bool uses_ntlm : {true, false}) {
    const auto refused = may_acquire(policy, uses_ntlm);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().status, Status::InternalError);
    EXPECT_EQ(refused.error().value, 7);
    EXPECT_STREQ(refused.error().why,
                 "the policy file is not valid, so nothing is permitted (`opensspi policy` says "
                 "where)");
  }
  EXPECT_FALSE(may_acquire(refuse_everything(0), false));
}

// The table of Windows' AllowEncryptionOracle: whom each side still talks to.
TEST(OldestCredSspVersion, Table) {
  struct Row {
    EncryptionOracle oracle;
    std::uint32_t of_servers, of_clients;
  };
  for (const Row& row : {Row{EncryptionOracle::Force, 5, 5}, Row{EncryptionOracle::Mitigated, 5, 2},
                         Row{EncryptionOracle::Vulnerable, 2, 2}}) {
    Policy policy;
    policy.encryption_oracle = row.oracle;
    EXPECT_EQ(oldest_credssp_version(policy, false), row.of_servers);
    EXPECT_EQ(oldest_credssp_version(policy, true), row.of_clients);
  }
  EXPECT_EQ(Policy{}.encryption_oracle, EncryptionOracle::Force);
}

TEST(SendRawNtlm, Table) {
  struct Row {
    RawNtlm raw_ntlm;
    bool inside_credssp;
    const char* target;
    bool raw;
  };
  const Row rows[] = {
      {RawNtlm::Auto, true, "", true},
      {RawNtlm::Auto, true, "HTTP/server", true},
      {RawNtlm::Auto, false, "TERMSRV/server.example.test", true},
      {RawNtlm::Auto, false, "termsrv/server", true},
      {RawNtlm::Auto, false, "TermSrv/", true},
      {RawNtlm::Auto, false, "", false},
      {RawNtlm::Auto, false, "TERMSRV", false},
      {RawNtlm::Auto, false, "TERMSRV-server", false},
      {RawNtlm::Auto, false, "TERMSRV2/server", false},
      {RawNtlm::Auto, false, "HTTP/TERMSRV/server", false},
      {RawNtlm::Auto, false, "HTTP/server", false},
      {RawNtlm::Always, false, "", true},
      {RawNtlm::Always, false, "HTTP/server", true},
      {RawNtlm::Always, true, "", true},
      {RawNtlm::Never, true, "", false},
      {RawNtlm::Never, true, "TERMSRV/server", false},
      {RawNtlm::Never, false, "TERMSRV/server", false},
  };
  for (const Row& row : rows) {
    Policy policy;
    policy.raw_ntlm = row.raw_ntlm;
    EXPECT_EQ(send_raw_ntlm(policy, row.inside_credssp, row.target), row.raw)
        << static_cast<int>(row.raw_ntlm) << row.inside_credssp << row.target;
  }
}

// Each key both ways: the stricter value holds, whoever has it.
template <class Member, class Value>
void expect_stricter(Member member, Value strict, Value wide) {
  for (const auto& [system, user] : {std::pair{strict, wide}, {wide, strict}, {strict, strict}}) {
    Policy a, b;
    a.*member = system;
    b.*member = user;
    EXPECT_EQ(narrowed(a, b).*member, strict);
  }
  Policy both;
  both.*member = wide;
  EXPECT_EQ(narrowed(both, both).*member, wide);
}

TEST(Narrowed, TheStricterValueOfEachKey) {
  using namespace std::chrono_literals;
  expect_stricter(&Policy::raw_ntlm, RawNtlm::Never, RawNtlm::Auto);
  expect_stricter(&Policy::raw_ntlm, RawNtlm::Never, RawNtlm::Always);
  expect_stricter(&Policy::raw_ntlm, RawNtlm::Auto, RawNtlm::Always);
  expect_stricter(&Policy::allow_ntlm, false, true);
  const Authorities nobody{false, false}, accounts{true, false}, winbind{false, true}, both;
  for (const Authorities& some : {accounts, winbind, both}) {
    expect_stricter(&Policy::authorities, nobody, some);
    if (some != both) expect_stricter(&Policy::authorities, some, both);
  }
  expect_stricter(&Policy::authority_deadline, std::chrono::milliseconds(1ms),
                  std::chrono::milliseconds(2ms));
  expect_stricter(&Policy::kdc_timeout, std::chrono::milliseconds(1ms),
                  std::chrono::milliseconds(2ms));
  expect_stricter(&Policy::allow_key_log_variable, false, true);
  expect_stricter(&Policy::allow_log_variable, false, true);
  expect_stricter(&Policy::remote_guard, false, true);
}

// Code that is loaded is the administrator's to choose: a user may have none of it.
TEST(Narrowed, AUserNamesNoModuleForCards) {
  Policy system, user;
  system.pkcs11_module = "system.so";
  user.pkcs11_module = "user.so";
  EXPECT_EQ(narrowed(system, user).pkcs11_module, "system.so");
  user.pkcs11_module.clear();
  EXPECT_EQ(narrowed(system, user).pkcs11_module, "");
  EXPECT_EQ(narrowed(user, system).pkcs11_module, "");
  EXPECT_EQ(refuse_everything(1).pkcs11_module, "");
}

TEST(Narrowed, ABadFileStaysBad) {
  EXPECT_EQ(narrowed(refuse_everything(3), {}).bad_line, 3);
  EXPECT_EQ(narrowed({}, refuse_everything(4)).bad_line, 4);
  EXPECT_EQ(narrowed(refuse_everything(3), refuse_everything(4)).bad_line, 3);
}

}  // namespace
}  // namespace opensspi::policy
