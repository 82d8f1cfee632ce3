// TSCredentials, what authInfo carries once it is opened. [MS-CSSP] 2.2.1.2:
//
//     TSCredentials   ::= SEQUENCE { credType [0] INTEGER, credentials [1] OCTET STRING }
//     TSPasswordCreds ::= SEQUENCE { domainName [0] OCTET STRING, userName [1] OCTET STRING,
//                                    password [2] OCTET STRING }          all UTF-16LE
//     TSSmartCardCreds ::= SEQUENCE { pin [0] OCTET STRING, cspData [1] TSCspDataDetail,
//                                     userHint [2] OCTET STRING OPTIONAL,
//                                     domainHint [3] OCTET STRING OPTIONAL }
//     TSCspDataDetail ::= SEQUENCE { keySpec [0] INTEGER, cardName [1], readerName [2],
//                                    containerName [3], cspName [4] OCTET STRING OPTIONAL }
//
// Passwords (credType 1), smart cards (2) and tickets (6, remote_guard.h) are delegated and
// received.
#pragma once

#include "base/bytes.h"
#include "base/result.h"
#include "base/secret.h"
#include "credssp/remote_guard.h"
#include "sspi/identity.h"

namespace opensspi::credssp {

// The TSCredentials of an identity with a password, a smart card or tickets. NoCredentials when all
// it has is a hash.
Result<SecretBytes> write_ts_credentials(const Identity& identity);

// The TSCredentials of remote credential guard.
Result<SecretBytes> write_ts_credentials(const RemoteGuardCreds& creds);

// The TSCredentials that say nothing: three empty strings. What a client delegates that was not
// asked to delegate, and restricted admin mode. [MS-CSSP] 3.1.5
SecretBytes empty_ts_credentials();

// A trailing UTF-16 NUL of each string is dropped: rdesktop 1.9 sends one.
// Those of remote credential guard name nobody: whoever has negotiated is meant.
Result<Identity> parse_ts_credentials(ByteView der);

}  // namespace opensspi::credssp
