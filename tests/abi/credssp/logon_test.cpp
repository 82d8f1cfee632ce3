// CREDSSP from the first leg to SEC_E_OK: what each leg returns and grants, and tokens in whatever
// pieces a network delivers them.
#include "pair.h"

namespace caller {
namespace {

class CredSspLogon : public testing::TestWithParam<DWORD> {
 protected:
  CredSspPair pair{{.client_protocols = GetParam()}};
  Party& client = pair.client;
  Party& server = pair.server;
};
INSTANTIATE_TEST_SUITE_P(Versions, CredSspLogon, testing::ValuesIn(kTlsVersions), name_of_version);

TEST_P(CredSspLogon, EndsWell) {
  ASSERT_LOGGED_ON(client, server);
  // The client's last token must be sent; the server has nothing more to say.
  EXPECT_FALSE(client.last().token.empty());
  EXPECT_TRUE(server.last().token.empty());
  EXPECT_TRUE(client.inbox().empty());
  EXPECT_TRUE(server.inbox().empty());
  for (std::size_t i = 0; i + 1 < client.legs().size(); ++i)
    EXPECT_STATUS(SEC_I_CONTINUE_NEEDED, client.legs()[i].status);
  for (std::size_t i = 0; i + 1 < server.legs().size(); ++i)
    EXPECT_STATUS(SEC_I_CONTINUE_NEEDED, server.legs()[i].status);
}

TEST_P(CredSspLogon, GrantsAStreamThatIsProtected) {
  ASSERT_LOGGED_ON(client, server);
  constexpr ULONG kOfClient = ISC_RET_REPLAY_DETECT | ISC_RET_SEQUENCE_DETECT |
                              ISC_RET_CONFIDENTIALITY | ISC_RET_STREAM | ISC_RET_INTEGRITY |
                              ISC_RET_EXTENDED_ERROR | ISC_RET_USED_SUPPLIED_CREDS |
                              ISC_RET_MANUAL_CRED_VALIDATION | ISC_RET_ALLOCATED_MEMORY;
  for (const Leg& leg : client.legs()) EXPECT_EQ(kOfClient, leg.attributes & kOfClient);
  constexpr ULONG kOfServer = ASC_RET_REPLAY_DETECT | ASC_RET_SEQUENCE_DETECT |
                              ASC_RET_CONFIDENTIALITY | ASC_RET_STREAM | ASC_RET_INTEGRITY |
                              ASC_RET_EXTENDED_ERROR | ASC_RET_ALLOCATED_MEMORY;
  for (const Leg& leg : server.legs()) EXPECT_EQ(kOfServer, leg.attributes & kOfServer);
  EXPECT_NE(0u, client.last().attributes & ISC_RET_DELEGATE);
  EXPECT_NE(0u, server.last().attributes & ASC_RET_DELEGATE);
}

TEST_P(CredSspLogon, TokensMayComeByteByByte) {
  client.run();
  const auto feed = [](Party& from, Party& to) {
    const Bytes token = from.last().token;
    for (std::size_t i = 0; i < token.size(); ++i) {
      const CtxtHandle before = *to.get();
      to.receive({&token[i], 1});
      const Leg& leg = to.run();
      if (i + 1 < token.size() && leg.status == SEC_E_INCOMPLETE_MESSAGE) {
        EXPECT_GE(leg.missing, 1u);
        EXPECT_TRUE(leg.token.empty());
        EXPECT_EQ(0, std::memcmp(&before, to.get(), sizeof before));
      } else if (leg.status != SEC_E_INCOMPLETE_MESSAGE) {
        ASSERT_GE(leg.status, 0) << why();
        // Whatever is said before the token's last byte must be sent, too.
        if (i + 1 < token.size()) from.receive(leg.token);
      }
    }
  };
  for (int turn = 0; turn < 10 && server.status() == SEC_I_CONTINUE_NEEDED; ++turn) {
    feed(client, server);
    if (server.status() == SEC_E_OK || client.status() == SEC_E_OK) break;
    feed(server, client);
  }
  EXPECT_STATUS(SEC_E_OK, client.status());
  EXPECT_STATUS(SEC_E_OK, server.status());
}

// What is missing is known once five bytes of a record are there.
TEST_P(CredSspLogon, MissingBytesAreEstimated) {
  const Bytes hello = client.run().token;
  EXPECT_EQ(4u, server.step({hello.data(), 1}).missing);
  EXPECT_EQ(1u, server.step({hello.data(), 4}).missing);
  EXPECT_EQ(hello.size() - 5, server.step({hello.data(), 5}).missing);
  EXPECT_EQ(1u, server.step({hello.data(), hello.size() - 1}).missing);
  EXPECT_FALSE(server.has_context());
  EXPECT_STATUS(SEC_I_CONTINUE_NEEDED, server.step(hello).status);
}

TEST_P(CredSspLogon, EveryTokenInTwoPieces) {
  client.run();
  const auto feed = [](Party& from, Party& to, std::size_t turn) {
    const Bytes token = from.last().token;
    const std::size_t cut = (turn * 37 + 11) % token.size();
    to.receive({token.data(), cut});
    to.run();
    to.receive({token.data() + cut, token.size() - cut});
    if (to.runs()) to.run();
  };
  for (std::size_t turn = 0; turn < 10 && client.status() >= 0; ++turn) {
    feed(client, server, turn);
    if (client.status() == SEC_E_OK) break;
    feed(server, client, turn);
  }
  EXPECT_STATUS(SEC_E_OK, client.status());
  EXPECT_STATUS(SEC_E_OK, server.status());
}

// The client speaks as soon as it is done; TCP may glue that to authInfo.
TEST_P(CredSspLogon, FirstApplicationDataGluedToTheLastTokenIsExtra) {
  while (client.status() != SEC_E_OK) {
    ASSERT_GE(client.run().status, 0) << why();
    if (client.status() == SEC_E_OK) break;
    server.receive(client.last().token);
    ASSERT_GE(server.run().status, 0) << why();
    client.receive(server.last().token);
  }
  const Bytes record = encrypt(client, "We are all mad here");
  server.receive(client.last().token);
  server.receive(record);
  ASSERT_STATUS(SEC_E_OK, server.run().status);
  EXPECT_EQ(record.size(), server.last().extra);
  EXPECT_EQ(record, server.inbox());
  Bytes rest = server.inbox();
  const Received received = decrypt(server, rest);
  ASSERT_STATUS(SEC_E_OK, received.status);
  EXPECT_EQ("We are all mad here", received.text);
}

TEST_P(CredSspLogon, ExtraPointsIntoTheInput) {
  Bytes two = client.run().token;
  const std::size_t size = two.size();
  two.push_back(0x16);
  SecBuffer in[] = {{static_cast<ULONG>(two.size()), SECBUFFER_TOKEN, two.data()},
                    {0, SECBUFFER_EMPTY, nullptr}};
  SecBufferDesc input{SECBUFFER_VERSION, 2, in};
  SecBuffer out{0, SECBUFFER_TOKEN, nullptr};
  SecBufferDesc output{SECBUFFER_VERSION, 1, &out};
  Leg leg;
  ASSERT_STATUS(SEC_I_CONTINUE_NEEDED, server.call(&input, &output, leg));
  EXPECT_EQ(SECBUFFER_EXTRA, in[1].BufferType);
  EXPECT_EQ(1u, in[1].cbBuffer);
  EXPECT_EQ(two.data() + size, in[1].pvBuffer);
  FreeContextBuffer(out.pvBuffer);
}

TEST_P(CredSspLogon, WithoutDelegateAnEmptyCredentialIsSent) {
  CredSspPair other(
      {.client_flags = kClientFlags & ~ULONG{ISC_REQ_DELEGATE}, .client_protocols = GetParam()});
  ASSERT_LOGGED_ON(other.client, other.server);
  EXPECT_EQ(0u, other.client.last().attributes & ISC_RET_DELEGATE);
  EXPECT_EQ(0u, other.server.last().attributes & ASC_RET_DELEGATE);
  opensspi_identity identity{};
  EXPECT_STATUS(SEC_E_NO_CREDENTIALS, opensspi_delegated_credential(other.server.get(), &identity));
  SecPkgContext_ClientCreds creds{};
  EXPECT_STATUS(SEC_E_NO_CREDENTIALS,
                QueryContextAttributesW(other.server.get(), SECPKG_ATTR_CREDS_2, &creds));
  EXPECT_EQ(nullptr, creds.AuthBuffer);
}

TEST(CredSsp, AVerdictInsteadOfAHash) {
  // The callback knows the password and does [MS-NLMP] 3.3.2 by asking for the hash's own check.
  struct Judge {
    static std::uint32_t logon(const opensspi_logon* logon, std::uint8_t /*key*/[16], void* self) {
      auto& seen = *static_cast<std::vector<std::string>*>(self);
      seen.push_back(std::string(logon->domain) + "\\" + logon->user);
      EXPECT_GT(logon->nt_response_size, 16u);
      EXPECT_NE(nullptr, logon->nt_response);
      return 0xC0000193;  // STATUS_ACCOUNT_EXPIRED
    }
  };
  std::vector<std::string> seen;
  opensspi_authority authority{};
  authority.size = sizeof authority;
  authority.logon = Judge::logon;
  authority.user_data = &seen;
  CredSspPair pair({.authority = authority});
  talk(pair.client, pair.server);
  EXPECT_STATUS(SEC_E_LOGON_DENIED, pair.server.status());
  EXPECT_STATUS(SEC_E_LOGON_DENIED, pair.client.status());
  EXPECT_EQ(0xC0000193u, context_error(pair.server).nt_status);
  EXPECT_EQ((std::vector<std::string>{"WONDERLAND\\alice"}), seen);
}

TEST(CredSsp, ContextsOfOneCredentialDoNotMeet) {
  CredSspPair pair;
  Party client = Party::client(pair.client_credential, kClientFlags, kTarget);
  Party server = Party::server(pair.server_credential, kServerFlags);
  server.receive(client.run().token);
  pair.server.receive(pair.client.run().token);
  client.receive(server.run().token);
  pair.client.receive(pair.server.run().token);
  ASSERT_LOGGED_ON(pair.client, pair.server);
  ASSERT_LOGGED_ON(client, server);
  Bytes record = encrypt(client, "for the other one");
  EXPECT_LT(decrypt(pair.server, record).status, 0);
}

TEST(CredSsp, OneCredentialForBothDirections) {
  IdentityW identity;
  CredSspCred cred = CredSspCred::server();
  cred.get()->pSpnegoCred = identity.get();
  const opensspi_authority authority = users().authority();
  ASSERT_STATUS(SEC_E_OK, opensspi_set_authority(&authority));
  Credential credential;
  ASSERT_STATUS(SEC_E_OK,
                AcquireCredentialsHandleW(nullptr, wide(CREDSSP_NAME), SECPKG_CRED_BOTH, nullptr,
                                          cred.get(), nullptr, nullptr, credential.get(), nullptr));
  EXPECT_STATUS(SEC_E_OK, opensspi_set_authority(nullptr));
  // The judge is asked for when a logon begins.
  ASSERT_STATUS(SEC_E_OK, opensspi_set_authority(&authority));
  Party client = Party::client(credential, kClientFlags, kTarget);
  Party server = Party::server(credential, kServerFlags);
  ASSERT_LOGGED_ON(client, server);
  EXPECT_STATUS(SEC_E_OK, opensspi_set_authority(nullptr));
}

TEST(CredSsp, ServerThatIsNoCredSspServerIsRefused) {
  CredSspPair pair;
  pair.client.run();
  EXPECT_LT(pair.client.step(bytes_of("HTTP/1.1 400 Bad Request\r\n\r\n")).status, 0);
  CredSspPair other;
  EXPECT_LT(other.server.step(bytes_of("GET / HTTP/1.1\r\n\r\n")).status, 0);
  EXPECT_FALSE(other.server.has_context());
}

}  // namespace
}  // namespace caller
