// [MS-KKDCP]: messages to KDCs inside HTTPS.
#pragma once

#include <cstdint>
#include <string>

#include "base/bytes.h"
#include "base/result.h"

namespace opensspi::authority {

// Where a proxy listens.
struct ProxyAddress {
  std::string host, path;
  std::uint16_t port = 443;
};

// As SetCredentialsAttributes takes it: host, host:port or host:port:path, where an address of
// IPv6 has brackets. InvalidParameter.
[[nodiscard]] Result<ProxyAddress> parse_proxy_name(const std::string& name);
// As krb5.conf has it: https://host, https://host:port, https://host:port/path.
[[nodiscard]] Result<ProxyAddress> parse_proxy_url(const std::string& url);

// KDC-PROXY-MESSAGE, [MS-KKDCP] 2.2.2.
[[nodiscard]] Bytes write_proxy_message(const std::string& realm, ByteView message);
// InvalidToken for what is none, and for a message of another realm's.
[[nodiscard]] Result<Bytes> parse_proxy_message(const std::string& realm, ByteView der);

}  // namespace opensspi::authority
