// Attributes that contexts of Schannel have and CREDSSP's do not. tls_attributes.h has those of
// both. Blocks for FreeContextBuffer, but for certificates.
#pragma once

#include "abi/objects.h"
#include "base/result.h"

namespace opensspi::abi {

Result<void> write_cipher_info(const ContextEntry& entry, SecPkgContext_CipherInfo& out);
Result<void> write_session_info(const ContextEntry& entry, SecPkgContext_SessionInfo& out);
Result<void> write_application_protocol(const ContextEntry& entry,
                                        SecPkgContext_ApplicationProtocol& out);
Result<void> write_unique_bindings(const ContextEntry& entry, SecPkgContext_Bindings& out);
Result<void> write_endpoint_bindings(const ContextEntry& entry, SecPkgContext_Bindings& out);
// SEC_I_INCOMPLETE_CREDENTIALS lets a client ask before the handshake is done.
Result<void> write_issuer_list(const ContextEntry& entry, SecPkgContext_IssuerListInfoEx& out);
Result<void> write_keying_material(const ContextEntry& entry, SecPkgContext_KeyingMaterial& out);
Result<void> write_certificate_result(const ContextEntry& entry,
                                      SecPkgContext_CertificateValidationResult& out);

// KEY_INFO of a TLS session.
[[nodiscard]] KeyInfo key_info_of(const tls::ConnectionInfo& info);

}  // namespace opensspi::abi
