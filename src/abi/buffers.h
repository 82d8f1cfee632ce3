// SecBufferDesc of the two calls that establish a context: what comes in becomes a StepInput, the
// token goes out. Two families of packages treat their buffers differently on Windows: NTLM,
// Kerberos and Negotiate in one way, Schannel and CREDSSP, whose tokens are a stream, in another.
#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>

#include "abi/windows_names.h"
#include "base/bytes.h"
#include "base/result.h"
#include "sspi/channel_bindings.h"
#include "sspi/context.h"
#include "sspi/package_info.h"

namespace opensspi::abi {

enum class BufferStyle { Token, Stream };

// By the capability SECPKG_FLAG_STREAM.
[[nodiscard]] BufferStyle buffer_style(const PackageInfo& info);

// SECBUFFER_ type without the attribute bits.
[[nodiscard]] inline std::uint32_t type_of(const SecBuffer& buffer) {
  return buffer.BufferType & ~std::uint32_t{SECBUFFER_ATTRMASK};
}

// InvalidToken for a description of another version, or without its buffers.
Result<std::span<SecBuffer>> buffers_of(SecBufferDesc* description);
// The bytes of a buffer; InvalidToken when it has a size but no memory.
Result<ByteSpan> bytes_of(const SecBuffer& buffer);

// pInput of one leg. Views the caller's memory.
class LegInput {
 public:
  static Result<LegInput> read(SecBufferDesc* description, BufferStyle style);

  // Without what the call says beside its buffers.
  [[nodiscard]] StepInput step_input() const;
  [[nodiscard]] ByteView token() const { return token_; }
  // What is taken of the token when its end is not read.
  [[nodiscard]] ByteView taken(std::size_t unread) const {
    return token_.first(token_.size() - std::min(unread, token_.size()));
  }
  // SECBUFFER_PKG_PARAMS that are not empty.
  [[nodiscard]] bool has_package_parameters() const { return has_package_parameters_; }
  // The buffer that was EMPTY says what was left over (EXTRA) or is wanted (MISSING).
  void report_extra(std::size_t unread);
  void report_missing(std::size_t missing);

 private:
  ByteSpan token_{};
  std::optional<ChannelBindings> bindings_;
  ByteView application_protocols_{};
  bool has_package_parameters_ = false;
  SecBuffer* rest_ = nullptr;
};

// pOutput of one leg.
class LegOutput {
 public:
  // Refuses what can be refused before anything happens.
  static Result<LegOutput> read(SecBufferDesc* description, BufferStyle style, bool allocate);

  // Whether a token is handed out in memory of the library's.
  [[nodiscard]] bool allocates() const { return allocate_; }
  // Hands the token over; with an empty one says that there is none. An error's value is the size
  // that it needs.
  Result<void> deliver(ByteView token);
  // After a token that found no room: nobody shall send what lies in the buffer.
  void say_nothing();

 private:
  Result<void> deliver_into_caller_memory(ByteView token);

  SecBuffer* token_ = nullptr;
  BufferStyle style_ = BufferStyle::Token;
  bool allocate_ = false;
  SecBuffer* alert_ = nullptr;
};

}  // namespace opensspi::abi
