// A logon that is refused: what each side returns and sends, what it may know, and what the peer is
// not told.
#include "pair.h"

namespace caller {
namespace {

constexpr std::uint32_t kLogonFailure = 0xC000006D, kNoSuchUser = 0xC0000064,
                        kWrongPassword = 0xC000006A, kAccountDisabled = 0xC0000072;

class Refusals : public testing::TestWithParam<DWORD> {
 protected:
  static Options with(const SEC_WCHAR* user, const SEC_WCHAR* password) {
    return {.user = user, .password = password, .client_protocols = GetParam()};
  }
};
INSTANTIATE_TEST_SUITE_P(Versions, Refusals, testing::ValuesIn(kTlsVersions), name_of_version);

TEST_P(Refusals, WrongPassword) {
  CredSspPair pair(with(u"alice", u"Jabberwocky"));
  talk(pair.client, pair.server);
  // The failing leg has a token to send, out of which the client learns that it was refused.
  ASSERT_STATUS(SEC_E_LOGON_DENIED, pair.server.status());
  EXPECT_FALSE(pair.server.last().token.empty());
  ASSERT_STATUS(SEC_E_LOGON_DENIED, pair.client.status());

  const opensspi_error of_server = context_error(pair.server);
  EXPECT_EQ(SEC_E_LOGON_DENIED, of_server.status);
  EXPECT_EQ(kWrongPassword, of_server.nt_status);
  EXPECT_STREQ("wrong password", of_server.why);
  const opensspi_error of_client = context_error(pair.client);
  EXPECT_EQ(SEC_E_LOGON_DENIED, of_client.status);
  EXPECT_EQ(kLogonFailure, of_client.nt_status);  // the server's true reason stays with the server
  EXPECT_STRNE("", of_client.why);
}

TEST_P(Refusals, UnknownUserLooksLikeAWrongPasswordOutside) {
  CredSspPair unknown(with(u"hatter", u"Jabberwocky")), wrong(with(u"alice", u"Jabberwocky"));
  talk(unknown.client, unknown.server);
  talk(wrong.client, wrong.server);
  ASSERT_STATUS(SEC_E_LOGON_DENIED, unknown.server.status());
  ASSERT_STATUS(SEC_E_LOGON_DENIED, unknown.client.status());
  EXPECT_EQ(kNoSuchUser, context_error(unknown.server).nt_status);
  EXPECT_EQ(kLogonFailure, context_error(unknown.client).nt_status);
  ASSERT_EQ(wrong.server.legs().size(), unknown.server.legs().size());
  EXPECT_EQ(wrong.server.last().token.size(), unknown.server.last().token.size());
  EXPECT_STREQ(context_error(wrong.client).why, context_error(unknown.client).why);
}

// Whoever knows the password may know why it is of no use.
TEST_P(Refusals, DisabledAccountIsToldToTheRightPasswordOnly) {
  CredSspPair right(with(u"dormouse", u"Queen of \u2665"));
  talk(right.client, right.server);
  ASSERT_STATUS(SEC_E_LOGON_DENIED, right.server.status());
  ASSERT_STATUS(SEC_E_LOGON_DENIED, right.client.status());
  EXPECT_EQ(kAccountDisabled, context_error(right.server).nt_status);
  EXPECT_EQ(kAccountDisabled, context_error(right.client).nt_status);

  CredSspPair wrong(with(u"dormouse", u"Jabberwocky"));
  talk(wrong.client, wrong.server);
  ASSERT_STATUS(SEC_E_LOGON_DENIED, wrong.server.status());
  EXPECT_EQ(kWrongPassword, context_error(wrong.server).nt_status);
  EXPECT_EQ(kLogonFailure, context_error(wrong.client).nt_status);
}

TEST_P(Refusals, NoCredentialIsDelegated) {
  CredSspPair pair(with(u"alice", u"Jabberwocky"));
  talk(pair.client, pair.server);
  opensspi_identity identity{};
  EXPECT_STATUS(SEC_E_INVALID_HANDLE, opensspi_delegated_credential(pair.server.get(), &identity));
  EXPECT_EQ(nullptr, identity.user);
  SecPkgContext_ClientCreds creds{};
  EXPECT_STATUS(SEC_E_INVALID_HANDLE,
                QueryContextAttributesW(pair.server.get(), SECPKG_ATTR_CREDS_2, &creds));
}

TEST_P(Refusals, TellWhatWasAgreedUntilThen) {
  CredSspPair pair(with(u"alice", u"Jabberwocky"));
  talk(pair.client, pair.server);
  for (Party* party : {&pair.client, &pair.server}) {
    std::uint32_t version = 0;
    EXPECT_STATUS(SEC_E_OK, opensspi_credssp_version(party->get(), &version));
    EXPECT_EQ(6u, version);
    const char* mechanism = nullptr;
    EXPECT_STATUS(SEC_E_OK, opensspi_mechanism(party->get(), &mechanism));
    EXPECT_STREQ("NTLM", mechanism);
    opensspi_tls_info tls{};
    EXPECT_STATUS(SEC_E_OK, opensspi_tls(party->get(), &tls));
    EXPECT_EQ(GetParam() == SP_PROT_TLS1_2_CLIENT ? 0x0303 : 0x0304, tls.protocol);
  }
}

TEST_P(Refusals, ClaimedNameIsKept) {
  CredSspPair pair(with(u"hatter", u"Jabberwocky"));
  char name[64] = "untouched";
  pair.server.receive(pair.client.run().token);
  pair.server.run();
  EXPECT_STATUS(SEC_E_UNSUPPORTED_FUNCTION,
                opensspi_claimed_name(pair.server.get(), name, sizeof name));
  EXPECT_STREQ("untouched", name);
  pair.client.receive(pair.server.last().token);
  talk(pair.client, pair.server);
  ASSERT_STATUS(SEC_E_OK, opensspi_claimed_name(pair.server.get(), name, sizeof name));
  EXPECT_STREQ("WONDERLAND\\hatter", name);
  // A client claims nothing about anybody.
  EXPECT_STATUS(SEC_E_UNSUPPORTED_FUNCTION,
                opensspi_claimed_name(pair.client.get(), name, sizeof name));
}

TEST_P(Refusals, DoNotHarmTheNextLogon) {
  for (const SEC_WCHAR* password : {u"Jabberwocky", u"Queen of \u2665", u"", u"Queen of \u2665"}) {
    CredSspPair pair(with(u"alice", password));
    talk(pair.client, pair.server);
    const bool right = password[0] == u'Q';
    EXPECT_STATUS(right ? SEC_E_OK : SEC_E_LOGON_DENIED, pair.server.status());
    EXPECT_STATUS(right ? SEC_E_OK : SEC_E_LOGON_DENIED, pair.client.status());
  }
}

TEST_P(Refusals, DeadContextsStayDead) {
  CredSspPair pair(with(u"alice", u"Jabberwocky"));
  talk(pair.client, pair.server);
  const Bytes any = pair.client.legs()[0].token;
  for (Party* party : {&pair.client, &pair.server}) {
    EXPECT_STATUS(SEC_E_INVALID_HANDLE, party->step(any).status);
    EXPECT_EQ(SEC_E_LOGON_DENIED, context_error(*party).status);
    SecBuffer data{4, SECBUFFER_DATA, const_cast<std::uint8_t*>(any.data())};
    SecBufferDesc message{SECBUFFER_VERSION, 1, &data};
    EXPECT_STATUS(SEC_E_INVALID_HANDLE, EncryptMessage(party->get(), 0, &message, 0));
  }
}

TEST_P(Refusals, TokenThatFindsNoRoomIsNotSentHalf) {
  CredSspPair pair(with(u"alice", u"Jabberwocky"));
  while (pair.client.last().token.empty() || pair.server.legs().size() < 2) {
    ASSERT_GE(pair.client.run().status, 0);
    pair.server.receive(pair.client.last().token);
    if (pair.server.legs().size() == 1 && pair.client.legs().size() == 3) break;
    ASSERT_GE(pair.server.run().status, 0);
    pair.client.receive(pair.server.last().token);
    if (pair.client.legs().size() == 2 && pair.server.legs().size() == 2) break;
  }
  Bytes memory(4, 0xEE);
  Bytes inbox;
  pair.client.run();
  inbox = pair.client.last().token;
  SecBuffer in[] = {{static_cast<ULONG>(inbox.size()), SECBUFFER_TOKEN, inbox.data()},
                    {0, SECBUFFER_EMPTY, nullptr}};
  SecBufferDesc input{SECBUFFER_VERSION, 2, in};
  SecBuffer out{4, SECBUFFER_TOKEN, memory.data()};
  SecBufferDesc output{SECBUFFER_VERSION, 1, &out};
  Leg leg;
  EXPECT_LT(pair.server.call(&input, &output, leg, 0), 0);
  EXPECT_EQ(0u, out.cbBuffer);
  EXPECT_EQ(Bytes(4, 0xEE), memory);
}

// The client is done when authInfo is on its way; that it was refused it hears when it reads.
TEST_P(Refusals, AfterTheClientIsDoneComeAsAnAlert) {
  CredSspPair pair(with(u"alice", u"Queen of \u2665"));
  while (pair.client.status() != SEC_E_OK) {
    ASSERT_GE(pair.client.run().status, 0) << why();
    if (pair.client.status() == SEC_E_OK) break;
    pair.server.receive(pair.client.last().token);
    ASSERT_GE(pair.server.run().status, 0) << why();
    pair.client.receive(pair.server.last().token);
  }
  Bytes auth_info = pair.client.last().token;
  auth_info.back() ^= 1;
  pair.server.receive(auth_info);
  EXPECT_STATUS(SEC_E_MESSAGE_ALTERED, pair.server.run().status);
  Bytes alert = pair.server.last().token;
  ASSERT_FALSE(alert.empty());
  EXPECT_LT(decrypt(pair.client, alert).status, 0);
  EXPECT_EQ(20, last_error().value);  // bad_record_mac: RFC 8446 6.2
}

// Bytes of the handshake touched on their way: nobody ends well, and nobody crashes.
TEST_P(Refusals, TouchedTokensEndNowhere) {
  for (std::size_t turn = 0; turn < 6; ++turn) {
    CredSspPair pair(with(u"alice", u"Queen of \u2665"));
    std::size_t token = 0;
    const auto pass = [&](Party& from, Party& to) {
      Bytes bytes = from.run().token;
      if (token++ == turn && !bytes.empty()) bytes[bytes.size() / 2] ^= 0x04;
      to.receive(bytes);
    };
    for (int i = 0; i < 10 && (pair.client.runs() || pair.server.runs()); ++i) {
      if (pair.client.runs()) pass(pair.client, pair.server);
      if (pair.server.runs()) pass(pair.server, pair.client);
    }
    const bool touched = token > turn;
    const bool both = pair.client.status() == SEC_E_OK && pair.server.status() == SEC_E_OK;
    EXPECT_NE(touched, both) << turn;
  }
}

// Null sessions are never let into CREDSSP: who asks for one logs on under its name.
TEST(NullSessions, AreNotForCredSsp) {
  CredSspPair pair({.client_flags = kClientFlags | ISC_REQ_NULL_SESSION});
  ASSERT_LOGGED_ON(pair.client, pair.server);
  EXPECT_EQ(0u, pair.client.last().attributes & ISC_RET_NULL_SESSION);
  SecPkgContext_NamesA names{};
  ASSERT_STATUS(SEC_E_OK, QueryContextAttributesA(pair.server.get(), SECPKG_ATTR_NAMES, &names));
  EXPECT_STREQ("WONDERLAND\\alice", names.sUserName);
  FreeContextBuffer(names.sUserName);
  CredSspPair nobody({.user = u"", .password = u""});
  talk(nobody.client, nobody.server);
  EXPECT_LT(nobody.client.status(), 0);
  EXPECT_NE(SEC_E_OK, nobody.server.status());
}

}  // namespace
}  // namespace caller
