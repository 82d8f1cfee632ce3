// TSCredentials: [MS-CSSP] 2.2.1.2.
#include "credssp/ts_credentials.h"

#include <gtest/gtest.h>

#include <string>

#include "base/utf16.h"
#include "support/vectors.h"

namespace opensspi::credssp {
namespace {

using test::to_hex;
using test::Vectors;

Status status_named(const std::string& name) {
  return name == "UnsupportedFunction" ? Status::UnsupportedFunction : Status::InvalidToken;
}

void expect_secret(const Identity& identity, Vectors& vectors) {
  if (vectors.has("ServiceTicket")) {
    ASSERT_NE(identity.tickets(), nullptr);
    EXPECT_EQ(to_hex(identity.tickets()->service_ticket), vectors.text("ServiceTicket"));
    EXPECT_EQ(to_hex(identity.tickets()->ticket_granting_ticket.expose()),
              vectors.text("GrantingTicket"));
    return;
  }
  if (!vectors.has("Pin")) {
    ASSERT_NE(identity.password(), nullptr);
    EXPECT_EQ(to_hex(identity.password()->expose()), vectors.text("Password"));
    return;
  }
  const SmartCard* card = identity.smart_card();
  ASSERT_NE(card, nullptr);
  EXPECT_EQ(to_hex(card->pin.expose()), vectors.text("Pin"));
  EXPECT_EQ(std::to_string(card->key_spec), vectors.text("KeySpec"));
  EXPECT_EQ(card->card_name, vectors.text("Card"));
  EXPECT_EQ(card->reader_name, vectors.text("Reader"));
  EXPECT_EQ(card->container_name, vectors.text("Container"));
  EXPECT_EQ(card->csp_name, vectors.text("Csp"));
}

TEST(TsCredentials, ReadsWhatItKnowsAndRefusesTheRestInWords) {
  for (Vectors& vectors : Vectors::sections("credssp/ts_credentials.txt")) {
    SCOPED_TRACE(vectors.title());
    const Bytes der = vectors.bytes("Message");
    const auto identity = parse_ts_credentials(der);
    if (vectors.has("Refused")) {
      ASSERT_FALSE(identity);
      EXPECT_EQ(identity.error().status, status_named(vectors.text("Refused")));
      EXPECT_STRNE(identity.error().why, "");
      continue;
    }
    ASSERT_TRUE(identity) << identity.error().why;
    EXPECT_EQ(identity->domain, vectors.text("Domain"));
    EXPECT_EQ(identity->user, vectors.text("User"));
    expect_secret(*identity, vectors);
    const auto written = write_ts_credentials(*identity);
    ASSERT_TRUE(written);
    EXPECT_EQ(equal(written->expose(), der), vectors.text("Canonical") == "yes");
    EXPECT_TRUE(vectors.all_consumed());
  }
}

TEST(TsCredentials, CutAnywhereIsRefused) {
  Vectors vectors = Vectors::sections("credssp/ts_credentials.txt").front();
  const Bytes der = vectors.bytes("Message");
  for (std::size_t size = 0; size < der.size(); ++size) {
    ASSERT_FALSE(parse_ts_credentials(ByteView(der).first(size))) << size;
  }
}

TEST(TsCredentials, EmptyOnesAreThreeEmptyStrings) {
  EXPECT_EQ(to_hex(empty_ts_credentials().expose()),
            "3017a003020101a110040e300ca0020400a1020400a2020400");
}

TEST(TsCredentials, CarryCharactersOfEveryPlane) {
  Identity identity;
  identity.domain = "Zürich";
  identity.user = "Ωμέγα";
  identity.secret = std::move(*secret_utf8_to_utf16le(view("pa𝄞s")));
  const auto read = parse_ts_credentials(write_ts_credentials(identity).value().expose());
  ASSERT_TRUE(read);
  EXPECT_EQ(read->domain, "Zürich");
  EXPECT_EQ(read->user, "Ωμέγα");
  EXPECT_EQ(to_hex(read->password()->expose()), "7000610034d81edd7300");
}

TEST(TsCredentials, AHashIsNotDelegated) {
  Identity identity;
  identity.secret = NtHash();
  const auto written = write_ts_credentials(identity);
  ASSERT_FALSE(written);
  EXPECT_EQ(written.error().status, Status::NoCredentials);
}

}  // namespace
}  // namespace opensspi::credssp
