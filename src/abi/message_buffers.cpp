// Sorting the buffers by their types, as the Windows tests have them.
#include "abi/message_buffers.h"

#include <algorithm>

namespace opensspi::abi {
namespace {

MessagePart::Cover cover_of(const SecBuffer& buffer) {
  if ((buffer.BufferType & SECBUFFER_READONLY) != 0) return MessagePart::Cover::None;
  if ((buffer.BufferType & SECBUFFER_READONLY_WITH_CHECKSUM) != 0)
    return MessagePart::Cover::SignOnly;
  return MessagePart::Cover::SignAndSeal;
}

void fill(SecBuffer& buffer, std::uint32_t type, ByteSpan bytes) {
  buffer.BufferType = type;
  buffer.cbBuffer = static_cast<std::uint32_t>(bytes.size());
  buffer.pvBuffer = bytes.data();
}

}  // namespace

Result<TokenMessage> TokenMessage::read(SecBufferDesc* description) {
  TokenMessage message;
  TRY_ASSIGN(const auto buffers, buffers_of(description));
  for (SecBuffer& buffer : buffers) TRY(message.add(buffer));
  if (message.token == nullptr && message.stream == nullptr)
    return fail(Status::InvalidToken, "there is no buffer for the token");
  if (message.data == nullptr) return fail(Status::InvalidToken, "there is no data buffer");
  return message;
}

Result<void> TokenMessage::add(SecBuffer& buffer) {
  switch (type_of(buffer)) {
    case SECBUFFER_TOKEN: {
      if (token != nullptr) return fail(Status::InvalidToken, "there are two token buffers");
      token = &buffer;
      TRY_ASSIGN(token_bytes, bytes_of(buffer));
      return {};
    }
    case SECBUFFER_STREAM: {
      if (stream != nullptr) return fail(Status::InvalidToken, "there are two stream buffers");
      stream = &buffer;
      TRY_ASSIGN(stream_bytes, bytes_of(buffer));
      return {};
    }
    case SECBUFFER_DATA: {
      if (data == nullptr) data = &buffer;
      TRY_ASSIGN(const ByteSpan bytes, bytes_of(buffer));
      return add_part({bytes, cover_of(buffer)});
    }
    case SECBUFFER_PADDING:
      padding = &buffer;
      return {};
    default:
      return {};
  }
}

Result<std::size_t> TokenMessage::pad(std::size_t size) {
  if (padding == nullptr || size == 0) return 0;
  TRY_ASSIGN(const ByteSpan bytes, bytes_of(*padding));
  if (bytes.size() < size)
    return fail(Status::BufferTooSmall, "the buffer is too small for the padding");
  std::ranges::fill(bytes.first(size), static_cast<std::uint8_t>(size));
  TRY(add_part({bytes.first(size)}));
  return size;
}

Result<void> TokenMessage::take_padding(std::size_t size) {
  if (padding == nullptr || size == 0) return {};
  TRY_ASSIGN(const ByteSpan bytes, bytes_of(*padding));
  if (bytes.size() != size) return {};
  return add_part({bytes});
}

Result<void> TokenMessage::add_part(MessagePart part) {
  if (num_parts_ == kMaximumParts)
    return fail(Status::InvalidToken, "there are too many data buffers");
  parts_[num_parts_++] = part;
  return {};
}

Result<StreamMessage> StreamMessage::read(SecBufferDesc* description) {
  StreamMessage message;
  TRY_ASSIGN(const auto buffers, buffers_of(description));
  for (SecBuffer& buffer : buffers) {
    SecBuffer** place = nullptr;
    switch (type_of(buffer)) {
      case SECBUFFER_STREAM_HEADER:
        place = &message.header;
        break;
      case SECBUFFER_DATA:
        place = &message.data;
        break;
      case SECBUFFER_STREAM_TRAILER:
        place = &message.trailer;
        break;
      default:
        continue;
    }
    if (*place != nullptr) return fail(Status::InvalidToken, "there are two buffers of one type");
    *place = &buffer;
  }
  if (message.header == nullptr || message.data == nullptr || message.trailer == nullptr)
    return fail(Status::InvalidToken, "header, data or trailer buffer is missing");
  return message;
}

Result<ReceivedStream> ReceivedStream::read(SecBufferDesc* description) {
  ReceivedStream stream;
  std::size_t num_empty = 0;
  TRY_ASSIGN(const auto buffers, buffers_of(description));
  for (SecBuffer& buffer : buffers) {
    if (type_of(buffer) == SECBUFFER_DATA) {
      if (stream.data_ != nullptr) return fail(Status::InvalidToken, "there are two data buffers");
      stream.data_ = &buffer;
    } else if (type_of(buffer) == SECBUFFER_EMPTY && num_empty < stream.empty_.size()) {
      stream.empty_[num_empty++] = &buffer;
    }
  }
  if (stream.data_ == nullptr) return fail(Status::InvalidToken, "there is no data buffer");
  if (num_empty < stream.empty_.size())
    return fail(Status::InvalidToken, "there are fewer than three empty buffers");
  TRY_ASSIGN(stream.bytes_, bytes_of(*stream.data_));
  return stream;
}

void ReceivedStream::report(const tls::OpenedRecord& record) {
  fill(*data_, SECBUFFER_STREAM_HEADER, record.header);
  fill(*empty_[0], SECBUFFER_DATA, record.data);
  fill(*empty_[1], SECBUFFER_STREAM_TRAILER, record.trailer);
  if (record.consumed < bytes_.size())
    fill(*empty_[2], SECBUFFER_EXTRA, bytes_.subspan(record.consumed));
}

void ReceivedStream::report_missing(std::size_t missing) {
  data_->BufferType = SECBUFFER_MISSING;
  data_->cbBuffer = static_cast<std::uint32_t>(missing);
}

}  // namespace opensspi::abi
