// SecBufferDesc of the legs, as the Windows tests have it: no output, output too small, of another
// type, without memory; tokens that nobody can parse; channel bindings.
#include "pair.h"

namespace caller {
namespace {

class LegBuffers : public testing::TestWithParam<Through> {
 protected:
  // The first leg of a client with this output.
  SECURITY_STATUS first_leg(SecBufferDesc* its_output, ULONG extra_flags = 0) {
    Pair pair(GetParam());
    Leg leg;
    const SECURITY_STATUS status = pair.client.call(nullptr, its_output, leg, extra_flags);
    EXPECT_EQ(status >= 0, pair.client.has_context());
    return status;
  }

  SecBuffer out{};
  SecBufferDesc output{SECBUFFER_VERSION, 1, &out};
};
INSTANTIATE_TEST_SUITE_P(Packages, LegBuffers, testing::Values(kNtlm, kNegotiate, kNegotiateBare),
                         name_of);

TEST_P(LegBuffers, NoOutputIsTooSmall) {
  EXPECT_STATUS(SEC_E_BUFFER_TOO_SMALL, first_leg(nullptr));
}

TEST_P(LegBuffers, OutputOfNothingIsTooSmall) {
  std::uint8_t memory[1];
  out = {0, SECBUFFER_TOKEN, memory};
  EXPECT_STATUS(SEC_E_BUFFER_TOO_SMALL, first_leg(&output));
  EXPECT_EQ(0u, out.cbBuffer);
  SecBufferDesc none{SECBUFFER_VERSION, 0, nullptr};
  EXPECT_STATUS(SEC_E_BUFFER_TOO_SMALL, first_leg(&none));
}

TEST_P(LegBuffers, OutputOfDataIsNoToken) {
  Bytes memory(4096, 0xEE);
  out = buffer(SECBUFFER_DATA, memory);
  EXPECT_STATUS(SEC_E_BUFFER_TOO_SMALL, first_leg(&output));
  EXPECT_EQ(Bytes(4096, 0xEE), memory);
}

TEST_P(LegBuffers, OutputThatIsTooSmallIsNotWritten) {
  Bytes memory(20, 0xEE);
  out = buffer(SECBUFFER_TOKEN, memory);
  EXPECT_STATUS(SEC_E_BUFFER_TOO_SMALL, first_leg(&output));
  EXPECT_EQ(Bytes(20, 0xEE), memory);
}

TEST_P(LegBuffers, OutputWithoutMemoryDoesNotCrash) {
  out = {1000, SECBUFFER_TOKEN, nullptr};
  EXPECT_STATUS(SEC_E_INTERNAL_ERROR, first_leg(&output));
}

TEST_P(LegBuffers, AllocatedOutputIsTheLibrarys) {
  int own = 0;
  out = {77, SECBUFFER_TOKEN, &own};  // overwritten whatever it was
  EXPECT_STATUS(SEC_I_CONTINUE_NEEDED, first_leg(&output, ISC_REQ_ALLOCATE_MEMORY));
  EXPECT_NE(&own, out.pvBuffer);
  EXPECT_STATUS(SEC_E_OK, FreeContextBuffer(out.pvBuffer));
}

TEST_P(LegBuffers, TheTokenBufferIsFoundAmongOthers) {
  Bytes memory(4096), other(8, 0xEE);
  SecBuffer buffers[] = {buffer(SECBUFFER_DATA, other), buffer(SECBUFFER_TOKEN, memory)};
  SecBufferDesc two{SECBUFFER_VERSION, 2, buffers};
  EXPECT_STATUS(SEC_I_CONTINUE_NEEDED, first_leg(&two));
  EXPECT_LT(buffers[1].cbBuffer, 4096u);
  EXPECT_EQ(Bytes(8, 0xEE), other);
}

TEST_P(LegBuffers, DescriptionsOfOtherVersionsAreRefused) {
  Bytes memory(4096);
  out = buffer(SECBUFFER_TOKEN, memory);
  output.ulVersion = 1;
  EXPECT_STATUS(SEC_E_INVALID_TOKEN, first_leg(&output));
  SecBufferDesc no_array{SECBUFFER_VERSION, 1, nullptr};
  EXPECT_STATUS(SEC_E_INVALID_TOKEN, first_leg(&no_array));
}

TEST_P(LegBuffers, ANewContextNeedsAPlace) {
  Pair pair(GetParam());
  Bytes memory(4096);
  out = buffer(SECBUFFER_TOKEN, memory);
  ULONG attributes = 0;
  EXPECT_STATUS(SEC_E_INVALID_HANDLE,
                InitializeSecurityContextW(pair.client_credential.get(), nullptr, nullptr, 0, 0, 0,
                                           nullptr, 0, nullptr, &output, &attributes, nullptr));
}

TEST_P(LegBuffers, AttributesAndExpiryMayBeMissing) {
  Pair pair(GetParam());
  CtxtHandle context{};
  out = {0, SECBUFFER_TOKEN, nullptr};
  ASSERT_STATUS(SEC_I_CONTINUE_NEEDED,
                InitializeSecurityContextW(pair.client_credential.get(), nullptr, nullptr,
                                           ISC_REQ_ALLOCATE_MEMORY, 0, 0, nullptr, 0, &context,
                                           &output, nullptr, nullptr));
  FreeContextBuffer(out.pvBuffer);
  EXPECT_STATUS(SEC_E_OK, DeleteSecurityContext(&context));
}

// The challenge's answer waits for the same call with more room.
TEST_P(LegBuffers, ALaterLegMayFindNoRoomFirst) {
  Pair pair(GetParam());
  pair.server.receive(pair.client.run().token);
  Bytes challenge = pair.server.run().token;
  Message input{buffer(SECBUFFER_TOKEN, challenge)};
  Bytes memory(20, 0xEE);
  out = buffer(SECBUFFER_TOKEN, memory);
  Leg leg;
  EXPECT_STATUS(SEC_E_BUFFER_TOO_SMALL, pair.client.call(input.get(), &output, leg, 0));
  EXPECT_EQ(0u, out.cbBuffer);
  EXPECT_EQ(Bytes(20, 0xEE), memory);
  const auto needed = static_cast<std::size_t>(last_error().value);
  EXPECT_STATUS(SEC_E_BUFFER_TOO_SMALL, pair.client.call(input.get(), nullptr, leg, 0));
  out = {static_cast<ULONG>(needed), SECBUFFER_TOKEN, nullptr};
  EXPECT_STATUS(SEC_E_INTERNAL_ERROR, pair.client.call(input.get(), &output, leg, 0));
  Bytes other = challenge;
  other.back() ^= 1;
  EXPECT_STATUS(SEC_E_INVALID_TOKEN, pair.client.step(other).status);
  pair.client.receive(challenge);
  EXPECT_EQ(needed, pair.client.run().token.size());
  pair.server.receive(pair.client.last().token);
  ASSERT_LOGGED_ON(pair.client, pair.server);
}

// Windows' own callers give the last leg of a server no output, or an empty one.
TEST(NtlmLastLeg, NeedsNoOutput) {
  for (const bool with_empty_one : {true, false}) {
    Pair pair(kNtlm);
    pair.server.receive(pair.client.run().token);
    pair.client.receive(pair.server.run().token);
    Bytes authenticate = pair.client.run().token;
    Message input{buffer(SECBUFFER_TOKEN, authenticate)};
    Message output{{0, SECBUFFER_TOKEN, nullptr}};
    Leg leg;
    EXPECT_STATUS(SEC_E_OK,
                  pair.server.call(input.get(), with_empty_one ? output.get() : nullptr, leg, 0));
  }
}

TEST_P(LegBuffers, TokensThatNobodyCanParseAreInvalid) {
  for (const Bytes& token : {Bytes{0}, bytes_of("GET / HTTP/1.1\r\n"), bytes_of("NTLMSSP"),
                             Bytes(2888, 0xFF), Bytes{0x60, 0x80, 0, 0}}) {
    Pair pair(GetParam());
    EXPECT_STATUS(SEC_E_INVALID_TOKEN, pair.server.step(token).status);
    EXPECT_FALSE(pair.server.has_context());
    pair.client.run();
    EXPECT_STATUS(SEC_E_INVALID_TOKEN, pair.client.step(token).status);
  }
}

TEST(NtlmMessages, OutOfOrderAreOutOfSequence) {
  Pair pair(kNtlm);
  ASSERT_LOGGED_ON(pair.client, pair.server);
  Pair other(kNtlm);
  EXPECT_STATUS(SEC_E_OUT_OF_SEQUENCE, other.server.step(pair.client.legs()[1].token).status);
  other.server.receive(other.client.run().token);
  other.server.run();
  EXPECT_STATUS(SEC_E_OUT_OF_SEQUENCE, other.server.step(pair.client.legs()[0].token).status);
  EXPECT_STATUS(SEC_E_OUT_OF_SEQUENCE, other.client.step(pair.client.legs()[1].token).status);
}

SECURITY_STATUS bound(const Through& through, const Bytes& of_client, const Bytes& of_server,
                      ULONG server_flags = 0) {
  Pair pair(through, kEverything, server_flags);
  pair.client.channel_bindings = of_client;
  pair.server.channel_bindings = of_server;
  talk(pair.client, pair.server);
  if (pair.server.status() == SEC_E_OK) {
    EXPECT_STATUS(SEC_E_OK, pair.client.status());
  }
  return pair.server.status();
}

TEST_P(LegBuffers, ChannelBindingsMustAgree) {
  const Bytes one = bindings("tls-server-end-point:one"), two = bindings("tls-unique:two");
  EXPECT_STATUS(SEC_E_OK, bound(GetParam(), one, one));
  EXPECT_STATUS(SEC_E_BAD_BINDINGS, bound(GetParam(), one, two));
  EXPECT_STATUS(SEC_E_BAD_BINDINGS, bound(GetParam(), {}, one));
  EXPECT_STATUS(SEC_E_OK, bound(GetParam(), one, {}));
  EXPECT_STATUS(SEC_E_OK, bound(GetParam(), {}, one, ASC_REQ_ALLOW_MISSING_BINDINGS));
  EXPECT_STATUS(SEC_E_BAD_BINDINGS, bound(GetParam(), two, one, ASC_REQ_ALLOW_MISSING_BINDINGS));
}

// Bindings need not come with every leg.
TEST_P(LegBuffers, ChannelBindingsOfTheFirstLegCount) {
  const Bytes one = bindings("tls-unique:one");
  for (const Bytes& of_server : {one, bindings("tls-unique:two")}) {
    Pair pair(GetParam());
    pair.client.channel_bindings = one;
    pair.server.channel_bindings = of_server;
    pair.server.receive(pair.client.run().token);
    pair.client.channel_bindings.clear();
    pair.client.receive(pair.server.run().token);
    pair.server.channel_bindings.clear();
    talk(pair.client, pair.server);
    EXPECT_STATUS(of_server == one ? SEC_E_OK : SEC_E_BAD_BINDINGS, pair.server.status());
  }
}

TEST_P(LegBuffers, ChannelBindingsThatPointOutsideAreInvalid) {
  Bytes far = bindings("data");
  SEC_CHANNEL_BINDINGS header;
  std::memcpy(&header, far.data(), sizeof header);
  header.cbApplicationDataLength = 0xFFFFFFF0;
  std::memcpy(far.data(), &header, sizeof header);
  Pair pair(GetParam());
  pair.client.channel_bindings = far;
  EXPECT_STATUS(SEC_E_INVALID_TOKEN, pair.client.run().status);
  pair.client.channel_bindings = Bytes(sizeof header - 1);
  EXPECT_STATUS(SEC_E_INVALID_TOKEN, pair.client.step({}).status);
}

}  // namespace
}  // namespace caller
