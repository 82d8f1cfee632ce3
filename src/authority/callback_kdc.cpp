// What the program says, as an answer or an error.
#include "authority/callback_kdc.h"

#include <utility>

#include "sspi/types.h"

namespace opensspi::authority {

Result<Bytes> CallbackKdcTransport::exchange(const KdcRequest& request) {
  KdcAnswer answer = ask_(request, deadline_());
  if (answer.nt_status != 0) {
    return fail(Status::NoAuthenticatingAuthority, "the program reaches no KDC of the realm",
                answer.nt_status);
  }
  if (answer.answer.empty()) {
    return fail(Status::NoAuthenticatingAuthority, "the program gave no answer of a KDC's",
                nt_status::kNoLogonServers);
  }
  return std::move(answer.answer);
}

}  // namespace opensspi::authority
