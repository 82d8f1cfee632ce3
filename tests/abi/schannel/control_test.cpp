// ApplyControlToken, and the end of a stream.
#include "pair.h"

namespace caller {
namespace {

class Control : public SchannelTest {};
FOR_BOTH_VERSIONS(Control);

TEST_P(Control, ShutdownClosesTheStream) {
  SchannelPair pair(options());
  ASSERT_LOGGED_ON(pair.client, pair.server);
  EXPECT_STATUS(SEC_E_OK, apply(pair.client, DWORD{SCHANNEL_SHUTDOWN}));
  EXPECT_STATUS(SEC_E_OK, apply(pair.client, DWORD{SCHANNEL_SHUTDOWN}));
  Leg leg = pair.client.step({});
  EXPECT_STATUS(SEC_E_OK, leg.status);
  ASSERT_FALSE(leg.token.empty());
  EXPECT_STATUS(SEC_I_CONTEXT_EXPIRED, decrypt(pair.server, leg.token).status);
  EXPECT_STATUS(SEC_E_INCOMPLETE_MESSAGE, pair.client.step({}).status);
  // The other half stays open until it is closed, too.
  EXPECT_EQ(next_text(pair.client, encrypt(pair.server, "last words")), "last words");
}

// libssl has no alert to give there.
TEST_P(Control, ShutdownAmidTheHandshakeSaysNothing) {
  SchannelPair pair(options());
  pair.server.receive(pair.client.run().token);
  pair.client.receive(pair.server.run().token);
  Party& amid = GetParam() == SP_PROT_TLS1_3_CLIENT ? pair.server : pair.client;
  if (&amid == &pair.client) pair.client.run();
  EXPECT_STATUS(SEC_E_OK, apply(amid, DWORD{SCHANNEL_SHUTDOWN}));
  const Leg leg = amid.step({});
  EXPECT_STATUS(SEC_E_OK, leg.status);
  EXPECT_TRUE(leg.token.empty());
  EXPECT_STATUS(SEC_E_INCOMPLETE_MESSAGE, amid.step({}).status);
}

TEST_P(Control, AlertsAreNotMadeUpLater) {
  SchannelPair pair(options());
  ASSERT_LOGGED_ON(pair.client, pair.server);
  EXPECT_STATUS(SEC_E_UNSUPPORTED_FUNCTION,
                apply(pair.client, SCHANNEL_ALERT_TOKEN{SCHANNEL_ALERT, TLS1_ALERT_FATAL,
                                                        TLS1_ALERT_ACCESS_DENIED}));
  expect_to_speak(pair.client, pair.server);
}

TEST_P(Control, RefusesOtherBuffers) {  // W:schannel:1954-1985
  SchannelPair pair(options());
  pair.client.run();
  DWORD shutdown = SCHANNEL_SHUTDOWN;
  const auto status = [&](std::initializer_list<ULONG> types) {
    std::vector<SecBuffer> buffers;
    for (const ULONG type : types) buffers.push_back({sizeof shutdown, type, &shutdown});
    SecBufferDesc token{SECBUFFER_VERSION, static_cast<ULONG>(buffers.size()), buffers.data()};
    return ApplyControlToken(pair.client.get(), &token);
  };
  EXPECT_STATUS(SEC_E_INVALID_TOKEN, status({SECBUFFER_TOKEN, SECBUFFER_TOKEN}));
  EXPECT_STATUS(SEC_E_INVALID_TOKEN, status({SECBUFFER_TOKEN, SECBUFFER_EMPTY}));
  EXPECT_STATUS(SEC_E_INVALID_TOKEN, status({SECBUFFER_ALERT}));
  EXPECT_STATUS(SEC_E_INVALID_TOKEN, status({SECBUFFER_DATA}));
  EXPECT_STATUS(SEC_E_INTERNAL_ERROR, ApplyControlToken(pair.client.get(), nullptr));
  EXPECT_STATUS(SEC_E_INVALID_HANDLE, ApplyControlToken(nullptr, nullptr));
  EXPECT_STATUS(SEC_E_UNSUPPORTED_FUNCTION, apply(pair.client, DWORD{SCHANNEL_RENEGOTIATE}));
  EXPECT_STATUS(SEC_E_UNSUPPORTED_FUNCTION, apply(pair.client, DWORD{SCHANNEL_RENEGOTIATE}, 2));
  EXPECT_STATUS(SEC_E_INVALID_TOKEN, apply(pair.client, DWORD{SCHANNEL_ALERT}));
}

// W:schannel:1989-2043: before anything is encrypted.
TEST_P(Control, SpeaksInTheClearWhenTheHandshakeHasJustBegun) {
  SchannelPair closed(options()), alerted(options());
  closed.client.run();
  EXPECT_STATUS(SEC_E_OK, apply(closed.client, DWORD{SCHANNEL_SHUTDOWN}));
  EXPECT_STATUS(SEC_E_OK, apply(closed.client, DWORD{SCHANNEL_SHUTDOWN}));
  Leg leg = closed.client.step({});
  EXPECT_STATUS(SEC_E_OK, leg.status);
  EXPECT_EQ(leg.token, (Bytes{0x15, 3, 1, 0, 2, 1, 0}));
  EXPECT_STATUS(SEC_E_INCOMPLETE_MESSAGE, closed.client.step({}).status);
  EXPECT_STATUS(SEC_E_INVALID_HANDLE, query_status(closed.client, SECPKG_ATTR_STREAM_SIZES));

  alerted.client.run();
  EXPECT_STATUS(SEC_E_OK,
                apply(alerted.client, SCHANNEL_ALERT_TOKEN{SCHANNEL_ALERT, TLS1_ALERT_FATAL,
                                                           TLS1_ALERT_BAD_CERTIFICATE}));
  EXPECT_EQ(alerted.client.step({}).token, (Bytes{0x15, 3, 1, 0, 2, 2, 0x2A}));
}

TEST(SchannelControl, IsForStreamsOnly) {
  IdentityW identity;
  Credential credential = acquire_client(NTLMSP_NAME, identity.get());
  Party ntlm = Party::client(credential, 0);
  ntlm.run();
  EXPECT_STATUS(SEC_E_UNSUPPORTED_FUNCTION, apply(ntlm, DWORD{SCHANNEL_SHUTDOWN}));
}

}  // namespace
}  // namespace caller
