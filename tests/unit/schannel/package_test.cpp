// The three names of Schannel, as Windows 10 and 11 enumerate them.
#include "schannel/package.h"

#include <gtest/gtest.h>

namespace opensspi {
namespace {

TEST(SchannelPackages, HaveWindowsValues) {
  const auto packages = schannel::make_packages(nullptr);
  ASSERT_EQ(packages.size(), 3U);
  EXPECT_EQ(packages[0]->info().name, "Schannel");
  EXPECT_EQ(packages[1]->info().name, "Microsoft Unified Security Protocol Provider");
  EXPECT_EQ(packages[2]->info().name, "Default TLS SSP");
  for (const auto& package : packages) {
    EXPECT_EQ(package->info().comment, "Schannel Security Package");
    EXPECT_EQ(package->info().capabilities, 0x004107B3U);
    EXPECT_EQ(package->info().version, 1U);
    EXPECT_EQ(package->info().rpc_id, 14U);
    EXPECT_EQ(package->info().max_token, 24576U);
    EXPECT_EQ(package->info().auth_data, AuthDataKind::Schannel);
    EXPECT_TRUE(package->info().mechanism_oids.empty());
  }
}

}  // namespace
}  // namespace opensspi
