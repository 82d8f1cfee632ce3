// Tokens of clients: who is in them, how long their handles are good, and who has none.
#include <thread>

#include "sides.h"

namespace caller {
namespace {

constexpr std::uint32_t kNoId = 0xFFFFFFFF;
constexpr ULONG kTokenAttributes[] = {SECPKG_ATTR_ACCESS_TOKEN, SECPKG_ATTR_C_ACCESS_TOKEN,
                                      SECPKG_ATTR_C_FULL_ACCESS_TOKEN};

class Tokens : public testing::TestWithParam<Through> {
 protected:
  Tokens() {
    EXPECT_STATUS(SEC_E_OK, store.add("alice"));
    EXPECT_STATUS(SEC_E_OK, stand_for(store, "alice", "daemon"));
  }
  Store store{};
};
INSTANTIATE_TEST_SUITE_P(Packages, Tokens, testing::ValuesIn(kEveryPackage), name_of);

HANDLE lent_token(Party& party, ULONG attribute) {
  SecPkgContext_AccessToken token{};
  EXPECT_STATUS(SEC_E_OK, QueryContextAttributesW(party.get(), attribute, &token));
  return token.AccessToken;
}

TEST_P(Tokens, SayWhoTheClientIs) {
  Sides sides(GetParam());
  ASSERT_LOGGED_ON(sides.client, sides.server);
  const Contents contents = contents_of(sides.server);
  ASSERT_STATUS(SEC_E_OK, contents.status);
  EXPECT_FALSE(contents.anonymous);
  EXPECT_EQ("alice", contents.user);
  EXPECT_NE("", contents.domain);
  EXPECT_TRUE(contents.user_sid.starts_with("S-1-5-21-")) << contents.user_sid;
  EXPECT_TRUE(contents.group_sids.empty());
  EXPECT_EQ("daemon", contents.unix_user);
  EXPECT_EQ("", contents.no_unix_user);
  const UnixUser daemon = unix_user("daemon");
  EXPECT_EQ(daemon.uid, contents.uid);
  EXPECT_EQ(daemon.gid, contents.gid);
  EXPECT_EQ(daemon.groups, contents.groups);
}

TEST_P(Tokens, ArePromisedByThePackage) {
  SecPkgInfoA* info = nullptr;
  ASSERT_STATUS(SEC_E_OK, QuerySecurityPackageInfoA(narrow(GetParam().package), &info));
  EXPECT_NE(0u, info->fCapabilities & SECPKG_FLAG_IMPERSONATION);
  EXPECT_STATUS(SEC_E_OK, FreeContextBuffer(info));
}

TEST_P(Tokens, HandlesAreGoodUntilTheyAreClosed) {
  HANDLE first = nullptr, second = nullptr;
  {
    Sides sides(GetParam());
    ASSERT_LOGGED_ON(sides.client, sides.server);
    ASSERT_STATUS(SEC_E_OK, QuerySecurityContextToken(sides.server.get(), &first));
    ASSERT_STATUS(SEC_E_OK, QuerySecurityContextToken(sides.server.get(), &second));
  }
  EXPECT_NE(first, second);
  std::thread([=] { EXPECT_EQ("alice", read_token(first).user); }).join();
  std::thread([=] { EXPECT_EQ(TRUE, CloseHandle(first)); }).join();
  EXPECT_STATUS(SEC_E_INVALID_HANDLE, read_token(first).status);
  EXPECT_EQ(FALSE, CloseHandle(first));
  EXPECT_EQ(SEC_E_INVALID_HANDLE, last_error().status);
  EXPECT_EQ(ERROR_INVALID_HANDLE, last_error().value);
  EXPECT_EQ("daemon", read_token(second).unix_user);
  EXPECT_EQ(TRUE, CloseHandle(second));
}

TEST_P(Tokens, AttributesLendOneThatEndsWithTheContext) {
  HANDLE lent = nullptr;
  {
    Sides sides(GetParam());
    ASSERT_LOGGED_ON(sides.client, sides.server);
    lent = lent_token(sides.server, SECPKG_ATTR_ACCESS_TOKEN);
    for (const ULONG attribute : kTokenAttributes)
      EXPECT_EQ(lent, lent_token(sides.server, attribute));
    const Token own(sides.server);
    EXPECT_NE(lent, own.get());
    EXPECT_EQ(FALSE, CloseHandle(lent));
    EXPECT_EQ(ERROR_INVALID_HANDLE, last_error().value);
    EXPECT_EQ("alice", read_token(lent).user);
  }
  EXPECT_STATUS(SEC_E_INVALID_HANDLE, read_token(lent).status);
}

TEST_P(Tokens, AClientHasNone) {
  Sides sides(GetParam());
  ASSERT_LOGGED_ON(sides.client, sides.server);
  HANDLE token = this;
  EXPECT_STATUS(SEC_E_NO_IMPERSONATION, QuerySecurityContextToken(sides.client.get(), &token));
  EXPECT_EQ(this, token);
  EXPECT_STATUS(SEC_E_NO_IMPERSONATION, ImpersonateSecurityContext(sides.client.get()));
  for (const ULONG attribute : kTokenAttributes) {
    SecPkgContext_AccessToken lent{this};
    EXPECT_STATUS(SEC_E_UNSUPPORTED_FUNCTION,
                  QueryContextAttributesW(sides.client.get(), attribute, &lent));
    EXPECT_EQ(this, lent.AccessToken);
  }
}

void expect_no_token(Party& party) {
  HANDLE token = &party;
  EXPECT_STATUS(SEC_E_INVALID_HANDLE, QuerySecurityContextToken(party.get(), &token));
  EXPECT_EQ(&party, token);
  EXPECT_STATUS(SEC_E_INVALID_HANDLE, ImpersonateSecurityContext(party.get()));
  SecPkgContext_AccessToken lent{};
  EXPECT_STATUS(SEC_E_INVALID_HANDLE,
                QueryContextAttributesW(party.get(), SECPKG_ATTR_C_ACCESS_TOKEN, &lent));
}

TEST_P(Tokens, ThereAreNoneBeforeTheLogonIsDone) {
  Sides sides(GetParam());
  int num_early = 0;
  while (sides.client.runs() || sides.server.runs()) {
    if (sides.client.runs()) sides.server.receive(sides.client.run().token);
    if (sides.server.runs()) sides.client.receive(sides.server.run().token);
    if (!sides.server.has_context() || sides.server.status() == SEC_E_OK) continue;
    expect_no_token(sides.server);
    ++num_early;
  }
  EXPECT_GE(num_early, 1);
  EXPECT_EQ("alice", contents_of(sides.server).user);
}

TEST_P(Tokens, ThereAreNoneOfWhoWasRefused) {
  Sides sides(GetParam(), u"alice", nullptr, u"", u"Jabberwocky");
  talk(sides.client, sides.server);
  ASSERT_STATUS(SEC_E_LOGON_DENIED, sides.server.status());
  expect_no_token(sides.server);
}

TEST_P(Tokens, OfRootsNameAreNotRoots) {
  ASSERT_STATUS(SEC_E_OK, store.add("root"));
  {
    Sides sides(GetParam(), u"root");
    ASSERT_LOGGED_ON(sides.client, sides.server);
    const Contents contents = contents_of(sides.server);
    EXPECT_EQ("root", contents.user);
    EXPECT_EQ("", contents.unix_user);
    EXPECT_NE("", contents.no_unix_user);
    EXPECT_EQ(kNoId, contents.uid);
    EXPECT_EQ(kNoId, contents.gid);
    EXPECT_TRUE(contents.groups.empty());
    EXPECT_STATUS(SEC_E_NO_IMPERSONATION, ImpersonateSecurityContext(sides.server.get()));
    EXPECT_EQ(contents.no_unix_user, why());
    EXPECT_EQ(contents.no_unix_user, context_error(sides.server).why);
  }
  ASSERT_STATUS(SEC_E_OK, stand_for(store, "root", "root"));
  Sides sides(GetParam(), u"root");
  ASSERT_LOGGED_ON(sides.client, sides.server);
  EXPECT_EQ(0u, contents_of(sides.server).uid);
  EXPECT_EQ("", contents_of(sides.server).no_unix_user);
}

class TokensOfNtlm : public Tokens {};
INSTANTIATE_TEST_SUITE_P(Ntlm, TokensOfNtlm, testing::Values(kNtlm), name_of);

TEST_P(TokensOfNtlm, StandForWhoHasTheNameOnThisMachine) {
  ASSERT_STATUS(SEC_E_OK, store.add("Bin"));
  ASSERT_STATUS(SEC_E_OK, store.add("bin", "CORP"));
  ASSERT_STATUS(SEC_E_OK, stand_for(store, "alice", "nobody here has this name"));
  struct Row {
    const SEC_WCHAR *user, *domain;
    std::string unix_user;
  };
  for (const auto& [user, domain, unix_user] :
       {Row{u"BIN", u"", "bin"}, Row{u"bin", u"CORP", ""}, Row{u"alice", u"", ""}}) {
    Sides sides(GetParam(), user, nullptr, domain);
    ASSERT_LOGGED_ON(sides.client, sides.server);
    EXPECT_EQ(unix_user, contents_of(sides.server).unix_user) << ascii(user);
  }
}

// A program's own judge vouches for names; those of the domain that it speaks for as a machine are
// looked for among this machine's users.
TEST_P(TokensOfNtlm, OfAProgramsOwnJudge) {
  const Users known({{"daemon", {kPassword, 0}}});
  opensspi_authority judge = known.authority();
  for (const bool is_machine : {false, true}) {
    judge.netbios_computer = is_machine ? "WONDERLAND" : "SERVER";
    Sides sides(GetParam(), u"daemon", &judge, u"WONDERLAND");
    ASSERT_LOGGED_ON(sides.client, sides.server);
    const Contents contents = contents_of(sides.server);
    EXPECT_EQ("WONDERLAND", contents.domain);
    EXPECT_EQ("", contents.user_sid);
    EXPECT_EQ(is_machine ? "daemon" : "", contents.unix_user);
  }
}

// What an administrator changes counts from the next logon.
TEST_P(TokensOfNtlm, OfOneContextStayTheSame) {
  Sides sides(GetParam());
  ASSERT_LOGGED_ON(sides.client, sides.server);
  ASSERT_STATUS(SEC_E_OK, stand_for(store, "alice", "bin"));
  EXPECT_EQ("daemon", contents_of(sides.server).unix_user);
  ASSERT_STATUS(SEC_E_OK, stand_for(store, "alice", nullptr));
  EXPECT_EQ("", store.find("alice").unix_user);
  EXPECT_EQ("daemon", contents_of(sides.server).unix_user);
}

TEST_P(TokensOfNtlm, OfANullSessionAreNobodys) {
  Pair pair(kNtlm, ISC_REQ_NULL_SESSION | ISC_REQ_CONFIDENTIALITY, ASC_REQ_ALLOW_NULL_SESSION);
  ASSERT_LOGGED_ON(pair.client, pair.server);
  const Contents contents = contents_of(pair.server);
  EXPECT_TRUE(contents.anonymous);
  EXPECT_EQ("ANONYMOUS LOGON", contents.user);
  EXPECT_EQ("S-1-5-7", contents.user_sid);
  EXPECT_EQ("", contents.unix_user);
  EXPECT_EQ(kNoId, contents.uid);
  EXPECT_STATUS(SEC_E_NO_IMPERSONATION, ImpersonateSecurityContext(pair.server.get()));
}

TEST_P(TokensOfNtlm, OneLeftOpenIsNoLeak) {
  Sides sides(GetParam());
  ASSERT_LOGGED_ON(sides.client, sides.server);
  HANDLE left_open = nullptr;
  EXPECT_STATUS(SEC_E_OK, QuerySecurityContextToken(sides.server.get(), &left_open));
}

TEST_P(TokensOfNtlm, WithoutArguments) {
  Sides sides(GetParam());
  ASSERT_LOGGED_ON(sides.client, sides.server);
  HANDLE token = nullptr;
  EXPECT_STATUS(SEC_E_INVALID_PARAMETER, QuerySecurityContextToken(sides.server.get(), nullptr));
  EXPECT_STATUS(SEC_E_INVALID_HANDLE, QuerySecurityContextToken(nullptr, &token));
  EXPECT_STATUS(SEC_E_INVALID_HANDLE, ImpersonateSecurityContext(nullptr));
  EXPECT_STATUS(SEC_E_INVALID_HANDLE, RevertSecurityContext(nullptr));
  CtxtHandle none{};
  EXPECT_STATUS(SEC_E_INVALID_HANDLE, QuerySecurityContextToken(&none, &token));
  EXPECT_STATUS(SEC_E_INVALID_HANDLE, ImpersonateSecurityContext(&none));
  EXPECT_STATUS(SEC_E_INVALID_HANDLE, RevertSecurityContext(&none));
  const Token good(sides.server);
  EXPECT_STATUS(SEC_E_INVALID_PARAMETER, opensspi_token_read(good.get(), nullptr));
  EXPECT_STATUS(SEC_E_NO_CREDENTIALS, opensspi_token_store_tickets(good.get(), "MEMORY:any"));
  EXPECT_STATUS(SEC_E_INVALID_PARAMETER, opensspi_token_store_tickets(good.get(), nullptr));
  EXPECT_STATUS(SEC_E_INVALID_HANDLE, opensspi_token_store_tickets(nullptr, "MEMORY:any"));
}

TEST(TokenHandles, ForgedOnesAreRefused) {
  int here = 0;
  for (const HANDLE forged :
       {HANDLE{nullptr}, INVALID_HANDLE_VALUE, reinterpret_cast<HANDLE>(LONG_PTR{-4}),
        reinterpret_cast<HANDLE>(LONG_PTR{4}), static_cast<HANDLE>(&here)}) {
    EXPECT_STATUS(SEC_E_INVALID_HANDLE, read_token(forged).status);
    EXPECT_EQ(FALSE, CloseHandle(forged));
    EXPECT_EQ(ERROR_INVALID_HANDLE, last_error().value);
  }
}

TEST(UnixUserOfAccounts, MustBeANameAndAnAccount) {
  Store store;
  ASSERT_STATUS(SEC_E_OK, store.add("alice"));
  EXPECT_EQ("", store.find("alice").unix_user);
  for (const char* bad : {"a:b", "a/b", "a\nb", "\xFF"})
    EXPECT_STATUS(SEC_E_INVALID_PARAMETER, stand_for(store, "alice", bad));
  EXPECT_STATUS(SEC_E_INVALID_PARAMETER, stand_for(store, "alice", std::string(257, 'a').c_str()));
  EXPECT_STATUS(SEC_E_TARGET_UNKNOWN, stand_for(store, "nobody", "daemon"));
  EXPECT_EQ("", store.find("alice").unix_user);
  EXPECT_STATUS(SEC_E_OK, stand_for(store, "ALICE", "CORP\\john smith"));
  EXPECT_EQ("CORP\\john smith", store.find("alice").unix_user);
}

}  // namespace
}  // namespace caller
