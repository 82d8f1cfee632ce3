// Who somebody is, with the secret that proves it; and what a caller hands to Acquire.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <variant>

#include "base/bytes.h"
#include "base/result.h"
#include "base/secret.h"

namespace opensspi {

namespace x509 {
struct KeyPair;
}

class Authority;
struct TlsAuthData;

using NtHash = SecretArray<16>;  // MD4 of the UTF-16LE password: NTOWFv1 of [MS-NLMP] 3.3.1

// A certificate and what opens its key: KERB_CERTIFICATE_LOGON, TSSmartCardCreds, a user name of
// CredMarshalCredential. Names in UTF-8, empty when not said.
struct SmartCard {
  SecretBytes pin;             // UTF-16LE
  std::uint32_t key_spec = 1;  // AT_KEYEXCHANGE
  std::string card_name, reader_name, container_name, csp_name;
  Bytes certificate_hash;  // SHA-1 of its DER, where that is how it was named
  std::shared_ptr<const x509::KeyPair> key_pair;  // the program's own, in memory: no card is asked
};

// What stands in the place of a secret under Remote Credential Guard: KERB_TICKET_LOGON.
struct TicketLogon {
  std::uint32_t flags = 0;             // KERB_LOGON_FLAG_
  Bytes service_ticket;                // Ticket, RFC 4120 5.3: for the computer
  SecretBytes ticket_granting_ticket;  // KRB-CRED, under the service ticket's session key
};

// pAuthData, keyring entries and TSCredentials all become this.
struct Identity {
  std::string user;    // UTF-8; may be a UPN with an empty domain; a hint beside a smart card
  std::string domain;  // UTF-8
  // SecretBytes: password in UTF-16LE
  std::variant<std::monostate, SecretBytes, NtHash, SmartCard, TicketLogon> secret;

  enum class Origin { Fresh, Saved, Default };  // delegation policy asks it first
  Origin origin = Origin::Fresh;

  [[nodiscard]] const SecretBytes* password() const { return std::get_if<SecretBytes>(&secret); }
  [[nodiscard]] const NtHash* nt_hash() const { return std::get_if<NtHash>(&secret); }
  [[nodiscard]] const SmartCard* smart_card() const { return std::get_if<SmartCard>(&secret); }
  [[nodiscard]] const TicketLogon* tickets() const { return std::get_if<TicketLogon>(&secret); }
};

// Whether there is anything in it: a client that delegates nothing, and restricted admin mode, hand
// over three empty strings. [MS-CSSP] 3.1.5
[[nodiscard]] bool says_anything(const Identity& identity);

// UnknownCredentials for names that are not UTF-8, and for names and passwords beyond Windows'
// limits.
[[nodiscard]] Result<void> check_identity(const Identity& identity);

// What Acquire was given. Nothing set: the session's own credentials.
struct AuthData {
  std::shared_ptr<const Identity> identity;
  std::string package_list;                // of SEC_WINNT_AUTH_IDENTITY_EX: "ntlm", "!ntlm", …
  std::shared_ptr<const TlsAuthData> tls;  // CREDSSP_CRED sets both this and identity
  std::shared_ptr<Authority> authority;    // the caller's own judge, if it brings one
  bool remote_guard = false;  // CREDSSP_FLAG_REDIRECT: tickets are delegated, nothing else
};

}  // namespace opensspi
