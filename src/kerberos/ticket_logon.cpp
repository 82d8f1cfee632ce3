// libkrb5 opens the ticket with the keytab, and what is under its key with that.
#include "kerberos/ticket_logon.h"

#include <krb5.h>

#include <utility>

#include "kerberos/ap_session.h"
#include "kerberos/delegation.h"
#include "kerberos/errors.h"
#include "kerberos/forwarded_ticket.h"
#include "kerberos/principal.h"
#include "kerberos/service_ticket.h"
#include "kerberos/target.h"

namespace opensspi::kerberos {
namespace {

constexpr std::uint32_t kRedirected = 2;  // KERB_LOGON_FLAG_REDIRECTED
// Active Directory knows the name in any case, and MIT's KDC in this one.
constexpr char kHostService[] = "host/";

Result<OwnTicket> opened_ticket(const ApSession& session, ServerKeys& keys, ByteView der) {
  const krb5_context context = session.context();
  const krb5_data data = data_of(der);
  krb5_ticket* read = nullptr;
  auto code = krb5_decode_ticket(&data, &read);
  if (code != 0) return failure(code, Status::InvalidToken, "that is no ticket");
  OwnTicket ticket(read, Release{context});
  TRY_ASSIGN(const OwnKeytab keytab, keys.open(session.library()));
  code = krb5_server_decrypt_ticket_keytab(context, keytab.get(), ticket.get());
  if (code != 0) return ap_failure(code);
  return ticket;
}

Result<void> check(const Library& library, const krb5_enc_tkt_part& inside,
                   const std::string& client, FileTime now) {
  TRY_ASSIGN(const Principal owner, read_principal(library, *inside.client));
  if (owner.text != client) {
    return fail(Status::LogonDenied, "the tickets are another client's than has logged on");
  }
  if ((inside.flags & TKT_FLG_INVALID) != 0) {
    return fail(Status::LogonDenied, "the ticket is not validated yet");
  }
  if (file_time_of_unix(static_cast<std::uint32_t>(inside.times.endtime)) <= now) {
    return fail(Status::ContextExpired, "the client's ticket has expired");
  }
  return {};
}

}  // namespace

Result<TicketLogon> make_ticket_logon(const Library& library, const KdcWay& way,
                                      _krb5_ccache& cache, krb5_principal_data& client,
                                      std::string_view host) {
  TRY_ASSIGN(const OwnPrincipal computer,
             target_principal(library, kHostService + std::string(host), realm_of(client)));
  TRY_ASSIGN(const OwnCreds ticket, service_ticket(library, way, cache, client, *computer, {}));
  TicketLogon logon;
  logon.flags = kRedirected;
  const krb5_data& der = ticket->ticket;
  logon.service_ticket = copy({reinterpret_cast<const std::uint8_t*>(der.data), der.length});
  Bytes granting = forwarded_ticket(library, way, cache, *ticket);
  if (granting.empty()) {
    return fail(Status::NoCredentials,
                "the KDC gives no ticket-granting ticket to hand on: are they forwardable?");
  }
  logon.ticket_granting_ticket = SecretBytes(granting);
  erase(granting);
  return logon;
}

Result<std::shared_ptr<const DelegatedTickets>> open_ticket_logon(ServerKeys& keys,
                                                                  const TicketLogon& logon,
                                                                  const std::string& client,
                                                                  FileTime now) {
  TRY_ASSIGN(Library opened, Library::open(keys.source().configuration));
  TRY_ASSIGN(const ApSession session, ApSession::begin(std::move(opened), Role::Server));
  TRY_ASSIGN(const OwnTicket ticket, opened_ticket(session, keys, logon.service_ticket));
  const krb5_enc_tkt_part& inside = *ticket->enc_part2;
  TRY(check(session.library(), inside, client, now));
  const auto code = krb5_auth_con_setuseruserkey(session.context(), session.auth(), inside.session);
  if (code != 0) return ap_failure(code);
  return take_delegated_tickets(session, logon.ticket_granting_ticket.expose(), *inside.client);
}

}  // namespace opensspi::kerberos
