// Driving TLS and the protocol inside it.
#include "credssp/context.h"

#include <utility>

#include "credssp/package.h"
#include "credssp/trace.h"

namespace opensspi::credssp {

CredSspContext::CredSspContext(const ContextRequest& request, std::unique_ptr<tls::Session> session,
                               std::unique_ptr<Protocol> protocol)
    : role_(request.role),
      requested_(request.flags),
      session_(std::move(session)),
      state_(AwaitTls{std::move(protocol)}) {}

StepOutput CredSspContext::step(const StepInput& input) {
  return std::visit([&](auto& state) { return step(state, input.token); }, state_);
}

StepOutput CredSspContext::step(AwaitTls& state, ByteView token) {
  tls::HandshakeStep leg = session_->handshake(token);
  StepOutput output;
  if (leg.missing != 0) {
    output.progress = Progress::IncompleteMessage;
    output.missing = leg.missing;
    return output;
  }
  output.granted = granted();
  output.received = describe_tls(token);
  output.sent = describe_tls(leg.token);
  output.token = std::move(leg.token);
  output.unread = leg.unread;
  if (!leg.done) {
    die(leg.done.error(), output);
  } else if (*leg.done) {
    begin(std::move(state.protocol), token.last(leg.unread), output);
  }
  return output;
}

StepOutput CredSspContext::step(AwaitTsRequest& state, ByteView token) {
  StepOutput output;
  output.granted = granted();
  receive(state, token, false, output);
  return output;
}

// What TLS says after its handshake: the answer to a KeyUpdate. Without one this is the wish to
// authenticate anew, which [MS-CSSP] has no message for.
StepOutput CredSspContext::step(Established& state, ByteView token) {
  tls::HandshakeStep leg = session_->handshake(token);
  StepOutput output;
  if (!leg.done) {
    die(leg.done.error(), output);
    return output;
  }
  if (leg.token.empty()) {
    output.progress = fail(Status::UnsupportedFunction,
                           "the logon is done: another one needs a context of its own");
    return output;
  }
  output.progress = Progress::Complete;
  output.granted = granted() | granted_by(state.outcome);
  output.token = std::move(leg.token);
  output.unread = leg.unread;
  output.expiry = state.outcome.expiry;
  return output;
}

StepOutput CredSspContext::step(Dead& state, ByteView /*token*/) {
  StepOutput output;
  output.progress = fail(state.error);
  return output;
}

// TLS stands: the client speaks unasked, its first TSRequest goes out with its Finished; a server
// may have got both in one piece (`rest`).
void CredSspContext::begin(std::unique_ptr<Protocol> protocol, ByteView rest, StepOutput& output) {
  const auto certificate =
      role_ == Role::Client ? session_->peer_certificate() : session_->local_certificate();
  if (!certificate) {
    return die({Status::CertUnknown, "the TLS server has no certificate to bind to"}, output);
  }
  Reply first = protocol->begin(certificate->subject_public_key());
  auto& state = state_.emplace<AwaitTsRequest>(
      AwaitTsRequest{std::move(protocol), Channel(*session_), session_->connection_info()});
  if (!answer(state, std::move(first), output)) return;
  if (!rest.empty()) receive(state, rest, true, output);
}

// Takes records until the bytes or the protocol end. Bytes of a record that is not whole stay with
// the caller; `took_some`: something of this leg's bytes was taken already.
void CredSspContext::receive(AwaitTsRequest& state, ByteView token, bool took_some,
                             StepOutput& output) {
  Bytes records = copy(token);  // they are opened in place
  for (ByteSpan left = records; !left.empty() || !took_some;) {
    Result<Channel::Received> received = state.channel.receive(left);
    if (!received) return refuse(received.error(), output);
    if (received->consumed == 0) {
      if (took_some) break;
      output.progress = Progress::IncompleteMessage;
      output.missing = received->missing;
      return;
    }
    took_some = true;
    left = left.subspan(received->consumed);
    output.unread = left.size();
    append(output.token, received->token);
    if (!received->message) continue;
    output.received = describe(*received->message, *output.received != '\0');
    if (!answer(state, state.protocol->handle(*received->message), output)) return;
  }
}

// Sends what the protocol replies. Whether it goes on.
bool CredSspContext::answer(AwaitTsRequest& state, Reply reply, StepOutput& output) {
  if (reply.message) {
    output.sent = describe(*reply.message, !output.token.empty());
    if (const auto sent = state.channel.send(output.token, *reply.message); !sent) {
      die(sent.error(), output);
      return false;
    }
  }
  if (!reply.progress) {
    if (reply.message) {
      die(reply.progress.error(), output);
    } else {
      refuse(reply.progress.error(), output);
    }
    return false;
  }
  output.progress = reply.progress;
  if (*reply.progress != Progress::Complete) return true;
  auto& established = state_.emplace<Established>(Established{state.protocol->finish()});
  output.granted = granted() | granted_by(established.outcome);
  output.expiry = established.outcome.expiry;
  return false;
}

// Ends the authentication and closes TLS, so that the peer does not wait.
void CredSspContext::refuse(const Error& error, StepOutput& output) {
  constexpr std::uint8_t kWarning = 1, kCloseNotify = 0;  // RFC 8446 6
  Result<Bytes> alert = session_->alert(kWarning, kCloseNotify);
  // A record that cannot be opened ends TLS itself, with an alert of its own.
  if (!alert) alert = session_->handshake({}).token;
  if (!alert->empty()) {
    append(output.token, *alert);
    output.sent = "TLS alert";
  }
  die(error, output);
}

void CredSspContext::die(const Error& error, StepOutput& output) {
  output.progress = fail(error);
  state_ = Dead{error, agreed()};
}

StreamProtection* CredSspContext::stream_protection() {
  return std::holds_alternative<Established>(state_) ? this : nullptr;
}

tls::StreamSizes CredSspContext::stream_sizes() const {
  return session_->stream_sizes();
}

Result<tls::SealedRecord> CredSspContext::seal_record(ByteSpan header, ByteSpan data,
                                                      ByteSpan trailer) {
  return session_->seal_record(header, data, trailer);
}

Result<tls::OpenedRecord> CredSspContext::open_record(ByteSpan input) {
  Result<tls::OpenedRecord> opened = session_->open_record(input);
  // The server has no message that refuses authInfo: the alert may come only now.
  if (!opened) return fail(as_logon_error(opened.error()));
  return opened;
}

}  // namespace opensspi::credssp
