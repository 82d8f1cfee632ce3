// CERT_CONTEXTs and stores that callers hold.
#include "abi/certificates.h"

#include <gtest/gtest.h>

#include <string>

#include "abi/certificate_info.h"
#include "support/certificates.h"

namespace opensspi::abi {
namespace {

x509::KeyPair key_pair(const char* name) {
  const auto pem = x509::make_self_signed(name).value();
  return x509::key_pair_from_pem(pem.certificate, pem.key, {}).value();
}

template <class T>
HRESULT code_of(const Result<T>& result) {
  return result ? S_OK : static_cast<HRESULT>(static_cast<std::uint32_t>(result.error().value));
}

TEST(Certificates, CountReferences) {
  const PCCERT_CONTEXT context = new_certificate_context(key_pair("host")).value();
  EXPECT_TRUE(add_certificate_reference(context));
  EXPECT_TRUE(drop_certificate_reference(context));
  EXPECT_NE(find_certificate(context), nullptr);
  EXPECT_TRUE(drop_certificate_reference(context));
  EXPECT_FALSE(drop_certificate_reference(context));
  EXPECT_EQ(find_certificate(context), nullptr);
  EXPECT_FALSE(add_certificate_reference(nullptr));
}

TEST(Certificates, ShowTheirFields) {
  const PCCERT_CONTEXT context = new_certificate_context(key_pair("host")).value();
  EXPECT_EQ(context->dwCertEncodingType & 0xFFFF, DWORD{X509_ASN_ENCODING});
  EXPECT_TRUE(equal({context->pbCertEncoded, context->cbCertEncoded},
                    find_certificate(context)->chain.front().der()));
  const CERT_INFO& info = *context->pCertInfo;
  EXPECT_EQ(info.dwVersion, 2u);  // v3
  EXPECT_GT(info.SerialNumber.cbData, 0u);
  EXPECT_TRUE(
      equal({info.Issuer.pbData, info.Issuer.cbData}, {info.Subject.pbData, info.Subject.cbData}));
  EXPECT_STREQ(info.SubjectPublicKeyInfo.Algorithm.pszObjId, "1.2.840.113549.1.1.1");
  EXPECT_TRUE(equal(
      {info.SubjectPublicKeyInfo.PublicKey.pbData, info.SubjectPublicKeyInfo.PublicKey.cbData},
      find_certificate(context)->chain.front().subject_public_key()));
  const auto days = [](const FILETIME& time) {
    return (std::uint64_t{time.dwHighDateTime} << 32 | time.dwLowDateTime) / (864000000000);
  };
  EXPECT_GE(days(info.NotAfter), days(info.NotBefore) + 150);
  EXPECT_LE(days(info.NotAfter), days(info.NotBefore) + 200);
  EXPECT_TRUE(drop_certificate_reference(context));
}

TEST(Certificates, HaveAStoreWithTheirChain) {
  x509::KeyPair pair = key_pair("leaf");
  pair.chain.push_back(key_pair("root").chain.front());
  const PCCERT_CONTEXT context = new_certificate_context(std::move(pair)).value();
  ASSERT_NE(context->hCertStore, nullptr);
  EXPECT_TRUE(drop_certificate_reference(context));
}

TEST(CertificateStore, EnumeratesItsCertificates) {
  x509::KeyPair pair = key_pair("leaf");
  pair.chain.push_back(key_pair("root").chain.front());
  const HCERTSTORE store = new_certificate_store(std::move(pair)).value();
  const PCCERT_CONTEXT leaf = next_in_store(store, nullptr).value();
  ASSERT_NE(leaf, nullptr);
  EXPECT_EQ(leaf->hCertStore, store);
  EXPECT_NE(find_certificate(leaf)->key, nullptr);
  EXPECT_TRUE(add_certificate_reference(leaf));  // to keep it beyond the enumeration
  const PCCERT_CONTEXT root = next_in_store(store, leaf).value();
  ASSERT_NE(root, nullptr);
  EXPECT_EQ(find_certificate(root)->key, nullptr);
  EXPECT_EQ(code_of(next_in_store(store, root)), CRYPT_E_NOT_FOUND);
  EXPECT_EQ(find_certificate(root), nullptr) << "the enumeration gave the last one back";

  EXPECT_EQ(close_store(store), Closed::Pending);
  EXPECT_EQ(close_store(store), Closed::NotOpen);
  EXPECT_NE(find_certificate(leaf), nullptr) << "a referenced certificate outlives its store";
  EXPECT_TRUE(drop_certificate_reference(leaf));
  EXPECT_EQ(code_of(next_in_store(store, nullptr)), E_INVALIDARG);
}

TEST(UsableCertificate, IsFollowedByItsIssuersInTheStore) {
  const test::Issued root = test::issue_authority("Root");
  const test::Issued leaf = test::issue({.common_name = "leaf", .issuer = &root});
  std::vector<x509::KeyPair> pairs = {key_pair("stranger"), root.key_pair(), leaf.key_pair()};
  const HCERTSTORE store = new_certificate_store(std::move(pairs)).value();
  const PCCERT_CONTEXT found = next_in_store(store, nullptr, [](const CertificateState& state) {
                                 return state.certificate().subject_name() == "CN=leaf";
                               }).value();
  const auto usable = usable_certificate(found).value();
  ASSERT_EQ(usable->chain.size(), 2u);
  EXPECT_EQ(usable->chain[1].subject_name(), "CN=Root");
  EXPECT_EQ(find_certificate(found)->chain.size(), 1u);
  EXPECT_TRUE(drop_certificate_reference(found));
  EXPECT_EQ(close_store(store), Closed::Whole);
  EXPECT_EQ(usable_certificate(found).error().status, Status::UnknownCredentials);
}

TEST(CertificateInfo, RefusesWhatIsNoCertificate) {
  const Bytes der = key_pair("host").chain.front().der();
  for (std::size_t size = 0; size < 200; size += 7) {
    CertificateInfo info;
    EXPECT_FALSE(info.read(ByteView(der).first(size))) << size;
  }
  CertificateInfo info;
  EXPECT_TRUE(info.read(der));
}

TEST(DottedOid, WritesArcs) {
  EXPECT_EQ(dotted_oid(Bytes{0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D}), "1.2.840.113549");
  EXPECT_EQ(dotted_oid(Bytes{0x55, 0x04, 0x03}), "2.5.4.3");
  EXPECT_EQ(dotted_oid(Bytes{0x88, 0x37, 0x03}), "2.999.3");
  EXPECT_EQ(dotted_oid(Bytes{0x00}), "0.0");
  EXPECT_EQ(dotted_oid(Bytes{0x2A, 0x86}), "") << "cut inside an arc";
  EXPECT_EQ(dotted_oid(Bytes(12, 0xFF)), "") << "an arc beyond 64 bits";
  EXPECT_EQ(dotted_oid({}), "");
}

// As another thread may, while a search looks at it.
TEST(Certificates, AReplacedOneDoesNotEndASearch) {
  const HCERTSTORE store = new_certificate_store({key_pair("first"), key_pair("second")}).value();
  const PCCERT_CONTEXT found = next_in_store(store, nullptr, [&](const CertificateState& state) {
                                 if (state.certificate().subject_name() != "CN=first") return true;
                                 const auto again =
                                     add_to_store(store, state, CERT_STORE_ADD_REPLACE_EXISTING);
                                 EXPECT_TRUE(again && drop_certificate_reference(*again));
                                 return false;
                               }).value();
  EXPECT_EQ(find_state(found)->certificate().subject_name(), "CN=second");
  EXPECT_TRUE(drop_certificate_reference(found));
  EXPECT_EQ(close_store(store), Closed::Whole);
}

}  // namespace
}  // namespace opensspi::abi
