// Identities out of strings and back; copies, comparisons, excluded packages.
#include "abi/identity/identity.h"
#include "ntstatus.h"

namespace caller {
namespace {

// As on Windows, whatever the place for the answer is.
TEST(EncodeStrings, OfNothingIsRefused) {
  EXPECT_STATUS(SEC_E_INVALID_TOKEN,
                SspiEncodeStringsAsAuthIdentity(nullptr, nullptr, nullptr, nullptr));
  int untouched = 0;
  PSEC_WINNT_AUTH_IDENTITY_OPAQUE identity = &untouched;
  EXPECT_STATUS(SEC_E_INVALID_TOKEN,
                SspiEncodeStringsAsAuthIdentity(nullptr, nullptr, nullptr, &identity));
  EXPECT_EQ(identity, &untouched);
  EXPECT_STATUS(SEC_E_INVALID_PARAMETER,
                SspiEncodeStringsAsAuthIdentity(u"alice", nullptr, nullptr, nullptr));
}

TEST(EncodeStrings, OneStringIsEnough) {
  EXPECT_EQ(decode(encode()), kAlice);
  EXPECT_EQ(decode(encode(u"alice", nullptr, nullptr)), (Strings{u"alice", u"(null)", u"(null)"}));
  EXPECT_EQ(decode(encode(nullptr, u"W", nullptr)), (Strings{u"(null)", u"W", u"(null)"}));
  EXPECT_EQ(decode(encode(nullptr, nullptr, u"p")), (Strings{u"(null)", u"(null)", u"p"}));
  EXPECT_EQ(decode(encode(u"", u"", u"")), (Strings{u"", u"", u""}));
}

TEST(EncodeStrings, StringsThatNeverFitAreRefused) {
  const Text text(0x8000, u'a');
  PSEC_WINNT_AUTH_IDENTITY_OPAQUE identity = nullptr;
  EXPECT_STATUS(SEC_E_CANNOT_PACK,
                SspiEncodeStringsAsAuthIdentity(text.c_str(), nullptr, nullptr, &identity));
  EXPECT_STATUS(SEC_E_CANNOT_PACK,
                SspiEncodeStringsAsAuthIdentity(u"alice", nullptr, text.c_str(), &identity));
  EXPECT_EQ(identity, nullptr);
}

TEST(EncodeAsStrings, TakesEveryForm) {
  IdentityW wide;
  EXPECT_EQ(decode(wide.get()), kAlice);
  IdentityA narrow;
  EXPECT_EQ(decode(narrow.get()), kAlice);
  wide.get()->Domain = nullptr;
  EXPECT_EQ(decode(wide.get()).domain, u"(null)");
}

TEST(EncodeAsStrings, ThePasswordMayBeLeftOut) {
  const Identity identity = encode();
  PCWSTR user = nullptr, domain = nullptr;
  ASSERT_STATUS(SEC_E_OK, SspiEncodeAuthIdentityAsStrings(identity.get(), &user, &domain, nullptr));
  EXPECT_EQ(take(user), u"alice");
  EXPECT_EQ(take(domain), u"WONDERLAND");
  EXPECT_STATUS(SEC_E_INVALID_PARAMETER,
                SspiEncodeAuthIdentityAsStrings(identity.get(), nullptr, &domain, nullptr));
  EXPECT_STATUS(SEC_E_INVALID_PARAMETER,
                SspiEncodeAuthIdentityAsStrings(nullptr, &user, &domain, nullptr));
}

TEST(EncodeAsStrings, NotOfWhatIsEncrypted) {
  const Identity identity = encode();
  ASSERT_STATUS(SEC_E_OK, SspiEncryptAuthIdentity(identity.get()));
  PCWSTR user = nullptr, domain = nullptr, password = nullptr;
  EXPECT_EQ(STATUS_INVALID_PARAMETER,
            SspiEncodeAuthIdentityAsStrings(identity.get(), &user, &domain, &password));
  EXPECT_EQ(user, nullptr);
}

TEST(EncodeAsStrings, AHashIsNoPassword) {
  IdentityA identity(kUser, kDomain, "8846F7EAEE8FB117AD06BDD830B7586C");
  identity.get()->Flags |= OPENSSPI_AUTH_IDENTITY_NT_HASH;
  PCWSTR user = nullptr, domain = nullptr, password = nullptr;
  EXPECT_STATUS(SEC_E_UNKNOWN_CREDENTIALS,
                SspiEncodeAuthIdentityAsStrings(identity.get(), &user, &domain, &password));
  EXPECT_EQ(password, nullptr);
}

TEST(Validate, WellFormedOrNot) {
  EXPECT_STATUS(SEC_E_OK, SspiValidateAuthIdentity(encode().get()));
  IdentityW wide;
  EXPECT_STATUS(SEC_E_OK, SspiValidateAuthIdentity(wide.get()));
  wide.get()->UserLength = 0xCCCCCCCC;
  EXPECT_STATUS(SEC_E_INVALID_TOKEN, SspiValidateAuthIdentity(wide.get()));
  EXPECT_STATUS(SEC_E_INVALID_PARAMETER, SspiValidateAuthIdentity(nullptr));

  SEC_WINNT_AUTH_IDENTITY_EXW extended{};
  extended.Version = SEC_WINNT_AUTH_IDENTITY_VERSION;
  EXPECT_STATUS(SEC_E_INVALID_TOKEN, SspiValidateAuthIdentity(&extended)) << "without a Length";
  extended.Length = sizeof extended;
  EXPECT_STATUS(SEC_E_OK, SspiValidateAuthIdentity(&extended));

  Bytes block = encode().bytes();
  SEC_WINNT_AUTH_IDENTITY_EX2 header;
  std::memcpy(&header, block.data(), sizeof header);
  header.DomainOffset = header.cbStructureLength;
  std::memcpy(block.data(), &header, sizeof header);
  EXPECT_STATUS(SEC_E_INVALID_TOKEN, SspiValidateAuthIdentity(block.data()));
}

TEST(Copy, IsDeepAndOfOneBlock) {
  Identity copy;
  {
    IdentityW original;
    ASSERT_STATUS(SEC_E_OK, SspiCopyAuthIdentity(original.get(), copy.out()));
  }
  EXPECT_EQ(copy.header().Version, ULONG{SEC_WINNT_AUTH_IDENTITY_VERSION_2});
  EXPECT_EQ(decode(copy), kAlice);
  Identity again;
  ASSERT_STATUS(SEC_E_OK, SspiCopyAuthIdentity(copy.get(), again.out()));
  EXPECT_EQ(again.bytes(), copy.bytes());
  EXPECT_STATUS(SEC_E_INVALID_PARAMETER, SspiCopyAuthIdentity(nullptr, again.out()));
  EXPECT_STATUS(SEC_E_INVALID_PARAMETER, SspiCopyAuthIdentity(copy.get(), nullptr));
}

TEST(Free, TakesOnlyWhatTheLibraryMade) {
  SspiFreeAuthIdentity(nullptr);
  SspiLocalFree(nullptr);
  SspiZeroAuthIdentity(nullptr);
  IdentityW mine;
  SspiFreeAuthIdentity(mine.get());
  EXPECT_EQ(SEC_E_INVALID_PARAMETER, last_error().status);
  EXPECT_EQ(decode(mine.get()), kAlice);
  PSEC_WINNT_AUTH_IDENTITY_OPAQUE once = nullptr;
  ASSERT_STATUS(SEC_E_OK, SspiCopyAuthIdentity(mine.get(), &once));
  SspiFreeAuthIdentity(once);
  SspiFreeAuthIdentity(once);  // no crash
}

TEST(Zero, ErasesTheBlockOrThePassword) {
  const Identity identity = encode();
  const std::size_t size = identity.header().cbStructureLength;
  SspiZeroAuthIdentity(identity.get());
  const auto* bytes = static_cast<const std::uint8_t*>(identity.get());
  EXPECT_EQ(Bytes(bytes, bytes + size), Bytes(size));

  IdentityW plain;
  SspiZeroAuthIdentity(plain.get());
  for (ULONG i = 0; i < plain.get()->PasswordLength; ++i) EXPECT_EQ(plain.get()->Password[i], 0);
  EXPECT_EQ(plain.get()->User[0], u'a');
}

struct Sameness {
  bool user, identity;
  bool operator==(const Sameness&) const = default;
};

Sameness compare(PSEC_WINNT_AUTH_IDENTITY_OPAQUE a, PSEC_WINNT_AUTH_IDENTITY_OPAQUE b) {
  BOOLEAN user = 2, identity = 2;
  EXPECT_STATUS(SEC_E_OK, SspiCompareAuthIdentities(a, b, &user, &identity));
  return {user == TRUE, identity == TRUE};
}

TEST(Compare, UsersAndIdentities) {
  const Identity alice = encode();
  IdentityW plain;
  IdentityA narrow("ALICE", "wonderland");
  EXPECT_EQ(compare(alice.get(), plain.get()), (Sameness{true, true}));
  EXPECT_EQ(compare(alice.get(), narrow.get()), (Sameness{true, true})) << "names have no case";
  EXPECT_EQ(compare(alice.get(), encode(u"alice", u"WONDERLAND", u"other").get()),
            (Sameness{true, false}));
  EXPECT_EQ(compare(alice.get(), encode(u"alice", u"WONDERLAND", nullptr).get()),
            (Sameness{true, false}));
  EXPECT_EQ(compare(alice.get(), encode(u"bob").get()), (Sameness{false, false}));
  EXPECT_EQ(compare(alice.get(), encode(u"alice", u"OTHER").get()), (Sameness{false, false}));
  EXPECT_EQ(compare(encode(u"a", nullptr, u"p").get(), encode(u"a", u"", u"p").get()),
            (Sameness{true, true}));

  const Identity encrypted = encode();
  ASSERT_STATUS(SEC_E_OK, SspiEncryptAuthIdentity(encrypted.get()));
  EXPECT_EQ(compare(alice.get(), encrypted.get()), (Sameness{true, true}));
}

TEST(Compare, NullIsTheDefaultUser) {
  EXPECT_EQ(compare(nullptr, nullptr), (Sameness{true, true}));
  EXPECT_EQ(compare(nullptr, encode().get()), (Sameness{false, false}));
  SEC_WINNT_AUTH_IDENTITY_W nothing{};
  EXPECT_EQ(compare(nullptr, &nothing), (Sameness{true, true}));
  EXPECT_STATUS(SEC_E_OK, SspiCompareAuthIdentities(nullptr, nullptr, nullptr, nullptr));
}

Text package_list(const Identity& identity) {
  const auto header = identity.header();
  const Bytes bytes = identity.bytes();
  Text list(header.PackageListLength / sizeof(SEC_WCHAR), u'\0');
  if (!list.empty())
    std::memcpy(list.data(), bytes.data() + header.PackageListOffset, header.PackageListLength);
  return list;
}

TEST(ExcludePackage, PutsItIntoTheList) {
  Identity first, second;
  ASSERT_STATUS(SEC_E_OK, SspiExcludePackage(encode().get(), u"Kerberos", first.out()));
  EXPECT_EQ(package_list(first), u"!Kerberos");
  ASSERT_STATUS(SEC_E_OK, SspiExcludePackage(first.get(), u"ntlm", second.out()));
  EXPECT_EQ(package_list(second), u"!Kerberos,!ntlm");
  EXPECT_EQ(decode(second), kAlice);

  Identity of_nobody;
  ASSERT_STATUS(SEC_E_OK, SspiExcludePackage(nullptr, u"ntlm", of_nobody.out()));
  EXPECT_EQ(package_list(of_nobody), u"!ntlm");
  EXPECT_EQ(decode(of_nobody), (Strings{u"(null)", u"(null)", u"(null)"}));

  Identity encrypted;
  ASSERT_STATUS(SEC_E_OK, SspiEncryptAuthIdentity(first.get()));
  ASSERT_STATUS(SEC_E_OK, SspiExcludePackage(first.get(), u"ntlm", encrypted.out()));
  EXPECT_EQ(TRUE, SspiIsAuthIdentityEncrypted(encrypted.get()));
  ASSERT_STATUS(SEC_E_OK, SspiDecryptAuthIdentity(encrypted.get()));
  EXPECT_EQ(encrypted.bytes(), second.bytes());

  EXPECT_STATUS(SEC_E_INVALID_PARAMETER, SspiExcludePackage(nullptr, nullptr, second.out()));
  EXPECT_STATUS(SEC_E_INVALID_PARAMETER, SspiExcludePackage(nullptr, u"", second.out()));
}

}  // namespace
}  // namespace caller
