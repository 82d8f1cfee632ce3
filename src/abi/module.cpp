// Putting everything together.
#include "abi/module.h"

#include <chrono>
#include <string>

#include "abi/environment_sinks.h"
#include "abi/file_time.h"
#include "authority/account_names.h"
#include "authority/kcm.h"
#include "authority/kdc_transport.h"
#include "base/utf16.h"
#include "credssp/package.h"
#include "crypto/random.h"
#include "kerberos/package.h"
#include "negotiate/package.h"
#include "ntlm/package.h"
#include "schannel/package.h"
#include "smartcard/open.h"

namespace opensspi::abi {
namespace {

// How long Acquire waits for a service of this machine that answers at once or never.
constexpr std::chrono::milliseconds kPatienceWithKcm{500};

bool kcm_answers(const std::string& socket_path) {
  return authority::kcm_answers(socket_path, kPatienceWithKcm);
}

}  // namespace

Module& Module::instance() {
  static auto& module = *new Module;
  return module;
}

Module::Module()
    : judges_(policy_),
      sessions_(system_time),
      kdc_ways_(std::make_shared<authority::NetworkKdcTransport>(
          [this] { return policy_.current()->kdc_timeout; })),
      handles_(crypto::random),
      tokens_(crypto::random) {
  open_sinks_of_environment(*policy_.current(), observers_);
  environment_ = make_environment();
  make_packages();
}

std::shared_ptr<const Environment> Module::make_environment() {
  auto environment = std::make_shared<Environment>();
  environment->now = system_time;
  environment->random = crypto::random;
  environment->host_names = authority::local_host_names;
  environment->authority = [this] { return judges_.current(); };
  environment->kdc_transport = [this] { return kdc_ways_.current(); };
  environment->open_card = [this](const Identity& identity) {
    return smartcard::open(policy_.current()->pkcs11_module, identity, system_time());
  };
  environment->policy = [this] { return policy_.current(); };
  environment->log = [this](LogLevel level, const char* room, const char* what,
                            std::int64_t value) { observers_.tell_log(level, room, what, value); };
  return environment;
}

// Negotiate comes first on Windows, though it needs the others.
void Module::make_packages() {
  auto ntlm = ntlm::make_package(environment_);
  auto kerberos = kerberos::make_package(environment_, kcm_answers, [this] { return keytab(); });
  auto negotiate = negotiate::make_package(environment_, {kerberos.get(), ntlm.get()});
  auto credssp = credssp::make_package(environment_, *negotiate);
  packages_.push_back(std::move(negotiate));
  packages_.push_back(std::move(kerberos));
  packages_.push_back(std::move(ntlm));
  for (auto& package : schannel::make_packages(environment_))
    packages_.push_back(std::move(package));
  packages_.push_back(std::move(credssp));
  for (const auto& package : packages_) infos_.push_back(&package->info());
}

void Module::set_keytab(std::string name) {
  const std::lock_guard lock(keytab_mutex_);
  keytab_ = std::move(name);
}

std::string Module::keytab() {
  const std::lock_guard lock(keytab_mutex_);
  return keytab_;
}

std::vector<const SecurityPackage*> Module::packages() const {
  std::vector<const SecurityPackage*> all;
  for (const auto& package : packages_) all.push_back(package.get());
  return all;
}

Result<const SecurityPackage*> Module::find_package(std::string_view name) const {
  for (const auto& package : packages_)
    if (same_name(package->info().name, name)) return package.get();
  return fail(Status::PackageNotFound, "there is no security package of that name");
}

}  // namespace opensspi::abi
