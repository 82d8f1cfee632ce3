// TSRemoteGuardCreds: [MS-CSSP] 2.2.1.2.3.
#include "credssp/remote_guard.h"

#include <gtest/gtest.h>

#include "credssp/ts_credentials.h"
#include "support/vectors.h"

namespace opensspi::credssp {
namespace {

using test::from_hex;
using test::to_hex;
using test::Vectors;

class RemoteGuard : public testing::Test {
 protected:
  static Bytes buffer_of(const std::string& title, const char* name) {
    for (Vectors& vectors : Vectors::sections("credssp/remote_guard.txt"))
      if (vectors.title() == title) return vectors.bytes(name);
    ADD_FAILURE() << "no such vector: " << title;
    return {};
  }

  const Bytes ticket = buffer_of("a ticket", "LogonBuffer");
  const Bytes ntlm = buffer_of("a ticket and what NTLM needs", "SupplementalBuffer");
};

void expect_cred(const RemoteGuardPackageCred& cred, Vectors& vectors, const std::string& which) {
  EXPECT_EQ(cred.package_name, vectors.text(which));
  EXPECT_EQ(to_hex(cred.cred_buffer.expose()), vectors.text(which + "Buffer"));
}

TEST_F(RemoteGuard, IsReadAndWrittenAsOtherProgramsWriteIt) {
  for (Vectors& vectors : Vectors::sections("credssp/remote_guard.txt")) {
    SCOPED_TRACE(vectors.title());
    const Bytes der = vectors.bytes("Creds");
    const auto creds = parse_remote_guard_creds(der);
    if (vectors.has("Refused")) {
      ASSERT_FALSE(creds) << vectors.text("Refused");
      EXPECT_EQ(creds.error().status, Status::InvalidToken);
      continue;
    }
    ASSERT_TRUE(creds) << creds.error().why;
    expect_cred(creds->logon, vectors, "Logon");
    ASSERT_EQ(creds->supplemental.size(), vectors.has("Supplemental") ? 1U : 0U);
    if (!creds->supplemental.empty())
      expect_cred(creds->supplemental.front(), vectors, "Supplemental");
    EXPECT_EQ(to_hex(write_remote_guard_creds(*creds).value().expose()), to_hex(der));
    EXPECT_EQ(to_hex(write_ts_credentials(*creds).value().expose()), vectors.text("Message"));
    EXPECT_TRUE(vectors.all_consumed());
  }
}

TEST_F(RemoteGuard, IsACredentialThatNamesNobody) {
  const auto identity = parse_ts_credentials(buffer_of("a ticket", "Message"));
  ASSERT_TRUE(identity);
  ASSERT_NE(identity->tickets(), nullptr);
  EXPECT_EQ(to_hex(write_ticket_logon(*identity->tickets()).expose()), to_hex(ticket));
  EXPECT_EQ(identity->user + identity->domain, "");
}

TEST_F(RemoteGuard, CutAnywhereIsRefused) {
  const Bytes der = buffer_of("a ticket and what NTLM needs", "Creds");
  for (std::size_t size = 0; size < der.size(); ++size)
    ASSERT_FALSE(parse_remote_guard_creds(ByteView(der).first(size))) << size;
  for (std::size_t size = 0; size < ticket.size(); ++size)
    ASSERT_FALSE(parse_ticket_logon(ByteView(ticket).first(size))) << size;
  for (std::size_t size = 0; size < ntlm.size(); ++size)
    ASSERT_FALSE(parse_ntlm_supplemental(ByteView(ntlm).first(size))) << size;
}

TEST_F(RemoteGuard, TicketsAreTakenOutOfTheirBuffer) {
  const auto logon = parse_ticket_logon(ticket);
  ASSERT_TRUE(logon);
  EXPECT_EQ(logon->flags, 2U);  // KERB_LOGON_FLAG_REDIRECTED
  EXPECT_EQ(to_hex(logon->service_ticket), "6103020105");
  EXPECT_EQ(to_hex(logon->ticket_granting_ticket.expose()), "7605a003020105");
  EXPECT_EQ(to_hex(write_ticket_logon(*logon).expose()), to_hex(ticket));
}

TEST_F(RemoteGuard, ATicketFarOutsideIsRefused) {
  Bytes far = ticket;
  far[16 + 7] = 0xFF;  // of the service ticket's offset
  EXPECT_FALSE(parse_ticket_logon(far));
}

TEST_F(RemoteGuard, NtlmsKeyIsTakenOutOfItsBuffer) {
  const auto credential = parse_ntlm_supplemental(ntlm);
  ASSERT_TRUE(credential);
  using Credential = NtlmRemoteSupplementalCredential;
  EXPECT_EQ(credential->flags, Credential::kNtPresent | Credential::kCredentialKeyPresent);
  EXPECT_EQ(to_hex(credential->credential_key.expose()),
            "0102030405060708090a0b0c0d0e0f1000000000");
  EXPECT_EQ(credential->key_type, 2U);
  EXPECT_EQ(to_hex(credential->encrypted.expose()), "deadbeef");
  EXPECT_EQ(to_hex(write_ntlm_supplemental(*credential).expose()), to_hex(ntlm));
}

// FreeRDP's client sends 84 zeros there.
TEST_F(RemoteGuard, WhatFollowsNtlmsBytesIsPassedOver) {
  Bytes longer = ntlm;
  longer.resize(ntlm.size() + 84);
  const auto credential = parse_ntlm_supplemental(longer);
  ASSERT_TRUE(credential);
  EXPECT_EQ(to_hex(credential->encrypted.expose()), "deadbeef");
}

}  // namespace
}  // namespace opensspi::credssp
