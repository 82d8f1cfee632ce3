// The client's side: it gets a ticket for the target, sends AP-REQ and, with mutual authentication,
// awaits AP-REP. In DCE's style it answers that in turn. RFC 4121 4.1, [MS-KILE] 3.2.5
#pragma once

#include <memory>

#include "kerberos/ap_session.h"
#include "kerberos/established.h"
#include "kerberos/gss_token.h"
#include "kerberos/logon_tickets.h"
#include "sspi/context.h"
#include "sspi/environment.h"
#include "sspi/exchange.h"

namespace opensspi::kerberos {

struct SendFirst {};

struct AwaitApRep {
  ApSession session;
  ContextFlags granted = ContextFlags::None;
  TicketFacts facts;
};

class ClientContext final : public Exchange<Established, SendFirst, AwaitApRep> {
 public:
  static Result<std::unique_ptr<Context>> create(std::shared_ptr<const Environment> environment,
                                                 std::shared_ptr<LogonTickets> tickets,
                                                 const ContextRequest& request);

  StepOutput step(const StepInput& input) override;

 private:
  ClientContext(std::shared_ptr<const Environment> environment,
                std::shared_ptr<LogonTickets> tickets, const ContextRequest& request)
      : environment_(std::move(environment)), tickets_(std::move(tickets)), request_(request) {}

  Result<Leg> handle(SendFirst, const StepInput& input);
  Result<Leg> handle(AwaitApRep state, const StepInput& input);

  struct Request;
  Result<Request> make_ap_req(const StepInput& input) const;
  [[nodiscard]] Bytes delegated_tickets(const Library& library, _krb5_ccache& cache,
                                        _krb5_creds& ticket) const;
  Result<Established> establish(const ApSession& session, MessageKey key, bool acceptor_subkey,
                                ContextFlags granted, TicketFacts facts) const;
  [[nodiscard]] bool dce_style() const { return has(request_.flags, ContextFlags::UseDceStyle); }

  std::shared_ptr<const Environment> environment_;
  std::shared_ptr<LogonTickets> tickets_;
  ContextRequest request_;
};

}  // namespace opensspi::kerberos
