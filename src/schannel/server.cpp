// What a TLS session asks of a server.
#include "schannel/server.h"

#include <utility>

#include "schannel/validation.h"

namespace opensspi::schannel {

Result<std::unique_ptr<Context>> ServerContext::make(
    std::shared_ptr<const SchannelCredential> credential, const ContextRequest& request) {
  tls::ServerSetup setup;
  setup.asks_for_certificate = has(request.flags, ContextFlags::MutualAuth);
  TRY_ASSIGN(auto session, tls::Session::server(credential->auth_data().server, setup));
  // A ticket has no room for the issuers that a client showed, and outlives the trust in it.
  if (!credential->auth_data().resumes || setup.asks_for_certificate) session->set_resumable(false);
  return std::unique_ptr<Context>(
      new ServerContext(std::move(credential), request, std::move(session)));
}

ServerContext::ServerContext(std::shared_ptr<const SchannelCredential> credential,
                             const ContextRequest& request, std::unique_ptr<tls::Session> session)
    : SchannelContext(request, std::move(session)), credential_(std::move(credential)) {}

Result<void> ServerContext::begin(const StepInput& input) {
  return session().offer_protocols(input.application_protocols);
}

Result<bool> ServerContext::identify(const StepInput& /*input*/, bool /*again*/) {
  return fail(Status::InternalError, "a TLS server is not asked who it is");
}

Result<void> ServerContext::forget_resumptions() {
  return fail(Status::UnsupportedFunction, "the client has the session's ticket already");
}

Result<void> ServerContext::accept_peer() {
  if (const auto client = session().peer_certificate())
    verdict_ = judge_client(credential_->auth_data().client_roots, *client);
  return {};
}

bool ServerContext::peer_is_proven() const {
  return verdict_ && verdict_->outcome.status == Status::Ok;
}

Result<CertificateVerdict> ServerContext::verdict() const {
  if (!verdict_) return fail(Status::NoCredentials, "the client showed no certificate");
  return *verdict_;
}

}  // namespace opensspi::schannel
