// Legs of the handshake, and of what TLS says after it.
#include "schannel/context.h"

#include <algorithm>
#include <utility>

#include "schannel/package.h"
#include "schannel/stream.h"
#include "tls/framing.h"

namespace opensspi::schannel {
namespace {

constexpr std::uint8_t kWarning = 1, kCloseNotify = 0;  // RFC 8446 6

}  // namespace

SchannelContext::SchannelContext(const ContextRequest& request,
                                 std::unique_ptr<tls::Session> session)
    : role_(request.role), requested_(request.flags), session_(std::move(session)) {}

StepOutput SchannelContext::step(const StepInput& input) {
  if (farewell_) return say_farewell();
  if (closed_ && input.token.empty()) return awaiting(0);  // Windows
  return std::visit([&](auto& state) { return step(state, input); }, state_);
}

StepOutput SchannelContext::step(AwaitHello& /*state*/, const StepInput& input) {
  if (const Result<void> ready = begin(input); !ready) {
    StepOutput output = begun();
    die(ready.error(), output);
    return output;
  }
  return advance(input, input.token);
}

StepOutput SchannelContext::step(AwaitFlight& /*state*/, const StepInput& input) {
  return advance(input, input.token);
}

// Windows' callers come back with the input that they had, or with none.
StepOutput SchannelContext::step(AwaitIdentity& state, const StepInput& input) {
  const AwaitIdentity before = std::move(state);
  const ByteView taken = ByteView(before.input).first(before.taken);
  const ByteView token = input.token.empty() ? ByteView(before.input) : input.token;
  StepOutput output = begun();
  if (token.size() < taken.size() || !std::ranges::equal(token.first(taken.size()), taken)) {
    die({Status::InvalidToken, "a certificate was awaited, with the same input or none"}, output);
    return output;
  }
  if (const Result<bool> identified = identify(input, true); !identified) {
    die(identified.error(), output);
    return output;
  }
  return advance(input, token.subspan(taken.size()), before.token);
}

// What TLS says after its handshake: it took a ticket, the answer to a KeyUpdate, or a handshake
// anew. Without any this is the wish to begin one, which TLS 1.3 does not have and TLS 1.2 is
// better without.
StepOutput SchannelContext::step(Established& /*state*/, const StepInput& input) {
  const std::size_t known = heard_again(input.token);
  if (known != 0 && known < heard_.size()) return awaiting(missing_after(known));
  if (!input.token.empty()) heard_.clear();
  const ByteView token = input.token.subspan(known);
  const bool was_due = std::exchange(leg_is_due_, false);
  tls::HandshakeStep leg = session_->handshake(token);
  if (!leg.done || !*leg.done) return conclude(input, token, std::move(leg), {});
  StepOutput output = begun();
  output.progress = Progress::Complete;
  output.token = std::move(leg.token);
  output.unread = leg.unread;
  output.expiry = expiry();
  if (output.token.empty() && !was_due) {
    output.progress = fail(Status::UnsupportedFunction,
                           "the handshake is done: another one needs a context of its own");
  }
  return output;
}

StepOutput SchannelContext::step(Dead& state, const StepInput& /*input*/) {
  StepOutput output;
  output.progress = fail(state.error);
  return output;
}

StepOutput SchannelContext::advance(const StepInput& input, ByteView token, Bytes said) {
  return conclude(input, token, session_->handshake(token), std::move(said));
}

// What comes of a leg that took `token`. `said` goes out before what TLS says now.
StepOutput SchannelContext::conclude(const StepInput& input, ByteView token, tls::HandshakeStep leg,
                                     Bytes said) {
  StepOutput output = begun();
  while (leg.wants_identity) {
    append(said, leg.token);
    const Result<bool> identified = identify(input, false);
    if (!identified) {
      die(identified.error(), output);
      return output;
    }
    if (!*identified) {
      state_ = AwaitIdentity{copy(token), token.size() - leg.unread, std::move(said)};
      output.progress = Progress::IncompleteCredentials;
      return output;
    }
    leg = session_->handshake(token.last(leg.unread));
  }
  output.missing = leg.missing;
  if (leg.missing != 0) {
    output.progress = Progress::IncompleteMessage;
    return output;
  }
  append(said, leg.token);
  output.token = std::move(said);
  output.unread = leg.unread;
  state_ = AwaitFlight{};
  if (!leg.done) {
    fail_handshake();
    die(leg.done.error(), output);
  } else if (*leg.done) {
    establish(output);
  }
  return output;
}

void SchannelContext::establish(StepOutput& output) {
  if (const Result<void> accepted = accept_peer(); !accepted) {
    fail_handshake();
    if (auto alert = session_->alert(kWarning, kCloseNotify)) append(output.token, *alert);
    return die(accepted.error(), output);
  }
  state_ = Established{};
  was_established_ = true;
  keep_resumptions();
  output.progress = Progress::Complete;
  output.granted = granted();
  output.expiry = expiry();
}

// Windows: who does not ask for EXTENDED_ERROR gets no alert to send.
void SchannelContext::die(const Error& error, StepOutput& output) {
  if (!has(requested_, ContextFlags::ExtendedError)) output.token.clear();
  output.progress = fail(error);
  state_ = Dead{error};
}

StepOutput SchannelContext::begun() const {
  StepOutput output;
  output.granted = granted();
  return output;
}

StepOutput SchannelContext::awaiting(std::size_t missing) const {
  StepOutput output = begun();
  output.progress = Progress::IncompleteMessage;
  output.missing = missing;
  return output;
}

StepOutput SchannelContext::say_farewell() {
  StepOutput output = begun();
  output.token = *std::exchange(farewell_, std::nullopt);
  leg_is_due_ = false;
  output.progress = Progress::Closing;
  return output;
}

Result<void> SchannelContext::control(const ControlToken& token) {
  if (const auto* resumability = std::get_if<Resumability>(&token)) {
    session_->set_resumable(resumability->wanted);
    return resumability->wanted || !was_established_ ? Result<void>() : forget_resumptions();
  }
  const auto* other = std::get_if<AlertToSend>(&token);
  if (closed_) return {};
  auto alert = other != nullptr ? session_->alert(other->level, other->description)
                                : session_->alert(kWarning, kCloseNotify);
  if (other != nullptr && !alert) return fail(alert.error());
  // Amid the encrypted part of a handshake libssl has no alert to give: the connection just ends.
  if (!alert) state_ = Dead{{Status::ContextExpired, "the handshake was broken off"}};
  farewell_ = alert ? *std::move(alert) : Bytes{};
  closed_ = true;
  return {};
}

Result<void> SchannelContext::prepare_keying_material(const KeyingMaterialInfo& info) {
  keying_material_ = info;
  return {};
}

// While a handshake begins anew as well: the session says that nothing goes over it meanwhile.
StreamProtection* SchannelContext::stream_protection() {
  return was_established_ && !std::holds_alternative<Dead>(state_) ? this : nullptr;
}

tls::StreamSizes SchannelContext::stream_sizes() const {
  return session_->stream_sizes();
}

Result<tls::SealedRecord> SchannelContext::seal_record(ByteSpan header, ByteSpan data,
                                                       ByteSpan trailer) {
  TRY(check_no_leg_is_due());
  return session_->seal_record(header, data, trailer);
}

Result<tls::OpenedRecord> SchannelContext::open_record(ByteSpan input) {
  TRY(check_no_leg_is_due());
  const std::size_t known = heard_again(input);
  tls::OpenedRecord opened;
  opened.kind = tls::OpenedRecord::Kind::Incomplete;
  opened.missing = missing_after(known);
  if (known != 0 && known < heard_.size()) return opened;
  TRY_ASSIGN(opened, session_->open_record(input.subspan(known)));
  if (opened.kind == tls::OpenedRecord::Kind::Incomplete) return opened;
  heard_.clear();
  opened.consumed += known;
  keep_resumptions();
  if (opened.post_handshake) leave_to_next_leg(input, opened);
  return opened;
}

Result<void> SchannelContext::check_no_leg_is_due() const {
  if (!leg_is_due_) return {};
  return fail(Status::ContextExpired, "a leg comes first: SEC_I_RENEGOTIATE asked for it");
}

// Another record may begin alike: its length is known behind its header.
std::size_t SchannelContext::missing_after(std::size_t known) const {
  return (known < tls::kRecordHeaderSize ? tls::kRecordHeaderSize : heard_.size()) - known;
}

std::size_t SchannelContext::heard_again(ByteView input) const {
  const std::size_t common = std::min(heard_.size(), input.size());
  return std::ranges::equal(input.first(common), ByteView(heard_).first(common)) ? common : 0;
}

// Windows: SEC_I_RENEGOTIATE for whatever is of TLS's own. What TLS 1.3 has there is EXTRA, so that
// a caller that reads before it goes on does not wait for what may never come; it has been taken
// here, and is passed over when it comes back. TLS 1.2's HelloRequest is not given back.
void SchannelContext::leave_to_next_leg(ByteView input, tls::OpenedRecord& opened) {
  opened.kind = tls::OpenedRecord::Kind::Renegotiate;
  leg_is_due_ = true;
  if (session_->connection_info().version != tls::Version::Tls13) return;
  heard_ = copy(input.first(opened.consumed));
  opened.consumed = 0;
}

ContextFlags SchannelContext::granted() const {
  constexpr ContextFlags kStream = ContextFlags::ReplayDetect | ContextFlags::SequenceDetect |
                                   ContextFlags::Confidentiality | ContextFlags::Stream;
  constexpr ContextFlags kAsAsked = ContextFlags::Integrity | ContextFlags::Connection |
                                    ContextFlags::ExtendedError | ContextFlags::UseSuppliedCreds |
                                    ContextFlags::ManualCredValidation;
  ContextFlags flags = kStream | (requested_ & kAsAsked);
  if (peer_is_proven()) flags |= requested_ & ContextFlags::MutualAuth;
  return flags;
}

// The end of the peer's certificate.
FileTime SchannelContext::expiry() const {
  const auto peer = session_->peer_certificate();
  return peer ? file_time_of_unix(peer->not_after()) : kNever;
}

Result<Attribute> SchannelContext::query(AttributeId id) const {
  if (id == AttributeId::PackageInfo) return Attribute{&package_info()};
  const bool asks_for_identity = std::holds_alternative<AwaitIdentity>(state_);
  const bool established = std::holds_alternative<Established>(state_);
  if (id == AttributeId::IssuerList && role_ == Role::Client && (asks_for_identity || established))
    return Attribute{IssuerList{session_->wanted_authorities()}};
  if (!established) return fail(Status::InvalidHandle, "the handshake is not complete");
  return query_established(id);
}

Result<Attribute> SchannelContext::query_established(AttributeId id) const {
  switch (id) {
    case AttributeId::Lifespan:
      return Attribute{Lifespan{0, expiry()}};
    case AttributeId::Flags:
      return Attribute{granted()};
    case AttributeId::RemoteCertificate:
      if (session_->peer_certificate()) break;
      return fail(Status::NoCredentials, "the peer showed no certificate");
    case AttributeId::LocalCertificate:
      if (session_->local_certificate()) break;
      return fail(Status::NoCredentials, "this side showed no certificate");
    case AttributeId::KeyingMaterial:
      return keying_material();
    case AttributeId::CertificateVerdict: {
      TRY_ASSIGN(CertificateVerdict judged, verdict());
      return Attribute{judged};
    }
    default:
      break;
  }
  return query_stream(*session_, id, package_info().max_token);
}

Result<Attribute> SchannelContext::keying_material() const {
  if (!keying_material_)
    return fail(Status::UnsupportedFunction,
                "SECPKG_ATTR_KEYING_MATERIAL_INFO has not said which keys");
  std::optional<ByteView> context;
  if (keying_material_->context) context = *keying_material_->context;
  TRY_ASSIGN(SecretBytes keys,
             session_->export_keys(keying_material_->label, context, keying_material_->size));
  return Attribute{SessionKey{std::move(keys)}};
}

}  // namespace opensspi::schannel
