// Certificates and keys from PEM and PFX, and the ways in which they can be wrong.
#include "x509/private_key.h"

#include <gtest/gtest.h>
#include <openssl/objects.h>

#include <set>
#include <span>

#include "support/certificates.h"
#include "x509/native.h"

namespace opensspi {
namespace {

using test::Issued;
using test::KeyKind;

Bytes joined(std::initializer_list<Bytes> parts) {
  Bytes all;
  for (const Bytes& part : parts) append(all, part);
  return all;
}

template <class T>
void expect_refused(const Result<T>& pair, const char* why) {
  ASSERT_FALSE(pair);
  EXPECT_EQ(pair.error().status, Status::UnknownCredentials);
  EXPECT_STREQ(pair.error().why, why);
}

struct Chain {
  Issued root = test::issue_authority("Root");
  Issued server = test::issue({.common_name = "leaf", .issuer = &root});
};

TEST(KeyPairFromPem, ReadsEveryKindOfKey) {
  for (const KeyKind kind : {KeyKind::Rsa, KeyKind::Ec, KeyKind::Ed25519}) {
    const Issued& issued = test::server_of(kind);
    const auto pair = x509::key_pair_from_pem(issued.certificate_pem(), issued.key_pem(), {});
    ASSERT_TRUE(pair) << pair.error().why;
    ASSERT_EQ(pair->chain.size(), 1U);
    EXPECT_EQ(pair->chain[0].der(), issued.certificate_der());
    EXPECT_EQ(EVP_PKEY_eq(pair->key->native().key.get(), issued.key.get()), 1);
  }
}

TEST(KeyPairFromPem, KeepsTheChainInTheFilesOrder) {
  const Chain made;
  const auto pair =
      x509::key_pair_from_pem(joined({made.server.certificate_pem(), made.root.certificate_pem()}),
                              made.server.key_pem(), {});
  ASSERT_TRUE(pair) << pair.error().why;
  ASSERT_EQ(pair->chain.size(), 2U);
  EXPECT_EQ(pair->chain[1].der(), made.root.certificate_der());
}

TEST(KeyPairFromPem, ReadsWhatWasWritten) {
  const Chain made;
  for (const KeyKind kind : {KeyKind::Rsa, KeyKind::Ec, KeyKind::Ed25519}) {
    const x509::KeyPair pair = test::server_of(kind).key_pair();
    const SecretBytes key = pair.key->to_pem().value();
    const Bytes chain = x509::chain_to_pem({pair.chain[0], made.root.key_pair().chain[0]}).value();
    const auto read = x509::key_pair_from_pem(chain, key.expose(), {});
    ASSERT_TRUE(read) << read.error().why;
    EXPECT_EQ(read->chain.size(), 2U);
    EXPECT_EQ(EVP_PKEY_eq(read->key->native().key.get(), pair.key->native().key.get()), 1);
  }
}

TEST(KeyPairFromPem, FindsBothPartsInOneText) {
  const Issued& issued = test::server_of(KeyKind::Ec);
  const Bytes both = joined({issued.key_pem(), issued.certificate_pem()});
  EXPECT_TRUE(x509::key_pair_from_pem(both, both, {}));
}

TEST(KeyPairFromPem, OpensAnEncryptedKey) {
  const Issued& issued = test::server_of(KeyKind::Ec);
  const Bytes certificate = issued.certificate_pem(), key = issued.key_pem("s\u00e9same");
  EXPECT_TRUE(x509::key_pair_from_pem(certificate, key, view("s\u00e9same")));
  expect_refused(x509::key_pair_from_pem(certificate, key, view("sesame")),
                 "the password does not open the private key");
  expect_refused(x509::key_pair_from_pem(certificate, key, {}),
                 "the private key is encrypted and no password was given");
}

TEST(KeyPairFromPem, SaysWhatIsWrong) {
  const Issued& issued = test::server_of(KeyKind::Ec);
  const Bytes certificate = issued.certificate_pem(), key = issued.key_pem();
  expect_refused(x509::key_pair_from_pem(key, key, {}),
                 "there is no certificate in PEM form (BEGIN CERTIFICATE)");
  expect_refused(x509::key_pair_from_pem({}, key, {}),
                 "there is no certificate in PEM form (BEGIN CERTIFICATE)");
  expect_refused(x509::key_pair_from_pem(certificate, certificate, {}),
                 "there is no private key in PEM form that can be read (BEGIN PRIVATE KEY)");
  expect_refused(x509::key_pair_from_pem(certificate, test::server_of(KeyKind::Rsa).key_pem(), {}),
                 "the private key does not belong to the (first) certificate");
  const std::string_view cut = "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n";
  expect_refused(x509::key_pair_from_pem(copy(view(cut)), key, {}),
                 "a certificate in the PEM text cannot be read");
  expect_refused(x509::key_pair_from_pem(joined({certificate, copy(view(cut))}), key, {}),
                 "a certificate in the PEM text cannot be read");
}

TEST(Pfx, ReadsModernAndOldEncryption) {
  const Issued& issued = test::server_of(KeyKind::Rsa);
  const struct {
    int key, certificate;
  } kinds[] = {{0, 0},
               {NID_pbe_WithSHA1And3_Key_TripleDES_CBC, NID_pbe_WithSHA1And3_Key_TripleDES_CBC},
               {NID_pbe_WithSHA1And3_Key_TripleDES_CBC, NID_pbe_WithSHA1And40BitRC2_CBC}};
  for (const auto& kind : kinds) {
    const Bytes pfx = test::make_pfx(issued, {.password = "p\u00e4ss",
                                              .key_algorithm = kind.key,
                                              .certificate_algorithm = kind.certificate});
    const auto pairs = x509::certificates_from_pfx(pfx, view("p\u00e4ss"));
    ASSERT_TRUE(pairs) << pairs.error().why;
    const auto* pair = &pairs->front();
    EXPECT_EQ(pair->chain[0].der(), issued.certificate_der());
    EXPECT_EQ(EVP_PKEY_eq(pair->key->native().key.get(), issued.key.get()), 1);
  }
}

TEST(Pfx, ReadsOneWithoutPassword) {
  const Bytes pfx = test::make_pfx(test::server_of(KeyKind::Ec), {});
  EXPECT_TRUE(x509::certificates_from_pfx(pfx, {}));
}

TEST(Pfx, OrdersTheChainAndKeepsStrangers) {
  const Issued root = test::issue_authority("Root");
  const Issued middle = test::issue({.common_name = "Middle",
                                     .issuer = &root,
                                     .extensions = {{NID_basic_constraints, "critical,CA:TRUE"}}});
  const Issued stranger = test::issue_authority("Stranger");
  const Issued server = test::issue({.common_name = "leaf", .issuer = &middle});
  const auto pairs = x509::certificates_from_pfx(
      test::make_pfx(server, {.password = "x", .chain = {&root, &stranger, &middle}}), view("x"));
  ASSERT_TRUE(pairs) << pairs.error().why;
  const auto* pair = &pairs->front();
  ASSERT_EQ(pair->chain.size(), 3U);
  EXPECT_EQ(pair->chain[0].der(), server.certificate_der());
  EXPECT_EQ(pair->chain[1].der(), middle.certificate_der());
  EXPECT_EQ(pair->chain[2].der(), root.certificate_der());
  std::set<Bytes> others;
  for (const auto& other : std::span(*pairs).subspan(1)) {
    EXPECT_EQ(other.key, nullptr);
    EXPECT_EQ(other.chain.size(), 1U);
    others.insert(other.chain[0].der());
  }
  EXPECT_EQ(others, (std::set<Bytes>{root.certificate_der(), stranger.certificate_der(),
                                     middle.certificate_der()}));
}

TEST(Pfx, MayHoldSeveralKeysOrNone) {
  const Issued one = test::issue({.common_name = "one"}), two = test::issue({.common_name = "two"});
  const Issued bare = test::issue({.common_name = "bare"});
  STACK_OF(PKCS12_SAFEBAG)* bags = nullptr;
  for (const Issued* issued : {&bare, &one, &two}) PKCS12_add_cert(&bags, issued->x509.get());
  for (const Issued* issued : {&two, &one})
    PKCS12_add_key(&bags, issued->key.get(), 0, PKCS12_DEFAULT_ITER, NID_aes_256_cbc, "x");
  STACK_OF(PKCS7)* safes = nullptr;
  PKCS12_add_safe(&safes, bags, -1, 0, nullptr);
  const std::unique_ptr<PKCS12, decltype(&PKCS12_free)> pfx(PKCS12_add_safes(safes, 0),
                                                            PKCS12_free);
  sk_PKCS12_SAFEBAG_pop_free(bags, PKCS12_SAFEBAG_free);
  sk_PKCS7_pop_free(safes, PKCS7_free);
  PKCS12_set_mac(pfx.get(), "x", -1, nullptr, 0, 0, nullptr);
  const Bytes der =
      test::certificates::written([&](BIO* out) { return i2d_PKCS12_bio(out, pfx.get()); });
  const auto pairs = x509::certificates_from_pfx(der, view("x"));
  ASSERT_TRUE(pairs) << pairs.error().why;
  ASSERT_EQ(pairs->size(), 3U);
  const Issued* const expected[] = {&one, &two, &bare};
  for (std::size_t i = 0; i < 3; ++i) {
    EXPECT_EQ((*pairs)[i].chain[0].der(), expected[i]->certificate_der());
    EXPECT_EQ((*pairs)[i].key != nullptr, i != 2);
  }
}

TEST(Pfx, SaysWhatIsWrong) {
  const Bytes pfx = test::make_pfx(test::server_of(KeyKind::Ec), {.password = "right"});
  expect_refused(x509::certificates_from_pfx(pfx, view("wrong")),
                 "the password does not open the PFX");
  expect_refused(x509::certificates_from_pfx(pfx, {}), "the password does not open the PFX");
  expect_refused(x509::certificates_from_pfx(test::server_of(KeyKind::Ec).certificate_pem(), {}),
                 "the bytes are not a PFX (PKCS#12) file");
  expect_refused(x509::certificates_from_pfx({}, {}), "the bytes are not a PFX (PKCS#12) file");
}

TEST(Pfx, SurvivesEveryDamagedByte) {
  const Bytes pfx = test::make_pfx(
      test::server_of(KeyKind::Ec),
      {.password = "x", .key_algorithm = -1, .certificate_algorithm = -1});  // unencrypted
  for (std::size_t i = 0; i < pfx.size(); i += 3) {
    Bytes damaged = pfx;
    damaged[i] ^= 0x41;
    const auto pairs = x509::certificates_from_pfx(damaged, view("x"));
    EXPECT_TRUE(pairs || pairs.error().status == Status::UnknownCredentials) << i;
  }
}

TEST(MakeSelfSigned, LooksLikeWindowsRemoteDesktopCertificate) {
  const auto pem = x509::make_self_signed("rdp.example.com");
  ASSERT_TRUE(pem) << pem.error().why;
  const auto pair = x509::key_pair_from_pem(pem->certificate, pem->key, {});
  ASSERT_TRUE(pair) << pair.error().why;
  X509* x509 = pair->chain[0].native().x509.get();
  EXPECT_EQ(pair->chain[0].subject_name(), "CN=rdp.example.com");
  EXPECT_EQ(EVP_PKEY_get_bits(pair->key->native().key.get()), 2048);
  EXPECT_EQ(X509_get_signature_nid(x509), NID_sha256WithRSAEncryption);
  EXPECT_EQ(X509_self_signed(x509, 1), 1);
  EXPECT_EQ(X509_get_extended_key_usage(x509), static_cast<std::uint32_t>(XKU_SSL_SERVER));
  EXPECT_EQ(X509_get_key_usage(x509),
            static_cast<std::uint32_t>(KU_DIGITAL_SIGNATURE | KU_KEY_ENCIPHERMENT |
                                       KU_DATA_ENCIPHERMENT));
  EXPECT_EQ(X509_check_host(x509, "rdp.example.com", 0, 0, nullptr), 1);
  int days = 0, seconds = 0;
  ASN1_TIME_diff(&days, &seconds, X509_get0_notBefore(x509), X509_get0_notAfter(x509));
  EXPECT_EQ(days, 183);
}

TEST(MakeSelfSigned, NamesAddressesAndLongHosts) {
  const auto address = x509::make_self_signed("192.0.2.7");
  const auto address_pair = x509::key_pair_from_pem(address->certificate, address->key, {});
  EXPECT_EQ(X509_check_ip_asc(address_pair->chain[0].native().x509.get(), "192.0.2.7", 0), 1);

  const std::string host = "desk." + std::string(60, 'a') + ".example";
  const auto pem = x509::make_self_signed(host);
  ASSERT_TRUE(pem) << pem.error().why;
  const auto pair = x509::key_pair_from_pem(pem->certificate, pem->key, {});
  EXPECT_EQ(pair->chain[0].subject_name(), "CN=desk");
  EXPECT_EQ(X509_check_host(pair->chain[0].native().x509.get(), host.c_str(), 0, 0, nullptr), 1);
}

TEST(MakeSelfSigned, NeedsAName) {
  EXPECT_EQ(x509::make_self_signed("").error().status, Status::InvalidParameter);
}

}  // namespace
}  // namespace opensspi
