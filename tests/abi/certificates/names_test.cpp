// CertNameToStr and CertGetNameString.
#include "material.h"
#include "stores.h"

namespace caller {
namespace {

std::string der_of(const std::string& subject, const std::string& extensions = "") {
  const Files files("name");
  files.openssl("req -new -x509 -utf8 -multivalue-rdn -key $key -subj '" + subject + "' " +
                extensions + " -outform DER -out $out");
  return files.read();
}

Context of(const std::string& der) {
  return Context(CertCreateCertificateContext(X509_ASN_ENCODING,
                                              reinterpret_cast<const BYTE*>(der.data()),
                                              static_cast<DWORD>(der.size())));
}

std::string text_of(const Context& context, DWORD type) {
  char text[512];
  const DWORD size =
      CertNameToStrA(X509_ASN_ENCODING, &context->pCertInfo->Subject, type, text, sizeof text);
  return {text, size - 1};
}

TEST(NameToStr, WritesEveryForm) {
  const Context context =
      of(der_of("/C=XX/O=Hearts, Queen of/OU=Tarts+CN=The Knave/emailAddress=k@example"));
  EXPECT_EQ("XX, \"Hearts, Queen of\", Tarts + The Knave, k@example",
            text_of(context, CERT_SIMPLE_NAME_STR));
  EXPECT_EQ(
      "2.5.4.6=XX, 2.5.4.10=\"Hearts, Queen of\", 2.5.4.11=Tarts + 2.5.4.3=The Knave, "
      "1.2.840.113549.1.9.1=k@example",
      text_of(context, CERT_OID_NAME_STR));
  EXPECT_EQ("C=XX, O=\"Hearts, Queen of\", OU=Tarts + CN=The Knave, E=k@example",
            text_of(context, CERT_X500_NAME_STR));
  EXPECT_EQ("E=k@example; OU=Tarts CN=The Knave; O=Hearts, Queen of; C=XX",
            text_of(context, CERT_X500_NAME_STR | CERT_NAME_STR_REVERSE_FLAG |
                                 CERT_NAME_STR_SEMICOLON_FLAG | CERT_NAME_STR_NO_PLUS_FLAG |
                                 CERT_NAME_STR_NO_QUOTING_FLAG));
  EXPECT_EQ("", text_of(context, 0));
  EXPECT_EQ("OID.2.5.4.65=x, S=\"a\"\"b\"",
            text_of(of(der_of("/2.5.4.65=x/ST=a\"b")), CERT_X500_NAME_STR));
}

TEST(NameToStr, CountsWithTheZeroAndCuts) {
  const Context context = of(der_of("/CN=\xE2\x99\xA5\xF0\x9F\x90\x87"));  // a heart, a rabbit
  CERT_NAME_BLOB* const name = &context->pCertInfo->Subject;
  EXPECT_EQ(8u, CertNameToStrA(X509_ASN_ENCODING, name, CERT_SIMPLE_NAME_STR, nullptr, 0));
  EXPECT_EQ(4u, CertNameToStrW(X509_ASN_ENCODING, name, CERT_SIMPLE_NAME_STR, nullptr, 0));
  WCHAR wide[4] = {9, 9, 9, 9};
  EXPECT_EQ(2u, CertNameToStrW(X509_ASN_ENCODING, name, CERT_SIMPLE_NAME_STR, wide, 3));
  EXPECT_EQ(u"\u2665", std::basic_string<WCHAR>(wide)) << "no half of a pair";
  char narrow[8];
  EXPECT_EQ(4u, CertNameToStrA(X509_ASN_ENCODING, name, CERT_SIMPLE_NAME_STR, narrow, 7));
  EXPECT_STREQ("\xE2\x99\xA5", narrow);
  EXPECT_EQ(1u, CertNameToStrA(X509_ASN_ENCODING, name, CERT_SIMPLE_NAME_STR, narrow, 1));
  EXPECT_STREQ("", narrow);
  BYTE junk[] = {0x30, 0x05, 1};
  CERT_NAME_BLOB none{sizeof junk, junk};
  EXPECT_EQ(1u, CertNameToStrA(X509_ASN_ENCODING, &none, CERT_SIMPLE_NAME_STR, narrow, 8));
  EXPECT_EQ(1u, CertNameToStrA(X509_ASN_ENCODING, nullptr, CERT_SIMPLE_NAME_STR, nullptr, 0));
}

TEST(NameString, FindsEveryType) {
  const Context context =
      of(der_of("/O=Wonderland/CN=The Knave/emailAddress=old@example",
                "-addext 'subjectAltName=email:knave@example,DNS:one.example,DNS:two.example,"
                "URI:http://example/,otherName:1.3.6.1.4.1.311.20.2.3;UTF8:knave@WONDERLAND'"));
  const PCCERT_CONTEXT knave = context.get();
  EXPECT_EQ("knave@example", name_of(knave, CERT_NAME_EMAIL_TYPE));
  DWORD x500 = CERT_X500_NAME_STR;
  EXPECT_EQ("O=Wonderland, CN=The Knave, E=old@example",
            name_of(knave, CERT_NAME_RDN_TYPE, 0, &x500));
  EXPECT_EQ("Wonderland", name_of(knave, CERT_NAME_ATTR_TYPE, 0, szOID_ORGANIZATION_NAME));
  EXPECT_EQ("", name_of(knave, CERT_NAME_ATTR_TYPE, 0, szOID_LOCALITY_NAME));
  EXPECT_EQ("The Knave", name_of(knave, CERT_NAME_SIMPLE_DISPLAY_TYPE));
  EXPECT_EQ("The Knave", name_of(knave, CERT_NAME_FRIENDLY_DISPLAY_TYPE));
  EXPECT_EQ("one.example", name_of(knave, CERT_NAME_DNS_TYPE));
  EXPECT_EQ(std::string("one.example\0two.example\0", 24),
            name_of(knave, CERT_NAME_DNS_TYPE, CERT_NAME_SEARCH_ALL_NAMES_FLAG));
  EXPECT_EQ("http://example/", name_of(knave, CERT_NAME_URL_TYPE));
  EXPECT_EQ("knave@WONDERLAND", name_of(knave, CERT_NAME_UPN_TYPE));
  EXPECT_EQ("", name_of(knave, 99));
  EXPECT_EQ("", name_of(knave, CERT_NAME_URL_TYPE, CERT_NAME_SEARCH_ALL_NAMES_FLAG));
  EXPECT_EQ("", name_of(nullptr, CERT_NAME_SIMPLE_DISPLAY_TYPE));
}

// Who reads on to the empty name at the end stays inside the buffer.
TEST(NameString, AListIsCutBetweenNames) {
  const Context host = of(der_of("/CN=host.example"));
  for (DWORD room = 1; room <= 14; ++room) {
    WCHAR wide[14] = u"xxxxxxxxxxxxx";
    const std::u16string all(u"host.example\0", 14);
    const auto expected = room < 14 ? std::u16string(1, u'\0') : all;
    EXPECT_EQ(expected.size(),
              CertGetNameStringW(host.get(), CERT_NAME_DNS_TYPE, CERT_NAME_SEARCH_ALL_NAMES_FLAG,
                                 nullptr, wide, room));
    EXPECT_EQ(expected, std::u16string(wide, expected.size())) << room;
  }
  const Context two = of(der_of("/CN=x", "-addext subjectAltName=DNS:one.example,DNS:two.example"));
  char text[24];
  EXPECT_EQ(13u, CertGetNameStringA(two.get(), CERT_NAME_DNS_TYPE, CERT_NAME_SEARCH_ALL_NAMES_FLAG,
                                    nullptr, text, sizeof text));
  EXPECT_EQ(std::string("one.example\0", 13), std::string(text, 13));
}

TEST(NameString, FallsBack) {
  const Context plain = of(der_of("/OU=Cards/O=Wonderland/emailAddress=old@example"));
  EXPECT_EQ("old@example", name_of(plain.get(), CERT_NAME_EMAIL_TYPE));
  EXPECT_EQ("Cards", name_of(plain.get(), CERT_NAME_SIMPLE_DISPLAY_TYPE));
  EXPECT_EQ("", name_of(plain.get(), CERT_NAME_DNS_TYPE));
  EXPECT_EQ("", name_of(plain.get(), CERT_NAME_DNS_TYPE, CERT_NAME_SEARCH_ALL_NAMES_FLAG));
  EXPECT_EQ("host.example", name_of(of(der_of("/CN=host.example")).get(), CERT_NAME_DNS_TYPE));
  EXPECT_EQ("XX", name_of(of(der_of("/C=XX")).get(), CERT_NAME_SIMPLE_DISPLAY_TYPE));
}

TEST(NameString, IsTheIssuersWhenAsked) {
  const Files files("issued");
  files.openssl(
      "req -x509 -newkey rsa:2048 -nodes -subj /CN=issuer -keyout $out.ca -out $out2; "
      "openssl req -new -key $key -subj /CN=leaf | "
      "openssl x509 -req -CA $out2 -CAkey $out.ca -set_serial 7 -outform DER -out $out");
  const Context leaf = of(files.read());
  EXPECT_EQ("issuer", name_of(leaf.get(), CERT_NAME_SIMPLE_DISPLAY_TYPE, CERT_NAME_ISSUER_FLAG));
  WCHAR wide[8];
  EXPECT_EQ(5u, CertGetNameStringW(leaf.get(), CERT_NAME_SIMPLE_DISPLAY_TYPE, 0, nullptr, wide, 8));
  EXPECT_EQ(u"leaf", std::basic_string<WCHAR>(wide));
}

}  // namespace
}  // namespace caller
