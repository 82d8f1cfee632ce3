// What TLS 1.3 says after its handshake: SEC_I_RENEGOTIATE, and one leg takes it.
#include "pair.h"

namespace caller {
namespace {

class PostHandshake : public testing::Test {
 protected:
  void SetUp() override {
    ASSERT_LOGGED_ON(pair.client, pair.server);
    records = pair.client.take_inbox();
    ASSERT_FALSE(records.empty()) << "the server sent no ticket";
    ticket = records;
    const Bytes text = encrypt(pair.server, "text");
    records.insert(records.end(), text.begin(), text.end());
    ASSERT_STATUS(SEC_I_RENEGOTIATE, (received = decrypt(pair.client, records)).status);
  }

  void expect_text(Bytes rest) { EXPECT_EQ(decrypt(pair.client, rest).text, "text"); }

  SchannelPair pair{{.client_protocols = SP_PROT_TLS1_3_CLIENT}};
  Bytes ticket, records;
  Received received;
};

TEST_F(PostHandshake, IsGivenBackAndTakenByALeg) {
  EXPECT_EQ(received.text, "");
  ASSERT_EQ(received.extra, records);
  const Leg leg = pair.client.step(received.extra);
  EXPECT_STATUS(SEC_E_OK, leg.status);
  EXPECT_TRUE(leg.token.empty());
  ASSERT_EQ(leg.extra, records.size() - ticket.size());
  expect_text({records.end() - leg.extra, records.end()});
}

TEST_F(PostHandshake, MayComeBackCutAnywhere) {
  for (std::size_t size = 1; size < ticket.size(); ++size) {
    const Leg leg = pair.client.step(std::span(ticket).first(size));
    ASSERT_STATUS(SEC_E_INCOMPLETE_MESSAGE, leg.status) << size;
    EXPECT_EQ(leg.missing, size < 5 ? 5 - size : ticket.size() - size);
  }
  EXPECT_STATUS(SEC_E_OK, pair.client.step(ticket).status);
  expect_text({records.begin() + static_cast<std::ptrdiff_t>(ticket.size()), records.end()});
}

TEST_F(PostHandshake, NeedNotComeBack) {
  const Bytes text(records.begin() + static_cast<std::ptrdiff_t>(ticket.size()), records.end());
  const Leg leg = pair.client.step(text);
  EXPECT_STATUS(SEC_E_OK, leg.status);
  EXPECT_EQ(leg.extra, text.size());
  expect_text(text);
}

TEST_F(PostHandshake, MayComeBackToDecryptMessageAfterALegWithoutIt) {
  EXPECT_STATUS(SEC_E_OK, pair.client.step({}).status);
  for (std::size_t size = 1; size < records.size(); ++size) {
    Bytes part(records.begin(), records.begin() + static_cast<std::ptrdiff_t>(size));
    const Received cut = decrypt(pair.client, part);
    ASSERT_STATUS(SEC_E_INCOMPLETE_MESSAGE, cut.status) << size;
    EXPECT_GT(cut.missing, 0u);
  }
  received = decrypt(pair.client, records);
  EXPECT_EQ(received.text, "text");
  EXPECT_EQ(received.extra, Bytes());
}

TEST_F(PostHandshake, LetsNothingPassUntilThen) {
  const SecPkgContext_StreamSizes sizes = stream_sizes(pair.client);
  Bytes memory(sizes.cbHeader + 1 + sizes.cbTrailer);
  SecBuffer buffers[] = {{sizes.cbHeader, SECBUFFER_STREAM_HEADER, memory.data()},
                         {1, SECBUFFER_DATA, memory.data() + sizes.cbHeader},
                         {sizes.cbTrailer, SECBUFFER_STREAM_TRAILER, &memory[sizes.cbHeader + 1]},
                         {0, SECBUFFER_EMPTY, nullptr}};
  SecBufferDesc message{SECBUFFER_VERSION, 4, buffers};
  EXPECT_STATUS(SEC_E_CONTEXT_EXPIRED, EncryptMessage(pair.client.get(), 0, &message, 0));
  EXPECT_STATUS(SEC_E_CONTEXT_EXPIRED, decrypt(pair.client, records).status);
  EXPECT_STATUS(SEC_E_OK, pair.client.step(ticket).status);
  expect_text({records.begin() + static_cast<std::ptrdiff_t>(ticket.size()), records.end()});
  expect_to_speak(pair.client, pair.server);
}

TEST_F(PostHandshake, IsTakenOnce) {
  EXPECT_STATUS(SEC_E_OK, pair.client.step(ticket).status);
  EXPECT_STATUS(SEC_E_UNSUPPORTED_FUNCTION, pair.client.step({}).status);
  EXPECT_STATUS(SEC_E_MESSAGE_ALTERED, decrypt(pair.client, ticket).status);
}

}  // namespace
}  // namespace caller
