// One AP exchange as libkrb5 keeps it, and what both sides take out of it. RFC 4120 3.2.
#pragma once

#include <cstdint>
#include <string>

#include "base/bytes.h"
#include "base/result.h"
#include "kerberos/established.h"
#include "kerberos/handles.h"
#include "kerberos/library.h"
#include "kerberos/message_key.h"
#include "kerberos/session_security.h"

struct _krb5_data;
struct _krb5_ticket_times;

namespace opensspi::kerberos {

class ApSession {
 public:
  // With sequence numbers and, of a server, a key of its own in its answer.
  static Result<ApSession> begin(Library library, Role role);

  [[nodiscard]] const Library& library() const { return library_; }
  [[nodiscard]] _krb5_context* context() const { return library_.get(); }
  [[nodiscard]] _krb5_auth_context* auth() const { return auth_.get(); }
  [[nodiscard]] _krb5_auth_context** auth_slot() { return &slot_; }

  // The key that this side sent, that the peer sent, or the ticket's: the first that there is.
  [[nodiscard]] Result<MessageKey> own_key() const;
  [[nodiscard]] Result<MessageKey> peers_key() const;
  [[nodiscard]] FirstNumbers first_numbers() const;

  // Of a server: no key of its own in its next answer, but the client's.
  void keep_peers_key() const;

 private:
  ApSession(Library library, OwnAuthContext auth)
      : library_(std::move(library)), auth_(std::move(auth)), slot_(auth_.get()) {}

  Library library_;
  OwnAuthContext auth_;
  _krb5_auth_context* slot_;  // where libkrb5 wants a place to write it back to
};

// What libkrb5 reads, where the bytes are, and what it wrote, as ours.
[[nodiscard]] _krb5_data data_of(ByteView bytes);
[[nodiscard]] Bytes take(const Library& library, _krb5_data& data);

// The raw messages, by their tag: [APPLICATION 14], [APPLICATION 30].
inline constexpr std::uint8_t kApReqTag = 0x6E, kErrorTag = 0x7E;

// Who and how long, out of a ticket.
[[nodiscard]] TicketFacts facts_of(const Library& library, const krb5_principal_data& client,
                                   const krb5_principal_data& server,
                                   const _krb5_ticket_times& times);

}  // namespace opensspi::kerberos
