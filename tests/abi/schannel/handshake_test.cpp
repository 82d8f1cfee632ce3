// InitializeSecurityContext and AcceptSecurityContext of Schannel: the buffers of each leg, flags,
// and what comes of bytes that are not TLS. "W:schannel": seen on Windows.
#include "pair.h"

namespace caller {
namespace {

class Handshake : public SchannelTest {};
FOR_BOTH_VERSIONS(Handshake);

TEST_P(Handshake, EstablishesAStreamBothWays) {
  SchannelPair pair(options());
  ASSERT_LOGGED_ON(pair.client, pair.server);
  expect_to_speak(pair.client, pair.server);
}

TEST_P(Handshake, GrantsWindowsFlags) {  // W:schannel:1192
  Options asked = options();
  asked.client_flags = ISC_REQ_CONFIDENTIALITY | ISC_REQ_STREAM | ISC_REQ_USE_SUPPLIED_CREDS;
  SchannelPair pair(asked);
  ASSERT_LOGGED_ON(pair.client, pair.server);
  EXPECT_EQ(pair.client.last().attributes,
            ULONG{ISC_RET_REPLAY_DETECT | ISC_RET_SEQUENCE_DETECT | ISC_RET_CONFIDENTIALITY |
                  ISC_RET_STREAM | ISC_RET_USED_SUPPLIED_CREDS | ISC_RET_ALLOCATED_MEMORY});
}

// However the bytes arrive: a call for each one.
TEST_P(Handshake, TakesRecordsThatAreCutAtEveryByte) {
  SchannelPair pair(options());
  pair.server.receive({});
  Bytes to_server = pair.client.run().token, to_client;
  const auto trickle = [](Party& to, const Bytes& flight) {
    Bytes answer;
    for (const std::uint8_t byte : flight) {
      to.receive({&byte, 1});
      if (!to.runs()) continue;
      const Leg& leg = to.run();
      EXPECT_TRUE(leg.status >= 0 || leg.status == SEC_E_INCOMPLETE_MESSAGE) << leg.status;
      answer.insert(answer.end(), leg.token.begin(), leg.token.end());
    }
    return answer;
  };
  for (int turn = 0; turn < 4 && (!to_server.empty() || !to_client.empty()); ++turn) {
    to_client = trickle(pair.server, to_server);
    to_server = trickle(pair.client, to_client);
  }
  ASSERT_STATUS(SEC_E_OK, pair.client.status());
  ASSERT_STATUS(SEC_E_OK, pair.server.status());
  expect_to_speak(pair.client, pair.server);
}

TEST_P(Handshake, SaysWhatIsMissing) {  // W:schannel:1084-1143
  SchannelPair pair(options());
  pair.client.run();
  struct Row {
    std::size_t size;
    ULONG missing;
  };
  const Bytes record = {0x16, 3, 3, 0, 100};
  for (const auto& [size, missing] : {Row{4, 1}, Row{5, 100}}) {
    const Leg leg = pair.client.step(std::span(record).first(size));
    EXPECT_STATUS(SEC_E_INCOMPLETE_MESSAGE, leg.status);
    EXPECT_EQ(leg.missing, missing);
  }
  EXPECT_STATUS(SEC_E_INCOMPLETE_MESSAGE, pair.client.step({}).status);
}

TEST_P(Handshake, LeavesWhatFollowsAsExtra) {
  SchannelPair pair(options());
  pair.server.receive(pair.client.run().token);
  pair.client.receive(pair.server.run().token);
  Bytes flight = pair.client.run().token;
  ASSERT_FALSE(flight.empty());
  Bytes early;
  if (pair.client.status() == SEC_E_OK) early = encrypt(pair.client, "early");
  const ULONG size = static_cast<ULONG>(early.size());
  flight.insert(flight.end(), early.begin(), early.end());
  const Leg leg = pair.server.step(flight);
  EXPECT_STATUS(SEC_E_OK, leg.status);
  EXPECT_EQ(leg.extra, size);
  if (!early.empty()) {
    EXPECT_EQ(decrypt(pair.server, early).text, "early");
  }
}

TEST_P(Handshake, RefusesWhatIsNotTls) {  // W:schannel:1043-1055
  Options without = options();
  without.client_flags &= ~ULONG{ISC_REQ_EXTENDED_ERROR};
  SchannelPair pair(without);
  pair.client.run();
  const Leg leg = pair.client.step(Bytes(64, 'x'));
  EXPECT_STATUS(SEC_E_INVALID_TOKEN, leg.status);
  EXPECT_TRUE(leg.token.empty());
  EXPECT_STATUS(SEC_E_INVALID_HANDLE, pair.client.step(Bytes(64, 'x')).status);
}

// Application data of a peer that does not wait for the end.
TEST_P(Handshake, RefusesDataBeforeItsEnd) {
  SchannelPair pair(options());
  pair.server.receive(pair.client.run().token);
  pair.server.run();
  const Bytes data = {0x17, 3, 3, 0, 4, 'd', 'a', 't', 'a'};
  const Leg leg = pair.server.step(data);
  EXPECT_LT(leg.status, 0);
  EXPECT_NE(SEC_E_INCOMPLETE_MESSAGE, leg.status);
  EXPECT_FALSE(leg.token.empty()) << "an alert tells the client";
  EXPECT_NE(leg.attributes & ASC_RET_EXTENDED_ERROR, 0u);
}

TEST_P(Handshake, RefusesARecordThatIsTooLong) {
  SchannelPair pair(options());
  pair.client.run();
  EXPECT_STATUS(SEC_E_INVALID_TOKEN, pair.client.step(Bytes{0x16, 3, 3, 0xFF, 0xFF}).status);
}

TEST_P(Handshake, WithoutAnEndIsForgotten) {
  for (const int legs : {1, 2, 3}) {
    SchannelPair pair(options());
    for (int leg = 0; leg < legs; ++leg) {
      if (pair.client.runs()) pair.server.receive(pair.client.run().token);
      if (pair.server.runs()) pair.client.receive(pair.server.run().token);
    }
  }
}

TEST_P(Handshake, IsDoneOnce) {
  SchannelPair pair(options());
  ASSERT_LOGGED_ON(pair.client, pair.server);
  EXPECT_STATUS(SEC_E_UNSUPPORTED_FUNCTION, pair.client.step({}).status);
  expect_to_speak(pair.client, pair.server);
}

TEST(SchannelHandshake, NeedsAnOutputBuffer) {  // W:schannel:656,1068
  SchannelPair pair;
  Leg leg;
  EXPECT_STATUS(SEC_E_INVALID_TOKEN, pair.client.call(nullptr, nullptr, leg, 0));
  std::uint8_t memory[16];
  SecBuffer token{0, SECBUFFER_TOKEN, memory};
  SecBufferDesc output{SECBUFFER_VERSION, 1, &token};
  EXPECT_STATUS(SEC_E_INSUFFICIENT_MEMORY, pair.client.call(nullptr, &output, leg, 0));
}

TEST(SchannelHandshake, EmptiesTheAlertBuffer) {  // W:schannel:673
  SchannelPair pair;
  Leg leg;
  std::uint8_t memory[4096], alert[64];
  SecBuffer buffers[] = {{sizeof memory, SECBUFFER_TOKEN, memory},
                         {sizeof alert, SECBUFFER_ALERT, alert}};
  SecBufferDesc output{SECBUFFER_VERSION, 2, buffers};
  EXPECT_STATUS(SEC_I_CONTINUE_NEEDED, pair.client.call(nullptr, &output, leg, 0));
  EXPECT_EQ(memory[0], 0x16);
  EXPECT_EQ(buffers[1].cbBuffer, 0u);
}

TEST(SchannelHandshake, HasNoDatagrams) {
  SchannelPair pair({.client_flags = kClientFlags | ISC_REQ_DATAGRAM});
  EXPECT_STATUS(SEC_E_UNSUPPORTED_FUNCTION, pair.client.run().status);
}

TEST(SchannelHandshake, OfAServerNeedsACertificate) {
  SchannelPair pair({.server_certificate = nullptr});
  pair.server.receive(pair.client.run().token);
  EXPECT_STATUS(SEC_E_NO_CREDENTIALS, pair.server.run().status);
}

TEST(SchannelHandshake, TellsThePeerOfNoCommonVersion) {
  SchannelPair pair({.client_protocols = SP_PROT_TLS1_2_CLIENT});
  Credential only_13 =
      acquire_schannel(SECPKG_CRED_INBOUND, server_certificate(), SP_PROT_TLS1_3_SERVER, 0);
  pair.server.name(only_13, kServerFlags);
  talk(pair.client, pair.server);
  EXPECT_STATUS(SEC_E_ALGORITHM_MISMATCH, pair.server.status());
  EXPECT_STATUS(SEC_E_UNSUPPORTED_FUNCTION, pair.client.status());
}

}  // namespace
}  // namespace caller
