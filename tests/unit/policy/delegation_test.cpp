// Which credentials may go where: Windows' policies for credentials delegation.
#include "policy/delegation.h"

#include <gtest/gtest.h>

#include "policy/policy.h"

namespace opensspi::policy {
namespace {

constexpr CredentialKind kKinds[] = {CredentialKind::Fresh, CredentialKind::Saved,
                                     CredentialKind::Default};

TEST(SpnPattern, Matching) {
  struct Row {
    const char* pattern;
    const char* spn;
    bool matches;
  };
  for (const Row& row : {
           Row{"TERMSRV/*", "TERMSRV/host", true},
           {"TERMSRV/*", "termsrv/HOST.example", true},
           {"TERMSRV/*", "TERMSRV/", true},
           {"TERMSRV/*", "TERMSRV", false},
           {"TERMSRV/*", "WSMAN/host", false},
           {"TERMSRV/*", "XTERMSRV/host", false},
           {"TERMSRV/*", "", false},
           {"TERMSRV/host", "TERMSRV/host", true},
           {"TERMSRV/host", "TERMSRV/host2", false},
           {"TERMSRV/host", "TERMSRV/hos", false},
           {"TERMSRV/*.corp.example", "TERMSRV/a.corp.example", true},
           {"TERMSRV/*.corp.example", "TERMSRV/a.b.Corp.Example", true},
           {"TERMSRV/*.corp.example", "TERMSRV/corp.example", false},
           {"TERMSRV/*.corp.example", "TERMSRV/a.corp.example.evil", false},
           {"*/host", "WSMAN/host", true},
           {"TERMSRV/ab*ba", "TERMSRV/aba", false},
           {"TERMSRV/ab*ba", "TERMSRV/abba", true},
           {"TERMSRV/J\u00fcrgen", "TERMSRV/J\u00dcRGEN", true},
           {"*", "anything", true},
           {"*", "", true},
       }) {
    EXPECT_EQ(matches(SpnPatterns{row.pattern}, row.spn), row.matches)
        << row.pattern << " and " << row.spn;
  }
  EXPECT_FALSE(matches(SpnPatterns{}, "TERMSRV/host"));
  EXPECT_TRUE(matches(SpnPatterns{"WSMAN/*", "TERMSRV/*"}, "TERMSRV/host"));
}

TEST(SpnPattern, Form) {
  for (const char* pattern : {"*", "TERMSRV/*", "WSMAN/host.example", "*/host", "a/b/c"})
    EXPECT_TRUE(is_spn_pattern(pattern)) << pattern;
  for (const char* pattern :
       {"", "host", "TERMSRV/", "/host", "TERMSRV/*.*", "TERM SRV/host", "**"})
    EXPECT_FALSE(is_spn_pattern(pattern)) << pattern;
}

TEST(MayDelegate, DefaultsAreThoseOfWindowsOutsideADomain) {
  const std::vector<DelegationRules> rules(1);
  EXPECT_EQ(may_delegate(rules, CredentialKind::Fresh, "TERMSRV/host"), Delegation::Permitted);
  EXPECT_EQ(may_delegate(rules, CredentialKind::Saved, "TERMSRV/host"), Delegation::Permitted);
  EXPECT_EQ(may_delegate(rules, CredentialKind::Default, "TERMSRV/host"), Delegation::Refused);
  for (const CredentialKind kind : kKinds)
    for (const char* spn : {"WSMAN/host", "HTTP/host", "host", ""})
      EXPECT_EQ(may_delegate(rules, kind, spn), Delegation::Refused) << spn;
}

TEST(MayDelegate, EachKindHasItsLists) {
  DelegationRules rules{{{"A/*"}, {}, {}}, {{"B/*"}, {"B/*"}, {}}, {{}, {"C/*"}, {}}};
  EXPECT_EQ(may_delegate({rules}, CredentialKind::Fresh, "A/x"), Delegation::WithMutualAuth);
  EXPECT_EQ(may_delegate({rules}, CredentialKind::Saved, "A/x"), Delegation::Refused);
  EXPECT_EQ(may_delegate({rules}, CredentialKind::Saved, "B/x"), Delegation::Permitted);
  EXPECT_EQ(may_delegate({rules}, CredentialKind::Default, "B/x"), Delegation::Refused);
  EXPECT_EQ(may_delegate({rules}, CredentialKind::Default, "C/x"), Delegation::Permitted);
}

TEST(MayDelegate, DenyingOutranksAllowing) {
  const DelegationRules rules{{{"*"}, {"*"}, {"TERMSRV/evil*"}}, {}, {}};
  EXPECT_EQ(may_delegate({rules}, CredentialKind::Fresh, "TERMSRV/evil.example"),
            Delegation::Refused);
  EXPECT_EQ(may_delegate({rules}, CredentialKind::Fresh, "TERMSRV/good"), Delegation::Permitted);
}

TEST(MayDelegate, EveryFileMustPermit) {
  const DelegationRules wide{{{"*"}, {"*"}, {}}, {}, {}};
  const DelegationRules proven{{{"A/*"}, {}, {}}, {}, {}};
  const DelegationRules denying{{{"*"}, {"*"}, {"A/x"}}, {}, {}};
  EXPECT_EQ(may_delegate({wide, proven}, CredentialKind::Fresh, "A/x"), Delegation::WithMutualAuth);
  EXPECT_EQ(may_delegate({proven, wide}, CredentialKind::Fresh, "A/x"), Delegation::WithMutualAuth);
  EXPECT_EQ(may_delegate({wide, proven}, CredentialKind::Fresh, "B/x"), Delegation::Refused);
  EXPECT_EQ(may_delegate({wide, denying}, CredentialKind::Fresh, "A/x"), Delegation::Refused);
}

TEST(MayDelegate, NothingUnderABadFile) {
  for (const CredentialKind kind : kKinds)
    EXPECT_EQ(may_delegate(refuse_everything(1).delegation, kind, "TERMSRV/host"),
              Delegation::Refused);
}

}  // namespace
}  // namespace opensspi::policy
