// The checksum 0x8003: as MIT's GSSAPI writes it, and every way in which it can be cut.
#include "kerberos/authenticator_checksum.h"

#include <gtest/gtest.h>

#include "support/hex.h"

namespace opensspi::kerberos {
namespace {

using test::from_hex;
using test::to_hex;

TEST(AuthenticatorChecksum, IsTwentyFourBytes) {
  const AuthenticatorChecksum checksum{
      {}, ContextFlags::MutualAuth | ContextFlags::Confidentiality | ContextFlags::Integrity, {}};
  EXPECT_EQ(to_hex(checksum.write()), "10000000" + std::string(32, '0') + "32000000");
  const auto parsed = AuthenticatorChecksum::parse(checksum.write());
  ASSERT_TRUE(parsed);
  EXPECT_EQ(parsed->flags, checksum.flags);
}

TEST(AuthenticatorChecksum, HasABitForEachFlagThatItTells) {
  const AuthenticatorChecksum all{{}, kTold & ~ContextFlags::Delegate, {}};
  EXPECT_EQ(to_hex(ByteView(all.write()).last(4)), "3e700000");
  EXPECT_EQ(AuthenticatorChecksum::parse(all.write())->flags, all.flags);
  const AuthenticatorChecksum other{{}, ContextFlags::Connection | ContextFlags::NullSession, {}};
  EXPECT_EQ(AuthenticatorChecksum::parse(other.write())->flags, ContextFlags::None);
}

TEST(AuthenticatorChecksum, CarriesTickets) {
  const AuthenticatorChecksum checksum{{}, ContextFlags::Delegate, SecretBytes(Bytes{1, 2, 3})};
  const Bytes bytes = checksum.write();
  EXPECT_EQ(to_hex(ByteView(bytes).last(11)), "0100000001000300010203");
  EXPECT_EQ(to_hex(AuthenticatorChecksum::parse(bytes)->delegated.expose()), "010203");
  Bytes with_extensions = bytes;
  append(with_extensions, view("more"));
  EXPECT_TRUE(AuthenticatorChecksum::parse(with_extensions));
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    if (size == 24) continue;  // the bit without tickets
    const auto cut = AuthenticatorChecksum::parse(ByteView(bytes).first(size));
    ASSERT_FALSE(cut) << size;
    EXPECT_EQ(cut.error().status, Status::InvalidToken);
  }
  Bytes other = bytes;
  other[24] = 2;  // DlgOpt
  EXPECT_FALSE(AuthenticatorChecksum::parse(other));
  other = bytes;
  other[0] = 17;  // Lgth
  EXPECT_FALSE(AuthenticatorChecksum::parse(other));
}

TEST(AuthenticatorChecksum, OfWhoSendsNoTicketsDelegatesNothing) {
  const auto parsed =
      AuthenticatorChecksum::parse(from_hex("10000000" + std::string(32, '0') + "23000000"));
  ASSERT_TRUE(parsed) << parsed.error().why;
  EXPECT_EQ(parsed->flags, ContextFlags::MutualAuth | ContextFlags::Integrity);
  EXPECT_TRUE(parsed->delegated.empty());
}

// The vector of channel bindings that NTLM has too.
TEST(AuthenticatorChecksum, BindsToTheChannel) {
  ChannelBindings bindings;
  bindings.application_data = copy(view("tls-server-end-point:"));
  append(bindings.application_data,
         from_hex("ea05fefecc6b0bd571dbbc5baa3ed45386d0446835f7b74c85621b9983475f95"));
  EXPECT_EQ(to_hex(bindings_hash(&bindings)), "6586e99d81c2fc984e47172fd4dd0310");
  EXPECT_EQ(to_hex(bindings_hash(nullptr)), std::string(32, '0'));
}

}  // namespace
}  // namespace opensspi::kerberos
