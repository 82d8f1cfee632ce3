// InitializeSecurityContext, AcceptSecurityContext and DeleteSecurityContext: the legs of an
// authentication and its end.
#include <algorithm>
#include <optional>

#include "abi/buffers.h"
#include "abi/claimed_name.h"
#include "abi/file_time.h"
#include "abi/flags.h"
#include "abi/guard.h"
#include "abi/leg_event.h"
#include "abi/module.h"
#include "abi/objects.h"
#include "abi/text.h"
#include "logon/impersonation.h"

namespace opensspi::abi {
namespace {

static_assert(ISC_REQ_ALLOCATE_MEMORY == ASC_REQ_ALLOCATE_MEMORY);
static_assert(ISC_RET_ALLOCATED_MEMORY == ASC_RET_ALLOCATED_MEMORY);

// The arguments that both calls have.
struct LegCall {
  Role role = Role::Client;
  SecHandle* credential = nullptr;
  SecHandle* context = nullptr;  // null on the first leg
  std::string target_name{};     // counts on the first leg
  std::uint32_t request = 0;
  SecBufferDesc* input = nullptr;
  SecBufferDesc* output = nullptr;
  SecHandle* new_context = nullptr;
  std::uint32_t* attributes = nullptr;
  TimeStamp* expiry = nullptr;

  [[nodiscard]] bool allocates() const { return (request & ISC_REQ_ALLOCATE_MEMORY) != 0; }
  [[nodiscard]] bool supplies_credentials() const {
    return role == Role::Client && (request & ISC_REQ_USE_SUPPLIED_CREDS) != 0;
  }
};

SECURITY_STATUS success_status(Progress progress) {
  switch (progress) {
    case Progress::Complete:
    case Progress::Closing:
      return SEC_E_OK;
    case Progress::IncompleteCredentials:
      return SEC_I_INCOMPLETE_CREDENTIALS;
    default:
      return SEC_I_CONTINUE_NEEDED;
  }
}

Result<void> check_state(const ContextEntry& entry, BufferStyle style) {
  if (entry.state == ContextEntry::State::Failed)
    return fail(Status::InvalidHandle, "the authentication has failed before");
  // A stream goes on: TLS has messages after the handshake.
  if (entry.state == ContextEntry::State::Established && style == BufferStyle::Token)
    return fail(Status::OutOfSequence, "the authentication is complete");
  return {};
}

// Schannel on Windows: a leg that must have input and has none is an incomplete message. Only a
// client begins without any, who is asked to go on after SEC_I_RENEGOTIATE may have none, and who
// applied a control token or was asked for a credential needs none.
bool lacks_input(const ContextEntry& entry, BufferStyle style, const LegInput& input) {
  const bool speaks_first = entry.request.role == Role::Client && entry.num_legs == 0;
  const bool awaits = entry.state == ContextEntry::State::Establishing && !speaks_first &&
                      !entry.speaks_next && !entry.awaits_credential;
  return style == BufferStyle::Stream && input.token().empty() && awaits;
}

tl::unexpected<Error> incomplete(LegInput& input, std::size_t missing) {
  input.report_missing(missing);
  return fail(Status::IncompleteMessage, "the message is not complete", 0,
              static_cast<std::int64_t>(missing));
}

// Passing over credentials that the caller supplies would log somebody else on.
Result<void> check_parameters(const LegCall& call, const LegInput& input) {
  if (call.supplies_credentials() && input.has_package_parameters())
    return fail(Status::UnsupportedFunction, "no package here takes credentials out of PKG_PARAMS");
  return {};
}

// A call whose token found no room is made again with the same input, or with more of it.
Result<void> check_repeated(const ContextEntry& entry, const LegInput& input) {
  if (!entry.undelivered) return {};
  const Bytes& taken = entry.undelivered->taken;
  const ByteView token = input.token();
  if (token.size() < taken.size() || !std::ranges::equal(token.first(taken.size()), taken))
    return fail(Status::InvalidToken, "the token that found no room awaits the same input again");
  return {};
}

// Windows does not mind what phCredential holds on later legs, but for the answer to
// SEC_I_INCOMPLETE_CREDENTIALS.
Result<std::shared_ptr<const Credential>> named_credential(const ContextEntry& entry,
                                                           const LegCall& call) {
  if (!entry.awaits_credential || call.credential == nullptr) return nullptr;
  TRY_ASSIGN(const PinnedCredential named, find_credential(call.credential));
  return named->credential();
}

// What the context says to this input, or had said when its token found no room.
StepOutput step(ContextEntry& entry, const LegCall& call, const LegInput& input,
                std::shared_ptr<const Credential> named) {
  if (!entry.undelivered) {
    const ClaimedNameScope scope(entry.claimed_name);
    // Accounts, keytabs and replay caches are the process's, whomever the thread acts as.
    std::optional<logon::AsProcess> as_process;
    if (entry.request.role == Role::Server) as_process.emplace();
    StepInput step = input.step_input();
    step.flags = flags_from_request(call.role, call.request);
    step.credential = std::move(named);
    return entry.context->step(step);
  }
  StepOutput output = std::move(entry.undelivered->output);
  output.unread = input.token().size() - entry.undelivered->taken.size();
  entry.undelivered.reset();
  return output;
}

void report_flags(const LegCall& call, const StepOutput& output, bool allocates) {
  if (call.attributes == nullptr) return;
  *call.attributes =
      flags_to_attributes(call.role, output.granted) | (allocates ? ISC_RET_ALLOCATED_MEMORY : 0);
}

// The state after a leg that went well, or after which another may.
ContextEntry::State next_state(ContextEntry::State state, const Result<Progress>& progress) {
  using State = ContextEntry::State;
  if (progress) return *progress == Progress::Complete ? State::Established : state;
  const bool begins_anew =
      state == State::Established && progress.error().status == Status::UnsupportedFunction;
  return begins_anew ? state : State::Failed;
}

// One leg of a context that the caller has for itself.
Result<SECURITY_STATUS> run_leg(ContextEntry& entry, const LegCall& call, LegEvent& event) {
  const BufferStyle style = buffer_style(entry.package.info());
  TRY(check_state(entry, style));
  TRY_ASSIGN(LegInput input, LegInput::read(call.input, style));
  TRY(check_parameters(call, input));
  TRY_ASSIGN(LegOutput output_buffers, LegOutput::read(call.output, style, call.allocates()));
  if (lacks_input(entry, style, input)) return incomplete(input, 0);
  TRY(check_repeated(entry, input));
  TRY_ASSIGN(auto named, named_credential(entry, call));

  const auto state = std::exchange(entry.state, ContextEntry::State::Failed);  // until it went well
  StepOutput output = step(entry, call, input, std::move(named));
  if (output.progress == Progress::IncompleteMessage) {
    entry.state = state;
    return incomplete(input, output.missing);
  }
  const auto delivered = output_buffers.deliver(output.token);
  if (!delivered) output_buffers.say_nothing();
  if (!delivered && output.progress) {
    entry.undelivered = Undelivered{copy(input.taken(output.unread)), std::move(output)};
    entry.state = state;
    return fail(delivered.error());
  }
  ++entry.num_legs;
  entry.speaks_next = false;
  entry.awaits_credential = output.progress == Progress::IncompleteCredentials;
  event.note(entry, input.token(), output);
  entry.state = next_state(state, output.progress);
  // Schannel on Windows: ISC_RET_EXTENDED_ERROR says that there is an alert to send.
  if (output.progress || !output.token.empty())
    report_flags(call, output, output_buffers.allocates());
  if (!output.progress) return fail(output.progress.error());

  entry.granted = output.granted;
  input.report_extra(output.unread);
  put_time_stamp(output.expiry, call.expiry);
  return success_status(*output.progress);
}

// The handle is given out only when the first leg went well.
Result<SECURITY_STATUS> first_leg(const LegCall& call, LegEvent& event) {
  TRY_ASSIGN(const PinnedCredential owner, find_credential(call.credential));
  if (call.new_context == nullptr)
    return fail(Status::InvalidHandle, "there is no place for the handle of the new context");
  auto entry = std::make_unique<ContextEntry>(
      owner->package, ContextRequest{.role = call.role,
                                     .flags = flags_from_request(call.role, call.request),
                                     .target_name = call.target_name});
  entry->credential = owner->credential();
  TRY_ASSIGN(entry->context, entry->credential->new_context(entry->request));
  TRY_ASSIGN(const SECURITY_STATUS status, run_leg(*entry, call, event));
  TRY_ASSIGN(const Ticket ticket, Module::instance().handles().insert(std::move(entry)));
  *call.new_context = handle_of(ticket);
  return status;
}

Result<SECURITY_STATUS> later_leg(const LegCall& call, LegEvent& event) {
  TRY_ASSIGN(PinnedContext pin, find_context(call.context));
  if (pin->request.role != call.role)
    return fail(Status::InvalidHandle, "the context belongs to the other side");
  const SecHandle handle = *call.context;
  const LockedContext context(std::move(pin));
  const bool was_dead = context->state == ContextEntry::State::Failed;
  auto status = run_leg(*context, call, event);
  if (!status && !was_dead) context->last_error = status.error();  // what it died of stays
  if (status && call.new_context != nullptr) *call.new_context = handle;
  return status;
}

// The event is told when the context is unlocked, so that the callback may ask about it.
Result<SECURITY_STATUS> run(const LegCall& call) {
  LegEvent event(Module::instance().observers());
  auto status = call.context == nullptr ? first_leg(call, event) : later_leg(call, event);
  event.tell(status);
  return status;
}

template <class Char>
SECURITY_STATUS initialize(const Char* target_name, LegCall call) noexcept {
  return guard([&]() -> Result<SECURITY_STATUS> {
    if (call.context == nullptr) {
      TRY_ASSIGN(call.target_name, text_from(target_name));
    }
    return run(call);
  });
}

}  // namespace
}  // namespace opensspi::abi

using namespace opensspi;
using namespace opensspi::abi;

OPENSSPI_EXPORT SECURITY_STATUS SEC_ENTRY InitializeSecurityContextW(
    PCredHandle phCredential, PCtxtHandle phContext, SEC_WCHAR* pszTargetName, ULONG fContextReq,
    ULONG /*Reserved1*/, ULONG /*TargetDataRep*/, PSecBufferDesc pInput, ULONG /*Reserved2*/,
    PCtxtHandle phNewContext, PSecBufferDesc pOutput, ULONG* pfContextAttr, PTimeStamp ptsExpiry) {
  return initialize(pszTargetName, LegCall{.credential = phCredential,
                                           .context = phContext,
                                           .request = fContextReq,
                                           .input = pInput,
                                           .output = pOutput,
                                           .new_context = phNewContext,
                                           .attributes = pfContextAttr,
                                           .expiry = ptsExpiry});
}

OPENSSPI_EXPORT SECURITY_STATUS SEC_ENTRY InitializeSecurityContextA(
    PCredHandle phCredential, PCtxtHandle phContext, SEC_CHAR* pszTargetName, ULONG fContextReq,
    ULONG /*Reserved1*/, ULONG /*TargetDataRep*/, PSecBufferDesc pInput, ULONG /*Reserved2*/,
    PCtxtHandle phNewContext, PSecBufferDesc pOutput, ULONG* pfContextAttr, PTimeStamp ptsExpiry) {
  return initialize(pszTargetName, LegCall{.credential = phCredential,
                                           .context = phContext,
                                           .request = fContextReq,
                                           .input = pInput,
                                           .output = pOutput,
                                           .new_context = phNewContext,
                                           .attributes = pfContextAttr,
                                           .expiry = ptsExpiry});
}

OPENSSPI_EXPORT SECURITY_STATUS SEC_ENTRY
AcceptSecurityContext(PCredHandle phCredential, PCtxtHandle phContext, PSecBufferDesc pInput,
                      ULONG fContextReq, ULONG /*TargetDataRep*/, PCtxtHandle phNewContext,
                      PSecBufferDesc pOutput, ULONG* pfContextAttr, PTimeStamp ptsExpiry) {
  return guard([&] {
    return run(LegCall{.role = Role::Server,
                       .credential = phCredential,
                       .context = phContext,
                       .request = fContextReq,
                       .input = pInput,
                       .output = pOutput,
                       .new_context = phNewContext,
                       .attributes = pfContextAttr,
                       .expiry = ptsExpiry});
  });
}

OPENSSPI_EXPORT SECURITY_STATUS SEC_ENTRY DeleteSecurityContext(PCtxtHandle phContext) {
  return guard([&]() -> Result<void> {
    if (phContext == nullptr ||
        !Module::instance().handles().close<ContextEntry>(ticket_of(*phContext)))
      return fail(Status::InvalidHandle, "this is not the handle of a context");
    return {};
  });
}
