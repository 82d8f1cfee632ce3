// [MS-NLMP] 3.2.5.1.1 (NEGOTIATE to CHALLENGE) and 3.2.5.1.2 (AUTHENTICATE).
#include "ntlm/server.h"

#include <algorithm>
#include <utility>

#include "base/utf16.h"
#include "base/writer.h"

namespace opensspi::ntlm {
namespace {

// What a client may have if it asks.
constexpr NegotiateFlags kSupported =
    NegotiateFlags::Unicode | NegotiateFlags::Sign | NegotiateFlags::Seal |
    NegotiateFlags::ExtendedSessionSecurity | NegotiateFlags::Identify | NegotiateFlags::Version |
    NegotiateFlags::Negotiate128 | NegotiateFlags::KeyExch | NegotiateFlags::Negotiate56;

// [MS-NLMP] 3.2.5.1.1: in every CHALLENGE.
constexpr NegotiateFlags kAlways = NegotiateFlags::RequestTarget | NegotiateFlags::Ntlm |
                                   NegotiateFlags::AlwaysSign | NegotiateFlags::TargetInfo;

constexpr NegotiateFlags kRequired = NegotiateFlags::Unicode | NegotiateFlags::Negotiate128 |
                                     NegotiateFlags::ExtendedSessionSecurity;

Result<void> check_required(NegotiateFlags flags) {
  // [MS-NLMP] 2.2.2.5: neither UNICODE nor OEM is SEC_E_INVALID_TOKEN.
  if (!has(flags, NegotiateFlags::Unicode | NegotiateFlags::Oem)) {
    return fail(Status::InvalidToken, "the client offers no character set");
  }
  // [MS-NLMP] 3.2.5.1.1: 128 bits are required. So are, here, Unicode and extended session
  // security.
  if (!has_all(flags, kRequired)) {
    return fail(Status::UnsupportedFunction, "the client lacks Unicode, 128 bits or ESS");
  }
  return {};
}

// Windows: this order.
Result<AvPairs> target_info(const HostNames& names, FileTime now) {
  AvPairs pairs;
  const auto add = [&pairs](AvId id, const std::string& name) -> Result<void> {
    TRY_ASSIGN(const Bytes value, utf8_to_utf16le(name));
    pairs.set(id, value);
    return {};
  };
  TRY(add(AvId::NbDomainName, names.netbios_domain));
  TRY(add(AvId::NbComputerName, names.netbios_computer));
  if (!names.dns_domain.empty()) TRY(add(AvId::DnsDomainName, names.dns_domain));
  if (!names.dns_computer.empty()) TRY(add(AvId::DnsComputerName, names.dns_computer));
  // [MS-NLMP] 2.2.2.1: always sent; without it no client sends a MIC.
  pairs.set(AvId::Timestamp, Writer().u64_le(now).view());
  return pairs;
}

// [MS-NLMP] 3.2.5.1.2: no user, no NT response, and an LM response of nothing or Z(1).
bool is_anonymous(const AuthenticateMessage& authenticate) {
  const Bytes& lm = authenticate.lm_challenge_response;
  return authenticate.user_name.empty() && authenticate.nt_challenge_response.empty() &&
         (lm.empty() || lm == Bytes{0});
}

NtlmLogon anonymous_logon() {
  auto token = std::make_shared<AccessToken>();
  token->domain = "NT AUTHORITY";
  token->user = "ANONYMOUS LOGON";
  token->user_sid = "S-1-5-7";
  token->anonymous = true;
  return {std::move(token), Key{}};  // the session base key is Z(16)
}

// [MS-NLMP] 3.2.5.1.2: the ExportedSessionKey. Some clients exchange a key without SIGN and SEAL.
Result<Key> exported_key(NegotiateFlags agreed, const AuthenticateMessage& authenticate,
                         const Key& key_exchange_key) {
  const Bytes& encrypted = authenticate.encrypted_random_session_key;
  if (!has(agreed, NegotiateFlags::KeyExch)) return key_exchange_key.clone();
  if (encrypted.empty() && !signs(agreed)) return key_exchange_key.clone();
  if (encrypted.size() != key_exchange_key.expose().size()) {
    return fail(Status::InvalidToken, "EncryptedRandomSessionKey is not 16 bytes long");
  }
  return rc4_key(key_exchange_key, encrypted);
}

// Whether the CHALLENGE reached a client that announces no MIC as it was sent. Such a client knows
// no MIC and repeats MsvAvTimestamp under its proof; one that never saw it would have sent a MIC,
// so somebody has taken the timestamp out. [MS-NLMP] 3.1.5.1.2
bool repeats_timestamp(const AuthenticateMessage& authenticate, FileTime timestamp) {
  if (!authenticate.client_challenge) return true;  // anonymous: nothing is under a proof
  const auto repeated = authenticate.client_challenge->av_pairs.timestamp();
  return repeated && *repeated == timestamp;
}

// The ExportedSessionKey of an exchange that nobody has changed on its way, as far as the client
// can show it. Only the check makes it, and no context is established without it.
class MicVerified {
 public:
  static Result<MicVerified> check(Key exported_session_key, const AwaitAuthenticate& state,
                                   const AuthenticateMessage& authenticate, ByteView token) {
    if (!authenticate.mic) {
      if (repeats_timestamp(authenticate, state.timestamp)) {
        return MicVerified(std::move(exported_session_key));
      }
      return fail(Status::MessageAltered, "the timestamp was taken out of the CHALLENGE");
    }
    Bytes without_mic = copy(token);
    std::fill_n(without_mic.begin() + AuthenticateMessage::kMicOffset, Mic{}.size(), 0);
    const Mic made = mic(exported_session_key, state.negotiate, state.challenge, without_mic);
    // [MS-NLMP] 3.2.5.1.2: a MIC that does not match is SEC_E_MESSAGE_ALTERED.
    if (!equal(*authenticate.mic, made)) {
      return fail(Status::MessageAltered, "the MIC of AUTHENTICATE does not match");
    }
    return MicVerified(std::move(exported_session_key));
  }

  Key take_key() && { return std::move(exported_session_key_); }

 private:
  explicit MicVerified(Key key) : exported_session_key_(std::move(key)) {}
  Key exported_session_key_;
};

// The SPN the client meant; nothing when it says itself that it cannot vouch for it.
Result<Target> target_of(const AuthenticateMessage& authenticate) {
  if (!authenticate.client_challenge) return Target{};
  const AvPairs& pairs = authenticate.client_challenge->av_pairs;
  TRY_ASSIGN(const std::uint32_t flags, pairs.flags());
  const Bytes* name = pairs.find(AvId::TargetName);
  // [MS-NLMP] 3.2.5.1.2: MsvAvFlags bit 0x4: as if it were absent.
  if (name == nullptr || (flags & kAvFlagUntrustedTargetName) != 0) return Target{};
  TRY_ASSIGN(std::string text, utf16le_to_utf8(*name));
  return Target{std::move(text)};
}

std::optional<crypto::Digest128> supplied_hash(const StepInput& input) {
  if (input.channel_bindings == nullptr) return std::nullopt;
  return bindings_hash(input.channel_bindings);
}

ContextFlags granted(NegotiateFlags agreed, ContextFlags requested) {
  ContextFlags flags = requested & kEchoed;
  if (has(agreed, NegotiateFlags::Seal)) flags |= ContextFlags::Confidentiality;
  if (signs(agreed)) flags |= kSigning;
  return flags;
}

}  // namespace

ServerContext::ServerContext(std::shared_ptr<const Environment> environment,
                             std::shared_ptr<Authority> authority, const ContextRequest& request)
    : environment_(std::move(environment)), authority_(std::move(authority)), request_(request) {
  if (authority_ == nullptr) authority_ = environment_->authority();
}

Result<std::unique_ptr<Context>> ServerContext::create(
    std::shared_ptr<const Environment> environment, std::shared_ptr<Authority> authority,
    const ContextRequest& request) {
  TRY(check_request(request));
  return std::unique_ptr<Context>(
      new ServerContext(std::move(environment), std::move(authority), request));
}

StepOutput ServerContext::step(const StepInput& input) {
  return advance([&](auto state) { return handle(std::move(state), input); });
}

Result<ServerContext::Leg> ServerContext::handle(AwaitNegotiate, const StepInput& input) {
  TRY(expect(MessageType::Negotiate, input.token));
  TRY_ASSIGN(const NegotiateMessage negotiate, NegotiateMessage::parse(input.token));
  TRY(check_required(negotiate.flags));
  const FileTime now = environment_->now();
  TRY_ASSIGN(const ChallengeMessage challenge, make_challenge(negotiate.flags, now));
  TRY_ASSIGN(Bytes token, challenge.write());
  // Windows: integrity is granted with the second leg.
  const ContextFlags first_leg =
      granted(challenge.flags, request_.flags) & ~ContextFlags::Integrity;
  AwaitAuthenticate next{copy(input.token),          token, challenge.flags,
                         challenge.server_challenge, now,   supplied_hash(input)};
  return Leg{std::move(next), std::move(token), Progress::ContinueNeeded, first_leg};
}

Result<ServerContext::Leg> ServerContext::handle(AwaitAuthenticate state, const StepInput& input) {
  TRY(expect(MessageType::Authenticate, input.token));
  TRY_ASSIGN(const AuthenticateMessage authenticate, AuthenticateMessage::parse(input.token));
  TRY(check_required(authenticate.flags));
  const NegotiateFlags agreed = authenticate.flags & state.answered;
  TRY_ASSIGN(const NtlmLogon logon, log_on(authenticate, state.server_challenge));
  TRY_ASSIGN(Key key, exported_key(agreed, authenticate, logon.session_base_key));
  TRY_ASSIGN(MicVerified verified,
             MicVerified::check(std::move(key), state, authenticate, input.token));
  const auto bindings = supplied_hash(input);
  TRY(check_bindings(authenticate, bindings ? bindings : state.channel_bindings));
  TRY_ASSIGN(Target target, target_of(authenticate));

  ContextFlags flags = granted(agreed, request_.flags);
  if (logon.token->anonymous) flags |= ContextFlags::NullSession;
  Key exported_session_key = std::move(verified).take_key();
  SessionSecurity security(Role::Server, agreed, exported_session_key,
                           authenticate.mic.has_value());
  Established established{.security = std::move(security),
                          .exported_session_key = std::move(exported_session_key),
                          .granted = flags,
                          .names = {qualified_name(logon.token->domain, logon.token->user)},
                          .target = std::move(target),
                          .start = environment_->now(),
                          .token = logon.token};
  return Leg{std::move(established), {}, Progress::Complete, flags};
}

Result<ChallengeMessage> ServerContext::make_challenge(NegotiateFlags offered, FileTime now) const {
  HostNames names = environment_->host_names();
  if (authority_ != nullptr) {
    TRY_ASSIGN(names, authority_->names());
  }
  ChallengeMessage challenge;
  challenge.flags = (offered & kSupported) | kAlways;
  challenge.flags |=
      names.domain_joined ? NegotiateFlags::TargetTypeDomain : NegotiateFlags::TargetTypeServer;
  challenge.target_name = names.domain_joined ? names.netbios_domain : names.netbios_computer;
  TRY(environment_->random(challenge.server_challenge));
  TRY_ASSIGN(challenge.target_info, target_info(names, now));
  if (has(offered, NegotiateFlags::Version)) challenge.version = kVersion;
  return challenge;
}

Result<NtlmLogon> ServerContext::log_on(const AuthenticateMessage& authenticate,
                                        const ChallengeBytes& server_challenge) const {
  if (is_anonymous(authenticate)) {
    if (has(request_.flags, ContextFlags::NullSession)) return anonymous_logon();
    return fail(Status::LogonDenied, "null sessions are not allowed here",
                nt_status::kAccessDenied);
  }
  if (!authenticate.client_challenge) {
    return fail(Status::LogonDenied, "not an NTLMv2 response", nt_status::kLogonFailure);
  }
  // Whoever takes them for C strings, judges and user databases do, would see another name.
  for (const std::string& name :
       {authenticate.user_name, authenticate.domain_name, authenticate.workstation}) {
    if (name.find('\0') != std::string::npos) {
      return fail(Status::LogonDenied, "a name has a character of value zero",
                  nt_status::kNoSuchUser);
    }
  }
  if (authority_ == nullptr) {
    return fail(Status::NoAuthenticatingAuthority, "no authority is configured",
                nt_status::kNoLogonServers);
  }
  NtlmResponse response;
  response.user = authenticate.user_name;
  response.domain = authenticate.domain_name;
  response.workstation = authenticate.workstation;
  response.server_challenge = server_challenge;
  response.nt_response = authenticate.nt_challenge_response;
  response.lm_response = authenticate.lm_challenge_response;
  return authority_->validate(response);
}

// [MS-NLMP] 3.2.5.1.2: when the application supplied bindings the client's must be there, not
// zero, and equal.
Result<void> ServerContext::check_bindings(const AuthenticateMessage& authenticate,
                                           const std::optional<crypto::Digest128>& supplied) const {
  if (!supplied) return {};
  const Bytes* sent = authenticate.client_challenge
                          ? authenticate.client_challenge->av_pairs.find(AvId::ChannelBindings)
                          : nullptr;
  const bool missing = sent == nullptr || equal(*sent, crypto::Digest128{});
  if (missing && has(request_.flags, ContextFlags::AllowMissingBindings)) return {};
  if (missing) return fail(Status::BadBindings, "the client sent no channel bindings");
  if (equal(*sent, *supplied)) return {};
  return fail(Status::BadBindings, "the client's channel bindings are for another channel");
}

}  // namespace opensspi::ntlm
