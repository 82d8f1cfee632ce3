// Around krb5_auth_context.
#include "kerberos/ap_session.h"

#include <krb5.h>

#include <utility>

#include "kerberos/errors.h"
#include "kerberos/principal.h"

namespace opensspi::kerberos {
namespace {

using GetKey = krb5_error_code (*)(krb5_context, krb5_auth_context, krb5_key*);

// The first key that there is.
Result<MessageKey> first_of(const ApSession& session, GetKey preferred) {
  for (const GetKey get : {preferred, &krb5_auth_con_getkey_k}) {
    krb5_key found = nullptr;
    if (get(session.context(), session.auth(), &found) == 0 && found != nullptr) {
      return MessageKey(found);
    }
  }
  return fail(Status::InternalError, "libkrb5 has no key for the session");
}

std::uint32_t number_from(const ApSession& session,
                          krb5_error_code (*get)(krb5_context, krb5_auth_context, krb5_int32*)) {
  krb5_int32 number = 0;
  get(session.context(), session.auth(), &number);
  return static_cast<std::uint32_t>(number);
}

std::string text_of(const Library& library, const krb5_principal_data& principal) {
  const auto read = read_principal(library, principal);
  return read ? read->text : std::string();
}

}  // namespace

Result<ApSession> ApSession::begin(Library library, Role role) {
  krb5_auth_context made = nullptr;
  if (const auto code = krb5_auth_con_init(library.get(), &made); code != 0) {
    return ap_failure(code);
  }
  OwnAuthContext auth(made, Release{library.get()});
  krb5_int32 flags = KRB5_AUTH_CONTEXT_DO_TIME | KRB5_AUTH_CONTEXT_DO_SEQUENCE;
  if (role == Role::Server) flags |= KRB5_AUTH_CONTEXT_USE_SUBKEY;
  krb5_auth_con_setflags(library.get(), auth.get(), flags);
  return ApSession(std::move(library), std::move(auth));
}

Result<MessageKey> ApSession::own_key() const {
  return first_of(*this, &krb5_auth_con_getsendsubkey_k);
}

Result<MessageKey> ApSession::peers_key() const {
  return first_of(*this, &krb5_auth_con_getrecvsubkey_k);
}

FirstNumbers ApSession::first_numbers() const {
  return {number_from(*this, &krb5_auth_con_getlocalseqnumber),
          number_from(*this, &krb5_auth_con_getremoteseqnumber)};
}

void ApSession::keep_peers_key() const {
  krb5_int32 flags = 0;
  krb5_auth_con_getflags(context(), auth(), &flags);
  krb5_auth_con_setflags(context(), auth(), flags & ~KRB5_AUTH_CONTEXT_USE_SUBKEY);
}

krb5_data data_of(ByteView bytes) {
  return {KV5M_DATA, static_cast<unsigned>(bytes.size()),
          reinterpret_cast<char*>(const_cast<std::uint8_t*>(bytes.data()))};
}

Bytes take(const Library& library, krb5_data& data) {
  Bytes bytes = copy({reinterpret_cast<const std::uint8_t*>(data.data), data.length});
  krb5_free_data_contents(library.get(), &data);
  return bytes;
}

TicketFacts facts_of(const Library& library, const krb5_principal_data& client,
                     const krb5_principal_data& server, const krb5_ticket_times& times) {
  const krb5_timestamp start = times.starttime != 0 ? times.starttime : times.authtime;
  return {text_of(library, client), text_of(library, server),
          file_time_of_unix(static_cast<std::uint32_t>(start)),
          file_time_of_unix(static_cast<std::uint32_t>(times.endtime))};
}

}  // namespace opensspi::kerberos
