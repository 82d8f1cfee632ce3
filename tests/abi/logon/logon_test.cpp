// NTLM and Negotiate from the first leg to SEC_E_OK: statuses, tokens and granted attributes of
// every leg as on Windows.
#include "pair.h"

namespace caller {
namespace {

class Logons : public testing::TestWithParam<Through> {};
INSTANTIATE_TEST_SUITE_P(Packages, Logons, testing::Values(kNtlm, kNegotiate, kNegotiateBare),
                         name_of);

TEST_P(Logons, EndWell) {
  Pair pair(GetParam());
  ASSERT_LOGGED_ON(pair.client, pair.server);
}

TEST_P(Logons, WorkThroughTheNarrowFunctions) {
  IdentityA identity;
  Credential client_credential;
  ASSERT_STATUS(SEC_E_OK, AcquireCredentialsHandleA(
                              nullptr, narrow(GetParam().package), SECPKG_CRED_OUTBOUND, nullptr,
                              identity.get(), nullptr, nullptr, client_credential.get(), nullptr));
  Credential server_credential = acquire_server(GetParam().package, nullptr);
  Party server = Party::server(server_credential);
  CtxtHandle context{};
  Bytes answer;
  SECURITY_STATUS status = SEC_I_CONTINUE_NEEDED;
  for (int leg = 0; leg < 5 && status == SEC_I_CONTINUE_NEEDED; ++leg) {
    SecBuffer in{static_cast<ULONG>(answer.size()), SECBUFFER_TOKEN, answer.data()};
    SecBufferDesc input{SECBUFFER_VERSION, 1, &in};
    SecBuffer out{0, SECBUFFER_TOKEN, nullptr};
    SecBufferDesc output{SECBUFFER_VERSION, 1, &out};
    ULONG attributes = 0;
    status = InitializeSecurityContextA(client_credential.get(), leg == 0 ? nullptr : &context,
                                        narrow(ascii(GetParam().target).c_str()),
                                        kEverything | ISC_REQ_ALLOCATE_MEMORY, 0,
                                        SECURITY_NATIVE_DREP, leg == 0 ? nullptr : &input, 0,
                                        &context, &output, &attributes, nullptr);
    ASSERT_GE(status, 0) << why();
    if (out.cbBuffer != 0) {
      server.receive({static_cast<std::uint8_t*>(out.pvBuffer), out.cbBuffer});
      FreeContextBuffer(out.pvBuffer);
      answer = server.run().token;
    }
  }
  EXPECT_STATUS(SEC_E_OK, status);
  EXPECT_STATUS(SEC_E_OK, server.status());
  EXPECT_STATUS(SEC_E_OK, DeleteSecurityContext(&context));
}

TEST_P(Logons, ExpireInBetweenAnHourAndTenDays) {
  Pair pair(GetParam());
  ASSERT_LOGGED_ON(pair.client, pair.server);
  SecPkgContext_Lifespan lifespan{};
  ASSERT_STATUS(SEC_E_OK,
                QueryContextAttributesW(pair.server.get(), SECPKG_ATTR_LIFESPAN, &lifespan));
  constexpr std::int64_t kHour = 36'000'000'000;
  const std::int64_t lifetime = lifespan.tsExpiry.QuadPart - lifespan.tsStart.QuadPart;
  EXPECT_GE(lifetime, kHour);
  EXPECT_LE(lifetime, 10 * 24 * kHour);
  EXPECT_EQ(lifespan.tsExpiry.QuadPart, pair.server.last().expiry.QuadPart);
}

TEST_P(Logons, AFurtherLegIsOutOfSequence) {
  Pair pair(GetParam());
  ASSERT_LOGGED_ON(pair.client, pair.server);
  EXPECT_STATUS(SEC_E_OUT_OF_SEQUENCE, pair.server.step(pair.client.legs()[0].token).status);
  EXPECT_STATUS(SEC_E_OUT_OF_SEQUENCE, pair.client.step(pair.server.legs()[0].token).status);
}

TEST_P(Logons, TokensNeverExceedTheAnnouncedSize) {
  SecPkgInfoA* info = nullptr;
  ASSERT_STATUS(SEC_E_OK, QuerySecurityPackageInfoA(narrow(GetParam().package), &info));
  Pair pair(GetParam());
  ASSERT_LOGGED_ON(pair.client, pair.server);
  for (const Party* party : {&pair.client, &pair.server})
    for (const Leg& leg : party->legs()) EXPECT_LE(leg.token.size(), info->cbMaxToken);
  FreeContextBuffer(info);
}

std::uint32_t word_at(const Bytes& bytes, std::size_t offset) {
  std::uint32_t word = 0;
  for (std::size_t i = 4; i-- > 0;) word = word << 8 | bytes.at(offset + i);
  return word;
}

TEST(NtlmLogon, HasThreeMessages) {
  Pair pair(kNtlm);
  ASSERT_LOGGED_ON(pair.client, pair.server);
  ASSERT_EQ(2u, pair.client.legs().size());
  ASSERT_EQ(2u, pair.server.legs().size());
  const auto& client = pair.client.legs();
  const auto& server = pair.server.legs();
  EXPECT_STATUS(SEC_I_CONTINUE_NEEDED, client[0].status);
  EXPECT_STATUS(SEC_I_CONTINUE_NEEDED, server[0].status);
  // Never SEC_I_COMPLETE_NEEDED; and the server has nothing more to say.
  EXPECT_STATUS(SEC_E_OK, client[1].status);
  EXPECT_STATUS(SEC_E_OK, server[1].status);
  EXPECT_TRUE(server[1].token.empty());
  EXPECT_EQ(1u, word_at(client[0].token, 8));
  EXPECT_EQ(2u, word_at(server[0].token, 8));
  EXPECT_EQ(3u, word_at(client[1].token, 8));
}

TEST(NegotiateLogon, EndsWithTheServersWord) {
  Pair pair(kNegotiate);
  ASSERT_LOGGED_ON(pair.client, pair.server);
  const auto& client = pair.client.legs();
  const auto& server = pair.server.legs();
  ASSERT_EQ(3u, client.size());
  ASSERT_EQ(2u, server.size());
  EXPECT_STATUS(SEC_I_CONTINUE_NEEDED, client[1].status);
  EXPECT_STATUS(SEC_E_OK, server[1].status);
  EXPECT_FALSE(server[1].token.empty());
  EXPECT_STATUS(SEC_E_OK, client[2].status);
  EXPECT_TRUE(client[2].token.empty());
  EXPECT_EQ(0x60, client[0].token[0]);
  EXPECT_EQ(0xA1, server[0].token[0]);
  EXPECT_EQ(0xA1, client[1].token[0]);
}

TEST(NegotiateLogon, AcceptsBareNtlmFromAnNtlmClient) {
  IdentityW identity;
  Credential client_credential = acquire_client(u"NTLM", identity.get());
  Credential server_credential = acquire_server("Negotiate", nullptr);
  Party client = Party::client(client_credential, kEverything);
  Party server = Party::server(server_credential);
  ASSERT_LOGGED_ON(client, server);
}

TEST(NegotiateLogon, SendsBareNtlmToRemoteDesktops) {
  Pair pair(kNegotiateBare);
  ASSERT_LOGGED_ON(pair.client, pair.server);
  EXPECT_EQ('N', pair.client.legs()[0].token[0]);
}

// A server may ask first: [MS-SPNG] 3.3.5.1.
TEST(NegotiateLogon, ServerSpeaksFirstWhenItHasNoInput) {
  Credential server_credential = acquire_server("Negotiate", nullptr);
  Party server = Party::server(server_credential);
  const Leg leg = server.step({});
  EXPECT_STATUS(SEC_I_CONTINUE_NEEDED, leg.status);
  EXPECT_EQ(0x60, leg.token.at(0));
}

// Bits of [MS-NLMP] 2.2.2.5 in the NEGOTIATE_MESSAGE, by what is requested.
TEST(NtlmFlags, FollowTheRequest) {
  constexpr std::uint32_t kSign = 0x10, kSeal = 0x20;
  IdentityW identity;
  Credential credential = acquire_client(u"NTLM", identity.get());
  const auto flags = [&](ULONG request) {
    Party client = Party::client(credential, request);
    EXPECT_STATUS(SEC_I_CONTINUE_NEEDED, client.run().status);
    return word_at(client.last().token, 12);
  };
  constexpr ULONG kNeither[] = {0,
                                ISC_REQ_CONNECTION,
                                ISC_REQ_EXTENDED_ERROR,
                                ISC_REQ_MUTUAL_AUTH,
                                ISC_REQ_USE_DCE_STYLE,
                                ISC_REQ_DELEGATE};
  constexpr ULONG kSigning[] = {ISC_REQ_INTEGRITY, ISC_REQ_REPLAY_DETECT, ISC_REQ_SEQUENCE_DETECT};
  for (const ULONG neither : kNeither)
    EXPECT_EQ(0u, flags(neither) & (kSign | kSeal)) << std::hex << neither;
  for (const ULONG signing : kSigning)
    EXPECT_EQ(kSign, flags(signing) & kSign) << std::hex << signing;
  EXPECT_EQ(kSeal, flags(ISC_REQ_CONFIDENTIALITY) & kSeal);
}

// Windows, observed: leg by leg.
TEST(NtlmFlags, AreGrantedAsOnWindows) {
  Pair pair(kNtlm, ISC_REQ_CONFIDENTIALITY);
  ASSERT_LOGGED_ON(pair.client, pair.server);
  EXPECT_EQ(0x10010u, pair.client.legs()[0].attributes & ~ULONG{ISC_RET_ALLOCATED_MEMORY});
  EXPECT_EQ(0x1001Cu, pair.client.legs()[1].attributes & ~ULONG{ISC_RET_ALLOCATED_MEMORY});
  EXPECT_EQ(0x1Cu, pair.server.legs()[0].attributes & ~ULONG{ASC_RET_ALLOCATED_MEMORY});
  EXPECT_EQ(0x2001Cu, pair.server.legs()[1].attributes & ~ULONG{ASC_RET_ALLOCATED_MEMORY});
}

// The bits, observed: NEGOTIATE 0xE20882B7 or 0xE208B2B7, AUTHENTICATE 0xE2888235. A CHALLENGE
// that says TargetTypeServer is 0xE28A8235.
TEST(NtlmFlags, AreOnTheWireAsOnWindows) {
  Pair pair(kNtlm, ISC_REQ_CONFIDENTIALITY);
  ASSERT_LOGGED_ON(pair.client, pair.server);
  constexpr std::uint32_t kSealing = 0x00000020, kSigning = 0x00000010, kKeyExchange = 0x40000000,
                          k128 = 0x20000000, kExtended = 0x00080000, kUnicode = 1,
                          kVersion = 0x02000000, kAlwaysSign = 0x8000, kNtlm = 0x200;
  constexpr std::uint32_t kAll = kSealing | kSigning | kKeyExchange | k128 | kExtended | kUnicode |
                                 kVersion | kAlwaysSign | kNtlm;
  EXPECT_EQ(kAll, word_at(pair.client.legs()[0].token, 12) & kAll);
  EXPECT_EQ(kAll, word_at(pair.server.legs()[0].token, 20) & kAll);
  EXPECT_EQ(kAll, word_at(pair.client.legs()[1].token, 60) & kAll);
}

TEST(NegotiateFlags, AllFiveAreGrantedFromTheSecondLegOn) {
  Pair pair(kNegotiate);
  ASSERT_LOGGED_ON(pair.client, pair.server);
  constexpr ULONG kFive = ISC_RET_CONFIDENTIALITY | ISC_RET_INTEGRITY | ISC_RET_MUTUAL_AUTH |
                          ISC_RET_REPLAY_DETECT | ISC_RET_SEQUENCE_DETECT;
  for (std::size_t leg = 1; leg < pair.client.legs().size(); ++leg)
    EXPECT_EQ(kFive, pair.client.legs()[leg].attributes & kFive) << leg;
}

TEST_P(Logons, AllocatedMemoryIsReportedOnlyWhenItWasAskedFor) {
  Pair pair(GetParam());
  Bytes memory(8192);
  SecBuffer out = buffer(SECBUFFER_TOKEN, memory);
  SecBufferDesc output{SECBUFFER_VERSION, 1, &out};
  Leg leg;
  ASSERT_STATUS(SEC_I_CONTINUE_NEEDED, pair.client.call(nullptr, &output, leg, 0));
  EXPECT_EQ(0u, leg.attributes & ISC_RET_ALLOCATED_MEMORY);
  EXPECT_EQ(memory.data(), out.pvBuffer);
  EXPECT_EQ(SECBUFFER_TOKEN, out.BufferType);
  EXPECT_LT(out.cbBuffer, memory.size());
  pair.server.receive({memory.data(), out.cbBuffer});
  EXPECT_NE(0u, pair.server.run().attributes & ASC_RET_ALLOCATED_MEMORY);
}

TEST(NullSession, WhenBothSidesAsk) {
  Pair pair(kNtlm, ISC_REQ_NULL_SESSION | ISC_REQ_CONFIDENTIALITY, ASC_REQ_ALLOW_NULL_SESSION);
  ASSERT_LOGGED_ON(pair.client, pair.server);
  EXPECT_EQ(0x50010u, pair.client.legs()[0].attributes & ~ULONG{ISC_RET_ALLOCATED_MEMORY});
  EXPECT_EQ(0x5001Cu, pair.client.legs()[1].attributes & ~ULONG{ISC_RET_ALLOCATED_MEMORY});
  EXPECT_EQ(0x12001Cu, pair.server.legs()[1].attributes & ~ULONG{ASC_RET_ALLOCATED_MEMORY});
}

TEST(NullSession, IsRefusedWhenTheServerDidNotAsk) {
  Pair pair(kNtlm, ISC_REQ_NULL_SESSION);
  talk(pair.client, pair.server);
  EXPECT_STATUS(SEC_E_LOGON_DENIED, pair.server.status());
}

TEST(NullSession, IsNotEnteredByAnEmptyName) {
  IdentityW nobody(u"", u"", u"");
  Credential client_credential = acquire_client(u"NTLM", nobody.get());
  Credential server_credential = acquire_server("NTLM", nullptr);
  Party client = Party::client(client_credential, ISC_REQ_CONFIDENTIALITY);
  Party server = Party::server(server_credential, ASC_REQ_ALLOW_NULL_SESSION);
  talk(client, server);
  EXPECT_STATUS(SEC_E_NO_CREDENTIALS, client.status());
}

}  // namespace
}  // namespace caller
