// Tickets that a client hands over, as its server takes them, and what may be done with them.
#include <sys/stat.h>

#include "handshake/kerberos/kerberos_world.h"
#include "kerberos/authenticator_checksum.h"

namespace opensspi::test {
namespace {

using SharedTickets = std::shared_ptr<const DelegatedTickets>;

constexpr char kGranting[] = "krbtgt/EXAMPLE.TEST@EXAMPLE.TEST";
constexpr char kMallory[] = "mallory@EXAMPLE.TEST";

class Delegation : public testing::Test {
 protected:
  // What a server says of a client that hands this over.
  StepOutput hand_over(const std::string& krb_cred, ContextFlags server_flags) {
    world_.forget_replays();
    kerberos::AuthenticatorChecksum checksum;
    checksum.flags = ContextFlags::Delegate | ContextFlags::Integrity;
    checksum.delegated = SecretBytes(view(krb_cred));
    const Bytes covered = checksum.write();
    server_ = world_.server(server_flags);
    return server_->step({world_.made_ap_req(
        {kerberos::kChecksumType, std::string(covered.begin(), covered.end())})});
  }
  Status status_of(const std::string& krb_cred) {
    const StepOutput output = hand_over(krb_cred, ContextFlags::Delegate);
    return output.progress ? Status::Ok : output.progress.error().status;
  }
  SharedTickets taken() {
    const auto output = hand_over(good_, ContextFlags::Delegate);
    EXPECT_TRUE(output.progress) << (output.progress ? "" : output.progress.error().why);
    return attribute<std::shared_ptr<const AccessToken>>(*server_, AttributeId::AccessToken)
        ->delegated_tickets;
  }
  [[nodiscard]] Result<std::shared_ptr<Credential>> acquire(const std::string& principal = {}) {
    AcquireRequest request;
    request.session = world_.session();
    request.principal = principal;
    return world_.package().acquire(request);
  }

  KerberosWorld world_;
  std::string good_ = world_.files().make_krb_cred(kAlice, kNow + kHour);
  std::unique_ptr<Context> server_;
};

TEST_F(Delegation, IsTakenByAServerThatAsks) {
  const StepOutput output = hand_over(good_, ContextFlags::Delegate);
  ASSERT_TRUE(output.progress) << output.progress.error().why;
  EXPECT_TRUE(has(output.granted, ContextFlags::Delegate));
  const SharedTickets tickets = taken();
  ASSERT_NE(tickets, nullptr);
  EXPECT_EQ(tickets->client(), kAlice);
  EXPECT_EQ(tickets->expiry(), file_time_of_unix(kNow + kHour));
  EXPECT_EQ(world_.files().servers_in(tickets->cache()), std::vector<std::string>{kGranting});
}

TEST_F(Delegation, IsPassedOverByAServerThatDoesNot) {
  for (const std::string& krb_cred : {good_, std::string("no KRB-CRED at all")}) {
    const StepOutput output = hand_over(krb_cred, ContextFlags::None);
    ASSERT_TRUE(output.progress) << output.progress.error().why;
    EXPECT_FALSE(has(output.granted, ContextFlags::Delegate));
    EXPECT_EQ(attribute<std::shared_ptr<const AccessToken>>(*server_, AttributeId::AccessToken)
                  ->delegated_tickets,
              nullptr);
  }
}

TEST_F(Delegation, OfWhatIsNoTicketIsRefused) {
  EXPECT_EQ(status_of("no KRB-CRED at all"), Status::InvalidToken);
  for (std::size_t size = 1; size < good_.size(); ++size) {
    EXPECT_EQ(status_of(good_.substr(0, size)), Status::InvalidToken) << size;
  }
}

// That nobody has changed it on its way the authenticator around it shows. Whatever is in it is
// read without harm, and is the client's.
TEST_F(Delegation, IsTheClientsOrIsRefused) {
  EXPECT_EQ(status_of(world_.files().make_krb_cred(kMallory, kNow + kHour)), Status::InvalidToken);
  for (std::size_t at = 0; at < 2 * good_.size(); ++at) {
    std::string changed = good_;
    char& byte = changed[at / 2];
    byte = static_cast<char>(byte ^ (at % 2 == 0 ? 0x01 : 0x80));
    if (status_of(changed) != Status::Ok) continue;
    const auto token =
        attribute<std::shared_ptr<const AccessToken>>(*server_, AttributeId::AccessToken);
    EXPECT_EQ(token->delegated_tickets->client(), kAlice) << at;
  }
}

TEST_F(Delegation, EndsWithWhoHoldsIt) {
  SharedTickets tickets = taken();
  const std::string cache = tickets->cache();
  server_.reset();
  world_.session()->set_delegated_tickets(tickets);
  auto credential = acquire().value();
  world_.session()->set_delegated_tickets(nullptr);
  tickets.reset();
  EXPECT_FALSE(world_.files().servers_in(cache).empty());
  credential.reset();
  EXPECT_TRUE(world_.files().servers_in(cache).empty());
}

TEST_F(Delegation, IsWhoAThreadIsThatActsAsTheClient) {
  const SharedTickets tickets = taken();
  world_.files().make_cache(world_.cache(), "server@EXAMPLE.TEST", {{kGranting, kNow + 9 * kHour}});
  EXPECT_EQ(acquire()->get()->names()->user, "server@EXAMPLE.TEST");
  world_.session()->set_delegated_tickets(tickets);
  const auto credential = acquire();
  ASSERT_TRUE(credential) << credential.error().why;
  EXPECT_EQ((*credential)->names()->user, kAlice);
  EXPECT_EQ((*credential)->expiry(), file_time_of_unix(kNow + kHour));
  // Who names another gets that one.
  EXPECT_EQ(acquire("server@EXAMPLE.TEST")->get()->names()->user, "server@EXAMPLE.TEST");
}

TEST_F(Delegation, CanBeKeptForTheClientsPrograms) {
  const SharedTickets tickets = taken();
  const std::string path = world_.files().path("kept");
  world_.files().write_file("kept", "whatever was there");
  chmod(path.c_str(), 0666);
  const auto stored = tickets->store("FILE:" + path);
  ASSERT_TRUE(stored) << stored.error().why;
  EXPECT_EQ(world_.files().servers_in("FILE:" + path), std::vector<std::string>{kGranting});
  struct stat found {};
  ASSERT_EQ(stat(path.c_str(), &found), 0);
  EXPECT_EQ(found.st_mode & 0777, 0600U);
  EXPECT_EQ(found.st_uid, geteuid());

  EXPECT_EQ(tickets->store("FILE:" + path + "/nowhere").error().status, Status::InternalError);
  EXPECT_EQ(tickets->store("NONE:such").error().status, Status::InvalidParameter);
}

// What lies there may be anybody's link to anywhere.
TEST_F(Delegation, IsNotWrittenThroughALink) {
  const SharedTickets tickets = taken();
  const std::string target = world_.files().path("target"), link = world_.files().path("link");
  world_.files().write_file("target", "precious");
  std::filesystem::create_symlink(target, link);
  EXPECT_TRUE(tickets->store("FILE:" + link));
  EXPECT_EQ(world_.files().read_file("target"), "precious");
  EXPECT_FALSE(std::filesystem::is_symlink(link));
}

}  // namespace
}  // namespace opensspi::test
