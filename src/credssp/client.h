// The client of [MS-CSSP] 3.1.5, inside TLS: negotiates, proves the server's key both ways, and
// only then hands the credentials over.
#pragma once

#include <array>
#include <memory>
#include <optional>
#include <variant>

#include "credssp/protocol.h"
#include "credssp/pub_key_auth.h"
#include "credssp/version.h"
#include "sspi/environment.h"

namespace opensspi::credssp {

struct ClientRules {
  bool delegates = false;          // the credentials say something
  bool needs_mutual_auth = false;  // policy lets them go to a proven server only
  std::uint32_t oldest_version = kFirstVersionWithNonce;  // that policy lets a server speak
  bool remote_guard = false;  // the negotiation's tickets are what is delegated
};

class ClientProtocol final : public Protocol {
 public:
  // `inner`: a Negotiate initiator. `ts_credentials`: what is delegated, empty_ts_credentials() for
  // nothing; under remote credential guard it is made of the negotiation's tickets.
  ClientProtocol(std::shared_ptr<const Environment> environment, std::unique_ptr<Context> inner,
                 SecretBytes ts_credentials, const ClientRules& rules);

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
  struct AwaitPubKeyAuth {
    std::uint32_t version = 0;
    std::array<std::uint8_t, kNonceSize> nonce{};
  };
  struct Done {};
  struct Refused {
    Error error;
  };
  using State = std::variant<AwaitTls, AwaitNegoToken, AwaitPubKeyAuth, Done, Refused>;

  struct Step {
    State next;
    std::optional<TsRequest> message;
  };

  Result<Step> check_and_handle(const TsRequest& request);
  Result<Step> handle(AwaitTls state, const TsRequest& request);
  Result<Step> handle(AwaitNegoToken state, const TsRequest& request);
  Result<Step> handle(AwaitPubKeyAuth state, const TsRequest& request);
  Result<Step> handle(Done state, const TsRequest& request);
  Result<Step> handle(Refused state, const TsRequest& request);

  Result<Bytes> step_inner(ByteView token);
  Result<Step> negotiate(ByteView token);
  Result<Step> send_credentials(PubKeyAuthVerified proof);
  Result<void> take_tickets();
  Reply reply(Result<Step> step);

  std::shared_ptr<const Environment> environment_;
  std::unique_ptr<Context> inner_;
  SecretBytes ts_credentials_;
  ClientRules rules_;
  Bytes subject_public_key_;
  PeerVersion peer_version_;
  bool inner_complete_ = false;
  FileTime expiry_ = kNever;
  State state_ = AwaitTls{};
};

}  // namespace opensspi::credssp
