// Versions, protocols and the certificate.
#include "abi/schannel_cred.h"

#include <cstring>
#include <optional>

#include "abi/certificates.h"
#include "abi/windows_names.h"

namespace opensspi::abi {
namespace {

struct Fields {
  std::uint32_t num_certificates = 0;
  PCCERT_CONTEXT* certificates = nullptr;
  std::uint32_t enabled_protocols = 0;  // SP_PROT_; 0: the defaults
  std::uint32_t disabled_protocols = 0;
};

Result<Fields> read_fields(const void* schannel_cred) {
  std::uint32_t version = 0;
  std::memcpy(&version, schannel_cred, sizeof version);
  Fields fields;
  if (version == SCHANNEL_CRED_VERSION) {
    const auto& cred = *static_cast<const SCHANNEL_CRED*>(schannel_cred);
    fields = {cred.cCreds, cred.paCred, cred.grbitEnabledProtocols, 0};
  } else if (version == SCH_CREDENTIALS_VERSION) {
    const auto& cred = *static_cast<const SCH_CREDENTIALS*>(schannel_cred);
    fields = {cred.cCreds, cred.paCred, 0, 0};
    if (cred.cTlsParameters > 1 || (cred.cTlsParameters == 1 && cred.pTlsParameters == nullptr))
      return fail(Status::UnknownCredentials, "SCH_CREDENTIALS has more than one TLS_PARAMETERS");
    if (cred.cTlsParameters == 1)
      fields.disabled_protocols = cred.pTlsParameters->grbitDisabledProtocols;
  } else {
    return fail(Status::UnknownCredentials, "the Schannel credential has an unknown version");
  }
  if (fields.num_certificates > 1)
    return fail(Status::UnknownCredentials, "more than one certificate is not supported");
  if (fields.num_certificates == 1 && fields.certificates == nullptr)
    return fail(Status::UnknownCredentials, "the Schannel credential counts certificates it lacks");
  return fields;
}

Result<void> choose_versions(const Fields& fields, bool server, tls::Options& options) {
  const std::uint32_t tls12 = server ? SP_PROT_TLS1_2_SERVER : SP_PROT_TLS1_2_CLIENT;
  const std::uint32_t tls13 = server ? SP_PROT_TLS1_3_SERVER : SP_PROT_TLS1_3_CLIENT;
  const std::uint32_t wanted =
      fields.enabled_protocols != 0 ? fields.enabled_protocols : tls12 | tls13;
  const std::uint32_t enabled = wanted & (tls12 | tls13) & ~fields.disabled_protocols;
  // Windows: protocols of the other direction only, or none that there is.
  if (enabled == 0)
    return fail(Status::AlgorithmMismatch, "neither TLS 1.2 nor TLS 1.3 is enabled for this side");
  options.minimum = (enabled & tls12) != 0 ? tls::Version::Tls12 : tls::Version::Tls13;
  options.maximum = (enabled & tls13) != 0 ? tls::Version::Tls13 : tls::Version::Tls12;
  return {};
}

Result<void> choose_certificate(const Fields& fields, tls::Options& options) {
  if (fields.num_certificates == 0) return {};
  auto pair = find_certificate(fields.certificates[0]);
  if (pair == nullptr)
    return fail(Status::UnknownCredentials, "paCred[0] is no certificate of this library");
  if (pair->key == nullptr)
    return fail(Status::NoCredentials, "the certificate has no private key");
  options.key_pair = std::move(pair);
  return {};
}

}  // namespace

Result<std::shared_ptr<const tls::Parameters>> read_schannel_cred(CredentialUse use,
                                                                  const void* schannel_cred,
                                                                  const KeyLog& key_log) {
  Fields fields;
  if (schannel_cred != nullptr) {
    TRY_ASSIGN(fields, read_fields(schannel_cred));
  }
  const bool server = use != CredentialUse::Outbound;
  tls::Options options;
  options.key_log = key_log;
  TRY(choose_versions(fields, server, options));
  TRY(choose_certificate(fields, options));
  if (!server) return tls::Parameters::client(options);
  if (options.key_pair == nullptr)
    return fail(Status::NoCredentials, "a server needs a certificate in SCHANNEL_CRED.paCred");
  return tls::Parameters::server(options);
}

}  // namespace opensspi::abi
