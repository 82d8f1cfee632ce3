// Owners of the library's handles: certificates and credentials.
#pragma once

#include <opensspi.h>

#include <memory>
#include <string>
#include <type_traits>

#include "secret_text.h"
#include "user_name.h"

namespace opensspi::command {

struct CertificateCloser {
  void operator()(PCCERT_CONTEXT certificate) const { CertFreeCertificateContext(certificate); }
};
using Certificate = std::unique_ptr<std::remove_pointer_t<PCCERT_CONTEXT>, CertificateCloser>;

// What to do where nobody has logged on.
inline constexpr const char* kHowToLogOn =
    "name a user with --user, or log on first, with  opensspi login USER  or  kinit USER";

// A credential of CREDSSP. It may be used by several threads at once.
class Credential {
 public:
  // What a client logs on with and delegates. CommandError Policy when policy forbids it.
  // `guarded`: by Remote Credential Guard, tickets alone are delegated.
  static std::shared_ptr<Credential> outbound(const UserName& user, const SecretText& password,
                                              bool guarded = false);
  // The same with a certificate, which names the user, and with a smart card.
  static std::shared_ptr<Credential> outbound(const Certificate& certificate, bool guarded = false);
  static std::shared_ptr<Credential> outbound(const UserName& user, const opensspi_smart_card& card,
                                              bool guarded = false);
  // Who this user's programs are when they name nobody. CommandError Usage, with what to do, when
  // that is nobody.
  static std::shared_ptr<Credential> of_session(bool guarded = false);
  // What a server shows and judges with.
  static std::shared_ptr<Credential> inbound(const Certificate& certificate);

  Credential(const Credential&) = delete;
  Credential& operator=(const Credential&) = delete;
  ~Credential() { FreeCredentialsHandle(&handle_); }

  [[nodiscard]] bool is_inbound() const { return inbound_; }
  [[nodiscard]] bool is_of_session() const { return of_session_; }
  // Whose it is, "DOMAIN\\user" or "user@REALM"; empty when that hangs on the target.
  [[nodiscard]] std::string name() const;
  // The handle is only read, but Windows' functions take it like this.
  [[nodiscard]] PCredHandle handle() const { return &handle_; }

 private:
  Credential(bool inbound, void* schannel, void* spnego, bool guarded);

  bool inbound_, of_session_;
  mutable CredHandle handle_{};
};

}  // namespace opensspi::command
