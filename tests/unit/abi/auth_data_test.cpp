// pAuthData in every form that callers bring.
#include "abi/auth_data.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "abi/certificates.h"
#include "abi/windows_names.h"
#include "base/utf16.h"
#include "sspi/tls_auth_data.h"
#include "tls/session.h"

namespace opensspi::abi {
namespace {

// Strings that end where their lengths say, so that a read beyond shows under the sanitizers.
template <class Char>
struct Strings {
  std::vector<Char> user, domain, password;
};

template <class Structure, class Char>
void fill(Structure& identity, Strings<Char>& strings, std::uint32_t flags) {
  using Pointer = decltype(identity.User);
  identity.User = reinterpret_cast<Pointer>(strings.user.data());
  identity.UserLength = static_cast<ULONG>(strings.user.size());
  identity.Domain = reinterpret_cast<Pointer>(strings.domain.data());
  identity.DomainLength = static_cast<ULONG>(strings.domain.size());
  identity.Password = reinterpret_cast<Pointer>(strings.password.data());
  identity.PasswordLength = static_cast<ULONG>(strings.password.size());
  identity.Flags = flags;
}

template <class Char>
std::vector<Char> chars(std::basic_string_view<Char> text) {
  return {text.begin(), text.end()};
}

Strings<char16_t> wide() {
  return {chars<char16_t>(u"J\u00fcrgen"), chars<char16_t>(u"WORK"), chars<char16_t>(u"p\u00e4ss")};
}
Strings<char> narrow() {
  return {chars<char>("J\u00fcrgen"), chars<char>("WORK"), chars<char>("p\u00e4ss")};
}

void expect_juergen(const Result<AuthData>& data) {
  ASSERT_TRUE(data) << data.error().why;
  ASSERT_NE(data->identity, nullptr);
  EXPECT_EQ(data->identity->user, "J\u00fcrgen");
  EXPECT_EQ(data->identity->domain, "WORK");
  ASSERT_NE(data->identity->password(), nullptr);
  EXPECT_TRUE(equal(data->identity->password()->expose(), *utf8_to_utf16le("p\u00e4ss")));
}

Result<AuthData> read(const void* identity) {
  return read_auth_data(AuthDataKind::Identity, CredentialUse::Outbound, identity, {});
}

TEST(AuthIdentity, WideAndNarrow) {
  auto w = wide();
  SEC_WINNT_AUTH_IDENTITY_W identity_w{};
  fill(identity_w, w, SEC_WINNT_AUTH_IDENTITY_UNICODE);
  expect_juergen(read(&identity_w));

  auto a = narrow();
  SEC_WINNT_AUTH_IDENTITY_A identity_a{};
  fill(identity_a, a, SEC_WINNT_AUTH_IDENTITY_ANSI);
  expect_juergen(read(&identity_a));
}

TEST(AuthIdentity, ExtendedWithPackageList) {
  auto w = wide();
  SEC_WINNT_AUTH_IDENTITY_EXW identity{};
  identity.Version = SEC_WINNT_AUTH_IDENTITY_VERSION;
  identity.Length = sizeof identity;
  fill(identity, w, SEC_WINNT_AUTH_IDENTITY_UNICODE);
  auto list = chars<char16_t>(u"!ntlm");
  identity.PackageList = reinterpret_cast<decltype(identity.PackageList)>(list.data());
  identity.PackageListLength = 5;
  const auto data = read(&identity);
  expect_juergen(data);
  EXPECT_EQ(data->package_list, "!ntlm");
}

TEST(AuthIdentity, NothingGivenMeansTheCallersOwn) {
  SEC_WINNT_AUTH_IDENTITY_W identity{};
  identity.Flags = SEC_WINNT_AUTH_IDENTITY_UNICODE;
  EXPECT_EQ(read(&identity)->identity, nullptr);
  EXPECT_EQ(read(nullptr)->identity, nullptr);
}

// W:ntlm:1262-1392: an identity with parts that are NULL or empty.
TEST(AuthIdentity, PartsMayBeMissing) {
  auto w = wide();
  SEC_WINNT_AUTH_IDENTITY_W identity{};
  fill(identity, w, SEC_WINNT_AUTH_IDENTITY_UNICODE);
  identity.Domain = nullptr;
  identity.Password = nullptr;
  const auto data = read(&identity);
  ASSERT_TRUE(data);
  EXPECT_EQ(data->identity->user, "J\u00fcrgen");
  EXPECT_EQ(data->identity->domain, "");
  ASSERT_NE(data->identity->password(), nullptr);
  EXPECT_TRUE(data->identity->password()->empty());
}

// Windows takes a password whatever its code units are.
TEST(AuthIdentity, PasswordMayHaveUnpairedSurrogates) {
  auto w = wide();
  w.password = {0xD800, u'x'};
  SEC_WINNT_AUTH_IDENTITY_W identity{};
  fill(identity, w, SEC_WINNT_AUTH_IDENTITY_UNICODE);
  const auto data = read(&identity);
  ASSERT_TRUE(data);
  EXPECT_EQ(data->identity->password()->size(), 4u);
}

TEST(AuthIdentity, RefusesWhatItCannotRead) {
  auto w = wide();
  SEC_WINNT_AUTH_IDENTITY_W identity{};
  const auto status_with = [&](auto change) {
    fill(identity, w, SEC_WINNT_AUTH_IDENTITY_UNICODE);
    change();
    const auto data = read(&identity);
    return data ? Status::Ok : data.error().status;
  };
  EXPECT_EQ(status_with([&] { identity.UserLength = 0x8000; }), Status::UnknownCredentials);
  EXPECT_EQ(status_with([&] { identity.PasswordLength = 0xFFFFFFFF; }), Status::UnknownCredentials);
  EXPECT_EQ(status_with([&] { identity.Flags |= SEC_WINNT_AUTH_IDENTITY_FLAGS_PROCESS_ENCRYPTED; }),
            Status::UnknownCredentials);
  EXPECT_EQ(status_with([&] { w.user[0] = 0xDC00; }), Status::UnknownCredentials);
  const std::uint32_t packed[18] = {SEC_WINNT_AUTH_IDENTITY_VERSION_2, 48};
  EXPECT_EQ(read(packed).error().status, Status::UnknownCredentials);
}

class CredSspCred : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    const auto pem = x509::make_self_signed("host").value();
    certificate =
        new_certificate_context(x509::key_pair_from_pem(pem.certificate, pem.key, {}).value())
            .value();
  }
  static void TearDownTestSuite() {
    EXPECT_TRUE(drop_certificate_reference(certificate));
  }

  CredSspCred() {
    schannel.dwVersion = SCHANNEL_CRED_VERSION;
    schannel.cCreds = 1;
    schannel.paCred = &list;
    cred.Type = CredsspSubmitBufferBoth;
    cred.pSchannelCred = &schannel;
    fill(identity, strings, SEC_WINNT_AUTH_IDENTITY_UNICODE);
    cred.pSpnegoCred = &identity;
  }

  Result<AuthData> read(CredentialUse use) {
    return read_auth_data(AuthDataKind::CredSsp, use, &cred, {});
  }
  Status status(CredentialUse use) {
    const auto data = read(use);
    return data ? Status::Ok : data.error().status;
  }

  static PCCERT_CONTEXT certificate;
  PCCERT_CONTEXT list = certificate;
  SCHANNEL_CRED schannel{};
  Strings<char16_t> strings = wide();
  SEC_WINNT_AUTH_IDENTITY_W identity{};
  CREDSSP_CRED cred{};
};

PCCERT_CONTEXT CredSspCred::certificate = nullptr;

TEST_F(CredSspCred, ClientWithBothParts) {
  schannel.cCreds = 0;
  const auto data = read(CredentialUse::Outbound);
  expect_juergen(data);
  EXPECT_NE(data->tls, nullptr);
}

TEST_F(CredSspCred, ClientWithoutSchannelPartGetsTheDefaults) {
  cred.pSchannelCred = nullptr;
  EXPECT_NE(read(CredentialUse::Outbound)->tls, nullptr);
}

TEST_F(CredSspCred, ServerWithCertificate) {
  cred.pSpnegoCred = nullptr;
  const auto data = read(CredentialUse::Inbound);
  ASSERT_TRUE(data) << data.error().why;
  EXPECT_EQ(data->identity, nullptr);
  ASSERT_NE(data->tls, nullptr);
  EXPECT_EQ(data->tls->client, nullptr);
  EXPECT_TRUE(data->tls->server->has_certificate());
}

// The Schannel part is read as Schannel reads it: schannel_cred_test.cpp.
TEST_F(CredSspCred, ServerWithoutSchannelPart) {
  cred.pSchannelCred = nullptr;
  EXPECT_EQ(status(CredentialUse::Inbound), Status::NoCredentials);
}

TEST_F(CredSspCred, SchannelPartThatCannotBeRead) {
  schannel.dwVersion = 6;
  EXPECT_EQ(status(CredentialUse::Inbound), Status::UnknownCredentials);
}

TEST_F(CredSspCred, SubmitTypes) {
  schannel.cCreds = 0;
  struct {
    int type;
    Status expected;
  } const rows[] = {{2, Status::Ok},
                    {4, Status::Ok},
                    {13, Status::UnknownCredentials},
                    {50, Status::Ok},
                    {51, Status::Ok},
                    {0, Status::UnknownCredentials},
                    {3, Status::UnknownCredentials}};
  for (const auto& row : rows) {
    cred.Type = static_cast<CREDSPP_SUBMIT_TYPE>(row.type);
    EXPECT_EQ(status(CredentialUse::Outbound), row.expected) << row.type;
  }
}

TEST_F(CredSspCred, ExtendedStructure) {
  schannel.cCreds = 0;
  CREDSSP_CRED_EX extended{};
  extended.Type = CredsspCredEx;
  extended.Version = CREDSSP_CRED_EX_VERSION;
  extended.Cred = cred;
  const auto read_extended = [&] {
    return read_auth_data(AuthDataKind::CredSsp, CredentialUse::Outbound, &extended, {});
  };
  expect_juergen(read_extended());
  EXPECT_FALSE(read_extended()->remote_guard);
  extended.Flags = CREDSSP_FLAG_REDIRECT;
  expect_juergen(read_extended());
  EXPECT_TRUE(read_extended()->remote_guard);
  extended.Flags = 2;
  EXPECT_EQ(read_extended().error().status, Status::UnknownCredentials);
  extended.Flags = 0;
  extended.Version = 1;
  EXPECT_EQ(read_extended().error().status, Status::UnknownCredentials);
}

}  // namespace
}  // namespace opensspi::abi
