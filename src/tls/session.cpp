// One TLS session: its birth and its handshake. Sealing and opening are in session_records.cpp,
// what can be asked of it in session_info.cpp.
#include "tls/session.h"

#include <openssl/err.h>
#include <openssl/ssl.h>

#include <new>
#include <utility>

#include "tls/failure.h"
#include "tls/framing.h"
#include "tls/native.h"

namespace opensspi::tls {
namespace {

using State = Session::Native::State;

constexpr std::size_t kMaxServerName = 255;  // RFC 6066 3 by way of RFC 1035

Result<std::unique_ptr<Session::Native>> make(std::shared_ptr<const Parameters> parameters) {
  auto native = std::make_unique<Session::Native>();
  native->ssl.reset(SSL_new(parameters->native().ctx.get()));
  BIO* bio = new_wire_bio(native->wire);
  if (native->ssl == nullptr || bio == nullptr) {
    BIO_free(bio);
    return fail(Status::InsufficientMemory, "no memory for a TLS session");
  }
  SSL_set_bio(native->ssl.get(), bio, bio);
  SSL_set_app_data(native->ssl.get(), native.get());
  native->parameters = std::move(parameters);
  return native;
}

// RFC 6066 3: a DNS name without the final dot, never an address.
Result<void> name_server(SSL* ssl, std::string_view host) {
  std::string name(host);
  if (!name.empty() && name.back() == '.') name.pop_back();
  if (name.empty() || name.find('\0') != std::string::npos || x509::is_address(name)) return {};
  if (name.size() > kMaxServerName) {
    return fail(Status::TargetUnknown, "the server's name is longer than a DNS name can be");
  }
  if (SSL_set_tlsext_host_name(ssl, name.c_str()) != 1) {
    return fail(Status::InsufficientMemory, "no memory for the server's name");
  }
  return {};
}

void append_close_notify(Session::Native& native, Bytes& to) {
  native.wire.input = {};
  native.wire.output = &to;
  // 0 says that the peer's close_notify is still to come; only less is a failure.
  run(native, [](SSL* ssl) { return SSL_shutdown(ssl) < 0 ? -1 : 1; });
}

HandshakeStep refused(Session::Native& native, HandshakeStep step, const Error& error) {
  native.state = State::Dead;
  step.done = fail(error);
  return step;
}

bool shows_another(Session::Native& native) {
  const X509* peer = SSL_get0_peer_certificate(native.ssl.get());
  return peer == nullptr || X509_cmp(peer, native.first_peer.get()) != 0;
}

// Who the server is, when libssl has not asked the judge: in a session that is taken up again, and
// in one that is begun anew, where a server that the application has judged may not become another.
Result<void> check_server(Session::Native& native) {
  SSL* ssl = native.ssl.get();
  X509* peer = SSL_get0_peer_certificate(ssl);
  if (peer == nullptr) return fail(Status::CertUnknown, "the TLS server showed no certificate");
  if (native.first_peer != nullptr) {
    if (shows_another(native))
      return fail(Status::CertUnknown, "the TLS server became another when it began anew");
    return {};
  }
  if (native.setup.judge && SSL_session_reused(ssl) != 0) {
    const auto certificate = peer_certificate_of(ssl);
    if (!certificate) return fail(Status::CertUnknown, "the TLS server's certificate is damaged");
    TRY(native.setup.judge(*certificate));
  }
  native.first_peer = x509::shared(peer);
  return {};
}

// The rest of a handshake that libssl is content with.
HandshakeStep finish(Session::Native& native, HandshakeStep step) {
  native.state = State::Established;
  native.has_agreed = true;
  if (!native.parameters->native().server) {
    if (const Result<void> checked = check_server(native); !checked) {
      append_close_notify(native, step.token);
      return refused(native, std::move(step), checked.error());
    }
  }
  step.done = true;
  return step;
}

// Runs libssl on one record, or on nothing.
HandshakeStep advance(Session::Native& native, HandshakeStep step, ByteView record) {
  native.spoken = true;
  native.answered |= !record.empty();
  native.wire.input = record;
  native.wire.output = &step.token;
  const int outcome = run(native, [](SSL* ssl) { return SSL_do_handshake(ssl); });
  if (outcome == SSL_ERROR_WANT_READ) return step;
  if (native.identity_awaited) {
    step.wants_identity = true;
    return step;
  }
  if (native.refusal) {
    ERR_clear_error();
    return refused(native, std::move(step), *native.refusal);
  }
  if (outcome == SSL_ERROR_ZERO_RETURN) {
    return refused(native, std::move(step), alert_received(SSL_AD_CLOSE_NOTIFY));
  }
  if (outcome != SSL_ERROR_NONE) {
    return refused(native, std::move(step),
                   take_failure({Status::IllegalMessage,
                                 "the TLS handshake received a message that is not well-formed"}));
  }
  return finish(native, std::move(step));
}

// Whether libssl has something to do without any more input.
bool runs_unasked(const Session::Native& native) {
  return (!native.spoken && !native.parameters->native().server) || native.identity_awaited;
}

// Record by record, because with TLS 1.3 the peer's first application data looks like the
// handshake record before it and may arrive with it.
HandshakeStep advance_through(Session::Native& native, ByteView input) {
  HandshakeStep step;
  step.token = std::exchange(native.pending, {});
  bool taken = !step.token.empty();
  if (runs_unasked(native)) {
    const bool begins = !native.spoken;
    native.identity_awaited = false;
    step = advance(native, std::move(step), {});
    taken = true;
    if (begins) {
      step.unread = input.size();
      return step;
    }
  }
  for (; native.state == State::Handshaking && !native.identity_awaited; taken = true) {
    if (input.empty() && taken) break;
    const Result<Framing> record = first_record(input);
    if (!record) return refused(native, std::move(step), record.error());
    if (record->size == 0) {
      if (!taken) step.missing = record->missing;
      break;
    }
    step = advance(native, std::move(step), input.first(record->size));
    input = input.subspan(record->size);
  }
  if (step.missing == 0) step.unread = input.size();
  return step;
}

// Whether what is sent now goes in the clear.
bool sends_in_the_clear(const Session::Native& native) {
  if (native.state != State::Handshaking || native.first_peer != nullptr) return false;
  return !native.answered || SSL_get_state(native.ssl.get()) == TLS_ST_SW_SRVR_DONE;  // of TLS 1.2
}

}  // namespace

Result<std::unique_ptr<Session>> Session::client(std::shared_ptr<const Parameters> parameters,
                                                 std::string_view host, ClientSetup setup) {
  TRY_ASSIGN(auto native, make(std::move(parameters)));
  SSL* ssl = native->ssl.get();
  SSL_set_connect_state(ssl);
  TRY(name_server(ssl, host));
  native->setup = std::move(setup);
  if (native->setup.judge) SSL_set_verify(ssl, SSL_VERIFY_PEER, nullptr);
  if (native->setup.awaits_identity) SSL_set_cert_cb(ssl, decide_identity, nullptr);
  if (native->setup.resumption != nullptr) {
    // Its own: libssl writes to the session that it takes up.
    const OwnedSslSession own(SSL_SESSION_dup(native->setup.resumption->native().session.get()));
    if (own == nullptr || SSL_set_session(ssl, own.get()) != 1) ERR_clear_error();
  }
  return std::make_unique<Session>(std::move(native));
}

Result<std::unique_ptr<Session>> Session::server(std::shared_ptr<const Parameters> parameters,
                                                 ServerSetup setup) {
  if (!parameters->has_certificate()) {
    return fail(Status::NoCredentials, "a TLS server needs a certificate with its private key");
  }
  TRY_ASSIGN(auto native, make(std::move(parameters)));
  SSL* ssl = native->ssl.get();
  SSL_set_accept_state(ssl);
  // A session in which no certificate was asked for is none for who asks.
  const std::uint8_t kind = setup.asks_for_certificate ? 'c' : 's';
  SSL_set_session_id_context(ssl, &kind, sizeof kind);
  if (setup.asks_for_certificate) SSL_set_verify(ssl, SSL_VERIFY_PEER, nullptr);
  return std::make_unique<Session>(std::move(native));
}

Session::Session(std::unique_ptr<Native> native) : native_(std::move(native)) {}

// Without these flags SSL_free takes the session for broken and forbids its resumption.
Session::~Session() {
  SSL_set_shutdown(native_->ssl.get(), SSL_SENT_SHUTDOWN | SSL_RECEIVED_SHUTDOWN);
}

HandshakeStep Session::handshake(ByteView input) {
  if (native_->state == State::Handshaking) return advance_through(*native_, input);
  HandshakeStep step;
  step.token = std::exchange(native_->pending, {});
  step.unread = input.size();
  if (native_->state == State::Established) {
    step.done = true;
  } else {
    step.done = fail(Status::ContextExpired, "the TLS session failed before");
  }
  return step;
}

Result<Bytes> Session::alert(std::uint8_t level, std::uint8_t description) {
  if (sends_in_the_clear(*native_)) {
    native_->state = State::Dead;
    // RFC 8446 5.1: a client's first flight says 1.0.
    const std::uint8_t minor = native_->parameters->native().server ? 3 : 1;
    return Bytes{SSL3_RT_ALERT, SSL3_VERSION_MAJOR, minor, 0, 2, level, description};
  }
  if (level != SSL3_AL_WARNING || description != SSL_AD_CLOSE_NOTIFY) {
    return fail(Status::UnsupportedFunction, "libssl sends no alert but close_notify on request");
  }
  if (native_->state != State::Established) {
    return fail(Status::ContextExpired, "there is no TLS session to close");
  }
  Bytes record = std::exchange(native_->pending, {});
  append_close_notify(*native_, record);
  if ((SSL_get_shutdown(native_->ssl.get()) & SSL_SENT_SHUTDOWN) == 0) {
    return fail(take_failure({Status::InternalError, "the TLS session could not be closed"}));
  }
  return record;
}

Result<void> Session::offer_protocols(ByteView names) {
  Bytes offered = copy(names);
  // 0 is success here.
  if (!names.empty() && !native_->parameters->native().server &&
      SSL_set_alpn_protos(native_->ssl.get(), offered.data(),
                          static_cast<unsigned int>(offered.size())) != 0) {
    return fail(Status::InvalidToken, "the application protocols are no list of names");
  }
  native_->protocols = std::move(offered);
  return {};
}

Result<void> Session::show(std::shared_ptr<const Parameters> identity) {
  native_->identity_decided = true;
  if (identity == nullptr) return {};
  TRY(use_key_pairs(native_->ssl.get(), identity->options()));
  native_->identity = std::move(identity);
  return {};
}

void Session::set_resumable(bool resumable) {
  native_->resumable = resumable;
  if (!native_->parameters->native().server) return;
  SSL* ssl = native_->ssl.get();
  SSL_set_num_tickets(ssl, resumable ? 1 : 0);
  if (resumable) {
    SSL_clear_options(ssl, SSL_OP_NO_TICKET);
  } else {
    SSL_set_options(ssl, SSL_OP_NO_TICKET);
  }
}

std::vector<std::shared_ptr<const Resumption>> Session::take_resumptions() {
  return std::exchange(native_->resumptions, {});
}

}  // namespace opensspi::tls
