// TSRequests out of and into TLS records. [MS-CSSP] 3.1.5: one TSRequest is one record as far as a
// record is long enough; on receipt a message may be spread over several.
#pragma once

#include <cstddef>
#include <optional>

#include "base/bytes.h"
#include "base/result.h"
#include "credssp/ts_request.h"
#include "tls/session.h"

namespace opensspi::credssp {

// What a failure of the TLS session means to a logon: a server without errorCode refuses by the
// fatal alert access_denied. [MS-RDPBCGR] 5.4.5.2.2
[[nodiscard]] Error as_logon_error(const Error& tls_error);

class Channel {
 public:
  // The session must be established and outlive the channel.
  explicit Channel(tls::Session& session) : session_(&session) {}

  struct Received {
    std::optional<TsRequest> message;  // none: the record ended inside it, or was TLS's own
    Bytes token;                       // what TLS itself wants to answer, a KeyUpdate for one
    std::size_t consumed = 0;          // bytes of the input that the record took
    std::size_t missing = 0;           // not 0: no whole record; nothing was taken
  };
  // Opens the first record of `input` in place. After a failure the channel is dead.
  Result<Received> receive(ByteSpan input);

  // The message's record, appended to `to`.
  Result<void> send(Bytes& to, const TsRequest& message);

 private:
  Result<std::optional<TsRequest>> take_message();

  tls::Session* session_;
  Bytes gathered_;  // the beginning of a TSRequest whose end is still to come
};

}  // namespace opensspi::credssp
