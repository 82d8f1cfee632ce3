// One client of `serve`, from its X.224 Connection Request to the end of its connection.
#pragma once

#include <asio/ip/tcp.hpp>
#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "credential.h"

namespace opensspi::command {

struct ConnectionOptions {
  std::chrono::milliseconds deadline{15'000};  // for the whole logon
  std::vector<std::string> allowed;  // who may use the server: DOMAIN\user or user; empty: all
  bool takes_remote_guard = false;   // clients are told so before they log on
  bool json = false;
  bool quiet = false;
};

enum class ConnectionEnd {
  NoVerdict,  // the client left before, or never began to log on
  Verdict,    // accepted or refused
};

// Runs in a thread of the connection's own, and throws nothing. `number` tells connections apart.
ConnectionEnd serve_connection(asio::ip::tcp::socket socket,
                               std::shared_ptr<const Credential> credential,
                               const ConnectionOptions& options, std::uint64_t number) noexcept;

}  // namespace opensspi::command
