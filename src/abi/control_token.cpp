// ApplyControlToken: what a program tells an established stream, or one under way, beside its
// messages. The next InitializeSecurityContext or AcceptSecurityContext hands out what comes of it.
#include <cstring>
#include <optional>

#include "abi/buffers.h"
#include "abi/guard.h"
#include "abi/objects.h"

namespace opensspi::abi {
namespace {

// Windows: one buffer, a TOKEN.
Result<ByteView> read_token(SecBufferDesc* input) {
  if (input == nullptr) return fail(Status::InternalError, "there is no control token");
  TRY_ASSIGN(const auto buffers, buffers_of(input));
  if (buffers.size() != 1 || type_of(buffers[0]) != SECBUFFER_TOKEN)
    return fail(Status::InvalidToken, "a control token is one buffer of type TOKEN");
  return bytes_of(buffers[0]);
}

template <class Structure>
Result<Structure> structure_of(ByteView token) {
  Structure structure{};
  if (token.size() < sizeof structure)
    return fail(Status::InvalidToken, "the control token is shorter than its structure");
  std::memcpy(&structure, token.data(), sizeof structure);
  return structure;
}

Result<ControlToken> alert_of(ByteView token) {
  TRY_ASSIGN(const auto alert, structure_of<SCHANNEL_ALERT_TOKEN>(token));
  const bool is_known_level =
      alert.dwAlertType == TLS1_ALERT_WARNING || alert.dwAlertType == TLS1_ALERT_FATAL;
  if (!is_known_level || alert.dwAlertNumber > UINT8_MAX)
    return fail(Status::InvalidToken, "TLS has no such alert");
  return AlertToSend{static_cast<std::uint8_t>(alert.dwAlertType),
                     static_cast<std::uint8_t>(alert.dwAlertNumber)};
}

Result<ControlToken> session_of(ByteView token) {
  TRY_ASSIGN(const auto session, structure_of<SCHANNEL_SESSION_TOKEN>(token));
  if (session.dwFlags != SSL_SESSION_ENABLE_RECONNECTS &&
      session.dwFlags != SSL_SESSION_DISABLE_RECONNECTS)
    return fail(Status::InvalidToken, "SCHANNEL_SESSION_TOKEN has other flags than it can");
  return Resumability{session.dwFlags == SSL_SESSION_ENABLE_RECONNECTS};
}

Result<ControlToken> parse(ByteView token) {
  DWORD type = SCHANNEL_RENEGOTIATE;
  if (token.size() >= sizeof type) std::memcpy(&type, token.data(), sizeof type);
  switch (type) {
    case SCHANNEL_SHUTDOWN:
      return Shutdown{};
    case SCHANNEL_ALERT:
      return alert_of(token);
    case SCHANNEL_SESSION:
      return session_of(token);
    default:  // Windows: also for a token that is too short
      return fail(Status::UnsupportedFunction, "there is no such control token");
  }
}

Result<void> apply(const SecHandle* handle, SecBufferDesc* input) {
  TRY_ASSIGN(PinnedContext pin, find_context(handle));
  const LockedContext context(std::move(pin));
  if (context->state == ContextEntry::State::Failed)
    return fail(Status::InvalidHandle, "the authentication has failed before");
  TRY_ASSIGN(const ByteView bytes, read_token(input));
  TRY_ASSIGN(const ControlToken token, parse(bytes));
  TRY(context->context->control(token));
  if (!std::holds_alternative<Resumability>(token)) context->speaks_next = true;
  return {};
}

}  // namespace
}  // namespace opensspi::abi

using namespace opensspi::abi;

OPENSSPI_EXPORT SECURITY_STATUS SEC_ENTRY ApplyControlToken(PCtxtHandle phContext,
                                                            PSecBufferDesc pInput) {
  return guard([&] { return apply(phContext, pInput); });
}
