// SetCredentialsAttributes: the proxy through which KDCs are reached.
#include <algorithm>

#include "abi/support.h"

namespace caller {
namespace {

using Settings = SecPkgCredentials_KdcProxySettingsW;

// The structure, and behind it the proxy's name and the credential for it.
struct Buffer {
  explicit Buffer(const std::basic_string<SEC_WCHAR>& server = u"proxy.example.test:443",
                  const Bytes& credential = {1, 2, 3}) {
    const std::size_t server_size = server.size() * sizeof(SEC_WCHAR);
    bytes.resize(sizeof(Settings) + server_size + credential.size());
    if (server_size != 0) std::memcpy(&bytes[sizeof(Settings)], server.data(), server_size);
    std::copy(credential.begin(), credential.end(), bytes.end() - std::ssize(credential));
    settings.Version = KDC_PROXY_SETTINGS_V1;
    settings.ProxyServerOffset = sizeof(Settings);
    settings.ProxyServerLength = static_cast<USHORT>(server_size);
    settings.ClientTlsCredOffset = static_cast<USHORT>(sizeof(Settings) + server_size);
    settings.ClientTlsCredLength = static_cast<USHORT>(credential.size());
  }

  SECURITY_STATUS set(CredHandle* handle) { return set(handle, bytes.size()); }
  // The caller's memory is no longer than it says, and not aligned.
  SECURITY_STATUS set(CredHandle* handle, std::size_t size) {
    std::memcpy(bytes.data(), &settings, sizeof settings);
    Bytes exact(size + 1);
    std::copy_n(bytes.begin(), std::min(size, bytes.size()), exact.begin() + 1);
    return SetCredentialsAttributesW(handle, SECPKG_CRED_ATTR_KDC_PROXY_SETTINGS, &exact[1],
                                     static_cast<ULONG>(size));
  }

  Bytes bytes;
  Settings settings{};
};

Credential client(const SEC_WCHAR* package) {
  static IdentityW identity;
  static CredSspCred credssp = CredSspCred::client(identity.get());
  const bool is_credssp = std::basic_string_view<SEC_WCHAR>(package) == u"CREDSSP";
  return acquire_client(package, is_credssp ? static_cast<void*>(credssp.get()) : identity.get());
}

TEST(KdcProxySettings, TakesAKdcProxyWhereKdcsMayBeSpokenTo) {
  for (const SEC_WCHAR* package : {u"Kerberos", u"Negotiate", u"CREDSSP"}) {
    Credential credential = client(package);
    EXPECT_STATUS(SEC_E_OK, Buffer().set(credential.get()));
    Buffer again(u"other.example.test", {});
    again.settings.Flags = KDC_PROXY_SETTINGS_FLAGS_FORCEPROXY;
    EXPECT_STATUS(SEC_E_OK, again.set(credential.get()));
    EXPECT_STATUS(SEC_E_OK, SetCredentialsAttributesA(
                                credential.get(), SECPKG_CRED_ATTR_KDC_PROXY_SETTINGS,
                                again.bytes.data(), static_cast<ULONG>(again.bytes.size())));
    EXPECT_STATUS(SEC_E_OK, Buffer(u"", {}).set(credential.get()));  // none any more
    SecPkgCredentials_NamesA names{};
    ASSERT_STATUS(SEC_E_OK,
                  QueryCredentialsAttributesA(credential.get(), SECPKG_CRED_ATTR_NAMES, &names));
    EXPECT_NE(nullptr, std::strstr(names.sUserName, "alice"));
    EXPECT_STATUS(SEC_E_OK, FreeContextBuffer(names.sUserName));
  }
  Credential ntlm = client(u"NTLM");
  EXPECT_STATUS(SEC_E_UNSUPPORTED_FUNCTION, Buffer().set(ntlm.get()));
}

TEST(KdcProxySettings, ReadsNothingBeyondTheBuffer) {
  Credential credential = client(u"Kerberos");
  const std::size_t whole = Buffer().bytes.size();
  for (std::size_t size = 0; size < whole; ++size)
    EXPECT_STATUS(SEC_E_INVALID_PARAMETER, Buffer().set(credential.get(), size)) << size;
  EXPECT_STATUS(SEC_E_OK, Buffer().set(credential.get(), whole));
  EXPECT_STATUS(SEC_E_OK, Buffer().set(credential.get(), whole + 100));
}

TEST(KdcProxySettings, RefusesWhatIsMalformed) {
  const struct {
    const char* what;
    void (*damage)(Settings&);
  } rows[] = {
      {"version 0", [](Settings& s) { s.Version = 0; }},
      {"version 3", [](Settings& s) { s.Version = 3; }},
      {"an unknown flag", [](Settings& s) { s.Flags = 2; }},
      {"a name inside the structure", [](Settings& s) { s.ProxyServerOffset = 0; }},
      {"a name that begins in it", [](Settings& s) { s.ProxyServerOffset = 14; }},
      {"an odd offset", [](Settings& s) { ++s.ProxyServerOffset; }},
      {"an odd length", [](Settings& s) { --s.ProxyServerLength; }},
      {"a name outside", [](Settings& s) { s.ProxyServerOffset = 0xFFFE; }},
      {"a name beyond the end", [](Settings& s) { s.ProxyServerLength = 0xFFFE; }},
      {"both", [](Settings& s) { s.ProxyServerOffset = s.ProxyServerLength = 0xFFFE; }},
      {"a credential outside", [](Settings& s) { s.ClientTlsCredOffset = 0xFFFF; }},
      {"a credential beyond the end", [](Settings& s) { ++s.ClientTlsCredLength; }},
      {"a credential inside the structure", [](Settings& s) { s.ClientTlsCredOffset = 15; }},
      {"forced, without a name",
       [](Settings& s) {
         s.Flags = KDC_PROXY_SETTINGS_FLAGS_FORCEPROXY;
         s.ProxyServerLength = 0;
       }},
  };
  Credential credential = client(u"Kerberos");
  for (const auto& row : rows) {
    Buffer buffer;
    row.damage(buffer.settings);
    EXPECT_STATUS(SEC_E_INVALID_PARAMETER, buffer.set(credential.get())) << row.what;
  }
}

TEST(KdcProxySettings, RefusesNamesThatAreNotText) {
  Credential credential = client(u"Kerberos");
  using Text = std::basic_string<SEC_WCHAR>;
  EXPECT_STATUS(SEC_E_INVALID_PARAMETER, Buffer(Text(1, SEC_WCHAR{0xD800})).set(credential.get()));
  EXPECT_STATUS(SEC_E_INVALID_PARAMETER,
                Buffer(Text{u'a', SEC_WCHAR{0xDC00}}).set(credential.get()));
  EXPECT_STATUS(SEC_E_INVALID_PARAMETER, Buffer(Text{u'a', 0, u'b'}).set(credential.get()));
  EXPECT_STATUS(SEC_E_OK, Buffer(Text{u'a', 0}).set(credential.get()));
  EXPECT_STATUS(SEC_E_OK, Buffer(u"\u00FC\U0001F600").set(credential.get()));
  // Where there is none, its offset says nothing.
  Buffer nothing(u"", {});
  nothing.settings.ProxyServerOffset = nothing.settings.ClientTlsCredOffset = 0xFFFF;
  EXPECT_STATUS(SEC_E_OK, nothing.set(credential.get()));
}

TEST(KdcProxySettings, RefusesNetworkSettingsInWords) {
  Credential credential = client(u"Kerberos");
  Buffer buffer;
  buffer.settings.Version = KDC_NETWORK_SETTINGS_V2;
  EXPECT_STATUS(SEC_E_UNSUPPORTED_FUNCTION, buffer.set(credential.get()));
  EXPECT_NE(nullptr, std::strstr(why(), "KDC proxy"));
}

TEST(KdcProxySettings, RefusesOtherAttributesHandlesAndNothing) {
  Credential credential = client(u"Kerberos");
  Buffer buffer;
  EXPECT_STATUS(SEC_E_OK, buffer.set(credential.get()));
  for (const auto call : {SetCredentialsAttributesW, SetCredentialsAttributesA}) {
    const auto set = [&](CredHandle* handle, ULONG attribute, void* data) {
      return call(handle, attribute, data, static_cast<ULONG>(buffer.bytes.size()));
    };
    for (const ULONG attribute : {0u, 1u, 2u, 4u, 5u, 0x56u, 0x57u, 0x58u, 0xFFFFFFFFu}) {
      EXPECT_STATUS(SEC_E_UNSUPPORTED_FUNCTION,
                    set(credential.get(), attribute, buffer.bytes.data()));
    }
    EXPECT_STATUS(SEC_E_INVALID_PARAMETER, set(credential.get(), 3, nullptr));
    EXPECT_STATUS(SEC_E_INVALID_HANDLE, set(nullptr, 3, buffer.bytes.data()));
    CredHandle forged = *credential.get();
    forged.dwUpper ^= 1;
    EXPECT_STATUS(SEC_E_INVALID_HANDLE, set(&forged, 3, buffer.bytes.data()));
  }
}

}  // namespace
}  // namespace caller
