// Acquire for Kerberos.
#include "kerberos/package.h"

#include <utility>

#include "kerberos/change_password.h"
#include "kerberos/client_source.h"
#include "kerberos/credential.h"
#include "kerberos/gss_token.h"
#include "kerberos/server_source.h"

namespace opensspi::kerberos {
namespace {

tl::unexpected<Error> not_asked_for() {
  return fail(Status::NoCredentials, "the credential was acquired for the other direction");
}

// Whether the search came to its end, with whatever it found.
bool says_what_there_is(Status status) {
  return status == Status::NoCredentials || status == Status::UnknownCredentials ||
         status == Status::NotOwner;
}

class KerberosPackage final : public SecurityPackage {
 public:
  KerberosPackage(std::shared_ptr<const Environment> environment, KcmAnswers kcm_answers,
                  std::function<std::string()> keytab)
      : environment_(std::move(environment)),
        kcm_answers_(std::move(kcm_answers)),
        keytab_(std::move(keytab)) {}

  [[nodiscard]] const PackageInfo& info() const override { return package_info(); }

  // A credential for both directions is one if either has something: as on Windows, what the other
  // lacks shows in a context.
  Result<std::shared_ptr<Credential>> acquire(const AcquireRequest& request) const override {
    TRY(policy::may_acquire(*environment_->policy(), false));
    if (request.auth_data.identity != nullptr) TRY(check_identity(*request.auth_data.identity));
    Result<Source> outbound = outbound_source(request), inbound = inbound_source(request);
    for (const Result<Source>* source : {&outbound, &inbound}) {
      if (!*source && !says_what_there_is(source->error().status)) return fail(source->error());
    }
    if (!outbound && !inbound && !request.policy_only) {
      return fail(request.use == CredentialUse::Inbound ? inbound.error() : outbound.error());
    }
    return std::make_shared<KerberosCredential>(environment_, std::move(outbound),
                                                std::move(inbound), request.auth_data.authority);
  }

  Result<void> change_password(const PasswordChange& change) const override {
    TRY(policy::may_acquire(*environment_->policy(), false));
    return kerberos::change_password({environment_, {}}, change);
  }

 private:
  [[nodiscard]] Result<Source> outbound_source(const AcquireRequest& request) const {
    if (request.use == CredentialUse::Inbound) return not_asked_for();
    if (request.policy_only) return for_policy_only();
    return find_client_source(request, environment_->now(), kcm_answers_);
  }

  [[nodiscard]] Result<Source> inbound_source(const AcquireRequest& request) const {
    if (request.use == CredentialUse::Outbound) return not_asked_for();
    if (request.policy_only) return for_policy_only();
    return find_server_source(request, keytab_());
  }

  static tl::unexpected<Error> for_policy_only() {
    return fail(Status::NoCredentials, "the credential was acquired to look at policy only");
  }

  std::shared_ptr<const Environment> environment_;
  KcmAnswers kcm_answers_;
  std::function<std::string()> keytab_;
};

}  // namespace

// As Windows 10 and 11 enumerate it.
const PackageInfo& package_info() {
  static const PackageInfo info{
      .name = "Kerberos",
      .comment = "Microsoft Kerberos V1.0",
      .capabilities = 0x028F3BBF,
      .version = 1,
      .rpc_id = 16,
      .max_token = 48000,
      .auth_data = AuthDataKind::Identity,
      .mechanism_oids = {oid::kMicrosoftKerberos, oid::kKerberos, oid::kUserToUser}};
  return info;
}

std::unique_ptr<SecurityPackage> make_package(std::shared_ptr<const Environment> environment,
                                              KcmAnswers kcm_answers,
                                              std::function<std::string()> keytab) {
  return std::make_unique<KerberosPackage>(std::move(environment), std::move(kcm_answers),
                                           std::move(keytab));
}

}  // namespace opensspi::kerberos
