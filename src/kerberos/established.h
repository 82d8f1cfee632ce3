// What both sides have once they trust each other, and what can be asked of it.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "base/result.h"
#include "kerberos/session_security.h"
#include "sspi/attribute.h"
#include "sspi/context.h"
#include "sspi/types.h"

namespace opensspi::kerberos {

// Out of the ticket: principals as libkrb5 writes them.
struct TicketFacts {
  std::string client, server;
  FileTime start = 0, end = kNever;
};

struct Established {
  // UnsupportedFunction for a key that protects no messages. RC4 without mutual authentication
  // protects none either: then less is granted.
  static Result<Established> make(MessageKey key, MessageFormat format, FirstNumbers first,
                                  ContextFlags granted, TicketFacts facts);

  SessionSecurity security;
  std::int32_t enctype = 0;
  SecretBytes session_key;
  ContextFlags granted = ContextFlags::None;
  TicketFacts facts;
  Names names;                               // whom the context is of
  Target target;                             // the SPN the client named
  std::shared_ptr<const AccessToken> token;  // acceptor only

  // Null when the mechanism gives no integrity.
  [[nodiscard]] MechListMic* mech_list_mic();
  [[nodiscard]] Result<Attribute> query(AttributeId id) const;
  [[nodiscard]] FileTime expiry() const { return facts.end; }
};

// UnsupportedFunction for what neither role offers: a datagram context.
Result<void> check_request(const ContextRequest& request);

// What a caller asks for that is granted without anything on the wire.
inline constexpr ContextFlags kEchoed = ContextFlags::Connection;

}  // namespace opensspi::kerberos
