// Who keeps what alive, what a context answers at each age, and what a failed first leg leaves.
#include "abi/credssp/pair.h"

namespace caller {
namespace {

constexpr ULONG kFlags = ISC_REQ_CONFIDENTIALITY | ISC_REQ_INTEGRITY;

TEST(Lifetimes, CredentialFreedWhileItsContextLives) {
  IdentityW identity;
  Credential client_credential = acquire_client(u"NTLM", identity.get());
  Credential server_credential = acquire_server("NTLM", nullptr);
  Party client = Party::client(client_credential, kFlags);
  Party server = Party::server(server_credential);
  server.receive(client.run().token);
  client.receive(server.run().token);
  EXPECT_STATUS(SEC_E_OK, FreeCredentialsHandle(client_credential.get()));
  EXPECT_STATUS(SEC_E_OK, FreeCredentialsHandle(server_credential.get()));
  // The freed handles still come with the later legs; Windows does not mind.
  ASSERT_LOGGED_ON(client, server);
  client_credential.release();
  server_credential.release();
  SecPkgContext_NamesW names{};
  ASSERT_STATUS(SEC_E_OK, QueryContextAttributesW(server.get(), SECPKG_ATTR_NAMES, &names));
  EXPECT_EQ("WONDERLAND\\alice", ascii(names.sUserName));
  FreeContextBuffer(names.sUserName);
}

TEST(Lifetimes, LaterLegsNeedNoCredential) {
  IdentityW identity;
  Credential client_credential = acquire_client(u"NTLM", identity.get());
  Credential server_credential = acquire_server("NTLM", nullptr);
  Party client = Party::client(client_credential, kFlags);
  Party server = Party::server(server_credential);
  server.receive(client.run().token);
  Bytes challenge = server.run().token;

  SecBuffer in{static_cast<ULONG>(challenge.size()), SECBUFFER_TOKEN, challenge.data()};
  SecBufferDesc input{SECBUFFER_VERSION, 1, &in};
  SecBuffer out{0, SECBUFFER_TOKEN, nullptr};
  SecBufferDesc output{SECBUFFER_VERSION, 1, &out};
  ULONG attributes = 0;
  CtxtHandle same{};
  ASSERT_STATUS(SEC_E_OK, InitializeSecurityContextW(nullptr, client.get(), nullptr,
                                                     kFlags | ISC_REQ_ALLOCATE_MEMORY, 0,
                                                     SECURITY_NATIVE_DREP, &input, 0, &same,
                                                     &output, &attributes, nullptr));
  // The handle of the new context is the one there was.
  EXPECT_EQ(0, std::memcmp(&same, client.get(), sizeof same));
  in = {out.cbBuffer, SECBUFFER_TOKEN, out.pvBuffer};
  EXPECT_STATUS(SEC_E_OK,
                AcceptSecurityContext(nullptr, server.get(), &input, 0, SECURITY_NATIVE_DREP,
                                      nullptr, nullptr, &attributes, nullptr));
  FreeContextBuffer(out.pvBuffer);
}

// Later legs of CREDSSP: no credential, one that was freed (as the remote desktop's client has it),
// no place for the handle, or one elsewhere, which is written only when the leg went well.
TEST(Lifetimes, LaterLegsOfAStreamNeedTheContextOnly) {
  CredSspPair pair;
  const Bytes hello = pair.client.run().token;
  pair.server.receive(hello);
  Bytes flight = pair.server.run().token;
  SecBuffer in[] = {{5, SECBUFFER_TOKEN, flight.data()}, {0, SECBUFFER_EMPTY, nullptr}};
  SecBufferDesc input{SECBUFFER_VERSION, 2, in};
  SecBuffer out{0, SECBUFFER_TOKEN, nullptr};
  SecBufferDesc output{SECBUFFER_VERSION, 1, &out};
  ULONG attributes = 0;
  const auto leg = [&](CredHandle* credential, CtxtHandle* place, ULONG flags) {
    in[1] = {0, SECBUFFER_EMPTY, nullptr};
    return InitializeSecurityContextW(credential, pair.client.get(), nullptr, flags, 0,
                                      SECURITY_NATIVE_DREP, &input, 0, place, &output, &attributes,
                                      nullptr);
  };
  CtxtHandle elsewhere{1, 2};
  EXPECT_STATUS(SEC_E_INCOMPLETE_MESSAGE, leg(nullptr, &elsewhere, ISC_REQ_ALLOCATE_MEMORY));
  in[0].cbBuffer = static_cast<ULONG>(flight.size());
  EXPECT_STATUS(SEC_E_INSUFFICIENT_MEMORY, leg(nullptr, &elsewhere, 0));
  EXPECT_EQ(1u, elsewhere.dwLower);
  EXPECT_EQ(2u, elsewhere.dwUpper);
  ASSERT_STATUS(SEC_I_CONTINUE_NEEDED, leg(nullptr, &elsewhere, ISC_REQ_ALLOCATE_MEMORY));
  EXPECT_EQ(0, std::memcmp(&elsewhere, pair.client.get(), sizeof elsewhere));
  pair.server.receive({static_cast<std::uint8_t*>(out.pvBuffer), out.cbBuffer});
  FreeContextBuffer(out.pvBuffer);

  EXPECT_STATUS(SEC_E_OK, FreeCredentialsHandle(pair.client_credential.get()));
  flight = pair.server.run().token;
  in[0] = {static_cast<ULONG>(flight.size()), SECBUFFER_TOKEN, flight.data()};
  ASSERT_STATUS(SEC_I_CONTINUE_NEEDED,
                leg(pair.client_credential.get(), nullptr, ISC_REQ_ALLOCATE_MEMORY));
  pair.server.receive({static_cast<std::uint8_t*>(out.pvBuffer), out.cbBuffer});
  FreeContextBuffer(out.pvBuffer);
  pair.client_credential.release();
  pair.client.receive(pair.server.run().token);
  ASSERT_LOGGED_ON(pair.client, pair.server);
}

TEST(Lifetimes, OneCredentialServesSeveralContextsAtOnce) {
  IdentityW identity;
  Credential client_credential = acquire_client(u"NTLM", identity.get());
  Credential server_credential = acquire_server("NTLM", nullptr);
  Party a = Party::client(client_credential, kFlags), b = Party::client(client_credential, kFlags);
  Party sa = Party::server(server_credential), sb = Party::server(server_credential);
  sa.receive(a.run().token);
  sb.receive(b.run().token);
  a.receive(sa.run().token);
  b.receive(sb.run().token);
  ASSERT_LOGGED_ON(b, sb);
  ASSERT_LOGGED_ON(a, sa);
}

TEST(Lifetimes, AnUnfinishedContextHasNoAttributesAndNoMessages) {
  IdentityW identity;
  Credential credential = acquire_client(u"NTLM", identity.get());
  Party client = Party::client(credential, kFlags);
  client.run();
  SecPkgContext_Sizes sizes{};
  EXPECT_STATUS(SEC_E_INVALID_HANDLE,
                QueryContextAttributesW(client.get(), SECPKG_ATTR_SIZES, &sizes));
  std::uint8_t data[4]{}, token[16]{};
  SecBuffer message[] = {{sizeof token, SECBUFFER_TOKEN, token},
                         {sizeof data, SECBUFFER_DATA, data}};
  SecBufferDesc buffers{SECBUFFER_VERSION, 2, message};
  EXPECT_STATUS(SEC_E_INVALID_HANDLE, EncryptMessage(client.get(), 0, &buffers, 0));
  EXPECT_STATUS(SEC_E_INVALID_HANDLE, MakeSignature(client.get(), 0, &buffers, 0));
}

// A context that failed lives until it is deleted, but does nothing any more.
TEST(Lifetimes, AFailedContextIsDeadButThere) {
  IdentityW identity(u"alice", u"WONDERLAND", u"wrong");
  Credential client_credential = acquire_client(u"NTLM", identity.get());
  Credential server_credential = acquire_server("NTLM", nullptr);
  Party client = Party::client(client_credential, kFlags);
  Party server = Party::server(server_credential);
  talk(client, server);
  EXPECT_STATUS(SEC_E_OK, client.status());  // NTLM's client hears nothing
  ASSERT_STATUS(SEC_E_LOGON_DENIED, server.status());
  EXPECT_EQ(SEC_E_LOGON_DENIED, context_error(server).status);
  SecPkgContext_NamesW names{};
  EXPECT_STATUS(SEC_E_INVALID_HANDLE,
                QueryContextAttributesW(server.get(), SECPKG_ATTR_NAMES, &names));
  EXPECT_STATUS(SEC_E_INVALID_HANDLE, server.step(client.last().token).status);
  EXPECT_EQ(SEC_E_LOGON_DENIED, context_error(server).status);  // what it died of stays
  EXPECT_STATUS(SEC_E_OK, DeleteSecurityContext(server.get()));
  opensspi_error error{};
  EXPECT_STATUS(SEC_E_INVALID_HANDLE, opensspi_context_error(server.get(), &error));
}

TEST(Lifetimes, AFirstLegThatFailsGivesNoHandle) {
  Credential server_credential = acquire_server("NTLM", nullptr);
  Party server = Party::server(server_credential);
  EXPECT_STATUS(SEC_E_INVALID_TOKEN, server.step(bytes_of("no NTLM message")).status);
  EXPECT_FALSE(server.has_context());
}

TEST(Lifetimes, AThreadsLastErrorOutlivesTheContext) {
  IdentityW identity(u"nobody");
  Credential client_credential = acquire_client(u"NTLM", identity.get());
  Credential server_credential = acquire_server("NTLM", nullptr);
  {
    Party client = Party::client(client_credential, kFlags);
    Party server = Party::server(server_credential);
    talk(client, server);
    ASSERT_STATUS(SEC_E_LOGON_DENIED, server.status());
  }
  EXPECT_EQ(SEC_E_LOGON_DENIED, last_error().status);
  EXPECT_EQ(0xC0000064u, last_error().nt_status);  // STATUS_NO_SUCH_USER, for the server's eyes
}

TEST(Lifetimes, ATableOfManyHandles) {
  IdentityW identity;
  std::vector<Credential> credentials;
  for (int i = 0; i < 1000; ++i) credentials.push_back(acquire_client(u"NTLM", identity.get()));
  for (std::size_t i = 0; i < credentials.size(); i += 2)
    ASSERT_STATUS(SEC_E_OK, FreeCredentialsHandle(credentials[i].get()));
  for (std::size_t i = 0; i < credentials.size(); ++i) {
    Party client = Party::client(credentials[i], kFlags);
    EXPECT_STATUS(i % 2 == 0 ? SEC_E_INVALID_HANDLE : SEC_I_CONTINUE_NEEDED, client.run().status);
    if (i % 2 == 0) credentials[i].release();
  }
}

}  // namespace
}  // namespace caller
