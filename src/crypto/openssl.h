// OpenSSL's library context of this library, for the .cpp files of crypto, x509 and tls. It is
// apart from the host program's: other providers, properties or a FIPS mode that the host sets up
// for itself do not reach it, and it reads no openssl.cnf. One thing does come through: OpenSSL
// applies the file's ssl_conf section system_default (protocol versions, ciphers, security level)
// to each new SSL_CTX, whatever its context, so tls sets every one of those itself.
#pragma once

struct ossl_lib_ctx_st;

namespace opensspi::crypto {

// Made at first use, by any thread; throws std::bad_alloc when it cannot be. Never freed: an
// object of the host may die after this library's statics and still hold a session made in it, and
// OpenSSL's own clean-up at exit may have come before. libcrypto stays loaded just the same.
[[nodiscard]] ossl_lib_ctx_st* library_context();

}  // namespace opensspi::crypto
