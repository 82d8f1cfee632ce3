// The host in each form of a target name.
#include "sspi/target_name.h"

#include <gtest/gtest.h>

#include <utility>

namespace opensspi {
namespace {

TEST(HostOf, IsTheHostOfATargetName) {
  for (const auto& [target, host] : {std::pair{"TERMSRV/server.example", "server.example"},
                                     {"TERMSRV/server.example:3390", "server.example"},
                                     {"HTTP/server/instance", "server"},
                                     {"server", "server"},
                                     {"", ""},
                                     {"TERMSRV/", ""},
                                     {"TERMSRV/[::1]:3389", "::1"},
                                     {"TERMSRV/[::1", "::1"},
                                     {"TERMSRV/fe80::1", "fe80::1"},
                                     {"TERMSRV/10.0.0.1:3389", "10.0.0.1"},
                                     {"host/server.example@REALM", "server.example"},
                                     {"https://server.example:5986/wsman", "server.example"}}) {
    EXPECT_EQ(host_of(target), host) << target;
  }
}

}  // namespace
}  // namespace opensspi
