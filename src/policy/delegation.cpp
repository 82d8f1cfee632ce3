// Matching, and what several files say together.
#include "policy/delegation.h"

#include <algorithm>

#include "base/utf16.h"

namespace opensspi::policy {
namespace {

const DelegationLists& lists_of(const DelegationRules& rules, CredentialKind kind) {
  switch (kind) {
    case CredentialKind::Fresh:
      return rules.fresh;
    case CredentialKind::Saved:
      return rules.saved;
    case CredentialKind::Default:
      break;
  }
  return rules.default_;
}

bool matches(std::string_view pattern, std::string_view spn) {
  const std::size_t star = pattern.find('*');
  if (star == std::string_view::npos) return same_name(pattern, spn);
  const std::string_view head = pattern.substr(0, star), tail = pattern.substr(star + 1);
  return spn.size() >= head.size() + tail.size() && same_name(spn.substr(0, head.size()), head) &&
         same_name(spn.substr(spn.size() - tail.size()), tail);
}

}  // namespace

bool matches(const SpnPatterns& patterns, std::string_view spn) {
  return std::ranges::any_of(patterns,
                             [&](const std::string& pattern) { return matches(pattern, spn); });
}

bool is_spn_pattern(std::string_view pattern) {
  if (pattern == "*") return true;
  const std::size_t slash = pattern.find('/');
  return slash != std::string_view::npos && slash != 0 && slash + 1 != pattern.size() &&
         std::ranges::count(pattern, '*') <= 1 &&
         std::ranges::none_of(pattern, [](unsigned char c) { return c <= ' ' || c == 0x7F; });
}

Delegation may_delegate(const std::vector<DelegationRules>& rules, CredentialKind kind,
                        std::string_view spn) {
  bool when_proven = true, when_not = true;
  for (const DelegationRules& file : rules) {
    const DelegationLists& lists = lists_of(file, kind);
    if (matches(lists.deny, spn)) return Delegation::Refused;
    // Who trusts an unproven server trusts it no less when it is proven.
    when_not = when_not && matches(lists.allow_ntlm_only, spn);
    when_proven = when_proven && (matches(lists.allow, spn) || matches(lists.allow_ntlm_only, spn));
  }
  if (when_not) return Delegation::Permitted;
  return when_proven ? Delegation::WithMutualAuth : Delegation::Refused;
}

}  // namespace opensspi::policy
