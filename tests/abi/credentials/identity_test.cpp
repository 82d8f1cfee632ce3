// SEC_WINNT_AUTH_IDENTITY: the A and W forms, and that Flags decides which one it is, not the
// function. What was understood is seen in the credential's name.
#include "abi/support.h"

namespace caller {
namespace {

// The name of the credential that `auth_data` makes, "DOMAIN\user"; the status when there is none.
template <class Acquire>
std::string name_of(const Acquire& acquire) {
  Credential credential;
  const SECURITY_STATUS status = acquire(credential.get());
  if (status != SEC_E_OK) return opensspi_status_name(status);
  SecPkgCredentials_NamesW names{};
  const SECURITY_STATUS asked =
      QueryCredentialsAttributesW(credential.get(), SECPKG_CRED_ATTR_NAMES, &names);
  if (asked != SEC_E_OK) return opensspi_status_name(asked);
  std::string text = ascii(names.sUserName);
  EXPECT_STATUS(SEC_E_OK, FreeContextBuffer(names.sUserName));
  return text;
}

std::string name_w(void* auth_data, const SEC_WCHAR* package = u"NTLM") {
  return name_of([&](CredHandle* handle) {
    return AcquireCredentialsHandleW(nullptr, wide(package), SECPKG_CRED_OUTBOUND, nullptr,
                                     auth_data, nullptr, nullptr, handle, nullptr);
  });
}
std::string name_a(void* auth_data, const char* package = "NTLM") {
  return name_of([&](CredHandle* handle) {
    return AcquireCredentialsHandleA(nullptr, narrow(package), SECPKG_CRED_OUTBOUND, nullptr,
                                     auth_data, nullptr, nullptr, handle, nullptr);
  });
}

TEST(Identity, FlagsDecideTheWidthNotTheFunction) {
  IdentityA a;
  IdentityW w;
  EXPECT_EQ("WONDERLAND\\alice", name_w(a.get()));
  EXPECT_EQ("WONDERLAND\\alice", name_a(a.get()));
  EXPECT_EQ("WONDERLAND\\alice", name_w(w.get()));
  EXPECT_EQ("WONDERLAND\\alice", name_a(w.get()));
  EXPECT_EQ("WONDERLAND\\alice", name_w(a.get(), u"Negotiate"));
  EXPECT_EQ("WONDERLAND\\alice", name_a(w.get(), "Negotiate"));
}

TEST(Identity, IsCountedNotTerminated) {
  IdentityW w(u"alice and more", u"WONDERLAND and more");
  w.get()->UserLength = 5;
  w.get()->DomainLength = 10;
  EXPECT_EQ("WONDERLAND\\alice", name_w(w.get()));
  IdentityA a("alice and more", "WONDERLAND and more");
  a.get()->UserLength = 5;
  a.get()->DomainLength = 10;
  EXPECT_EQ("WONDERLAND\\alice", name_a(a.get()));
}

// Windows takes each part missing, as NULL or with length 0.
TEST(Identity, EveryPartMayBeMissing) {
  {
    IdentityW w(u"alice", u"");
    EXPECT_EQ("alice", name_w(w.get()));
    w.get()->Domain = nullptr;
    EXPECT_EQ("alice", name_w(w.get()));
  }
  {
    IdentityW w;
    w.get()->PasswordLength = 0;
    EXPECT_EQ("WONDERLAND\\alice", name_w(w.get()));
    w.get()->Password = nullptr;
    EXPECT_EQ("WONDERLAND\\alice", name_w(w.get()));
  }
  {
    IdentityA a;
    a.get()->Password = nullptr;
    a.get()->PasswordLength = 0;
    EXPECT_EQ("WONDERLAND\\alice", name_a(a.get()));
    a.get()->User = nullptr;
    a.get()->UserLength = 0;
    EXPECT_NE("SEC_E_UNKNOWN_CREDENTIALS", name_a(a.get()));
  }
}

TEST(Identity, OfNothingIsTheDefaultUser) {
  SEC_WINNT_AUTH_IDENTITY_W nothing{};
  nothing.Flags = SEC_WINNT_AUTH_IDENTITY_UNICODE;
  // There are no stored credentials yet.
  EXPECT_EQ("SEC_E_NO_CREDENTIALS", name_w(&nothing));
  EXPECT_EQ("SEC_E_NO_CREDENTIALS", name_w(nullptr));
}

TEST(Identity, LettersBeyondAsciiCome) {
  IdentityW w(u"\u00C4lice");
  Credential credential = acquire_client(u"NTLM", w.get());
  SecPkgCredentials_NamesA names{};
  ASSERT_STATUS(SEC_E_OK,
                QueryCredentialsAttributesA(credential.get(), SECPKG_CRED_ATTR_NAMES, &names));
  EXPECT_STREQ("WONDERLAND\\\xC3\x84lice", names.sUserName);
  EXPECT_STATUS(SEC_E_OK, FreeContextBuffer(names.sUserName));

  IdentityA a("\xC3\x84lice");
  Credential narrow_credential = acquire_client(u"NTLM", a.get());
  ASSERT_STATUS(SEC_E_OK, QueryCredentialsAttributesA(narrow_credential.get(),
                                                      SECPKG_CRED_ATTR_NAMES, &names));
  EXPECT_STREQ("WONDERLAND\\\xC3\x84lice", names.sUserName);
  EXPECT_STATUS(SEC_E_OK, FreeContextBuffer(names.sUserName));
}

TEST(Identity, ExtendedFormHasAPackageList) {
  SEC_WCHAR user[] = u"alice", domain[] = u"WONDERLAND", password[] = u"p", list[] = u"!kerberos";
  SEC_WINNT_AUTH_IDENTITY_EXW ex{};
  ex.Version = SEC_WINNT_AUTH_IDENTITY_VERSION;
  ex.Length = sizeof ex;
  ex.User = reinterpret_cast<decltype(ex.User)>(user);
  ex.UserLength = 5;
  ex.Domain = reinterpret_cast<decltype(ex.Domain)>(domain);
  ex.DomainLength = 10;
  ex.Password = reinterpret_cast<decltype(ex.Password)>(password);
  ex.PasswordLength = 1;
  ex.PackageList = reinterpret_cast<decltype(ex.PackageList)>(list);
  ex.PackageListLength = 9;
  ex.Flags = SEC_WINNT_AUTH_IDENTITY_UNICODE;
  EXPECT_EQ("WONDERLAND\\alice", name_w(&ex, u"Negotiate"));
  EXPECT_EQ("WONDERLAND\\alice", name_w(&ex));
}

// Windows: Acquire takes a list that nothing satisfies; the first leg has no credentials then.
TEST(Identity, PackageListThatNothingSatisfiesFailsTheFirstLeg) {
  for (const char* list : {"NegoExtender", "!ntlm"}) {
    std::string user = "alice", password = "p", packages = list;
    SEC_WINNT_AUTH_IDENTITY_EXA ex{};
    ex.Version = SEC_WINNT_AUTH_IDENTITY_VERSION;
    ex.Length = sizeof ex;
    ex.User = reinterpret_cast<decltype(ex.User)>(user.data());
    ex.UserLength = 5;
    ex.Password = reinterpret_cast<decltype(ex.Password)>(password.data());
    ex.PasswordLength = 1;
    ex.PackageList = reinterpret_cast<decltype(ex.PackageList)>(packages.data());
    ex.PackageListLength = static_cast<ULONG>(packages.size());
    ex.Flags = SEC_WINNT_AUTH_IDENTITY_ANSI;
    Credential credential = acquire_client(u"Negotiate", &ex);
    CtxtHandle context{};
    SecBuffer token{0, SECBUFFER_TOKEN, nullptr};
    SecBufferDesc output{SECBUFFER_VERSION, 1, &token};
    ULONG attributes = 0;
    EXPECT_STATUS(SEC_E_NO_CREDENTIALS,
                  InitializeSecurityContextW(credential.get(), nullptr, wide(u"HOST/x"),
                                             ISC_REQ_ALLOCATE_MEMORY, 0, SECURITY_NATIVE_DREP,
                                             nullptr, 0, &context, &output, &attributes, nullptr));
    EXPECT_EQ(nullptr, token.pvBuffer);
  }
}

TEST(Identity, LengthsThatWereNeverSetAreRefused) {
  IdentityW w;
  w.get()->UserLength = 0xCCCCCCCC;
  EXPECT_EQ("SEC_E_UNKNOWN_CREDENTIALS", name_w(w.get()));
  IdentityW w2;
  w2.get()->PasswordLength = 0xCCCCCCCC;
  EXPECT_EQ("SEC_E_UNKNOWN_CREDENTIALS", name_w(w2.get()));
}

TEST(Identity, TextThatIsNotWellFormedIsRefused) {
  IdentityW w;
  w.get()->User[1] = 0xD800;  // half of a surrogate pair
  EXPECT_EQ("SEC_E_UNKNOWN_CREDENTIALS", name_w(w.get()));
  IdentityA a("ali\xFF");
  EXPECT_EQ("SEC_E_UNKNOWN_CREDENTIALS", name_a(a.get()));
}

}  // namespace
}  // namespace caller
