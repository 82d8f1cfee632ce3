// SetCredentialsAttributes: the proxy through which KDCs are reached. The structure has a wide form
// only, so both functions take the same.
#include <cstring>
#include <string>

#include "abi/guard.h"
#include "abi/objects.h"
#include "base/utf16.h"

namespace opensspi::abi {
namespace {

tl::unexpected<Error> malformed(const char* why) {
  return fail(Status::InvalidParameter, why);
}

// What follows the structure in its buffer; offsets count from the start of it.
Result<ByteView> part_of(ByteView buffer, std::size_t offset, std::size_t length) {
  if (length == 0) return ByteView();
  if (offset < sizeof(SecPkgCredentials_KdcProxySettingsW) || offset > buffer.size() ||
      length > buffer.size() - offset) {
    return malformed("a part of the settings lies outside of the buffer");
  }
  return buffer.subspan(offset, length);
}

Result<std::string> read_server(ByteView buffer, std::size_t offset, std::size_t length) {
  TRY_ASSIGN(ByteView text, part_of(buffer, offset, length));
  if (offset % sizeof(SEC_WCHAR) != 0 && !text.empty()) {
    return malformed("the proxy's name is not aligned for UTF-16");
  }
  auto server = utf16le_to_utf8(text);
  if (!server) return malformed("the proxy's name is not UTF-16");
  if (server->ends_with('\0')) server->pop_back();
  if (server->find('\0') != std::string::npos) {
    return malformed("there is a zero inside the proxy's name");
  }
  return server;
}

Result<KdcProxy> read_kdc_proxy(ByteView buffer) {
  ULONG version = 0;
  if (buffer.size() < sizeof version) return malformed("the settings are too short");
  std::memcpy(&version, buffer.data(), sizeof version);
  if (version == KDC_NETWORK_SETTINGS_V2) {
    return fail(Status::UnsupportedFunction,
                "this version takes settings of a KDC proxy only, not of how KDCs are discovered");
  }
  SecPkgCredentials_KdcProxySettingsW settings{};
  if (version != KDC_PROXY_SETTINGS_V1) return malformed("settings of an unknown version");
  if (buffer.size() < sizeof settings) return malformed("the settings are too short");
  std::memcpy(&settings, buffer.data(), sizeof settings);

  constexpr ULONG kFlags = KDC_PROXY_SETTINGS_FLAGS_FORCEPROXY;
  if ((settings.Flags & ~kFlags) != 0) return malformed("the settings have unknown flags");
  KdcProxy proxy;
  proxy.forced = (settings.Flags & KDC_PROXY_SETTINGS_FLAGS_FORCEPROXY) != 0;
  TRY_ASSIGN(proxy.server,
             read_server(buffer, settings.ProxyServerOffset, settings.ProxyServerLength));
  TRY_ASSIGN(const ByteView credential,
             part_of(buffer, settings.ClientTlsCredOffset, settings.ClientTlsCredLength));
  proxy.client_tls_credential = copy(credential);
  if (proxy.forced && proxy.server.empty()) {
    return malformed("a proxy that is forced has to be named");
  }
  return proxy;
}

Result<void> set(const SecHandle* handle, std::uint32_t attribute, const void* buffer,
                 std::size_t size) {
  TRY_ASSIGN(const PinnedCredential entry, find_credential(handle));
  if (attribute != SECPKG_CRED_ATTR_KDC_PROXY_SETTINGS)
    return fail(Status::UnsupportedFunction, "that attribute of a credential cannot be set");
  if (buffer == nullptr) return malformed("there is no buffer with the attribute");
  TRY_ASSIGN(const KdcProxy proxy,
             read_kdc_proxy({static_cast<const std::uint8_t*>(buffer), size}));
  return entry->replace(
      [&](const Credential& credential) { return credential.with_kdc_proxy(proxy); });
}

}  // namespace
}  // namespace opensspi::abi

using namespace opensspi;
using namespace opensspi::abi;

OPENSSPI_EXPORT SECURITY_STATUS SEC_ENTRY SetCredentialsAttributesW(PCredHandle phCredential,
                                                                    ULONG ulAttribute,
                                                                    void* pBuffer, ULONG cbBuffer) {
  return guard([&] { return set(phCredential, ulAttribute, pBuffer, cbBuffer); });
}

OPENSSPI_EXPORT SECURITY_STATUS SEC_ENTRY SetCredentialsAttributesA(PCredHandle phCredential,
                                                                    ULONG ulAttribute,
                                                                    void* pBuffer, ULONG cbBuffer) {
  return guard([&] { return set(phCredential, ulAttribute, pBuffer, cbBuffer); });
}
