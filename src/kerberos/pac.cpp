// libkrb5 looks at PACs of itself, but takes a ticket also when they are wrong.
#include "kerberos/pac.h"

#include <krb5.h>

#include <memory>

namespace opensspi::kerberos {
namespace {

constexpr char kMalformed[] = "the ticket's PAC is malformed";

struct FreePac {
  krb5_context context;
  void operator()(krb5_pac_data* pac) const { krb5_pac_free(context, pac); }
};
using OwnPac = std::unique_ptr<krb5_pac_data, FreePac>;

struct FreeAuthdata {
  krb5_context context;
  void operator()(krb5_authdata** list) const { krb5_free_authdata(context, list); }
};

// Only the ticket's count: the client writes those of its authenticator. Empty: none.
Result<Bytes> find_pac(const Library& library, const krb5_ticket& ticket) {
  krb5_authdata** list = nullptr;
  const auto code = krb5_find_authdata(library.get(), ticket.enc_part2->authorization_data, nullptr,
                                       KRB5_AUTHDATA_WIN2K_PAC, &list);
  const std::unique_ptr<krb5_authdata*, FreeAuthdata> owner(list, FreeAuthdata{library.get()});
  if (code != 0) return failure(code, Status::InvalidToken, kMalformed);
  if (list == nullptr || list[0] == nullptr) return Bytes();
  if (list[1] != nullptr) return fail(Status::InvalidToken, "the ticket has more than one PAC");
  if (list[0]->length == 0) return fail(Status::InvalidToken, kMalformed);
  return copy({list[0]->contents, list[0]->length});
}

krb5_error_code verify(const Library& library, const krb5_ticket& ticket, const OwnPac& pac,
                       const krb5_keyblock& key) {
  const krb5_enc_tkt_part& inside = *ticket.enc_part2;
  return krb5_pac_verify(library.get(), pac.get(), inside.times.authtime, inside.client, &key,
                         nullptr);
}

// 0 when one of the server's keys of the ticket's type has signed it: keys change, and not every
// keytab has their numbers.
krb5_error_code verify_with_keytab(const Library& library, const krb5_ticket& ticket,
                                   const OwnPac& pac, krb5_keytab keytab) {
  const krb5_context context = library.get();
  krb5_kt_cursor cursor = nullptr;
  krb5_error_code result = KRB5_KT_NOTFOUND;
  if (const auto code = krb5_kt_start_seq_get(context, keytab, &cursor); code != 0) return code;
  krb5_keytab_entry entry{};
  while (result != 0 && krb5_kt_next_entry(context, keytab, &entry, &cursor) == 0) {
    const bool may_be = entry.key.enctype == ticket.enc_part.enctype &&
                        krb5_principal_compare(context, entry.principal, ticket.server) != 0;
    if (may_be) result = verify(library, ticket, pac, entry.key);
    krb5_free_keytab_entry_contents(context, &entry);
  }
  krb5_kt_end_seq_get(context, keytab, &cursor);
  return result;
}

template <class Verify>
Result<Bytes> checked_pac(const Library& library, const krb5_ticket& ticket, Verify&& verify_it) {
  TRY_ASSIGN(Bytes bytes, find_pac(library, ticket));
  if (bytes.empty()) return bytes;
  krb5_pac parsed = nullptr;
  auto code = krb5_pac_parse(library.get(), bytes.data(), bytes.size(), &parsed);
  const OwnPac pac(parsed, FreePac{library.get()});
  if (code != 0) return failure(code, Status::InvalidToken, kMalformed);
  code = verify_it(pac);
  if (code == 0) return bytes;
  return failure(code, Status::LogonDenied,
                 code == KRB5KRB_AP_WRONG_PRINC ? "the ticket's PAC is of another client"
                                                : "the ticket's PAC is not signed for this server");
}

}  // namespace

Result<Bytes> verified_pac(const Library& library, const krb5_ticket& ticket, _krb5_kt& keytab) {
  return checked_pac(library, ticket, [&](const OwnPac& pac) {
    return verify_with_keytab(library, ticket, pac, &keytab);
  });
}

Result<Bytes> verified_pac(const Library& library, const krb5_ticket& ticket,
                           const krb5_keyblock& shown_key) {
  return checked_pac(library, ticket,
                     [&](const OwnPac& pac) { return verify(library, ticket, pac, shown_key); });
}

}  // namespace opensspi::kerberos
