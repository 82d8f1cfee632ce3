// SecBufferDesc of CREDSSP's legs: Schannel's rules.
#include "pair.h"

namespace caller {
namespace {

class CredSspBuffers : public testing::Test {
 protected:
  // Both sides after their first legs; `flight` is what the server sent.
  void begin() {
    server.receive(client.run().token);
    flight = server.run().token;
  }

  CredSspPair pair{};
  Party& client = pair.client;
  Party& server = pair.server;
  SecBuffer out{0, SECBUFFER_TOKEN, nullptr};
  SecBufferDesc output{SECBUFFER_VERSION, 1, &out};
  Leg leg{};
  Bytes flight{};
};

TEST_F(CredSspBuffers, OutputOfNothingIsInsufficient) {
  EXPECT_STATUS(SEC_E_INSUFFICIENT_MEMORY, client.call(nullptr, &output, leg, 0));
  EXPECT_FALSE(client.has_context());
  std::uint8_t memory[10];
  SecBuffer buffers[] = {{10, SECBUFFER_TOKEN, memory}, {0, SECBUFFER_ALERT, nullptr}};
  SecBufferDesc two{SECBUFFER_VERSION, 2, buffers};
  EXPECT_STATUS(SEC_E_INSUFFICIENT_MEMORY, client.call(nullptr, &two, leg, 0));
}

TEST_F(CredSspBuffers, NoOutputIsInvalid) {
  EXPECT_STATUS(SEC_E_INVALID_TOKEN, client.call(nullptr, nullptr, leg));
  SecBuffer data{0, SECBUFFER_DATA, nullptr};
  SecBufferDesc no_token{SECBUFFER_VERSION, 1, &data};
  EXPECT_STATUS(SEC_E_INVALID_TOKEN, client.call(nullptr, &no_token, leg));
  EXPECT_FALSE(client.has_context());
}

TEST_F(CredSspBuffers, OutputWithoutMemoryIsAllocatedAnyway) {
  out.cbBuffer = 1000;
  ASSERT_STATUS(SEC_I_CONTINUE_NEEDED, client.call(nullptr, &output, leg, 0));
  ASSERT_NE(nullptr, out.pvBuffer);
  EXPECT_NE(0u, leg.attributes & ISC_RET_ALLOCATED_MEMORY);
  EXPECT_STATUS(SEC_E_OK, FreeContextBuffer(out.pvBuffer));
}

TEST_F(CredSspBuffers, AllocatedOutputOverwritesWhatWasThere) {
  int own = 0;
  out.pvBuffer = &own;
  out.cbBuffer = 4;
  ASSERT_STATUS(SEC_I_CONTINUE_NEEDED, client.call(nullptr, &output, leg));
  EXPECT_NE(&own, out.pvBuffer);
  EXPECT_STATUS(SEC_E_OK, FreeContextBuffer(out.pvBuffer));
}

TEST_F(CredSspBuffers, OutputInOwnMemory) {
  Bytes memory(73032);
  out = {static_cast<ULONG>(memory.size()), SECBUFFER_TOKEN, memory.data()};
  ASSERT_STATUS(SEC_I_CONTINUE_NEEDED, client.call(nullptr, &output, leg, 0));
  EXPECT_EQ(memory.data(), out.pvBuffer);
  EXPECT_EQ(0u, leg.attributes & ISC_RET_ALLOCATED_MEMORY);
  EXPECT_STATUS(SEC_I_CONTINUE_NEEDED, server.step({memory.data(), out.cbBuffer}).status);
}

TEST_F(CredSspBuffers, OutputThatIsTooSmallIsNotWritten) {
  Bytes memory(20, 0xEE);
  out = {20, SECBUFFER_TOKEN, memory.data()};
  EXPECT_STATUS(SEC_E_INSUFFICIENT_MEMORY, client.call(nullptr, &output, leg, 0));
  EXPECT_EQ(Bytes(20, 0xEE), memory);
  EXPECT_EQ(0u, out.cbBuffer);
  EXPECT_FALSE(client.has_context());
}

TEST_F(CredSspBuffers, AlertBufferIsEmptyOnSuccess) {
  std::uint8_t alert[64];
  Bytes memory(73032);
  SecBuffer buffers[] = {{static_cast<ULONG>(memory.size()), SECBUFFER_TOKEN, memory.data()},
                         {sizeof alert, SECBUFFER_ALERT, alert}};
  SecBufferDesc two{SECBUFFER_VERSION, 2, buffers};
  ASSERT_STATUS(SEC_I_CONTINUE_NEEDED, client.call(nullptr, &two, leg, 0));
  EXPECT_EQ(0u, buffers[1].cbBuffer);
}

TEST_F(CredSspBuffers, GarbageLeavesTheOutputEmpty) {
  begin();
  Bytes garbage(5000, 0xFA), memory(5000);
  SecBuffer in[] = {{5000, SECBUFFER_TOKEN, garbage.data()}, {0, SECBUFFER_EMPTY, nullptr}};
  SecBufferDesc input{SECBUFFER_VERSION, 2, in};
  out = {5000, SECBUFFER_TOKEN, memory.data()};
  EXPECT_STATUS(SEC_E_INVALID_TOKEN, client.call(&input, &output, leg, 0));
  EXPECT_EQ(0u, out.cbBuffer);
}

// What lies in PKG_PARAMS no package here can read: passed over unless it is said to be
// credentials.
TEST_F(CredSspBuffers, PackageParametersAreNoCredentials) {
  std::uint8_t parameters[8]{};
  SecBuffer in{sizeof parameters, SECBUFFER_PKG_PARAMS, parameters};
  SecBufferDesc input{SECBUFFER_VERSION, 1, &in};
  EXPECT_STATUS(SEC_E_UNSUPPORTED_FUNCTION, client.call(&input, &output, leg));
  EXPECT_FALSE(client.has_context());
  in.cbBuffer = 0;
  ASSERT_STATUS(SEC_I_CONTINUE_NEEDED, client.call(&input, &output, leg));
  FreeContextBuffer(out.pvBuffer);
  Party other = Party::client(pair.client_credential,
                              kClientFlags & ~ULONG{ISC_REQ_USE_SUPPLIED_CREDS}, kTarget);
  in.cbBuffer = sizeof parameters;
  ASSERT_STATUS(SEC_I_CONTINUE_NEEDED, other.call(&input, &output, leg));
  FreeContextBuffer(out.pvBuffer);
}

// A later leg without input waits for some; output and handle stay as they are.
TEST_F(CredSspBuffers, LaterLegWithoutInputIsIncomplete) {
  begin();
  const CtxtHandle before = *client.get();
  Bytes memory(5000, 0xEE);
  const auto expect_incomplete = [&](SecBufferDesc* input) {
    out = {5000, SECBUFFER_TOKEN, memory.data()};
    EXPECT_STATUS(SEC_E_INCOMPLETE_MESSAGE, client.call(input, &output, leg, 0));
    EXPECT_EQ(5000u, out.cbBuffer);
    EXPECT_EQ(SECBUFFER_TOKEN, out.BufferType);
    EXPECT_EQ(Bytes(5000, 0xEE), memory);
    EXPECT_EQ(0, std::memcmp(&before, client.get(), sizeof before));
  };
  expect_incomplete(nullptr);
  SecBufferDesc none{SECBUFFER_VERSION, 0, nullptr};
  expect_incomplete(&none);
  SecBuffer in[] = {{0, SECBUFFER_TOKEN, nullptr}, {0, SECBUFFER_EMPTY, nullptr}};
  SecBufferDesc input{SECBUFFER_VERSION, 2, in};
  expect_incomplete(&input);
  EXPECT_EQ(SECBUFFER_MISSING, in[1].BufferType);
  EXPECT_EQ(5u, in[1].cbBuffer);
  client.receive(flight);
  ASSERT_LOGGED_ON(client, server);
}

TEST_F(CredSspBuffers, PartOfAMessageSaysHowMuchIsMissing) {
  begin();
  const auto missing = [&](ULONG size) {
    SecBuffer in[] = {{size, SECBUFFER_TOKEN, flight.data()}, {0, SECBUFFER_EMPTY, nullptr}};
    SecBufferDesc input{SECBUFFER_VERSION, 2, in};
    EXPECT_STATUS(SEC_E_INCOMPLETE_MESSAGE, client.call(&input, &output, leg));
    EXPECT_EQ(SECBUFFER_MISSING, in[1].BufferType);
    return in[1].cbBuffer;
  };
  EXPECT_EQ(1u, missing(4));
  EXPECT_GT(missing(5), 5u);
}

TEST_F(CredSspBuffers, EmptyBufferWithASizeIsInvalid) {
  begin();
  SecBuffer in[] = {{static_cast<ULONG>(flight.size()), SECBUFFER_TOKEN, flight.data()},
                    {0xC0FFEE, SECBUFFER_EMPTY, nullptr}};
  SecBufferDesc input{SECBUFFER_VERSION, 2, in};
  EXPECT_STATUS(SEC_E_INVALID_TOKEN, client.call(&input, &output, leg));
  // Refused before anything happened.
  client.receive(flight);
  ASSERT_LOGGED_ON(client, server);
}

TEST_F(CredSspBuffers, LaterLegWithoutRoomLeavesTheContext) {
  begin();
  SecBuffer in[] = {{static_cast<ULONG>(flight.size()), SECBUFFER_TOKEN, flight.data()},
                    {0, SECBUFFER_EMPTY, nullptr}};
  SecBufferDesc input{SECBUFFER_VERSION, 2, in};
  const CtxtHandle before = *client.get();
  EXPECT_STATUS(SEC_E_INSUFFICIENT_MEMORY, client.call(&input, &output, leg, 0));
  EXPECT_EQ(0, std::memcmp(&before, client.get(), sizeof before));
  client.receive(flight);
  ASSERT_LOGGED_ON(client, server);
}

TEST_F(CredSspBuffers, NoSecondBufferIsNeeded) {
  const Bytes hello = client.run().token;
  for (const std::size_t size : {std::size_t{7}, hello.size()}) {
    Bytes copy = hello;
    SecBuffer in{static_cast<ULONG>(size), SECBUFFER_TOKEN, copy.data()};
    SecBufferDesc input{SECBUFFER_VERSION, 1, &in};
    EXPECT_STATUS(size == 7 ? SEC_E_INCOMPLETE_MESSAGE : SEC_I_CONTINUE_NEEDED,
                  server.call(&input, &output, leg));
  }
  FreeContextBuffer(out.pvBuffer);
}

TEST_F(CredSspBuffers, AServerDoesNotSpeakFirst) {
  EXPECT_STATUS(SEC_E_INCOMPLETE_MESSAGE, server.call(nullptr, &output, leg));
  EXPECT_FALSE(server.has_context());
}

TEST_F(CredSspBuffers, FirstLegOfAClientMayHaveAnEmptyBuffer) {
  SecBuffer in{0, SECBUFFER_EMPTY, nullptr};
  SecBufferDesc input{SECBUFFER_VERSION, 1, &in};
  ASSERT_STATUS(SEC_I_CONTINUE_NEEDED, client.call(&input, &output, leg));
  EXPECT_EQ(SECBUFFER_EMPTY, in.BufferType);
  FreeContextBuffer(out.pvBuffer);
}

}  // namespace
}  // namespace caller
