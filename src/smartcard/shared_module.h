// Modules that keys live in. A process has each of them open once, whatever name it was asked for
// by, and closes it when the last key in it is gone. Logging on with a card (open.h) has its
// modules to itself; both take turns, because libkrb5 opens and closes a module for the whole
// process.
#pragma once

#include <atomic>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "base/secret.h"
#include "smartcard/module.h"

namespace opensspi::smartcard {

// As long as the answer lives, nobody else opens a module, nor logs on with a card.
[[nodiscard]] std::shared_ptr<void> take_turn();

// The PIN that a token was shown, for all of its keys: a token is open for the whole process, so
// that nobody else would ask for the PIN of whoever comes second. One that is refused is never
// shown again.
class Login {
 public:
  Login(Token token, SecretBytes pin) : token_(std::move(token)), pin_(std::move(pin)) {}

  [[nodiscard]] const Token& token() const { return token_; }
  [[nodiscard]] bool has_pin(ByteView pin) const { return equal(pin_.expose(), pin); }
  [[nodiscard]] bool is_refused();
  // How often sessions with the token were lost: numbers of those from before may be others' now.
  [[nodiscard]] unsigned losses() const { return losses_; }
  void note_loss() { ++losses_; }
  // Opens the token for its user, if it is not open. Errors are those of Module::try_pin, and
  // NoCredentials for a token that wants a PIN when there is none.
  Result<void> show(const Session& session);
  // The same for one signature (CKU_CONTEXT_SPECIFIC).
  Result<void> show_for_signature(const Session& session);

 private:
  Result<void> show_as(unsigned long user, const Session& session);

  const Token token_;
  const SecretBytes pin_;
  std::atomic<unsigned> losses_ = 0;
  std::mutex mutex_;
  std::optional<Error> refused_;
};

class SharedModule {
 public:
  // Errors of Module::load.
  static Result<std::shared_ptr<SharedModule>> of(const std::string& name);
  explicit SharedModule(std::unique_ptr<Module> module) : module_(std::move(module)) {}

  [[nodiscard]] Module& module() { return *module_; }
  // LogonDenied when the token's other keys have another PIN, which the token took: this one is not
  // shown to it.
  Result<std::shared_ptr<Login>> log_in(const Token& token, SecretBytes pin);

 private:
  std::unique_ptr<Module> module_;
  std::mutex mutex_;
  std::map<unsigned long, std::weak_ptr<Login>> logins_;  // by slot
};

}  // namespace opensspi::smartcard
