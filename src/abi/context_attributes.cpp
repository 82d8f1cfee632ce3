// QueryContextAttributes and its Ex form, A and W.
#include <cstdint>
#include <limits>

#include "abi/attributes.h"
#include "abi/guard.h"
#include "abi/memory.h"

namespace opensspi::abi {
namespace {

template <class Char>
SECURITY_STATUS query(const SecHandle* handle, std::uint32_t attribute, void* buffer,
                      std::size_t size = std::numeric_limits<std::size_t>::max()) noexcept {
  return guard([&] {
    return on_established(handle, [&](ContextEntry& entry) {
      return write_attribute<Char>(entry, attribute, buffer, size);
    });
  });
}

}  // namespace
}  // namespace opensspi::abi

using namespace opensspi::abi;

OPENSSPI_EXPORT SECURITY_STATUS SEC_ENTRY QueryContextAttributesW(PCtxtHandle phContext,
                                                                  ULONG ulAttribute,
                                                                  void* pBuffer) {
  return query<SEC_WCHAR>(phContext, ulAttribute, pBuffer);
}

OPENSSPI_EXPORT SECURITY_STATUS SEC_ENTRY QueryContextAttributesA(PCtxtHandle phContext,
                                                                  ULONG ulAttribute,
                                                                  void* pBuffer) {
  return query<SEC_CHAR>(phContext, ulAttribute, pBuffer);
}

OPENSSPI_EXPORT SECURITY_STATUS SEC_ENTRY QueryContextAttributesExW(PCtxtHandle phContext,
                                                                    ULONG ulAttribute,
                                                                    void* pBuffer, ULONG cbBuffer) {
  return query<SEC_WCHAR>(phContext, ulAttribute, pBuffer, cbBuffer);
}

OPENSSPI_EXPORT SECURITY_STATUS SEC_ENTRY QueryContextAttributesExA(PCtxtHandle phContext,
                                                                    ULONG ulAttribute,
                                                                    void* pBuffer, ULONG cbBuffer) {
  return query<SEC_CHAR>(phContext, ulAttribute, pBuffer, cbBuffer);
}

OPENSSPI_EXPORT SECURITY_STATUS SEC_ENTRY FreeContextBuffer(void* pvContextBuffer) {
  if (pvContextBuffer == nullptr || free_block(pvContextBuffer)) return SEC_E_OK;
  return refuse(
      {opensspi::Status::InvalidHandle, "this memory is not the library's, or was freed"});
}
