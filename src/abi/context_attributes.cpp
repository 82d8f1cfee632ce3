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
  return guard([&]() -> Result<void> {
    TRY_ASSIGN(PinnedContext pin, find_context(handle));
    const LockedContext context(std::move(pin));
    const bool tells_issuers =
        attribute == SECPKG_ATTR_ISSUER_LIST_EX && context->awaits_credential;
    if (context->state != ContextEntry::State::Established && !tells_issuers)
      return fail(Status::InvalidHandle, "the context is not established");
    auto written = write_attribute<Char>(*context, attribute, buffer, size);
    if (!written) context->last_error = written.error();
    return written;
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
