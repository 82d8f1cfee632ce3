// The three messages: published ones, captured ones, and ones that lie. [MS-NLMP] 2.2.1
#include "ntlm/messages.h"

#include <gtest/gtest.h>

#include "support/hex.h"
#include "support/vectors.h"

namespace opensspi::ntlm {
namespace {

using test::from_hex;
using test::to_hex;
using test::Vectors;

// `message` with the little-endian value `value` of `size` bytes at `at`.
Bytes with(const Bytes& message, std::size_t at, std::uint64_t value, std::size_t size) {
  Bytes changed = message;
  // .at(): g++ 12 at -O2 does not see that the message is long enough.
  for (std::size_t i = 0; i < size; ++i) {
    changed.at(at + i) = static_cast<std::uint8_t>(value >> (8 * i));
  }
  return changed;
}

Bytes authenticate_of_full_exchange() {
  return Vectors("ntlm/full_exchange.txt").bytes("Authenticate");
}

Bytes challenge_of_full_exchange() {
  return Vectors("ntlm/full_exchange.txt").bytes("Challenge");
}

TEST(Messages, CapturedMessagesAreWrittenBackAlike) {
  for (Vectors& v : Vectors::sections("ntlm/captures.txt")) {
    const auto negotiate = NegotiateMessage::parse(v.bytes("Negotiate"));
    const auto challenge = ChallengeMessage::parse(v.bytes("Challenge"));
    const auto authenticate = AuthenticateMessage::parse(v.bytes("Authenticate"));
    ASSERT_TRUE(negotiate && challenge && authenticate);
    EXPECT_EQ(to_hex(*negotiate->write()), to_hex(v.bytes("Negotiate")));
    EXPECT_EQ(to_hex(*authenticate->write()), to_hex(v.bytes("Authenticate")));
    EXPECT_EQ(to_hex(*challenge->write()), to_hex(v.bytes("Challenge")));
  }
}

TEST(Messages, PublishedMessagesAreWrittenBackAlike) {
  Vectors full("ntlm/full_exchange.txt");
  Vectors spec("ntlm/ntlmv2.txt");
  for (const Bytes& bytes : {full.bytes("Challenge"), spec.bytes("Challenge")}) {
    const auto message = ChallengeMessage::parse(bytes);
    ASSERT_TRUE(message);
    EXPECT_EQ(message->target_name, "Server");
    EXPECT_EQ(to_hex(*message->write()), to_hex(bytes));
  }
  const auto authenticate = AuthenticateMessage::parse(full.bytes("Authenticate"));
  ASSERT_TRUE(authenticate);
  EXPECT_EQ(to_hex(*authenticate->write()), to_hex(full.bytes("Authenticate")));
}

TEST(Messages, TheFieldsOfAnAuthenticate) {
  Vectors v("ntlm/full_exchange.txt");
  const auto message = AuthenticateMessage::parse(v.bytes("Authenticate"));
  ASSERT_TRUE(message);
  EXPECT_EQ(static_cast<std::uint32_t>(message->flags), 0xe2888235U);
  EXPECT_EQ(message->user_name, v.text("User"));
  EXPECT_EQ(message->domain_name, v.text("Domain"));
  EXPECT_EQ(message->workstation, v.text("Workstation"));
  EXPECT_EQ(message->lm_challenge_response, Bytes(24));
  EXPECT_EQ(message->version, (Version{6, 0, 6000, 15}));
  ASSERT_TRUE(message->mic && message->client_challenge);
  EXPECT_EQ(to_hex(*message->mic), v.text("Mic"));
  EXPECT_EQ(message->client_challenge->timestamp, v.number("Timestamp"));
  EXPECT_EQ(to_hex(message->client_challenge->challenge_from_client), v.text("ClientChallenge"));
}

TEST(Messages, OldClientsEndTheirNegotiateEarly) {
  const Bytes flags_only = from_hex("4e544c4d5353500001000000 07820820");
  ASSERT_TRUE(NegotiateMessage::parse(flags_only));
  EXPECT_FALSE(NegotiateMessage::parse(flags_only)->version);
  // Names after 32 bytes, without VERSION.
  const auto named = NegotiateMessage::parse(
      from_hex("4e544c4d5353500001000000 07b20820 0300030024000000 0400040020000000"
               "484f5354 444f4d"));
  ASSERT_TRUE(named);
  EXPECT_EQ(to_hex(named->domain_name), "444f4d");
  EXPECT_EQ(to_hex(named->workstation), "484f5354");
}

TEST(Messages, AVersionThatIsAnnouncedMustBeThere) {
  // [MS-NLMP] 2.2.2.5 T, in the shortest form without it.
  EXPECT_FALSE(NegotiateMessage::parse(
      from_hex("4e544c4d5353500001000000 07820822 0000000000000000 0000000000000000 0a00")));
  const Bytes challenge = from_hex(
      "4e544c4d5353500002000000 0000000030000000 07820822 0123456789abcdef"
      "0000000000000000 0000000030000000");
  const auto parsed = ChallengeMessage::parse(challenge);
  ASSERT_FALSE(parsed);
  EXPECT_EQ(parsed.error().status, Status::InvalidToken);
  EXPECT_TRUE(ChallengeMessage::parse(with(challenge, 20, 0x20088207, 4)));
}

TEST(Messages, EveryCutIsRefused) {
  const Bytes authenticate = authenticate_of_full_exchange();
  for (std::size_t size = 0; size < authenticate.size(); ++size) {
    const auto cut = AuthenticateMessage::parse(ByteView(authenticate).first(size));
    ASSERT_FALSE(cut) << size;
    EXPECT_EQ(cut.error().status, Status::InvalidToken);
  }
  const Bytes challenge = challenge_of_full_exchange();
  for (std::size_t size = 0; size < challenge.size(); ++size) {
    EXPECT_FALSE(ChallengeMessage::parse(ByteView(challenge).first(size))) << size;
  }
}

TEST(Messages, OffsetsOutsideAreRefused) {
  const Bytes authenticate = authenticate_of_full_exchange();
  for (const std::size_t field : {12U, 20U, 28U, 36U, 44U, 52U}) {
    for (const std::uint64_t offset : {345ULL, 0x7FFFFFFFULL, 0xFFFFFFFFULL, 0xFFFFFFF0ULL}) {
      EXPECT_FALSE(AuthenticateMessage::parse(with(authenticate, field + 4, offset, 4)))
          << field << " " << offset;
    }
    EXPECT_FALSE(AuthenticateMessage::parse(with(authenticate, field, 0xFFFF, 2))) << field;
  }
}

TEST(Messages, EmptyItemsMayPointAnywhereAndMaxLenIsIgnored) {
  const Bytes challenge = challenge_of_full_exchange();
  EXPECT_TRUE(ChallengeMessage::parse(with(with(challenge, 12, 0, 2), 16, 0xFFFFFFFF, 4)));
  EXPECT_TRUE(ChallengeMessage::parse(with(challenge, 14, 0xFFFF, 2)));
}

TEST(Messages, TextMustBeWellFormed) {
  Bytes authenticate = authenticate_of_full_exchange();
  const std::size_t user = authenticate[40];
  // An unpaired surrogate, then an odd length.
  EXPECT_FALSE(AuthenticateMessage::parse(with(authenticate, user, 0xD800, 2)));
  EXPECT_FALSE(AuthenticateMessage::parse(with(authenticate, 36, 7, 2)));
}

TEST(Messages, AMicThatIsAnnouncedMustBeThere) {
  // The smallest response with MsvAvFlags 0x2, laid over the header so that the message ends one
  // byte before the MIC does.
  Bytes message = from_hex("4e544c4d53535000 03000000");
  message.resize(87);
  message[20] = 56;  // NtChallengeResponse
  message[24] = 31;
  message[47] = message[48] = 1;  // RespType, HiRespType
  message[75] = 6;                // MsvAvFlags
  message[77] = 4;
  message[79] = kAvFlagMicPresent;
  EXPECT_FALSE(AuthenticateMessage::parse(message));
  message.push_back(0);
  const auto parsed = AuthenticateMessage::parse(message);
  ASSERT_TRUE(parsed);
  EXPECT_TRUE(parsed->mic);
}

TEST(Messages, UnknownFlagsAreKept) {
  Bytes negotiate = Vectors("ntlm/full_exchange.txt").bytes("Negotiate");
  negotiate = with(negotiate, 12, 0x1C044708 | 0xE20882B7, 4);
  const auto message = NegotiateMessage::parse(negotiate);
  ASSERT_TRUE(message);
  EXPECT_EQ(static_cast<std::uint32_t>(message->flags), 0x1C044708U | 0xE20882B7U);
}

TEST(Messages, ItemsThatDoNotFitAreNotWritten) {
  AuthenticateMessage message;
  message.flags = NegotiateFlags::Unicode;
  message.nt_challenge_response = Bytes(0xFFFF);
  EXPECT_TRUE(message.write());
  message.nt_challenge_response = Bytes(0x10000);
  EXPECT_FALSE(message.write());
}

TEST(Messages, OnlyTheAwaitedMessageIsInSequence) {
  Vectors v("ntlm/full_exchange.txt");
  const Bytes challenge = v.bytes("Challenge");
  EXPECT_TRUE(expect(MessageType::Challenge, challenge));
  EXPECT_EQ(expect(MessageType::Negotiate, challenge).error().status, Status::OutOfSequence);
  EXPECT_EQ(expect(MessageType::Challenge, with(challenge, 8, 4, 4)).error().status,
            Status::InvalidToken);
  EXPECT_EQ(expect(MessageType::Challenge, with(challenge, 0, 'n', 1)).error().status,
            Status::InvalidToken);
  EXPECT_EQ(expect(MessageType::Challenge, {}).error().status, Status::InvalidToken);
}

}  // namespace
}  // namespace opensspi::ntlm
