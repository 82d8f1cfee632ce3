// SetContextAttributes: which keys RFC 5705's exporter is to give. Both functions take the same.
#include <cstring>

#include "abi/guard.h"
#include "abi/objects.h"

namespace opensspi::abi {
namespace {

constexpr std::size_t kMostKeys = 65'536;  // bytes; TLS 1.3 gives fewer

Result<KeyingMaterialInfo> read_keying_material_info(const void* buffer, std::size_t size) {
  SecPkgContext_KeyingMaterialInfo in{};
  if (buffer == nullptr || size < sizeof in)
    return fail(Status::InvalidParameter, "SecPkgContext_KeyingMaterialInfo is too short");
  std::memcpy(&in, buffer, sizeof in);
  if ((in.cbLabel != 0 && in.pszLabel == nullptr) ||
      (in.cbContextValue != 0 && in.pbContextValue == nullptr))
    return fail(Status::InvalidParameter, "SecPkgContext_KeyingMaterialInfo counts what it lacks");
  if (in.cbKeyingMaterial == 0 || in.cbKeyingMaterial > kMostKeys)
    return fail(Status::InvalidParameter, "so much keying material cannot be exported");
  KeyingMaterialInfo info;
  // The label may count its terminating zero.
  info.label.assign(in.pszLabel, strnlen(in.pszLabel, in.cbLabel));
  if (in.pbContextValue != nullptr) {
    info.context = Bytes(in.pbContextValue, in.pbContextValue + in.cbContextValue);
  }
  info.size = in.cbKeyingMaterial;
  return info;
}

Result<void> set(const SecHandle* handle, std::uint32_t attribute, const void* buffer,
                 std::size_t size) {
  return on_established(handle, [&](ContextEntry& entry) -> Result<void> {
    if (attribute != SECPKG_ATTR_KEYING_MATERIAL_INFO)
      return fail(Status::UnsupportedFunction, "that attribute of a context cannot be set");
    TRY_ASSIGN(const KeyingMaterialInfo info, read_keying_material_info(buffer, size));
    return entry.context->prepare_keying_material(info);
  });
}

}  // namespace
}  // namespace opensspi::abi

using namespace opensspi::abi;

OPENSSPI_EXPORT SECURITY_STATUS SEC_ENTRY SetContextAttributesW(PCtxtHandle phContext,
                                                                ULONG ulAttribute, void* pBuffer,
                                                                ULONG cbBuffer) {
  return guard([&] { return set(phContext, ulAttribute, pBuffer, cbBuffer); });
}

OPENSSPI_EXPORT SECURITY_STATUS SEC_ENTRY SetContextAttributesA(PCtxtHandle phContext,
                                                                ULONG ulAttribute, void* pBuffer,
                                                                ULONG cbBuffer) {
  return guard([&] { return set(phContext, ulAttribute, pBuffer, cbBuffer); });
}
