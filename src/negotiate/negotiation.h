// What initiator and acceptor have in common: the selected mechanism's context, which does the
// authentication and answers for all that is asked later.
#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "negotiate/mech_list.h"
#include "sspi/context.h"

namespace opensspi::negotiate {

// Of several mechanisms' errors the caller is told the last one's, NTLM's, which all know. That it
// has no credential says nothing, though, where another had one and could not use it.
void keep_more_telling(std::optional<Error>& told, const Error& next);

class Negotiation : public Context {
 public:
  Negotiation(const ContextRequest& request, std::vector<Mechanism> mechanisms);

  MessageProtection* message_protection() override;
  [[nodiscard]] Result<Attribute> query(AttributeId id) const override;
  [[nodiscard]] Result<TicketLogon> ticket_logon() const override;
  [[nodiscard]] Result<std::shared_ptr<const DelegatedTickets>> take_tickets(
      const TicketLogon& logon) const override;

 protected:
  // What the mechanism answered to one token.
  struct Leg {
    Bytes token;
    bool complete = false;
  };

  // Makes the mechanism the selected one. Bare: it stands alone, without SPNEGO around it.
  enum class Framing { Spnego, Bare };
  Result<void> select(const Mechanism& mechanism, Framing framing);
  // Whether the mechanism's credential is good for this context, or why it is not.
  [[nodiscard]] Result<void> usable(const Mechanism& mechanism) const;
  Result<Leg> advance(ByteView token);

  // Channel bindings may be given once, on any leg, and a mechanism may start late.
  void remember_bindings(const StepInput& input);

  [[nodiscard]] StepOutput output(const Result<Progress>& progress, Bytes token);

  ContextRequest request_;
  std::vector<Mechanism> mechanisms_;  // in order of preference
  std::unique_ptr<Context> inner_;     // null until selected
  MechListProtection mech_list_;
  ContextFlags granted_ = ContextFlags::None;
  Bytes inner_refusal_;  // what the mechanism wants to tell the peer about its failure

 private:
  [[nodiscard]] ContextRequest inner_request(const Mechanism& mechanism, Framing framing) const;

  const PackageInfo* package_ = nullptr;  // of inner_
  std::optional<ChannelBindings> channel_bindings_;
  FileTime expiry_ = kNever;
  bool complete_ = false;
};

}  // namespace opensspi::negotiate
