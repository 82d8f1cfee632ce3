// One authentication, leg by leg; later the established context.
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>

#include "base/bytes.h"
#include "base/result.h"
#include "sspi/attribute.h"
#include "sspi/channel_bindings.h"
#include "sspi/message_protection.h"
#include "sspi/types.h"

namespace opensspi {

// Fixed at birth.
struct ContextRequest {
  Role role = Role::Client;
  ContextFlags flags = ContextFlags::None;
  std::string target_name;      // SPN, UTF-8; may be empty
  bool inside_credssp = false;  // the inner leg of CREDSSP
  ByteView mechanism_oid{};     // the OID that SPNEGO chose, static memory; empty outside SPNEGO
};

struct StepInput {
  ByteView token{};  // the peer's bytes; empty on an initiator's first leg
  const ChannelBindings* channel_bindings = nullptr;  // lives as long as the call
};

enum class Progress { ContinueNeeded, Complete, IncompleteMessage, IncompleteCredentials };

struct StepOutput {
  Result<Progress> progress = Progress::ContinueNeeded;
  Bytes token{};  // to send, also on refusal: alert, errorCode, reject
  ContextFlags granted = ContextFlags::None;
  std::size_t unread = 0;   // bytes at the end of the input that belong to what follows (EXTRA)
  std::size_t missing = 0;  // IncompleteMessage: at least so many more bytes are wanted
  FileTime expiry = kNever;
  // What came in and what goes out, for people: static text such as "TSRequest: CHALLENGE_MESSAGE".
  // Packages whose messages are opaque outside (CREDSSP) say it; "" leaves it to who looks at the
  // bytes.
  const char* received = "";
  const char* sent = "";
};

class Context {
 public:
  virtual ~Context() = default;

  // IncompleteMessage and IncompleteCredentials leave the state untouched, and so does
  // UnsupportedFunction after Complete; every other failure leaves a dead context.
  virtual StepOutput step(const StepInput& input) = 0;

  // Null until keys are agreed, which under SPNEGO is one leg before Complete. Packages may use it
  // then (CREDSSP seals pubKeyAuth); abi lends it to callers only after Complete.
  virtual MessageProtection* message_protection() { return nullptr; }
  virtual StreamProtection* stream_protection() { return nullptr; }
  virtual MechListMic* mech_list_mic() { return nullptr; }

  // Remote Credential Guard, once keys are agreed: an initiator's tickets in the place of a secret,
  // for which a KDC may be asked, and what an acceptor makes of them when they are of this very
  // client. UnsupportedFunction for a mechanism without tickets.
  [[nodiscard]] virtual Result<TicketLogon> ticket_logon() const;
  [[nodiscard]] virtual Result<std::shared_ptr<const DelegatedTickets>> take_tickets(
      const TicketLogon& logon) const;

  // UnsupportedFunction for what this package, side or moment does not have. A wrapper ends with
  // inner->query(id).
  [[nodiscard]] virtual Result<Attribute> query(AttributeId id) const;
};

}  // namespace opensspi
