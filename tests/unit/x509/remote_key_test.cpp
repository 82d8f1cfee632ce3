// Keys that a Signer has: OpenSSL signs by them and verifies what they signed.
#include <gtest/gtest.h>
#include <openssl/err.h>

#include "crypto/openssl.h"
#include "support/key_signer.h"
#include "x509/native.h"

namespace opensspi {
namespace {

using test::Issued;
using test::KeyKind;
using x509::Signer;
using Operation = Signer::Operation;

using OwnedMdCtx = std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)>;

const Issued& rsa_of(int bits) {
  const auto make = [](int size) {
    return test::issue({}, std::shared_ptr<EVP_PKEY>(EVP_RSA_gen(size), EVP_PKEY_free));
  };
  static const Issued usual = make(2048), uneven = make(2049);
  return bits == 2048 ? usual : uneven;
}

const Issued& ec_of(const char* curve) {
  const auto make = [](const char* name) {
    return test::issue({}, std::shared_ptr<EVP_PKEY>(EVP_EC_gen(name), EVP_PKEY_free));
  };
  static const Issued p256 = make("P-256"), p384 = make("P-384"), p521 = make("P-521");
  return std::string_view(curve) == "P-256"   ? p256
         : curve == std::string_view("P-384") ? p384
                                              : p521;
}

bool prepare_pss(EVP_PKEY_CTX* ctx) {
  return EVP_PKEY_CTX_set_rsa_padding(ctx, RSA_PKCS1_PSS_PADDING) == 1 &&
         EVP_PKEY_CTX_set_rsa_pss_saltlen(ctx, RSA_PSS_SALTLEN_DIGEST) == 1;
}

// As libssl signs.
std::optional<Bytes> signature_by(const x509::KeyPair& pair, const char* digest, bool pss,
                                  ByteView message) {
  const OwnedMdCtx ctx(EVP_MD_CTX_new(), EVP_MD_CTX_free);
  EVP_PKEY_CTX* key_ctx = nullptr;
  if (EVP_DigestSignInit_ex(ctx.get(), &key_ctx, digest, crypto::library_context(), nullptr,
                            pair.key->native().key.get(), nullptr) != 1 ||
      (pss && !prepare_pss(key_ctx))) {
    return std::nullopt;
  }
  std::size_t size = 0;
  EXPECT_EQ(EVP_DigestSign(ctx.get(), nullptr, &size, message.data(), message.size()), 1);
  Bytes signature(size);
  if (EVP_DigestSign(ctx.get(), signature.data(), &size, message.data(), message.size()) != 1) {
    return std::nullopt;
  }
  signature.resize(size);
  return signature;
}

bool verifies(EVP_PKEY* key, const char* digest, bool pss, ByteView message, ByteView signature) {
  const OwnedMdCtx ctx(EVP_MD_CTX_new(), EVP_MD_CTX_free);
  EVP_PKEY_CTX* key_ctx = nullptr;
  return EVP_DigestVerifyInit_ex(ctx.get(), &key_ctx, digest, nullptr, nullptr, key, nullptr) ==
             1 &&
         (!pss || prepare_pss(key_ctx)) &&
         EVP_DigestVerify(ctx.get(), signature.data(), signature.size(), message.data(),
                          message.size()) == 1;
}

void expect_signs(const Issued& issued, std::set<Operation> operations, bool pss) {
  const auto pair =
      test::held_by(std::make_shared<test::KeySigner>(issued.key, std::move(operations)), issued);
  const ByteView message = view("client hello, server hello, and all");
  for (const char* digest : {"SHA256", "SHA2-384", "SHA512"}) {
    const auto signature = signature_by(pair, digest, pss, message);
    ASSERT_TRUE(signature) << digest;
    EXPECT_TRUE(verifies(issued.key.get(), digest, pss, message, *signature)) << digest;
    EXPECT_FALSE(verifies(issued.key.get(), digest, pss, view("another"), *signature));
  }
}

TEST(RemoteKey, SignsByWhatItsTokenHas) {
  for (const int bits : {2048, 2049}) {
    const Issued& rsa = rsa_of(bits);
    expect_signs(rsa, {Operation::RsaPkcs1}, false);
    expect_signs(rsa, {Operation::RsaRaw}, false);
    expect_signs(rsa, {Operation::RsaPss}, true);
    expect_signs(rsa, {Operation::RsaRaw}, true);
    expect_signs(rsa, {Operation::RsaPkcs1, Operation::RsaRaw}, true);
  }
  for (const char* curve : {"P-256", "P-384", "P-521"}) {
    expect_signs(ec_of(curve), {Operation::Ecdsa}, false);
  }
}

TEST(RemoteKey, IsTakenForTheKeyOfItsCertificate) {
  const Issued &ec = ec_of("P-256"), &rsa = rsa_of(2048);
  const auto pair = test::held_by(
      std::make_shared<test::KeySigner>(ec.key, std::set<Operation>{Operation::Ecdsa}), ec);
  const auto of = [](const Issued& issued) {
    return x509::Certificate::from_der(issued.certificate_der()).value();
  };
  EXPECT_TRUE(x509::is_key_of(*pair.key, of(ec)));
  EXPECT_FALSE(x509::is_key_of(*pair.key, of(ec_of("P-384"))));
  EXPECT_FALSE(x509::is_key_of(*pair.key, of(rsa)));
  EXPECT_EQ(EVP_PKEY_get_base_id(pair.key->native().key.get()), EVP_PKEY_EC);
  // Whichever comes first.
  EXPECT_EQ(EVP_PKEY_eq(pair.key->native().key.get(), ec.key.get()), 1);
  EXPECT_EQ(EVP_PKEY_eq(ec.key.get(), pair.key->native().key.get()), 1);
}

TEST(RemoteKey, IsNotWrittenOut) {
  const auto pair = test::held_by(
      std::make_shared<test::KeySigner>(rsa_of(2048).key, std::set<Operation>{Operation::RsaPss}),
      rsa_of(2048));
  const auto pem = pair.key->to_pem();
  ASSERT_FALSE(pem);
  EXPECT_EQ(pem.error().status, Status::UnsupportedFunction);
}

TEST(RemoteKey, NeedsAMechanism) {
  const auto status = [](const Issued& issued, std::set<Operation> operations) {
    const auto key = x509::PrivateKey::held_by(
        std::make_shared<test::KeySigner>(issued.key, std::move(operations)),
        x509::Certificate::from_der(issued.certificate_der()).value());
    return key ? Status::Ok : key.error().status;
  };
  EXPECT_EQ(status(ec_of("P-256"), {Operation::RsaPkcs1}), Status::UnknownCredentials);
  EXPECT_EQ(status(rsa_of(2048), {Operation::Ecdsa}), Status::UnknownCredentials);
  EXPECT_EQ(status(test::server_of(KeyKind::Ed25519), {Operation::Ecdsa}),
            Status::UnknownCredentials);
}

TEST(RemoteKey, PssIsMissedOnlyOfTheRsaKeysThatLackIt) {
  const auto lacks = [](const Issued& issued, std::set<Operation> operations) {
    return test::held_by(std::make_shared<test::KeySigner>(issued.key, std::move(operations)),
                         issued)
        .key->lacks_pss();
  };
  EXPECT_TRUE(lacks(rsa_of(2048), {Operation::RsaPkcs1}));
  EXPECT_FALSE(lacks(rsa_of(2048), {Operation::RsaPkcs1, Operation::RsaPss}));
  EXPECT_FALSE(lacks(rsa_of(2048), {Operation::RsaRaw}));
  EXPECT_FALSE(lacks(ec_of("P-256"), {Operation::Ecdsa}));
  EXPECT_FALSE(rsa_of(2048).key_pair().key->lacks_pss());
}

TEST(RemoteKey, TellsWhyItDidNotSign) {
  const auto signer =
      std::make_shared<test::KeySigner>(rsa_of(2048).key, std::set<Operation>{Operation::RsaPkcs1});
  const auto pair = test::held_by(signer, rsa_of(2048));
  signer->failure = Error{Status::NoCredentials, "the card is gone"};
  ERR_clear_error();  // what wrong signatures left
  EXPECT_FALSE(signature_by(pair, "SHA256", false, view("message")));
  std::optional<Error> told;
  while (const unsigned long code = ERR_get_error()) {
    if (!told) told = x509::remote_failure(code);
  }
  ASSERT_TRUE(told);
  EXPECT_STREQ(told->why, "the card is gone");
  signer->failure.reset();
  EXPECT_FALSE(signature_by(pair, "SHA256", true, view("message")));
  EXPECT_STREQ(x509::remote_failure(ERR_peek_last_error()).value_or(Error{}).why,
               "the key's token cannot make RSA-PSS signatures");
  ERR_clear_error();
  EXPECT_FALSE(signature_by(pair, "SHA1", false, view("message")));
  ERR_clear_error();
}

}  // namespace
}  // namespace opensspi
