// The client's side: the server is judged, certificates are shown when they are asked for, sessions
// are taken up again.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "schannel/context.h"
#include "schannel/session_cache.h"

namespace opensspi::schannel {

class ClientContext final : public SchannelContext {
 public:
  static Result<std::unique_ptr<Context>> make(std::shared_ptr<const SchannelCredential> credential,
                                               const ContextRequest& request);

 private:
  // What the judge, whom the TLS session asks, is given and found.
  struct Judgement {
    std::shared_ptr<const SchannelCredential> credential;
    std::string host;
    std::optional<CertificateVerdict> verdict;

    Result<void> judge(const x509::Certificate& server);
  };

  ClientContext(std::shared_ptr<const SchannelCredential> credential, const ContextRequest& request,
                std::unique_ptr<tls::Session> session, std::shared_ptr<Judgement> judgement,
                std::shared_ptr<const tls::Resumption> resumption);

  Result<void> begin(const StepInput& input) override;
  Result<bool> identify(const StepInput& input, bool again) override;
  Result<void> accept_peer() override;
  void keep_resumptions() override;
  Result<void> forget_resumptions() override;
  void fail_handshake() override;
  [[nodiscard]] bool peer_is_proven() const override;
  [[nodiscard]] Result<CertificateVerdict> verdict() const override;

  std::shared_ptr<const SchannelCredential> credential_;  // whose certificate is shown
  std::string target_;
  Bytes offered_protocols_;
  std::shared_ptr<Judgement> judgement_;  // null: the caller judges
  std::shared_ptr<const tls::Resumption> resumption_;
  std::vector<std::weak_ptr<const tls::Resumption>> kept_;  // by the credential, of this session
};

}  // namespace opensspi::schannel
