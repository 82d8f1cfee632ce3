// Functions beside SSPI that nothing stands behind yet refuse in the way of their kind.
#include <gtest/gtest.h>

#include <algorithm>
#include <array>

#include "abi/windows_names.h"
#include "ntstatus.h"
#include "wincred.h"

namespace opensspi::abi {
namespace {

TEST(UnsupportedNeighbours, RefuseInTheWayOfTheirKind) {
  EXPECT_EQ(LsaConnectUntrusted(nullptr), STATUS_NOT_IMPLEMENTED);
  EXPECT_EQ(LsaDeregisterLogonProcess(nullptr), STATUS_NOT_IMPLEMENTED);
  EXPECT_EQ(SslGetServerIdentity(nullptr, 0, nullptr, nullptr, 0), SEC_E_UNSUPPORTED_FUNCTION);
  EXPECT_EQ(SslGetMaximumKeySize(0), 0u);
  EXPECT_EQ(CredReadA("target", CRED_TYPE_GENERIC, 0, nullptr), FALSE);
  EXPECT_EQ(CredUIPromptForWindowsCredentialsA(nullptr, 0, nullptr, nullptr, 0, nullptr, nullptr,
                                               nullptr, 0),
            DWORD{ERROR_CALL_NOT_IMPLEMENTED});
  opensspi_error error;
  opensspi_last_error(&error);
  EXPECT_EQ(error.status, SEC_E_UNSUPPORTED_FUNCTION);
}

TEST(UnsupportedNeighbours, GiveRandomBitsAllTheSame) {
  std::array<UCHAR, 64> bits{};
  SslGenerateRandomBits(bits.data() + 16, 32);
  const auto is_zero = [](UCHAR octet) { return octet == 0; };
  EXPECT_TRUE(std::all_of(bits.begin(), bits.begin() + 16, is_zero));
  EXPECT_FALSE(std::all_of(bits.begin() + 16, bits.begin() + 48, is_zero));
  EXPECT_TRUE(std::all_of(bits.begin() + 48, bits.end(), is_zero));
  SslGenerateRandomBits(nullptr, 32);
  SslGenerateRandomBits(bits.data(), -1);
}

}  // namespace
}  // namespace opensspi::abi
