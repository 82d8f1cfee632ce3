// What can be asked of an established CredSSP context: the TLS stream answers for itself, what is
// left of the inner context for the rest; TLS and the version also before and after a failure.
// Attributes of the CredSSP page of QueryContextAttributes,
// and those that RDP programs ask beside them.
#include <utility>

#include "credssp/context.h"
#include "credssp/package.h"
#include "schannel/stream.h"

namespace opensspi::credssp {
namespace {

template <class T>
Result<Attribute> if_any(std::optional<T> value) {
  if (!value) return fail(Status::UnsupportedFunction, "the context does not have that attribute");
  return Attribute{*std::move(value)};
}

Result<Attribute> session_key_of(const InnerFacts& inner) {
  std::optional<SessionKey> key;
  if (inner.session_key) key.emplace().key = inner.session_key->clone();
  return if_any(std::move(key));
}

Result<Attribute> access_token_of(const InnerFacts& inner) {
  std::optional<std::shared_ptr<const AccessToken>> token;
  if (inner.access_token != nullptr) token = inner.access_token;
  return if_any(std::move(token));
}

Result<Attribute> package_of(const InnerFacts& inner) {
  std::optional<const PackageInfo*> package;
  if (inner.mechanism) package = inner.mechanism->package;
  return if_any(std::move(package));
}

}  // namespace

Result<Attribute> CredSspContext::query(AttributeId id) const {
  if (id == AttributeId::PackageInfo) return Attribute{&package_info()};
  const auto* established = std::get_if<Established>(&state_);
  if (established == nullptr) return query_agreed(id);
  switch (id) {
    case AttributeId::Sizes:
    case AttributeId::StreamSizes:
    case AttributeId::ConnectionInfo:
    case AttributeId::RemoteCertificate:
    case AttributeId::LocalCertificate:
    case AttributeId::EapKeyBlock:
      return schannel::query_stream(*session_, id, package_info().max_token);
    default:
      return query_outcome(established->outcome, id);
  }
}

Result<Attribute> CredSspContext::query_agreed(AttributeId id) const {
  AgreedUntilThen known = agreed();
  switch (id) {
    case AttributeId::ConnectionInfo:
      return if_any(std::move(known.tls));
    case AttributeId::ProtocolVersion: {
      std::optional<ProtocolVersion> version;
      if (known.version != 0) version = ProtocolVersion{known.version};
      return if_any(version);
    }
    case AttributeId::Mechanism:
      return if_any(known.mechanism);
    default:
      return fail(Status::InvalidHandle, "the logon is not complete");
  }
}

CredSspContext::AgreedUntilThen CredSspContext::agreed() const {
  if (const auto* state = std::get_if<AwaitTsRequest>(&state_)) {
    return {state->tls, state->protocol->version(), state->protocol->mechanism()};
  }
  if (const auto* dead = std::get_if<Dead>(&state_)) return dead->agreed;
  return {};
}

Result<Attribute> CredSspContext::query_outcome(const Outcome& outcome, AttributeId id) const {
  const bool is_client = role_ == Role::Client;
  switch (id) {
    case AttributeId::Names:
      return if_any(outcome.inner.names);
    case AttributeId::Lifespan:
      return if_any(outcome.inner.lifespan);
    case AttributeId::SessionKey:
      return session_key_of(outcome.inner);
    case AttributeId::AccessToken:
      return access_token_of(outcome.inner);
    case AttributeId::NegotiationPackage:
      return package_of(outcome.inner);
    case AttributeId::Mechanism:
      return if_any(outcome.inner.mechanism);
    case AttributeId::Flags:
      return Attribute{granted() | granted_by(outcome)};
    case AttributeId::ProtocolVersion:
      return Attribute{ProtocolVersion{outcome.version}};
    case AttributeId::DelegatedCredential:
      if (is_client) break;
      return Attribute{outcome.credential};
    case AttributeId::ServerAuthFlags:
      if (!is_client) break;
      // Whether the certificate proves the server too is judged by whoever asks, when it asks.
      return Attribute{ServerAuthFlags{outcome.inner.mutual_auth, false, false}};
    default:
      break;
  }
  return fail(Status::UnsupportedFunction, "CredSSP does not have that attribute on this side");
}

// What every CredSSP context is: a TLS stream. A client never has its certificate checked for it:
// ISC_REQ_MANUAL_CRED_VALIDATION is always set.
ContextFlags CredSspContext::granted() const {
  constexpr ContextFlags kStream = ContextFlags::ReplayDetect | ContextFlags::SequenceDetect |
                                   ContextFlags::Confidentiality | ContextFlags::Integrity |
                                   ContextFlags::Stream;
  constexpr ContextFlags kAsAsked =
      ContextFlags::Connection | ContextFlags::ExtendedError | ContextFlags::UseSuppliedCreds;
  const ContextFlags side =
      role_ == Role::Client ? ContextFlags::ManualCredValidation : ContextFlags::None;
  return kStream | side | (requested_ & kAsAsked);
}

ContextFlags CredSspContext::granted_by(const Outcome& outcome) const {
  ContextFlags flags = ContextFlags::None;
  if (outcome.delegated) flags |= ContextFlags::Delegate;
  if (outcome.inner.mutual_auth) flags |= ContextFlags::MutualAuth;
  const auto& mechanism = outcome.inner.mechanism;
  if (mechanism && mechanism->user_to_user) flags |= ContextFlags::UseSessionKey;
  return flags;
}

}  // namespace opensspi::credssp
