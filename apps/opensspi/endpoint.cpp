// An address with more than one colon and no brackets is an IPv6 address without a port.
#include "endpoint.h"

#include <charconv>

#include "command_error.h"

namespace opensspi::command {
namespace {

[[noreturn]] void refuse(const std::string& text) {
  throw CommandError(ExitCode::Usage,
                     "'" + text + "' is no address: HOST:PORT or [IPV6-ADDRESS]:PORT is needed");
}

std::uint16_t parse_port(const std::string& whole, const std::string& digits) {
  std::uint16_t port = 0;
  const char* end = digits.data() + digits.size();
  const auto [stop, error] = std::from_chars(digits.data(), end, port);
  if (error != std::errc() || stop != end || digits.empty()) refuse(whole);
  return port;
}

}  // namespace

std::string Endpoint::text() const {
  const bool ipv6 = host.find(':') != std::string::npos;
  return (ipv6 ? '[' + host + ']' : host) + ':' + std::to_string(port);
}

Endpoint parse_endpoint(const std::string& text, std::optional<std::uint16_t> default_port) {
  Endpoint endpoint{text, default_port.value_or(0)};
  std::string port;
  bool has_port = false;
  if (text.starts_with('[')) {
    const std::size_t bracket = text.find(']');
    if (bracket == std::string::npos) refuse(text);
    endpoint.host = text.substr(1, bracket - 1);
    const std::string rest = text.substr(bracket + 1);
    has_port = rest.starts_with(':');
    if (!has_port && !rest.empty()) refuse(text);
    if (has_port) port = rest.substr(1);
  } else if (const std::size_t colon = text.find(':');
             colon != std::string::npos && colon == text.rfind(':')) {
    endpoint.host = text.substr(0, colon);
    port = text.substr(colon + 1);
    has_port = true;
  }
  if (endpoint.host.empty() || (!has_port && !default_port)) refuse(text);
  if (has_port) endpoint.port = parse_port(text, port);
  return endpoint;
}

}  // namespace opensspi::command
