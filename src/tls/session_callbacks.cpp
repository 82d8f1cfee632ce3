// What libssl asks a session during its handshake: whether the peer is trusted, which certificate
// to show, which application protocol to speak, where a session that can be taken up again goes.
#include <openssl/ssl.h>
#include <openssl/x509_vfy.h>

#include <algorithm>
#include <ctime>
#include <new>
#include <utility>

#include "tls/native.h"

namespace opensspi::tls {
namespace {

// The fault whose alert libssl sends for such a refusal. RFC 8446 6.2
int fault_of(Status status) {
  switch (status) {
    case Status::UntrustedRoot:
      return X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN;  // unknown_ca
    case Status::CertExpired:
      return X509_V_ERR_CERT_HAS_EXPIRED;  // certificate_expired
    case Status::CertWrongUsage:
      return X509_V_ERR_INVALID_PURPOSE;  // unsupported_certificate
    case Status::WrongPrincipal:
      return X509_V_ERR_HOSTNAME_MISMATCH;  // bad_certificate
    default:
      return X509_V_ERR_APPLICATION_VERIFICATION;  // handshake_failure
  }
}

// What the peer shows, before libssl has taken it over.
Result<x509::Certificate> shown(X509_STORE_CTX* chain) {
  return x509::certificate_of(x509::shared(X509_STORE_CTX_get0_cert(chain)),
                              certificates_from(X509_STORE_CTX_get0_untrusted(chain), 1));
}

Result<void> judge(const Session::Native& native, X509_STORE_CTX* chain) {
  if (!native.setup.judge) return {};
  TRY_ASSIGN(const x509::Certificate certificate, shown(chain));
  return native.setup.judge(certificate);
}

}  // namespace

int judge_peer(X509_STORE_CTX* chain, void* /*unused*/) noexcept {
  const auto* ssl = static_cast<const SSL*>(
      X509_STORE_CTX_get_ex_data(chain, SSL_get_ex_data_X509_STORE_CTX_idx()));
  Session::Native& native = native_of(ssl);
  try {
    const Result<void> judged = judge(native, chain);
    X509_STORE_CTX_set_error(chain, judged ? X509_V_OK : fault_of(judged.error().status));
    if (!judged) native.refusal = judged.error();
    return judged ? 1 : 0;
  } catch (const std::bad_alloc&) {
    native.wire.out_of_memory = true;
    return 0;
  }
}

// 1 goes on with what the session has, -1 makes libssl wait.
int decide_identity(SSL* ssl, void* /*unused*/) noexcept {
  Session::Native& native = native_of(ssl);
  native.identity_awaited = !native.identity_decided && !native.parameters->has_certificate();
  return native.identity_awaited ? -1 : 1;
}

void note_message(const SSL* ssl, int where, int /*outcome*/) noexcept {
  if ((where & SSL_CB_LOOP) != 0) native_of(ssl).heard = true;
}

// 1 takes the session over.
int keep_resumption(SSL* ssl, SSL_SESSION* session) noexcept {
  Session::Native& native = native_of(ssl);
  if (!native.resumable || SSL_SESSION_is_resumable(session) == 0) return 0;
  try {
    auto kept = std::make_unique<Resumption::Native>();
    native.resumptions.reserve(native.resumptions.size() + 1);
    std::int64_t lifespan = native.parameters->options().session_lifespan_s;
    const unsigned long hint = SSL_SESSION_get_ticket_lifetime_hint(session);
    if (hint != 0) lifespan = std::min(lifespan, static_cast<std::int64_t>(hint));
    kept->end = std::time(nullptr) + lifespan;
    Resumption::Native& owned = *kept;
    auto resumption = std::make_shared<const Resumption>(std::move(kept));
    native.resumptions.push_back(std::move(resumption));
    owned.session.reset(session);  // nothing fails from here on
    return 1;
  } catch (const std::bad_alloc&) {
    return 0;  // a full handshake next time
  }
}

// The server's preference decides. Without a list of its own it takes no part.
int select_protocol(SSL* ssl, const unsigned char** selected, unsigned char* size,
                    const unsigned char* offered, unsigned int offered_size,
                    void* /*unused*/) noexcept {
  const Bytes& own = native_of(ssl).protocols;
  if (own.empty()) return SSL_TLSEXT_ERR_NOACK;
  unsigned char* found = nullptr;
  const int outcome = SSL_select_next_proto(
      &found, size, own.data(), static_cast<unsigned int>(own.size()), offered, offered_size);
  *selected = found;
  return outcome == OPENSSL_NPN_NEGOTIATED ? SSL_TLSEXT_ERR_OK : SSL_TLSEXT_ERR_ALERT_FATAL;
}

Resumption::Resumption(std::unique_ptr<const Native> native) : native_(std::move(native)) {}

Resumption::~Resumption() = default;

bool Resumption::is_current() const {
  return SSL_SESSION_is_resumable(native_->session.get()) != 0 && std::time(nullptr) < native_->end;
}

bool Resumption::is_for_once() const {
  return SSL_SESSION_get_protocol_version(native_->session.get()) == TLS1_3_VERSION;
}

}  // namespace opensspi::tls
