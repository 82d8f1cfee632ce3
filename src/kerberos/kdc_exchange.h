// Questions to KDCs: libkrb5 makes them and reads the answers, the transport carries them.
// RFC 4120 3.1 and 3.3.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "base/bytes.h"
#include "base/result.h"
#include "kerberos/library.h"
#include "sspi/environment.h"
#include "sspi/kdc_transport.h"

struct _krb5_init_creds_context;
struct _krb5_tkt_creds_context;

namespace opensspi::kerberos {

// How a credential's KDCs are reached.
struct KdcWay {
  std::shared_ptr<const Environment> environment;
  std::optional<KdcProxy> proxy;
};

class KdcExchange {
 public:
  // `realm`: the client's own; it must not outlive the others.
  KdcExchange(const Library& library, const KdcWay& way, std::string realm)
      : library_(library), way_(way), realm_(std::move(realm)) {}

  // Every question of a logon, or of a ticket, through all realms that refer to one another. Errors
  // as of kdc_failure() and of KdcTransport; a skew has its size.
  Result<void> log_on(_krb5_init_creds_context* logon);
  Result<void> get_ticket(_krb5_tkt_creds_context* ticket);

  // One message.
  Result<Bytes> ask(const std::string& realm, KdcService service, ByteView message,
                    bool stream_first = false);
  // Of the last KRB-ERROR that came, in seconds since 1970; nothing when none came.
  [[nodiscard]] std::optional<std::int64_t> server_time() const { return server_time_; }

 private:
  template <class Step>
  Result<void> run(Step&& step);
  void note_error(ByteView answer);
  [[nodiscard]] tl::unexpected<Error> refusal(std::int32_t code) const;

  const Library& library_;
  const KdcWay& way_;
  std::string realm_;
  std::optional<std::int64_t> server_time_;
  std::uint32_t nt_status_ = 0;  // in the last answer
};

}  // namespace opensspi::kerberos
