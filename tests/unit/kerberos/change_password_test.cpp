// What servers of passwords say, and what is asked of whom.
#include "kerberos/change_password.h"

#include <initializer_list>
#include <string>
#include <utility>

#include "base/writer.h"
#include "world.h"

namespace opensspi::kerberos {
namespace {

Bytes user_data(std::uint16_t code, std::string_view text = {}) {
  return Writer().u16_be(code).bytes(view(text)).take();
}

Error error_of(const Result<void>& result) {
  return result ? Error{Status::Ok} : result.error();
}

// RFC 3244 2
TEST(ChangeResult, SaysHowItWent) {
  EXPECT_TRUE(read_change_result(user_data(0)));
  EXPECT_TRUE(read_change_result(user_data(0, "Password changed.")));
  const auto result = [](std::uint16_t code) {
    return error_of(read_change_result(user_data(code)));
  };
  for (const std::uint16_t code : std::initializer_list<std::uint16_t>{1, 2, 6, 7, 99}) {
    EXPECT_EQ(result(code).status, Status::NoAuthenticatingAuthority);
    EXPECT_EQ(result(code).value, code);
  }
  EXPECT_EQ(result(3).status, Status::LogonDenied);
  EXPECT_EQ(result(3).nt_status, nt_status::kLogonFailure);
  EXPECT_EQ(result(5).status, Status::LogonDenied);
  EXPECT_EQ(result(5).nt_status, nt_status::kAccessDenied);
  for (const Bytes& cut : {Bytes{}, Bytes{0}}) {
    EXPECT_EQ(error_of(read_change_result(cut)).status, Status::InvalidToken);
  }
}

TEST(ChangeResult, SaysWhichRuleIsBroken) {
  const auto why = [](std::string_view text) {
    const Error error = error_of(read_change_result(user_data(4, text)));
    EXPECT_EQ(error.status, Status::LogonDenied);
    EXPECT_EQ(error.nt_status, nt_status::kPasswordRestriction);
    return std::string(error.why);
  };
  // As MIT's kadmind and Samba say it.
  EXPECT_EQ(why("New password is too short.\nPlease choose a password which is at least 8 "
                "characters long."),
            "the new password is too short");
  EXPECT_EQ(why("New password does not have enough character classes.\n"),
            "the new password has too few kinds of characters");
  EXPECT_EQ(why("New password was used previously. Please choose a different password."),
            "the new password was used before");
  EXPECT_EQ(why("Password too short, password must be at least 7 characters long."),
            "the new password is too short");
  EXPECT_EQ(why("Password does not meet complexity requirements"),
            "the new password has too few kinds of characters, or a name in it");
  EXPECT_EQ(why("Quark"), "the new password breaks the realm's rules");
  EXPECT_EQ(why(""), "the new password breaks the realm's rules");
}

// [MS-SAMR]'s DOMAIN_PASSWORD_INFORMATION as Windows' KDC sends it in the place of text.
TEST(ChangeResult, ReadsWindowsRules) {
  Writer rules;
  rules.u16_be(0).u32_be(12).u32_be(24).u32_be(1).u64_be(0).u64_be(0);
  const Bytes sent = rules.take();
  const std::string_view text(reinterpret_cast<const char*>(sent.data()), sent.size());
  const Error error = error_of(read_change_result(user_data(4, text)));
  EXPECT_EQ(error.nt_status, nt_status::kPasswordRestriction);
  EXPECT_EQ(error.value, 12);
  EXPECT_EQ(error_of(read_change_result(user_data(4, text.substr(1)))).value, 0);
}

class ChangePassword : public KerberosTest {
 protected:
  Error change(const std::string& user, const std::string& domain = {}) {
    PasswordChange made;
    made.user = user;
    made.domain = domain;
    made.old_password = test::password_utf16le("old");
    made.new_password = test::password_utf16le("new");
    return error_of(package_->change_password(made));
  }
};

// Somebody is asked, on a network where nobody answers.
constexpr char kAsked[] = "there is no network";

TEST_F(ChangePassword, AsksOnlyRealmsThatThereMayBe) {
  EXPECT_STREQ(change("alice@EXAMPLE.TEST").why, kAsked);
  EXPECT_STREQ(change("alice", "EXAMPLE.TEST").why, kAsked);
  EXPECT_STREQ(change("alice", "WORKSTATION").why, "krb5.conf does not name the realm");
  files_.write_file("named.conf", "[realms]\nWORKSTATION = {\n kdc = 127.0.0.1\n}\n");
  files_.variables().set("KRB5_CONFIG", files_.path("named.conf"));
  EXPECT_STREQ(change("alice", "workstation").why, kAsked);
  EXPECT_EQ(change("", "EXAMPLE.TEST").status, Status::NoCredentials);
}

}  // namespace
}  // namespace opensspi::kerberos
