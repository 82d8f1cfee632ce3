// The tickets that a credential has or gets: of a password or a keytab they are had from a KDC by
// the first context that needs them, and kept, in memory, as long as the credential.
#pragma once

#include <memory>
#include <mutex>
#include <optional>

#include "base/result.h"
#include "base/secret.h"
#include "kerberos/credential.h"
#include "kerberos/handles.h"
#include "kerberos/kdc_exchange.h"
#include "kerberos/library.h"

namespace opensspi::kerberos {

// What libkrb5's logons take. A password (UTF-16LE) goes into the exchange, which keeps a copy and
// erases it.
Result<OwnLogonOptions> make_logon_options(const Library& library);
Result<void> give_password(const Library& library, _krb5_init_creds_context* exchange,
                           const SecretBytes& password);

class LogonTickets {
 public:
  LogonTickets(Source source, KdcWay way) : source_(std::move(source)), way_(std::move(way)) {}
  LogonTickets(const LogonTickets&) = delete;
  LogonTickets& operator=(const LogonTickets&) = delete;
  ~LogonTickets();

  // The cache with the ticket-granting ticket. May wait for a KDC, and for another thread that
  // does. LogonDenied, NoAuthenticatingAuthority, NoCredentials: that is the answer for half a
  // minute, since clients that nobody knows yet may make a server log on, and lock its account. A
  // PIN that a card has refused is not shown to it again.
  Result<OwnCache> open(const Library& library, FileTime now);

  // A refusal by who judges passwords or PINs goes over to others of the same secret, whatever way
  // to the KDCs they take.
  void heed_refusal_of(LogonTickets& others);

  // Whether a negotiation may try Kerberos with them (client_name.h). Found out when it is first
  // asked: reading krb5.conf is most of what acquiring a credential would cost.
  Result<void> may_be_tried();

  [[nodiscard]] const Source& source() const { return source_; }
  [[nodiscard]] const KdcWay& way() const { return way_; }

 private:
  struct Obtained {
    Library library;
    OwnCache cache;
    FileTime renewal = 0, expiry = 0;
  };
  struct Refused {
    Error error;
    FileTime at = 0;

    [[nodiscard]] bool holds(FileTime now) const;
    [[nodiscard]] bool is_of_the_secret() const;
  };
  // Sees to it that there are some that last.
  Result<void> renew(FileTime now);
  Result<Obtained> obtain(FileTime now) const;
  static void destroy(std::optional<Obtained>& tickets);

  Source source_;
  KdcWay way_;
  std::once_flag tried_asked_;
  Result<void> may_be_tried_;
  std::mutex mutex_;
  std::optional<Obtained> obtained_;
  std::optional<Obtained> retired_;  // those before, which others may have open
  std::optional<Refused> refused_;
};

}  // namespace opensspi::kerberos
