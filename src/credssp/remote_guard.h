// TSRemoteGuardCreds: what a client hands over that keeps its password, tickets instead of it
// (Remote Credential Guard). [MS-CSSP] 2.2.1.2.3:
//
//     TSRemoteGuardCreds ::= SEQUENCE {
//       logonCred         [0] TSRemoteGuardPackageCred,
//       supplementalCreds [1] SEQUENCE OF TSRemoteGuardPackageCred OPTIONAL }
//     TSRemoteGuardPackageCred ::= SEQUENCE { packageName [0] OCTET STRING,    UTF-16LE
//                                             credBuffer  [1] OCTET STRING }
//
// Two packages have a credBuffer of a known form, both little-endian:
//
//     "Kerberos", KERB_TICKET_LOGON              "NTLM", NTLM_REMOTE_SUPPLEMENTAL_CREDENTIAL
//     [0-3]   MessageType, 10                    [0-3]   Version, 0xFFFF0002
//     [4-7]   Flags                              [4-7]   Flags
//     [8-11]  ServiceTicketLength                [8-27]  CredentialKey
//     [12-15] TicketGrantingTicketLength         [28-31] CredentialKeyType
//     [16-23] ServiceTicket, an offset           [32-35] size of what follows
//     [24-31] TicketGrantingTicket, an offset    [36-]   encrypted credentials
//
// FreeRDP has KERB_LOGON_FLAG_REDIRECTED in Flags, and the ticket-granting ticket in a KRB-CRED
// that is not encrypted. Of what is received the Kerberos logon is used: no NTLM is spoken for the
// client.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"
#include "base/secret.h"
#include "sspi/identity.h"

namespace opensspi::credssp {

struct RemoteGuardPackageCred {
  std::string package_name;  // UTF-8
  SecretBytes cred_buffer;
};

struct RemoteGuardCreds {
  RemoteGuardPackageCred logon;  // of Kerberos
  std::vector<RemoteGuardPackageCred> supplemental{};
};

// InvalidToken also for a logonCred of another package than Kerberos, and for a credBuffer of
// either package that is not well-formed.
Result<RemoteGuardCreds> parse_remote_guard_creds(ByteView der);
// InvalidToken when a package's name is not UTF-8.
Result<SecretBytes> write_remote_guard_creds(const RemoteGuardCreds& creds);

Result<TicketLogon> parse_ticket_logon(ByteView cred_buffer);
SecretBytes write_ticket_logon(const TicketLogon& logon);

struct NtlmRemoteSupplementalCredential {
  static constexpr std::uint32_t kLmPresent = 1, kNtPresent = 2, kCredentialKeyPresent = 8;

  std::uint32_t flags = 0;
  SecretArray<20> credential_key;
  std::uint32_t key_type = 2;  // DomainUserCredKey
  SecretBytes encrypted;       // opaque to all but the client
};

// What comes behind the encrypted credentials is passed over: FreeRDP puts 84 zeros there.
Result<NtlmRemoteSupplementalCredential> parse_ntlm_supplemental(ByteView cred_buffer);
SecretBytes write_ntlm_supplemental(const NtlmRemoteSupplementalCredential& credential);

}  // namespace opensspi::credssp
