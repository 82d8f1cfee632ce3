// The way to the KDCs of a realm: one message there, one back. The only thing beside `Authority`
// that a protocol may wait for.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"

namespace opensspi {

// How KDCs are reached that the client cannot speak to itself: [MS-KKDCP].
struct KdcProxy {
  std::string server;           // UTF-8, as SetCredentialsAttributes takes it; empty: no proxy
  bool forced = false;          // no KDC is spoken to but through the proxy
  Bytes client_tls_credential;  // for a proxy that wants a certificate; as the caller gave it
};

enum class KdcService {
  Tickets,          // RFC 4120
  PasswordChanges,  // RFC 3244
};

// What the configuration says of a realm's servers, as krb5.conf writes it.
struct KdcServers {
  // host, host:port, udp/host, tcp/host, https://host/path, in the order in which they are tried.
  std::vector<std::string> names;
  bool look_up = true;               // by DNS when there are no names (dns_lookup_kdc)
  std::vector<std::string> anchors;  // http_anchors: FILE:/path, DIR:/path; empty: the system's
};

struct KdcRequest {
  std::string realm;
  KdcService service = KdcService::Tickets;
  KdcServers servers;
  std::optional<KdcProxy> proxy;
  bool stream_first = false;  // the message is better not sent in a datagram
  ByteView message;           // DER, or RFC 3244's; lives as long as the call
};

// Called from any thread, several at once.
class KdcTransport {
 public:
  virtual ~KdcTransport() = default;

  // The answer of one of the servers, not looked into. NoAuthenticatingAuthority
  // (kNoLogonServers) when none gave one in the time that the policy has for it, or a moment ago;
  // UntrustedRoot, WrongPrincipal and their kin when a proxy is not to be trusted.
  virtual Result<Bytes> exchange(const KdcRequest& request) = 0;
};

}  // namespace opensspi
