// Certificates whose private keys are on PKCS#11 tokens, for TLS.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/secret.h"
#include "x509/private_key.h"

namespace opensspi::smartcard {

// The certificate that this URI (RFC 7512) chooses, with those of its token that issued it, and its
// key, which stays there. `object` is the certificate's label, or with type=private the key's; both
// have the same id. `pin`: nothing: the URI's own. It is shown to one token, once.
// `default_module`: policy's, for a URI without a module-path.
//   InvalidParameter     the URI
//   UnsupportedFunction  the module
//   NoCredentials        no such token, certificate or key (kSmartcardNoCard,
//                        kSmartcardNoCertificate), no PIN
//   LogonDenied          as Module::try_pin has it
//   UnknownCredentials   more than one fits, or TLS cannot use the key
Result<x509::KeyPair> open_certificate(std::string_view uri, std::optional<SecretBytes> pin,
                                       const std::string& default_module);

}  // namespace opensspi::smartcard
