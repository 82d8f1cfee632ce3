// Every return code that the pages of InitializeSecurityContext and AcceptSecurityContext print,
// with a circumstance that leads CREDSSP to it; docs/contexts.md has the same list in words, and
// says why the others cannot occur. Elsewhere: SEC_E_DELEGATION_POLICY, SEC_E_POLICY_NLTM_ONLY and
// SEC_E_UNSUPPORTED_FUNCTION for old versions (abi/policy, unit/credssp/versions_test),
// SEC_E_MUTUAL_AUTH_FAILED and SEC_E_INTERNAL_ERROR of clients (unit/credssp/client_test),
// SEC_E_MESSAGE_ALTERED (refusals_test).
#include "pair.h"

namespace caller {
namespace {

// One leg of either side with these handles and buffers.
struct Call {
  CredHandle* credential = nullptr;
  CtxtHandle* context = nullptr;
  Bytes input{};
  bool with_output = true;
  bool with_place = true;
  ULONG flags = ISC_REQ_ALLOCATE_MEMORY;
  ULONG version = SECBUFFER_VERSION;
};

// A failed first leg must leave the place of the handle as it was.
template <class F>
SECURITY_STATUS run(const Call& call, F&& function) {
  constexpr std::uintptr_t kMark = 0x5A5A;
  CtxtHandle place{kMark, kMark};
  Bytes bytes = call.input;
  SecBuffer in{static_cast<ULONG>(bytes.size()), SECBUFFER_TOKEN, bytes.data()};
  SecBufferDesc input{call.version, 1, &in};
  SecBuffer out{0, SECBUFFER_TOKEN, nullptr};
  SecBufferDesc output{SECBUFFER_VERSION, 1, &out};
  const SECURITY_STATUS status =
      function(bytes.empty() ? nullptr : &input, call.with_place ? &place : nullptr,
               call.with_output ? &output : nullptr);
  FreeContextBuffer(out.pvBuffer);
  if (status >= 0 && call.context == nullptr) {
    EXPECT_STATUS(SEC_E_OK, DeleteSecurityContext(&place));
  } else if (status < 0) {
    EXPECT_EQ(kMark, place.dwLower);
    EXPECT_EQ(kMark, place.dwUpper);
    EXPECT_STRNE("", why());
  }
  return status;
}

SECURITY_STATUS initialize(const Call& call) {
  return run(call, [&](SecBufferDesc* input, CtxtHandle* place, SecBufferDesc* output) {
    ULONG attributes = 0;
    return InitializeSecurityContextW(call.credential, call.context, wide(kTarget), call.flags, 0,
                                      SECURITY_NATIVE_DREP, input, 0, place, output, &attributes,
                                      nullptr);
  });
}

SECURITY_STATUS accept(const Call& call) {
  return run(call, [&](SecBufferDesc* input, CtxtHandle* place, SecBufferDesc* output) {
    ULONG attributes = 0;
    return AcceptSecurityContext(call.credential, call.context, input, call.flags,
                                 SECURITY_NATIVE_DREP, place, output, &attributes, nullptr);
  });
}

// What a judge answers for everybody.
template <std::uint32_t kNtStatus>
opensspi_authority verdict() {
  opensspi_authority authority{};
  authority.size = sizeof authority;
  authority.logon = [](const opensspi_logon*, std::uint8_t[16], void*) { return kNtStatus; };
  return authority;
}

class LegReturnCodes : public testing::Test {
 protected:
  // Both after one leg each; `flight` is what the client awaits.
  void begin() {
    hello = client.run().token;
    server.receive(hello);
    flight = server.run().token;
  }

  CredSspPair pair{};
  Party& client = pair.client;
  Party& server = pair.server;
  CredHandle* outbound = pair.client_credential.get();
  CredHandle* inbound = pair.server_credential.get();
  Bytes hello{}, flight{};
};

TEST_F(LegReturnCodes, OkAndContinueNeeded) {
  EXPECT_STATUS(SEC_I_CONTINUE_NEEDED, initialize({.credential = outbound}));
  begin();
  EXPECT_STATUS(SEC_I_CONTINUE_NEEDED, accept({.credential = inbound, .input = hello}));
  client.receive(flight);
  ASSERT_LOGGED_ON(client, server);
}

TEST_F(LegReturnCodes, IncompleteMessageForPartOfOne) {
  begin();
  const Bytes part(hello.begin(), hello.begin() + 20);
  EXPECT_STATUS(SEC_E_INCOMPLETE_MESSAGE, accept({.credential = inbound, .input = part}));
  EXPECT_STATUS(SEC_E_INCOMPLETE_MESSAGE, accept({.credential = inbound}));
  EXPECT_STATUS(SEC_E_INCOMPLETE_MESSAGE, initialize({.context = client.get()}));
  EXPECT_STATUS(SEC_E_INCOMPLETE_MESSAGE, initialize({.context = client.get(), .input = part}));
}

TEST_F(LegReturnCodes, InsufficientMemoryWithoutRoomForTheToken) {
  begin();
  EXPECT_STATUS(SEC_E_INSUFFICIENT_MEMORY, initialize({.credential = outbound, .flags = 0}));
  EXPECT_STATUS(SEC_E_INSUFFICIENT_MEMORY,
                accept({.credential = inbound, .input = hello, .flags = 0}));
  EXPECT_STATUS(SEC_E_INSUFFICIENT_MEMORY,
                initialize({.context = client.get(), .input = flight, .flags = 0}));
}

TEST_F(LegReturnCodes, InvalidHandle) {
  begin();
  CredHandle nothing{};
  for (CredHandle* credential : {static_cast<CredHandle*>(nullptr), &nothing}) {
    EXPECT_STATUS(SEC_E_INVALID_HANDLE, initialize({.credential = credential}));
    EXPECT_STATUS(SEC_E_INVALID_HANDLE, accept({.credential = credential, .input = hello}));
  }
  EXPECT_STATUS(SEC_E_INVALID_HANDLE, initialize({.credential = outbound, .with_place = false}));
  EXPECT_STATUS(SEC_E_INVALID_HANDLE,
                accept({.credential = inbound, .input = hello, .with_place = false}));
  // The other side's context, and one that has failed.
  EXPECT_STATUS(SEC_E_INVALID_HANDLE, accept({.context = client.get(), .input = flight}));
  EXPECT_STATUS(SEC_E_INVALID_HANDLE, initialize({.context = server.get(), .input = flight}));
  EXPECT_STATUS(SEC_E_INVALID_TOKEN,
                initialize({.context = client.get(), .input = bytes_of("no TLS")}));
  EXPECT_STATUS(SEC_E_INVALID_HANDLE, initialize({.context = client.get(), .input = flight}));
}

TEST_F(LegReturnCodes, InvalidToken) {
  begin();
  EXPECT_STATUS(SEC_E_INVALID_TOKEN, initialize({.credential = outbound, .with_output = false}));
  EXPECT_STATUS(SEC_E_INVALID_TOKEN,
                accept({.credential = inbound, .input = hello, .with_output = false}));
  EXPECT_STATUS(SEC_E_INVALID_TOKEN,
                accept({.credential = inbound, .input = hello, .version = SECBUFFER_VERSION + 1}));
  EXPECT_STATUS(SEC_E_INVALID_TOKEN,
                accept({.credential = inbound, .input = bytes_of("GET / HTTP/1.1\r\n\r\n")}));
  EXPECT_STATUS(SEC_E_INVALID_TOKEN,
                initialize({.context = client.get(), .input = bytes_of("HTTP/1.1 400 No\r\n")}));
}

TEST_F(LegReturnCodes, LogonDenied) {
  CredSspPair wrong({.password = u"Jabberwocky"});
  talk(wrong.client, wrong.server);
  EXPECT_STATUS(SEC_E_LOGON_DENIED, wrong.client.status());
  EXPECT_STATUS(SEC_E_LOGON_DENIED, wrong.server.status());
}

TEST_F(LegReturnCodes, NoAuthenticatingAuthorityWhenNobodyCanJudge) {
  constexpr std::uint32_t kNoLogonServers = 0xC000005E;
  CredSspPair unjudged({.authority = verdict<kNoLogonServers>()});
  talk(unjudged.client, unjudged.server);
  for (Party* party : {&unjudged.client, &unjudged.server}) {
    EXPECT_STATUS(SEC_E_NO_AUTHENTICATING_AUTHORITY, party->status());
    EXPECT_EQ(kNoLogonServers, context_error(*party).nt_status);
  }
}

// What the page of AcceptSecurityContext calls a credential that is not valid.
TEST_F(LegReturnCodes, NoCredentialsWithThoseOfTheOtherSide) {
  begin();
  EXPECT_STATUS(SEC_E_NO_CREDENTIALS, initialize({.credential = inbound}));
  EXPECT_STATUS(SEC_E_NO_CREDENTIALS, accept({.credential = outbound, .input = hello}));
}

TEST_F(LegReturnCodes, NoCredentialsWithThoseThatLookAtPolicyOnly) {
  IdentityW identity;
  CredSspCred cred = CredSspCred::client(identity.get());
  Credential credential;
  ASSERT_STATUS(SEC_E_OK, AcquireCredentialsHandleW(
                              nullptr, wide(CREDSSP_NAME),
                              SECPKG_CRED_OUTBOUND | SECPKG_CRED_PROCESS_POLICY_ONLY, nullptr,
                              cred.get(), nullptr, nullptr, credential.get(), nullptr));
  EXPECT_STATUS(SEC_E_NO_CREDENTIALS, initialize({.credential = credential.get()}));
}

TEST_F(LegReturnCodes, UnsupportedFunction) {
  EXPECT_STATUS(SEC_E_UNSUPPORTED_FUNCTION,
                initialize({.credential = outbound,
                            .flags = ISC_REQ_ALLOCATE_MEMORY | ISC_REQ_PROMPT_FOR_CREDS}));
  ASSERT_LOGGED_ON(client, server);
  EXPECT_STATUS(SEC_E_UNSUPPORTED_FUNCTION, initialize({.context = client.get()}));
  EXPECT_STATUS(SEC_E_UNSUPPORTED_FUNCTION, accept({.context = server.get()}));
  EXPECT_STATUS(SEC_E_OK, client.status());
}

TEST_F(LegReturnCodes, InternalErrorWhenTheAccountsAreNone) {
  const std::filesystem::path accounts = folder().path() / "accounts.db";
  std::ofstream(accounts) << "The Queen of Hearts, she made some tarts";
  std::filesystem::permissions(
      accounts, std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
  CredSspCred cred = CredSspCred::server();
  Credential credential;
  ASSERT_STATUS(SEC_E_OK,
                AcquireCredentialsHandleW(nullptr, wide(CREDSSP_NAME), SECPKG_CRED_INBOUND, nullptr,
                                          cred.get(), nullptr, nullptr, credential.get(), nullptr));
  Party unlucky = Party::server(credential, kServerFlags);
  talk(client, unlucky);
  EXPECT_STATUS(SEC_E_INTERNAL_ERROR, unlucky.status());
  EXPECT_STATUS(SEC_E_LOGON_DENIED, client.status());  // it is nothing of the client's
  std::filesystem::remove(accounts);
}

// TLS alerts: what the peer says of our certificate, our name, itself.
TEST_F(LegReturnCodes, WhatThePeersTlsSays) {
  struct Row {
    Party CredSspPair::*party;
    std::uint8_t description;  // RFC 8446 6.2
    SECURITY_STATUS status;
  };
  const Row rows[] = {{&CredSspPair::client, 80, SEC_E_INTERNAL_ERROR},
                      {&CredSspPair::client, 112, SEC_E_WRONG_PRINCIPAL},
                      {&CredSspPair::client, 116, SEC_E_NO_CREDENTIALS},
                      {&CredSspPair::client, 70, SEC_E_UNSUPPORTED_FUNCTION},
                      {&CredSspPair::client, 71, SEC_E_ALGORITHM_MISMATCH},
                      {&CredSspPair::server, 80, SEC_E_INTERNAL_ERROR},
                      {&CredSspPair::server, 48, SEC_E_UNTRUSTED_ROOT},
                      {&CredSspPair::server, 45, SEC_E_CERT_EXPIRED},
                      {&CredSspPair::server, 46, SEC_E_CERT_UNKNOWN}};
  for (const Row& row : rows) {
    CredSspPair other({.client_protocols = SP_PROT_TLS1_2_CLIENT});
    other.server.receive(other.client.run().token);
    other.server.run();
    Party& party = other.*row.party;
    const Bytes alert = {0x15, 3, 3, 0, 2, 2, row.description};
    EXPECT_STATUS(row.status, party.step(alert).status);
    EXPECT_EQ(row.description, context_error(party).value);
  }
}

// A status without a SEC_E_ of its own fails the client as it is: [MS-CSSP] 3.1.5.
TEST_F(LegReturnCodes, AnyOtherStatusOfTheServers) {
  constexpr std::uint32_t kQuotaExceeded = 0xC0000044;
  CredSspPair refused({.authority = verdict<kQuotaExceeded>()});
  talk(refused.client, refused.server);
  EXPECT_STATUS(SEC_E_LOGON_DENIED, refused.server.status());
  EXPECT_EQ(kQuotaExceeded, context_error(refused.server).nt_status);
  EXPECT_EQ(kQuotaExceeded, static_cast<std::uint32_t>(refused.client.status()));
}

// Bindings to the caller's channel are for other packages: CREDSSP binds to the TLS in its tokens.
TEST_F(LegReturnCodes, NeverBadBindings) {
  client.channel_bindings = bindings("tls-unique:one");
  server.channel_bindings = bindings("tls-unique:two");
  ASSERT_LOGGED_ON(client, server);
}

}  // namespace
}  // namespace caller
