// Which fault of a chain is told first, under which code, and who may forgive it.
#include <algorithm>
#include <array>

#include "abi/certificate_chains.h"

namespace opensspi::abi {
namespace {

namespace fault = x509::trust_error;

struct Rule {
  std::uint32_t bits;
  HRESULT code;
  DWORD forgiven_by_flag, forgiven_by_check;
};
constexpr std::array kRules = {
    Rule{fault::kNotSignatureValid, TRUST_E_CERT_SIGNATURE, 0, 0},
    Rule{fault::kRevoked, CERT_E_REVOKED, 0, 0},
    Rule{fault::kExplicitDistrust, TRUST_E_EXPLICIT_DISTRUST, 0, 0},
    Rule{fault::kUntrustedRoot, CERT_E_UNTRUSTEDROOT, CERT_CHAIN_POLICY_ALLOW_UNKNOWN_CA_FLAG,
         SECURITY_FLAG_IGNORE_UNKNOWN_CA},
    Rule{fault::kPartialChain, CERT_E_CHAINING, CERT_CHAIN_POLICY_ALLOW_UNKNOWN_CA_FLAG,
         SECURITY_FLAG_IGNORE_UNKNOWN_CA},
    Rule{fault::kNotTimeValid, CERT_E_EXPIRED, CERT_CHAIN_POLICY_IGNORE_NOT_TIME_VALID_FLAG,
         SECURITY_FLAG_IGNORE_CERT_DATE_INVALID},
    Rule{fault::kInvalidBasicConstraints, TRUST_E_BASIC_CONSTRAINTS,
         CERT_CHAIN_POLICY_IGNORE_INVALID_BASIC_CONSTRAINTS_FLAG, 0},
    Rule{fault::kHasNotPermittedNameConstraint | fault::kHasExcludedNameConstraint,
         CERT_E_INVALID_NAME, CERT_CHAIN_POLICY_IGNORE_INVALID_NAME_FLAG, 0},
    Rule{fault::kHasNotSupportedCriticalExt, CERT_E_CRITICAL,
         CERT_CHAIN_POLICY_IGNORE_NOT_SUPPORTED_CRITICAL_EXT_FLAG, 0},
    Rule{fault::kInvalidExtension, CERT_E_MALFORMED, 0, 0},
    Rule{fault::kHasWeakSignature, TRUST_E_CERT_SIGNATURE,
         CERT_CHAIN_POLICY_IGNORE_WEAK_SIGNATURE_FLAG, 0},
    Rule{fault::kNotValidForUsage, CERT_E_WRONG_USAGE, CERT_CHAIN_POLICY_IGNORE_WRONG_USAGE_FLAG,
         SECURITY_FLAG_IGNORE_WRONG_USAGE},
};

PolicyVerdict verdict(HRESULT code, LONG element) {
  return {static_cast<DWORD>(code), 0, element};
}

// -1: it is the chain's as a whole.
LONG first_with(const x509::Chain& chain, std::uint32_t bits) {
  const auto at = std::ranges::find_if(
      chain.elements, [&](const auto& element) { return (element.errors & bits) != 0; });
  return at != chain.elements.end() ? static_cast<LONG>(at - chain.elements.begin()) : -1;
}

bool is_forgiven(const Rule& rule, const ChainPolicy& policy) {
  return (policy.flags & rule.forgiven_by_flag) != 0 ||
         (policy.checks & rule.forgiven_by_check) != 0;
}

constexpr std::uint32_t kUnknownRevocation =
    fault::kRevocationStatusUnknown | fault::kOfflineRevocation;

// Who is forgiven that nothing is known of a revocation goes by the place in the chain.
DWORD forgiver_of_revocation(const x509::Chain& chain, std::size_t element) {
  if (element == 0) return CERT_CHAIN_POLICY_IGNORE_END_REV_UNKNOWN_FLAG;
  return x509::is_self_signed(chain.elements[element].certificate)
             ? CERT_CHAIN_POLICY_IGNORE_ROOT_REV_UNKNOWN_FLAG
             : CERT_CHAIN_POLICY_IGNORE_CA_REV_UNKNOWN_FLAG;
}

std::optional<std::size_t> unknown_revocation(const x509::Chain& chain, const ChainPolicy& policy) {
  if ((policy.checks & SECURITY_FLAG_IGNORE_REVOCATION) != 0) return std::nullopt;
  for (std::size_t i = 0; i < chain.elements.size(); ++i)
    if ((chain.elements[i].errors & kUnknownRevocation) != 0 &&
        (policy.flags & forgiver_of_revocation(chain, i)) == 0)
      return i;
  return std::nullopt;
}

}  // namespace

PolicyVerdict judge_by_policy(const x509::Chain& chain, const ChainPolicy& policy) {
  std::uint32_t left = chain.errors & ~kUnknownRevocation;
  for (const Rule& rule : kRules) {
    if ((left & rule.bits) != 0 && !is_forgiven(rule, policy))
      return verdict(rule.code, first_with(chain, rule.bits));
    left &= ~rule.bits;
  }
  if (left != 0) return verdict(CERT_E_CHAINING, -1);
  if (const auto at = unknown_revocation(chain, policy))
    return verdict(CRYPT_E_REVOCATION_OFFLINE, static_cast<LONG>(*at));
  const x509::Certificate& end_entity = chain.elements.front().certificate;
  if (!policy.usage.empty() && (policy.flags & CERT_CHAIN_POLICY_IGNORE_WRONG_USAGE_FLAG) == 0 &&
      (policy.checks & SECURITY_FLAG_IGNORE_WRONG_USAGE) == 0) {
    if (const auto at = x509::refusing(chain, policy.usage))
      return verdict(CERT_E_WRONG_USAGE, static_cast<LONG>(*at));
  }
  if (policy.host && !x509::is_of_host(end_entity, *policy.host) &&
      (policy.checks & SECURITY_FLAG_IGNORE_CERT_CN_INVALID) == 0)
    return verdict(CERT_E_CN_NO_MATCH, 0);
  return {};
}

}  // namespace opensspi::abi
