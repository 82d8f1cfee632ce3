// The one file that includes WinPR's headers.
#include "winpr.h"

#include <dlfcn.h>

#include <algorithm>
#include <stdexcept>

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wpedantic"
#include <winpr/sspi.h>
#pragma GCC diagnostic pop

namespace bench {

const void* winpr_function_table() {
  static const void* const table = [] {
    // Bound to itself: this library exports the same names, and WinPR must not call them.
    void* const library = dlopen("libwinpr2.so.2", RTLD_NOW | RTLD_LOCAL | RTLD_DEEPBIND);
    if (library == nullptr) throw std::runtime_error("libwinpr2 is not installed");
    void* const symbol = dlsym(library, "InitSecurityInterfaceW");
    if (symbol == nullptr) throw std::runtime_error("libwinpr2 has no InitSecurityInterfaceW");
    return reinterpret_cast<INIT_SECURITY_INTERFACE_W>(symbol)();
  }();
  return table;
}

void give_winpr_nt_hash(void* context, std::span<const std::uint8_t, 16> nt_hash) {
  const auto& table = *static_cast<const SecurityFunctionTableW*>(winpr_function_table());
  SecPkgContext_AuthNtlmHash hash{};
  hash.Version = 1;  // NTOWFv1
  std::copy(nt_hash.begin(), nt_hash.end(), hash.NtlmHash);
  const SECURITY_STATUS status = table.SetContextAttributesW(
      static_cast<PCtxtHandle>(context), SECPKG_ATTR_AUTH_NTLM_HASH, &hash, sizeof hash);
  if (status != SEC_E_OK) throw std::runtime_error("libwinpr2 does not take the NT hash");
}

}  // namespace bench
