// opensspi.h: programs that judge logons themselves.
#include <memory>
#include <string>
#include <string_view>

#include "abi/acquire.h"
#include "abi/guard.h"
#include "abi/module.h"
#include "abi/text.h"
#include "authority/account_names.h"
#include "authority/callback.h"
#include "base/utf16.h"
#include "crypto/digest.h"

namespace opensspi::abi {
namespace {

// The caller's structure, copied; `release` is called when the last user of it is gone.
class CallersJudge {
 public:
  explicit CallersJudge(const opensspi_authority& authority) : authority_(authority) {}
  CallersJudge(const CallersJudge&) = delete;
  CallersJudge& operator=(const CallersJudge&) = delete;
  ~CallersJudge() {
    if (authority_.release != nullptr) authority_.release(authority_.user_data);
  }

  authority::HashAnswer nt_hash(const std::string& user, const std::string& domain) const {
    authority::HashAnswer answer;
    answer.nt_status = authority_.nt_hash(
        user.c_str(), domain.c_str(), answer.nt_hash.expose_mutable().data(), authority_.user_data);
    return answer;
  }

  authority::LogonAnswer logon(const NtlmResponse& response) const {
    opensspi_logon logon{};
    logon.user = response.user.c_str();
    logon.domain = response.domain.c_str();
    logon.workstation = response.workstation.c_str();
    std::copy(response.server_challenge.begin(), response.server_challenge.end(),
              logon.server_challenge);
    logon.nt_response = response.nt_response.data();
    logon.nt_response_size = response.nt_response.size();
    authority::LogonAnswer answer;
    answer.nt_status = authority_.logon(&logon, answer.session_base_key.expose_mutable().data(),
                                        authority_.user_data);
    return answer;
  }

 private:
  opensspi_authority authority_;
};

HostNames names_of(const opensspi_authority& authority) {
  HostNames names = authority::local_host_names();
  const auto replace = [](std::string& name, const char* by) {
    if (by != nullptr) name = by;
  };
  replace(names.netbios_computer, authority.netbios_computer);
  replace(names.netbios_domain, authority.netbios_domain);
  replace(names.dns_computer, authority.dns_computer);
  replace(names.dns_domain, authority.dns_domain);
  return names;
}

Result<std::shared_ptr<Authority>> judge_of(const opensspi_authority& authority) {
  if (authority.size != sizeof(opensspi_authority))
    return fail(Status::InvalidParameter, "opensspi_authority has an unknown size");
  if ((authority.nt_hash == nullptr) == (authority.logon == nullptr))
    return fail(Status::InvalidParameter, "an authority has one callback, nt_hash or logon");
  HostNames names = names_of(authority);
  auto judge = std::make_shared<const CallersJudge>(authority);
  if (authority.nt_hash != nullptr) {
    return std::make_shared<authority::CallbackAuthority>(
        std::move(names),
        authority::HashCallback([judge](const std::string& user, const std::string& domain) {
          return judge->nt_hash(user, domain);
        }));
  }
  return std::make_shared<authority::CallbackAuthority>(
      std::move(names), authority::LogonCallback([judge](const NtlmResponse& response) {
        return judge->logon(response);
      }));
}

}  // namespace
}  // namespace opensspi::abi

using namespace opensspi;
using namespace opensspi::abi;

OPENSSPI_EXPORT SECURITY_STATUS opensspi_set_authority(const opensspi_authority* authority) {
  return guard([&]() -> Result<void> {
    std::shared_ptr<Authority> judge;
    if (authority != nullptr) {
      TRY_ASSIGN(judge, judge_of(*authority));
    }
    Module::instance().judges().set_own(std::move(judge));
    return {};
  });
}

OPENSSPI_EXPORT SECURITY_STATUS opensspi_limit_authority(const char* kind) {
  return guard([&]() -> Result<void> {
    const std::string_view wanted = kind == nullptr ? std::string_view("auto") : kind;
    const bool any = wanted == "auto";
    const policy::Authorities authorities{any || wanted == "accounts", any || wanted == "winbind"};
    if (!authorities.accounts && !authorities.winbind)
      return fail(Status::InvalidParameter, "an authority is auto, accounts or winbind");
    Module::instance().judges().limit(authorities);
    return {};
  });
}

OPENSSPI_EXPORT SECURITY_STATUS opensspi_set_keytab(const char* name) {
  return guard([&]() -> Result<void> {
    TRY_ASSIGN(std::string text, text_from(name));
    Module::instance().set_keytab(std::move(text));
    return {};
  });
}

OPENSSPI_EXPORT SECURITY_STATUS opensspi_acquire_inbound(const char* package, void* auth_data,
                                                         const opensspi_authority* authority,
                                                         PCredHandle credential,
                                                         PTimeStamp expiry) {
  return guard([&]() -> Result<void> {
    if (package == nullptr || authority == nullptr)
      return fail(Status::InvalidParameter, "an argument is NULL");
    AcquireCall call{.use = SECPKG_CRED_INBOUND,
                     .auth_data = auth_data,
                     .credential = credential,
                     .expiry = expiry};
    TRY_ASSIGN(call.authority, judge_of(*authority));
    return acquire(package, std::move(call));
  });
}

OPENSSPI_EXPORT SECURITY_STATUS opensspi_nt_hash(const char* password, uint8_t nt_hash[16]) {
  return guard([&]() -> Result<void> {
    if (password == nullptr || nt_hash == nullptr)
      return fail(Status::InvalidParameter, "an argument is NULL");
    const auto utf16 = secret_utf8_to_utf16le(view(password));
    if (!utf16) return fail(Status::InvalidParameter, "the password is not UTF-8");
    const NtHash hash = crypto::secret_md4({utf16->expose()});
    std::copy(hash.expose().begin(), hash.expose().end(), nt_hash);
    return {};
  });
}
