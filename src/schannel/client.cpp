// What a TLS session asks of a client, and what becomes of its tickets.
#include "schannel/client.h"

#include <algorithm>
#include <utility>

#include "schannel/validation.h"
#include "sspi/target_name.h"

namespace opensspi::schannel {
namespace {

// Whether `name` is in the list, in which each has its length in front.
bool lists(ByteView names, ByteView name) {
  while (!names.empty()) {
    const std::size_t size = std::min<std::size_t>(names[0], names.size() - 1);
    if (std::ranges::equal(names.subspan(1, size), name)) return true;
    names = names.subspan(1 + size);
  }
  return false;
}

}  // namespace

Result<std::unique_ptr<Context>> ClientContext::make(
    std::shared_ptr<const SchannelCredential> credential, const ContextRequest& request) {
  std::shared_ptr<Judgement> judgement;
  tls::ClientSetup setup;
  if (!credential->auth_data().validation.manual &&
      !has(request.flags, ContextFlags::ManualCredValidation)) {
    judgement = std::make_shared<Judgement>(
        Judgement{credential, std::string(host_of(request.target_name)), std::nullopt});
    setup.judge = [judgement](const x509::Certificate& server) { return judgement->judge(server); };
  }
  setup.awaits_identity = true;
  setup.resumption = credential->sessions().take(request.target_name);
  auto resumption = setup.resumption;
  TRY_ASSIGN(auto session, tls::Session::client(credential->auth_data().client,
                                                host_of(request.target_name), std::move(setup)));
  return std::unique_ptr<Context>(new ClientContext(std::move(credential), request,
                                                    std::move(session), std::move(judgement),
                                                    std::move(resumption)));
}

ClientContext::ClientContext(std::shared_ptr<const SchannelCredential> credential,
                             const ContextRequest& request, std::unique_ptr<tls::Session> session,
                             std::shared_ptr<Judgement> judgement,
                             std::shared_ptr<const tls::Resumption> resumption)
    : SchannelContext(request, std::move(session)),
      credential_(std::move(credential)),
      target_(request.target_name),
      judgement_(std::move(judgement)),
      resumption_(std::move(resumption)) {}

Result<void> ClientContext::Judgement::judge(const x509::Certificate& server) {
  const TlsAuthData::Validation& validation = credential->auth_data().validation;
  verdict = judge_server(validation, server, host);
  if (verdict->outcome.status == Status::Ok || validation.deferred) return {};
  return fail(verdict->outcome);
}

Result<void> ClientContext::begin(const StepInput& input) {
  offered_protocols_ = copy(input.application_protocols);
  return session().offer_protocols(input.application_protocols);
}

// Windows: SEC_I_INCOMPLETE_CREDENTIALS asks the caller once; ISC_REQ_USE_SUPPLIED_CREDS says that
// there is no more than the credential has. Sessions with another credential's certificate are that
// credential's.
Result<bool> ClientContext::identify(const StepInput& input, bool again) {
  const auto other = std::dynamic_pointer_cast<const SchannelCredential>(input.credential);
  const bool is_other = again && other != nullptr && other != credential_;
  if (!again && !has(input.flags, ContextFlags::UseSuppliedCreds)) return false;
  if (is_other && other->auth_data().client == nullptr)
    return fail(Status::NoCredentials, "the credential is for servers only");
  TRY(session().show(is_other ? other->auth_data().client : nullptr));
  if (is_other) credential_ = other;
  return true;
}

Result<void> ClientContext::accept_peer() {
  const Bytes protocol = session().protocol();
  if (protocol.empty() || lists(offered_protocols_, protocol)) return {};
  return fail(Status::IllegalMessage, "the server chose a protocol that was not offered");
}

void ClientContext::keep_resumptions() {
  for (auto& resumption : session().take_resumptions()) {
    std::erase_if(kept_, [](const auto& kept) { return kept.expired(); });
    kept_.emplace_back(resumption);
    credential_->sessions().put(target_, std::move(resumption));
  }
}

Result<void> ClientContext::forget_resumptions() {
  fail_handshake();
  for (const auto& kept : kept_)
    if (const auto resumption = kept.lock()) credential_->sessions().drop(*resumption);
  return {};
}

// RFC 5246 7.2.2: a session that ended with a fatal alert is not taken up again.
void ClientContext::fail_handshake() {
  if (resumption_ != nullptr) credential_->sessions().drop(*resumption_);
}

bool ClientContext::peer_is_proven() const {
  return judgement_ != nullptr && judgement_->verdict &&
         judgement_->verdict->outcome.status == Status::Ok;
}

Result<CertificateVerdict> ClientContext::verdict() const {
  if (judgement_ == nullptr || !judgement_->verdict)
    return fail(Status::UnsupportedFunction, "the caller judges the server's certificate itself");
  return *judgement_->verdict;
}

}  // namespace opensspi::schannel
