// Negotiate and its credential: one sub-credential for each mechanism that can take the caller's.
#include "negotiate/package.h"

#include <algorithm>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "negotiate/acceptor.h"
#include "negotiate/initiator.h"
#include "sspi/refused_credential.h"

namespace opensspi::negotiate {
namespace {

const PackageInfo kInfo{
    .name = "Negotiate",
    .comment = "Microsoft Package Negotiator",
    .capabilities = 0x00883BB3,
    .rpc_id = 9,
    .max_token = 48256,
    .auth_data = AuthDataKind::Identity,
    .mechanism_oids = {},
};

char folded(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

bool same_name(std::string_view a, std::string_view b) {
  return std::ranges::equal(a, b, {}, folded, folded);
}

std::string_view trimmed(std::string_view text) {
  const std::size_t first = text.find_first_not_of(" \t");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

// PackageList of SEC_WINNT_AUTH_IDENTITY_EX: names with commas between them; "!name" excludes. With
// any plain name in it, what is not named is excluded too.
bool allowed(std::string_view package_list, std::string_view package) {
  bool named = false;
  bool any_plain = false;
  while (!package_list.empty()) {
    const std::size_t comma = std::min(package_list.find(','), package_list.size());
    const std::string_view entry = trimmed(package_list.substr(0, comma));
    package_list.remove_prefix(std::min(comma + 1, package_list.size()));
    if (entry.empty()) continue;
    if (entry.front() == '!') {
      if (same_name(trimmed(entry.substr(1)), package)) return false;
      continue;
    }
    any_plain = true;
    named = named || same_name(entry, package);
  }
  return named || !any_plain;
}

// Whether the mechanism can do anything with the credential, in one direction at least.
bool serves(const Mechanism& mechanism, CredentialUse use) {
  for (const Role role : {Role::Client, Role::Server}) {
    const CredentialUse other =
        role == Role::Client ? CredentialUse::Inbound : CredentialUse::Outbound;
    ContextRequest request;
    request.role = role;
    request.mechanism_oid = mechanism.oid;
    if (use != other && mechanism.credential->new_context(request)) return true;
  }
  return false;
}

class NegotiateCredential final : public Credential {
 public:
  NegotiateCredential(std::shared_ptr<const Environment> environment, CredentialUse use,
                      std::vector<Mechanism> mechanisms)
      : environment_(std::move(environment)), use_(use), mechanisms_(std::move(mechanisms)) {}

  Result<std::unique_ptr<Context>> new_context(const ContextRequest& request) const override {
    const CredentialUse other =
        request.role == Role::Client ? CredentialUse::Inbound : CredentialUse::Outbound;
    if (use_ == other) return fail(Status::NoCredentials, "the credential is for the other side");
    if (request.role == Role::Client) {
      return Initiator::create(environment_, request, mechanisms_);
    }
    return std::make_unique<Acceptor>(request, mechanisms_);
  }

  [[nodiscard]] FileTime expiry() const override {
    FileTime earliest = kNever;
    for (const Mechanism& m : mechanisms_) earliest = std::min(earliest, m.credential->expiry());
    return earliest;
  }

  [[nodiscard]] Result<Names> names() const override {
    // Windows: DOMAIN\user where there is one, so Kerberos, which comes first, is asked last.
    for (auto mechanism = mechanisms_.rbegin(); mechanism != mechanisms_.rend(); ++mechanism) {
      if (Result<Names> names = mechanism->credential->names()) return names;
    }
    return Credential::names();
  }

  // Taken whether or not there is a mechanism that speaks to KDCs: which ones there are is not the
  // caller's choice.
  [[nodiscard]] Result<std::shared_ptr<const Credential>> with_kdc_proxy(
      const KdcProxy& proxy) const override {
    std::vector<Mechanism> mechanisms = mechanisms_;
    for (Mechanism& mechanism : mechanisms) {
      auto changed = mechanism.credential->with_kdc_proxy(proxy);
      if (changed) {
        mechanism.credential = *std::move(changed);
      } else if (changed.error().status != Status::UnsupportedFunction) {
        return fail(changed.error());
      }
    }
    return std::make_shared<NegotiateCredential>(environment_, use_, std::move(mechanisms));
  }

  // In the place of that package's own, if there is one.
  [[nodiscard]] Result<std::shared_ptr<const Credential>> with_added(
      const SecurityPackage& package, const AcquireRequest& request) const override {
    const PackageInfo& info = package.info();
    if (info.mechanism_oids.empty()) {
      return fail(Status::UnsupportedFunction, "Negotiate does not negotiate that package");
    }
    if (request.use != use_) {
      return fail(Status::UnknownCredentials, "the credential that is added is for other uses");
    }
    TRY_ASSIGN(const std::shared_ptr<const Credential> added, package.acquire(request));
    std::vector<Mechanism> mechanisms = mechanisms_;
    for (const ByteView oid : info.mechanism_oids) {
      const auto place = std::ranges::find_if(
          mechanisms, [&](const Mechanism& mechanism) { return equal(mechanism.oid, oid); });
      if (place != mechanisms.end()) {
        place->credential = added;
      } else {
        mechanisms.push_back({oid, &info, added});
      }
    }
    return std::make_shared<NegotiateCredential>(environment_, use_, std::move(mechanisms));
  }

 private:
  std::shared_ptr<const Environment> environment_;
  CredentialUse use_;
  std::vector<Mechanism> mechanisms_;
};

class NegotiatePackage final : public SecurityPackage {
 public:
  NegotiatePackage(std::shared_ptr<const Environment> environment,
                   std::vector<const SecurityPackage*> mechanisms)
      : environment_(std::move(environment)), mechanisms_(std::move(mechanisms)) {}

  [[nodiscard]] const PackageInfo& info() const override { return kInfo; }

  // Windows: a package list that nothing satisfies, and a user who has nothing to log on with, are
  // found out by the first leg, not here. NTLM, the last, takes any user; without it the others
  // must be able to do something.
  Result<std::shared_ptr<Credential>> acquire(const AcquireRequest& request) const override {
    std::vector<Mechanism> mechanisms;
    std::optional<Error> refused;
    bool last_took_it = true;
    for (const SecurityPackage* package : mechanisms_) {
      if (!allowed(request.auth_data.package_list, package->info().name)) continue;
      Result<std::shared_ptr<Credential>> credential = package->acquire(request);
      last_took_it = credential.has_value();
      if (!credential) {
        keep_more_telling(refused, credential.error());
        credential = std::make_shared<RefusedCredential>(credential.error());
      }
      for (const ByteView oid : package->info().mechanism_oids) {
        mechanisms.push_back({oid, &package->info(), *credential});
      }
    }
    const auto can = [&](const Mechanism& mechanism) { return serves(mechanism, request.use); };
    if (!last_took_it && std::ranges::none_of(mechanisms, can)) return fail(*refused);
    return std::make_shared<NegotiateCredential>(environment_, request.use, std::move(mechanisms));
  }

  // The last mechanism first: who judges NTLM knows which accounts are its own, a KDC does not.
  Result<void> change_password(const PasswordChange& change) const override {
    Error error{Status::UnsupportedFunction, "no mechanism changes passwords"};
    for (auto package = mechanisms_.rbegin(); package != mechanisms_.rend(); ++package) {
      Result<void> changed = (*package)->change_password(change);
      if (changed || !is_somebody_elses(changed.error())) return changed;
      // Who knows no such user has looked, and nobody better is left who could.
      if (error.nt_status != nt_status::kNoSuchUser) error = changed.error();
    }
    return fail(error);
  }

 private:
  // Whether the account may be another judge's.
  static bool is_somebody_elses(const Error& error) {
    return error.status == Status::UnsupportedFunction ||
           error.status == Status::NoAuthenticatingAuthority ||
           error.nt_status == nt_status::kNoSuchUser;
  }

  std::shared_ptr<const Environment> environment_;
  std::vector<const SecurityPackage*> mechanisms_;
};

}  // namespace

std::unique_ptr<SecurityPackage> make_package(std::shared_ptr<const Environment> environment,
                                              std::vector<const SecurityPackage*> mechanisms) {
  return std::make_unique<NegotiatePackage>(std::move(environment), std::move(mechanisms));
}

}  // namespace opensspi::negotiate
