// [MS-NLMP] 3.1.5.1.1 (NEGOTIATE) and 3.1.5.1.2 (from the CHALLENGE to AUTHENTICATE).
#include "ntlm/client.h"

#include <algorithm>
#include <array>
#include <utility>

#include "ntlm/response.h"

namespace opensspi::ntlm {
namespace {

// What every NEGOTIATE says. Windows: 0xA2088207 without, 0xE20882B7 with confidentiality.
constexpr NegotiateFlags kAlways =
    NegotiateFlags::Negotiate56 | NegotiateFlags::Negotiate128 | NegotiateFlags::Version |
    NegotiateFlags::ExtendedSessionSecurity | NegotiateFlags::AlwaysSign | NegotiateFlags::Ntlm |
    NegotiateFlags::RequestTarget | NegotiateFlags::Oem | NegotiateFlags::Unicode;

constexpr NegotiateFlags kRequired = NegotiateFlags::Unicode | NegotiateFlags::Negotiate128 |
                                     NegotiateFlags::ExtendedSessionSecurity;

// UTF-8 bytes: well above any SPN, well below what an AV_PAIR can carry.
constexpr std::size_t kMaxTargetName = 2048;

NegotiateFlags wanted(ContextFlags requested) {
  NegotiateFlags flags = kAlways;
  // [MS-NLMP] 3.1.1.2 and Windows: integrity is SIGN; confidentiality is SEAL, and signs too.
  const bool seal = has(requested, ContextFlags::Confidentiality);
  if (seal) flags |= NegotiateFlags::Seal;
  if (seal || has(requested, kSigning)) {
    flags |= NegotiateFlags::Sign | NegotiateFlags::KeyExch | NegotiateFlags::LmKey;
  }
  if (has(requested, ContextFlags::Identify)) flags |= NegotiateFlags::Identify;
  return flags;
}

ContextFlags granted(NegotiateFlags agreed, ContextFlags requested) {
  ContextFlags flags = requested & (kEchoed | ContextFlags::NullSession);
  if (has(agreed, NegotiateFlags::Seal)) flags |= ContextFlags::Confidentiality;
  if (signs(agreed)) flags |= kSigning;
  return flags;
}

// What both sides said, or why that is not enough.
Result<NegotiateFlags> agree(NegotiateFlags offered, const ChallengeMessage& challenge) {
  const NegotiateFlags answered = challenge.flags;
  // [MS-NLMP] 2.2.2.5: neither UNICODE nor OEM is SEC_E_INVALID_TOKEN.
  if (!has(answered, NegotiateFlags::Unicode | NegotiateFlags::Oem)) {
    return fail(Status::InvalidToken, "the server chose no character set");
  }
  // [MS-NLMP] 3.1.5.1.2: 128 bits are required. So are, here, Unicode and extended session
  // security: whoever took them out of the messages would weaken the session.
  if (!has_all(answered, kRequired)) {
    return fail(Status::UnsupportedFunction, "the server lacks Unicode, 128 bits or ESS");
  }
  // [MS-NLMP] 2.2.2.5: the server must return SIGN and SEAL if asked.
  if (!has_all(answered, offered & (NegotiateFlags::Sign | NegotiateFlags::Seal))) {
    return fail(Status::UnsupportedFunction, "the server refuses signing or sealing");
  }
  // [MS-NLMP] 3.1.5.1.2: without both names no integrity: STATUS_LOGON_FAILURE.
  const bool named = challenge.target_info.find(AvId::NbComputerName) != nullptr &&
                     challenge.target_info.find(AvId::NbDomainName) != nullptr;
  if (signs(offered) && !named) {
    return fail(Status::LogonDenied, "the CHALLENGE does not name its server",
                nt_status::kLogonFailure);
  }
  // [MS-NLMP] 2.2.2.5: UNICODE wins over OEM, extended session security over LM_KEY.
  constexpr NegotiateFlags kBeaten = NegotiateFlags::Oem | NegotiateFlags::LmKey;
  return answered & (offered | NegotiateFlags::TargetInfo) & ~kBeaten;
}

}  // namespace

// The response, and who it speaks for.
struct ClientContext::Claim {
  Response response;
  std::string user, domain;
  Names names;
};

ClientContext::ClientContext(std::shared_ptr<const Environment> environment,
                             std::shared_ptr<const Identity> identity,
                             const ContextRequest& request)
    : environment_(std::move(environment)), identity_(std::move(identity)), request_(request) {}

Result<std::unique_ptr<Context>> ClientContext::create(
    std::shared_ptr<const Environment> environment, std::shared_ptr<const Identity> identity,
    const ContextRequest& request) {
  TRY(check_request(request));
  if (request.target_name.size() > kMaxTargetName) {
    return fail(Status::InvalidParameter, "the target name is too long");
  }
  return std::unique_ptr<Context>(
      new ClientContext(std::move(environment), std::move(identity), request));
}

StepOutput ClientContext::step(const StepInput& input) {
  return advance([&](auto state) { return handle(std::move(state), input); });
}

Result<ClientContext::Leg> ClientContext::handle(SendNegotiate, const StepInput& input) {
  if (!input.token.empty()) {
    return fail(Status::OutOfSequence, "the client speaks first in NTLM");
  }
  NegotiateMessage negotiate;
  negotiate.flags = wanted(request_.flags);
  negotiate.version = kVersion;
  TRY_ASSIGN(Bytes token, negotiate.write());
  // Windows: the second leg adds replay and sequence detection.
  const ContextFlags first_leg = granted(negotiate.flags, request_.flags) &
                                 ~(ContextFlags::ReplayDetect | ContextFlags::SequenceDetect);
  AwaitChallenge next{token, negotiate.flags, bindings_hash(input.channel_bindings)};
  return Leg{std::move(next), std::move(token), Progress::ContinueNeeded, first_leg};
}

Result<ClientContext::Leg> ClientContext::handle(AwaitChallenge state, const StepInput& input) {
  TRY(expect(MessageType::Challenge, input.token));
  TRY_ASSIGN(const ChallengeMessage challenge, ChallengeMessage::parse(input.token));
  TRY_ASSIGN(const NegotiateFlags agreed, agree(state.offered, challenge));
  const auto bindings = input.channel_bindings == nullptr ? state.channel_bindings
                                                          : bindings_hash(input.channel_bindings);
  TRY_ASSIGN(Claim claim, make_claim(challenge, bindings));
  TRY_ASSIGN(Key exported_session_key, choose_key(agreed, claim.response));

  AuthenticateMessage authenticate = claimed(claim);
  authenticate.flags |= agreed;
  if (has(agreed, NegotiateFlags::Version)) authenticate.version = kVersion;
  authenticate.workstation = environment_->host_names().netbios_computer;
  // [MS-NLMP] 3.1.5.1.2: the random key travels under the KeyExchangeKey.
  if (exchanges_key(agreed)) {
    const Key encrypted = rc4_key(claim.response.key_exchange_key, exported_session_key.expose());
    authenticate.encrypted_random_session_key = copy(encrypted.expose());
  }
  TRY_ASSIGN(Bytes token, authenticate.write());
  if (authenticate.mic) {
    const Mic made = mic(exported_session_key, state.negotiate, input.token, token);
    std::copy(made.begin(), made.end(), token.begin() + AuthenticateMessage::kMicOffset);
  }
  const ContextFlags flags = granted(agreed, request_.flags);
  SessionSecurity security(Role::Client, agreed, exported_session_key,
                           claim.response.mic_announced);
  Established established{.security = std::move(security),
                          .exported_session_key = std::move(exported_session_key),
                          .granted = flags,
                          .names = std::move(claim.names),
                          .target = {request_.target_name},
                          .start = environment_->now(),
                          .token = nullptr};
  return Leg{std::move(established), std::move(token), Progress::Complete, flags};
}

Result<ClientContext::Claim> ClientContext::make_claim(const ChallengeMessage& challenge,
                                                       const crypto::Digest128& bindings) const {
  if (has(request_.flags, ContextFlags::NullSession)) {
    return Claim{anonymous_response(), "", "", {kAnonymousName}};
  }
  if (identity_ == nullptr) {
    return fail(Status::NoCredentials, "the logon session has no credential for NTLM");
  }
  // Who has no name is nobody, and a null session must be asked for.
  if (identity_->user.empty()) return fail(Status::NoCredentials, "the identity has no user name");
  ResponseInput input;
  input.now = environment_->now();
  TRY(environment_->random(input.client_challenge));
  input.target_name = request_.target_name;
  input.unverified_target_name = has(request_.flags, ContextFlags::UnverifiedTargetName);
  input.channel_bindings = bindings;
  TRY_ASSIGN(Response response, compute_response(*identity_, challenge, input));
  return Claim{std::move(response),
               identity_->user,
               identity_->domain,
               {qualified_name(identity_->domain, identity_->user)}};
}

// [MS-NLMP] 3.1.5.1.2: the ExportedSessionKey is random when keys are exchanged, else it is the
// KeyExchangeKey.
Result<Key> ClientContext::choose_key(NegotiateFlags agreed, const Response& response) const {
  Key key = response.key_exchange_key.clone();
  if (exchanges_key(agreed)) TRY(environment_->random(key.expose_mutable()));
  return key;
}

AuthenticateMessage ClientContext::claimed(const Claim& claim) {
  AuthenticateMessage authenticate;
  authenticate.domain_name = claim.domain;
  authenticate.user_name = claim.user;
  authenticate.lm_challenge_response = claim.response.lm;
  authenticate.nt_challenge_response = claim.response.nt;
  // [MS-NLMP] 3.2.5.1.2: no user name and no NT response: anonymous.
  if (claim.user.empty()) authenticate.flags |= NegotiateFlags::Anonymous;
  if (claim.response.mic_announced) authenticate.mic = Mic{};
  return authenticate;
}

}  // namespace opensspi::ntlm
