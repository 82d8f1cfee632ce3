// The register of modules that keys live in, and of the tokens that are open in them.
#include "smartcard/shared_module.h"

#include <dlfcn.h>
#include <p11-kit/pkcs11.h>

#include <algorithm>
#include <utility>
#include <vector>

#include "sspi/types.h"

namespace opensspi::smartcard {
namespace {

struct Use {
  std::unique_ptr<SharedModule> module;
  std::size_t users = 0;
};

struct Register {
  std::mutex mutex;
  std::vector<Use> uses;

  // Under the lock.
  [[nodiscard]] SharedModule* take(const void* library) {
    const auto found = std::ranges::find_if(
        uses, [=](const Use& use) { return use.module->module().library() == library; });
    if (found == uses.end()) return nullptr;
    ++found->users;
    return found->module.get();
  }

  // The module is closed under the lock, so that nobody opens it meanwhile.
  void give_back(const SharedModule* module) {
    const std::lock_guard lock(mutex);
    const auto found =
        std::ranges::find_if(uses, [=](const Use& use) { return use.module.get() == module; });
    if (--found->users == 0) uses.erase(found);
  }
};

Register& modules() {
  static auto& all = *new Register;
  return all;
}

const void* library_of(const std::string& name) {
  void* const library = dlopen(name.c_str(), RTLD_NOW | RTLD_LOCAL | RTLD_NOLOAD);
  if (library != nullptr) dlclose(library);  // which of them it is, is all that counts
  return library;
}

std::shared_ptr<SharedModule> counted(SharedModule* module) {
  return {module, [](const SharedModule* last) { modules().give_back(last); }};
}

}  // namespace

std::shared_ptr<void> take_turn() {
  static auto& mutex = *new std::mutex;
  return std::make_shared<std::unique_lock<std::mutex>>(mutex);
}

Result<std::shared_ptr<SharedModule>> SharedModule::of(const std::string& name) {
  const auto turn = take_turn();  // before the lock, for which keys that die do not wait so long
  std::unique_lock lock(modules().mutex);
  SharedModule* module = modules().take(library_of(name));
  if (module == nullptr) {
    TRY_ASSIGN(auto loaded, Module::load(name));
    modules().uses.reserve(modules().uses.size() + 1);
    auto shared = std::make_unique<SharedModule>(std::move(loaded));
    module = shared.get();
    modules().uses.push_back({std::move(shared), 1});
  }
  lock.unlock();
  auto shared = counted(module);
  if (!module->module().is_of_this_process()) TRY(module->module().initialize_again());
  return shared;
}

Result<std::shared_ptr<Login>> SharedModule::log_in(const Token& token, SecretBytes pin) {
  const std::lock_guard lock(mutex_);
  std::weak_ptr<Login>& known = logins_[token.slot];
  auto open = known.lock();
  if (open != nullptr && open->token().is(token) && !open->is_refused()) {
    if (!token.needs_pin || token.own_pin_pad || open->has_pin(pin.expose())) return open;
    return fail(Status::LogonDenied, "the PIN is not the one by which the smart card is open",
                nt_status::kSmartcardWrongPin);
  }
  auto login = std::make_shared<Login>(token, std::move(pin));
  known = login;
  return login;
}

bool Login::is_refused() {
  const std::lock_guard lock(mutex_);
  return refused_.has_value();
}

Result<void> Login::show(const Session& session) {
  if (!token_.needs_pin) return {};
  if (token_.locked) return refusal_of(CKR_PIN_LOCKED);
  return show_as(CKU_USER, session);
}

Result<void> Login::show_for_signature(const Session& session) {
  return show_as(CKU_CONTEXT_SPECIFIC, session);
}

Result<void> Login::show_as(unsigned long user, const Session& session) {
  const std::lock_guard lock(mutex_);
  if (refused_) return fail(*refused_);
  if (pin_.empty() && !token_.own_pin_pad)
    return fail(Status::NoCredentials, "the smart card wants its PIN");
  const ByteView pin = token_.own_pin_pad ? ByteView() : pin_.expose();
  const CK_RV code = session.log_in(user, pin);
  if (code == CKR_OK || code == CKR_USER_ALREADY_LOGGED_IN) return {};
  const auto refusal = refusal_of(code);
  if (refusal.value().status == Status::LogonDenied) refused_ = refusal.value();
  return refusal;
}

}  // namespace opensspi::smartcard
