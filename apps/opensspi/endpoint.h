// HOST:PORT as it is typed: names, IPv4 addresses, and IPv6 addresses with or without brackets.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace opensspi::command {

struct Endpoint {
  std::string host;
  std::uint16_t port = 0;

  // "host:3389", "[::1]:3389"
  [[nodiscard]] std::string text() const;
};

// CommandError Usage when the text is none, or lacks a port and there is no default.
[[nodiscard]] Endpoint parse_endpoint(const std::string& text,
                                      std::optional<std::uint16_t> default_port);

}  // namespace opensspi::command
