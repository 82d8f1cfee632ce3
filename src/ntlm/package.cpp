// Acquiring: what a credential of NTLM is made of, and which contexts it makes.
#include "ntlm/package.h"

#include <array>
#include <utility>

#include "ntlm/client.h"
#include "ntlm/established.h"
#include "ntlm/server.h"
#include "ntlm/session_security.h"

namespace opensspi::ntlm {
namespace {

constexpr std::uint32_t kCapabilities = 0x02882B37;
constexpr std::uint16_t kRpcId = 10;

// 1.3.6.1.4.1.311.2.2.10
constexpr std::array<std::uint8_t, 10> kOid{0x2B, 0x06, 0x01, 0x04, 0x01,
                                            0x82, 0x37, 0x02, 0x02, 0x0A};

class NtlmCredential final : public Credential {
 public:
  NtlmCredential(std::shared_ptr<const Environment> environment, const AcquireRequest& request)
      : environment_(std::move(environment)), request_(request) {}

  Result<std::unique_ptr<Context>> new_context(const ContextRequest& request) const override {
    const CredentialUse needed =
        request.role == Role::Client ? CredentialUse::Outbound : CredentialUse::Inbound;
    if (request_.use != needed && request_.use != CredentialUse::Both) {
      return fail(Status::NoCredentials, "the credential was acquired for the other direction");
    }
    if (request_.policy_only) {
      return fail(Status::NoCredentials, "the credential was acquired to look at policy only");
    }
    if (request.role == Role::Server) {
      return ServerContext::create(environment_, request_.auth_data.authority, request);
    }
    ContextRequest asked = request;
    if (is_nobody()) asked.flags |= ContextFlags::NullSession;
    const Result<StoredIdentity> who = identity();
    if (who && who->identity->smart_card() != nullptr) {
      return fail(Status::NoCredentials, "NTLM proves a password: a smart card needs Kerberos");
    }
    return ClientContext::create(environment_, who ? who->identity : nullptr, asked);
  }

  [[nodiscard]] Result<Names> names() const override {
    TRY_ASSIGN(const StoredIdentity who, identity());
    return Names{qualified_name(who.identity->domain, who.identity->user)};
  }

  [[nodiscard]] FileTime expiry() const override {
    const Result<StoredIdentity> who = identity();
    return who ? who->expiry : kNever;
  }

  // The caller's, else the session's own, as it is now. Windows: the principal's name does not
  // count.
  [[nodiscard]] Result<StoredIdentity> identity() const {
    if (request_.auth_data.identity != nullptr) {
      return StoredIdentity{request_.auth_data.identity};
    }
    return session_identity(request_, {});
  }

  // Whether it was acquired for the anonymous logon session.
  [[nodiscard]] bool is_nobody() const {
    return request_.auth_data.identity == nullptr && request_.session != nullptr &&
           request_.session->luid() == kAnonymousLuid;
  }

 private:
  std::shared_ptr<const Environment> environment_;
  AcquireRequest request_;
};

class NtlmPackage final : public SecurityPackage {
 public:
  explicit NtlmPackage(std::shared_ptr<const Environment> environment)
      : environment_(std::move(environment)) {}

  [[nodiscard]] const PackageInfo& info() const override { return package_info(); }

  Result<std::shared_ptr<Credential>> acquire(const AcquireRequest& request) const override {
    TRY(policy::may_acquire(*environment_->policy(), true));
    if (request.auth_data.identity != nullptr) TRY(check_identity(*request.auth_data.identity));
    // Elsewhere a server may have null sessions, for which nobody need be asked.
    if (request.inside_credssp && request.use != CredentialUse::Outbound && !has_judge(request)) {
      return fail(Status::NoAuthenticatingAuthority,
                  "no authority is configured that could check clients");
    }
    auto credential = std::make_shared<NtlmCredential>(environment_, request);
    // Windows: there always is a default user, and what it lacks shows in a context. Of a session
    // that the caller names it is said here.
    if (request.session_named && request.use != CredentialUse::Inbound &&
        !credential->is_nobody()) {
      TRY(credential->identity());
    }
    return credential;
  }

  Result<void> change_password(const PasswordChange& change) const override {
    TRY(policy::may_acquire(*environment_->policy(), true));
    const std::shared_ptr<Authority> authority = environment_->authority();
    if (authority == nullptr) {
      return fail(Status::NoAuthenticatingAuthority, "nobody judges logons on this machine");
    }
    return authority->change_password(change);
  }

 private:
  [[nodiscard]] bool has_judge(const AcquireRequest& request) const {
    return request.auth_data.authority != nullptr || environment_->authority() != nullptr;
  }

  std::shared_ptr<const Environment> environment_;
};

}  // namespace

const PackageInfo& package_info() {
  static const PackageInfo info{.name = "NTLM",
                                .comment = "NTLM Security Package",
                                .capabilities = kCapabilities,
                                .version = 1,
                                .rpc_id = kRpcId,
                                .max_token = kMaxTokenSize,
                                .auth_data = AuthDataKind::Identity,
                                .mechanism_oids = {kOid}};
  return info;
}

std::unique_ptr<SecurityPackage> make_package(std::shared_ptr<const Environment> environment) {
  return std::make_unique<NtlmPackage>(std::move(environment));
}

}  // namespace opensspi::ntlm
