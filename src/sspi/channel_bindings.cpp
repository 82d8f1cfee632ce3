// The byte form of channel bindings that is hashed. RFC 4121 4.1.1.2: every integer little-endian.
#include "sspi/channel_bindings.h"

#include "base/writer.h"

namespace opensspi {

Bytes ChannelBindings::hash_input() const {
  Writer out;
  out.u32_le(initiator_address_type);
  out.u32_le(static_cast<std::uint32_t>(initiator_address.size())).bytes(initiator_address);
  out.u32_le(acceptor_address_type);
  out.u32_le(static_cast<std::uint32_t>(acceptor_address.size())).bytes(acceptor_address);
  out.u32_le(static_cast<std::uint32_t>(application_data.size())).bytes(application_data);
  return out.take();
}

}  // namespace opensspi
