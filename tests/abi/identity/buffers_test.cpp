// CredPackAuthenticationBuffer and CredUnPackAuthenticationBuffer.
#include "abi/identity/identity.h"

namespace caller {
namespace {

Bytes pack(const SEC_WCHAR* user, const SEC_WCHAR* password, DWORD flags = 0) {
  DWORD size = 0;
  EXPECT_EQ(FALSE,
            CredPackAuthenticationBufferW(flags, wide(user), wide(password), nullptr, &size));
  EXPECT_EQ(SEC_E_BUFFER_TOO_SMALL, last_error().status);
  Bytes buffer(size, 0xCC);
  DWORD given = size;
  EXPECT_EQ(TRUE,
            CredPackAuthenticationBufferW(flags, wide(user), wide(password), buffer.data(), &given))
      << why();
  EXPECT_EQ(given, size);
  return buffer;
}

struct Unpacked {
  bool succeeded;
  Text user, domain, password;
  DWORD user_size, domain_size, password_size;
};

Unpacked unpack(const Bytes& buffer, DWORD room = 64, DWORD flags = 0) {
  Text user(64, u'#'), domain(64, u'#'), password(64, u'#');
  Unpacked out{false, u"", u"", u"", room, room, room};
  Bytes exact = buffer;
  exact.shrink_to_fit();
  out.succeeded =
      CredUnPackAuthenticationBufferW(flags, exact.data(), static_cast<DWORD>(exact.size()),
                                      user.data(), &out.user_size, domain.data(), &out.domain_size,
                                      password.data(), &out.password_size) == TRUE;
  if (out.succeeded) {
    out.user = user.c_str();
    out.domain = domain.c_str();
    out.password = password.c_str();
  } else {
    EXPECT_EQ(user, Text(64, u'#')) << "nothing is written";
    EXPECT_EQ(password, Text(64, u'#'));
  }
  return out;
}

TEST(PackBuffer, IsALogonOfTheDomainsUser) {
  const Bytes buffer = pack(u"WONDERLAND\\alice", u"secret");
  KERB_INTERACTIVE_LOGON logon;
  ASSERT_GE(buffer.size(), sizeof logon);
  std::memcpy(&logon, buffer.data(), sizeof logon);
  EXPECT_EQ(logon.MessageType, KerbInteractiveLogon);
  EXPECT_EQ(logon.LogonDomainName.Length, 20);
  EXPECT_EQ(logon.UserName.Length, 10);
  EXPECT_EQ(logon.Password.Length, 12);
  EXPECT_EQ(reinterpret_cast<std::uintptr_t>(logon.LogonDomainName.Buffer), sizeof logon);

  const Unpacked back = unpack(buffer);
  ASSERT_TRUE(back.succeeded) << why();
  EXPECT_EQ(back.user, u"alice");
  EXPECT_EQ(back.domain, u"WONDERLAND");
  EXPECT_EQ(back.password, u"secret");
  EXPECT_EQ(back.user_size, 6u) << "with the zero";
}

TEST(PackBuffer, NamesOfOtherKinds) {
  EXPECT_EQ(unpack(pack(u"alice@wonderland.example", u"p")).user, u"alice@wonderland.example");
  EXPECT_EQ(unpack(pack(u"alice@wonderland.example", u"p")).domain, u"");
  EXPECT_EQ(unpack(pack(u"some\\name", u"p", CRED_PACK_GENERIC_CREDENTIALS)).user, u"some\\name");
  EXPECT_EQ(unpack(pack(nullptr, nullptr)).user, u"");
}

TEST(PackBuffer, OfAnOnlineIdentityIsABlock) {
  const Bytes buffer =
      pack(u"MicrosoftAccount\\alice@w.example", u"secret", CRED_PACK_ID_PROVIDER_CREDENTIALS);
  SEC_WINNT_AUTH_IDENTITY_EX2 header;
  std::memcpy(&header, buffer.data(), sizeof header);
  EXPECT_EQ(header.Version, ULONG{SEC_WINNT_AUTH_IDENTITY_VERSION_2});
  EXPECT_NE(header.Flags & SEC_WINNT_AUTH_IDENTITY_FLAGS_ID_PROVIDER, 0u);
  const Unpacked back = unpack(buffer);
  EXPECT_EQ(back.domain, u"MicrosoftAccount");
  EXPECT_EQ(back.user, u"alice@w.example");
  EXPECT_EQ(back.password, u"secret");
}

TEST(PackBuffer, DoesNotPretendToProtect) {
  DWORD size = 0;
  EXPECT_EQ(FALSE, CredPackAuthenticationBufferW(CRED_PACK_PROTECTED_CREDENTIALS, wide(u"alice"),
                                                 wide(u"p"), nullptr, &size));
  EXPECT_EQ(SEC_E_UNSUPPORTED_FUNCTION, last_error().status);
  EXPECT_EQ(FALSE, CredPackAuthenticationBufferW(CRED_PACK_WOW_BUFFER, wide(u"alice"), wide(u"p"),
                                                 nullptr, &size));
  EXPECT_EQ(SEC_E_UNSUPPORTED_FUNCTION, last_error().status);
  EXPECT_EQ(FALSE, CredPackAuthenticationBufferW(0x10, wide(u"alice"), wide(u"p"), nullptr, &size));
  EXPECT_EQ(SEC_E_INVALID_PARAMETER, last_error().status);
  EXPECT_EQ(FALSE, CredPackAuthenticationBufferW(0, wide(u"a"), wide(u"p"), nullptr, nullptr));
  EXPECT_EQ(size, 0u);
}

TEST(PackBuffer, NarrowTextIsUtf8) {
  std::uint8_t buffer[256];
  DWORD size = sizeof buffer;
  ASSERT_EQ(TRUE, CredPackAuthenticationBufferA(0, narrow("W\\J\xC3\xBCrgen"),
                                                narrow("Queen of \xE2\x99\xA5"), buffer, &size));
  EXPECT_EQ(unpack(Bytes(buffer, buffer + size)).user, u"J\u00fcrgen");
  char user[32], domain[32], password[32];
  DWORD user_size = 32, domain_size = 32, password_size = 32;
  ASSERT_EQ(TRUE, CredUnPackAuthenticationBufferA(0, buffer, size, user, &user_size, domain,
                                                  &domain_size, password, &password_size));
  EXPECT_STREQ("J\xC3\xBCrgen", user);
  EXPECT_STREQ("W", domain);
  EXPECT_STREQ("Queen of \xE2\x99\xA5", password);
  EXPECT_EQ(user_size, 8u);
  EXPECT_EQ(FALSE, CredPackAuthenticationBufferA(0, narrow("\xFF"), narrow("p"), buffer, &size));
  EXPECT_EQ(SEC_E_INVALID_PARAMETER, last_error().status);
}

TEST(UnpackBuffer, SaysHowMuchItNeeds) {
  const Bytes buffer = pack(u"WONDERLAND\\alice", u"secret");
  for (const DWORD room : {0u, 1u, 6u, 10u}) {
    const Unpacked out = unpack(buffer, room);
    EXPECT_FALSE(out.succeeded);
    EXPECT_EQ(SEC_E_BUFFER_TOO_SMALL, last_error().status);
    EXPECT_EQ(out.user_size, 6u);
    EXPECT_EQ(out.domain_size, 11u);
    EXPECT_EQ(out.password_size, 7u);
  }
  EXPECT_TRUE(unpack(buffer, 11).succeeded);
}

// As git's helper for Windows calls it: the domain has no place of its own.
TEST(UnpackBuffer, PutsTheDomainBeforeTheNameWithoutAPlace) {
  Bytes buffer = pack(u"WONDERLAND\\alice", u"secret");
  DWORD user_size = 0, password_size = 0;
  EXPECT_EQ(FALSE, CredUnPackAuthenticationBufferW(
                       0, buffer.data(), static_cast<DWORD>(buffer.size()), nullptr, &user_size,
                       nullptr, nullptr, nullptr, &password_size));
  ASSERT_EQ(user_size, 17u);
  Text user(user_size, u'#'), password(password_size, u'#');
  ASSERT_EQ(TRUE, CredUnPackAuthenticationBufferW(CRED_PACK_PROTECTED_CREDENTIALS, buffer.data(),
                                                  static_cast<DWORD>(buffer.size()), user.data(),
                                                  &user_size, nullptr, nullptr, password.data(),
                                                  &password_size));
  EXPECT_STREQ("WONDERLAND\\alice", ascii(user.c_str()).c_str());
  EXPECT_STREQ("secret", ascii(password.c_str()).c_str());
}

TEST(UnpackBuffer, RefusesEveryCutAndSurvivesEveryFlippedByte) {
  for (const DWORD flags : {0u, DWORD{CRED_PACK_ID_PROVIDER_CREDENTIALS}}) {
    const Bytes buffer = pack(u"WONDERLAND\\alice", u"secret", flags);
    const std::size_t room = flags != 0 ? RTL_ENCRYPT_MEMORY_SIZE : 0;  // not needed to read it
    for (std::size_t size = 0; size < buffer.size() - room; ++size)
      EXPECT_FALSE(unpack(Bytes(buffer.begin(), buffer.begin() + static_cast<std::ptrdiff_t>(size)))
                       .succeeded)
          << size;
    for (std::size_t at = 0; at < buffer.size(); ++at) {
      Bytes changed = buffer;
      changed[at] ^= 0xFF;
      (void)unpack(changed);
    }
  }
}

TEST(UnpackBuffer, TakesIdentitiesOfOneBlock) {
  const Identity identity = encode();
  EXPECT_EQ(unpack(identity.bytes()).user, u"alice");
  EXPECT_EQ(unpack(identity.bytes()).password, u"Queen of \u2665");
  Bytes smart_card = pack(u"alice", u"1234");
  smart_card[0] = KerbCertificateLogon;
  EXPECT_FALSE(unpack(smart_card).succeeded);
  EXPECT_EQ(SEC_E_UNKNOWN_CREDENTIALS, last_error().status);
  EXPECT_EQ(FALSE, CredUnPackAuthenticationBufferW(0, nullptr, 0, nullptr, nullptr, nullptr,
                                                   nullptr, nullptr, nullptr));
}

}  // namespace
}  // namespace caller
