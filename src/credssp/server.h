// The server of [MS-CSSP] 3.1.5, inside TLS: negotiates, checks that the client sees the server's
// own key, answers, and receives the credentials.
#pragma once

#include <memory>
#include <optional>
#include <variant>

#include "credssp/protocol.h"
#include "credssp/pub_key_auth.h"
#include "credssp/version.h"

namespace opensspi::credssp {

struct ServerRules {
  std::uint32_t oldest_version = kFirstVersionWithNonce;  // that policy lets a client speak
  bool remote_guard = false;                              // policy lets clients hand over tickets
};

class ServerProtocol final : public Protocol {
 public:
  // `inner`: a Negotiate acceptor.
  explicit ServerProtocol(std::unique_ptr<Context> inner, const ServerRules& rules = {});

  Reply begin(ByteView subject_public_key) override;
  Reply handle(const TsRequest& request) override;
  [[nodiscard]] std::uint32_t version() const override { return peer_version_.agreed(); }
  [[nodiscard]] std::optional<MechanismInUse> mechanism() const override {
    return inner_ == nullptr ? std::nullopt : mechanism_of(*inner_);
  }
  Outcome finish() override;

 private:
  // What is awaited.
  struct AwaitTls {};
  struct AwaitNegoToken {};
  struct AwaitPubKeyAuth {};
  struct AwaitAuthInfo {
    PubKeyAuthVerified proof;
  };
  struct Done {
    std::shared_ptr<const Identity> credential;
    std::shared_ptr<const DelegatedTickets> tickets;  // null: it is none of these
  };
  struct Refused {
    Error error;
  };
  using State =
      std::variant<AwaitTls, AwaitNegoToken, AwaitPubKeyAuth, AwaitAuthInfo, Done, Refused>;

  struct Step {
    State next;
    std::optional<TsRequest> message;
  };

  Result<Step> check_and_handle(const TsRequest& request);
  Result<Step> handle(AwaitTls state, const TsRequest& request);
  Result<Step> handle(AwaitNegoToken state, const TsRequest& request);
  Result<Step> handle(AwaitPubKeyAuth state, const TsRequest& request);
  Result<Step> handle(AwaitAuthInfo state, const TsRequest& request);
  Result<Step> handle(Done state, const TsRequest& request);
  Result<Step> handle(Refused state, const TsRequest& request);

  Result<void> check_client() const;
  Result<Done> take(Identity credential) const;
  Result<Step> verify_and_answer(const TsRequest& request, TsRequest answer);
  Step refuse(const Error& error) const;
  Reply reply(Result<Step> step);

  std::unique_ptr<Context> inner_;
  ServerRules rules_;
  Bytes subject_public_key_;
  PeerVersion peer_version_;
  FileTime expiry_ = kNever;
  State state_ = AwaitTls{};
};

}  // namespace opensspi::credssp
