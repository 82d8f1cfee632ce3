// One status per kind of fault, the gravest first.
#include "schannel/validation.h"

#include <algorithm>
#include <array>
#include <optional>
#include <span>

#include "x509/chain.h"
#include "x509/trust.h"

namespace opensspi::schannel {
namespace {

struct Meaning {
  std::uint32_t errors;  // x509::trust_error
  Status status;
  const char* why;
};

constexpr std::array kMeanings = {
    Meaning{x509::trust_error::kNotSignatureValid, Status::CertUnknown,
            "the signature of a certificate is wrong"},
    Meaning{x509::trust_error::kUntrustedRoot | x509::trust_error::kPartialChain |
                x509::trust_error::kExplicitDistrust,
            Status::UntrustedRoot, "the certificate comes from an authority that is not trusted"},
    Meaning{x509::trust_error::kNotTimeValid, Status::CertExpired,
            "the certificate, or an issuer's, is not valid now"},
    Meaning{x509::trust_error::kNotValidForUsage, Status::CertWrongUsage,
            "the certificate is not for this use"},
};

Error meaning_of(std::uint32_t errors) {
  if (errors == 0) return {Status::Ok, ""};
  for (const Meaning& meaning : kMeanings)
    if ((errors & meaning.errors) != 0) return {meaning.status, meaning.why};
  return {Status::CertUnknown, "the certificate's chain breaks a rule of RFC 5280"};
}

// Nobody is asked whether a certificate was revoked: it is of unknown status, either because it
// does not say whom to ask, or because who could be asked is not. Windows' flags forgive each by
// itself.
std::optional<Error> missing_revocation(const TlsAuthData::Validation& validation,
                                        const x509::Certificate& certificate) {
  using Asked = x509::ChainRequest::Revocation;
  x509::ChainRequest request;
  switch (validation.revocation) {
    case TlsAuthData::Validation::Revocation::Unchecked:
      return std::nullopt;
    case TlsAuthData::Validation::Revocation::EndCertificate:
      request.revocation = Asked::EndCertificate;
      break;
    case TlsAuthData::Validation::Revocation::Chain:
      request.revocation = Asked::Chain;
      break;
    case TlsAuthData::Validation::Revocation::ChainWithoutRoot:
      request.revocation = Asked::ChainWithoutRoot;
      break;
  }
  for (const x509::ChainElement& element : x509::build_chain(certificate, request).elements) {
    if ((element.errors & x509::trust_error::kRevocationStatusUnknown) == 0) continue;
    if (element.certificate.names_revocation_source()) {
      if (!validation.ignores_offline_revocation)
        return Error{Status::NoRevocationCheck,
                     "whether a certificate was revoked is not asked by this version"};
    } else if (!validation.ignores_missing_revocation) {
      return Error{Status::NoRevocationCheck,
                   "a certificate does not say whom to ask if it was revoked"};
    }
  }
  return std::nullopt;
}

}  // namespace

CertificateVerdict judge_server(const TlsAuthData::Validation& validation,
                                const x509::Certificate& certificate, std::string_view host) {
  const x509::TrustStatus trust = x509::judge({&certificate, 1}, host);
  CertificateVerdict verdict{trust.errors, meaning_of(trust.errors)};
  if (verdict.outcome.status != Status::Ok) return verdict;
  if (validation.checks_name && !trust.name_matches) {
    verdict.outcome = {Status::WrongPrincipal, "the certificate is for another host"};
  } else if (const auto missing = missing_revocation(validation, certificate)) {
    verdict.outcome = *missing;
  }
  return verdict;
}

CertificateVerdict judge_client(const std::optional<std::vector<x509::Certificate>>& roots,
                                const x509::Certificate& certificate) {
  const auto store = roots ? x509::TrustStore::of(*roots) : x509::TrustStore::system();
  const x509::TrustStatus trust =
      x509::judge({&certificate, 1}, {}, store, x509::Usage::ClientAuthentication);
  return {trust.errors, meaning_of(trust.errors)};
}

}  // namespace opensspi::schannel
