// Tokens of later legs that find too little room: the call is made again, and nothing is lost.
#include "pair.h"

namespace caller {
namespace {

// One call with this input and a buffer of the caller's for the token.
struct Call {
  Call(Party& party, const Bytes& input_bytes, std::size_t room)
      : bytes(input_bytes), memory(room, 0xEE) {
    in[0] = {static_cast<ULONG>(bytes.size()), SECBUFFER_TOKEN, bytes.data()};
    in[1] = {0, SECBUFFER_EMPTY, nullptr};
    out = {static_cast<ULONG>(room), SECBUFFER_TOKEN, memory.data()};
    SecBufferDesc input{SECBUFFER_VERSION, 2, in}, output{SECBUFFER_VERSION, 1, &out};
    status = party.call(bytes.empty() ? nullptr : &input, &output, leg, 0);
  }

  [[nodiscard]] Bytes token() const { return {memory.begin(), memory.begin() + out.cbBuffer}; }
  [[nodiscard]] bool untouched() const {
    return out.cbBuffer == 0 && memory == Bytes(memory.size(), 0xEE);
  }

  Bytes bytes, memory;
  SecBuffer in[2], out;
  Leg leg;
  SECURITY_STATUS status;
};

class Room : public testing::TestWithParam<DWORD> {
 protected:
  // The call twice: with too little room, then with as much as the first says.
  static Call call(Party& party, const Bytes& input) {
    constexpr std::size_t kTooLittle = 3;
    const bool is_first = !party.has_context();
    const CtxtHandle before = *party.get();
    Call first(party, input, kTooLittle);
    if (first.status != SEC_E_INSUFFICIENT_MEMORY) return first;
    const auto needed = static_cast<std::size_t>(last_error().value);
    EXPECT_GT(needed, kTooLittle);
    EXPECT_TRUE(first.untouched());
    EXPECT_EQ(SECBUFFER_EMPTY, first.in[1].BufferType);
    EXPECT_EQ(0, std::memcmp(&before, party.get(), sizeof before));
    Call second(party, input, needed);
    if (!is_first) {
      EXPECT_EQ(needed, second.out.cbBuffer);
      ++num_repeated_;
    }
    return second;
  }

  // Until the client is done; its last token.
  Bytes log_on_client() {
    for (Bytes token = call(client, {}).token();;) {
      const Call of_server = call(server, token);
      EXPECT_STATUS(SEC_I_CONTINUE_NEEDED, of_server.status);
      const Call of_client = call(client, of_server.token());
      token = of_client.token();
      if (of_client.status != SEC_I_CONTINUE_NEEDED) {
        EXPECT_STATUS(SEC_E_OK, of_client.status);
        return token;
      }
    }
  }

  // A client and what awaits it on its second leg.
  void begin() {
    server.receive(client.run().token);
    flight = server.run().token;
  }

  CredSspPair pair{{.client_protocols = GetParam()}};
  Party& client = pair.client;
  Party& server = pair.server;
  Bytes flight{};
  static inline int num_repeated_ = 0;
};
INSTANTIATE_TEST_SUITE_P(Versions, Room, testing::ValuesIn(kTlsVersions), name_of_version);

TEST_P(Room, MayBeTooLittleForEveryToken) {
  num_repeated_ = 0;
  const Bytes auth_info = log_on_client();
  EXPECT_STATUS(SEC_E_OK, Call(server, auth_info, 3).status);  // has nothing more to say
  EXPECT_EQ(GetParam() == SP_PROT_TLS1_2_CLIENT ? 7 : 5, num_repeated_);
  Bytes record = encrypt(client, "Curiouser and curiouser!");
  EXPECT_EQ("Curiouser and curiouser!", decrypt(server, record).text);
}

TEST_P(Room, OfTheLastLegDecidesWhenTheClientIsDone) {
  run_up_to_pub_key_auth(pair, GetParam());
  const Bytes pub_key_auth = client.inbox();
  EXPECT_STATUS(SEC_E_INSUFFICIENT_MEMORY, Call(client, pub_key_auth, 3).status);
  SecPkgContext_StreamSizes sizes{};
  EXPECT_STATUS(SEC_E_INVALID_HANDLE,
                QueryContextAttributesW(client.get(), SECPKG_ATTR_STREAM_SIZES, &sizes));
  const Call again(client, pub_key_auth, 4096);
  EXPECT_STATUS(SEC_E_OK, again.status);
  EXPECT_NE(0u, again.leg.attributes & ISC_RET_DELEGATE);
  EXPECT_STATUS(SEC_E_OK, server.step(again.token()).status);
  EXPECT_STATUS(SEC_E_OK, QueryContextAttributesW(client.get(), SECPKG_ATTR_STREAM_SIZES, &sizes));
}

// More may have arrived until the call is made again.
TEST_P(Room, LeavesWhatFollowedMeanwhile) {
  begin();
  Bytes more = flight;
  more.insert(more.end(), {0x17, 3, 3});
  EXPECT_STATUS(SEC_E_INSUFFICIENT_MEMORY, Call(client, flight, 3).status);
  const Call again(client, more, 4096);
  EXPECT_STATUS(SEC_I_CONTINUE_NEEDED, again.status);
  EXPECT_EQ(SECBUFFER_EXTRA, again.in[1].BufferType);
  EXPECT_EQ(3u, again.in[1].cbBuffer);
  EXPECT_EQ(again.bytes.data() + flight.size(), again.in[1].pvBuffer);
}

TEST_P(Room, IsAskedForAgainWithTheSameInput) {
  begin();
  EXPECT_STATUS(SEC_E_INSUFFICIENT_MEMORY, Call(client, flight, 3).status);
  Bytes other = flight;
  other.back() ^= 1;
  EXPECT_STATUS(SEC_E_INVALID_TOKEN, Call(client, other, 4096).status);
  EXPECT_STATUS(SEC_E_INVALID_TOKEN, Call(client, {1, 2, 3}, 4096).status);
  EXPECT_STATUS(SEC_E_INCOMPLETE_MESSAGE, Call(client, {}, 4096).status);
  EXPECT_STATUS(SEC_E_INSUFFICIENT_MEMORY, Call(client, flight, 3).status);
  client.receive(flight);
  ASSERT_LOGGED_ON(client, server);
}

// Who is refused is refused, with or without room for what the peer is told.
TEST_P(Room, IsNotNeededForARefusal) {
  CredSspPair wrong({.password = u"Jabberwocky", .client_protocols = GetParam()});
  for (;;) {
    const Bytes token = wrong.client.run().token;
    const Call of_server(wrong.server, token, 4096);
    if (of_server.status != SEC_I_CONTINUE_NEEDED) {
      EXPECT_STATUS(SEC_E_LOGON_DENIED, of_server.status);
      EXPECT_LT(3u, of_server.out.cbBuffer);
      break;
    }
    wrong.client.receive(of_server.token());
  }
  CredSspPair small({.password = u"Jabberwocky", .client_protocols = GetParam()});
  for (std::size_t leg = 1;; ++leg) {
    const bool is_last = leg == wrong.client.legs().size();
    const Call of_server(small.server, small.client.run().token, is_last ? 3 : 4096);
    if (is_last) {
      EXPECT_STATUS(SEC_E_LOGON_DENIED, of_server.status);
      EXPECT_TRUE(of_server.untouched());
      break;
    }
    small.client.receive(of_server.token());
  }
}

}  // namespace
}  // namespace caller
