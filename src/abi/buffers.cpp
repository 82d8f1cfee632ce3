// The rules of the Windows tests for the buffers of InitializeSecurityContext and
// AcceptSecurityContext.
#include "abi/buffers.h"

#include <algorithm>
#include <cstring>

#include "abi/application_protocols.h"
#include "abi/memory.h"
#include "base/reader.h"
#include "tls/framing.h"

namespace opensspi::abi {
namespace {

// A part of the bindings by offset and length from the start of the structure.
Result<Bytes> binding_part(ByteView bytes, std::uint32_t offset, std::uint32_t size) {
  Reader reader(bytes);
  const ByteView part = reader.slice(offset, size);
  TRY(reader.check("channel bindings point outside of their buffer"));
  return copy(part);
}

Result<ChannelBindings> read_bindings(ByteView bytes) {
  SEC_CHANNEL_BINDINGS header{};
  std::size_t skipped = 0;
  if (bytes.size() < sizeof header)
    return fail(Status::InvalidToken, "channel bindings are shorter than their header");
  std::memcpy(&header, bytes.data(), sizeof header);
  if (header.dwInitiatorAddrType == SEC_CHANNEL_BINDINGS_EX_MAGIC) {
    // The extended form: magic, flags, header and structure length, then the plain fields.
    skipped = offsetof(SEC_CHANNEL_BINDINGS_EX, dwInitiatorAddrType);
    if (bytes.size() < sizeof(SEC_CHANNEL_BINDINGS_EX))
      return fail(Status::InvalidToken, "channel bindings are shorter than their header");
    std::memcpy(&header, bytes.data() + skipped, sizeof header);
  }
  ChannelBindings bindings;
  bindings.initiator_address_type = header.dwInitiatorAddrType;
  bindings.acceptor_address_type = header.dwAcceptorAddrType;
  TRY_ASSIGN(bindings.initiator_address,
             binding_part(bytes, header.dwInitiatorOffset, header.cbInitiatorLength));
  TRY_ASSIGN(bindings.acceptor_address,
             binding_part(bytes, header.dwAcceptorOffset, header.cbAcceptorLength));
  TRY_ASSIGN(bindings.application_data,
             binding_part(bytes, header.dwApplicationDataOffset, header.cbApplicationDataLength));
  return bindings;
}

}  // namespace

BufferStyle buffer_style(const PackageInfo& info) {
  return (info.capabilities & SECPKG_FLAG_STREAM) != 0 ? BufferStyle::Stream : BufferStyle::Token;
}

Result<std::span<SecBuffer>> buffers_of(SecBufferDesc* description) {
  if (description == nullptr) return std::span<SecBuffer>();
  if (description->ulVersion != SECBUFFER_VERSION)
    return fail(Status::InvalidToken, "SecBufferDesc has an unknown version");
  if (description->cBuffers != 0 && description->pBuffers == nullptr)
    return fail(Status::InvalidToken, "SecBufferDesc has no buffers");
  return std::span<SecBuffer>(description->pBuffers, description->cBuffers);
}

Result<ByteSpan> bytes_of(const SecBuffer& buffer) {
  if (buffer.cbBuffer == 0) return ByteSpan();
  if (buffer.pvBuffer == nullptr)
    return fail(Status::InvalidToken, "a buffer has a size but no memory");
  return ByteSpan(static_cast<std::uint8_t*>(buffer.pvBuffer), buffer.cbBuffer);
}

Result<LegInput> LegInput::read(SecBufferDesc* description, BufferStyle style) {
  LegInput input;
  bool token_seen = false;
  TRY_ASSIGN(const auto buffers, buffers_of(description));
  for (SecBuffer& buffer : buffers) {
    switch (type_of(buffer)) {
      case SECBUFFER_TOKEN: {
        if (token_seen) break;
        token_seen = true;
        TRY_ASSIGN(input.token_, bytes_of(buffer));
        break;
      }
      case SECBUFFER_EMPTY:
        // Schannel on Windows: a second input EMPTY with a size is refused.
        if (style == BufferStyle::Stream && token_seen && buffer.cbBuffer != 0)
          return fail(Status::InvalidToken, "an empty input buffer has a size");
        if (style == BufferStyle::Stream && input.rest_ == nullptr) input.rest_ = &buffer;
        break;
      case SECBUFFER_CHANNEL_BINDINGS: {
        TRY_ASSIGN(const ByteView bytes, bytes_of(buffer));
        if (bytes.empty()) break;
        TRY_ASSIGN(input.bindings_, read_bindings(bytes));
        break;
      }
      case SECBUFFER_APPLICATION_PROTOCOLS: {
        TRY_ASSIGN(const ByteView bytes, bytes_of(buffer));
        TRY_ASSIGN(input.application_protocols_, read_application_protocols(bytes));
        break;
      }
      case SECBUFFER_PKG_PARAMS:
        if (buffer.cbBuffer != 0) input.has_package_parameters_ = true;
        break;
      default:
        break;
    }
  }
  return input;
}

StepInput LegInput::step_input() const {
  return {.token = token_,
          .channel_bindings = bindings_ ? &*bindings_ : nullptr,
          .application_protocols = application_protocols_};
}

void LegInput::report_extra(std::size_t unread) {
  if (rest_ == nullptr || unread == 0) return;
  rest_->BufferType = SECBUFFER_EXTRA;
  rest_->cbBuffer = static_cast<std::uint32_t>(unread);
  // A leg without input may go on with what came before: the caller has those bytes.
  rest_->pvBuffer = unread <= token_.size() ? token_.last(unread).data() : nullptr;
}

void LegInput::report_missing(std::size_t missing) {
  if (rest_ == nullptr) return;
  if (missing == 0 && token_.size() < tls::kRecordHeaderSize)
    missing = tls::kRecordHeaderSize - token_.size();
  rest_->BufferType = SECBUFFER_MISSING;
  rest_->cbBuffer = static_cast<std::uint32_t>(missing);
}

Result<LegOutput> LegOutput::read(SecBufferDesc* description, BufferStyle style, bool allocate) {
  LegOutput output;
  output.style_ = style;
  output.allocate_ = allocate;
  TRY_ASSIGN(const auto buffers, buffers_of(description));
  for (SecBuffer& buffer : buffers) {
    if (type_of(buffer) == SECBUFFER_TOKEN && output.token_ == nullptr) output.token_ = &buffer;
    if (type_of(buffer) == SECBUFFER_ALERT && output.alert_ == nullptr) output.alert_ = &buffer;
  }
  if (style == BufferStyle::Token) return output;

  if (output.token_ == nullptr)
    return fail(Status::InvalidToken, "there is no output buffer for the token");
  const auto no_room = [&](const SecBuffer* buffer) {
    return buffer != nullptr && !allocate && buffer->cbBuffer == 0;
  };
  if (no_room(output.token_))
    return fail(Status::InsufficientMemory, "the output buffer for the token has no room");
  if (no_room(output.alert_))
    return fail(Status::InsufficientMemory, "the output buffer for the alert has no room");
  // Schannel on Windows: a size without memory asks for memory, too.
  if (output.token_->pvBuffer == nullptr) output.allocate_ = true;
  return output;
}

Result<void> LegOutput::deliver(ByteView token) {
  if (alert_ != nullptr) alert_->cbBuffer = 0;
  if (token_ == nullptr) {
    if (token.empty()) return {};
    return fail(Status::BufferTooSmall, "there is no output buffer for the token");
  }
  if (!allocate_) return deliver_into_caller_memory(token);
  token_->pvBuffer = token.empty() ? nullptr : copy_to_block(token).release();
  token_->cbBuffer = static_cast<std::uint32_t>(token.size());
  return {};
}

void LegOutput::say_nothing() {
  if (token_ != nullptr) token_->cbBuffer = 0;
}

Result<void> LegOutput::deliver_into_caller_memory(ByteView token) {
  if (token.size() > token_->cbBuffer) {
    const bool is_stream = style_ == BufferStyle::Stream;
    return fail(is_stream ? Status::InsufficientMemory : Status::BufferTooSmall,
                "the output buffer is too small for the token", 0,
                static_cast<std::int64_t>(token.size()));
  }
  if (!token.empty() && token_->pvBuffer == nullptr)
    return fail(Status::InternalError, "the output buffer has a size but no memory");
  if (!token.empty()) std::memcpy(token_->pvBuffer, token.data(), token.size());
  token_->cbBuffer = static_cast<std::uint32_t>(token.size());
  return {};
}

}  // namespace opensspi::abi
