// The protocol inside the TLS channel, which the client's and the server's side implement:
// TSRequests in, TSRequests out. It knows no TLS but the server's key, so tests and fuzzers drive
// it without any.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "base/bytes.h"
#include "base/result.h"
#include "base/secret.h"
#include "credssp/ts_request.h"
#include "sspi/attribute.h"
#include "sspi/context.h"

namespace opensspi::credssp {

struct Reply {
  Result<Progress> progress = Progress::ContinueNeeded;  // ContinueNeeded or Complete
  std::optional<TsRequest> message;                      // to send, also on refusal
};

// What can still be asked of the inner context when it is gone.
struct InnerFacts {
  std::optional<MechanismInUse> mechanism;  // what Negotiate picked
  std::optional<Names> names;
  std::shared_ptr<const AccessToken> access_token;
  std::optional<Lifespan> lifespan;
  std::optional<SecretBytes> session_key;
  bool mutual_auth = false;
};

// What an authentication came to.
struct Outcome {
  std::uint32_t version = 0;  // the one both sides spoke
  InnerFacts inner;
  FileTime expiry = kNever;
  bool delegated = false;  // whether the credentials that went over say anything
  std::shared_ptr<const Identity> credential;  // server: the client's, never null at Complete
};

class Protocol {
 public:
  virtual ~Protocol() = default;

  // TLS stands; `subject_public_key` is the server's. What this side says unasked.
  virtual Reply begin(ByteView subject_public_key) = 0;
  // The peer's next message. After a failure every further one fails alike.
  virtual Reply handle(const TsRequest& request) = 0;
  // The version that both sides speak, also when it failed; 0 while the peer has announced none.
  [[nodiscard]] virtual std::uint32_t version() const = 0;
  // What the negotiation has come to, also when it failed; nothing while no mechanism is chosen,
  // and after finish().
  [[nodiscard]] virtual std::optional<MechanismInUse> mechanism() const = 0;
  // What came of it, after Complete; asked once. The inner context ends here.
  virtual Outcome finish() = 0;
};

// The mechanism of the inner context, a negotiation or a package that is used by itself.
[[nodiscard]] std::optional<MechanismInUse> mechanism_of(const Context& inner);

// Asks the inner context all that callers may still want to know.
[[nodiscard]] InnerFacts facts_of(const Context& inner);

// The one nego token that counts; null when there is none. [MS-CSSP] 2.2.1.1 allows several, nobody
// sends more than one.
[[nodiscard]] const Bytes* nego_token(const TsRequest& request);

}  // namespace opensspi::credssp
