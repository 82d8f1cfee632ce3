// Packed KERB_CERTIFICATE_LOGON and KERB_SMART_CARD_LOGON: a PIN and a KERB_SMARTCARD_CSP_INFO,
// which says where the key is. Offsets from the start stand in the place of pointers.
//
//     KERB_SMARTCARD_CSP_INFO, no public header declares it (documentation of the same name):
//      0  dwCspInfoLen   u32  bytes, all of it
//      4  MessageType    u32  1
//      8  reserved       u64
//     16  flags          u32  reserved
//     20  KeySpec        u32  AT_KEYEXCHANGE, AT_SIGNATURE
//     24  offsets of the card's, reader's, container's and CSP's name, u32 each, in characters from
//         bBuffer
//     40  bBuffer             u32 reserved, then the names, UTF-16 with a NUL each
#pragma once

#include "base/bytes.h"
#include "base/result.h"
#include "base/secret.h"
#include "sspi/identity.h"

namespace opensspi::abi {

// Whether here begins a logon buffer of one of these kinds; see is_logon_buffer.
[[nodiscard]] bool is_certificate_logon(const void* start);

// An identity whose secret is a SmartCard. InvalidToken when it is malformed, UnknownCredentials
// for a certificate that is named by its hash, and for other kinds of logons.
Result<Identity> read_certificate_logon(ByteView buffer);
// The same where its offsets and lengths tell how far it goes: `start` gives no other bound.
Result<Identity> read_certificate_logon_at(const void* start);

// A KERB_CERTIFICATE_LOGON. CannotPack when a part is too long for it.
Result<SecretBytes> write_certificate_logon(const Identity& identity, const SmartCard& card);

}  // namespace opensspi::abi
