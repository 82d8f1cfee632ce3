// Versions, certificates, flags, protocols; algorithms are restricted by tls_restrictions.cpp.
#include "abi/schannel_cred.h"

#include <algorithm>
#include <cstring>
#include <ranges>
#include <span>
#include <utility>
#include <vector>

#include "abi/certificates.h"
#include "abi/tls_protocols.h"
#include "abi/tls_restrictions.h"
#include "abi/windows_names.h"
#include "tls/session.h"

namespace opensspi::abi {
namespace {

// What both structures have.
struct Fields {
  std::span<const PCCERT_CONTEXT> certificates;
  HCERTSTORE root_store = nullptr;
  std::uint32_t enabled_protocols = 0;  // SP_PROT_; 0: the defaults
  std::uint32_t disabled_protocols = 0;
  std::uint32_t session_lifespan_ms = 0;
  std::uint32_t flags = 0;
  std::uint32_t format = SCH_CRED_FORMAT_CERT_CONTEXT;
  tls::Algorithms algorithms;
};

template <class T>
Result<std::span<T>> array(T* first, std::uint32_t count, std::uint32_t most) {
  if (count > most)
    return fail(Status::UnknownCredentials,
                "the Schannel credential counts more than there can be");
  if (count != 0 && first == nullptr)
    return fail(Status::UnknownCredentials, "the Schannel credential counts what it lacks");
  return std::span<T>(first, count);
}

// A copy, since nothing says that the structure is aligned.
template <class Structure>
Structure copy_of(const void* structure) {
  Structure copy;
  std::memcpy(&copy, structure, sizeof copy);
  return copy;
}

// What both versions have.
template <class Structure>
Result<Fields> read_common(const Structure& cred) {
  Fields fields;
  TRY_ASSIGN(fields.certificates,
             array<const PCCERT_CONTEXT>(cred.paCred, cred.cCreds, SCH_CRED_MAX_SUPPORTED_CERTS));
  fields.root_store = cred.hRootStore;
  fields.session_lifespan_ms = cred.dwSessionLifespan;
  fields.flags = cred.dwFlags;
  fields.format = cred.dwCredFormat;
  return fields;
}

Result<Fields> read_version_4(const SCHANNEL_CRED& cred) {
  TRY_ASSIGN(Fields fields, read_common(cred));
  fields.enabled_protocols = cred.grbitEnabledProtocols;
  if (cred.palgSupportedAlgs != nullptr) {  // Windows: NULL is the defaults, whatever the count
    TRY_ASSIGN(const auto algorithms,
               array<const ALG_ID>(cred.palgSupportedAlgs, cred.cSupportedAlgs,
                                   SCH_CRED_MAX_SUPPORTED_ALGS));
    keep_only(algorithms, fields.algorithms);
  }
  TRY(limit_strength(cred.dwMinimumCipherStrength, cred.dwMaximumCipherStrength,
                     fields.algorithms));
  return fields;
}

Result<void> read_parameters(const TLS_PARAMETERS& parameters, Fields& fields) {
  if (parameters.cAlpnIds != 0 || parameters.rgstrAlpnIds != nullptr)
    return fail(Status::UnsupportedFunction,
                "TLS_PARAMETERS cannot hold for one application protocol only");
  if (parameters.dwFlags != 0)
    return fail(Status::UnsupportedFunction, "TLS_PARAMETERS cannot be optional");
  fields.disabled_protocols = parameters.grbitDisabledProtocols;
  TRY_ASSIGN(const auto disabled,
             array<const CRYPTO_SETTINGS>(parameters.pDisabledCrypto, parameters.cDisabledCrypto,
                                          SCH_CRED_MAX_SUPPORTED_CRYPTO_SETTINGS));
  for (const CRYPTO_SETTINGS& settings : disabled) TRY(disable(settings, fields.algorithms));
  return {};
}

Result<Fields> read_version_5(const SCH_CREDENTIALS& cred) {
  TRY_ASSIGN(Fields fields, read_common(cred));
  TRY_ASSIGN(const auto parameters,
             array<const TLS_PARAMETERS>(cred.pTlsParameters, cred.cTlsParameters,
                                         SCH_CRED_MAX_SUPPORTED_PARAMETERS));
  for (const TLS_PARAMETERS& one : parameters) TRY(read_parameters(one, fields));
  if (parameters.size() > 1)
    return fail(Status::UnknownCredentials, "SCH_CREDENTIALS has two general TLS_PARAMETERS");
  return fields;
}

Result<Fields> read_fields(const void* schannel_cred) {
  switch (copy_of<std::uint32_t>(schannel_cred)) {
    case SCHANNEL_CRED_VERSION:
      return read_version_4(copy_of<SCHANNEL_CRED>(schannel_cred));
    case SCH_CREDENTIALS_VERSION:
      return read_version_5(copy_of<SCH_CREDENTIALS>(schannel_cred));
    case SCH_CRED_V3:  // Windows 10, with a good key and without
      return fail(Status::InsufficientMemory, "SCH_CRED_V3 is no longer taken: use SCHANNEL_CRED");
    default:
      return fail(Status::UnknownCredentials, "the Schannel credential has an unknown version");
  }
}

// The opposites of documented flags, and the three extents of revocation, exclude each other.
Result<void> check_flags(std::uint32_t flags) {
  const auto are_set = [flags](std::uint32_t several) { return (flags & several) == several; };
  if (are_set(SCH_CRED_MANUAL_CRED_VALIDATION | SCH_CRED_AUTO_CRED_VALIDATION) ||
      are_set(SCH_CRED_NO_DEFAULT_CREDS | SCH_CRED_USE_DEFAULT_CREDS) ||
      are_set(SCH_CRED_REVOCATION_CHECK_END_CERT | SCH_CRED_REVOCATION_CHECK_CHAIN) ||
      are_set(SCH_CRED_REVOCATION_CHECK_END_CERT | SCH_CRED_REVOCATION_CHECK_CHAIN_EXCLUDE_ROOT) ||
      are_set(SCH_CRED_REVOCATION_CHECK_CHAIN | SCH_CRED_REVOCATION_CHECK_CHAIN_EXCLUDE_ROOT))
    return fail(Status::UnknownCredentials, "two flags of the Schannel credential contradict");
  if ((flags & SCH_USE_PRESHAREDKEY_ONLY) != 0)
    return fail(Status::UnsupportedFunction, "TLS with pre-shared keys is not supported");
  if ((flags & SCH_USE_DTLS_ONLY) != 0)
    return fail(Status::AlgorithmMismatch, "DTLS is not supported");
  return {};
}

TlsAuthData::Validation validation_of(std::uint32_t flags) {
  using Revocation = TlsAuthData::Validation::Revocation;
  const auto is_set = [flags](std::uint32_t flag) { return (flags & flag) != 0; };
  TlsAuthData::Validation validation;
  validation.manual = is_set(SCH_CRED_MANUAL_CRED_VALIDATION);
  validation.deferred = is_set(SCH_CRED_DEFERRED_CRED_VALIDATION);
  validation.checks_name = !is_set(SCH_CRED_NO_SERVERNAME_CHECK);
  if (is_set(SCH_CRED_REVOCATION_CHECK_END_CERT))
    validation.revocation = Revocation::EndCertificate;
  if (is_set(SCH_CRED_REVOCATION_CHECK_CHAIN)) validation.revocation = Revocation::Chain;
  if (is_set(SCH_CRED_REVOCATION_CHECK_CHAIN_EXCLUDE_ROOT))
    validation.revocation = Revocation::ChainWithoutRoot;
  validation.ignores_missing_revocation = is_set(SCH_CRED_IGNORE_NO_REVOCATION_CHECK);
  validation.ignores_offline_revocation = is_set(SCH_CRED_IGNORE_REVOCATION_OFFLINE);
  return validation;
}

Result<TlsAuthData> read_settings(const Fields& fields, CredentialUse use) {
  TRY(check_flags(fields.flags));
  const auto is_set = [&](std::uint32_t flag) { return (fields.flags & flag) != 0; };
  TlsAuthData data;
  data.validation = validation_of(fields.flags);
  data.resumes = !is_set(SCH_CRED_DISABLE_RECONNECTS);
  if (fields.session_lifespan_ms != 0) data.session_lifespan_ms = fields.session_lifespan_ms;
  // Windows: hRootStore is for servers only.
  if (use != CredentialUse::Outbound && fields.root_store != nullptr) {
    TRY_ASSIGN(auto roots, certificates_in(fields.root_store));
    data.client_roots = std::move(roots);
  }
  return data;
}

// Protocols that TLS has, by the direction; without a word those that are not obsolete.
Result<void> choose_versions(const Fields& fields, Role role, tls::Version oldest,
                             tls::Options& options) {
  constexpr std::uint32_t kDtls = SP_PROT_DTLS1_X;
  const std::uint32_t wanted = fields.enabled_protocols;
  if ((wanted & kDtls) != 0 && (wanted & ~kDtls) != 0)
    return fail(Status::AlgorithmMismatch, "TLS and DTLS cannot both be enabled");
  std::vector<tls::Version> enabled, forbidden;
  for (const tls::Version version : tls::kVersions) {
    const std::uint32_t protocol = protocol_of(version, role);
    const bool is_wanted = wanted != 0 ? (wanted & protocol) != 0 : version >= tls::Version::Tls12;
    if (!is_wanted || (fields.disabled_protocols & protocol) != 0) continue;
    (version < oldest ? forbidden : enabled).push_back(version);
  }
  if (enabled.empty() && !forbidden.empty())
    return fail(Status::AlgorithmMismatch,
                "the policy (tls.minimum_version) does not allow the versions of TLS that are "
                "enabled");
  // Windows: protocols of the other direction only, or none that there is.
  if (enabled.empty())
    return fail(Status::AlgorithmMismatch, "no version of TLS is enabled for this side");
  // What a gap parts from the newest is left out: libssl speaks a range.
  options.minimum = options.maximum = enabled.back();
  for (const tls::Version version : enabled | std::views::reverse)
    if (static_cast<int>(options.minimum) - static_cast<int>(version) == 1)
      options.minimum = version;
  return {};
}

Result<void> choose_certificates(const Fields& fields, tls::Options& options) {
  if (fields.format == SCH_CRED_FORMAT_CERT_HASH ||
      fields.format == SCH_CRED_FORMAT_CERT_HASH_STORE)
    return fail(Status::UnsupportedFunction, "certificates cannot be named by their hash");
  if (fields.format != SCH_CRED_FORMAT_CERT_CONTEXT)
    return fail(Status::UnknownCredentials, "dwCredFormat is unknown");
  for (const PCCERT_CONTEXT context : fields.certificates) {
    TRY_ASSIGN(auto pair, usable_certificate(context));
    if (pair->key == nullptr)
      return fail(Status::NoCredentials, "the certificate has no private key");
    options.key_pairs.push_back(std::move(pair));
  }
  return {};
}

}  // namespace

Result<std::shared_ptr<const TlsAuthData>> read_schannel_cred(TlsSpeaker speaker, CredentialUse use,
                                                              const void* schannel_cred,
                                                              const TlsRules& rules) {
  if (schannel_cred == nullptr && use != CredentialUse::Outbound)
    return fail(Status::NoCredentials, "a server needs a certificate in SCHANNEL_CRED.paCred");
  Fields fields;
  if (schannel_cred != nullptr) {
    TRY_ASSIGN(fields, read_fields(schannel_cred));
  }
  tls::Options options;
  options.algorithms = fields.algorithms;
  options.send_root = (fields.flags & SCH_SEND_ROOT_CERT) != 0;
  options.key_log = rules.key_log;
  TRY(choose_certificates(fields, options));
  TRY_ASSIGN(TlsAuthData data, read_settings(fields, use));
  if (speaker == TlsSpeaker::Schannel) {
    options.session_tickets = options.renegotiates = true;
    options.session_lifespan_s = std::max(data.session_lifespan_ms / 1000, 1U);
  }
  if (use != CredentialUse::Inbound) {
    TRY(choose_versions(fields, Role::Client, rules.oldest, options));
    TRY_ASSIGN(data.client, tls::Parameters::client(options));
  }
  if (use != CredentialUse::Outbound) {
    TRY(choose_versions(fields, Role::Server, rules.oldest, options));
    if (speaker == TlsSpeaker::Schannel && data.client_roots)
      options.client_authorities = *data.client_roots;
    TRY_ASSIGN(data.server, tls::Parameters::server(options));
  }
  return std::make_shared<const TlsAuthData>(std::move(data));
}

}  // namespace opensspi::abi
