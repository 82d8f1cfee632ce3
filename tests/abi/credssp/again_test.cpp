// Legs after the last one: CREDSSP authenticates once. Whoever asks for more is told so, and the
// context goes on.
#include "pair.h"

namespace caller {
namespace {

class Again : public testing::TestWithParam<DWORD> {
 protected:
  void SetUp() override { ASSERT_LOGGED_ON(client, server); }

  // A leg with these input buffers is refused, and touches nothing.
  static void expect_refused(Party& party, SecBufferDesc* input) {
    SecBuffer out{4096, SECBUFFER_TOKEN, nullptr};
    SecBufferDesc output{SECBUFFER_VERSION, 1, &out};
    Leg leg;
    leg.attributes = 0x5A5A;
    EXPECT_STATUS(SEC_E_UNSUPPORTED_FUNCTION, party.call(input, &output, leg));
    EXPECT_EQ(0u, out.cbBuffer);
    EXPECT_EQ(nullptr, out.pvBuffer);
    EXPECT_EQ(0x5A5Au, leg.attributes);
    EXPECT_EQ(SEC_E_UNSUPPORTED_FUNCTION, context_error(party).status);
  }

  CredSspPair pair{{.client_protocols = GetParam()}};
  Party& client = pair.client;
  Party& server = pair.server;
};
INSTANTIATE_TEST_SUITE_P(Versions, Again, testing::ValuesIn(kTlsVersions), name_of_version);

TEST_P(Again, WithoutInput) {
  SecBuffer in[] = {{0, SECBUFFER_TOKEN, nullptr}, {0, SECBUFFER_EMPTY, nullptr}};
  SecBufferDesc empty{SECBUFFER_VERSION, 2, in};
  for (Party* party : {&client, &server}) {
    expect_refused(*party, nullptr);
    expect_refused(*party, &empty);
    EXPECT_EQ(SECBUFFER_EMPTY, in[1].BufferType);
  }
  Bytes record = encrypt(client, "as before");
  EXPECT_EQ("as before", decrypt(server, record).text);
}

// What has arrived is DecryptMessage's, and stays whole for it.
TEST_P(Again, WithDataThatArrived) {
  for (const auto& [from, to] : {std::pair{&client, &server}, std::pair{&server, &client}}) {
    Bytes record = encrypt(*from, "Down the rabbit-hole");
    const Bytes before = record;
    SecBuffer in[] = {{static_cast<ULONG>(record.size()), SECBUFFER_TOKEN, record.data()},
                      {0, SECBUFFER_EMPTY, nullptr}};
    SecBufferDesc input{SECBUFFER_VERSION, 2, in};
    expect_refused(*to, &input);
    EXPECT_EQ(SECBUFFER_EMPTY, in[1].BufferType);
    EXPECT_EQ(before, record);
    EXPECT_EQ("Down the rabbit-hole", decrypt(*to, record).text);
  }
}

// The first leg's target counts; another one is no way to another server.
TEST_P(Again, ForAnotherTarget) {
  SecBuffer out{0, SECBUFFER_TOKEN, nullptr};
  SecBufferDesc output{SECBUFFER_VERSION, 1, &out};
  ULONG attributes = 0;
  EXPECT_STATUS(SEC_E_UNSUPPORTED_FUNCTION,
                InitializeSecurityContextW(
                    pair.client_credential.get(), client.get(), wide(u"TERMSRV/elsewhere.example"),
                    kClientFlags | ISC_REQ_ALLOCATE_MEMORY, 0, SECURITY_NATIVE_DREP, nullptr, 0,
                    client.get(), &output, &attributes, nullptr));
  Bytes record = encrypt(client, "still here");
  EXPECT_EQ("still here", decrypt(server, record).text);
}

TEST_P(Again, WithoutRoomForAToken) {
  SecBuffer out{0, SECBUFFER_TOKEN, nullptr};
  SecBufferDesc output{SECBUFFER_VERSION, 1, &out};
  Leg leg;
  EXPECT_STATUS(SEC_E_INSUFFICIENT_MEMORY, client.call(nullptr, &output, leg, 0));
  EXPECT_STATUS(SEC_E_INVALID_TOKEN, server.call(nullptr, nullptr, leg));
  Bytes record = encrypt(server, "nothing happened");
  EXPECT_EQ("nothing happened", decrypt(client, record).text);
}

}  // namespace
}  // namespace caller
