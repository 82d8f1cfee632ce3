// Every flag that InitializeSecurityContext and AcceptSecurityContext can be asked for: what
// CREDSSP grants on each leg. docs/contexts.md has the same in words.
#include "pair.h"

namespace caller {
namespace {

// What a CREDSSP context is, whatever was asked for.
constexpr ULONG kClientAlways = ISC_RET_REPLAY_DETECT | ISC_RET_SEQUENCE_DETECT |
                                ISC_RET_CONFIDENTIALITY | ISC_RET_STREAM | ISC_RET_INTEGRITY |
                                ISC_RET_MANUAL_CRED_VALIDATION | ISC_RET_ALLOCATED_MEMORY;
constexpr ULONG kServerAlways = ASC_RET_REPLAY_DETECT | ASC_RET_SEQUENCE_DETECT |
                                ASC_RET_CONFIDENTIALITY | ASC_RET_STREAM | ASC_RET_INTEGRITY |
                                ASC_RET_ALLOCATED_MEMORY;
static_assert(kClientAlways == 0x0009811C && kServerAlways == 0x0003011C);

// What is refused, for it cannot be done or would be another protocol.
constexpr ULONG kClientRefused = ISC_REQ_PROMPT_FOR_CREDS | ISC_REQ_DATAGRAM;
constexpr ULONG kServerRefused = ASC_REQ_DATAGRAM;

struct Row {
  ULONG asked;
  ULONG on_each_leg = 0;  // beside what there is always
  ULONG on_the_last = 0;
};

constexpr Row kClientRows[] = {
    {0},
    {ISC_REQ_DELEGATE, 0, ISC_RET_DELEGATE},
    {ISC_REQ_MUTUAL_AUTH},  // NTLM proves no server
    {ISC_REQ_REPLAY_DETECT},
    {ISC_REQ_SEQUENCE_DETECT},
    {ISC_REQ_CONFIDENTIALITY},
    {ISC_REQ_USE_SESSION_KEY},
    {ISC_REQ_USE_SUPPLIED_CREDS, ISC_RET_USED_SUPPLIED_CREDS},
    {ISC_REQ_ALLOCATE_MEMORY},
    {ISC_REQ_USE_DCE_STYLE},
    {ISC_REQ_CONNECTION, ISC_RET_CONNECTION},
    {ISC_REQ_CALL_LEVEL},
    {ISC_REQ_FRAGMENT_SUPPLIED},
    {ISC_REQ_EXTENDED_ERROR, ISC_RET_EXTENDED_ERROR},
    {ISC_REQ_STREAM},  // not EXTENDED_ERROR, which has this value for a server
    {ISC_REQ_INTEGRITY},
    {ISC_REQ_IDENTIFY},
    {ISC_REQ_NULL_SESSION},
    {ISC_REQ_MANUAL_CRED_VALIDATION},
    {ISC_REQ_RESERVED1},
    {ISC_REQ_FRAGMENT_TO_FIT},
    {ISC_REQ_FORWARD_CREDENTIALS},
    {ISC_REQ_NO_INTEGRITY},
    {ISC_REQ_USE_HTTP_STYLE},
    {0x02000000},
    {0x04000000},
    {0x08000000},
    {0x10000000},
    {ISC_REQ_UNVERIFIED_TARGET_NAME},
    {ISC_REQ_CONFIDENTIALITY_ONLY},
    {0x80000000},
    {~kClientRefused, ISC_RET_USED_SUPPLIED_CREDS | ISC_RET_CONNECTION | ISC_RET_EXTENDED_ERROR,
     ISC_RET_DELEGATE}};

constexpr Row kServerRows[] = {{0},
                               {ASC_REQ_DELEGATE},  // accepted; granted when the client delegates
                               {ASC_REQ_MUTUAL_AUTH},
                               {ASC_REQ_REPLAY_DETECT},
                               {ASC_REQ_SEQUENCE_DETECT},
                               {ASC_REQ_CONFIDENTIALITY},
                               {ASC_REQ_USE_SESSION_KEY},
                               {ASC_REQ_SESSION_TICKET},
                               {0x00000080},
                               {ASC_REQ_ALLOCATE_MEMORY},
                               {ASC_REQ_USE_DCE_STYLE},
                               {ASC_REQ_CONNECTION, ASC_RET_CONNECTION},
                               {ASC_REQ_CALL_LEVEL},
                               {ASC_REQ_FRAGMENT_SUPPLIED},
                               {0x00004000},  // a client's EXTENDED_ERROR
                               {ASC_REQ_EXTENDED_ERROR, ASC_RET_EXTENDED_ERROR},
                               {ASC_REQ_STREAM},
                               {ASC_REQ_INTEGRITY},
                               {ASC_REQ_LICENSING},
                               {ASC_REQ_IDENTIFY},
                               {ASC_REQ_ALLOW_NULL_SESSION},
                               {ASC_REQ_ALLOW_NON_USER_LOGONS},
                               {ASC_REQ_ALLOW_CONTEXT_REPLAY},
                               {ASC_REQ_FRAGMENT_TO_FIT},
                               {ASC_REQ_NO_TOKEN},
                               {0x02000000},
                               {ASC_REQ_PROXY_BINDINGS},
                               {0x08000000},
                               {ASC_REQ_ALLOW_MISSING_BINDINGS},
                               {0x20000000},
                               {0x40000000},
                               {0x80000000},
                               {~kServerRefused, ASC_RET_CONNECTION | ASC_RET_EXTENDED_ERROR}};

// One bit in each row, and every bit of 32 in one of them but `refused`.
template <std::size_t N>
constexpr bool names_every_bit(const Row (&rows)[N], ULONG refused) {
  ULONG named = refused;
  for (const Row& row : rows) {
    if ((row.asked & (row.asked - 1)) == 0) named |= row.asked;
  }
  return named == ~ULONG{0};
}
static_assert(names_every_bit(kClientRows, kClientRefused));
static_assert(names_every_bit(kServerRows, kServerRefused));

void expect_granted(const Party& party, const Row& row, ULONG always) {
  const std::size_t num_legs = party.legs().size();
  for (std::size_t i = 0; i < num_legs; ++i) {
    const bool is_last = i + 1 == num_legs;
    EXPECT_EQ(always | row.on_each_leg | (is_last ? row.on_the_last : 0),
              party.legs()[i].attributes)
        << std::hex << "asked for " << row.asked << ", leg " << i;
  }
}

class Flags : public testing::Test {
 protected:
  CredSspPair credentials{};
};

TEST_F(Flags, OfAClient) {
  for (const Row& row : kClientRows) {
    Party client = Party::client(credentials.client_credential, row.asked, kTarget);
    Party server = Party::server(credentials.server_credential);
    ASSERT_LOGGED_ON(client, server);
    expect_granted(client, row, kClientAlways);
    expect_granted(server, {0, 0, row.on_the_last}, kServerAlways);  // DELEGATE is 1 for both
  }
}

TEST_F(Flags, OfAServer) {
  for (const Row& row : kServerRows) {
    Party client = Party::client(credentials.client_credential, 0, kTarget);
    Party server = Party::server(credentials.server_credential, row.asked);
    ASSERT_LOGGED_ON(client, server);
    expect_granted(server, row, kServerAlways);
    expect_granted(client, {0}, kClientAlways);
  }
}

TEST_F(Flags, ThatAreRefused) {
  for (const ULONG asked : {ISC_REQ_PROMPT_FOR_CREDS, ISC_REQ_DATAGRAM}) {
    Party client = Party::client(credentials.client_credential, asked, kTarget);
    EXPECT_STATUS(SEC_E_UNSUPPORTED_FUNCTION, client.run().status);
    EXPECT_FALSE(client.has_context());
  }
  Party server = Party::server(credentials.server_credential, ASC_REQ_DATAGRAM);
  EXPECT_STATUS(SEC_E_UNSUPPORTED_FUNCTION, server.step(credentials.client.run().token).status);
  EXPECT_FALSE(server.has_context());
}

// The query answers what the last leg granted.
TEST_F(Flags, AreWhatIsAskedForLater) {
  Party& client = credentials.client;
  Party& server = credentials.server;
  ASSERT_LOGGED_ON(client, server);
  SecPkgContext_Flags flags{};
  ASSERT_STATUS(SEC_E_OK, QueryContextAttributesW(client.get(), SECPKG_ATTR_FLAGS, &flags));
  EXPECT_EQ(client.last().attributes & ~ULONG{ISC_RET_ALLOCATED_MEMORY}, flags.Flags);
  ASSERT_STATUS(SEC_E_OK, QueryContextAttributesW(server.get(), SECPKG_ATTR_FLAGS, &flags));
  EXPECT_EQ(server.last().attributes & ~ULONG{ASC_RET_ALLOCATED_MEMORY}, flags.Flags);
}

// [MS-CSSP] binds to the server's key, not to its name: whose certificate it is, and who vouches
// for it, is for the program to ask, with MUTUAL_AUTH too.
TEST_F(Flags, NoCertificateIsJudged) {
  constexpr SEC_WCHAR kOther[] = u"TERMSRV/elsewhere.example";
  for (const ULONG asked : {ULONG{0}, ULONG{ISC_REQ_MUTUAL_AUTH},
                            ULONG{ISC_REQ_MUTUAL_AUTH | ISC_REQ_MANUAL_CRED_VALIDATION}}) {
    Party client = Party::client(credentials.client_credential, asked, kOther);
    Party server = Party::server(credentials.server_credential);
    ASSERT_LOGGED_ON(client, server);
    EXPECT_NE(0u, client.last().attributes & ISC_RET_MANUAL_CRED_VALIDATION);
    EXPECT_EQ(0u, client.last().attributes & ISC_RET_MUTUAL_AUTH);
  }
}

}  // namespace
}  // namespace caller
