// What CredSSP and channel bindings read out of a certificate.
#include "x509/certificate.h"

#include <gtest/gtest.h>

#include "support/certificates.h"

namespace opensspi {
namespace {

using test::KeyKind;
using x509::Certificate;

Certificate certificate_of(const test::Issued& issued) {
  return Certificate::from_der(issued.certificate_der()).value();
}

Bytes digest_of(ByteView bytes, const EVP_MD* md) {
  Bytes digest(static_cast<std::size_t>(EVP_MD_get_size(md)));
  EVP_Digest(bytes.data(), bytes.size(), digest.data(), nullptr, md, nullptr);
  return digest;
}

TEST(Certificate, KeepsItsDer) {
  const Bytes der = test::server_of(KeyKind::Ec).certificate_der();
  EXPECT_EQ(Certificate::from_der(der)->der(), der);
}

TEST(Certificate, RefusesWhatIsNotExactlyOneCertificate) {
  const Bytes der = test::server_of(KeyKind::Ec).certificate_der();
  Bytes longer = der;
  longer.push_back(0);
  const Bytes shorter(der.begin(), der.end() - 1);
  const Bytes garbage(64, 0x30);
  for (const Bytes& wrong : {Bytes{}, longer, shorter, garbage}) {
    const auto certificate = Certificate::from_der(wrong);
    ASSERT_FALSE(certificate);
    EXPECT_EQ(certificate.error().status, Status::UnknownCredentials);
  }
}

// [MS-CSSP] 3.1.5: the BIT STRING's contents: RSAPublicKey for RSA, the point for EC.
TEST(Certificate, SubjectPublicKeyIsTheBitStringsContents) {
  for (const KeyKind kind : {KeyKind::Rsa, KeyKind::Ec, KeyKind::Ed25519}) {
    const test::Issued& issued = test::server_of(kind);
    Bytes expected(4096);
    unsigned char* end = expected.data();
    if (kind == KeyKind::Ed25519) {
      std::size_t size = expected.size();
      ASSERT_EQ(EVP_PKEY_get_raw_public_key(issued.key.get(), expected.data(), &size), 1);
      expected.resize(size);
    } else {
      expected.resize(static_cast<std::size_t>(i2d_PublicKey(issued.key.get(), &end)));
    }
    EXPECT_EQ(certificate_of(issued).subject_public_key(), expected);
  }
}

// RFC 5929 4.1, SHA-1 replaced by SHA-256.
TEST(Certificate, EndPointHashFollowsTheSignature) {
  const auto check = [](const char* digest, const EVP_MD* md) {
    const test::Issued issued = test::issue({.digest = digest});
    EXPECT_EQ(certificate_of(issued).end_point_hash().value(),
              digest_of(issued.certificate_der(), md))
        << digest;
  };
  check("SHA1", EVP_sha256());
  check("SHA256", EVP_sha256());
  check("SHA384", EVP_sha384());
  check("SHA512", EVP_sha512());
}

TEST(Certificate, EndPointHashIsUndefinedWithoutAHash) {
  const auto hash = certificate_of(test::server_of(KeyKind::Ed25519)).end_point_hash();
  ASSERT_FALSE(hash);
  EXPECT_EQ(hash.error().status, Status::UnsupportedFunction);
}

// The name by which a smart card's certificate names its user ([MS-WCCE] szOID_NT_PRINCIPAL_NAME).
TEST(Certificate, UserPrincipalNameIsAmongTheAlternativeNames) {
  const auto upn_of = [](const std::string& names) {
    return certificate_of(test::issue({.extensions = {{NID_subject_alt_name, names}}}))
        .user_principal_name();
  };
  EXPECT_EQ(upn_of("otherName:1.3.6.1.4.1.311.20.2.3;UTF8:alice@example.test"),
            "alice@example.test");
  EXPECT_EQ(upn_of("DNS:a.test,otherName:1.2.3;UTF8:no,otherName:1.3.6.1.4.1.311.20.2.3;UTF8:b@c"),
            "b@c");
  EXPECT_EQ(upn_of("otherName:1.3.6.1.4.1.311.20.2.3;IA5:alice@example.test"), "");
  EXPECT_EQ(upn_of("email:alice@example.test"), "");
  EXPECT_EQ(certificate_of(test::server_of(KeyKind::Ec)).user_principal_name(), "");
}

TEST(Certificate, IsForSmartCardLogonByItsExtendedKeyUsage) {
  const auto is = [](const std::string& usages) {
    return certificate_of(test::issue({.extensions = {{NID_ext_key_usage, usages}}}))
        .is_for_smart_card_logon();
  };
  EXPECT_TRUE(is("clientAuth,1.3.6.1.4.1.311.20.2.2"));
  EXPECT_TRUE(is("1.3.6.1.5.2.3.4"));
  EXPECT_FALSE(is("clientAuth,serverAuth"));
  EXPECT_FALSE(certificate_of(test::issue({})).is_for_smart_card_logon());
}

TEST(Certificate, ThumbprintIsTheSha1OfTheDer) {
  const test::Issued& issued = test::server_of(KeyKind::Ec);
  EXPECT_EQ(certificate_of(issued).sha1_thumbprint().value(),
            digest_of(issued.certificate_der(), EVP_sha1()));
}

TEST(Certificate, SubjectNameIsOneLineOfUtf8) {
  const test::Issued issued = test::issue({.common_name = "j\u00fcrgen\n\x1b[31m"});
  EXPECT_EQ(certificate_of(issued).subject_name(), "CN=j\u00fcrgen\\0A\\1B[31m");
}

}  // namespace
}  // namespace opensspi
