// Programs that judge logons themselves, and names that are only claimed.
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <algorithm>
#include <array>

#include "pair.h"

namespace caller {
namespace {

using Digest = std::array<std::uint8_t, 16>;

Digest hmac_md5(std::span<const std::uint8_t> key, const Bytes& message) {
  Digest digest{};
  unsigned size = 0;
  EXPECT_NE(nullptr, HMAC(EVP_md5(), key.data(), static_cast<int>(key.size()), message.data(),
                          message.size(), digest.data(), &size));
  return digest;
}

void append_utf16(Bytes& bytes, const std::string& ascii_text, bool upper) {
  for (const char c : ascii_text) {
    bytes.push_back(static_cast<std::uint8_t>(upper ? toupper(c) : c));
    bytes.push_back(0);
  }
}

// [MS-NLMP] 3.3.2, as a program does it that keeps hashes itself: 0 and the session base key, or
// STATUS_WRONG_PASSWORD.
std::uint32_t judge(const opensspi_logon* logon, std::uint8_t session_base_key[16], void* calls) {
  ++*static_cast<int*>(calls);
  std::uint8_t nt_hash[16];
  EXPECT_STATUS(SEC_E_OK, opensspi_nt_hash(kPassword, nt_hash));
  Bytes name;
  append_utf16(name, logon->user, true);
  append_utf16(name, logon->domain, false);
  const Digest ntowf_v2 = hmac_md5(nt_hash, name);
  Bytes message(logon->server_challenge, logon->server_challenge + 8);
  message.insert(message.end(), logon->nt_response + 16,
                 logon->nt_response + logon->nt_response_size);
  const Digest proof = hmac_md5(ntowf_v2, message);
  if (std::memcmp(proof.data(), logon->nt_response, proof.size()) != 0) return 0xC000006A;
  const Digest key = hmac_md5(ntowf_v2, Bytes(proof.begin(), proof.end()));
  std::memcpy(session_base_key, key.data(), key.size());
  return 0;
}

opensspi_authority verdicts(int& calls) {
  opensspi_authority authority{};
  authority.size = sizeof authority;
  authority.logon = judge;
  authority.user_data = &calls;
  authority.netbios_computer = "JUDGE";
  return authority;
}

TEST(Verdict, AcceptsWithTheSessionBaseKey) {
  int calls = 0;
  CredSspPair pair({.authority = verdicts(calls)});
  ASSERT_LOGGED_ON(pair.client, pair.server);
  EXPECT_EQ(1, calls);
  SecPkgContext_NamesA names{};
  ASSERT_STATUS(SEC_E_OK, QueryContextAttributesA(pair.server.get(), SECPKG_ATTR_NAMES, &names));
  EXPECT_STREQ("WONDERLAND\\alice", names.sUserName);
  FreeContextBuffer(names.sUserName);
}

TEST(Verdict, Refuses) {
  int calls = 0;
  CredSspPair pair({.password = u"Jabberwocky", .authority = verdicts(calls)});
  talk(pair.client, pair.server);
  EXPECT_EQ(1, calls);
  EXPECT_STATUS(SEC_E_LOGON_DENIED, pair.server.status());
  EXPECT_STATUS(SEC_E_LOGON_DENIED, pair.client.status());
  EXPECT_EQ(0xC000006Au, context_error(pair.server).nt_status);
  EXPECT_EQ(0xC000006Du, context_error(pair.client).nt_status);  // not which of the two was wrong
}

// Whoever says yes without the key has not made the client's messages readable.
TEST(Verdict, WithAWrongKeyLeadsNowhere) {
  const auto yes = [](const opensspi_logon*, std::uint8_t key[16], void*) -> std::uint32_t {
    std::memset(key, 7, 16);
    return 0;
  };
  opensspi_authority authority{};
  authority.size = sizeof authority;
  authority.logon = yes;
  CredSspPair pair({.authority = authority});
  talk(pair.client, pair.server);
  EXPECT_STATUS(SEC_E_MESSAGE_ALTERED, pair.server.status());
  EXPECT_LT(pair.client.status(), 0);
}

TEST(Judge, OfACredentialGoesBeforeTheProcesss) {
  const Users nobody;
  const opensspi_authority authority = nobody.authority();
  ASSERT_STATUS(SEC_E_OK, opensspi_set_authority(&authority));
  CredSspPair pair;
  talk(pair.client, pair.server);
  EXPECT_STATUS(SEC_E_OK, opensspi_set_authority(nullptr));
  EXPECT_STATUS(SEC_E_OK, pair.server.status());
}

TEST(Judge, NamesItsMachine) {
  // The CHALLENGE's target information has the names, in UTF-16.
  IdentityW identity;
  Credential client_credential = acquire_client(u"NTLM", identity.get());
  Credential server_credential = acquire_server("NTLM", nullptr);
  Party client = Party::client(client_credential, 0), server = Party::server(server_credential);
  server.receive(client.run().token);
  const Bytes challenge = server.run().token;
  for (const char* name : {"SERVER", "WONDERLAND", "server.wonderland.example"}) {
    Bytes wide_name;
    append_utf16(wide_name, name, false);
    EXPECT_NE(challenge.end(),
              std::search(challenge.begin(), challenge.end(), wide_name.begin(), wide_name.end()))
        << name;
  }
}

// What the server calls the client while it is not proven.
std::string claimed(const SEC_WCHAR* user, std::size_t size) {
  CredSspPair pair({.user = user, .password = u"Jabberwocky"});
  talk(pair.client, pair.server);
  EXPECT_STATUS(SEC_E_LOGON_DENIED, pair.server.status());
  std::string name(size + 1, '#');
  EXPECT_STATUS(SEC_E_OK, opensspi_claimed_name(pair.server.get(), name.data(), size));
  EXPECT_EQ('#', name[size]);
  return name.c_str();
}

TEST(ClaimedName, HasNoControlCharacters) {
  EXPECT_EQ("WONDERLAND\\a?b?[31m", claimed(u"a\nb\x1B[31m", 64));
}

TEST(ClaimedName, IsCutAtACharacter) {
  EXPECT_EQ("WONDERLAND\\", claimed(u"\u2665\u2665", 12));
  EXPECT_EQ("WONDERLAND\\", claimed(u"\u2665\u2665", 14));
  EXPECT_EQ("WONDERLAND\\\xE2\x99\xA5", claimed(u"\u2665\u2665", 15));
  EXPECT_EQ("W", claimed(u"alice", 2));
  EXPECT_EQ("", claimed(u"alice", 1));
}

TEST(ClaimedName, NeedsAPlace) {
  CredSspPair pair;
  ASSERT_LOGGED_ON(pair.client, pair.server);
  char name[4];
  EXPECT_LT(opensspi_claimed_name(pair.server.get(), nullptr, 10), 0);
  EXPECT_LT(opensspi_claimed_name(pair.server.get(), name, 0), 0);
}

}  // namespace
}  // namespace caller
