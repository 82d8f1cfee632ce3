// errorCode, read and written.
#include "credssp/error_code.h"

#include <gtest/gtest.h>

#include <string_view>

#include "sspi/types.h"

namespace opensspi::credssp {
namespace {

TEST(ErrorCode, SaysWhyInAStatusAndInWords) {
  struct Row {
    std::uint32_t nt_status;
    Status status;
  };
  for (const Row& row : {Row{nt_status::kLogonFailure, Status::LogonDenied},
                         Row{nt_status::kWrongPassword, Status::LogonDenied},
                         Row{nt_status::kNoSuchUser, Status::LogonDenied},
                         Row{nt_status::kAccountRestriction, Status::LogonDenied},
                         Row{0xC000006F, Status::LogonDenied}, Row{0xC0000070, Status::LogonDenied},
                         Row{nt_status::kPasswordExpired, Status::LogonDenied},
                         Row{nt_status::kAccountDisabled, Status::LogonDenied},
                         Row{nt_status::kAccountExpired, Status::LogonDenied},
                         Row{nt_status::kPasswordMustChange, Status::LogonDenied},
                         Row{nt_status::kAccountLockedOut, Status::LogonDenied},
                         Row{0xC000015B, Status::LogonDenied},
                         Row{nt_status::kNoLogonServers, Status::NoAuthenticatingAuthority},
                         Row{nt_status::kInsufficientResources, Status::NoAuthenticatingAuthority},
                         Row{nt_status::kTimeDifferenceAtDc, Status::TimeSkew},
                         Row{nt_status::kNotSupported, Status::UnsupportedFunction}}) {
    const Error error = refusal_by_server(row.nt_status);
    EXPECT_EQ(error.status, row.status) << std::hex << row.nt_status;
    EXPECT_EQ(error.nt_status, row.nt_status);
    EXPECT_EQ(std::string_view(error.why).find("no words"), std::string_view::npos);
  }
}

TEST(ErrorCode, AnUnknownNtStatusIsPassedOn) {
  EXPECT_EQ(static_cast<std::uint32_t>(refusal_by_server(0xC0000225).status), 0xC0000225U);
}

TEST(ErrorCode, SaysSoWhenItIsNoNtStatus) {
  // pyspnego's server sends what SSPI returns, FreeRDP's a Win32 code in an NTSTATUS's clothes.
  EXPECT_STREQ(refusal_by_server(0x8009030C).why, "the server refused the logon");
  EXPECT_STREQ(refusal_by_server(0xC00700EA).why,
               "the server refused, with a code that is no NTSTATUS");
}

// A server must not be able to make a refused client believe in success, or go on.
TEST(ErrorCode, WhatIsNoErrorIsStillARefusal) {
  for (const std::uint32_t code : {0U, 1U, 0x00090312U, 0x00090320U, 0x40000000U, 0x80000005U,
                                   0x8009030CU, 0x80090318U, 0x80090320U, 0xC00700EAU}) {
    const Error error = refusal_by_server(code);
    EXPECT_EQ(error.status, Status::LogonDenied) << std::hex << code;
    EXPECT_EQ(error.nt_status, code);
  }
}

TEST(ErrorCode, TellsThePeerNoMoreThanItMayKnow) {
  const auto code = [](Status status, std::uint32_t nt_status) {
    return error_code_for(Error{status, "", nt_status});
  };
  EXPECT_EQ(code(Status::LogonDenied, nt_status::kNoSuchUser), nt_status::kLogonFailure);
  EXPECT_EQ(code(Status::LogonDenied, nt_status::kWrongPassword), nt_status::kLogonFailure);
  EXPECT_EQ(code(Status::LogonDenied, 0), nt_status::kLogonFailure);
  EXPECT_EQ(code(Status::MessageAltered, 0), nt_status::kLogonFailure);
  EXPECT_EQ(code(Status::LogonDenied, nt_status::kAccountDisabled), nt_status::kAccountDisabled);
  EXPECT_EQ(code(Status::NoAuthenticatingAuthority, 0), nt_status::kNoLogonServers);
  EXPECT_EQ(code(Status::UnsupportedFunction, 0), nt_status::kNotSupported);
  EXPECT_EQ(code(Status::TimeSkew, 0), nt_status::kTimeDifferenceAtDc);
}

}  // namespace
}  // namespace opensspi::credssp
