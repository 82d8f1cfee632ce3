// Sessions that are taken up again: by the same credential, for the same target, and no others.
#include "pair.h"

namespace caller {
namespace {

class Resumption : public SchannelTest {
 protected:
  Resumption()
      : server_credential(acquire_schannel(SECPKG_CRED_INBOUND, server_certificate(), 0, 0)),
        client_credential(acquire_schannel(SECPKG_CRED_OUTBOUND, nullptr, GetParam())) {}

  struct Outcome {
    SECURITY_STATUS status = SEC_E_OK;
    bool client_resumed = false, server_resumed = false;
  };
  // One session, with its tickets.
  Outcome connect(Credential& from, const SEC_WCHAR* target = kTarget,
                  ULONG server_flags = kServerFlags, DWORD session_flags = 0) {
    Party client = Party::client(from, kClientFlags | ISC_REQ_USE_SUPPLIED_CREDS, target);
    Party server = Party::server(server_credential, server_flags);
    server.receive(client.run().token);
    client.receive(server.run().token);
    if (session_flags != 0) {
      EXPECT_STATUS(SEC_E_OK,
                    apply(client, SCHANNEL_SESSION_TOKEN{SCHANNEL_SESSION, session_flags}));
    }
    talk(client, server);
    if (client.status() != SEC_E_OK || server.status() != SEC_E_OK)
      return {std::min(client.status(), server.status())};
    expect_to_speak(client, server);
    return {SEC_E_OK, is_resumed(client), is_resumed(server)};
  }

  Credential server_credential, client_credential;
};
FOR_BOTH_VERSIONS(Resumption);

#define EXPECT_RESUMED(expected, outcome_expression)   \
  do {                                                 \
    const Outcome outcome_made = (outcome_expression); \
    EXPECT_STATUS(SEC_E_OK, outcome_made.status);      \
    EXPECT_EQ(outcome_made.client_resumed, expected);  \
    EXPECT_EQ(outcome_made.server_resumed, expected);  \
  } while (false)

TEST_P(Resumption, IsOfTheSameCredentialAndTarget) {
  EXPECT_RESUMED(false, connect(client_credential));
  EXPECT_RESUMED(true, connect(client_credential));
  EXPECT_RESUMED(true, connect(client_credential));
  EXPECT_RESUMED(true, connect(client_credential, u"SERVER.wonderland.example"));
}

TEST_P(Resumption, IsNotOfAnotherTarget) {
  EXPECT_RESUMED(false, connect(client_credential));
  EXPECT_RESUMED(false, connect(client_credential, u"other.wonderland.example"));
  EXPECT_RESUMED(true, connect(client_credential));
}

TEST_P(Resumption, IsNotOfANamelessTarget) {
  EXPECT_RESUMED(false, connect(client_credential, nullptr));
  EXPECT_RESUMED(false, connect(client_credential, nullptr));
}

// RFC 8446 C.4: else whoever listens sees that it is the same client.
TEST_P(Resumption, IsOnceForATicketOfTls13) {
  EXPECT_RESUMED(false, connect(client_credential));
  Party first = Party::client(client_credential, kClientFlags, kTarget);
  Party second = Party::client(client_credential, kClientFlags, kTarget);
  first.run();
  second.run();
  for (Party* client : {&first, &second}) {
    Party server = Party::server(server_credential, kServerFlags);
    server.receive(client->last().token);
    client->receive(server.run().token);
    talk(*client, server);
    ASSERT_STATUS(SEC_E_OK, client->status());
  }
  EXPECT_TRUE(is_resumed(first));
  EXPECT_EQ(is_resumed(second), GetParam() == SP_PROT_TLS1_2_CLIENT);
}

// RFC 5246 7.2.2
TEST_P(Resumption, EndsWithAFatalAlert) {
  EXPECT_RESUMED(false, connect(client_credential));
  Party client = Party::client(client_credential, kClientFlags, kTarget);
  client.run();
  EXPECT_STATUS(SEC_E_ILLEGAL_MESSAGE,
                client.step(Bytes{0x15, 3, 3, 0, 2, 2, TLS1_ALERT_UNEXPECTED_MESSAGE}).status);
  EXPECT_RESUMED(false, connect(client_credential));
}

TEST_P(Resumption, IsNotOfAnotherCredential) {
  EXPECT_RESUMED(false, connect(client_credential));
  Credential other = acquire_schannel(SECPKG_CRED_OUTBOUND, nullptr, GetParam());
  EXPECT_RESUMED(false, connect(other));
}

TEST_P(Resumption, IsNotOfAnotherServersCredential) {
  EXPECT_RESUMED(false, connect(client_credential));
  server_credential = acquire_schannel(SECPKG_CRED_INBOUND, server_certificate(), 0, 0);
  EXPECT_RESUMED(false, connect(client_credential));
}

// A session in which nobody asked who the client is does not stand for one in which somebody does.
TEST_P(Resumption, IsNotAWayAroundACertificate) {
  EXPECT_RESUMED(false, connect(client_credential));
  const ULONG asks = kServerFlags | ASC_REQ_MUTUAL_AUTH;
  EXPECT_RESUMED(false, connect(client_credential, kTarget, asks));
  EXPECT_RESUMED(false, connect(client_credential, kTarget, asks));
}

TEST_P(Resumption, MayBeForbiddenByTheServer) {
  server_credential =
      acquire_schannel(SECPKG_CRED_INBOUND, server_certificate(), 0, SCH_CRED_DISABLE_RECONNECTS);
  EXPECT_RESUMED(false, connect(client_credential));
  EXPECT_RESUMED(false, connect(client_credential));
}

TEST_P(Resumption, MayBeForbiddenForOneSession) {
  EXPECT_RESUMED(false,
                 connect(client_credential, kTarget, kServerFlags, SSL_SESSION_DISABLE_RECONNECTS));
  EXPECT_RESUMED(false, connect(client_credential));
}

TEST_P(Resumption, MayBeForbiddenLater) {
  Party client = Party::client(client_credential, kClientFlags, kTarget);
  Party server = Party::server(server_credential, kServerFlags);
  talk(client, server);
  ASSERT_STATUS(SEC_E_OK, client.status());
  expect_to_speak(client, server);
  const SCHANNEL_SESSION_TOKEN forget{SCHANNEL_SESSION, SSL_SESSION_DISABLE_RECONNECTS};
  EXPECT_STATUS(SEC_E_UNSUPPORTED_FUNCTION, apply(server, forget)) << "the client has the ticket";
  EXPECT_STATUS(SEC_E_OK, apply(client, forget));
  EXPECT_RESUMED(false, connect(client_credential));
}

TEST_P(Resumption, EndsWhenTheCacheIsEmptied) {
  const SEC_WCHAR* other = u"other.wonderland.example";
  EXPECT_RESUMED(false, connect(client_credential));
  EXPECT_RESUMED(false, connect(client_credential, other));
  EXPECT_TRUE(SslEmptyCacheW(wide(u"Server.Wonderland.example"), 0));
  EXPECT_RESUMED(false, connect(client_credential));
  EXPECT_RESUMED(true, connect(client_credential, other));
  EXPECT_TRUE(SslEmptyCacheA(nullptr, 0));
  EXPECT_RESUMED(false, connect(client_credential));
  EXPECT_RESUMED(false, connect(client_credential, other));
  EXPECT_FALSE(SslEmptyCacheA(nullptr, 1));
}

}  // namespace
}  // namespace caller
