// The decisions.
#include "policy/policy.h"

namespace opensspi::policy {

bool send_raw_ntlm(const Policy& policy, bool inside_credssp, std::string_view target_name) {
  switch (policy.raw_ntlm) {
    case RawNtlm::Always:
      return true;
    case RawNtlm::Never:
      return false;
    case RawNtlm::Auto:
      break;
  }
  constexpr std::string_view kService = "TERMSRV/";
  if (inside_credssp) return true;
  if (target_name.size() < kService.size()) return false;
  for (std::size_t i = 0; i < kService.size(); ++i) {
    const char c = target_name[i];
    const char folded = c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
    if (folded != kService[i]) return false;
  }
  return true;
}

}  // namespace opensspi::policy
