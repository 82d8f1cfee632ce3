// Every byte of each message changed, every cut, every addition: with the MIC over all three, no
// exchange that anybody touched ends with both sides complete. There are no exceptions.
#include <gtest/gtest.h>

#include <algorithm>

#include "base/writer.h"
#include "handshake/ntlm/ntlm_world.h"

namespace opensspi::test {
namespace {

using ntlm::AvId;
using ntlm::ChallengeMessage;

class NtlmTamper : public testing::TestWithParam<ContextFlags> {
 protected:
  // The sizes of the messages of an untouched exchange.
  std::vector<Bytes> tokens() {
    const auto client = world_.client(GetParam()), server = world_.server();
    HandshakeResult result = run_handshake(*client, *server);
    EXPECT_TRUE(result.both_complete);
    return result.tokens;
  }

  // The result of an exchange in which message `which` was changed.
  template <class Change>
  HandshakeResult change(std::size_t which, Change&& change) {
    const auto client = world_.client(GetParam()), server = world_.server();
    return run_handshake(*client, *server, nullptr, nullptr, [&](std::size_t index, Bytes& token) {
      if (index == which) change(token);
    });
  }

  NtlmWorld world_;
};

TEST_P(NtlmTamper, NoChangedByteIsTaken) {
  const std::vector<Bytes> untouched = tokens();
  ASSERT_EQ(untouched.size(), 3U);
  for (std::size_t which = 0; which < untouched.size(); ++which) {
    for (std::size_t at = 0; at < untouched[which].size(); ++at) {
      for (const unsigned mask : {0x01U, 0x02U, 0x04U, 0x08U, 0x10U, 0x20U, 0x40U, 0x80U, 0xFFU}) {
        const HandshakeResult result = change(
            which, [&](Bytes& token) { token[at] = static_cast<std::uint8_t>(token[at] ^ mask); });
        ASSERT_FALSE(result.both_complete)
            << "message " << which << ", byte " << at << ", mask " << mask;
      }
    }
  }
}

TEST_P(NtlmTamper, NoCutAndNoAdditionIsTaken) {
  const std::vector<Bytes> untouched = tokens();
  for (std::size_t which = 0; which < untouched.size(); ++which) {
    for (std::size_t size = 0; size < untouched[which].size(); ++size) {
      const HandshakeResult cut = change(which, [&](Bytes& token) { token.resize(size); });
      ASSERT_FALSE(cut.both_complete) << "message " << which << " cut to " << size;
    }
    const HandshakeResult longer = change(which, [](Bytes& token) { token.push_back(0); });
    EXPECT_FALSE(longer.both_complete) << "message " << which;
  }
}

TEST_P(NtlmTamper, NoMessageOfAnotherExchangeIsTaken) {
  const std::vector<Bytes> other = tokens();
  for (std::size_t which = 1; which < other.size(); ++which) {
    for (const Bytes& token_of_other : other) {
      const HandshakeResult result = change(which, [&](Bytes& token) { token = token_of_other; });
      EXPECT_FALSE(result.both_complete) << "message " << which;
    }
  }
}

// CVE-2019-1040: without the timestamp the client sends no MIC, and the rest could be changed.
TEST_P(NtlmTamper, TheTimestampCannotBeTakenOut) {
  const HandshakeResult result = change(1, [](Bytes& token) {
    const auto message = ChallengeMessage::parse(token);
    ChallengeMessage stripped = *message;
    stripped.target_info = {};
    for (const auto& pair : message->target_info.pairs()) {
      if (pair.id != AvId::Timestamp) stripped.target_info.set(pair.id, pair.value);
    }
    token = *stripped.write();
  });
  EXPECT_FALSE(result.both_complete);
  EXPECT_EQ(status_of(result.server), Status::MessageAltered);
}

// CVE-2019-1040 again: the MIC and its announcement taken out of AUTHENTICATE.
TEST_P(NtlmTamper, TheMicCannotBeTakenOut) {
  const HandshakeResult result = change(2, [](Bytes& token) {
    auto message = *ntlm::AuthenticateMessage::parse(token);
    ntlm::AvPairs pairs = message.client_challenge->av_pairs;
    pairs.set_flags(0);
    Bytes& nt = message.nt_challenge_response;
    nt.resize(16 + 28);
    append(nt, pairs.write());
    append(nt, Bytes(4));
    message.mic.reset();
    token = *message.write();
  });
  EXPECT_FALSE(result.both_complete);
  EXPECT_EQ(status_of(result.server), Status::LogonDenied);
}

INSTANTIATE_TEST_SUITE_P(Protection, NtlmTamper,
                         testing::Values(kConfidential, ContextFlags::Integrity,
                                         ContextFlags::None),
                         [](const testing::TestParamInfo<ContextFlags>& row) {
                           if (row.param == kConfidential) return "Seal";
                           return row.param == ContextFlags::None ? "None" : "Sign";
                         });

}  // namespace
}  // namespace opensspi::test
