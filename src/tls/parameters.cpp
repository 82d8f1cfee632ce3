// The settings of TLS that sessions share, made once per credential: an SSL_CTX costs 80 us, a
// session out of it 2 us. Everything that a system's openssl.cnf could change is set here, so the
// host program's configuration does not decide what this library speaks.
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>

#include "crypto/openssl.h"
#include "tls/failure.h"
#include "tls/native.h"

namespace opensspi::tls {
namespace {

// Fast first; AEAD before CBC, which Windows Server 2008 R2 still needs. Forward secrecy always.
constexpr const char* kTls13Suites =
    "TLS_AES_128_GCM_SHA256:TLS_AES_256_GCM_SHA384:TLS_CHACHA20_POLY1305_SHA256";
constexpr const char* kTls12Suites =
    "ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256:ECDHE-ECDSA-AES256-GCM-SHA384:"
    "ECDHE-RSA-AES256-GCM-SHA384:ECDHE-ECDSA-CHACHA20-POLY1305:ECDHE-RSA-CHACHA20-POLY1305:"
    "ECDHE-ECDSA-AES128-SHA256:"
    "ECDHE-RSA-AES128-SHA256:ECDHE-ECDSA-AES256-SHA384:ECDHE-RSA-AES256-SHA384:"
    "ECDHE-RSA-AES128-SHA:ECDHE-RSA-AES256-SHA";
constexpr const char* kGroups = "X25519:P-256:P-384";
constexpr const char* kSignatureAlgorithms =
    "ECDSA+SHA256:RSA-PSS+SHA256:ed25519:ECDSA+SHA384:ECDSA+SHA512:RSA-PSS+SHA384:RSA-PSS+SHA512:"
    "RSA+SHA256:RSA+SHA384:RSA+SHA512";
constexpr int kSecurityLevel = 2;  // RSA from 2048 bits, 112 bits of security
constexpr std::uint64_t kOptions = SSL_OP_NO_COMPRESSION | SSL_OP_ENABLE_MIDDLEBOX_COMPAT |
                                   SSL_OP_NO_RENEGOTIATION | SSL_OP_CIPHER_SERVER_PREFERENCE;

struct FreeStack {  // not its certificates
  void operator()(STACK_OF(X509) * stack) const { sk_X509_free(stack); }
};
using OwnedStack = std::unique_ptr<STACK_OF(X509), FreeStack>;

int trust_is_judged_elsewhere(X509_STORE_CTX* /*chain*/, void* /*unused*/) {
  return 1;
}

void write_key_log(const SSL* ssl, const char* line) {
  const auto* native =
      static_cast<const Parameters::Native*>(SSL_CTX_get_app_data(SSL_get_SSL_CTX(ssl)));
  native->key_log(line);
}

bool set_algorithms(SSL_CTX* ctx, const Options& options) {
  SSL_CTX_set_security_level(ctx, kSecurityLevel);
  SSL_CTX_set_block_padding(ctx, 1);  // none: the trailer's length is announced by stream_sizes()
  return SSL_CTX_set_min_proto_version(ctx, static_cast<int>(options.minimum)) == 1 &&
         SSL_CTX_set_max_proto_version(ctx, static_cast<int>(options.maximum)) == 1 &&
         SSL_CTX_set_ciphersuites(ctx, kTls13Suites) == 1 &&
         SSL_CTX_set_cipher_list(ctx, kTls12Suites) == 1 &&
         SSL_CTX_set1_groups_list(ctx, kGroups) == 1 &&
         SSL_CTX_set1_sigalgs_list(ctx, kSignatureAlgorithms) == 1;
}

bool set_resumption(SSL_CTX* ctx, bool tickets) {
  SSL_CTX_set_session_cache_mode(ctx, SSL_SESS_CACHE_OFF);
  if (!tickets) SSL_CTX_set_options(ctx, SSL_OP_NO_TICKET);
  return SSL_CTX_set_num_tickets(ctx, tickets ? 1 : 0) == 1;
}

Result<void> use_key_pair(SSL_CTX* ctx, const x509::KeyPair& pair) {
  const OwnedStack chain(sk_X509_new_null());
  if (chain == nullptr) return fail(Status::InsufficientMemory, "no memory for the chain");
  for (std::size_t i = 1; i < pair.chain.size(); ++i) {
    if (sk_X509_push(chain.get(), pair.chain[i].native().x509.get()) == 0) {
      return fail(Status::InsufficientMemory, "no memory for the chain");
    }
  }
  ERR_clear_error();
  const int used = SSL_CTX_use_cert_and_key(ctx, pair.chain.front().native().x509.get(),
                                            pair.key->native().key.get(), chain.get(), 1);
  if (used == 1) return {};
  const int reason = ERR_GET_REASON(ERR_peek_error());
  ERR_clear_error();
  if (reason == SSL_R_EE_KEY_TOO_SMALL || reason == SSL_R_CA_KEY_TOO_SMALL) {
    return fail(Status::UnknownCredentials,
                "a certificate's key is too short for TLS (RSA needs 2048 bits)");
  }
  if (reason == SSL_R_CA_MD_TOO_WEAK) {
    return fail(Status::UnknownCredentials, "a certificate is signed with too weak a hash");
  }
  return fail(Status::UnknownCredentials, "TLS cannot use the certificate with its private key");
}

Result<std::shared_ptr<const Parameters>> make(const Options& options, bool server) {
  auto native = std::make_unique<Parameters::Native>();
  native->server = server;
  native->key_pair = options.key_pair;
  native->key_log = options.key_log;
  const SSL_METHOD* method = server ? TLS_server_method() : TLS_client_method();
  native->ctx.reset(SSL_CTX_new_ex(crypto::library_context(), nullptr, method));
  SSL_CTX* ctx = native->ctx.get();
  if (ctx == nullptr) return fail(Status::InsufficientMemory, "no memory for TLS");
  SSL_CTX_clear_options(ctx, SSL_CTX_get_options(ctx));
  SSL_CTX_set_options(ctx, kOptions);
  SSL_CTX_set_mode(ctx, SSL_MODE_RELEASE_BUFFERS);  // an idle session shrinks from 47 KB to 14 KB
  SSL_CTX_set_quiet_shutdown(ctx, 0);
  // [MS-CSSP] 3.1.5: the server asks for no client certificate; a client judges the server's
  // chain by x509::judge after the handshake, if its caller wants that.
  SSL_CTX_set_verify(ctx, SSL_VERIFY_NONE, nullptr);
  SSL_CTX_set_cert_verify_callback(ctx, trust_is_judged_elsewhere, nullptr);
  if (!set_algorithms(ctx, options) || !set_resumption(ctx, options.session_tickets)) {
    ERR_clear_error();
    return fail(Status::CryptoSystemInvalid, "OpenSSL lacks an algorithm that TLS needs");
  }
  if (native->key_pair != nullptr) TRY(use_key_pair(ctx, *native->key_pair));
  if (native->key_log) {
    SSL_CTX_set_app_data(ctx, native.get());
    SSL_CTX_set_keylog_callback(ctx, write_key_log);
  }
  return std::make_shared<const Parameters>(std::move(native));
}

}  // namespace

Result<std::shared_ptr<const Parameters>> Parameters::client(const Options& options) {
  return make(options, false);
}

Result<std::shared_ptr<const Parameters>> Parameters::server(const Options& options) {
  if (options.key_pair == nullptr || options.key_pair->chain.empty() ||
      options.key_pair->key == nullptr) {
    return fail(Status::NoCredentials, "a TLS server needs a certificate with its private key");
  }
  return make(options, true);
}

Parameters::Parameters(std::unique_ptr<Native> native) : native_(std::move(native)) {}

Parameters::~Parameters() = default;

const x509::KeyPair* Parameters::key_pair() const {
  return native_->key_pair.get();
}

}  // namespace opensspi::tls
