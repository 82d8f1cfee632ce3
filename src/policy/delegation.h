// Which credentials a client may hand to which server: Windows' policies for credentials
// delegation, with their names and defaults. [MS-CSSP] 3.1.5, ADMX "Credentials Delegation".
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace opensspi::policy {

// SPNs: "TERMSRV/host.example", "TERMSRV/*.example", "TERMSRV/*", "*". At most one '*', which
// stands for anything; case does not count.
using SpnPatterns = std::vector<std::string>;

[[nodiscard]] bool matches(const SpnPatterns& patterns, std::string_view spn);
// Whether somebody who knows the form would write such a pattern.
[[nodiscard]] bool is_spn_pattern(std::string_view pattern);

// Where a credential comes from, which decides what is risked.
enum class CredentialKind {
  Fresh,    // the caller brought it
  Saved,    // saved for the target
  Default,  // of the logon session
};

// For one kind.
struct DelegationLists {
  SpnPatterns allow;            // to servers proven by Kerberos
  SpnPatterns allow_ntlm_only;  // to servers that NTLM leaves unproven
  SpnPatterns deny;             // to nobody here, whatever the others say
};

// What one policy file says. The defaults are Windows' on a machine that is in no domain.
struct DelegationRules {
  DelegationLists fresh{{"TERMSRV/*"}, {"TERMSRV/*"}, {}};
  DelegationLists saved{{"TERMSRV/*"}, {"TERMSRV/*"}, {}};
  DelegationLists default_{};
};

enum class Delegation {
  Refused,         // SEC_E_DELEGATION_POLICY
  WithMutualAuth,  // SEC_E_POLICY_NLTM_ONLY unless the server is proven
  Permitted,
};

// What every one of these rules permits.
[[nodiscard]] Delegation may_delegate(const std::vector<DelegationRules>& rules,
                                      CredentialKind kind, std::string_view spn);

}  // namespace opensspi::policy
