// KRB-CRED, RFC 4120 5.8.1, as far as it is looked at before libkrb5 reads it, which takes for
// granted what is optional there: without it krb5_rd_cred follows a null pointer.
#pragma once

#include <cstddef>
#include <cstdint>

#include "base/bytes.h"
#include "base/result.h"

namespace opensspi::kerberos {

struct KrbCred {
  std::size_t num_tickets = 0;
  std::uint32_t enctype = 0;  // 0: nothing is sealed
  ByteView cipher;            // EncKrbCredPart; a part of the message

  // InvalidToken.
  [[nodiscard]] static Result<KrbCred> parse(ByteView message);
};

// Whether EncKrbCredPart, opened, says of so many tickets, and of each, whose and for whom it is.
// InvalidToken.
[[nodiscard]] Result<void> check_enc_krb_cred_part(ByteView part, std::size_t num_tickets);

}  // namespace opensspi::kerberos
