// PKINIT, RFC 4556 and [MS-PKCA]: a certificate proves the client to the KDC. libkrb5's plugin of
// that name does it; here it is told where the key is and gets the PIN, once, and what came of it
// becomes an error of ours.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "base/result.h"
#include "kerberos/credential.h"
#include "kerberos/library.h"
#include "kerberos/pkinit_trace.h"
#include "sspi/card_logon.h"
#include "sspi/environment.h"

struct _krb5_get_init_creds_opt;
struct _krb5_prompt;

namespace opensspi::kerberos {

class Pkinit {
 public:
  // Null for a source without a certificate. Errors are CardLogon's. Its context outlives this, and
  // the exchange is over before this ends.
  static Result<std::unique_ptr<Pkinit>> begin(const Environment& environment, const Source& source,
                                               const Library& library);
  Pkinit(const Pkinit&) = delete;
  Pkinit& operator=(const Pkinit&) = delete;
  ~Pkinit();

  // The certificate's user principal name, which may be empty.
  [[nodiscard]] const std::string& user() const { return card_.user; }
  // Says in the options of an AS exchange where the key is.
  [[nodiscard]] Result<void> configure(_krb5_get_init_creds_opt& options) const;
  // libkrb5's krb5_prompter_fct; its data is this.
  static std::int32_t prompt(_krb5_context* context, void* self, const char* name,
                             const char* banner, int count, _krb5_prompt* prompts);
  // The same, of prompts of these types (krb5_get_prompt_types(), which may be null).
  std::int32_t answer(const std::int32_t* types, const char* name, const char* banner, int count,
                      _krb5_prompt* prompts);
  // What the exchange failed with (kdc_failure()), in the light of what the plugin said.
  [[nodiscard]] Error explained(const Error& failure) const;

 private:
  Pkinit(CardLogon card, _krb5_context* context);

  CardLogon card_;
  _krb5_context* context_;
  PkinitTrace trace_;
};

}  // namespace opensspi::kerberos
