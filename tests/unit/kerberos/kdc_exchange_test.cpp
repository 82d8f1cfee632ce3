// What is asked of KDCs, of whom, and what their refusals come to: a transport that notes questions
// and says what it is told.
#include "kerberos/kdc_exchange.h"

#include <krb5.h>

#include <cstdlib>
#include <deque>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "base/writer.h"
#include "kerberos/kdc_clock.h"
#include "kerberos/logon_tickets.h"
#include "world.h"

namespace opensspi::kerberos {
namespace {

constexpr char kElsewhere[] = "krbtgt/OTHER.TEST@EXAMPLE.TEST";

using Script = std::deque<Bytes>;

class ScriptedTransport final : public KdcTransport {
 public:
  // What is asked without a word left in the script is silence.
  Result<Bytes> exchange(const KdcRequest& request) override {
    requests.push_back(request);
    messages.push_back(copy(request.message));
    requests.back().message = {};
    if (script.empty()) return nobody_.exchange(request);
    Bytes answer = std::move(script.front());
    script.pop_front();
    return answer;
  }

  Script script;
  std::vector<KdcRequest> requests;
  std::vector<Bytes> messages;

 private:
  test::NoKdcs nobody_;
};

class KdcExchangeTest : public KerberosTest {
 protected:
  KdcExchangeTest() {
    environment_->kdc_transport = [this] { return transport_; };
    environment_->log = [this](LogLevel, const char*, const char* what, std::int64_t) {
      log_ += what;
    };
    package_ = make_package(environment_, [](const std::string&) { return false; });
  }

  // Each its own file: libkrb5 looks but once a second whether one has changed.
  void configure(const std::string& text) {
    files_.write_file("mine.conf", "[libdefaults]\nrdns = false\n" + text);
    files_.variables().set("KRB5_CONFIG", files_.path("mine.conf"));
  }

  // One of a KDC of Windows', [MS-KILE] 2.2.1.
  [[nodiscard]] Bytes krb_error_with_status(std::int32_t code, std::uint32_t nt_status) const {
    const Bytes extended = Writer().u32_le(nt_status).u32_le(0).u32_le(1).take();
    const std::string e_data = "\x30\x15\xA1\x03\x02\x01\x03\xA2\x0E\x04\x0C" +
                               std::string(extended.begin(), extended.end());
    return files_.krb_error(code, kGranting, kUnixNow, e_data);
  }

  // A KRB-ERROR whose KDC's clock is so many seconds ahead.
  [[nodiscard]] Bytes krb_error(std::int32_t code, std::int64_t ahead = 0) const {
    return files_.krb_error(code, kGranting, kUnixNow + ahead);
  }

  // Why a password gets no ticket.
  Error log_on(std::optional<KdcProxy> proxy = std::nullopt) {
    const auto library = Library::open(Configuration::Callers);
    LogonTickets tickets(Source{.where = test::make_identity("EXAMPLE.TEST", "alice", "secret"),
                                .principal = "alice@EXAMPLE.TEST",
                                .name = {},
                                .configuration = Configuration::Callers},
                         {environment_, std::move(proxy)});
    const auto cache = tickets.open(*library, test::kFakeNow);
    return cache ? Error{Status::Ok} : cache.error();
  }

  // Why a ticket-granting ticket gets none for the target.
  Error get_ticket(const std::string& target) {
    const std::string cache = "FILE:" + files_.path("cc");
    files_.make_cache(cache, "alice@EXAMPLE.TEST", {});
    files_.make_keytab("of_kdc", {kGranting, kElsewhere});
    for (const char* server : {kGranting, kElsewhere}) {
      files_.add_ticket(cache,
                        {.client = "alice@EXAMPLE.TEST",
                         .server = server,
                         .start = kUnixNow,
                         .end = kUnixNow + kHour},
                        "of_kdc");
    }
    const auto credential = package_->acquire(request());
    ContextRequest asked;
    asked.target_name = target;
    const StepOutput output = (*(*credential)->new_context(asked))->step({});
    return output.progress ? Error{Status::Ok} : output.progress.error();
  }

  // Why that credential gets no ticket.
  static Status refusal(const Credential& credential) {
    ContextRequest asked;
    asked.target_name = "HTTP/web.example.test";
    const StepOutput output = (*credential.new_context(asked))->step({});
    return output.progress ? Status::Ok : output.progress.error().status;
  }

  std::string log_;
  std::shared_ptr<ScriptedTransport> transport_ = std::make_shared<ScriptedTransport>();
  std::shared_ptr<Environment> environment_ = test::make_environment(nullptr);
};

// What is between the KDC's clock, told in whole seconds, and the time that goes on.
constexpr std::int64_t kRounding = 2;

constexpr char kRealmSection[] =
    "[realms]\nEXAMPLE.TEST = {\n kdc = kdc1.example.test:8888\n kdc = "
    "https://proxy.example.test/p\n"
    " http_anchors = FILE:/ca.pem\n admin_server = admin.example.test:749\n}\n"
    "OTHER.TEST = {\n kpasswd_server = change.other.test\n}\n";

TEST_F(KdcExchangeTest, TellsTheTransportWhatTheConfigurationSays) {
  configure(kRealmSection);
  EXPECT_EQ(log_on().status, Status::NoAuthenticatingAuthority);
  ASSERT_EQ(transport_->requests.size(), 1U);
  const KdcRequest& asked = transport_->requests.front();
  EXPECT_EQ(asked.realm, "EXAMPLE.TEST");
  EXPECT_EQ(asked.service, KdcService::Tickets);
  EXPECT_EQ(asked.servers.names,
            (std::vector<std::string>{"kdc1.example.test:8888", "https://proxy.example.test/p"}));
  EXPECT_EQ(asked.servers.anchors, std::vector<std::string>{"FILE:/ca.pem"});
  EXPECT_TRUE(asked.servers.look_up);
  EXPECT_FALSE(asked.proxy);
  EXPECT_FALSE(asked.stream_first);
  EXPECT_EQ(transport_->messages.front().front(), 0x6A);  // AS-REQ
  EXPECT_EQ(log_, "there is no network");
}

TEST_F(KdcExchangeTest, ReadsTheServersForPasswords) {
  configure(kRealmSection);
  const auto library = Library::open(Configuration::Callers);
  const auto names = [&](const char* realm) {
    return library->servers(realm, KdcService::PasswordChanges).names;
  };
  EXPECT_EQ(names("EXAMPLE.TEST"), std::vector<std::string>{"admin.example.test"});
  EXPECT_EQ(names("OTHER.TEST"), std::vector<std::string>{"change.other.test"});
  EXPECT_TRUE(names("THIRD.TEST").empty());
}

TEST_F(KdcExchangeTest, LooksUpOnlyWhereItMay) {
  const auto may = [&](const std::string& name, const std::string& lines) {
    files_.write_file(name, "[libdefaults]\n" + lines);
    files_.variables().set("KRB5_CONFIG", files_.path(name));
    const auto library = Library::open(Configuration::Callers);
    return library->servers("EXAMPLE.TEST", KdcService::Tickets).look_up;
  };
  EXPECT_TRUE(may("none", ""));
  EXPECT_FALSE(may("kdc", "dns_lookup_kdc = false\n"));
  EXPECT_FALSE(may("fallback", "dns_fallback = no\n"));
  EXPECT_TRUE(may("both", "dns_lookup_kdc = yes\ndns_fallback = no\n"));
}

TEST_F(KdcExchangeTest, SendsLongMessagesInStreams) {
  configure(std::string("udp_preference_limit = 1\n") + kRealmSection);
  log_on();
  EXPECT_TRUE(transport_->requests.front().stream_first);
}

TEST_F(KdcExchangeTest, AsksAgainInAStreamWhenTheAnswerWasTooLong) {
  configure(kRealmSection);
  transport_->script = {krb_error(KRB5KRB_ERR_RESPONSE_TOO_BIG)};
  log_on();
  ASSERT_EQ(transport_->requests.size(), 2U);
  EXPECT_TRUE(transport_->requests.back().stream_first);
  EXPECT_EQ(transport_->messages.front(), transport_->messages.back());
}

TEST_F(KdcExchangeTest, GoesThroughTheCredentialsProxy) {
  configure(kRealmSection);
  log_on(KdcProxy{"proxy.example.test:444", true, {}});
  ASSERT_TRUE(transport_->requests.front().proxy);
  EXPECT_EQ(transport_->requests.front().proxy->server, "proxy.example.test:444");
  EXPECT_TRUE(transport_->requests.front().proxy->forced);
}

// Each would count against the account.
TEST_F(KdcExchangeTest, ARefusalHoldsByEveryWay) {
  configure(kRealmSection);
  AcquireRequest asked = request();
  asked.auth_data.identity = test::make_identity("EXAMPLE.TEST", "alice", "secret");
  const auto direct = package_->acquire(asked);
  const auto proxied = (*package_->acquire(asked))->with_kdc_proxy({"one.example.test", true, {}});
  for (const auto& credential : {std::shared_ptr<const Credential>(*direct), *proxied}) {
    transport_->requests.clear();
    transport_->script = {krb_error(KRB5KDC_ERR_CLIENT_REVOKED)};
    EXPECT_EQ(refusal(*credential), Status::LogonDenied);
    const auto changed = credential->with_kdc_proxy({"two.example.test", true, {}});
    EXPECT_EQ(refusal(**changed), Status::LogonDenied);
    EXPECT_EQ(transport_->requests.size(), 1U);
  }
}

TEST_F(KdcExchangeTest, SilenceIsOfItsWayAlone) {
  configure(kRealmSection);
  AcquireRequest asked = request();
  asked.auth_data.identity = test::make_identity("EXAMPLE.TEST", "alice", "secret");
  const auto direct = package_->acquire(asked);
  EXPECT_EQ(refusal(**direct), Status::NoAuthenticatingAuthority);
  transport_->script = {krb_error(KRB5KDC_ERR_CLIENT_REVOKED)};
  const auto proxied = (*direct)->with_kdc_proxy({"one.example.test", true, {}});
  EXPECT_EQ(refusal(**proxied), Status::LogonDenied);
}

TEST_F(KdcExchangeTest, SaysHowFarTheClocksAreApart) {
  configure(kRealmSection);
  transport_->script = {krb_error(KRB5KRB_AP_ERR_SKEW, -7200)};
  Error error = log_on();
  EXPECT_EQ(error.status, Status::TimeSkew);
  EXPECT_EQ(error.nt_status, nt_status::kTimeDifferenceAtDc);
  EXPECT_LE(std::abs(error.value + 7200), kRounding);
  // libkrb5 asks again without referrals.
  transport_->script = Script(2, krb_error(KRB5KRB_AP_ERR_SKEW, 600));
  error = get_ticket("HTTP/web.example.test");
  EXPECT_EQ(error.status, Status::TimeSkew);
  EXPECT_LE(std::abs(error.value - 600), kRounding);
}

TEST_F(KdcExchangeTest, ReadsAKdcsClock) {
  configure(kRealmSection);
  auto library = Library::open(Configuration::Callers);
  library->set_time(test::kFakeNow);
  const KdcWay way{environment_, {}};
  transport_->script = {krb_error(KRB5KDC_ERR_C_PRINCIPAL_UNKNOWN, 90)};
  const auto ahead = seconds_ahead(*library, way, "EXAMPLE.TEST");
  ASSERT_TRUE(ahead) << ahead.error().why;
  EXPECT_LE(std::abs(*ahead - 90), kRounding);
  EXPECT_EQ(seconds_ahead(*library, way, "EXAMPLE.TEST").error().status,
            Status::NoAuthenticatingAuthority);
}

TEST_F(KdcExchangeTest, SaysThatThePasswordHasExpired) {
  configure(kRealmSection);
  transport_->script = {krb_error(KRB5KDC_ERR_KEY_EXP)};
  const Error error = log_on();
  EXPECT_EQ(error.status, Status::LogonDenied);
  EXPECT_EQ(error.nt_status, nt_status::kPasswordExpired);
}

TEST_F(KdcExchangeTest, SaysWhatWindowsKdcsSayOfAnAccount) {
  configure(kRealmSection);
  const auto refused = [&](std::int32_t code, std::uint32_t nt_status) {
    transport_->script = {krb_error_with_status(code, nt_status)};
    const Error error = log_on();
    EXPECT_EQ(error.status, Status::LogonDenied);
    EXPECT_EQ(error.value, code);
    return std::pair(error.nt_status, std::string(error.why));
  };
  using Told = std::pair<std::uint32_t, std::string>;
  EXPECT_EQ(refused(KRB5KDC_ERR_CLIENT_REVOKED, nt_status::kAccountLockedOut),
            Told(nt_status::kAccountLockedOut, "the account is locked out in the domain"));
  EXPECT_EQ(refused(KRB5KDC_ERR_KEY_EXP, nt_status::kPasswordMustChange),
            Told(nt_status::kPasswordMustChange,
                 "the domain wants the password changed before the next logon"));
  EXPECT_EQ(refused(KRB5KDC_ERR_POLICY, 0xC00002FA),
            Told(0xC00002FA, "the domain lets the account log on with a smart card only"));
  // NTLM is tried where there is no such user.
  EXPECT_EQ(refused(KRB5KDC_ERR_CLIENT_REVOKED, nt_status::kNoSuchUser),
            Told(nt_status::kAccountDisabled, "the account is disabled or locked"));
  EXPECT_EQ(refused(KRB5KDC_ERR_C_PRINCIPAL_UNKNOWN, nt_status::kAccountLockedOut),
            Told(nt_status::kNoSuchUser, "the KDC knows no user of that name"));
  // What is not of accounts would steer what is tried again, and when.
  EXPECT_EQ(refused(KRB5KDC_ERR_CLIENT_REVOKED, nt_status::kSmartcardNoCard),
            Told(nt_status::kAccountDisabled, "the account is disabled or locked"));
}

TEST_F(KdcExchangeTest, ForgetsWhatAnotherAnswerSaid) {
  configure(kRealmSection);
  transport_->script = {
      krb_error_with_status(KRB5KDC_ERR_PREAUTH_REQUIRED, nt_status::kAccountLockedOut),
      krb_error(KRB5KDC_ERR_CLIENT_REVOKED)};
  EXPECT_STREQ(log_on().why, "the account is disabled or locked");
}

TEST_F(KdcExchangeTest, IsNotToldOfAccountsWhereItIsOfTheTarget) {
  configure(kRealmSection);
  transport_->script = Script(
      2, krb_error_with_status(KRB5KDC_ERR_S_PRINCIPAL_UNKNOWN, nt_status::kAccountLockedOut));
  const Error error = get_ticket("HTTP/web.example.test");
  EXPECT_EQ(error.status, Status::TargetUnknown);
  EXPECT_EQ(error.nt_status, 0U);
}

TEST_F(KdcExchangeTest, AsksForTicketsAndTellsWhoseKdcIsSilent) {
  configure(kRealmSection);
  Error error = get_ticket("HTTP/web.example.test");
  EXPECT_STREQ(error.why, "there is no network");
  ASSERT_EQ(transport_->requests.size(), 1U);
  EXPECT_EQ(transport_->messages.front().front(), 0x6C);  // TGS-REQ
  // A ticket for the other realm leads there.
  error = get_ticket("HTTP/web.other.test@OTHER.TEST");
  EXPECT_EQ(transport_->requests.back().realm, "OTHER.TEST");
  EXPECT_STREQ(error.why, "no KDC of the target's realm gives an answer; the user's own does");
}

TEST_F(KdcExchangeTest, NonsenseIsNoTicket) {
  configure(kRealmSection);
  for (const Bytes& nonsense : {Bytes{}, Bytes{0}, Bytes(100, 0x30), Bytes{0x7E, 0x80}}) {
    transport_->script = {nonsense};
    EXPECT_NE(log_on().status, Status::Ok);
    transport_->script = {nonsense};
    EXPECT_NE(get_ticket("HTTP/web.example.test").status, Status::Ok);
  }
}

}  // namespace
}  // namespace opensspi::kerberos
