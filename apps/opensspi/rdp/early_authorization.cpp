// AUTHZ_SUCCESS and AUTHZ_ACCESS_DENIED.
#include "rdp/early_authorization.h"

#include <algorithm>
#include <array>

namespace opensspi::command::rdp {
namespace {

using Pdu = std::array<std::uint8_t, kEarlyAuthorizationSize>;
constexpr Pdu kSuccess = {0, 0, 0, 0}, kAccessDenied = {5, 0, 0, 0};

}  // namespace

Bytes write(EarlyAuthorization result) {
  const Pdu& pdu = result == EarlyAuthorization::Success ? kSuccess : kAccessDenied;
  return {pdu.begin(), pdu.end()};
}

std::optional<EarlyAuthorization> read_early_authorization(ByteView bytes) {
  if (std::ranges::equal(bytes, kSuccess)) return EarlyAuthorization::Success;
  if (std::ranges::equal(bytes, kAccessDenied)) return EarlyAuthorization::AccessDenied;
  return std::nullopt;
}

}  // namespace opensspi::command::rdp
