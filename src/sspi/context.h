// One authentication, leg by leg; later the established context.
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <variant>

#include "base/bytes.h"
#include "base/result.h"
#include "sspi/attribute.h"
#include "sspi/channel_bindings.h"
#include "sspi/message_protection.h"
#include "sspi/types.h"

namespace opensspi {

class Credential;

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
  // What the caller says with this leg and may have said otherwise before. TLS asks for it.
  ContextFlags flags = ContextFlags::None;
  ByteView application_protocols{};                // RFC 7301 3.1: each with its length in front
  std::shared_ptr<const Credential> credential{};  // after IncompleteCredentials; null: none named
};

enum class Progress {
  ContinueNeeded,
  Complete,
  IncompleteMessage,
  IncompleteCredentials,
  Closing,  // the token closes the stream, as control() wished; nothing is established by it
};

// What ApplyControlToken tells a stream. The first two make the next step(), which needs no input,
// give the alert.
struct Shutdown {};
struct AlertToSend {
  std::uint8_t level = 0, description = 0;  // RFC 8446 6
};
struct Resumability {
  bool wanted = false;  // whether the session may be taken up again later
};
using ControlToken = std::variant<Shutdown, AlertToSend, Resumability>;

// What is asked of RFC 5705's exporter.
struct KeyingMaterialInfo {
  std::string label;
  std::optional<Bytes> context;
  std::size_t size = 0;  // bytes
};

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

  // A stream's. UnsupportedFunction.
  virtual Result<void> control(const ControlToken& token);
  virtual Result<void> prepare_keying_material(const KeyingMaterialInfo& info);

  // UnsupportedFunction for what this package, side or moment does not have. A wrapper ends with
  // inner->query(id).
  [[nodiscard]] virtual Result<Attribute> query(AttributeId id) const;
};

}  // namespace opensspi
