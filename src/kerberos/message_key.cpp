// krb5_k_…_iov over parts in the caller's memory.
#include "kerberos/message_key.h"

#include <krb5.h>

#include <new>
#include <utility>
#include <vector>

#include "kerberos/library.h"

namespace opensspi::kerberos {
namespace {

constexpr krb5_context kNone = nullptr;
constexpr krb5_cksumtype kMandatory = 0;  // the one of the encryption type

using Iov = std::vector<krb5_crypto_iov>;

Iov iov_of(std::span<const KeyInput> input, krb5_cryptotype checksum) {
  Iov iov;
  iov.reserve(input.size());
  for (const KeyInput& part : input) {
    krb5_cryptotype type = KRB5_CRYPTO_TYPE_DATA;
    if (part.kind == KeyInput::Kind::Confounder) type = KRB5_CRYPTO_TYPE_HEADER;
    if (part.kind == KeyInput::Kind::SignOnly) type = KRB5_CRYPTO_TYPE_SIGN_ONLY;
    if (part.kind == KeyInput::Kind::Checksum) type = checksum;
    const auto size = static_cast<unsigned>(part.bytes.size());
    iov.push_back({type, {KV5M_DATA, size, reinterpret_cast<char*>(part.bytes.data())}});
  }
  return iov;
}

Result<void> checked(krb5_error_code code, Status status, const char* why) {
  if (code != 0) return failure(code, status, why);
  return {};
}

constexpr char kAltered[] = "the message is not as the peer sent it";

}  // namespace

Result<MessageKey> MessageKey::make(std::int32_t enctype, ByteView key) {
  krb5_keyblock block{};
  block.enctype = enctype;
  block.length = static_cast<unsigned>(key.size());
  // libkrb5 copies it.
  block.contents = const_cast<krb5_octet*>(key.data());
  std::size_t entropy = 0, length = 0;
  if (krb5_c_keylengths(kNone, enctype, &entropy, &length) != 0 || length != key.size()) {
    return fail(Status::AlgorithmMismatch, "a key of an encryption type that is not supported");
  }
  krb5_key made = nullptr;
  TRY(checked(krb5_k_create_key(kNone, &block, &made), Status::AlgorithmMismatch,
              "a key of an encryption type that is not supported"));
  return MessageKey(made);
}

MessageKey::MessageKey(krb5_key_st* owned) : key_(owned) {
  krb5_keyblock* block = nullptr;
  if (krb5_k_key_keyblock(kNone, owned, &block) != 0) throw std::bad_alloc();
  enctype_ = block->enctype;
  bytes_ = SecretBytes(ByteView(block->contents, block->length));
  krb5_free_keyblock(kNone, block);
  confounder_size_ = crypto_length(KRB5_CRYPTO_TYPE_HEADER);
  integrity_size_ = crypto_length(KRB5_CRYPTO_TYPE_TRAILER);
  checksum_size_ = crypto_length(KRB5_CRYPTO_TYPE_CHECKSUM);
}

void MessageKey::Free::operator()(krb5_key_st* key) const {
  krb5_k_free_key(kNone, key);
}

std::size_t MessageKey::crypto_length(int type) const {
  unsigned size = 0;
  return krb5_c_crypto_length(kNone, enctype_, type, &size) == 0 ? size : 0;
}

Result<void> MessageKey::encrypt(KeyUsage usage, std::span<const KeyInput> input) const {
  Iov iov = iov_of(input, KRB5_CRYPTO_TYPE_TRAILER);
  return checked(krb5_k_encrypt_iov(kNone, key_.get(), static_cast<krb5_keyusage>(usage), nullptr,
                                    iov.data(), iov.size()),
                 Status::EncryptFailure, "libkrb5 cannot encrypt the message");
}

Result<void> MessageKey::decrypt(KeyUsage usage, std::span<const KeyInput> input) const {
  Iov iov = iov_of(input, KRB5_CRYPTO_TYPE_TRAILER);
  return checked(krb5_k_decrypt_iov(kNone, key_.get(), static_cast<krb5_keyusage>(usage), nullptr,
                                    iov.data(), iov.size()),
                 Status::MessageAltered, kAltered);
}

Result<void> MessageKey::sum(KeyUsage usage, std::span<const KeyInput> input) const {
  Iov iov = iov_of(input, KRB5_CRYPTO_TYPE_CHECKSUM);
  return checked(
      krb5_k_make_checksum_iov(kNone, kMandatory, key_.get(), static_cast<krb5_keyusage>(usage),
                               iov.data(), iov.size()),
      Status::EncryptFailure, "libkrb5 cannot sign the message");
}

Result<void> MessageKey::check(KeyUsage usage, std::span<const KeyInput> input) const {
  const Iov iov = iov_of(input, KRB5_CRYPTO_TYPE_CHECKSUM);
  krb5_boolean valid = 0;
  TRY(checked(
      krb5_k_verify_checksum_iov(kNone, kMandatory, key_.get(), static_cast<krb5_keyusage>(usage),
                                 iov.data(), iov.size(), &valid),
      Status::MessageAltered, kAltered));
  if (valid == 0) return fail(Status::MessageAltered, kAltered);
  return {};
}

}  // namespace opensspi::kerberos
