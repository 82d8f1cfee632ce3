// opensspi_examine_machine: what it asks of its caller. What it finds, tests/command/doctor_test.py
// knows better.
#include <set>
#include <string>

#include "abi/support.h"

namespace caller {
namespace {

using Areas = std::multiset<std::string>;

int collect(const opensspi_finding* finding, void* user) {
  static_cast<Areas*>(user)->insert(finding->area);
  EXPECT_EQ(sizeof(opensspi_finding), finding->size);
  EXPECT_GE(finding->verdict, OPENSSPI_FINDING_OK);
  EXPECT_LE(finding->verdict, OPENSSPI_FINDING_PROBLEM);
  EXPECT_STRNE("", finding->found);
  return 0;
}

int stop(const opensspi_finding* /*finding*/, void* user) {
  ++*static_cast<int*>(user);
  return 1;
}

TEST(Machine, IsLookedOverPartByPart) {
  Areas areas;
  ASSERT_STATUS(SEC_E_OK, opensspi_examine_machine("HTTP/127.0.0.1", collect, &areas));
  for (const char* area : {"policy", "packages", "keyring", "credentials", "accounts", "winbind",
                           "krb5.conf", "keytab", "target"}) {
    EXPECT_TRUE(areas.contains(area)) << area;
  }
  areas.clear();
  ASSERT_STATUS(SEC_E_OK, opensspi_examine_machine(nullptr, collect, &areas));
  EXPECT_FALSE(areas.contains("target"));
}

TEST(Machine, IsLookedAtUntilTheCallerHasEnough) {
  int calls = 0;
  EXPECT_STATUS(SEC_E_OK, opensspi_examine_machine(nullptr, stop, &calls));
  EXPECT_EQ(1, calls);
}

TEST(Machine, NeedsSomebodyToTell) {
  EXPECT_STATUS(SEC_E_INVALID_PARAMETER, opensspi_examine_machine(nullptr, nullptr, nullptr));
  int calls = 0;
  EXPECT_STATUS(SEC_E_INVALID_PARAMETER, opensspi_examine_machine("HTTP/\xFF", stop, &calls));
  EXPECT_EQ(0, calls);
}

}  // namespace
}  // namespace caller
