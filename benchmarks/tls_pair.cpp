// libssl as its manual shows it.
#include "tls_pair.h"

#include <openssl/bio.h>

#include <stdexcept>

namespace bench {
namespace {

void check(bool right, const char* what) {
  if (!right) throw std::runtime_error(std::string("OpenSSL: ") + what);
}

std::unique_ptr<SSL_CTX, FreeSslCtx> new_ctx(const SSL_METHOD* method, const char* suite) {
  std::unique_ptr<SSL_CTX, FreeSslCtx> ctx(SSL_CTX_new(method));
  check(ctx != nullptr, "SSL_CTX_new");
  check(SSL_CTX_set_min_proto_version(ctx.get(), TLS1_3_VERSION) == 1, "TLS 1.3");
  if (suite != nullptr) check(SSL_CTX_set_ciphersuites(ctx.get(), suite) == 1, "cipher suite");
  return ctx;
}

}  // namespace

TlsSettings::TlsSettings(const PemCertificate& certificate, const char* suite)
    : client_(new_ctx(TLS_client_method(), suite)), server_(new_ctx(TLS_server_method(), suite)) {
  const auto x509 = read_certificate(certificate);
  const auto key = read_key(certificate);
  check(SSL_CTX_use_certificate(server_.get(), x509.get()) == 1, "certificate");
  check(SSL_CTX_use_PrivateKey(server_.get(), key.get()) == 1, "private key");
}

TlsPair::TlsPair(const TlsSettings& settings)
    : client_(SSL_new(settings.client())), server_(SSL_new(settings.server())) {
  BIO* const to_server = BIO_new(BIO_s_mem());
  BIO* const to_client = BIO_new(BIO_s_mem());
  BIO_up_ref(to_server);
  BIO_up_ref(to_client);
  SSL_set_bio(client_.get(), to_client, to_server);
  SSL_set_bio(server_.get(), to_server, to_client);
  SSL_set_connect_state(client_.get());
  SSL_set_accept_state(server_.get());
  constexpr int kMostFlights = 4;
  bool done = false;
  for (int flight = 0; flight < kMostFlights && !done; ++flight) {
    const bool client_done = SSL_do_handshake(client_.get()) == 1;
    const bool server_done = SSL_do_handshake(server_.get()) == 1;
    done = client_done && server_done;
  }
  check(done, "the handshake does not end");
}

void TlsPair::round_trip(std::vector<std::uint8_t>& data) {
  std::size_t size = 0;
  check(SSL_write_ex(client_.get(), data.data(), data.size(), &size) == 1, "SSL_write");
  check(SSL_read_ex(server_.get(), data.data(), data.size(), &size) == 1, "SSL_read");
  check(size == data.size(), "SSL_read lost bytes");
}

}  // namespace bench
