// SECPKG_ATTR_CERT_TRUST_STATUS for the chain, SECPKG_ATTR_SERVER_AUTH_FLAGS for the name too.
#include "certificate_trust.h"

#include <credssp.h>
#include <schannel.h>

#include <array>

#include "server_certificate.h"
#include "status.h"

namespace opensspi::command {
namespace {

struct Fault {
  std::uint32_t bit;
  const char* words;
  SECURITY_STATUS status;
};

constexpr std::array kFaults = {
    Fault{CERT_TRUST_IS_NOT_TIME_VALID, "it is not valid at this time", SEC_E_CERT_EXPIRED},
    Fault{CERT_TRUST_IS_REVOKED, "it is revoked", SEC_E_CERT_UNKNOWN},
    Fault{CERT_TRUST_IS_NOT_SIGNATURE_VALID, "a signature is wrong", SEC_E_CERT_UNKNOWN},
    Fault{CERT_TRUST_IS_NOT_VALID_FOR_USAGE, "it is not for servers", SEC_E_CERT_WRONG_USAGE},
    Fault{CERT_TRUST_IS_UNTRUSTED_ROOT, "its root is not trusted here", SEC_E_UNTRUSTED_ROOT},
    Fault{CERT_TRUST_IS_PARTIAL_CHAIN, "its issuer is not known here", SEC_E_UNTRUSTED_ROOT},
    Fault{CERT_TRUST_INVALID_BASIC_CONSTRAINTS, "an issuer may not issue", SEC_E_CERT_UNKNOWN},
    Fault{CERT_TRUST_HAS_WEAK_SIGNATURE, "a signature is too weak", SEC_E_CERT_UNKNOWN},
};

void add_fault(CertificateTrust& trust, const char* words, SECURITY_STATUS status) {
  trust.words += (trust.words.empty() ? "not trusted: " : ", ") + std::string(words);
  if (trust.status == SEC_E_OK) trust.status = status;
}

void describe_certificate(PCtxtHandle context, CertificateTrust& trust) {
  PCCERT_CONTEXT shown = nullptr;
  check(QueryContextAttributesA(context, SECPKG_ATTR_REMOTE_CERT_CONTEXT, &shown),
        "the server's certificate");
  const Certificate certificate(shown);
  trust.subject = subject_of(shown);
  trust.fingerprint = fingerprint_of(shown);
}

}  // namespace

CertificateTrust judge_certificate(CredSspSession& session) {
  CertificateTrust trust;
  const PCtxtHandle context = session.context();
  describe_certificate(context, trust);
  CERT_TRUST_STATUS chain{};
  check(QueryContextAttributesA(context, SECPKG_ATTR_CERT_TRUST_STATUS, &chain),
        "the trust in the certificate");
  SecPkgContext_Flags flags{};
  check(QueryContextAttributesA(context, SECPKG_ATTR_SERVER_AUTH_FLAGS, &flags),
        "the trust in the certificate");
  trust.trusted = (flags.Flags & CREDSSP_SERVER_AUTH_CERTIFICATE) != 0;
  if (trust.trusted) {
    trust.words = "trusted";
    return trust;
  }
  if ((chain.dwInfoStatus & CERT_TRUST_IS_SELF_SIGNED) != 0 && chain.dwErrorStatus != 0)
    add_fault(trust, "it is self-signed", SEC_E_UNTRUSTED_ROOT);
  for (const Fault& fault : kFaults)
    if ((chain.dwErrorStatus & fault.bit) != 0) add_fault(trust, fault.words, fault.status);
  if (chain.dwErrorStatus == 0) add_fault(trust, "it is for another name", SEC_E_WRONG_PRINCIPAL);
  if (trust.words.empty()) add_fault(trust, "its chain is not in order", SEC_E_CERT_UNKNOWN);
  return trust;
}

nlohmann::ordered_json to_json(const CertificateTrust& trust) {
  return {{"subject", trust.subject},
          {"sha256", trust.fingerprint},
          {"trusted", trust.trusted},
          {"trust", trust.words}};
}

}  // namespace opensspi::command
