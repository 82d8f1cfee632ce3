// The OpenSSL objects behind a TLS session, for the .cpp files of tls only.
#pragma once

#include <openssl/err.h>
#include <openssl/ssl.h>

#include <memory>
#include <new>

#include "tls/session.h"
#include "x509/native.h"

namespace opensspi::tls {

using OwnedSslCtx = std::unique_ptr<SSL_CTX, x509::FreedBy<SSL_CTX_free>>;
using OwnedSsl = std::unique_ptr<SSL, x509::FreedBy<SSL_free>>;
using OwnedSslSession = std::unique_ptr<SSL_SESSION, x509::FreedBy<SSL_SESSION_free>>;

struct Parameters::Native {
  bool server = false;
  Options options;
  OwnedSslCtx ctx;  // refers to this object for its key log
};

struct Resumption::Native {
  OwnedSslSession session;
  std::int64_t end = 0;  // seconds since 1970-01-01 UTC
};

// EVP_PKEY_RSA and its like; none for a kind that TLS does not use here.
[[nodiscard]] std::optional<KeyKind> key_kind(int pkey_id);

// Lets the session show these certificates.
Result<void> use_key_pairs(SSL* ssl, const Options& options);

// What the session's BIO reads from and writes to during one call into libssl. libssl asks for
// bytes and gets them from the caller's span; it writes whole records, which are appended to
// `output` or, while one message is sealed, scattered over the caller's three buffers.
struct Wire {
  struct Scatter {
    ByteSpan header, data;  // filled completely
    ByteSpan trailer;       // filled as far as the record goes
    std::size_t written = 0;

    [[nodiscard]] bool is_whole() const { return written > header.size() + data.size(); }
    [[nodiscard]] std::size_t trailer_size() const { return written - header.size() - data.size(); }
  };

  ByteView input;
  Bytes* output = nullptr;
  Scatter* scatter = nullptr;
  bool out_of_memory = false;
};

// A BIO over `wire`, which must outlive it. Null when memory is short.
BIO* new_wire_bio(Wire& wire);

struct Session::Native {
  enum class State { Handshaking, Established, Dead };

  std::shared_ptr<const Parameters> parameters;
  Wire wire;
  OwnedSsl ssl;  // dies before the wire that its BIO uses
  State state = State::Handshaking;
  bool has_agreed = false;  // on what holds while a handshake begins anew, and after the end
  bool spoken = false;      // libssl has been run: a client's first flight is out
  bool answered = false;    // the peer has sent something
  bool heard = false;       // a message of the handshake's protocol arrived
  ClientSetup setup;
  std::shared_ptr<const Parameters> identity;  // whose certificate show() named
  bool identity_awaited = false;               // libssl waits for show()
  bool identity_decided = false;
  std::optional<Error> refusal;  // what the judge said
  Bytes protocols;               // that this side offers
  bool resumable = true;
  std::vector<std::shared_ptr<const Resumption>> resumptions;
  x509::OwnedX509 first_peer;  // whoever began the session that is renegotiated
  // What libssl wants to send and no caller has taken: the answer to a post-handshake message,
  // the alert of a failed record. It goes before anything sealed later.
  Bytes pending;
};

// The session that libssl calls back about.
inline Session::Native& native_of(const SSL* ssl) {
  return *static_cast<Session::Native*>(SSL_get_app_data(ssl));
}

// Those that can be read, from number `first`.
[[nodiscard]] std::vector<x509::Certificate> certificates_from(const STACK_OF(X509) * shown,
                                                               int first);
// With the issuers that it showed. None when it showed none that can be read.
[[nodiscard]] std::optional<x509::Certificate> peer_certificate_of(const SSL* ssl);

// What libssl calls back for; nothing may fly through it.
int judge_peer(X509_STORE_CTX* chain, void* unused) noexcept;
int decide_identity(SSL* ssl, void* unused) noexcept;
void note_message(const SSL* ssl, int where, int outcome) noexcept;
int keep_resumption(SSL* ssl, SSL_SESSION* session) noexcept;
int select_protocol(SSL* ssl, const unsigned char** selected, unsigned char* size,
                    const unsigned char* offered, unsigned int offered_size, void* unused) noexcept;

// Runs `call` with an empty error queue, the wire set and the outcome told by SSL_get_error at
// once, before anything else can touch the queue. std::bad_alloc when the wire ran out of memory.
template <class Call>
int run(Session::Native& session, Call call) {
  if (ERR_peek_error() != 0) ERR_clear_error();  // clearing always costs more than asking
  session.wire.out_of_memory = false;
  const int outcome = SSL_get_error(session.ssl.get(), call(session.ssl.get()));
  session.wire.output = nullptr;
  session.wire.scatter = nullptr;
  if (session.wire.out_of_memory) {
    session.state = Session::Native::State::Dead;
    throw std::bad_alloc();
  }
  return outcome;
}

}  // namespace opensspi::tls
