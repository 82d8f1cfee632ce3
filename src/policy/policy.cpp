// The decisions.
#include "policy/policy.h"

#include <algorithm>

namespace opensspi::policy {
namespace {

constexpr std::uint32_t kNtlmBlocked = 0xC0000418;  // STATUS_NTLM_BLOCKED, [MS-ERREF] 2.3.1

// Bare NTLM lacks SPNEGO's mechListMIC, so the more of it, the wider.
int width(RawNtlm raw_ntlm) {
  switch (raw_ntlm) {
    case RawNtlm::Never:
      return 0;
    case RawNtlm::Auto:
      return 1;
    case RawNtlm::Always:
      break;
  }
  return 2;
}

}  // namespace

Result<void> may_acquire(const Policy& policy, bool uses_ntlm) {
  if (policy.bad_line) {
    return fail(
        Status::InternalError,
        "the policy file is not valid, so nothing is permitted (`opensspi policy` says where)", 0,
        *policy.bad_line);
  }
  if (uses_ntlm && !policy.allow_ntlm) {
    return fail(Status::UnsupportedFunction, "the policy does not allow NTLM", kNtlmBlocked);
  }
  return {};
}

Policy refuse_everything(std::int64_t bad_line) {
  Policy policy;
  policy.allow_ntlm = false;
  policy.delegation = {DelegationRules{{}, {}, {}}};
  policy.authorities = {false, false};
  policy.pkcs11_module.clear();
  policy.bad_line = bad_line;
  return policy;
}

Policy narrowed(const Policy& system, const Policy& user) {
  Policy policy;
  policy.delegation = system.delegation;
  policy.delegation.insert(policy.delegation.end(), user.delegation.begin(), user.delegation.end());
  policy.encryption_oracle = std::min(system.encryption_oracle, user.encryption_oracle);
  policy.remote_guard = system.remote_guard && user.remote_guard;
  policy.raw_ntlm = width(user.raw_ntlm) < width(system.raw_ntlm) ? user.raw_ntlm : system.raw_ntlm;
  policy.oldest_tls = std::max(system.oldest_tls, user.oldest_tls);
  policy.allow_key_log_variable = system.allow_key_log_variable && user.allow_key_log_variable;
  policy.allow_log_variable = system.allow_log_variable && user.allow_log_variable;
  policy.allow_ntlm = system.allow_ntlm && user.allow_ntlm;
  policy.authorities.accounts = system.authorities.accounts && user.authorities.accounts;
  policy.authorities.winbind = system.authorities.winbind && user.authorities.winbind;
  policy.authority_deadline = std::min(system.authority_deadline, user.authority_deadline);
  policy.kdc_timeout = std::min(system.kdc_timeout, user.kdc_timeout);
  // Code that is loaded is the administrator's to choose.
  policy.pkcs11_module = user.pkcs11_module.empty() ? std::string() : system.pkcs11_module;
  policy.bad_line = system.bad_line ? system.bad_line : user.bad_line;
  return policy;
}

// [MS-CSSP] 3.1.5: version 5 brought the hashes with a nonce. The protocol begins with 2.
std::uint32_t oldest_credssp_version(const Policy& policy, bool peer_is_client) {
  const bool may_be_old =
      policy.encryption_oracle == EncryptionOracle::Vulnerable ||
      (peer_is_client && policy.encryption_oracle == EncryptionOracle::Mitigated);
  return may_be_old ? 2 : 5;
}

bool send_raw_ntlm(const Policy& policy, bool inside_credssp, std::string_view target_name) {
  switch (policy.raw_ntlm) {
    case RawNtlm::Always:
      return true;
    case RawNtlm::Never:
      return false;
    case RawNtlm::Auto:
      break;
  }
  constexpr std::string_view kService = "TERMSRV/";
  if (inside_credssp) return true;
  if (target_name.size() < kService.size()) return false;
  for (std::size_t i = 0; i < kService.size(); ++i) {
    const char c = target_name[i];
    const char folded = c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
    if (folded != kService[i]) return false;
  }
  return true;
}

}  // namespace opensspi::policy
