// Remote Credential Guard's tickets, as a server takes them of a client that has logged on.
#include "handshake/kerberos/kerberos_world.h"

namespace opensspi::test {
namespace {

constexpr char kGranting[] = "krbtgt/EXAMPLE.TEST@EXAMPLE.TEST";
constexpr char kMallory[] = "mallory@EXAMPLE.TEST";

class TicketLogons : public testing::Test {
 protected:
  TicketLogons() {
    files().make_keytab("kdc", {kGranting});
    make_granting(granting_, kAlice);
    good_ = logon_of(world_.cache(), granting_);
    client_ = world_.client();
    server_ = world_.server();
    EXPECT_TRUE(run_handshake(*client_, *server_).both_complete);
  }

  const KerberosFiles& files() { return world_.files(); }
  void make_granting(const std::string& cache, const std::string& client) {
    files().make_cache(cache, client, {});
    files().add_ticket(cache, {client, kGranting, kNow - kHour, kNow + kHour}, "kdc", {});
  }

  // A logon with the ticket for the server in one cache and the granting ticket in another.
  TicketLogon logon_of(const std::string& cache, const std::string& granting, bool sealed = true) {
    const auto [ticket, krb_cred] = files().make_ticket_logon(cache, kWeb, granting, sealed);
    return {2, copy(view(ticket)), SecretBytes(view(krb_cred))};
  }
  static TicketLogon clone(const TicketLogon& logon) {
    return {logon.flags, logon.service_ticket, logon.ticket_granting_ticket.clone()};
  }
  Status status_of(const TicketLogon& logon) {
    const auto taken = server_->take_tickets(logon);
    return taken ? Status::Ok : taken.error().status;
  }

  KerberosWorld world_;
  std::string granting_ = "FILE:" + world_.files().path("granting");
  TicketLogon good_;
  std::unique_ptr<Context> client_, server_;
};

TEST_F(TicketLogons, AreTaken) {
  const auto taken = server_->take_tickets(good_);
  ASSERT_TRUE(taken) << taken.error().why;
  EXPECT_EQ((*taken)->client(), kAlice);
  EXPECT_EQ((*taken)->expiry(), file_time_of_unix(kNow + kHour));
}

// As FreeRDP sends it.
TEST_F(TicketLogons, MayComeUnsealedInside) {
  EXPECT_EQ(status_of(logon_of(world_.cache(), granting_, false)), Status::Ok);
}

TEST_F(TicketLogons, OfAnotherClientAreRefused) {
  const std::string cache = "FILE:" + world_.files().path("mallorys");
  files().make_cache(cache, kMallory, {});
  files().add_ticket(cache, {kMallory, kWeb, kNow - kHour, kNow + kHour}, "keytab", {});
  EXPECT_EQ(status_of(logon_of(cache, granting_)), Status::LogonDenied);
  const std::string others = "FILE:" + world_.files().path("others");
  make_granting(others, kMallory);
  EXPECT_EQ(status_of(logon_of(world_.cache(), others)), Status::InvalidToken);
}

TEST_F(TicketLogons, ThatHaveExpiredAreRefused) {
  world_.set_now(file_time_of_unix(kNow + kHour));
  EXPECT_EQ(status_of(good_), Status::ContextExpired);
}

TEST_F(TicketLogons, UnderAKeyThatIsNotHereAreRefused) {
  files().make_keytab("elsewhere", {kWeb});
  const std::string cache = "FILE:" + world_.files().path("elsewheres");
  files().make_cache(cache, kAlice, {});
  files().add_ticket(cache, {kAlice, kWeb, kNow - kHour, kNow + kHour}, "elsewhere", {});
  EXPECT_EQ(status_of(logon_of(cache, granting_)), Status::LogonDenied);
}

TEST_F(TicketLogons, CutOrChangedAreRefused) {
  for (std::size_t size = 0; size < good_.service_ticket.size(); ++size) {
    TicketLogon cut = clone(good_);
    cut.service_ticket.resize(size);
    EXPECT_NE(status_of(cut), Status::Ok) << size;
  }
  const ByteView granting = good_.ticket_granting_ticket.expose();
  for (std::size_t size = 0; size < granting.size(); ++size) {
    TicketLogon cut = clone(good_);
    cut.ticket_granting_ticket = SecretBytes(granting.first(size));
    EXPECT_EQ(status_of(cut), Status::InvalidToken) << size;
  }
  // The last bytes are the seals'.
  TicketLogon changed = clone(good_);
  changed.service_ticket.back() ^= 1;
  EXPECT_EQ(status_of(changed), Status::LogonDenied);
  changed = clone(good_);
  changed.ticket_granting_ticket.expose_mutable().back() ^= 1;
  EXPECT_EQ(status_of(changed), Status::InvalidToken);
}

TEST_F(TicketLogons, ComeAfterTheLogon) {
  EXPECT_FALSE(world_.server()->take_tickets(good_));
  EXPECT_EQ(client_->take_tickets(good_).error().status, Status::UnsupportedFunction);
  EXPECT_EQ(server_->ticket_logon().error().status, Status::UnsupportedFunction);
}

}  // namespace
}  // namespace opensspi::test
