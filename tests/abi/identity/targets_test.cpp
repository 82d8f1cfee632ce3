// Hosts of targets, and what identities are to the store of saved credentials.
#include "abi/identity/identity.h"

namespace caller {
namespace {

Text host_of(PCWSTR target) {
  PWSTR host = nullptr;
  EXPECT_STATUS(SEC_E_OK, SspiGetTargetHostName(target, &host));
  return take(host);
}

TEST(TargetHostName, IsTheHostOfEveryKindOfTarget) {
  EXPECT_EQ(host_of(u"server"), u"server");
  EXPECT_EQ(host_of(u"server:3389"), u"server");
  EXPECT_EQ(host_of(u"TERMSRV/server.example"), u"server.example");
  EXPECT_EQ(host_of(u"HTTP/server.example:5985"), u"server.example");
  EXPECT_EQ(host_of(u"MSSQLSvc/server.example:1433/instance"), u"server.example");
  EXPECT_EQ(host_of(u"ldap/dc.example/example"), u"dc.example");
  EXPECT_EQ(host_of(u"HOST/server@EXAMPLE"), u"server");
  EXPECT_EQ(host_of(u"https://server.example:5986/wsman"), u"server.example");
  EXPECT_EQ(host_of(u"TERMSRV/[fe80::1]:3389"), u"fe80::1");
  EXPECT_EQ(host_of(u"TERMSRV/fe80::1"), u"fe80::1");
  EXPECT_EQ(host_of(u"TERMSRV/m\u00fcller.example"), u"m\u00fcller.example");
}

TEST(TargetHostName, MayBeMissing) {
  PWSTR host = nullptr;
  for (PCWSTR target : {u"", u"TERMSRV/", u"TERMSRV/:3389", u"[]", u"http://"})
    EXPECT_STATUS(SEC_E_INVALID_PARAMETER, SspiGetTargetHostName(target, &host));
  EXPECT_STATUS(SEC_E_INVALID_PARAMETER, SspiGetTargetHostName(nullptr, &host));
  EXPECT_STATUS(SEC_E_INVALID_PARAMETER, SspiGetTargetHostName(u"server", nullptr));
  EXPECT_EQ(host, nullptr);
}

TEST(CredRead, TheTargetAsItIs) {
  ULONG type = 0;
  PCWSTR target = nullptr;
  ASSERT_STATUS(SEC_E_OK,
                SspiPrepareForCredRead(encode().get(), u"TERMSRV/server", &type, &target));
  EXPECT_EQ(type, ULONG{CRED_TYPE_DOMAIN_PASSWORD});
  EXPECT_EQ(take(target), u"TERMSRV/server");
  ASSERT_STATUS(SEC_E_OK, SspiPrepareForCredRead(nullptr, u"server", &type, &target));
  EXPECT_EQ(take(target), u"server");
  EXPECT_STATUS(SEC_E_INVALID_PARAMETER, SspiPrepareForCredRead(nullptr, nullptr, &type, &target));
}

struct Saved {
  ULONG type;
  Text target, user;
  Bytes blob;
};

Saved prepare(PSEC_WINNT_AUTH_IDENTITY_OPAQUE identity, PCWSTR target_name) {
  ULONG type = 0, size = 0;
  PCWSTR target = nullptr, user = nullptr;
  PUCHAR blob = nullptr;
  EXPECT_STATUS(SEC_E_OK, SspiPrepareForCredWrite(identity, target_name, &type, &target, &user,
                                                  &blob, &size));
  Saved saved{type, take(target), take(user), Bytes(blob, blob + size)};
  SspiLocalFree(blob);
  return saved;
}

Bytes bytes_of_wide(const Text& text) {
  const auto* start = reinterpret_cast<const std::uint8_t*>(text.data());
  return Bytes(start, start + 2 * text.size());
}

// As on Windows: without a target, the user is it; the blob is the password without a zero.
TEST(CredWrite, NamesAndBlob) {
  const Identity alice = encode();
  const Saved for_the_user = prepare(alice.get(), nullptr);
  EXPECT_EQ(for_the_user.type, ULONG{CRED_TYPE_DOMAIN_PASSWORD});
  EXPECT_EQ(for_the_user.target, u"WONDERLAND\\alice");
  EXPECT_EQ(for_the_user.user, u"WONDERLAND\\alice");
  EXPECT_EQ(for_the_user.blob, bytes_of_wide(u"Queen of \u2665"));

  const Saved for_a_target = prepare(alice.get(), u"TERMSRV/server");
  EXPECT_EQ(for_a_target.target, u"TERMSRV/server");
  EXPECT_EQ(for_a_target.user, u"WONDERLAND\\alice");

  const Saved without_domain = prepare(encode(u"alice@w.example", nullptr, u"p").get(), u"t");
  EXPECT_EQ(without_domain.user, u"alice@w.example");
  EXPECT_EQ(prepare(encode(u"alice", u"", nullptr).get(), u"t").user, u"alice");
  EXPECT_TRUE(prepare(encode(u"alice", u"", nullptr).get(), u"t").blob.empty());
}

TEST(CredWrite, SavesPasswordsOnly) {
  IdentityA hash(kUser, kDomain, "8846F7EAEE8FB117AD06BDD830B7586C");
  hash.get()->Flags |= OPENSSPI_AUTH_IDENTITY_NT_HASH;
  ULONG type = 0, size = 0;
  PCWSTR target = nullptr, user = nullptr;
  PUCHAR blob = nullptr;
  EXPECT_STATUS(SEC_E_UNKNOWN_CREDENTIALS,
                SspiPrepareForCredWrite(hash.get(), nullptr, &type, &target, &user, &blob, &size));
  EXPECT_STATUS(SEC_E_INVALID_PARAMETER,
                SspiPrepareForCredWrite(nullptr, nullptr, &type, &target, &user, &blob, &size));
  EXPECT_STATUS(SEC_E_INVALID_PARAMETER, SspiPrepareForCredWrite(encode().get(), nullptr, nullptr,
                                                                 &target, &user, &blob, &size));
  EXPECT_EQ(blob, nullptr);
}

}  // namespace
}  // namespace caller
