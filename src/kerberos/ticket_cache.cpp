// Walking through caches with libkrb5.
#include "kerberos/ticket_cache.h"

#include <krb5.h>

#include <algorithm>
#include <cerrno>
#include <string_view>

#include "kerberos/errors.h"

namespace opensspi::kerberos {
namespace {

struct CachedTicket {
  explicit CachedTicket(krb5_context its_context) : context(its_context) {}
  CachedTicket(const CachedTicket&) = delete;
  CachedTicket& operator=(const CachedTicket&) = delete;
  ~CachedTicket() { krb5_free_cred_contents(context, &value); }

  krb5_context context;
  krb5_creds value{};
};

class TicketCursor {
 public:
  TicketCursor(krb5_context context, krb5_ccache cache) : context_(context), cache_(cache) {
    code_ = krb5_cc_start_seq_get(context_, cache_, &cursor_);
  }
  TicketCursor(const TicketCursor&) = delete;
  TicketCursor& operator=(const TicketCursor&) = delete;
  ~TicketCursor() {
    if (cursor_ != nullptr) krb5_cc_end_seq_get(context_, cache_, &cursor_);
  }

  // False at the end, and when it goes no further.
  bool next(CachedTicket& ticket) {
    if (code_ == 0) code_ = krb5_cc_next_cred(context_, cache_, &cursor_, &ticket.value);
    return code_ == 0;
  }
  // 0 when all was read.
  [[nodiscard]] krb5_error_code code() const { return code_ == KRB5_CC_END ? 0 : code_; }

 private:
  krb5_context context_;
  krb5_ccache cache_;
  krb5_cc_cursor cursor_ = nullptr;
  krb5_error_code code_ = 0;
};

class CollectionCursor {
 public:
  explicit CollectionCursor(krb5_context context) : context_(context) {
    code_ = krb5_cccol_cursor_new(context_, &cursor_);
  }
  CollectionCursor(const CollectionCursor&) = delete;
  CollectionCursor& operator=(const CollectionCursor&) = delete;
  ~CollectionCursor() {
    if (cursor_ != nullptr) krb5_cccol_cursor_free(context_, &cursor_);
  }

  // Null at the end, and when it goes no further.
  OwnCache next() {
    krb5_ccache cache = nullptr;
    if (code_ == 0) code_ = krb5_cccol_cursor_next(context_, cursor_, &cache);
    return {code_ == 0 ? cache : nullptr, Release{context_}};
  }
  [[nodiscard]] krb5_error_code code() const { return code_; }

 private:
  krb5_context context_;
  krb5_cccol_cursor cursor_ = nullptr;
  krb5_error_code code_ = 0;
};

std::string_view type_of(std::string_view name) {
  const std::size_t colon = name.find(':');
  return colon == std::string_view::npos ? "FILE" : name.substr(0, colon);
}

bool is_collection(std::string_view type) {
  return type == "DIR" || type == "KEYRING" || type == "KCM";
}

// What one ticket adds to its cache. A time is 32 bits without a sign: it reaches to 2106.
void count(const Library& library, const krb5_creds& ticket, const krb5_principal_data& owner,
           FileTime now, TicketCache& cache) {
  const krb5_context context = library.get();
  if (krb5_is_config_principal(context, ticket.server) != 0) return;
  // Tickets for others, which services get by delegation.
  if (krb5_principal_compare(context, ticket.client, &owner) == 0) return;
  if ((ticket.ticket_flags & TKT_FLG_INVALID) != 0) return;
  const FileTime expiry = file_time_of_unix(static_cast<std::uint32_t>(ticket.times.endtime));
  Tickets kind = Tickets::Expired;
  if (expiry > now) {
    const OwnPrincipal granting = granting_principal(library, *ticket.client);
    const bool grants =
        granting != nullptr && krb5_principal_compare(context, ticket.server, granting.get()) != 0;
    kind = grants ? Tickets::Granting : Tickets::ForServices;
  }
  if (kind > cache.tickets) cache.expiry = 0;
  if (kind >= cache.tickets) cache.expiry = std::max(cache.expiry, expiry);
  cache.tickets = std::max(cache.tickets, kind);
}

std::string full_name(krb5_context context, krb5_ccache cache) {
  return std::string(krb5_cc_get_type(context, cache)) + ':' + krb5_cc_get_name(context, cache);
}

bool is_refusal(krb5_error_code code) {
  return code == KRB5_FCC_PERM || code == EACCES || code == EPERM;
}

bool is_absence(krb5_error_code code) {
  return code == KRB5_FCC_NOFILE || code == ENOENT || code == ENOTDIR || code == KRB5_CC_NOTFOUND ||
         code == KRB5_CC_UNKNOWN_TYPE;
}

Result<void> note(krb5_error_code code, std::string_view type, CacheCollection& found) {
  if (code == ENOMEM) return failure(code, Status::InsufficientMemory, "");
  if (code == 0 || is_absence(code)) return {};
  // A service, or a kernel in a container, that answers so has nothing for the caller.
  if (type == "KCM" || type == "KEYRING") return {};
  (is_refusal(code) ? found.refused : found.damaged) = true;
  return {};
}

Result<void> read_cache(const Library& library, const OwnCache& cache, FileTime now,
                        CacheCollection& found) {
  const krb5_context context = library.get();
  const std::string_view type = krb5_cc_get_type(context, cache.get());
  krb5_principal owner_found = nullptr;
  const krb5_error_code code = krb5_cc_get_principal(context, cache.get(), &owner_found);
  const OwnPrincipal owner(owner_found, Release{context});
  if (code != 0) return note(code, type, found);

  TicketCache read{full_name(context, cache.get()), {}};
  auto principal = read_principal(library, *owner);
  if (!principal && principal.error().status == Status::InsufficientMemory) {
    return fail(principal.error());
  }
  found.damaged |= !principal;
  if (!principal) return {};
  read.principal = *std::move(principal);

  TicketCursor cursor(context, cache.get());
  for (bool more = true; more;) {
    CachedTicket ticket(context);
    more = cursor.next(ticket);
    if (more) count(library, ticket.value, *owner, now, read);
  }
  found.caches.push_back(std::move(read));
  return note(cursor.code(), type, found);
}

Result<void> read_collection(const Library& library, std::string_view type, FileTime now,
                             CacheCollection& found) {
  CollectionCursor cursor(library.get());
  for (OwnCache cache = cursor.next(); cache != nullptr; cache = cursor.next()) {
    // The MEMORY caches of the process come along with every collection.
    if (krb5_cc_get_type(library.get(), cache.get()) != type) continue;
    TRY(read_cache(library, cache, now, found));
  }
  return note(cursor.code(), type, found);
}

}  // namespace

Result<OwnPrincipal> owner_of(const Library& library, _krb5_ccache& cache) {
  krb5_principal owner = nullptr;
  const auto code = krb5_cc_get_principal(library.get(), &cache, &owner);
  if (code != 0) return kdc_failure(code);
  return OwnPrincipal(owner, Release{library.get()});
}

OwnPrincipal granting_principal(const Library& library, const krb5_principal_data& client) {
  const krb5_data& realm = client.realm;
  krb5_principal made = nullptr;
  krb5_build_principal_ext(library.get(), &made, realm.length, realm.data, KRB5_TGS_NAME_SIZE,
                           KRB5_TGS_NAME, realm.length, realm.data, 0);
  return {made, Release{library.get()}};
}

Result<CacheCollection> read_caches(const Library& library, const std::string& name, FileTime now,
                                    const KcmAnswers& kcm_answers) {
  CacheCollection found;
  const krb5_context context = library.get();
  krb5_error_code code = krb5_cc_set_default_name(context, name.empty() ? nullptr : name.c_str());
  const char* full = code == 0 ? krb5_cc_default_name(context) : nullptr;
  if (full == nullptr) {
    TRY(note(code, {}, found));
    return found;
  }
  const std::string_view type = type_of(full);
  if (type == "KCM" && !kcm_answers(library.kcm_socket())) return found;
  if (is_collection(type)) {
    TRY(read_collection(library, type, now, found));
    return found;
  }
  krb5_ccache opened = nullptr;
  code = krb5_cc_resolve(context, full, &opened);
  const OwnCache cache(opened, Release{context});
  TRY(code == 0 ? read_cache(library, cache, now, found) : note(code, type, found));
  return found;
}

}  // namespace opensspi::kerberos
