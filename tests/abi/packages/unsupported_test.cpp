// What the headers declare and this version has not: refused in the way of each function's kind,
// whatever the arguments, and outputs stay as they were.
#include "abi/support.h"

namespace caller {
namespace {

#define EXPECT_UNSUPPORTED(call) EXPECT_STATUS(SEC_E_UNSUPPORTED_FUNCTION, call)

TEST(Unsupported, Contexts) {
  CtxtHandle handle{};
  SecBufferDesc buffers{SECBUFFER_VERSION, 0, nullptr};
  SecBuffer packed{};
  int untouched = 0;
  void* token = &untouched;
  EXPECT_UNSUPPORTED(CompleteAuthToken(&handle, &buffers));
  EXPECT_UNSUPPORTED(ExportSecurityContext(&handle, 0, &packed, &token));
  EXPECT_UNSUPPORTED(ImportSecurityContextW(wide(u"NTLM"), &packed, nullptr, &handle));
  EXPECT_UNSUPPORTED(ImportSecurityContextA(narrow("NTLM"), &packed, nullptr, &handle));
  EXPECT_EQ(&untouched, token);
  EXPECT_EQ(nullptr, packed.pvBuffer);
}

TEST(Unsupported, Packages) {
  SECURITY_PACKAGE_OPTIONS options{};
  EXPECT_UNSUPPORTED(AddSecurityPackageW(wide(u"mine"), &options));
  EXPECT_UNSUPPORTED(AddSecurityPackageA(narrow("mine"), &options));
  EXPECT_UNSUPPORTED(DeleteSecurityPackageW(wide(u"mine")));
  EXPECT_UNSUPPORTED(DeleteSecurityPackageA(narrow("mine")));
}

TEST(Unsupported, CredentialProviders) {
  GUID type{};
  EXPECT_UNSUPPORTED(SspiGetCredUIContext(nullptr, &type, nullptr, nullptr, nullptr));
  EXPECT_UNSUPPORTED(SspiUpdateCredentials(nullptr, &type, 0, nullptr));
  EXPECT_UNSUPPORTED(SspiUnmarshalCredUIContext(nullptr, 0, nullptr));
}

TEST(Unsupported, BooleanFunctionsSayFalse) {
  SEC_WCHAR name[64] = u"untouched";
  ULONG size = std::size(name);
  EXPECT_EQ(FALSE, GetUserNameExW(NameSamCompatible, name, &size));
  EXPECT_EQ(SEC_E_UNSUPPORTED_FUNCTION, last_error().status);
  EXPECT_EQ(FALSE, GetComputerObjectNameW(NameSamCompatible, name, &size));
  EXPECT_EQ(FALSE, TranslateNameW(u"name", NameSamCompatible, NameUserPrincipal, name, &size));
  EXPECT_EQ("untouched", ascii(name));
}

TEST(Unsupported, Sasl) {
  LPWSTR profiles = nullptr;
  ULONG count = 0;
  EXPECT_UNSUPPORTED(SaslEnumerateProfilesW(&profiles, &count));
  EXPECT_EQ(nullptr, profiles);
  SecPkgInfoW* info = nullptr;
  EXPECT_UNSUPPORTED(SaslGetProfilePackageW(wide(u"GSS-SPNEGO"), &info));
  EXPECT_EQ(nullptr, info);
}

TEST(Unsupported, SaysSoInTheLastError) {
  CtxtHandle handle{};
  EXPECT_UNSUPPORTED(ExportSecurityContext(&handle, 0, nullptr, nullptr));
  EXPECT_EQ(SEC_E_UNSUPPORTED_FUNCTION, last_error().status);
  EXPECT_STRNE("", last_error().why);
}

}  // namespace
}  // namespace caller
