// Channel bindings as SEC_CHANNEL_BINDINGS carries them, and the MD5 that NTLM and Kerberos send.
#pragma once

#include <array>
#include <cstdint>

#include "base/bytes.h"

namespace opensspi {

// RFC 2744 3.11. The addresses are empty in every use that Windows documents.
struct ChannelBindings {
  std::uint32_t initiator_address_type = 0;
  Bytes initiator_address;
  std::uint32_t acceptor_address_type = 0;
  Bytes acceptor_address;
  Bytes application_data;  // "tls-server-end-point:" || hash, …

  // The bytes of which [MS-NLMP] 2.2.2.1 MsvAvChannelBindings and RFC 4121 4.1.1.2 take the MD5.
  [[nodiscard]] Bytes hash_input() const;
};

}  // namespace opensspi
