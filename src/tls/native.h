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

struct Parameters::Native {
  bool server = false;
  Options options;
  OwnedSslCtx ctx;  // refers to this object for its key log
};

// What the session's BIO reads from and writes to during one call into libssl. libssl asks for
// bytes and gets them from the caller's span; it writes whole records, which are appended to
// `output` or, while one message is sealed, scattered over the caller's three buffers.
struct Wire {
  struct Scatter {
    ByteSpan header, data;  // filled completely
    ByteSpan trailer;       // filled as far as the record goes
    std::size_t trailer_size = 0;
    bool written = false;  // one record, no more
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
  bool spoken = false;  // libssl has been run: a client's first flight is out
  // What libssl wants to send and no caller has taken: the answer to a post-handshake message,
  // the alert of a failed record. It goes before anything sealed later.
  Bytes pending;
};

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
