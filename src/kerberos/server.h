// The server's side: it awaits AP-REQ, opens the ticket with its keys, judges the channel and
// answers with AP-REP when the client wants it. In DCE's style it awaits an answer to that.
// RFC 4121 4.1, [MS-KILE] 3.4.5
#pragma once

#include <memory>
#include <optional>

#include "crypto/digest.h"
#include "kerberos/ap_session.h"
#include "kerberos/authenticator_checksum.h"
#include "kerberos/established.h"
#include "kerberos/gss_token.h"
#include "kerberos/server_keys.h"
#include "sspi/context.h"
#include "sspi/environment.h"
#include "sspi/exchange.h"

struct _krb5_ticket;

namespace opensspi::kerberos {

struct AwaitApReq {};

// A ticket of ours was shown, and under its key the client's is made.
struct AwaitUserToUser {
  ApSession session;
  // The hash of those of the first leg, in case the second brings none.
  std::optional<crypto::Digest128> channel_bindings;
};

// Who the client is, by its ticket or by what the judge knows of it.
struct IdentifiedClient {
  Names names;
  std::shared_ptr<const AccessToken> token;
};

struct AwaitDceAnswer {
  ApSession session;
  ContextFlags granted = ContextFlags::None;
  TicketFacts facts;
  IdentifiedClient client;
};

class ServerContext final
    : public Exchange<Established, AwaitApReq, AwaitUserToUser, AwaitDceAnswer> {
 public:
  // `authority` null: the environment's. With none at all, and where it cannot be asked, the client
  // is whom its ticket names.
  static Result<std::unique_ptr<Context>> create(std::shared_ptr<const Environment> environment,
                                                 std::shared_ptr<ServerKeys> keys,
                                                 std::shared_ptr<Authority> authority,
                                                 const ContextRequest& request);

  // A refusal goes out as KRB-ERROR.
  StepOutput step(const StepInput& input) override;
  [[nodiscard]] Result<std::shared_ptr<const DelegatedTickets>> take_tickets(
      const TicketLogon& logon) const override;

 private:
  ServerContext(std::shared_ptr<const Environment> environment, std::shared_ptr<ServerKeys> keys,
                std::shared_ptr<Authority> authority, const ContextRequest& request)
      : environment_(std::move(environment)),
        keys_(std::move(keys)),
        authority_(std::move(authority)),
        request_(request) {}

  Result<Leg> handle(AwaitApReq, const StepInput& input);
  Result<Leg> handle(AwaitUserToUser state, const StepInput& input);
  Result<Leg> handle(AwaitDceAnswer state, const StepInput& input);

  // A ticket that was good.
  struct Accepted;
  Result<Leg> show_ticket(ByteView tgt_request, const StepInput& input);
  Result<Leg> accept(ApSession session, ByteView ap_req, bool framed,
                     const std::optional<crypto::Digest128>& bindings);
  Result<Accepted> open(ApSession session, ByteView ap_req);
  Result<OwnTicket> read_ap_req(ApSession& session, ByteView ap_req, std::uint32_t& options);
  Result<Bytes> pac_of(const ApSession& session, const _krb5_ticket& ticket,
                       const OwnKey& shown_key) const;
  [[nodiscard]] Result<IdentifiedClient> identify(const Accepted& accepted) const;
  void refuse(const Library& library, std::int32_t code);
  Result<void> check_bindings(const Accepted& accepted,
                              const std::optional<crypto::Digest128>& supplied) const;
  [[nodiscard]] ContextFlags granted(const Accepted& accepted) const;
  Result<Leg> answer(Accepted accepted, bool framed);
  static Result<Established> establish(const ApSession& session, Result<MessageKey> key,
                                       ContextFlags granted, TicketFacts facts,
                                       IdentifiedClient client);

  std::shared_ptr<const Environment> environment_;
  std::shared_ptr<ServerKeys> keys_;
  std::shared_ptr<Authority> authority_;
  ContextRequest request_;
  ByteView mechanism_ = oid::kKerberos;  // that the client speaks
  bool user_to_user_ = false;            // a ticket of ours was shown
  Bytes refusal_;                        // what the client is told
};

}  // namespace opensspi::kerberos
