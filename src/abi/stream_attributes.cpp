// From what a TLS session is to Windows' structures.
#include "abi/stream_attributes.h"

#include <algorithm>
#include <cstring>
#include <string_view>

#include "abi/alg_ids.h"
#include "abi/attributes.h"
#include "abi/memory.h"
#include "abi/tls_attributes.h"

namespace opensspi::abi {
namespace {

constexpr std::uint32_t kAesBlock = 16;  // bytes

template <std::size_t kSize>
void put(WCHAR (&out)[kSize], std::string_view ascii) {
  const std::size_t size = std::min(ascii.size(), kSize - 1);
  std::copy_n(ascii.begin(), size, out);
  out[size] = 0;
}

const char* cipher_name(const tls::CipherSuite& suite) {
  return suite.cipher == tls::Cipher::Aes ? "AES" : "CHACHA20_POLY1305";
}

// Windows: an AEAD has no hash of its own.
const char* hash_name(const tls::CipherSuite& suite) {
  if (suite.mode != tls::CipherMode::Cbc) return "";
  switch (suite.hash) {
    case tls::Hash::Sha1:
      return "SHA1";
    case tls::Hash::Sha256:
      return "SHA256";
    default:
      return "SHA384";
  }
}

const char* signer_name(tls::KeyKind kind) {
  switch (kind) {
    case tls::KeyKind::Rsa:
      return "RSA";
    case tls::KeyKind::Ecdsa:
      return "ECDSA";
    default:
      return "EdDSA";
  }
}

std::optional<tls::KeyKind> signer_of(const tls::ConnectionInfo& info,
                                      const tls::CipherSuite* suite) {
  if (info.signer || suite == nullptr) return info.signer;
  return suite->signer;  // of a session that was taken up again
}

Result<void> write_bindings(const ContextEntry& entry, AttributeId id,
                            SecPkgContext_Bindings& out) {
  TRY_ASSIGN(const Bytes data, ask<Bytes>(entry, id));
  const std::size_t size = sizeof(SEC_CHANNEL_BINDINGS) + data.size();
  auto block = make_block<SEC_CHANNEL_BINDINGS>(size);
  block->dwApplicationDataOffset = sizeof(SEC_CHANNEL_BINDINGS);
  block->cbApplicationDataLength = static_cast<ULONG>(data.size());
  std::memcpy(block.get() + 1, data.data(), data.size());
  out.BindingsLength = static_cast<ULONG>(size);
  out.Bindings = block.release();
  return {};
}

}  // namespace

KeyInfo key_info_of(const tls::ConnectionInfo& info) {
  const tls::CipherSuite* const suite = tls::find_cipher_suite(info.cipher_suite);
  const auto signer = signer_of(info, suite);
  KeyInfo key;
  key.key_size = info.cipher_strength;
  if (signer) {
    key.signature_algorithm_name = signer_name(*signer);
    key.signature_algorithm = signature_id(*signer);
  }
  if (suite != nullptr) {
    key.encrypt_algorithm_name = cipher_name(*suite);
    key.encrypt_algorithm = cipher_id(*suite);
  }
  return key;
}

Result<void> write_cipher_info(const ContextEntry& entry, SecPkgContext_CipherInfo& out) {
  TRY_ASSIGN(const auto info, ask<tls::ConnectionInfo>(entry, AttributeId::CipherInfo));
  const tls::CipherSuite* const suite = tls::find_cipher_suite(info.cipher_suite);
  if (suite == nullptr)
    return fail(Status::InternalError, "TLS agreed on a cipher suite that was not offered");
  out = {};
  out.dwVersion = SECPKGCONTEXT_CIPHERINFO_V1;
  out.dwProtocol = static_cast<DWORD>(info.version);
  out.dwCipherSuite = out.dwBaseCipherSuite = info.cipher_suite;
  put(out.szCipherSuite, info.cipher_suite_name);
  put(out.szCipher, cipher_name(*suite));
  out.dwCipherLen = info.cipher_strength;
  out.dwCipherBlockLen = suite->cipher == tls::Cipher::Aes ? kAesBlock : 1;
  put(out.szHash, hash_name(*suite));
  out.dwHashLen = info.hash_strength;
  put(out.szExchange, "ECDH");
  out.dwMaxExchangeLen = 65'536;  // Windows
  if (const auto signer = signer_of(info, suite)) put(out.szCertificate, signer_name(*signer));
  out.dwKeyType = info.key_exchange_group;
  return {};
}

Result<void> write_session_info(const ContextEntry& entry, SecPkgContext_SessionInfo& out) {
  TRY_ASSIGN(const auto info, ask<TlsSessionInfo>(entry, AttributeId::SessionInfo));
  out = {};
  out.dwFlags = info.resumed ? SSL_SESSION_RECONNECT : 0;
  out.cbSessionId = static_cast<DWORD>(std::min(info.id.size(), sizeof out.rgbSessionId));
  std::copy_n(info.id.begin(), out.cbSessionId, out.rgbSessionId);
  return {};
}

Result<void> write_application_protocol(const ContextEntry& entry,
                                        SecPkgContext_ApplicationProtocol& out) {
  TRY_ASSIGN(const auto protocol,
             ask<ApplicationProtocol>(entry, AttributeId::ApplicationProtocol));
  out = {};
  if (protocol.name.empty()) return {};
  out.ProtoNegoStatus = SecApplicationProtocolNegotiationStatus_Success;
  out.ProtoNegoExt = SecApplicationProtocolNegotiationExt_ALPN;
  out.ProtocolIdSize = static_cast<UCHAR>(std::min(protocol.name.size(), sizeof out.ProtocolId));
  std::copy_n(protocol.name.begin(), out.ProtocolIdSize, out.ProtocolId);
  return {};
}

Result<void> write_unique_bindings(const ContextEntry& entry, SecPkgContext_Bindings& out) {
  return write_bindings(entry, AttributeId::UniqueBindings, out);
}

Result<void> write_endpoint_bindings(const ContextEntry& entry, SecPkgContext_Bindings& out) {
  return write_bindings(entry, AttributeId::EndpointBindings, out);
}

Result<void> write_issuer_list(const ContextEntry& entry, SecPkgContext_IssuerListInfoEx& out) {
  TRY_ASSIGN(const IssuerList issuers, ask<IssuerList>(entry, AttributeId::IssuerList));
  std::size_t size = issuers.names.size() * sizeof(CERT_NAME_BLOB);
  for (const Bytes& name : issuers.names) size += name.size();
  auto block = make_block<CERT_NAME_BLOB>(size);
  auto* bytes = reinterpret_cast<BYTE*>(block.get() + issuers.names.size());
  CERT_NAME_BLOB* blob = block.get();
  for (const Bytes& name : issuers.names) {
    *blob++ = {static_cast<DWORD>(name.size()), bytes};
    bytes = std::copy(name.begin(), name.end(), bytes);
  }
  out.cIssuers = static_cast<DWORD>(issuers.names.size());
  out.aIssuers = block.release();
  return {};
}

Result<void> write_keying_material(const ContextEntry& entry, SecPkgContext_KeyingMaterial& out) {
  TRY_ASSIGN(const SessionKey keys, ask<SessionKey>(entry, AttributeId::KeyingMaterial));
  out.cbKeyingMaterial = static_cast<DWORD>(keys.key.size());
  out.pbKeyingMaterial = copy_to_block(keys.key.expose()).release();
  return {};
}

Result<void> write_certificate_result(const ContextEntry& entry,
                                      SecPkgContext_CertificateValidationResult& out) {
  TRY_ASSIGN(const auto verdict, ask<CertificateVerdict>(entry, AttributeId::CertificateVerdict));
  out.dwChainErrorStatus = verdict.errors;
  out.hrVerifyChainStatus = static_cast<HRESULT>(verdict.outcome.status);
  return {};
}

}  // namespace opensspi::abi
