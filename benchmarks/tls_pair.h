// A client and a server of plain OpenSSL in one process: what CredSSP's TLS is measured against.
#pragma once

#include <openssl/ssl.h>

#include <cstdint>
#include <memory>
#include <vector>

#include "certificate.h"

namespace bench {

struct FreeSslCtx {
  void operator()(SSL_CTX* ctx) const { SSL_CTX_free(ctx); }
};
struct FreeSsl {
  void operator()(SSL* ssl) const { SSL_free(ssl); }
};

// OpenSSL's defaults, but for the certificate, TLS 1.3, and `suite` where one is given.
class TlsSettings {
 public:
  explicit TlsSettings(const PemCertificate& certificate, const char* suite = nullptr);
  [[nodiscard]] SSL_CTX* client() const { return client_.get(); }
  [[nodiscard]] SSL_CTX* server() const { return server_.get(); }

 private:
  std::unique_ptr<SSL_CTX, FreeSslCtx> client_, server_;
};

// Both ends over two memory BIOs, each written by one and read by the other; the constructor
// completes the handshake.
class TlsPair {
 public:
  explicit TlsPair(const TlsSettings& settings);
  // SSL_write by the client, SSL_read by the server.
  void round_trip(std::vector<std::uint8_t>& data);

 private:
  std::unique_ptr<SSL, FreeSsl> client_, server_;
};

}  // namespace bench
