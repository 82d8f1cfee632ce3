// What became of one logon, for the lines and JSON objects of serve, connect and demo.
#pragma once

#include <opensspi.h>

#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "console.h"
#include "credssp_session.h"

namespace opensspi::command {

struct Logon {
  bool accepted = false;       // authenticated, and allowed in
  bool authenticated = false;  // who is not allowed in may be
  std::string user;            // "DOMAIN\name"; of a refused logon the name that was claimed
  // On a server that asks for them; empty: there is none.
  std::string unix_user, user_sid;
  std::vector<std::string> group_sids;
  std::string mechanism;                 // "Kerberos", "Kerberos-U2U", "NTLM"; empty: not known
  std::optional<std::uint32_t> version;  // of CredSSP
  std::string tls, cipher_suite;         // "TLS 1.3"; empty: not known
  SECURITY_STATUS status = SEC_E_OK;
  std::uint32_t nt_status = 0;
  std::string reason;  // empty when accepted
  std::string peer;
  double milliseconds = 0;
};

// Everything that the session can tell; `status` is what its handshake returned. On a client the
// user is what the caller knows.
[[nodiscard]] Logon describe_logon(CredSspSession& session, SECURITY_STATUS status);

// Who an accepted client is to its domain, and who stands for it on this machine. The machine's
// user database is asked, which may wait.
void add_client(CredSspSession& session, Logon& logon);

// The user is who it says, and may not use the server.
void deny(Logon& logon, const std::string& reason);
// A refusal for a reason that the session does not know.
void refuse(Logon& logon, SECURITY_STATUS status, const std::string& reason);

// Unknown parts are null.
[[nodiscard]] nlohmann::ordered_json to_json(const Logon& logon);
void print_json(const nlohmann::ordered_json& json);

// "accepted  HOST\alice from 192.0.2.1:50000, NTLM, CredSSP 6, TLS 1.3 (…), 12.00 ms"
[[nodiscard]] std::string to_line(const Logon& logon, const char* preposition);

}  // namespace opensspi::command
