// docs/policy.md against the code: its examples are policies, and its table has the defaults.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "policy/file.h"

namespace opensspi::policy {
namespace {

std::string page() {
  std::ifstream file(std::string(OPENSSPI_TEST_DATA) + "/../../docs/policy.md");
  EXPECT_TRUE(file.is_open());
  return {std::istreambuf_iterator<char>(file), {}};
}

// The blocks between ```toml and ```.
std::vector<std::string> examples(const std::string& text) {
  std::vector<std::string> blocks;
  for (std::size_t at = 0; (at = text.find("```toml\n", at)) != std::string::npos;) {
    at += 8;
    const std::size_t end = text.find("```", at);
    blocks.push_back(text.substr(at, end - at));
    at = end + 3;
  }
  return blocks;
}

TEST(PolicyPage, EveryExampleIsAPolicy) {
  const auto blocks = examples(page());
  EXPECT_GE(blocks.size(), 3U);
  for (const std::string& block : blocks) {
    const auto policy = parse(block, "example", {});
    EXPECT_TRUE(policy) << policy.error().message() << '\n' << block;
  }
}

// The first example names every key with its default.
TEST(PolicyPage, TheFirstExampleIsTheDefaults) {
  Policy other;
  other.delegation = refuse_everything(0).delegation;
  other.encryption_oracle = EncryptionOracle::Vulnerable;
  other.raw_ntlm = RawNtlm::Never;
  other.allow_key_log_variable = other.allow_log_variable = true;
  other.allow_ntlm = false;
  other.authorities = {false, false};
  other.authority_deadline = other.kdc_timeout = std::chrono::milliseconds(1);
  other.remote_guard = true;
  other.pkcs11_module = "another";
  const auto policy = parse(examples(page()).at(0), "example", other);
  ASSERT_TRUE(policy);
  const Policy defaults;
  for (const auto member :
       {&DelegationRules::fresh, &DelegationRules::saved, &DelegationRules::default_}) {
    const DelegationLists& read = policy->delegation.front().*member;
    const DelegationLists& by_default = defaults.delegation.front().*member;
    EXPECT_EQ(read.allow, by_default.allow);
    EXPECT_EQ(read.allow_ntlm_only, by_default.allow_ntlm_only);
    EXPECT_EQ(read.deny, by_default.deny);
  }
  EXPECT_EQ(policy->encryption_oracle, defaults.encryption_oracle);
  EXPECT_EQ(policy->raw_ntlm, defaults.raw_ntlm);
  EXPECT_EQ(policy->oldest_tls, defaults.oldest_tls);
  EXPECT_EQ(policy->allow_key_log_variable, defaults.allow_key_log_variable);
  EXPECT_EQ(policy->allow_log_variable, defaults.allow_log_variable);
  EXPECT_EQ(policy->allow_ntlm, defaults.allow_ntlm);
  EXPECT_EQ(policy->authorities, defaults.authorities);
  EXPECT_EQ(policy->authority_deadline, defaults.authority_deadline);
  EXPECT_EQ(policy->kdc_timeout, defaults.kdc_timeout);
  EXPECT_EQ(policy->remote_guard, defaults.remote_guard);
  EXPECT_EQ(policy->pkcs11_module, defaults.pkcs11_module);
}

TEST(PolicyPage, TheTableNamesEveryKey) {
  const std::string text = page();
  for (const char* key :
       {"credssp.encryption_oracle", "credssp.remote_guard", "smart_card.pkcs11_module",
        "delegation.allow_fresh", "delegation.allow_fresh_ntlm_only", "delegation.deny_fresh",
        "delegation.allow_saved", "delegation.allow_saved_ntlm_only", "delegation.deny_saved",
        "delegation.allow_default", "delegation.allow_default_ntlm_only", "delegation.deny_default",
        "negotiate.raw_ntlm", "ntlm.allowed", "authority.kind", "authority.deadline_ms",
        "kerberos.kdc_timeout_ms", "tls.minimum_version", "tls.keylog_env", "log.env"}) {
    EXPECT_THAT(text, testing::HasSubstr(std::string("| `") + key + "` |"));
  }
}

}  // namespace
}  // namespace opensspi::policy
