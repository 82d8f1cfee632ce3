// Small translations at the border: flags, times, texts, kinds of messages, claimed names.
#include <gtest/gtest.h>

#include <cstdlib>
#include <ctime>
#include <string>
#include <utility>

#include "abi/claimed_name.h"
#include "abi/file_time.h"
#include "abi/flags.h"
#include "abi/message_kind.h"
#include "abi/text.h"
#include "abi/windows_names.h"
#include "support/hex.h"

namespace opensspi::abi {
namespace {

TEST(Flags, TheTwoFamiliesDiffer) {
  struct {
    ContextFlags flag;
    std::uint32_t isc, asc;
  } const rows[] = {
      {ContextFlags::Delegate, 0x1, 0x1},         {ContextFlags::Confidentiality, 0x10, 0x10},
      {ContextFlags::UseDceStyle, 0x200, 0x200},  {ContextFlags::ExtendedError, 0x4000, 0x8000},
      {ContextFlags::Stream, 0x8000, 0x10000},    {ContextFlags::Integrity, 0x10000, 0x20000},
      {ContextFlags::Identify, 0x20000, 0x80000}, {ContextFlags::NullSession, 0x40000, 0x100000},
  };
  for (const auto& row : rows) {
    EXPECT_EQ(flags_from_request(Role::Client, row.isc), row.flag);
    EXPECT_EQ(flags_from_request(Role::Server, row.asc), row.flag);
    EXPECT_EQ(flags_to_attributes(Role::Client, row.flag), row.isc);
    EXPECT_EQ(flags_to_attributes(Role::Server, row.flag), row.asc);
  }
}

TEST(Flags, SomeAreOfOneSideOnly) {
  EXPECT_EQ(flags_from_request(Role::Client, 0x80000), ContextFlags::ManualCredValidation);
  EXPECT_EQ(flags_from_request(Role::Server, 0x80000), ContextFlags::Identify);
  EXPECT_EQ(flags_from_request(Role::Server, 0x10000000), ContextFlags::AllowMissingBindings);
  EXPECT_EQ(flags_from_request(Role::Client, 0x10000000), ContextFlags::None);
  EXPECT_EQ(flags_from_request(Role::Client, 0x100), ContextFlags::None) << "ALLOCATE_MEMORY";
  EXPECT_EQ(flags_to_attributes(Role::Server, ContextFlags::UseSuppliedCreds), 0u);
}

TEST(Text, OfBothWidths) {
  const SEC_WCHAR wide[] = {u'h', 0x00FC, 0};
  EXPECT_EQ(text_from(wide).value(), "h\u00fc");
  EXPECT_EQ(text_from("h\u00fc").value(), "h\u00fc");
  EXPECT_EQ(text_from(static_cast<const SEC_CHAR*>(nullptr)).value(), "");
  const SEC_WCHAR unpaired[] = {0xD800, 0};
  EXPECT_EQ(text_from(unpaired).error().status, Status::InvalidParameter);
  EXPECT_EQ(text_from("\xFF").error().status, Status::InvalidParameter);
  EXPECT_EQ(text_block<SEC_WCHAR>("h\u00fc").value().get()[1], 0x00FC);
  EXPECT_STREQ(text_block<SEC_CHAR>("h\u00fc").value().get(), "h\u00fc");
}

TEST(FileTime, IsLocalOutside) {
  ::setenv("TZ", "XXX-2", 1);  // two hours east, no daylight saving
  ::tzset();
  const FileTime noon = kUnixEpoch + 12 * 3600 * kSecond;
  EXPECT_EQ(to_time_stamp(noon).QuadPart, static_cast<std::int64_t>(noon + 2 * 3600 * kSecond));
  EXPECT_EQ(to_time_stamp(kNever).QuadPart, 0x7FFFFFFFFFFFFFFF);
  EXPECT_EQ(to_time_stamp(0).QuadPart, 0);
}

TEST(MessageKind, ByTheFirstBytes) {
  const auto ntlm = [](std::uint8_t type) {
    return Bytes{'N', 'T', 'L', 'M', 'S', 'S', 'P', 0, type, 0, 0, 0};
  };
  EXPECT_STREQ(message_kind({}), "");
  EXPECT_STREQ(message_kind(ntlm(1)), "NEGOTIATE_MESSAGE");
  EXPECT_STREQ(message_kind(ntlm(2)), "CHALLENGE_MESSAGE");
  EXPECT_STREQ(message_kind(ntlm(3)), "AUTHENTICATE_MESSAGE");
  EXPECT_STREQ(message_kind(ntlm(9)), "NTLM message");
  EXPECT_STREQ(message_kind(ByteView(ntlm(1)).first(9)), "NTLM message");
  EXPECT_STREQ(message_kind(Bytes{0x60, 0x10}), "NegTokenInit");
  EXPECT_STREQ(message_kind(Bytes{0x6E, 0x10}), "AP-REQ");
  EXPECT_STREQ(message_kind(Bytes{0x6F, 0x10}), "AP-REP");
  const std::pair<const char*, const char*> framed[] = {
      {"0100", "AP-REQ"},  {"0200", "AP-REP"},  {"0300", "KRB-ERROR"},
      {"0400", "TGT-REQ"}, {"0401", "TGT-REP"}, {"0500", "Kerberos message"}};
  for (const auto& [id, kind] : framed) {
    const std::string hex = "600d06092a864886f712010202" + std::string(id);
    EXPECT_STREQ(message_kind(test::from_hex(hex)), kind);
  }
  EXPECT_STREQ(message_kind(Bytes{0xA1, 0x10}), "NegTokenResp");
  EXPECT_STREQ(message_kind(Bytes{0x16, 3, 1, 0, 9, 1}), "TLS ClientHello");
  EXPECT_STREQ(message_kind(Bytes{0x16, 3, 3, 0, 9, 2}), "TLS ServerHello");
  EXPECT_STREQ(message_kind(Bytes{0x16, 3, 3, 0, 9}), "TLS handshake");
  EXPECT_STREQ(message_kind(Bytes{0x15, 3, 3, 0, 2}), "TLS alert");
  EXPECT_STREQ(message_kind(Bytes{0x17, 3, 3}), "TLS record");
  EXPECT_STREQ(message_kind(Bytes{0}), "unknown");
}

struct Refusing final : Authority {
  Result<HostNames> names() override { return HostNames{}; }
  Result<NtlmLogon> validate(const NtlmResponse&) override {
    return fail(Status::LogonDenied, "no");
  }
};

TEST(ClaimedName, IsHeardAlsoWhenItIsRefused) {
  const auto judge = overheard(std::make_shared<Refusing>());
  NtlmResponse response;
  response.user = "eve";
  response.domain = "WORK";
  std::string outer = "-", inner;
  {
    const ClaimedNameScope outer_scope(outer);
    {
      const ClaimedNameScope inner_scope(inner);
      EXPECT_EQ(judge->validate(response).error().status, Status::LogonDenied);
    }
    EXPECT_EQ(inner, "WORK\\eve");
    EXPECT_EQ(outer, "-");
    response.domain.clear();
    (void)judge->validate(response);
    EXPECT_EQ(outer, "eve");
  }
  (void)judge->validate(response);  // nobody listens
  EXPECT_EQ(overheard(nullptr), nullptr);
}

}  // namespace
}  // namespace opensspi::abi
