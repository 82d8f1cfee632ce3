// One row per flag: where each family has it. 0: the family does not know it.
#include "abi/flags.h"

#include "abi/windows_names.h"

namespace opensspi::abi {
namespace {

struct Row {
  ContextFlags flag;
  std::uint32_t isc_req, isc_ret, asc_req, asc_ret;
};

using F = ContextFlags;
constexpr Row kRows[] = {
    {F::Delegate, ISC_REQ_DELEGATE, ISC_RET_DELEGATE, ASC_REQ_DELEGATE, ASC_RET_DELEGATE},
    {F::MutualAuth, ISC_REQ_MUTUAL_AUTH, ISC_RET_MUTUAL_AUTH, ASC_REQ_MUTUAL_AUTH,
     ASC_RET_MUTUAL_AUTH},
    {F::ReplayDetect, ISC_REQ_REPLAY_DETECT, ISC_RET_REPLAY_DETECT, ASC_REQ_REPLAY_DETECT,
     ASC_RET_REPLAY_DETECT},
    {F::SequenceDetect, ISC_REQ_SEQUENCE_DETECT, ISC_RET_SEQUENCE_DETECT, ASC_REQ_SEQUENCE_DETECT,
     ASC_RET_SEQUENCE_DETECT},
    {F::Confidentiality, ISC_REQ_CONFIDENTIALITY, ISC_RET_CONFIDENTIALITY, ASC_REQ_CONFIDENTIALITY,
     ASC_RET_CONFIDENTIALITY},
    {F::UseSessionKey, ISC_REQ_USE_SESSION_KEY, ISC_RET_USE_SESSION_KEY, ASC_REQ_USE_SESSION_KEY,
     ASC_RET_USE_SESSION_KEY},
    {F::PromptForCreds, ISC_REQ_PROMPT_FOR_CREDS, ISC_RET_USED_COLLECTED_CREDS, 0, 0},
    {F::UseSuppliedCreds, ISC_REQ_USE_SUPPLIED_CREDS, ISC_RET_USED_SUPPLIED_CREDS, 0, 0},
    {F::UseDceStyle, ISC_REQ_USE_DCE_STYLE, ISC_RET_USED_DCE_STYLE, ASC_REQ_USE_DCE_STYLE,
     ASC_RET_USED_DCE_STYLE},
    {F::Datagram, ISC_REQ_DATAGRAM, ISC_RET_DATAGRAM, ASC_REQ_DATAGRAM, ASC_RET_DATAGRAM},
    {F::Connection, ISC_REQ_CONNECTION, ISC_RET_CONNECTION, ASC_REQ_CONNECTION, ASC_RET_CONNECTION},
    {F::ExtendedError, ISC_REQ_EXTENDED_ERROR, ISC_RET_EXTENDED_ERROR, ASC_REQ_EXTENDED_ERROR,
     ASC_RET_EXTENDED_ERROR},
    {F::Stream, ISC_REQ_STREAM, ISC_RET_STREAM, ASC_REQ_STREAM, ASC_RET_STREAM},
    {F::Integrity, ISC_REQ_INTEGRITY, ISC_RET_INTEGRITY, ASC_REQ_INTEGRITY, ASC_RET_INTEGRITY},
    {F::Identify, ISC_REQ_IDENTIFY, ISC_RET_IDENTIFY, ASC_REQ_IDENTIFY, ASC_RET_IDENTIFY},
    {F::NullSession, ISC_REQ_NULL_SESSION, ISC_RET_NULL_SESSION, ASC_REQ_ALLOW_NULL_SESSION,
     ASC_RET_NULL_SESSION},
    {F::ManualCredValidation, ISC_REQ_MANUAL_CRED_VALIDATION, ISC_RET_MANUAL_CRED_VALIDATION, 0, 0},
    {F::NoIntegrity, ISC_REQ_NO_INTEGRITY, 0, 0, 0},
    {F::UnverifiedTargetName, ISC_REQ_UNVERIFIED_TARGET_NAME, 0, 0, 0},
    {F::AllowMissingBindings, 0, 0, ASC_REQ_ALLOW_MISSING_BINDINGS, 0},
};

}  // namespace

ContextFlags flags_from_request(Role role, std::uint32_t request) {
  ContextFlags flags = ContextFlags::None;
  for (const Row& row : kRows)
    if ((request & (role == Role::Client ? row.isc_req : row.asc_req)) != 0) flags |= row.flag;
  return flags;
}

std::uint32_t flags_to_attributes(Role role, ContextFlags granted) {
  std::uint32_t attributes = 0;
  for (const Row& row : kRows)
    if (has(granted, row.flag)) attributes |= role == Role::Client ? row.isc_ret : row.asc_ret;
  return attributes;
}

}  // namespace opensspi::abi
