// The client's side: it gets a ticket for the target, sends AP-REQ and, with mutual authentication,
// awaits AP-REP. In user-to-user it asks for a ticket of the server's first. In DCE's style it
// answers that in turn. RFC 4121 4.1, [MS-KILE] 3.2.5
#pragma once

#include <memory>

#include "crypto/digest.h"
#include "kerberos/ap_session.h"
#include "kerberos/established.h"
#include "kerberos/gss_token.h"
#include "kerberos/logon_tickets.h"
#include "sspi/context.h"
#include "sspi/environment.h"
#include "sspi/exchange.h"

namespace opensspi::kerberos {

struct SendFirst {};

struct AwaitTgtRep {
  crypto::Digest128 channel_bindings{};  // of the first leg, in case the second brings none
};

struct AwaitApRep {
  ApSession session;
  ContextFlags granted = ContextFlags::None;
  TicketFacts facts;
};

class ClientContext final : public Exchange<Established, SendFirst, AwaitTgtRep, AwaitApRep> {
 public:
  static Result<std::unique_ptr<Context>> create(std::shared_ptr<const Environment> environment,
                                                 std::shared_ptr<LogonTickets> tickets,
                                                 const ContextRequest& request);

  StepOutput step(const StepInput& input) override;
  [[nodiscard]] Result<TicketLogon> ticket_logon() const override;

 private:
  ClientContext(std::shared_ptr<const Environment> environment,
                std::shared_ptr<LogonTickets> tickets, const ContextRequest& request)
      : environment_(std::move(environment)), tickets_(std::move(tickets)), request_(request) {}

  Result<Leg> handle(SendFirst, const StepInput& input);
  Result<Leg> handle(AwaitTgtRep state, const StepInput& input);
  Result<Leg> handle(AwaitApRep state, const StepInput& input);

  struct Request;
  struct Tickets;
  Result<Tickets> open_tickets() const;
  // `shown`: the server's ticket-granting ticket; empty but for user-to-user.
  Result<Leg> send_ap_req(const crypto::Digest128& bindings, ByteView shown) const;
  Result<Request> make_ap_req(const crypto::Digest128& bindings, ByteView shown) const;
  Result<Leg> ask_for_ticket(const crypto::Digest128& bindings) const;
  Result<Established> establish(const ApSession& session, MessageKey key, bool acceptor_subkey,
                                ContextFlags granted, TicketFacts facts) const;
  [[nodiscard]] bool user_to_user() const;
  [[nodiscard]] ByteView mechanism() const;
  [[nodiscard]] bool dce_style() const { return has(request_.flags, ContextFlags::UseDceStyle); }

  std::shared_ptr<const Environment> environment_;
  std::shared_ptr<LogonTickets> tickets_;
  ContextRequest request_;
};

}  // namespace opensspi::kerberos
