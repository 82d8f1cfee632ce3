// One TLS session: its birth and its handshake. Sealing and opening are in session_records.cpp,
// what can be asked of it in session_info.cpp.
#include "tls/session.h"

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

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
  native->parameters = std::move(parameters);
  return native;
}

bool is_address(const std::string& host) {
  ASN1_OCTET_STRING* address = a2i_IPADDRESS(host.c_str());
  const bool parsed = address != nullptr;
  ASN1_OCTET_STRING_free(address);
  return parsed;
}

// RFC 6066 3: a DNS name without the final dot, never an address.
Result<void> name_server(SSL* ssl, std::string_view host) {
  std::string name(host);
  if (!name.empty() && name.back() == '.') name.pop_back();
  if (name.empty() || name.find('\0') != std::string::npos || is_address(name)) return {};
  if (name.size() > kMaxServerName) {
    return fail(Status::TargetUnknown, "the server's name is longer than a DNS name can be");
  }
  if (SSL_set_tlsext_host_name(ssl, name.c_str()) != 1) {
    return fail(Status::InsufficientMemory, "no memory for the server's name");
  }
  return {};
}

HandshakeStep refused(Session::Native& native, HandshakeStep step, const Error& error) {
  native.state = State::Dead;
  step.done = fail(error);
  return step;
}

// Runs libssl on one record, or on nothing.
HandshakeStep advance(Session::Native& native, HandshakeStep step, ByteView record) {
  native.spoken = true;
  native.wire.input = record;
  native.wire.output = &step.token;
  const int outcome = run(native, [](SSL* ssl) { return SSL_do_handshake(ssl); });
  if (outcome == SSL_ERROR_WANT_READ) return step;
  if (outcome == SSL_ERROR_ZERO_RETURN) {
    return refused(native, std::move(step), alert_received(SSL_AD_CLOSE_NOTIFY));
  }
  if (outcome != SSL_ERROR_NONE) {
    return refused(native, std::move(step),
                   take_failure({Status::IllegalMessage,
                                 "the TLS handshake received a message that is not well-formed"}));
  }
  if (!native.parameters->native().server &&
      SSL_get0_peer_certificate(native.ssl.get()) == nullptr) {
    return refused(native, std::move(step),
                   {Status::CertUnknown, "the TLS server showed no certificate"});
  }
  native.state = State::Established;
  step.done = true;
  return step;
}

// Record by record, because with TLS 1.3 the peer's first application data looks like the
// handshake record before it and may arrive with it.
HandshakeStep advance_through(Session::Native& native, ByteView input) {
  HandshakeStep step;
  if (!native.spoken && !native.parameters->native().server) {
    step = advance(native, std::move(step), {});
    step.unread = input.size();
    return step;
  }
  for (bool taken = false; native.state == State::Handshaking; taken = true) {
    const Result<Framing> record = first_record(input);
    if (!record) return refused(native, std::move(step), record.error());
    if (record->size == 0) {
      if (!taken) step.missing = record->missing;
      break;
    }
    step = advance(native, std::move(step), input.first(record->size));
    input = input.subspan(record->size);
    if (input.empty()) break;
  }
  if (step.missing == 0) step.unread = input.size();
  return step;
}

}  // namespace

Result<std::unique_ptr<Session>> Session::client(std::shared_ptr<const Parameters> parameters,
                                                 std::string_view host) {
  TRY_ASSIGN(auto native, make(std::move(parameters)));
  SSL_set_connect_state(native->ssl.get());
  TRY(name_server(native->ssl.get(), host));
  return std::make_unique<Session>(std::move(native));
}

Result<std::unique_ptr<Session>> Session::server(std::shared_ptr<const Parameters> parameters) {
  if (!parameters->has_certificate()) {
    return fail(Status::NoCredentials, "a TLS server needs a certificate with its private key");
  }
  TRY_ASSIGN(auto native, make(std::move(parameters)));
  SSL_set_accept_state(native->ssl.get());
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
  if (level != SSL3_AL_WARNING || description != SSL_AD_CLOSE_NOTIFY) {
    return fail(Status::UnsupportedFunction, "libssl sends no alert but close_notify on request");
  }
  if (native_->state != State::Established) {
    return fail(Status::ContextExpired, "there is no TLS session to close");
  }
  Bytes record = std::exchange(native_->pending, {});
  native_->wire.input = {};
  native_->wire.output = &record;
  // 0 says that the peer's close_notify is still to come; only less is a failure.
  run(*native_, [](SSL* ssl) { return SSL_shutdown(ssl) < 0 ? -1 : 1; });
  if ((SSL_get_shutdown(native_->ssl.get()) & SSL_SENT_SHUTDOWN) == 0) {
    return fail(take_failure({Status::InternalError, "the TLS session could not be closed"}));
  }
  return record;
}

}  // namespace opensspi::tls
