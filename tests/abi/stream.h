// Messages over an established stream, as Windows programs send and receive them.
#pragma once

#include "abi/party.h"

namespace caller {

inline SecPkgContext_StreamSizes stream_sizes(Party& party) {
  SecPkgContext_StreamSizes sizes{};
  EXPECT_STATUS(SEC_E_OK, QueryContextAttributesW(party.get(), SECPKG_ATTR_STREAM_SIZES, &sizes));
  return sizes;
}

// EncryptMessage as Windows programs call it: header, data and trailer in one piece of memory,
// whose used part is the record.
inline Bytes encrypt(Party& party, std::string_view text) {
  const SecPkgContext_StreamSizes sizes = stream_sizes(party);
  Bytes memory(sizes.cbHeader + text.size() + sizes.cbTrailer);
  std::memcpy(memory.data() + sizes.cbHeader, text.data(), text.size());
  SecBuffer buffers[] = {
      {sizes.cbHeader, SECBUFFER_STREAM_HEADER, memory.data()},
      {static_cast<ULONG>(text.size()), SECBUFFER_DATA, memory.data() + sizes.cbHeader},
      {sizes.cbTrailer, SECBUFFER_STREAM_TRAILER, memory.data() + sizes.cbHeader + text.size()},
      {0, SECBUFFER_EMPTY, nullptr}};
  SecBufferDesc message{SECBUFFER_VERSION, 4, buffers};
  EXPECT_STATUS(SEC_E_OK, EncryptMessage(party.get(), 0, &message, 0));
  memory.resize(std::size_t{buffers[0].cbBuffer} + buffers[1].cbBuffer + buffers[2].cbBuffer);
  return memory;
}

// DecryptMessage with the buffers that it wants.
struct Received {
  SECURITY_STATUS status = SEC_E_OK;
  std::string text{};
  Bytes extra{};
  ULONG missing = 0;
};

inline Received decrypt(Party& party, Bytes& bytes) {
  SecBuffer buffers[] = {{static_cast<ULONG>(bytes.size()), SECBUFFER_DATA, bytes.data()},
                         {0, SECBUFFER_EMPTY, nullptr},
                         {0, SECBUFFER_EMPTY, nullptr},
                         {0, SECBUFFER_EMPTY, nullptr}};
  SecBufferDesc message{SECBUFFER_VERSION, 4, buffers};
  Received received;
  received.status = DecryptMessage(party.get(), &message, 0, nullptr);
  for (const SecBuffer& buffer : buffers) {
    const auto* data = static_cast<const std::uint8_t*>(buffer.pvBuffer);
    if (buffer.BufferType == SECBUFFER_MISSING) received.missing = buffer.cbBuffer;
    if (received.status < 0) continue;
    if (buffer.BufferType == SECBUFFER_DATA && buffer.cbBuffer != 0)
      received.text.assign(data, data + buffer.cbBuffer);
    if (buffer.BufferType == SECBUFFER_EXTRA) received.extra.assign(data, data + buffer.cbBuffer);
  }
  return received;
}

}  // namespace caller
