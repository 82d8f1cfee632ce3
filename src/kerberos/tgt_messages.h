// The two messages before AP-REQ in user-to-user: the client asks for the server's ticket-granting
// ticket, under whose key its own ticket is then made. draft-swift-win2k-krb-user2user-03 as
// [MS-KILE] 3.1.5.3 and Windows have it:
//
//   KERB-TGT-REQUEST ::= SEQUENCE { pvno [0] 5, msg-type [1] 16,
//                                   server-name [2] PrincipalName OPTIONAL,
//                                   realm [3] Realm OPTIONAL }
//   KERB-TGT-REPLY   ::= SEQUENCE { pvno [0] 5, msg-type [1] 17, ticket [2] Ticket }
#pragma once

#include <string>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"

namespace opensspi::kerberos {

struct TgtRequest {
  std::uint32_t name_type = 0;
  std::vector<std::string> server_name;  // components; empty: not said
  std::string realm;                     // empty: not said

  [[nodiscard]] Bytes write() const;
  static Result<TgtRequest> parse(ByteView message);
};

[[nodiscard]] Bytes write_tgt_reply(ByteView ticket);
// The ticket, whole; lives as long as the message.
Result<ByteView> parse_tgt_reply(ByteView message);

}  // namespace opensspi::kerberos
