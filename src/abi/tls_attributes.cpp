// From what was agreed to Windows' numbers.
#include "abi/tls_attributes.h"

#include <string_view>

#include "abi/attributes.h"
#include "abi/certificates.h"
#include "sspi/target_name.h"
#include "x509/trust.h"

namespace opensspi::abi {
namespace {

Result<void> write_certificate(const ContextEntry& entry, AttributeId id, PCCERT_CONTEXT& out) {
  TRY_ASSIGN(const x509::Certificate certificate, ask<x509::Certificate>(entry, id));
  x509::KeyPair pair;
  pair.chain.push_back(certificate);
  for (const x509::Certificate& issuer : certificate.presented_with()) pair.chain.push_back(issuer);
  TRY_ASSIGN(out, new_certificate_context(std::move(pair)));
  return {};
}

bool contains(std::string_view text, std::string_view part) {
  return text.find(part) != std::string_view::npos;
}

ALG_ID cipher_of(std::string_view suite) {
  if (contains(suite, "AES_128")) return CALG_AES_128;
  if (contains(suite, "AES_256")) return CALG_AES_256;
  return 0;  // ChaCha20 has no number
}

ALG_ID hash_of(std::string_view suite) {
  if (suite.ends_with("SHA256")) return CALG_SHA_256;
  if (suite.ends_with("SHA384")) return CALG_SHA_384;
  return CALG_SHA1;
}

ALG_ID key_exchange_of(const tls::ConnectionInfo& info) {
  if (info.version == tls::Version::Tls13 || contains(info.cipher_suite_name, "ECDHE"))
    return CALG_ECDH_EPHEM;
  return contains(info.cipher_suite_name, "DHE") ? CALG_DH_EPHEM : CALG_RSA_KEYX;
}

// Bits of the groups of RFC 8446 4.2.7.
std::uint32_t exchange_strength(std::uint32_t group) {
  switch (group) {
    case 0x001D:  // x25519
      return 255;
    case 0x0017:  // secp256r1
      return 256;
    case 0x0018:  // secp384r1
      return 384;
    case 0x0019:  // secp521r1
      return 521;
    default:
      return 0;
  }
}

std::uint32_t protocol_of(tls::Version version, Role role) {
  if (version == tls::Version::Tls13)
    return role == Role::Client ? SP_PROT_TLS1_3_CLIENT : SP_PROT_TLS1_3_SERVER;
  return role == Role::Client ? SP_PROT_TLS1_2_CLIENT : SP_PROT_TLS1_2_SERVER;
}

Result<x509::TrustStatus> judge_server(const ContextEntry& entry) {
  if (entry.request.role != Role::Client)
    return fail(Status::UnsupportedFunction, "only a client judges its server's certificate");
  TRY_ASSIGN(const x509::Certificate certificate,
             ask<x509::Certificate>(entry, AttributeId::RemoteCertificate));
  return x509::judge({&certificate, 1}, host_of(entry.request.target_name));
}

}  // namespace

Result<void> write_remote_certificate(const ContextEntry& entry, PCCERT_CONTEXT& out) {
  return write_certificate(entry, AttributeId::RemoteCertificate, out);
}

Result<void> write_local_certificate(const ContextEntry& entry, PCCERT_CONTEXT& out) {
  return write_certificate(entry, AttributeId::LocalCertificate, out);
}

Result<void> write_connection_info(const ContextEntry& entry, SecPkgContext_ConnectionInfo& out) {
  TRY_ASSIGN(const tls::ConnectionInfo info,
             ask<tls::ConnectionInfo>(entry, AttributeId::ConnectionInfo));
  out.dwProtocol = protocol_of(info.version, entry.request.role);
  out.aiCipher = cipher_of(info.cipher_suite_name);
  out.dwCipherStrength = info.cipher_strength;
  out.aiHash = hash_of(info.cipher_suite_name);
  out.dwHashStrength = info.hash_strength;
  out.aiExch = key_exchange_of(info);
  out.dwExchStrength = exchange_strength(info.key_exchange_group);
  return {};
}

Result<void> write_trust_status(const ContextEntry& entry, CERT_TRUST_STATUS& out) {
  TRY_ASSIGN(const x509::TrustStatus trust, judge_server(entry));
  out.dwErrorStatus = trust.errors;
  out.dwInfoStatus = trust.info;
  return {};
}

Result<void> write_server_auth_flags(const ContextEntry& entry, SecPkgContext_Flags& out) {
  TRY_ASSIGN(const ServerAuthFlags flags,
             ask<ServerAuthFlags>(entry, AttributeId::ServerAuthFlags));
  TRY_ASSIGN(const x509::TrustStatus trust, judge_server(entry));
  out.Flags = 0;
  if (flags.negotiate) out.Flags |= CREDSSP_SERVER_AUTH_NEGOTIATE;
  if (trust.errors == 0 && trust.name_matches) out.Flags |= CREDSSP_SERVER_AUTH_CERTIFICATE;
  if (flags.loopback) out.Flags |= CREDSSP_SERVER_AUTH_LOOPBACK;
  return {};
}

}  // namespace opensspi::abi
