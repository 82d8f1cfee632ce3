// The key that protects messages: RFC 3961 encryption and checksums, which libkrb5's cryptography
// computes. It looks at no krb5_context, so a key stands for itself.
#pragma once

#include <cstdint>
#include <memory>
#include <span>

#include "base/bytes.h"
#include "base/result.h"
#include "base/secret.h"

struct krb5_key_st;

namespace opensspi::kerberos {

// RFC 4121 2.
enum class KeyUsage : std::int32_t {
  AcceptorSeal = 22,
  AcceptorSign = 23,
  InitiatorSeal = 24,
  InitiatorSign = 25,
};

// A part of what is encrypted or summed, in its order.
struct KeyInput {
  enum class Kind { Confounder, Data, SignOnly, Checksum };
  Kind kind = Kind::Data;
  ByteSpan bytes{};
};

class MessageKey {
 public:
  // AlgorithmMismatch for an encryption type that libkrb5 does not have, or a key that is none of
  // it.
  static Result<MessageKey> make(std::int32_t enctype, ByteView key);
  explicit MessageKey(krb5_key_st* owned);

  [[nodiscard]] std::int32_t enctype() const { return enctype_; }
  [[nodiscard]] const SecretBytes& bytes() const { return bytes_; }

  // Bytes.
  [[nodiscard]] std::size_t confounder_size() const { return confounder_size_; }
  [[nodiscard]] std::size_t integrity_size() const { return integrity_size_; }  // of encrypt()
  [[nodiscard]] std::size_t checksum_size() const { return checksum_size_; }    // of sum()

  // In place: a Confounder first, a Checksum last, which both are made.
  Result<void> encrypt(KeyUsage usage, std::span<const KeyInput> input) const;
  // In place. MessageAltered; then what was to be decrypted is worth nothing.
  Result<void> decrypt(KeyUsage usage, std::span<const KeyInput> input) const;
  // Makes the Checksum, which is last.
  Result<void> sum(KeyUsage usage, std::span<const KeyInput> input) const;
  // MessageAltered when the Checksum is another.
  Result<void> check(KeyUsage usage, std::span<const KeyInput> input) const;

 private:
  struct Free {
    void operator()(krb5_key_st* key) const;
  };
  [[nodiscard]] std::size_t crypto_length(int type) const;

  std::unique_ptr<krb5_key_st, Free> key_;
  std::int32_t enctype_ = 0;
  SecretBytes bytes_;
  std::size_t confounder_size_ = 0, integrity_size_ = 0, checksum_size_ = 0;
};

}  // namespace opensspi::kerberos
