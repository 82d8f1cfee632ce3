// After fork both processes log on, with random numbers of their own, and the accounts serve both.
#include <sys/wait.h>
#include <unistd.h>

#include "abi/credssp/pair.h"
#include "abi/logon/pair.h"

namespace caller {
namespace {

// What `body` writes in a child of this process; its exit code must be 0.
template <class F>
std::string from_child(F body) {
  int ends[2];
  EXPECT_EQ(0, pipe(ends));
  const pid_t child = fork();
  if (child == 0) {
    close(ends[0]);
    const std::string text = body();
    const auto written = write(ends[1], text.data(), text.size());
    _exit(written == static_cast<ssize_t>(text.size()) ? 0 : 1);
  }
  close(ends[1]);
  std::string text;
  char part[4096];
  for (ssize_t got = 0; (got = read(ends[0], part, sizeof part)) > 0;)
    text.append(part, static_cast<std::size_t>(got));
  close(ends[0]);
  int status = 0;
  EXPECT_EQ(child, waitpid(child, &status, 0));
  EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 0) << status;
  return text;
}

std::string as_text(const void* bytes, std::size_t size) {
  return std::string(static_cast<const char*>(bytes), size);
}

TEST(Fork, ChildLogsOnWhenTheLibraryWasUsedBefore) {
  {
    CredSspPair pair;
    ASSERT_LOGGED_ON(pair.client, pair.server);
  }
  const std::string answer = from_child([] {
    CredSspPair pair;
    talk(pair.client, pair.server);
    if (pair.client.status() != SEC_E_OK || pair.server.status() != SEC_E_OK)
      return std::string("refused");
    Bytes record = encrypt(pair.client, "from the child");
    return decrypt(pair.server, record).text;
  });
  EXPECT_EQ("from the child", answer);
  CredSspPair pair;
  ASSERT_LOGGED_ON(pair.client, pair.server);
}

TEST(Fork, CredentialsOfTheParentServeTheChild) {
  CredSspPair pair;
  const std::string answer = from_child([&pair] {
    talk(pair.client, pair.server);
    return std::string(opensspi_status_name(pair.server.status()));
  });
  EXPECT_EQ("SEC_E_OK", answer);
  ASSERT_LOGGED_ON(pair.client, pair.server);
}

// The server's challenge ([MS-NLMP] 2.2.1.2, offset 24) and the client's random numbers.
TEST(Fork, RandomNumbersDiffer) {
  Pair warm(kNtlm);
  ASSERT_LOGGED_ON(warm.client, warm.server);
  const auto numbers = [] {
    Pair pair(kNtlm);
    talk(pair.client, pair.server);
    const Bytes& challenge = pair.server.legs()[0].token;
    SecPkgContext_SessionKey key{};
    EXPECT_STATUS(SEC_E_OK,
                  QueryContextAttributesW(pair.client.get(), SECPKG_ATTR_SESSION_KEY, &key));
    std::string text = as_text(challenge.data() + 24, 8) +
                       as_text(key.SessionKey, key.SessionKeyLength) +
                       as_text(&pair.client.get()->dwUpper, sizeof(ULONG_PTR));
    FreeContextBuffer(key.SessionKey);
    return text;
  };
  const std::string one = from_child(numbers), two = from_child(numbers), own = numbers();
  ASSERT_EQ(8 + 16 + sizeof(ULONG_PTR), own.size());
  for (const auto& [offset, size] : {std::pair{0, 8}, std::pair{8, 16}, std::pair{24, 8}}) {
    const auto at = static_cast<std::size_t>(offset), count = static_cast<std::size_t>(size);
    EXPECT_NE(one.substr(at, count), two.substr(at, count)) << offset;
    EXPECT_NE(one.substr(at, count), own.substr(at, count)) << offset;
    EXPECT_NE(two.substr(at, count), own.substr(at, count)) << offset;
  }
}

TEST(Fork, TlsRandomNumbersDiffer) {
  CredSspPair pair;
  const auto hello = [&pair] {
    Party client = Party::client(pair.client_credential, kClientFlags, kTarget);
    const Bytes token = client.run().token;
    return as_text(token.data() + 11, 32);  // ClientHello.random: RFC 8446 4.1.2
  };
  EXPECT_EQ(32u, hello().size());
  const std::string one = from_child(hello), two = from_child(hello), own = hello();
  EXPECT_NE(one, two);
  EXPECT_NE(one, own);
}

// Judged by the accounts in one process and then in the other.
TEST(Fork, AccountsServeBoth) {
  opensspi_accounts* accounts = nullptr;
  ASSERT_STATUS(SEC_E_OK, opensspi_accounts_open(nullptr, &accounts));
  ASSERT_STATUS(SEC_E_OK, opensspi_account_add(accounts, kUser, nullptr, kPassword));
  const auto log_on = [](const SEC_WCHAR* password) {
    IdentityW identity(u"alice", u"", password);
    Credential client_credential = acquire_client(u"NTLM", identity.get());
    Credential server_credential;
    EXPECT_STATUS(SEC_E_OK, AcquireCredentialsHandleW(nullptr, wide(u"NTLM"), SECPKG_CRED_INBOUND,
                                                      nullptr, nullptr, nullptr, nullptr,
                                                      server_credential.get(), nullptr));
    Party client = Party::client(client_credential, 0), server = Party::server(server_credential);
    talk(client, server);
    return std::string(opensspi_status_name(server.status()));
  };
  constexpr SEC_WCHAR kRight[] = u"Queen of \u2665";
  EXPECT_EQ("SEC_E_OK", log_on(kRight));
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ("SEC_E_OK", from_child([&] { return log_on(kRight); }));
    EXPECT_EQ("SEC_E_LOGON_DENIED", from_child([&] {
                const std::string answer = log_on(u"Jabberwocky");
                opensspi_accounts_flush();
                return answer;
              }));
    EXPECT_EQ("SEC_E_OK", log_on(kRight));
  }
  ASSERT_STATUS(SEC_E_OK, opensspi_account_set_password(accounts, kUser, nullptr, "Eat me"));
  EXPECT_EQ("SEC_E_LOGON_DENIED", from_child([&] { return log_on(kRight); }));
  EXPECT_EQ("SEC_E_OK", from_child([&] { return log_on(u"Eat me"); }));
  opensspi_accounts_close(accounts);
}

}  // namespace
}  // namespace caller
