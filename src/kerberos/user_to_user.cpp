// A server logs on like any client, once, and keeps its ticket.
#include "kerberos/user_to_user.h"

#include <krb5.h>

#include <utility>

#include "kerberos/errors.h"
#include "kerberos/logon_tickets.h"
#include "kerberos/ticket_cache.h"

namespace opensspi::kerberos {
namespace {

// The principal's own ticket-granting ticket, out of the cache.
Result<OwnCreds> granting_ticket(const Library& library, krb5_ccache cache) {
  const krb5_context context = library.get();
  TRY_ASSIGN(const OwnPrincipal client, owner_of(library, *cache));
  const OwnPrincipal server = granting_principal(library, *client);
  krb5_creds wanted{}, *found = nullptr;
  wanted.client = client.get();
  wanted.server = server.get();
  const auto code = krb5_get_credentials(context, KRB5_GC_CACHED, cache, &wanted, &found);
  if (code != 0) return kdc_failure(code);
  return OwnCreds(found, Release{context});
}

// What the client calls the server, in libkrb5's form; escapes are for names that no server has.
std::string name_of(const TgtRequest& request) {
  std::string name;
  for (const std::string& part : request.server_name) name += (name.empty() ? "" : "/") + part;
  return name;
}

}  // namespace

Result<ShownTicket> show_ticket(ServerKeys& keys, const TgtRequest& request, FileTime now) {
  TRY_ASSIGN(Library opened, Library::open(keys.source().configuration));
  TRY_ASSIGN(ApSession session, ApSession::begin(std::move(opened), Role::Server));
  const Library& library = session.library();
  TRY_ASSIGN(const auto tickets, keys.tickets(library, name_of(request)));
  TRY_ASSIGN(const OwnCache cache, tickets->open(library, now));
  library.set_time(now);
  TRY_ASSIGN(const OwnCreds ticket, granting_ticket(library, cache.get()));
  const auto code =
      krb5_auth_con_setuseruserkey(session.context(), session.auth(), &ticket->keyblock);
  if (code != 0) return ap_failure(code);
  const krb5_data& der = ticket->ticket;
  Bytes shown = copy({reinterpret_cast<const std::uint8_t*>(der.data), der.length});
  return ShownTicket{std::move(session), std::move(shown)};
}

}  // namespace opensspi::kerberos
