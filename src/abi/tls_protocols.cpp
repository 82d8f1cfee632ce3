// Numbers of schannel.h.
#include "abi/tls_protocols.h"

#include "abi/windows_names.h"

namespace opensspi::abi {

std::uint32_t protocol_of(tls::Version version, Role role) {
  const bool client = role == Role::Client;
  switch (version) {
    case tls::Version::Tls10:
      return client ? SP_PROT_TLS1_0_CLIENT : SP_PROT_TLS1_0_SERVER;
    case tls::Version::Tls11:
      return client ? SP_PROT_TLS1_1_CLIENT : SP_PROT_TLS1_1_SERVER;
    case tls::Version::Tls12:
      return client ? SP_PROT_TLS1_2_CLIENT : SP_PROT_TLS1_2_SERVER;
    default:
      return client ? SP_PROT_TLS1_3_CLIENT : SP_PROT_TLS1_3_SERVER;
  }
}

}  // namespace opensspi::abi
