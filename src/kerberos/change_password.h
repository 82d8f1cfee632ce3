// Passwords that their owners change: RFC 3244, with a ticket for kadmin/changepw, which the old
// password gets even when it has expired.
#pragma once

#include <cstdint>

#include "base/bytes.h"
#include "base/result.h"
#include "kerberos/kdc_exchange.h"
#include "sspi/authority.h"

namespace opensspi::kerberos {

// Errors as of Authority::change_password(): where the server's rules for passwords are known,
// `why` says which one the new password breaks, or `value` is the shortest length.
Result<void> change_password(const KdcWay& way, const PasswordChange& change);

// A reply's user data, RFC 3244 2: the result code and what the server says of it, which is text,
// or Windows' rules for passwords. Malformed when it is too short for a code.
Result<void> read_change_result(ByteView user_data);

}  // namespace opensspi::kerberos
