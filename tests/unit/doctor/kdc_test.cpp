// What a KDC's answer, its clock and its silence come to in words.
#include <krb5.h>

#include "doctor/checks.h"
#include "unit/kerberos/world.h"

namespace opensspi::doctor {
namespace {

using kerberos::kGranting;
using kerberos::kUnixNow;

class AnsweringKdc final : public KdcTransport {
 public:
  Result<Bytes> exchange(const KdcRequest& request) override {
    realms.push_back(request.realm);
    return answer;
  }

  Bytes answer;
  std::vector<std::string> realms;
};

class KdcCheck : public kerberos::KerberosTest {
 protected:
  KdcCheck() {
    files_.configure("default_realm = EXAMPLE.TEST\n");
    machine_.environment = environment_;
    machine_.packages = {package_.get()};
    machine_.session = session_;
  }

  // With a KDC whose clock is so many seconds ahead.
  Findings check(std::int64_t ahead) {
    const auto kdc = std::make_shared<AnsweringKdc>();
    kdc->answer = files_.krb_error(KRB5KDC_ERR_C_PRINCIPAL_UNKNOWN, kGranting, kUnixNow + ahead);
    environment_->kdc_transport = [kdc] { return kdc; };
    Findings findings = check_kdc({machine_, {}});
    realms_ = kdc->realms;
    return findings;
  }
  Finding clock(std::int64_t ahead) { return check(ahead).at(1); }

  std::shared_ptr<Environment> environment_ = test::make_environment(nullptr);
  Machine machine_;
  std::vector<std::string> realms_;
};

TEST_F(KdcCheck, TellsWhoAnswers) {
  const Findings findings = check(0);
  ASSERT_EQ(2U, findings.size());
  EXPECT_STREQ("kdc", findings[0].area);
  EXPECT_EQ("a KDC of EXAMPLE.TEST answers", findings[0].found);
  EXPECT_STREQ("clock", findings[1].area);
  EXPECT_EQ(Verdict::Ok, findings[1].verdict);
  EXPECT_EQ(std::vector<std::string>{"EXAMPLE.TEST"}, realms_);
}

TEST_F(KdcCheck, MeasuresTheClockInBothDirections) {
  EXPECT_EQ("the clock of EXAMPLE.TEST is 7 s ahead of this machine's", clock(7).found);
  EXPECT_EQ("the clock of EXAMPLE.TEST is 7 s behind this machine's", clock(-7).found);
  EXPECT_EQ(-7, clock(-7).value);
  for (const int sign : {1, -1}) {
    EXPECT_EQ(Verdict::Ok, clock(sign * 30).verdict);
    EXPECT_EQ(Verdict::Warning, clock(sign * 31).verdict);
    EXPECT_EQ(Verdict::Warning, clock(sign * 300).verdict);
    EXPECT_EQ(Verdict::Problem, clock(sign * 301).verdict);
    EXPECT_NE("", clock(sign * 301).advice);
  }
}

TEST_F(KdcCheck, AsksTheRealmOfTheTicketsToo) {
  files_.make_cache("FILE:" + files_.path("cc"), "alice@OTHER.TEST",
                    {{"krbtgt/OTHER.TEST@OTHER.TEST", kUnixNow + kerberos::kHour}});
  EXPECT_EQ(4U, check(0).size());
  EXPECT_EQ((std::vector<std::string>{"EXAMPLE.TEST", "OTHER.TEST"}), realms_);
}

TEST_F(KdcCheck, NamesTheRealmThatIsSilent) {
  const Findings findings = check_kdc({machine_, {}});  // no KDC at all
  ASSERT_EQ(1U, findings.size());
  EXPECT_EQ(Verdict::Problem, findings[0].verdict);
  EXPECT_TRUE(findings[0].found.starts_with("EXAMPLE.TEST: ")) << findings[0].found;
  EXPECT_NE(std::string::npos, findings[0].advice.find("_kerberos._udp.EXAMPLE.TEST"));
}

TEST_F(KdcCheck, HasNothingToAskWithoutARealm) {
  files_.write_file("none.conf", "[libdefaults]\ndns_lookup_kdc = false\n");
  files_.variables().set("KRB5_CONFIG", files_.path("none.conf"));
  EXPECT_TRUE(check(0).empty());
  EXPECT_TRUE(realms_.empty());
}

}  // namespace
}  // namespace opensspi::doctor
