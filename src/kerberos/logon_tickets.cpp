// The AS exchange, RFC 4120 3.1.
#include "kerberos/logon_tickets.h"

#include <krb5.h>

#include <algorithm>
#include <memory>
#include <utility>

#include "base/utf16.h"
#include "kerberos/client_name.h"
#include "kerberos/errors.h"
#include "kerberos/pkinit.h"
#include "kerberos/principal.h"

namespace opensspi::kerberos {
namespace {

constexpr FileTime kSecond = 10'000'000;
constexpr FileTime kRefusalHolds = 30 * kSecond;
// Before its end, which is by the KDC's clock; of short ones in half the time.
constexpr FileTime kRenewedBefore = 300 * kSecond;

FileTime renewal_of(FileTime now, FileTime expiry) {
  const FileTime left = expiry > now ? expiry - now : 0;
  return expiry - std::min(kRenewedBefore, left / 2);
}

Result<void> checked(krb5_error_code code) {
  if (code != 0) return kdc_failure(code);
  return {};
}

Result<OwnCache> open_cache(const Library& library, const std::string& name) {
  krb5_ccache opened = nullptr;
  TRY(checked(krb5_cc_resolve(library.get(), name.c_str(), &opened)));
  return OwnCache(opened, Release{library.get()});
}

Result<OwnKeytab> open_keytab(const Library& library, const std::string& name) {
  krb5_keytab opened = nullptr;
  TRY(checked(krb5_kt_resolve(library.get(), name.c_str(), &opened)));
  return OwnKeytab(opened, Release{library.get()});
}

// A ticket that may be handed on, as Windows asks for.
Result<OwnLogonOptions> options_of(const Library& library) {
  TRY_ASSIGN(OwnLogonOptions options, make_logon_options(library));
  krb5_get_init_creds_opt_set_forwardable(options.get(), 1);
  return options;
}

Result<void> give_secret(const Library& library, krb5_init_creds_context exchange,
                         const Identity& identity) {
  if (identity.password() == nullptr) {
    return fail(Status::NoCredentials, "Kerberos needs the password, not its hash");
  }
  return give_password(library, exchange, *identity.password());
}

}  // namespace

Result<OwnLogonOptions> make_logon_options(const Library& library) {
  krb5_get_init_creds_opt* made = nullptr;
  TRY(checked(krb5_get_init_creds_opt_alloc(library.get(), &made)));
  return OwnLogonOptions(made, Release{library.get()});
}

Result<void> give_password(const Library& library, krb5_init_creds_context exchange,
                           const SecretBytes& password) {
  TRY_ASSIGN(const SecretBytes utf8, secret_utf16le_to_utf8(password.expose()));
  SecretBytes terminated(utf8.size() + 1);
  std::ranges::copy(utf8.expose(), terminated.expose_mutable().begin());
  return checked(krb5_init_creds_set_password(
      library.get(), exchange, reinterpret_cast<const char*>(terminated.expose().data())));
}

Result<void> LogonTickets::may_be_tried() {
  std::call_once(tried_asked_, [&] { may_be_tried_ = kerberos::may_be_tried(source_, way_); });
  return may_be_tried_;
}

LogonTickets::~LogonTickets() {
  destroy(obtained_);
  destroy(retired_);
}

// Others may have it open: its tickets go with its name.
void LogonTickets::destroy(std::optional<Obtained>& tickets) {
  if (tickets) krb5_cc_destroy(tickets->library.get(), tickets->cache.release());
  tickets.reset();
}

Result<OwnCache> LogonTickets::open(const Library& library, FileTime now) {
  if (const auto* cache = std::get_if<CacheName>(&source_.where)) {
    return open_cache(library, cache->name);
  }
  const std::scoped_lock lock(mutex_);
  TRY(renew(now));
  const char* name = krb5_cc_get_name(obtained_->library.get(), obtained_->cache.get());
  return open_cache(library, std::string("MEMORY:") + name);
}

Result<void> LogonTickets::renew(FileTime now) {
  if (obtained_ && now < obtained_->renewal) return {};
  if (!refused_ || !refused_->holds(now)) {
    Result<Obtained> fresh = obtain(now);
    if (fresh) {
      destroy(retired_);
      retired_ = std::exchange(obtained_, std::move(*fresh));
      return {};
    }
    refused_ = Refused{fresh.error(), now};
  }
  if (obtained_ && now < obtained_->expiry) return {};
  return fail(refused_->error);
}

// A card that is put in is looked for at once.
bool LogonTickets::Refused::holds(FileTime now) const {
  switch (error.nt_status) {
    case nt_status::kSmartcardWrongPin:
    case nt_status::kSmartcardCardBlocked:
      return true;
    case nt_status::kSmartcardIoError:  // LogonDenied: the PIN was shown
      if (error.status == Status::LogonDenied) return true;
      return at <= now && now < at + kRefusalHolds;
    case nt_status::kSmartcardNoCard:
      return false;
    default:
      return at <= now && now < at + kRefusalHolds;
  }
}

bool LogonTickets::Refused::is_of_the_secret() const {
  return error.status == Status::LogonDenied;
}

void LogonTickets::heed_refusal_of(LogonTickets& others) {
  const std::scoped_lock lock(mutex_, others.mutex_);
  if (others.refused_ && others.refused_->is_of_the_secret()) refused_ = others.refused_;
}

Result<LogonTickets::Obtained> LogonTickets::obtain(FileTime now) const {
  TRY_ASSIGN(Library library, Library::open(source_.configuration));
  library.set_time(now);
  const krb5_context context = library.get();
  TRY_ASSIGN(const auto pkinit, Pkinit::begin(*way_.environment, source_, library));
  TRY_ASSIGN(const OwnPrincipal client,
             client_principal(library, source_, pkinit ? pkinit->user() : std::string()));
  TRY_ASSIGN(const OwnLogonOptions options, options_of(library));
  if (pkinit) TRY(pkinit->configure(*options));
  krb5_init_creds_context begun = nullptr;
  TRY(checked(krb5_init_creds_init(context, client.get(), pkinit ? Pkinit::prompt : nullptr,
                                   pkinit.get(), 0, options.get(), &begun)));
  const OwnLogon exchange(begun, Release{context});
  OwnKeytab keytab(nullptr, Release{context});  // the exchange looks into it later
  if (const auto* name = std::get_if<KeytabName>(&source_.where)) {
    TRY_ASSIGN(keytab, open_keytab(library, name->name));
    TRY(checked(krb5_init_creds_set_keytab(context, exchange.get(), keytab.get())));
  } else if (!pkinit) {
    const auto& identity = std::get<std::shared_ptr<const Identity>>(source_.where);
    TRY(give_secret(library, exchange.get(), *identity));
  }
  KdcExchange kdc(library, way_, realm_of(*client));
  if (const auto proven = kdc.log_on(exchange.get()); !proven) {
    return fail(pkinit ? pkinit->explained(proven.error()) : proven.error());
  }

  krb5_creds granted{};
  TRY(checked(krb5_init_creds_get_creds(context, exchange.get(), &granted)));
  const auto free_contents = [&](krb5_creds* creds) { krb5_free_cred_contents(context, creds); };
  const std::unique_ptr<krb5_creds, decltype(free_contents)> ticket(&granted, free_contents);
  krb5_ccache made = nullptr;
  TRY(checked(krb5_cc_new_unique(context, "MEMORY", nullptr, &made)));
  OwnCache cache(made, Release{context});
  TRY(checked(krb5_cc_initialize(context, made, ticket->client)));
  TRY(checked(krb5_cc_store_cred(context, made, ticket.get())));
  const FileTime expiry = file_time_of_unix(static_cast<std::uint32_t>(ticket->times.endtime));
  return Obtained{std::move(library), std::move(cache), renewal_of(now, expiry), expiry};
}

}  // namespace opensspi::kerberos
