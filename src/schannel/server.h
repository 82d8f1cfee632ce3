// The server's side.
#pragma once

#include <memory>
#include <optional>

#include "schannel/context.h"

namespace opensspi::schannel {

// Windows: a client that is asked for a certificate may have none, and one that is not trusted does
// not end the handshake: the application looks at it. ASC_RET_MUTUAL_AUTH says that it is trusted.
class ServerContext final : public SchannelContext {
 public:
  static Result<std::unique_ptr<Context>> make(std::shared_ptr<const SchannelCredential> credential,
                                               const ContextRequest& request);

 private:
  ServerContext(std::shared_ptr<const SchannelCredential> credential, const ContextRequest& request,
                std::unique_ptr<tls::Session> session);

  Result<void> begin(const StepInput& input) override;
  Result<bool> identify(const StepInput& input, bool again) override;
  Result<void> accept_peer() override;
  void keep_resumptions() override {}
  Result<void> forget_resumptions() override;
  void fail_handshake() override {}
  [[nodiscard]] bool peer_is_proven() const override;
  [[nodiscard]] Result<CertificateVerdict> verdict() const override;

  std::shared_ptr<const SchannelCredential> credential_;
  std::optional<CertificateVerdict> verdict_;
};

}  // namespace opensspi::schannel
