// EncryptMessage, DecryptMessage, MakeSignature and VerifySignature over NTLM: the buffer layouts
// of the Windows tests, and what happens to messages that were touched.
#include "pair.h"

namespace caller {
namespace {

class Messages : public testing::TestWithParam<Through> {
 protected:
  Messages() {
    talk(pair.client, pair.server);
    EXPECT_STATUS(SEC_E_OK, pair.client.status());
    EXPECT_STATUS(SEC_E_OK, pair.server.status());
  }

  CtxtHandle* client() { return pair.client.get(); }
  CtxtHandle* server() { return pair.server.get(); }

  Pair pair{GetParam()};
  Bytes token = Bytes(kSignatureSize);
  ULONG qop = 0x77;
};
INSTANTIATE_TEST_SUITE_P(Packages, Messages, testing::Values(kNtlm, kNegotiate, kNegotiateBare),
                         name_of);

const Bytes kText = bytes_of("Off with his head!");

TEST_P(Messages, SealedBothWays) {
  for (int round = 0; round < 3; ++round) {
    for (const bool upwards : {true, false}) {
      Bytes data = kText;
      Message sealed{buffer(SECBUFFER_TOKEN, token), buffer(SECBUFFER_DATA, data)};
      ASSERT_STATUS(SEC_E_OK, EncryptMessage(upwards ? client() : server(), 0, sealed.get(), 0));
      EXPECT_NE(kText, data);
      EXPECT_EQ(kSignatureSize, sealed[0].cbBuffer);
      EXPECT_EQ((Bytes{1, 0, 0, 0}), Bytes(token.begin(), token.begin() + 4));
      Message opened{buffer(SECBUFFER_TOKEN, token), buffer(SECBUFFER_DATA, data)};
      ASSERT_STATUS(SEC_E_OK, DecryptMessage(upwards ? server() : client(), opened.get(), 0, &qop));
      EXPECT_EQ(kText, data);
    }
  }
  EXPECT_EQ(0x77u, qop);  // NTLM on Windows leaves it alone
}

TEST_P(Messages, OldNamesDoTheSame) {
  Bytes data = kText;
  Message sealed{buffer(SECBUFFER_TOKEN, token), buffer(SECBUFFER_DATA, data)};
  ASSERT_STATUS(SEC_E_OK, SealMessage(client(), 0, sealed.get(), 0));
  ASSERT_STATUS(SEC_E_OK, UnsealMessage(server(), sealed.get(), 0, nullptr));
  EXPECT_EQ(kText, data);
}

TEST_P(Messages, SignedBothWays) {
  for (const bool upwards : {true, false}) {
    Bytes data = kText;
    Message message{buffer(SECBUFFER_DATA, data), buffer(SECBUFFER_TOKEN, token)};
    ASSERT_STATUS(SEC_E_OK, MakeSignature(upwards ? client() : server(), 0, message.get(), 0));
    EXPECT_EQ(kText, data);
    EXPECT_EQ((Bytes{1, 0, 0, 0}), Bytes(token.begin(), token.begin() + 4));
    ASSERT_STATUS(SEC_E_OK, VerifySignature(upwards ? server() : client(), message.get(), 0, &qop));
  }
  EXPECT_EQ(0x77u, qop);
}

TEST_P(Messages, NeedATokenBuffer) {
  Bytes data = kText;
  Message message{buffer(SECBUFFER_DATA, data)};
  EXPECT_STATUS(SEC_E_INVALID_TOKEN, MakeSignature(client(), 0, message.get(), 0));
  EXPECT_STATUS(SEC_E_INVALID_TOKEN, EncryptMessage(client(), 0, message.get(), 0));
  EXPECT_STATUS(SEC_E_INVALID_TOKEN, VerifySignature(client(), message.get(), 0, &qop));
  EXPECT_STATUS(SEC_E_INVALID_TOKEN, DecryptMessage(client(), message.get(), 0, &qop));
  EXPECT_EQ(kText, data);
}

TEST_P(Messages, RefuseNoBuffersAndOtherVersions) {
  EXPECT_STATUS(SEC_E_INVALID_TOKEN, EncryptMessage(client(), 0, nullptr, 0));
  EXPECT_STATUS(SEC_E_INVALID_TOKEN, DecryptMessage(client(), nullptr, 0, nullptr));
  Bytes data = kText;
  Message message{buffer(SECBUFFER_TOKEN, token), buffer(SECBUFFER_DATA, data)};
  message.get()->ulVersion = 1;
  SecBufferDesc other = *message.get();
  other.ulVersion = 1;
  EXPECT_STATUS(SEC_E_INVALID_TOKEN, EncryptMessage(client(), 0, &other, 0));
  SecBufferDesc no_array{SECBUFFER_VERSION, 2, nullptr};
  EXPECT_STATUS(SEC_E_INVALID_TOKEN, EncryptMessage(client(), 0, &no_array, 0));
  Message no_memory{{16, SECBUFFER_TOKEN, nullptr}, buffer(SECBUFFER_DATA, data)};
  EXPECT_STATUS(SEC_E_INVALID_TOKEN, EncryptMessage(client(), 0, no_memory.get(), 0));
  EXPECT_EQ(kText, data);
}

TEST_P(Messages, AnUnknownQualityOfProtectionIsRefused) {
  Bytes data = kText;
  Message message{buffer(SECBUFFER_TOKEN, token), buffer(SECBUFFER_DATA, data)};
  EXPECT_STATUS(SEC_E_QOP_NOT_SUPPORTED, EncryptMessage(client(), 5, message.get(), 0));
  EXPECT_STATUS(SEC_E_QOP_NOT_SUPPORTED, MakeSignature(client(), 5, message.get(), 0));
  EXPECT_STATUS(SEC_E_INVALID_TOKEN,
                MakeSignature(client(), SECQOP_WRAP_NO_ENCRYPT, message.get(), 0));
  EXPECT_EQ(kText, data);
}

// W:ntlm:1184-1215: headers are signed, not encrypted, and the token may be last.
TEST_P(Messages, HeadersWithChecksumAreSignedOnly) {
  Bytes head = bytes_of("head"), data = kText, tail = bytes_of("tail");
  Message message{buffer(SECBUFFER_DATA | SECBUFFER_READONLY_WITH_CHECKSUM, head),
                  buffer(SECBUFFER_DATA, data),
                  buffer(SECBUFFER_DATA | SECBUFFER_READONLY_WITH_CHECKSUM, tail),
                  buffer(SECBUFFER_TOKEN, token)};
  ASSERT_STATUS(SEC_E_OK, EncryptMessage(client(), 0, message.get(), 0));
  EXPECT_EQ(bytes_of("head"), head);
  EXPECT_EQ(bytes_of("tail"), tail);
  EXPECT_NE(kText, data);
  head[0] ^= 1;
  EXPECT_STATUS(SEC_E_MESSAGE_ALTERED, DecryptMessage(server(), message.get(), 0, nullptr));
  head[0] ^= 1;
  ASSERT_STATUS(SEC_E_OK, DecryptMessage(server(), message.get(), 0, nullptr));
  EXPECT_EQ(kText, data);
}

TEST_P(Messages, ReadOnlyBuffersAreNeitherSignedNorSealed) {
  Bytes head = bytes_of("head"), data = kText;
  Message message{buffer(SECBUFFER_DATA | SECBUFFER_READONLY, head), buffer(SECBUFFER_DATA, data),
                  buffer(SECBUFFER_TOKEN, token)};
  ASSERT_STATUS(SEC_E_OK, EncryptMessage(client(), 0, message.get(), 0));
  EXPECT_EQ(bytes_of("head"), head);
  head[0] ^= 1;
  ASSERT_STATUS(SEC_E_OK, DecryptMessage(server(), message.get(), 0, nullptr));
  EXPECT_EQ(kText, data);
}

// [MS-RPCE] over SSPI: a header and a trailer, both read-only, one signed and one not.
TEST_P(Messages, DceStyleHeaders) {
  Bytes head = bytes_of("rpc header"), data = kText, trailer = bytes_of("sec_trailer");
  Message message{
      buffer(SECBUFFER_DATA | SECBUFFER_READONLY_WITH_CHECKSUM, head), buffer(SECBUFFER_DATA, data),
      buffer(SECBUFFER_DATA | SECBUFFER_READONLY, trailer), buffer(SECBUFFER_TOKEN, token)};
  ASSERT_STATUS(SEC_E_OK, EncryptMessage(client(), 0, message.get(), 0));
  ASSERT_STATUS(SEC_E_OK, DecryptMessage(server(), message.get(), 0, nullptr));
  EXPECT_EQ(kText, data);
}

TEST_P(Messages, StreamsAreOpenedInPlace) {
  Bytes data = kText;
  Message sealed{buffer(SECBUFFER_TOKEN, token), buffer(SECBUFFER_DATA, data)};
  ASSERT_STATUS(SEC_E_OK, EncryptMessage(client(), 0, sealed.get(), 0));
  Bytes stream = token;
  stream.insert(stream.end(), data.begin(), data.end());
  Message opened{buffer(SECBUFFER_STREAM, stream), {0, SECBUFFER_DATA, nullptr}};
  ASSERT_STATUS(SEC_E_OK, DecryptMessage(server(), opened.get(), 0, &qop));
  EXPECT_EQ(stream.data() + kSignatureSize, opened[1].pvBuffer);
  EXPECT_EQ(kText.size(), opened[1].cbBuffer);
  EXPECT_EQ(kText, Bytes(stream.begin() + kSignatureSize, stream.end()));
}

TEST_P(Messages, SeveralDataBuffersAreOneMessage) {
  Bytes one = bytes_of("Off with"), two = bytes_of(" his "), three = bytes_of("head!");
  Message message{buffer(SECBUFFER_TOKEN, token), buffer(SECBUFFER_DATA, one),
                  buffer(SECBUFFER_DATA, two), buffer(SECBUFFER_DATA, three)};
  ASSERT_STATUS(SEC_E_OK, EncryptMessage(client(), 0, message.get(), 0));
  Bytes all = one;
  all.insert(all.end(), two.begin(), two.end());
  all.insert(all.end(), three.begin(), three.end());
  Message whole{buffer(SECBUFFER_TOKEN, token), buffer(SECBUFFER_DATA, all)};
  ASSERT_STATUS(SEC_E_OK, DecryptMessage(server(), whole.get(), 0, nullptr));
  EXPECT_EQ(kText, all);
}

TEST_P(Messages, PaddingIsAcceptedAndNotUsed) {
  Bytes data = kText;
  std::uint8_t padding[1] = {9};
  Message message{buffer(SECBUFFER_TOKEN, token),
                  buffer(SECBUFFER_DATA, data),
                  {0, SECBUFFER_PADDING, padding}};
  ASSERT_STATUS(SEC_E_OK, EncryptMessage(client(), 0, message.get(), 0));
  EXPECT_EQ(0u, message[2].cbBuffer);
  ASSERT_STATUS(SEC_E_OK, DecryptMessage(server(), message.get(), 0, nullptr));
  EXPECT_EQ(kText, data);
}

TEST_P(Messages, EmptyOnesPass) {
  Message message{buffer(SECBUFFER_TOKEN, token), {0, SECBUFFER_DATA, nullptr}};
  ASSERT_STATUS(SEC_E_OK, EncryptMessage(client(), 0, message.get(), 0));
  ASSERT_STATUS(SEC_E_OK, DecryptMessage(server(), message.get(), 0, nullptr));
}

TEST_P(Messages, SignOnlyWrapIsTakenByDecryptMessage) {
  Bytes data = kText;
  Message message{buffer(SECBUFFER_TOKEN, token), buffer(SECBUFFER_DATA, data)};
  ASSERT_STATUS(SEC_E_OK, EncryptMessage(client(), SECQOP_WRAP_NO_ENCRYPT, message.get(), 0));
  EXPECT_EQ(kText, data);
  ASSERT_STATUS(SEC_E_OK, DecryptMessage(server(), message.get(), 0, nullptr));
  EXPECT_EQ(kText, data);
}

TEST_P(Messages, TokenBufferThatIsTooSmallIsRefusedBeforeAnythingIsSealed) {
  Bytes data = kText;
  Bytes small(kSignatureSize - 1);
  Message message{buffer(SECBUFFER_TOKEN, small), buffer(SECBUFFER_DATA, data)};
  EXPECT_STATUS(SEC_E_BUFFER_TOO_SMALL, EncryptMessage(client(), 0, message.get(), 0));
  EXPECT_EQ(kText, data);
  EXPECT_STATUS(SEC_E_BUFFER_TOO_SMALL, MakeSignature(client(), 0, message.get(), 0));
  Message good{buffer(SECBUFFER_TOKEN, token), buffer(SECBUFFER_DATA, data)};
  ASSERT_STATUS(SEC_E_OK, EncryptMessage(client(), 0, good.get(), 0));
  EXPECT_STATUS(SEC_E_OK, DecryptMessage(server(), good.get(), 0, nullptr));
}

// Every byte of token and data, touched once; then the message as it was is still good.
TEST_P(Messages, TouchedOnesAreRefusedAndSizesStay) {
  Bytes data = kText;
  Message sealed{buffer(SECBUFFER_TOKEN, token), buffer(SECBUFFER_DATA, data)};
  ASSERT_STATUS(SEC_E_OK, EncryptMessage(client(), 0, sealed.get(), 0));
  const Bytes sealed_token = token, sealed_data = data;
  for (std::size_t i = 0; i < token.size() + data.size(); ++i) {
    token = sealed_token;
    data = sealed_data;
    (i < token.size() ? token[i] : data[i - token.size()]) ^= 0x20;
    Message touched{buffer(SECBUFFER_TOKEN, token), buffer(SECBUFFER_DATA, data)};
    const SECURITY_STATUS status = DecryptMessage(server(), touched.get(), 0, &qop);
    EXPECT_TRUE(status == SEC_E_MESSAGE_ALTERED || status == SEC_E_OUT_OF_SEQUENCE)
        << i << ": " << opensspi_status_name(status);
    EXPECT_EQ(sealed_token.size(), touched[0].cbBuffer);
    EXPECT_EQ(sealed_data.size(), touched[1].cbBuffer);
    EXPECT_NE(kText, data);
  }
  token = sealed_token;
  data = sealed_data;
  Message good{buffer(SECBUFFER_TOKEN, token), buffer(SECBUFFER_DATA, data)};
  ASSERT_STATUS(SEC_E_OK, DecryptMessage(server(), good.get(), 0, &qop));
  EXPECT_EQ(kText, data);
  EXPECT_EQ(0x77u, qop);
}

TEST_P(Messages, WrongSignatureIsMessageAltered) {
  Bytes data = kText;
  Message message{buffer(SECBUFFER_DATA, data), buffer(SECBUFFER_TOKEN, token)};
  ASSERT_STATUS(SEC_E_OK, MakeSignature(client(), 0, message.get(), 0));
  token[5] ^= 1;
  EXPECT_STATUS(SEC_E_MESSAGE_ALTERED, VerifySignature(server(), message.get(), 0, &qop));
  EXPECT_EQ(0x77u, qop);
}

TEST_P(Messages, ShortSignaturesAreNotReadPast) {
  Bytes data = kText;
  Message message{buffer(SECBUFFER_DATA, data), buffer(SECBUFFER_TOKEN, token)};
  ASSERT_STATUS(SEC_E_OK, MakeSignature(client(), 0, message.get(), 0));
  for (std::size_t size = 0; size < kSignatureSize; ++size) {
    Bytes part(token.begin(), token.begin() + static_cast<std::ptrdiff_t>(size));
    Message cut{buffer(SECBUFFER_DATA, data), buffer(SECBUFFER_TOKEN, part)};
    EXPECT_LT(VerifySignature(server(), cut.get(), 0, &qop), 0) << size;
    EXPECT_LT(DecryptMessage(server(), cut.get(), 0, &qop), 0) << size;
  }
}

TEST_P(Messages, ReplaysAreOutOfSequence) {
  Bytes data = kText;
  Message message{buffer(SECBUFFER_TOKEN, token), buffer(SECBUFFER_DATA, data)};
  ASSERT_STATUS(SEC_E_OK, MakeSignature(client(), 0, message.get(), 0));
  ASSERT_STATUS(SEC_E_OK, VerifySignature(server(), message.get(), 0, nullptr));
  EXPECT_STATUS(SEC_E_OUT_OF_SEQUENCE, VerifySignature(server(), message.get(), 0, nullptr));
}

TEST_P(Messages, OnesOwnAreNotThePeers) {
  Bytes data = kText;
  Message message{buffer(SECBUFFER_TOKEN, token), buffer(SECBUFFER_DATA, data)};
  ASSERT_STATUS(SEC_E_OK, EncryptMessage(client(), 0, message.get(), 0));
  EXPECT_LT(DecryptMessage(client(), message.get(), 0, nullptr), 0);
}

TEST(MessagesWithoutProtection, HaveTheDummySignature) {
  Pair pair(kNtlm, 0);
  ASSERT_LOGGED_ON(pair.client, pair.server);
  Bytes data = kText, token(kSignatureSize, 0xEE);
  Message message{buffer(SECBUFFER_DATA, data), buffer(SECBUFFER_TOKEN, token)};
  ASSERT_STATUS(SEC_E_OK, MakeSignature(pair.client.get(), 0, message.get(), 0));
  Bytes dummy(kSignatureSize);
  dummy[0] = 1;
  EXPECT_EQ(dummy, token);
  EXPECT_STATUS(SEC_E_OK, VerifySignature(pair.server.get(), message.get(), 0, nullptr));
  EXPECT_STATUS(SEC_E_UNSUPPORTED_FUNCTION, EncryptMessage(pair.client.get(), 0, message.get(), 0));
  EXPECT_EQ(kText, data);
}

TEST(MessagesWithIntegrityAlone, AreNotSealed) {
  Pair pair(kNtlm, ISC_REQ_INTEGRITY);
  ASSERT_LOGGED_ON(pair.client, pair.server);
  EXPECT_EQ(0u, pair.client.last().attributes & ISC_RET_CONFIDENTIALITY);
  Bytes data = kText, token(kSignatureSize);
  Message message{buffer(SECBUFFER_DATA, data), buffer(SECBUFFER_TOKEN, token)};
  ASSERT_STATUS(SEC_E_OK, MakeSignature(pair.client.get(), 0, message.get(), 0));
  ASSERT_STATUS(SEC_E_OK, VerifySignature(pair.server.get(), message.get(), 0, nullptr));
  // Nobody may take plaintext for sealed.
  EXPECT_STATUS(SEC_E_UNSUPPORTED_FUNCTION, EncryptMessage(pair.client.get(), 0, message.get(), 0));
}

}  // namespace
}  // namespace caller
