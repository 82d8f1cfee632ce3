// opensspi demo: a server and a client over loopback TCP in one process, once with the right
// password and once with a wrong one, with an account that lives in a temporary folder.
#include <opensspi.h>
#include <stdlib.h>

#include <asio/io_context.hpp>
#include <asio/ip/tcp.hpp>
#include <filesystem>
#include <fstream>
#include <future>
#include <memory>
#include <string>
#include <string_view>
#include <thread>

#include "console.h"
#include "leg_report.h"
#include "logon.h"
#include "server_certificate.h"
#include "status.h"
#include "subcommands.h"

namespace opensspi::command {
namespace {

using asio::ip::tcp;

constexpr const char* kUser = "demo";
constexpr std::string_view kPassword = "Loop-back", kWrongPassword = "loop-back";
constexpr std::string_view kGreeting = "the client's words, sealed by TLS";
constexpr std::string_view kAnswer = "the server's answer, sealed by TLS";
constexpr std::chrono::seconds kTime{10};

void say(const std::string& text) {
  print(Output::Results, text);
}

ByteView bytes_of(std::string_view text) {
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

class TemporaryFolder {
 public:
  TemporaryFolder() {
    std::string pattern =
        (std::filesystem::temp_directory_path() / "opensspi-demo-XXXXXX").string();
    if (mkdtemp(pattern.data()) == nullptr)
      throw CommandError(ExitCode::Refused, pattern + ": no temporary folder can be made");
    path_ = pattern;
  }
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  ~TemporaryFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  [[nodiscard]] std::string file(const char* name) const { return path_ + '/' + name; }

 private:
  std::string path_;
};

// What the demonstration promises; one that does not hold fails it.
class Promises {
 public:
  void expect(bool holds, const std::string& name, const std::string& words) {
    all_hold_ = all_hold_ && holds;
    say("  " +
        (holds ? paint(Output::Results, Colour::Green, "ok  ")
               : paint(Output::Results, Colour::Red, "FAIL")) +
        "  " + padded(name, 12) + words);
  }
  [[nodiscard]] bool all_hold() const { return all_hold_; }

 private:
  bool all_hold_ = true;
};

// The server's half of one logon, and what it learned.
struct ServerSide {
  Logon logon;
  std::string delegated_user, delegated_domain, heard;
  std::size_t password_size = 0;
  bool password_matches = false, delegated = false;
};

void take_delegated_credential(CredSspSession& session, ServerSide& side) {
  opensspi_identity identity{};
  if (opensspi_delegated_credential(session.context(), &identity) != SEC_E_OK) return;
  side.delegated = true;
  side.delegated_user = identity.user;
  side.delegated_domain = identity.domain;
  side.password_size = identity.password_size;
  side.password_matches = identity.password != nullptr &&
                          std::string_view(identity.password, identity.password_size) == kPassword;
  opensspi_identity_free(&identity);
}

ServerSide accept_logon(TcpStream stream, const std::shared_ptr<const Credential>& credential) {
  const LegReport report(OPENSSPI_SERVER, Output::Results, LegReport::Lines::Outgoing, "  ");
  const Deadline deadline = Clock::now() + kTime;
  CredSspSession session(credential, stream);
  ServerSide side;
  const SECURITY_STATUS status = session.handshake(deadline);
  side.logon = describe_logon(session, status);
  if (status == SEC_E_OK) {
    take_delegated_credential(session, side);
    Bytes heard;
    if (session.receive(heard, deadline) == CredSspSession::Received::Data)
      side.heard.assign(heard.begin(), heard.end());
    report.sent("encrypted message", session.send(bytes_of(kAnswer), deadline));
  }
  stream.finish(deadline);
  return side;
}

// The client's half.
struct ClientSide {
  Logon logon;
  std::string heard;
};

ClientSide log_on(TcpStream& stream, const std::shared_ptr<const Credential>& credential) {
  const LegReport report(OPENSSPI_CLIENT, Output::Results, LegReport::Lines::Outgoing, "  ");
  const Deadline deadline = Clock::now() + kTime;
  CredSspSession session(credential, stream, "TERMSRV/localhost");
  ClientSide side;
  const SECURITY_STATUS status = session.handshake(deadline);
  side.logon = describe_logon(session, status);
  if (status == SEC_E_OK) {
    session.send_credentials(deadline);
    report.sent("encrypted message", session.send(bytes_of(kGreeting), deadline));
    Bytes heard;
    if (session.receive(heard, deadline) == CredSspSession::Received::Data)
      side.heard.assign(heard.begin(), heard.end());
  }
  stream.finish(deadline);
  return side;
}

class Demo {
 public:
  Demo() {
    // The demonstration must not touch the machine's accounts, nor depend on its policy.
    std::ofstream(folder_.file("policy.toml")) << "";
    setenv("OPENSSPI_POLICY", folder_.file("policy.toml").c_str(), 1);
    setenv("OPENSSPI_ACCOUNTS", folder_.file("accounts.db").c_str(), 1);
    opensspi_accounts* accounts = nullptr;
    check(opensspi_accounts_open(nullptr, &accounts), "the accounts");
    const SECURITY_STATUS added =
        opensspi_account_add(accounts, kUser, nullptr, std::string(kPassword).c_str());
    opensspi_accounts_close(accounts);
    check(added, kUser);
    server_ = Credential::inbound(own_certificate(folder_.file("accounts.db")));
    acceptor_.open(tcp::v4());
    acceptor_.bind({asio::ip::address_v4::loopback(), 0});
    acceptor_.listen();
  }

  void right_password() {
    say(paint(Output::Results, Colour::Bold, "1. The right password"));
    const auto [client, server] = run(kPassword);
    const Logon& logon = server.logon;
    promises_.expect(!logon.tls.empty(), "TLS", logon.tls + ", " + logon.cipher_suite);
    promises_.expect(logon.accepted, "negotiate",
                     logon.mechanism + " proved " + logon.user + ", CredSSP version " +
                         std::to_string(logon.version.value_or(0)));
    promises_.expect(client.logon.accepted, "pubKeyAuth",
                     std::string("both sides have proved that they share one TLS session: ") +
                         opensspi_status_name(client.logon.status));
    promises_.expect(server.delegated && server.password_matches, "delegated",
                     "user '" + server.delegated_user + "', domain '" + server.delegated_domain +
                         "', " + password_words(server));
    promises_.expect(server.heard == kGreeting, "to server", quoted(server.heard));
    promises_.expect(client.heard == kAnswer, "to client", quoted(client.heard));
  }

  void wrong_password() {
    say("");
    say(paint(Output::Results, Colour::Bold, "2. A wrong password"));
    const auto [client, server] = run(kWrongPassword);
    promises_.expect(
        client.logon.status == SEC_E_LOGON_DENIED, "client",
        std::string(opensspi_status_name(client.logon.status)) + ": " + client.logon.reason);
    promises_.expect(server.logon.status == SEC_E_LOGON_DENIED && server.logon.nt_status != 0,
                     "server",
                     std::string(opensspi_status_name(server.logon.status)) + ": " +
                         server.logon.user + ": " + server.logon.reason);
    promises_.expect(!server.delegated, "delegated", "nothing: no password has left the client");
  }

  [[nodiscard]] bool all_hold() const { return promises_.all_hold(); }

 private:
  struct BothSides {
    ClientSide client;
    ServerSide server;
  };

  BothSides run(std::string_view password) {
    const auto credential = Credential::outbound({kUser, ""}, SecretText(password));
    tcp::socket socket(sockets_);
    socket.connect(acceptor_.local_endpoint());
    TcpStream client_stream(std::move(socket));
    auto server =
        std::async(std::launch::async, accept_logon, TcpStream(acceptor_.accept()), server_);
    ClientSide client = log_on(client_stream, credential);
    return {std::move(client), server.get()};
  }

  static std::string password_words(const ServerSide& server) {
    return "the password of " + std::to_string(server.password_size) + " characters " +
           (server.password_matches ? "matches" : "differs");
  }
  static std::string quoted(const std::string& text) { return '"' + printable(text) + '"'; }

  TemporaryFolder folder_;
  asio::io_context sockets_;
  tcp::acceptor acceptor_{sockets_};
  std::shared_ptr<const Credential> server_;
  Promises promises_;
};

void say_what_next(const std::string& program) {
  say("");
  say(paint(Output::Results, Colour::Bold, "Try next"));
  say("  " + program + " account add alice");
  say("  " + program + " serve --listen 127.0.0.1:3389");
  say("  " + program + " connect 127.0.0.1 --user alice");
  say("  xfreerdp /v:127.0.0.1 /u:alice /cert:ignore /auth-only    # or any RDP client");
}

std::string program_name() {
  std::error_code error;
  const auto program = std::filesystem::read_symlink("/proc/self/exe", error);
  const auto here = std::filesystem::current_path(error);
  if (error) return "opensspi";
  const auto relative = program.lexically_relative(here);
  return relative.empty() || *relative.begin() == ".." ? program.string() : relative.string();
}

ExitCode run_demo() {
  say(paint(Output::Results, Colour::Bold,
            std::string("OpenSSPI ") + opensspi_version() +
                ": a CredSSP logon over loopback TCP, client and server in this process"));
  say("");
  Demo demo;
  demo.right_password();
  demo.wrong_password();
  if (!demo.all_hold()) {
    say("");
    say(paint(Output::Results, Colour::Red, "Something did not go as it should."));
    return ExitCode::Refused;
  }
  say_what_next(program_name());
  return ExitCode::Ok;
}

}  // namespace

void add_demo(CLI::App& app, Run& run) {
  CLI::App* demo = app.add_subcommand(
      "demo", "A whole CredSSP logon and a refused one, over loopback TCP in this process");
  demo->callback([&run] { run = run_demo; });
}

}  // namespace opensspi::command
