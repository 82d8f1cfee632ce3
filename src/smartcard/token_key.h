// Private keys that sign on their tokens.
#pragma once

#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>

#include "smartcard/shared_module.h"
#include "x509/signer.h"

namespace opensspi::smartcard {

// What a private key goes by on its token.
struct KeyName {
  Bytes id;                          // its certificate's
  std::optional<std::string> label;  // nothing: any

  // Those that are so called and, as far as the token shows it, the certificate's.
  [[nodiscard]] Result<std::vector<unsigned long>> find(const Session& session,
                                                        const x509::Certificate& certificate) const;
};

// One signature after the other, in a session of the key's own. When the session is lost, because
// the card was taken out and put in again, somebody logged out, or the process has forked, the next
// signature opens another one with the PIN that was accepted, and on the same token only. When
// there is none, that signature fails, and no more than it: NoCredentials (kSmartcardNoCard,
// kSmartcardIoError), LogonDenied.
class TokenKey : public x509::Signer {
 public:
  struct Place {
    std::shared_ptr<SharedModule> module;
    std::shared_ptr<Login> login;
    KeyName name;
    x509::Certificate certificate;
  };

  // `session` is logged in, and has this key.
  TokenKey(Place place, Session session, unsigned long key);
  ~TokenKey() override;

  [[nodiscard]] bool can(Operation operation) const noexcept override;
  [[nodiscard]] Result<Bytes> sign(Operation operation, x509::SignatureHash hash,
                                   ByteView input) const override;

 private:
  struct Opened {
    Session session;
    unsigned long key = 0;
    bool asks_each_time = false;  // for the PIN: CKA_ALWAYS_AUTHENTICATE
    int process = 0;
    unsigned openings = 0, losses = 0;  // of the module and the token, when it was opened
  };

  // Those of this object are called under the lock.
  [[nodiscard]] Result<void> open_again() const;
  [[nodiscard]] Result<unsigned long> try_to_sign(Operation operation, x509::SignatureHash hash,
                                                  ByteView input, Bytes& signature) const;
  void leave(unsigned long code) const;
  void enter(Session session, unsigned long key) const;
  // Whether the session's number is still this session's.
  [[nodiscard]] bool is_current() const;

  const Place place_;
  std::set<Operation> operations_;
  mutable std::mutex mutex_;
  mutable std::optional<Opened> opened_;
};

}  // namespace opensspi::smartcard
