// SslEmptyCache: no client of this process takes a TLS session up again that it has had so far.
#include "abi/guard.h"
#include "abi/text.h"
#include "abi/win32_error.h"
#include "schannel/session_cache.h"

namespace opensspi::abi {
namespace {

template <class Char>
BOOL empty_cache(const Char* target_name, DWORD flags) noexcept {
  return guard_value<BOOL>(FALSE, [&]() -> Result<BOOL> {
    if (flags != 0) return fail(Status::InvalidParameter, "dwFlags must be 0");
    TRY_ASSIGN(const std::string target, text_from(target_name));
    schannel::SessionCache::forget(target);
    return TRUE;
  });
}

}  // namespace
}  // namespace opensspi::abi

OPENSSPI_EXPORT BOOL WINAPI SslEmptyCacheA(LPSTR pszTargetName, DWORD dwFlags) {
  return opensspi::abi::empty_cache(pszTargetName, dwFlags);
}

OPENSSPI_EXPORT BOOL WINAPI SslEmptyCacheW(LPWSTR pszTargetName, DWORD dwFlags) {
  return opensspi::abi::empty_cache(reinterpret_cast<const SEC_WCHAR*>(pszTargetName), dwFlags);
}
