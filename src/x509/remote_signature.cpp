// Signatures of keys that a Signer holds, as provider-signature(7) has them: a message in one
// piece, as libssl signs. What a signer says of its failure waits, with an error in OpenSSL's
// queue, for who asks by remote_failure().
#include <openssl/core_dispatch.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/params.h>
#include <openssl/rsa.h>

#include <algorithm>
#include <cstring>
#include <new>
#include <optional>
#include <string_view>

#include "crypto/openssl.h"
#include "x509/remote_key.h"
#include "x509/rsa_padding.h"

namespace opensspi::x509 {
namespace {

using Operation = Signer::Operation;
using OwnedMd = std::unique_ptr<EVP_MD, FreedBy<EVP_MD_free>>;
using OwnedEcdsa = std::unique_ptr<ECDSA_SIG, FreedBy<ECDSA_SIG_free>>;

struct SignatureContext {
  RemoteKeyData key;
  SignatureHash hash = SignatureHash::Sha256;
  bool pss = false;
};

SignatureContext& context_of(void* context) {
  return *static_cast<SignatureContext*>(context);
}

// ---- Failures

// Numbers of libraries of one's own run out in a process that loads providers again and again, and
// then mean others. This reason means nothing to anybody.
constexpr int kLibrary = ERR_LIB_USER, kReason = 0x51634;

std::optional<Error>& failure_of_thread() {
  thread_local std::optional<Error> failure;
  return failure;
}

int refuse(const Error& error) {
  failure_of_thread() = error;
  ERR_raise(kLibrary, kReason);
  return 0;
}

// ---- Signing

Result<Bytes> sign_rsa(const SignatureContext& context, ByteView digest) {
  const RemoteKey& key = *context.key;
  const Signer& signer = *key.signer;
  const auto bits = static_cast<std::size_t>(EVP_PKEY_get_bits(key.public_key.get()));
  if (context.pss && context.hash == SignatureHash::Md5Sha1) {
    return fail(Status::AlgorithmMismatch, "RSA-PSS is none of TLS 1.0 and 1.1");
  }
  if (context.pss) {
    if (signer.can(Operation::RsaPss)) return signer.sign(Operation::RsaPss, context.hash, digest);
    if (!signer.can(Operation::RsaRaw)) {
      return fail(Status::AlgorithmMismatch, "the key's token cannot make RSA-PSS signatures");
    }
    TRY_ASSIGN(const Bytes block, pss_block(context.hash, digest, bits));
    return signer.sign(Operation::RsaRaw, context.hash, block);
  }
  const Bytes info =
      context.hash == SignatureHash::Md5Sha1 ? copy(digest) : digest_info(context.hash, digest);
  if (signer.can(Operation::RsaPkcs1)) return signer.sign(Operation::RsaPkcs1, context.hash, info);
  if (!signer.can(Operation::RsaRaw)) {
    return fail(Status::AlgorithmMismatch, "the key's token cannot make PKCS#1 v1.5 signatures");
  }
  TRY_ASSIGN(const Bytes block, pkcs1_block(info, (bits + 7) / 8));
  return signer.sign(Operation::RsaRaw, context.hash, block);
}

// Ecdsa-Sig-Value (RFC 3279 2.2.3) of r and s.
Result<Bytes> der_of(ByteView pair) {
  const std::size_t half = pair.size() / 2;
  const OwnedEcdsa signature(ECDSA_SIG_new());
  BIGNUM* r = BN_bin2bn(pair.data(), static_cast<int>(half), nullptr);
  BIGNUM* s = BN_bin2bn(pair.data() + half, static_cast<int>(half), nullptr);
  if (signature == nullptr || ECDSA_SIG_set0(signature.get(), r, s) != 1) {
    BN_free(r);
    BN_free(s);
    throw std::bad_alloc();
  }
  unsigned char* der = nullptr;
  const int size = i2d_ECDSA_SIG(signature.get(), &der);
  if (size <= 0) throw std::bad_alloc();
  const std::unique_ptr<unsigned char, decltype([](void* bytes) { OPENSSL_free(bytes); })> owner(
      der);
  return Bytes(der, der + size);
}

Result<Bytes> sign_ecdsa(const SignatureContext& context, ByteView digest) {
  const RemoteKey& key = *context.key;
  const auto bits = static_cast<std::size_t>(EVP_PKEY_get_bits(key.public_key.get()));
  const ByteView cut = digest.first(std::min(digest.size(), (bits + 7) / 8));
  TRY_ASSIGN(const Bytes pair, key.signer->sign(Operation::Ecdsa, context.hash, cut));
  return der_of(pair);
}

bool is_rsa(const RemoteKey& key) {
  return EVP_PKEY_get_base_id(key.public_key.get()) == EVP_PKEY_RSA;
}

Result<Bytes> sign(const SignatureContext& context, ByteView message) {
  TRY_ASSIGN(const Bytes digest, digest_of(context.hash, message));
  return is_rsa(*context.key) ? sign_rsa(context, digest) : sign_ecdsa(context, digest);
}

// Of those that TLS has for such a key.
std::optional<SignatureHash> hash_named(const char* name, const RemoteKey& key) {
  using enum SignatureHash;
  const OwnedMd digest(EVP_MD_fetch(crypto::library_context(), name, nullptr));
  for (const auto hash : {Sha256, Sha384, Sha512, is_rsa(key) ? Md5Sha1 : Sha1}) {
    if (digest != nullptr && EVP_MD_is_a(digest.get(), openssl_name(hash))) return hash;
  }
  return std::nullopt;
}

// ---- OpenSSL's side

void* new_context(void* /*provider*/, const char* /*properties*/) {
  return new (std::nothrow) SignatureContext;
}

void free_context(void* context) {
  delete static_cast<SignatureContext*>(context);
}

// A text, or the number that an old caller gives. No function is asked that does not fit: what it
// left in OpenSSL's queue, libssl would take for a failure of its own.
bool is(const OSSL_PARAM& param, std::string_view text, int number) {
  if (param.data_type != OSSL_PARAM_UTF8_STRING) {
    int given = 0;
    return OSSL_PARAM_get_int(&param, &given) == 1 && given == number;
  }
  const char* given = nullptr;
  return OSSL_PARAM_get_utf8_string_ptr(&param, &given) == 1 && text == given;
}

int set_rsa_params(void* context, const OSSL_PARAM params[]) {
  const OSSL_PARAM* padding = OSSL_PARAM_locate_const(params, OSSL_SIGNATURE_PARAM_PAD_MODE);
  if (padding != nullptr) {
    const bool pss = is(*padding, OSSL_PKEY_RSA_PAD_MODE_PSS, RSA_PKCS1_PSS_PADDING);
    if (!pss && !is(*padding, OSSL_PKEY_RSA_PAD_MODE_PKCSV15, RSA_PKCS1_PADDING)) return 0;
    context_of(context).pss = pss;
  }
  const OSSL_PARAM* salt = OSSL_PARAM_locate_const(params, OSSL_SIGNATURE_PARAM_PSS_SALTLEN);
  return salt == nullptr || is(*salt, OSSL_PKEY_RSA_PSS_SALT_LEN_DIGEST, RSA_PSS_SALTLEN_DIGEST);
}

const OSSL_PARAM* settable_rsa_params(void* /*context*/, void* /*provider*/) {
  static const OSSL_PARAM params[] = {
      OSSL_PARAM_utf8_string(OSSL_SIGNATURE_PARAM_PAD_MODE, nullptr, 0),
      OSSL_PARAM_utf8_string(OSSL_SIGNATURE_PARAM_PSS_SALTLEN, nullptr, 0),
      OSSL_PARAM_END,
  };
  return params;
}

int begin_signing(void* context, const char* digest, void* key, const OSSL_PARAM params[]) {
  SignatureContext& own = context_of(context);
  if (key != nullptr) own.key = *static_cast<const RemoteKeyData*>(key);
  if (own.key == nullptr || own.key->signer == nullptr) return 0;
  const auto hash = hash_named(digest != nullptr ? digest : "SHA256", *own.key);
  if (!hash) return 0;
  own.hash = *hash;
  return params == nullptr ? 1 : set_rsa_params(context, params);
}

int sign_message(void* context, unsigned char* signature, std::size_t* size, std::size_t room,
                 const unsigned char* message, std::size_t message_size) {
  const SignatureContext& own = context_of(context);
  if (signature == nullptr) {
    *size = static_cast<std::size_t>(EVP_PKEY_get_size(own.key->public_key.get()));
    return 1;
  }
  try {
    // What does the signing may use OpenSSL too, and leaves what is none of ours in its queue.
    ERR_set_mark();
    const auto made = sign(own, {message, message_size});
    ERR_pop_to_mark();
    if (!made) return refuse(made.error());
    if (made->size() > room) {
      return refuse({Status::NoCredentials, "the key's token signs by another key"});
    }
    std::copy(made->begin(), made->end(), signature);
    *size = made->size();
    return 1;
  } catch (const std::bad_alloc&) {
    ERR_pop_to_mark();
    return refuse({Status::InsufficientMemory, "no memory for a signature"});
  }
}

}  // namespace

const OSSL_DISPATCH* remote_rsa_signature() {
  static const OSSL_DISPATCH functions[] = {
      dispatch(OSSL_FUNC_SIGNATURE_NEWCTX, new_context),
      dispatch(OSSL_FUNC_SIGNATURE_FREECTX, free_context),
      dispatch(OSSL_FUNC_SIGNATURE_DIGEST_SIGN_INIT, begin_signing),
      dispatch(OSSL_FUNC_SIGNATURE_DIGEST_SIGN, sign_message),
      dispatch(OSSL_FUNC_SIGNATURE_SET_CTX_PARAMS, set_rsa_params),
      dispatch(OSSL_FUNC_SIGNATURE_SETTABLE_CTX_PARAMS, settable_rsa_params),
      {0, nullptr},
  };
  return functions;
}

const OSSL_DISPATCH* remote_ecdsa_signature() {
  static const OSSL_DISPATCH functions[] = {
      dispatch(OSSL_FUNC_SIGNATURE_NEWCTX, new_context),
      dispatch(OSSL_FUNC_SIGNATURE_FREECTX, free_context),
      dispatch(OSSL_FUNC_SIGNATURE_DIGEST_SIGN_INIT, begin_signing),
      dispatch(OSSL_FUNC_SIGNATURE_DIGEST_SIGN, sign_message),
      {0, nullptr},
  };
  return functions;
}

std::optional<Error> remote_failure(unsigned long code) {
  if (ERR_GET_LIB(code) != kLibrary || ERR_GET_REASON(code) != kReason) return std::nullopt;
  return failure_of_thread();
}

}  // namespace opensspi::x509
