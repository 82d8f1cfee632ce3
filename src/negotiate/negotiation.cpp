// The selected mechanism, stepped and asked on behalf of both sides.
#include "negotiate/negotiation.h"

#include <utility>

namespace opensspi::negotiate {

void keep_more_telling(std::optional<Error>& told, const Error& next) {
  if (!told || next.status != Status::NoCredentials || told->status == next.status) told = next;
}

Negotiation::Negotiation(const ContextRequest& request, std::vector<Mechanism> mechanisms)
    : request_(request), mechanisms_(std::move(mechanisms)) {}

MessageProtection* Negotiation::message_protection() {
  return inner_ ? inner_->message_protection() : nullptr;
}

Result<TicketLogon> Negotiation::ticket_logon() const {
  return inner_ ? inner_->ticket_logon() : Context::ticket_logon();
}

Result<std::shared_ptr<const DelegatedTickets>> Negotiation::take_tickets(
    const TicketLogon& logon) const {
  return inner_ ? inner_->take_tickets(logon) : Context::take_tickets(logon);
}

Result<Attribute> Negotiation::query(AttributeId id) const {
  if (id == AttributeId::Flags) return granted_;
  if (!inner_) return fail(Status::InvalidHandle, "no mechanism is selected yet");
  switch (id) {
    case AttributeId::PackageInfo:
      return package_;
    case AttributeId::NegotiationInfo:
      return NegotiationInfo{package_,
                             complete_ ? NegotiationState::Complete : NegotiationState::InProgress};
    case AttributeId::Mechanism:
      return MechanismInUse{package_, has(granted_, ContextFlags::UseSessionKey)};
    default:
      return inner_->query(id);
  }
}

ContextRequest Negotiation::inner_request(const Mechanism& mechanism, Framing framing) const {
  ContextRequest request = request_;
  if (framing == Framing::Bare) return request;
  request.mechanism_oid = mechanism.oid;
  // RFC 4178 5: only a mechanism with integrity protects the list, so an initiator asks for it
  // whether or not its caller does.
  const bool asks = request.role == Role::Client && !has(request.flags, ContextFlags::NoIntegrity);
  if (asks) request.flags |= ContextFlags::Integrity;
  return request;
}

Result<void> Negotiation::usable(const Mechanism& mechanism) const {
  TRY(mechanism.credential->new_context(inner_request(mechanism, Framing::Spnego)));
  return {};
}

Result<void> Negotiation::select(const Mechanism& mechanism, Framing framing) {
  TRY_ASSIGN(inner_, mechanism.credential->new_context(inner_request(mechanism, framing)));
  package_ = mechanism.package;
  inner_refusal_.clear();
  return {};
}

Result<Negotiation::Leg> Negotiation::advance(ByteView token) {
  StepOutput out = inner_->step({token, channel_bindings_ ? &*channel_bindings_ : nullptr});
  if (!out.progress) {
    inner_refusal_ = std::move(out.token);
    return fail(out.progress.error());
  }
  if (*out.progress != Progress::ContinueNeeded && *out.progress != Progress::Complete) {
    return fail(Status::InternalError, "the mechanism asked for what SPNEGO cannot give");
  }
  granted_ = out.granted;
  expiry_ = out.expiry;
  return Leg{std::move(out.token), *out.progress == Progress::Complete};
}

void Negotiation::remember_bindings(const StepInput& input) {
  if (input.channel_bindings != nullptr) channel_bindings_ = *input.channel_bindings;
}

StepOutput Negotiation::output(const Result<Progress>& progress, Bytes token) {
  complete_ = progress == Progress::Complete;
  StepOutput out;
  out.progress = progress;
  out.token = std::move(token);
  out.granted = granted_;
  out.expiry = expiry_;
  return out;
}

}  // namespace opensspi::negotiate
