// EncryptMessage and DecryptMessage: in place, cut anywhere, damaged, closed or cut off.
#include "pair.h"

namespace caller {
namespace {

class Messages : public SchannelTest {
 protected:
  void SetUp() override { ASSERT_LOGGED_ON(pair.client, pair.server); }
  SchannelPair pair{options()};
};
FOR_BOTH_VERSIONS(Messages);

TEST_P(Messages, AreOpenedInPlace) {
  Bytes record = encrypt(pair.client, "plain");
  SecBuffer buffers[] = {{static_cast<ULONG>(record.size()), SECBUFFER_DATA, record.data()},
                         {0, SECBUFFER_EMPTY, nullptr},
                         {0, SECBUFFER_EMPTY, nullptr},
                         {0, SECBUFFER_EMPTY, nullptr}};
  SecBufferDesc message{SECBUFFER_VERSION, 4, buffers};
  ASSERT_STATUS(SEC_E_OK, DecryptMessage(pair.server.get(), &message, 0, nullptr));
  EXPECT_EQ(buffers[0].BufferType, ULONG{SECBUFFER_STREAM_HEADER});
  EXPECT_EQ(buffers[1].BufferType, ULONG{SECBUFFER_DATA});
  EXPECT_EQ(buffers[1].pvBuffer, record.data() + stream_sizes(pair.server).cbHeader);
  EXPECT_EQ(buffers[2].BufferType, ULONG{SECBUFFER_STREAM_TRAILER});
  EXPECT_EQ(buffers[3].BufferType, ULONG{SECBUFFER_EMPTY});
}

TEST_P(Messages, AreTakenWhole) {
  const Bytes record = encrypt(pair.client, "cut at every byte");
  for (std::size_t size = 0; size < record.size(); ++size) {
    Bytes part(record.begin(), record.begin() + static_cast<std::ptrdiff_t>(size));
    part.reserve(1);
    const Received received = decrypt(pair.server, part);
    EXPECT_STATUS(SEC_E_INCOMPLETE_MESSAGE, received.status);
    EXPECT_GT(received.missing, 0u);
    EXPECT_LE(received.missing, record.size() - size);
  }
  Bytes whole = record;
  EXPECT_EQ(decrypt(pair.server, whole).text, "cut at every byte");
}

TEST_P(Messages, LeaveWhatFollows) {
  Bytes records = encrypt(pair.client, "one");
  const Bytes second = encrypt(pair.client, "two");
  records.insert(records.end(), second.begin(), second.end());
  Received received = decrypt(pair.server, records);
  EXPECT_EQ(received.text, "one");
  EXPECT_EQ(received.extra, second);
  EXPECT_EQ(decrypt(pair.server, received.extra).text, "two");
}

TEST_P(Messages, AreNoLongerThanARecord) {  // #vlang/v!26681
  const SecPkgContext_StreamSizes sizes = stream_sizes(pair.client);
  Bytes memory(sizes.cbHeader + sizes.cbMaximumMessage + 1 + sizes.cbTrailer);
  SecBuffer buffers[] = {
      {sizes.cbHeader, SECBUFFER_STREAM_HEADER, memory.data()},
      {sizes.cbMaximumMessage + 1, SECBUFFER_DATA, memory.data() + sizes.cbHeader},
      {sizes.cbTrailer, SECBUFFER_STREAM_TRAILER, memory.data() + memory.size() - sizes.cbTrailer},
      {0, SECBUFFER_EMPTY, nullptr}};
  SecBufferDesc message{SECBUFFER_VERSION, 4, buffers};
  EXPECT_STATUS(SEC_E_ENCRYPT_FAILURE, EncryptMessage(pair.client.get(), 0, &message, 0));
  expect_to_speak(pair.client, pair.server);
}

TEST_P(Messages, ThatWereAlteredEndTheStream) {
  Bytes record = encrypt(pair.client, "altered");
  record.back() ^= 1;
  EXPECT_STATUS(SEC_E_MESSAGE_ALTERED, decrypt(pair.server, record).status);
  Bytes next = encrypt(pair.client, "next");
  EXPECT_STATUS(SEC_E_CONTEXT_EXPIRED, decrypt(pair.server, next).status);
  const Leg leg = pair.server.step({});  // the alert to send
  EXPECT_LT(leg.status, 0);
  EXPECT_FALSE(leg.token.empty());
}

TEST_P(Messages, AreNotReplayed) {
  Bytes record = encrypt(pair.client, "once"), again = record;
  EXPECT_EQ(decrypt(pair.server, record).text, "once");
  EXPECT_STATUS(SEC_E_MESSAGE_ALTERED, decrypt(pair.server, again).status);
}

TEST_P(Messages, AreNotSigned) {
  SecBufferDesc none{SECBUFFER_VERSION, 0, nullptr};
  EXPECT_STATUS(SEC_E_UNSUPPORTED_FUNCTION, MakeSignature(pair.client.get(), 0, &none, 0));
}

}  // namespace
}  // namespace caller
