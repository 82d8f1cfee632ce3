// EncryptMessage and DecryptMessage over an established CREDSSP context, in Schannel's buffer form.
#include "pair.h"

namespace caller {
namespace {

class CredSspMessages : public testing::TestWithParam<DWORD> {
 protected:
  CredSspMessages() {
    talk(client, server);
    EXPECT_STATUS(SEC_E_OK, client.status());
    EXPECT_STATUS(SEC_E_OK, server.status());
  }

  SECURITY_STATUS encrypt_with(std::vector<SecBuffer> buffers) {
    SecBufferDesc message{SECBUFFER_VERSION, static_cast<ULONG>(buffers.size()), buffers.data()};
    return EncryptMessage(client.get(), 0, &message, 0);
  }
  SECURITY_STATUS decrypt_with(std::vector<SecBuffer> buffers) {
    SecBufferDesc message{SECBUFFER_VERSION, static_cast<ULONG>(buffers.size()), buffers.data()};
    return DecryptMessage(server.get(), &message, 0, nullptr);
  }

  CredSspPair pair{{.client_protocols = GetParam()}};
  Party& client = pair.client;
  Party& server = pair.server;
};
INSTANTIATE_TEST_SUITE_P(Versions, CredSspMessages, testing::ValuesIn(kTlsVersions),
                         name_of_version);

TEST_P(CredSspMessages, GoBothWays) {
  for (int i = 0; i < 3; ++i) {
    Bytes up = encrypt(client, "Why is a raven");
    Received received = decrypt(server, up);
    ASSERT_STATUS(SEC_E_OK, received.status);
    EXPECT_EQ("Why is a raven", received.text);
    EXPECT_TRUE(received.extra.empty());
    Bytes down = encrypt(server, "like a writing desk?");
    received = decrypt(client, down);
    ASSERT_STATUS(SEC_E_OK, received.status);
    EXPECT_EQ("like a writing desk?", received.text);
  }
}

TEST_P(CredSspMessages, LargestMessagePassesAndALargerOneDoesNot) {
  const SecPkgContext_StreamSizes sizes = stream_sizes(client);
  const std::string large(sizes.cbMaximumMessage, 'x');
  Bytes record = encrypt(client, large);
  const Received received = decrypt(server, record);
  ASSERT_STATUS(SEC_E_OK, received.status);
  EXPECT_EQ(large, received.text);
  Bytes header(sizes.cbHeader), data(sizes.cbMaximumMessage + 1), trailer(sizes.cbTrailer);
  EXPECT_STATUS(SEC_E_ENCRYPT_FAILURE,
                encrypt_with({{sizes.cbHeader, SECBUFFER_STREAM_HEADER, header.data()},
                              {sizes.cbMaximumMessage + 1, SECBUFFER_DATA, data.data()},
                              {sizes.cbTrailer, SECBUFFER_STREAM_TRAILER, trailer.data()},
                              {0, SECBUFFER_EMPTY, nullptr}}));
  Bytes next = encrypt(client, "goes on");
  EXPECT_EQ("goes on", decrypt(server, next).text);
}

TEST_P(CredSspMessages, PlaintextLiesInsideTheRecord) {
  Bytes record = encrypt(client, "in place");
  SecBuffer buffers[] = {{static_cast<ULONG>(record.size()), SECBUFFER_DATA, record.data()},
                         {0, SECBUFFER_EMPTY, nullptr},
                         {0, SECBUFFER_EMPTY, nullptr},
                         {0, SECBUFFER_EMPTY, nullptr}};
  SecBufferDesc message{SECBUFFER_VERSION, 4, buffers};
  ULONG qop = 0x77;
  ASSERT_STATUS(SEC_E_OK, DecryptMessage(server.get(), &message, 0, &qop));
  const SecPkgContext_StreamSizes sizes = stream_sizes(server);
  EXPECT_EQ(SECBUFFER_STREAM_HEADER, buffers[0].BufferType);
  EXPECT_EQ(record.data(), buffers[0].pvBuffer);
  EXPECT_EQ(sizes.cbHeader, buffers[0].cbBuffer);
  EXPECT_EQ(SECBUFFER_DATA, buffers[1].BufferType);
  EXPECT_EQ(record.data() + sizes.cbHeader, buffers[1].pvBuffer);
  EXPECT_EQ(8u, buffers[1].cbBuffer);
  EXPECT_EQ(SECBUFFER_STREAM_TRAILER, buffers[2].BufferType);
  EXPECT_EQ(SECBUFFER_EMPTY, buffers[3].BufferType);
  EXPECT_EQ(0x77u, qop);
}

TEST_P(CredSspMessages, SeveralRecordsAtOnceAreExtra) {
  Bytes records = encrypt(client, "one");
  for (const char* text : {"two", "three"}) {
    const Bytes next = encrypt(client, text);
    records.insert(records.end(), next.begin(), next.end());
  }
  for (const char* text : {"one", "two", "three"}) {
    Received received = decrypt(server, records);
    ASSERT_STATUS(SEC_E_OK, received.status);
    EXPECT_EQ(text, received.text);
    records = received.extra;
  }
  EXPECT_TRUE(records.empty());
}

TEST_P(CredSspMessages, PartOfARecordIsIncomplete) {
  const Bytes record = encrypt(client, "comes in pieces");
  for (std::size_t size = 1; size < record.size(); ++size) {
    Bytes part(record.begin(), record.begin() + static_cast<std::ptrdiff_t>(size));
    const Bytes before = part;
    const Received received = decrypt(server, part);
    EXPECT_STATUS(SEC_E_INCOMPLETE_MESSAGE, received.status);
    EXPECT_EQ(size < 5 ? 5 - size : record.size() - size, received.missing) << size;
    EXPECT_EQ(before, part);
  }
  Bytes whole = record;
  EXPECT_EQ("comes in pieces", decrypt(server, whole).text);
}

TEST_P(CredSspMessages, NothingIsIncomplete) {
  Bytes nothing;
  const Received received = decrypt(server, nothing);
  EXPECT_STATUS(SEC_E_INCOMPLETE_MESSAGE, received.status);
  EXPECT_EQ(5u, received.missing);
}

// Every byte of one record, touched. TLS dies of the first such record, so each has its own logon.
TEST_P(CredSspMessages, TouchedRecordsAreRefused) {
  const Bytes record = encrypt(client, "!");
  for (std::size_t i = 0; i < record.size(); ++i) {
    CredSspPair other({.client_protocols = GetParam()});
    ASSERT_LOGGED_ON(other.client, other.server);
    Bytes touched = encrypt(other.client, "!");
    touched[i] ^= 0x10;
    const Received received = decrypt(other.server, touched);
    EXPECT_LT(received.status, 0) << i;
    EXPECT_EQ("", received.text);
  }
}

TEST_P(CredSspMessages, ReplayedRecordsAreRefused) {
  const Bytes record = encrypt(client, "once");
  Bytes first = record, again = record;
  ASSERT_STATUS(SEC_E_OK, decrypt(server, first).status);
  const Received received = decrypt(server, again);
  EXPECT_STATUS(SEC_E_MESSAGE_ALTERED, received.status);
}

TEST_P(CredSspMessages, BuffersOfDecryptAreCounted) {
  Bytes record = encrypt(client, "text");
  const SecBuffer data{static_cast<ULONG>(record.size()), SECBUFFER_DATA, record.data()};
  const SecBuffer empty{0, SECBUFFER_EMPTY, nullptr};
  EXPECT_STATUS(SEC_E_INVALID_TOKEN, decrypt_with({data, empty, empty}));
  EXPECT_STATUS(SEC_E_INVALID_TOKEN, decrypt_with({empty, empty, empty, empty}));
  EXPECT_STATUS(SEC_E_INVALID_TOKEN, decrypt_with({data, data, empty, empty}));
  EXPECT_STATUS(SEC_E_INVALID_TOKEN, decrypt_with({}));
  EXPECT_STATUS(SEC_E_INVALID_TOKEN, DecryptMessage(server.get(), nullptr, 0, nullptr));
  EXPECT_STATUS(SEC_E_OK, decrypt_with({data, empty, empty, empty}));
}

TEST_P(CredSspMessages, BuffersOfEncryptAreChecked) {
  const SecPkgContext_StreamSizes sizes = stream_sizes(client);
  Bytes header(sizes.cbHeader), data = bytes_of("text"), trailer(sizes.cbTrailer);
  const SecBuffer h{sizes.cbHeader, SECBUFFER_STREAM_HEADER, header.data()};
  const SecBuffer d{4, SECBUFFER_DATA, data.data()};
  const SecBuffer t{sizes.cbTrailer, SECBUFFER_STREAM_TRAILER, trailer.data()};
  const SecBuffer empty{0, SECBUFFER_EMPTY, nullptr};
  EXPECT_STATUS(SEC_E_INVALID_TOKEN, encrypt_with({d, t, empty}));
  EXPECT_STATUS(SEC_E_INVALID_TOKEN, encrypt_with({h, t, empty}));
  EXPECT_STATUS(SEC_E_INVALID_TOKEN, encrypt_with({h, d, empty}));
  SecBuffer short_header = h;
  --short_header.cbBuffer;
  EXPECT_STATUS(SEC_E_BUFFER_TOO_SMALL, encrypt_with({short_header, d, t, empty}));
  SecBuffer short_trailer = t;
  --short_trailer.cbBuffer;
  EXPECT_STATUS(SEC_E_BUFFER_TOO_SMALL, encrypt_with({h, d, short_trailer, empty}));
  EXPECT_EQ(bytes_of("text"), data);
  // Apart in memory, without the fourth buffer, with more room than needed.
  Bytes long_trailer(sizes.cbTrailer + 10);
  SecBuffer buffers[] = {
      h, d, {sizes.cbTrailer + 10, SECBUFFER_STREAM_TRAILER, long_trailer.data()}};
  SecBufferDesc message{SECBUFFER_VERSION, 3, buffers};
  ASSERT_STATUS(SEC_E_OK, EncryptMessage(client.get(), 0, &message, 0));
  EXPECT_EQ(sizes.cbTrailer, buffers[2].cbBuffer);
  Bytes record(header.begin(), header.end());
  record.insert(record.end(), data.begin(), data.end());
  record.insert(record.end(), long_trailer.begin(),
                long_trailer.begin() + static_cast<std::ptrdiff_t>(buffers[2].cbBuffer));
  EXPECT_EQ("text", decrypt(server, record).text);
}

TEST_P(CredSspMessages, HaveNoOtherQualityAndNoSignatures) {
  Bytes data = bytes_of("text"), token(16);
  SecBuffer buffers[] = {{4, SECBUFFER_DATA, data.data()}, {16, SECBUFFER_TOKEN, token.data()}};
  SecBufferDesc message{SECBUFFER_VERSION, 2, buffers};
  EXPECT_STATUS(SEC_E_UNSUPPORTED_FUNCTION, MakeSignature(client.get(), 0, &message, 0));
  EXPECT_STATUS(SEC_E_UNSUPPORTED_FUNCTION, VerifySignature(client.get(), &message, 0, nullptr));
  EXPECT_STATUS(SEC_E_QOP_NOT_SUPPORTED,
                EncryptMessage(client.get(), SECQOP_WRAP_NO_ENCRYPT, &message, 0));
}

TEST_P(CredSspMessages, GoOnWhenTheirCredentialsAreFreed) {
  ASSERT_STATUS(SEC_E_OK, FreeCredentialsHandle(pair.client_credential.get()));
  ASSERT_STATUS(SEC_E_OK, FreeCredentialsHandle(pair.server_credential.get()));
  pair.client_credential.release();
  pair.server_credential.release();
  Bytes record = encrypt(client, "still here");
  EXPECT_EQ("still here", decrypt(server, record).text);
}

}  // namespace
}  // namespace caller
