// One HTTPS POST and its answer's body, without the socket: HTTP/1.0 (RFC 1945), so that an answer
// ends with its Content-Length or with the connection.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "authority/conversation.h"

namespace opensspi::authority {

struct Post {
  std::string host, path;   // the server's certificate must be for the host
  std::string host_header;  // the host as a URL has it, with its port
  std::string content_type;
  Bytes body;
  std::vector<std::string> anchors;  // FILE:/path or DIR:/path; empty: the system's authorities
  // Reads the answer's body.
  std::function<Result<Bytes>(ByteView body)> read;
};

// NoAuthenticatingAuthority when the server is not to be trusted (`value`: trust_error), or answers
// with another status than 200 (`value`: the status).
[[nodiscard]] std::unique_ptr<Conversation> speak_https(Post post);

}  // namespace opensspi::authority
