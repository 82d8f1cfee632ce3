// The judge over winbind, with a winbind of the test's; and which judge a name goes to.
#include <gtest/gtest.h>

#include <future>
#include <mutex>
#include <thread>

#include "authority/by_domain.h"
#include "authority/winbind_authority.h"
#include "unit/authority/world.h"

namespace opensspi::authority {
namespace {

using namespace std::chrono_literals;
using test::ClientResponse;
using test::status_of;
using test::why_of;

class FakeWinbind final : public WinbindClient {
 public:
  Result<HostNames> machine() override {
    ++machine_questions;
    if (hang.valid()) hang.wait();
    if (down) return fail(Status::NoAuthenticatingAuthority, "down");
    return member;
  }
  Result<void> ping_controller() override {
    if (hang.valid()) hang.wait();
    if (nt_status != 0) return fail(domain_refusal(nt_status));
    return {};
  }
  Result<DomainLogon> log_on(const NtlmQuestion& question) override {
    ++logons;
    if (out_of_memory) throw std::bad_alloc();
    if (hang.valid()) hang.wait();
    const std::lock_guard lock(mutex);
    asked = question.domain + '\\' + question.user + '@' + question.workstation;
    response = question.nt_response;
    if (nt_status != 0) return fail(domain_refusal(nt_status));
    DomainLogon logon{"Alice", "ADEX", {"S-1-5-21-1-2-3-1103", "S-1-5-21-1-2-3-513"}, {}};
    logon.session_base_key.expose_mutable()[0] = 0x5A;
    return logon;
  }

  Result<DomainLogon> identify(const Bytes& pac) override {
    const std::lock_guard lock(mutex);
    response = pac;
    if (nt_status != 0) return fail(domain_refusal(nt_status));
    return DomainLogon{"Alice", "ADEX", {"S-1-5-21-1-2-3-1103", "S-1-5-21-1-2-3-513"}, {}};
  }

  Result<void> change_password(const PasswordQuestion& question) override {
    const auto text = [](const SecretBytes& secret) {
      return std::string(reinterpret_cast<const char*>(secret.expose().data()));
    };
    asked = question.domain + '\\' + question.user + ' ' + text(question.old_password) + ' ' +
            text(question.new_password);
    if (nt_status != 0) return fail(domain_refusal(nt_status));
    return {};
  }

  // Of the object, which questions that were left behind outlive the test with.
  const HostNames member{"SRV1", "ADEX", "srv1.ad.example.test", "ad.example.test", true};
  bool down = false, out_of_memory = false;
  std::uint32_t nt_status = 0;
  std::shared_future<void> hang;
  std::atomic<int> machine_questions = 0, logons = 0;
  std::string asked;
  Bytes response;
  std::mutex mutex;
};

struct WinbindTest : testing::Test {
  std::shared_ptr<FakeWinbind> winbind = std::make_shared<FakeWinbind>();
  WinbindAuthority authority{winbind, [] { return 10s; }};
  ClientResponse client{"alice", "adex", "secret"};
};

TEST_F(WinbindTest, TheDomainsWordsAndKey) {
  client.response.workstation = "CLIENT";
  const auto logon = authority.validate(client.response);
  ASSERT_TRUE(logon) << why_of(logon);
  EXPECT_EQ(winbind->asked, "adex\\alice@CLIENT");
  EXPECT_EQ(winbind->response, client.bytes);
  EXPECT_EQ(logon->token->user, "Alice");
  EXPECT_EQ(logon->token->domain, "ADEX");
  EXPECT_EQ(logon->token->user_sid, "S-1-5-21-1-2-3-1103");
  EXPECT_EQ(logon->token->group_sids, std::vector<std::string>{"S-1-5-21-1-2-3-513"});
  EXPECT_EQ(logon->session_base_key.expose()[0], 0x5A);
}

TEST_F(WinbindTest, TellsWhomAPacIsOf) {
  const Bytes pac = copy(view("what the KDC says"));
  const auto known = authority.identify(pac);
  ASSERT_TRUE(known) << why_of(known);
  EXPECT_EQ(winbind->response, pac);
  EXPECT_EQ((*known)->user, "Alice");
  EXPECT_EQ((*known)->domain, "ADEX");
  EXPECT_EQ((*known)->user_sid, "S-1-5-21-1-2-3-1103");
  EXPECT_EQ((*known)->group_sids, std::vector<std::string>{"S-1-5-21-1-2-3-513"});
  winbind->nt_status = nt_status::kNoLogonServers;
  EXPECT_EQ(status_of(authority.identify(pac)), Status::NoAuthenticatingAuthority);
}

TEST_F(WinbindTest, ATicketWithoutAPacIsNobodys) {
  EXPECT_EQ(status_of(authority.identify({})), Status::LogonDenied);
  EXPECT_TRUE(winbind->response.empty());
}

TEST_F(WinbindTest, NamesAreKeptOnceKnown) {
  winbind->down = true;
  EXPECT_EQ(status_of(authority.names()), Status::NoAuthenticatingAuthority);
  winbind->down = false;
  EXPECT_EQ(authority.names()->netbios_domain, "ADEX");
  winbind->down = true;
  EXPECT_EQ(authority.names()->netbios_computer, "SRV1");
  EXPECT_EQ(winbind->machine_questions, 2);
}

TEST_F(WinbindTest, RefusalsKeepTheDomainsReason) {
  using namespace nt_status;
  const struct {
    std::uint32_t nt_status;
    Status status;
  } rows[] = {
      {kWrongPassword, Status::LogonDenied},
      {kNoSuchUser, Status::LogonDenied},
      {kAccountDisabled, Status::LogonDenied},
      {kPasswordMustChange, Status::LogonDenied},
      {kPasswordExpired, Status::LogonDenied},
      {kAccountLockedOut, Status::LogonDenied},
      {kAccountExpired, Status::LogonDenied},
      {0xC0000001, Status::LogonDenied},
      {0xC000018D, Status::NoAuthenticatingAuthority},
      {0xC00000B5, Status::NoAuthenticatingAuthority},
      {kNoLogonServers, Status::NoAuthenticatingAuthority},
  };
  for (const auto& row : rows) {
    winbind->nt_status = row.nt_status;
    const auto logon = authority.validate(client.response);
    EXPECT_EQ(status_of(logon), row.status) << std::hex << row.nt_status;
    EXPECT_EQ(logon.error().nt_status, row.nt_status);
    EXPECT_NE(why_of(logon), "");
  }
}

TEST_F(WinbindTest, PasswordsAreChangedInUtf8) {
  PasswordChange change{"alice", "ADEX", test::password_utf16le("old"),
                        test::password_utf16le("n\xC3\xA9w")};
  EXPECT_EQ(status_of(authority.change_password(change)), Status::Ok);
  EXPECT_EQ(winbind->asked, "ADEX\\alice old n\xC3\xA9w");
  winbind->nt_status = nt_status::kPasswordRestriction;
  EXPECT_EQ(status_of(authority.change_password(change)), Status::LogonDenied);
  winbind->asked.clear();
  change.new_password = test::password_utf16le(std::string_view("a\0b", 3));
  EXPECT_EQ(status_of(authority.change_password(change)), Status::InvalidParameter);
  EXPECT_EQ(winbind->asked, "");
}

TEST_F(WinbindTest, OutOfMemoryReachesWhoWaits) {
  winbind->out_of_memory = true;
  EXPECT_THROW(static_cast<void>(authority.validate(client.response)), std::bad_alloc);
}

TEST_F(WinbindTest, NamesOfAWinbindThatHungAreNotWaitedForAgain) {
  WinbindAuthority impatient(winbind, [] { return 1ms; });
  std::promise<void> release;
  winbind->hang = release.get_future().share();
  EXPECT_EQ(status_of(impatient.names()), Status::NoAuthenticatingAuthority);
  EXPECT_EQ(status_of(impatient.names()), Status::NoAuthenticatingAuthority);
  release.set_value();
  while (winbind->machine_questions == 0) std::this_thread::yield();
  EXPECT_EQ(winbind->machine_questions, 1);
}

#ifndef __SANITIZE_THREAD__  // which ends children that start threads
TEST_F(WinbindTest, AChildForgetsItsParentsQuestions) {
  WinbindAuthority impatient(winbind, [] { return 1ms; });
  std::promise<void> release;
  winbind->hang = release.get_future().share();
  for (int i = 0; i < 129; ++i) static_cast<void>(impatient.validate(client.response));
  EXPECT_EQ(why_of(impatient.validate(client.response)),
            "winbind hangs: too many logons wait for it");
  const pid_t child = fork();
  if (child == 0) {
    _exit(why_of(impatient.validate(client.response)) == "winbind did not answer in time" ? 0 : 1);
  }
  int status = 1;
  waitpid(child, &status, 0);
  EXPECT_EQ(status, 0);
  release.set_value();
  while (winbind->logons < 128) std::this_thread::yield();
}
#endif

TEST_F(WinbindTest, ADomainThatHangsIsGivenUpAndComesBack) {
  WinbindAuthority impatient(winbind, [] { return 1ms; });
  std::promise<void> release;
  winbind->hang = release.get_future().share();
  int refused = 0;
  std::string last;
  for (int i = 0; i < 130; ++i) {
    const auto logon = impatient.validate(client.response);
    if (status_of(logon) == Status::NoAuthenticatingAuthority) ++refused;
    last = why_of(logon);
  }
  EXPECT_EQ(refused, 130);
  EXPECT_EQ(last, "winbind hangs: too many logons wait for it");
  const auto unasked = impatient.identify(view("what the KDC says"));
  EXPECT_EQ(status_of(unasked), Status::NoAuthenticatingAuthority);
  EXPECT_EQ(unasked.error().nt_status, nt_status::kInsufficientResources);
  release.set_value();
  while (winbind->logons < 128) std::this_thread::yield();
  EXPECT_EQ(winbind->logons, 128);  // no more threads than that were left behind
  while (status_of(impatient.validate(client.response)) != Status::Ok) std::this_thread::yield();
}

class NamedJudge final : public Authority {
 public:
  explicit NamedJudge(std::string name) : name_(std::move(name)) {}
  Result<HostNames> names() override {
    if (down) return fail(Status::NoAuthenticatingAuthority, "down");
    return HostNames{name_, name_, name_ + ".example.test", "", false};
  }
  Result<NtlmLogon> validate(const NtlmResponse&) override {
    if (nt_status != 0) return fail(Status::LogonDenied, "refused", nt_status);
    if (down) return fail(Status::NoAuthenticatingAuthority, "down");
    auto token = std::make_shared<AccessToken>();
    token->user = name_;
    return NtlmLogon{std::move(token), {}};
  }

  Result<std::shared_ptr<const AccessToken>> identify(ByteView /*pac*/) override {
    AccessToken token;
    token.user = name_;
    return std::make_shared<const AccessToken>(std::move(token));
  }

  std::uint32_t nt_status = 0;
  bool down = false;

 private:
  std::string name_;
};

struct ByDomainTest : testing::Test {
  // Who judged, or the reason of the refusal.
  std::string judged_by(const char* user, const char* named) {
    const ClientResponse client(user, named, "secret");
    const auto logon = judge.validate(client.response);
    return logon ? logon->token->user : why_of(logon);
  }

  std::shared_ptr<NamedJudge> accounts = std::make_shared<NamedJudge>("ACCOUNTS");
  std::shared_ptr<NamedJudge> domain = std::make_shared<NamedJudge>("SRV1");
  ByDomain judge{accounts, domain};
};

TEST_F(ByDomainTest, WhoNamesTheMachineIsJudgedByItsAccounts) {
  for (const char* name : {".", "SRV1", "srv1", "srv1.example.test"})
    EXPECT_EQ(judged_by("alice", name), "ACCOUNTS") << name;
  EXPECT_EQ(judged_by("alice@srv1", ""), "ACCOUNTS");
}

TEST_F(ByDomainTest, WhoNamesADomainIsJudgedByTheDomain) {
  for (const char* name : {"ADEX", "ad.example.test", "ELSEWHERE"})
    EXPECT_EQ(judged_by("alice", name), "SRV1") << name;
  EXPECT_EQ(judged_by("alice@ad.example.test", ""), "SRV1");
  accounts->nt_status = 1;  // is not even asked
  EXPECT_EQ(judged_by("alice", "ADEX"), "SRV1");
}

TEST_F(ByDomainTest, WhoNamesNothingIsTheAccountsFirst) {
  EXPECT_EQ(judged_by("alice", ""), "ACCOUNTS");
  accounts->nt_status = nt_status::kNoSuchUser;
  EXPECT_EQ(judged_by("alice", ""), "SRV1");
  accounts->nt_status = nt_status::kWrongPassword;
  EXPECT_EQ(judged_by("alice", ""), "refused");
}

TEST_F(ByDomainTest, TheMachinesNameInTheDomainIsItsOwn) {
  EXPECT_EQ(judged_by("alice", "ACCOUNTS"), "ACCOUNTS");
  domain->down = true;  // is not waited for
  EXPECT_EQ(judged_by("alice", "accounts.example.test"), "ACCOUNTS");
}

TEST_F(ByDomainTest, TicketsAreTheDomains) {
  EXPECT_EQ((*judge.identify({}))->user, "SRV1");
}

TEST_F(ByDomainTest, ADomainThatIsDownLeavesTheAccounts) {
  domain->down = true;
  EXPECT_EQ(judge.names()->netbios_computer, "ACCOUNTS");
  EXPECT_EQ(judged_by("alice", "ACCOUNTS"), "ACCOUNTS");
  EXPECT_EQ(judged_by("alice", "ADEX"), "down");
}

}  // namespace
}  // namespace opensspi::authority
