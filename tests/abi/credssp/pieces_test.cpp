// Where a network cuts and glues: EXTRA and MISSING are exact, and no byte is lost. What follows
// the logon is in messages_test.
#include "pair.h"

namespace caller {
namespace {

constexpr std::size_t kRecordHeader = 5;

std::size_t first_record_size(const Bytes& records) {
  return kRecordHeader + (std::size_t{records[3]} << 8) + records[4];
}

class Pieces : public testing::TestWithParam<DWORD> {
 protected:
  // `party` with beginnings of `token` that are no whole record, which leave no trace.
  static void expect_incomplete(Party& party, const Bytes& token) {
    const std::size_t size = first_record_size(token);
    for (std::size_t cut = 1; cut < size; cut += cut <= kRecordHeader ? 1 : 7) {
      const Leg leg = party.step({token.data(), cut});
      ASSERT_STATUS(SEC_E_INCOMPLETE_MESSAGE, leg.status);
      ASSERT_EQ(cut < kRecordHeader ? kRecordHeader - cut : size - cut, leg.missing) << cut;
      ASSERT_TRUE(leg.token.empty());
    }
  }

  // Until the client is done: what it sends last.
  static Bytes log_on_client(CredSspPair& pair) {
    while (pair.client.run().status == SEC_I_CONTINUE_NEEDED) {
      pair.server.receive(pair.client.last().token);
      EXPECT_STATUS(SEC_I_CONTINUE_NEEDED, pair.server.run().status);
      pair.client.receive(pair.server.last().token);
    }
    EXPECT_STATUS(SEC_E_OK, pair.client.status());
    return pair.client.last().token;
  }

  // All messages in `stream`, as a program's loop reads them.
  static std::string read_all(Party& party, Bytes stream) {
    std::string text;
    while (!stream.empty()) {
      const Received received = decrypt(party, stream);
      EXPECT_STATUS(SEC_E_OK, received.status);
      if (received.status != SEC_E_OK) break;
      text += received.text + '.';
      stream = received.extra;
    }
    return text;
  }

  [[nodiscard]] Options options() const { return {.client_protocols = GetParam()}; }
};
INSTANTIATE_TEST_SUITE_P(Versions, Pieces, testing::ValuesIn(kTlsVersions), name_of_version);

TEST_P(Pieces, NoBeginningOfARecordIsTaken) {
  CredSspPair pair(options());
  pair.client.run();
  for (Party *from = &pair.client, *to = &pair.server; from->status() >= 0; std::swap(from, to)) {
    const Bytes token = from->last().token;
    if (token.empty()) break;
    expect_incomplete(*to, token);
    to->receive(token);
    to->run();
  }
  EXPECT_STATUS(SEC_E_OK, pair.client.status());
  EXPECT_STATUS(SEC_E_OK, pair.server.status());
}

// What the client says first may come with its last token, whole, in part, and more than once.
TEST_P(Pieces, TheServersFirstDataMayBeCutAnywhere) {
  for (const std::size_t behind : {0, 1, 4, 5, 6, 20, 50, 100'000}) {
    CredSspPair pair(options());
    Bytes stream = log_on_client(pair);
    const std::size_t token = stream.size();
    for (const std::string_view text : {"Drink me", "Eat me"}) {
      const Bytes record = encrypt(pair.client, text);
      stream.insert(stream.end(), record.begin(), record.end());
    }
    const std::size_t cut = std::min(stream.size(), token + behind);
    pair.server.receive({stream.data(), cut});
    ASSERT_STATUS(SEC_E_OK, pair.server.run().status);
    ASSERT_EQ(cut - token, pair.server.last().extra);
    pair.server.receive({stream.data() + cut, stream.size() - cut});
    EXPECT_EQ("Drink me.Eat me.", read_all(pair.server, pair.server.inbox()));
  }
}

// A server that goes on before the client has answered.
TEST_P(Pieces, WhatFollowsTheServersLastTokenIsExtra) {
  for (const std::size_t behind : {1, 4, 5, 6, 20}) {
    CredSspPair pair(options());
    run_up_to_pub_key_auth(pair, GetParam());
    Bytes next = {0x17, 3, 3, 0, 40};  // the header of a record
    next.resize(behind);
    pair.client.receive(next);
    ASSERT_STATUS(SEC_E_OK, pair.client.run().status);
    EXPECT_EQ(behind, pair.client.last().extra);
    EXPECT_EQ(next, pair.client.inbox());
  }
}

}  // namespace
}  // namespace caller
