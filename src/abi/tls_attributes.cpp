// From what was agreed to Windows' numbers.
#include "abi/tls_attributes.h"

#include <cstring>

#include "abi/alg_ids.h"
#include "abi/attributes.h"
#include "abi/certificates.h"
#include "abi/tls_protocols.h"
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
  const tls::CipherSuite* const suite = tls::find_cipher_suite(info.cipher_suite);
  const tls::Group* const group = tls::find_group(info.key_exchange_group);
  if (suite == nullptr)
    return fail(Status::InternalError, "TLS agreed on a cipher suite that was not offered");
  out.dwProtocol = protocol_of(info.version, entry.request.role);
  out.aiCipher = cipher_id(*suite);
  out.dwCipherStrength = info.cipher_strength;
  out.aiHash = hash_id(*suite);
  out.dwHashStrength = info.hash_strength;
  out.aiExch = CALG_ECDH_EPHEM;
  out.dwExchStrength = group != nullptr ? group->strength : 0;
  return {};
}

Result<void> write_eap_key_block(const ContextEntry& entry, SecPkgContext_EapKeyBlock& out) {
  TRY_ASSIGN(const SessionKey block, ask<SessionKey>(entry, AttributeId::EapKeyBlock));
  if (block.key.size() != sizeof out)
    return fail(Status::InternalError, "the key block for EAP has another size");
  std::memcpy(&out, block.key.expose().data(), sizeof out);
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
