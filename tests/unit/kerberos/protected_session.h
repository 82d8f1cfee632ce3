// Both ends of a session with a key out of thin air.
#pragma once

#include <gtest/gtest.h>

#include <string_view>
#include <utility>

#include "kerberos/session_security.h"

namespace opensspi::kerberos {

inline constexpr std::int32_t kAes128Sha1 = 17, kAes256Sha1 = 18, kAes128Sha2 = 19,
                              kAes256Sha2 = 20;
inline constexpr std::string_view kText = "a message that is longer than one block";
inline constexpr ContextFlags kProtected = ContextFlags::Integrity | ContextFlags::Confidentiality;
inline constexpr ContextFlags kEverything =
    kProtected | ContextFlags::ReplayDetect | ContextFlags::SequenceDetect;

struct ProtectedPair {
  explicit ProtectedPair(std::int32_t enctype, ContextFlags flags = kEverything, bool dce = false)
      : client(end(enctype, Role::Client, flags, dce)),
        server(end(enctype, Role::Server, flags, dce)) {}

  static SessionSecurity end(std::int32_t enctype, Role role, ContextFlags flags, bool dce) {
    const std::size_t size = enctype == kAes256Sha1 || enctype == kAes256Sha2 ? 32 : 16;
    auto key = MessageKey::make(enctype, Bytes(size, 0x55));
    auto tokens = make_message_tokens(std::move(*key), {role, true, dce});
    constexpr FirstNumbers kClient{7, 0xFFFFFFFF}, kServer{0xFFFFFFFF, 7};
    return {std::move(*tokens), role == Role::Client ? kClient : kServer, flags};
  }

  SessionSecurity client, server;
};

struct Sealed {
  Bytes data, token;
};

inline Sealed seal(SessionSecurity& sender, ByteView plaintext, Qop qop) {
  Sealed out{copy(plaintext), Bytes(sender.sizes().security_trailer)};
  const MessagePart part{out.data};
  const auto size = sender.seal({&part, 1}, out.token, qop);
  EXPECT_TRUE(size);
  out.token.resize(size.value_or(0));
  return out;
}

inline Result<std::optional<Qop>> unseal(SessionSecurity& receiver, Sealed& message) {
  const MessagePart part{message.data};
  return receiver.unseal({&part, 1}, message.token);
}

inline Bytes sign(SessionSecurity& sender, Bytes data) {
  Bytes signature(sender.sizes().max_signature);
  const MessagePart part{data};
  const auto size = sender.sign({&part, 1}, signature);
  EXPECT_TRUE(size);
  signature.resize(size.value_or(0));
  return signature;
}

inline Result<void> verify(SessionSecurity& receiver, Bytes data, ByteView signature) {
  const MessagePart part{data};
  return receiver.verify({&part, 1}, signature);
}

template <class T>
Status status_of(const Result<T>& result) {
  return result ? Status::Ok : result.error().status;
}

}  // namespace opensspi::kerberos
