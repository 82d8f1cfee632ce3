// Attributes of the TLS session: certificates, their trust, algorithms.
#pragma once

#include "abi/objects.h"
#include "base/result.h"
#include "tls/connection_info.h"

namespace opensspi::abi {

// The caller releases the certificate with CertFreeCertificateContext.
Result<void> write_remote_certificate(const ContextEntry& entry, PCCERT_CONTEXT& out);
Result<void> write_local_certificate(const ContextEntry& entry, PCCERT_CONTEXT& out);
Result<void> write_connection_info(const ContextEntry& entry, SecPkgContext_ConnectionInfo& out);
// TLS 1.2 only.
Result<void> write_eap_key_block(const ContextEntry& entry, SecPkgContext_EapKeyBlock& out);

// CREDSSP clients: whether the server's certificate is trusted now, and what vouches for the
// server.
Result<void> write_trust_status(const ContextEntry& entry, CERT_TRUST_STATUS& out);
Result<void> write_server_auth_flags(const ContextEntry& entry, SecPkgContext_Flags& out);

}  // namespace opensspi::abi
