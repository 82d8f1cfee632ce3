// opensspi connect: logs on to an RDP server by Network Level Authentication, as far as the
// server's answer to MCS Connect Initial, which is the first sign that the server took the
// credentials.
#include <asio/io_context.hpp>
#include <memory>
#include <optional>
#include <string>

#include "card_options.h"
#include "certificate_trust.h"
#include "endpoint.h"
#include "key_log.h"
#include "leg_report.h"
#include "logon.h"
#include "password.h"
#include "rdp/early_authorization.h"
#include "rdp/mcs.h"
#include "rdp/x224.h"
#include "rdp_channel.h"
#include "status.h"
#include "subcommands.h"
#include "user_name.h"

namespace opensspi::command {
namespace {

using Received = CredSspSession::Received;

constexpr std::uint16_t kRdpPort = 3389;
constexpr std::chrono::seconds kGrace{5};  // for a word against the credentials

struct ConnectOptions {
  std::string host, user, password_file, key_log;
  double timeout_seconds = 15;
  bool json = false, require_trust = false, user_to_user = false, quiet = false;
  bool remote_guard = false;
  CardOptions card;
};

// What came of it all.
struct Result {
  Logon logon;
  std::optional<CertificateTrust> trust;
  ExitCode code = ExitCode::Ok;
};

class Client {
 public:
  Client(TcpStream& stream, Endpoint server, const ConnectOptions& options, Deadline deadline)
      : stream_(stream),
        server_(std::move(server)),
        options_(options),
        report_(OPENSSPI_CLIENT, Output::Progress,
                options.quiet ? LegReport::Lines::None : LegReport::Lines::Both),
        deadline_(deadline) {}

  Result run(const std::shared_ptr<const Credential>& credential) {
    Result result;
    if (const auto refusal = negotiate_security()) {
      refuse(result.logon, SEC_E_UNSUPPORTED_FUNCTION, *refusal);
      result.code = ExitCode::Refused;
      return result;
    }
    CredSspSession session(credential, stream_, "TERMSRV/" + server_.host,
                           options_.user_to_user ? ISC_REQ_USE_SESSION_KEY : 0);
    log_on(session, result);
    if (result.logon.accepted) judge(session, result);
    if (result.logon.accepted) await_answer(session, result);
    return result;
  }

 private:
  // Why the server will not do CredSSP; nothing when it does.
  std::optional<std::string> negotiate_security() {
    const Bytes request = rdp::write(rdp::ConnectionRequest{
        rdp::kProtocolSsl | rdp::kProtocolHybrid | rdp::kProtocolHybridEx,
        options_.remote_guard ? rdp::kRedirectedAuthenticationRequired : std::uint8_t{0}});
    stream_.write(request, deadline_);
    report_.sent("X.224 Connection Request", request.size());
    const auto frame = read_frame(stream_, deadline_);
    const auto confirm = frame ? rdp::read_connection_confirm(*frame) : std::nullopt;
    if (!confirm) {
      throw NetworkError(NetworkError::Kind::Failed,
                         server_.text() + " does not speak RDP: no X.224 Connection Confirm came");
    }
    if (confirm->failure_code) {
      report_.received("X.224 failure", frame->size());
      return std::string("the server refused: ") + rdp::failure_words(*confirm->failure_code);
    }
    selected_ = confirm->selected_protocol.value_or(rdp::kProtocolRdp);
    const std::string chosen = rdp::protocol_words(selected_);
    report_.received("X.224 Connection Confirm: " + chosen, frame->size());
    const bool guards = (confirm->flags & rdp::kRedirectedAuthenticationSupported) != 0;
    if (options_.remote_guard && !guards) return "the server takes no Remote Credential Guard";
    if (rdp::is_hybrid(selected_)) return std::nullopt;
    return "the server does not do NLA, it chose " + chosen;
  }

  void log_on(CredSspSession& session, Result& result) {
    constexpr unsigned kLegsOfTls = 2;
    try {
      const SECURITY_STATUS status = session.handshake(deadline_);
      if (status == SEC_E_OK && !session.delegates()) {
        report_.note(
            "the server gets no credentials: of this session's own there are none that "
            "policy lets go there");
      }
      result.logon = describe_logon(session, status);
      if (status == SEC_E_OK) return;
      result.code = is_policy(session.error()) ? ExitCode::Policy : ExitCode::Refused;
    } catch (const NetworkError& error) {
      // A server without a better way to refuse closes the connection.
      if (error.kind() != NetworkError::Kind::Closed || session.num_legs() < kLegsOfTls) throw;
      result.logon = describe_logon(session, SEC_E_LOGON_DENIED);
      refuse(result.logon, SEC_E_LOGON_DENIED,
             "the server closed the connection during the logon, without a reason");
      result.code = ExitCode::Refused;
    }
  }

  // Before the password leaves the machine.
  void judge(CredSspSession& session, Result& result) {
    result.trust = judge_certificate(session);
    if (result.trust->trusted || !options_.require_trust) return;
    refuse(result.logon, result.trust->status,
           "the server's certificate is " + result.trust->words +
               "; the password was not sent (--require-trust)");
    result.code = ExitCode::Policy;
  }

  void await_answer(CredSspSession& session, Result& result) {
    session.send_credentials(deadline_);
    const Deadline grace = std::min(deadline_, Clock::now() + kGrace);
    RdpChannel channel(session);
    try {
      if (selected_ == rdp::kProtocolHybridEx) {
        take_authorization(session, channel.receive_exactly(rdp::kEarlyAuthorizationSize, grace),
                           result);
        if (!result.logon.accepted) return;
      }
      const Bytes hello = rdp::connect_initial(selected_);
      session.send(hello, deadline_);
      report_.sent(rdp::name_of(rdp::mcs_message(hello)), hello.size());
      take_answer(session, channel.receive(grace), result);
    } catch (const NetworkError& error) {
      if (error.kind() == NetworkError::Kind::Closed) return closed_early(result);
      if (error.kind() != NetworkError::Kind::TimedOut) throw;
      report_.note("the server has said nothing more, nor refused the credentials");
    }
  }

  void take_authorization(CredSspSession& session, const RdpChannel::Reply& reply, Result& result) {
    if (reply.outcome != Received::Data) return take_answer(session, reply, result);
    const auto authorization = rdp::read_early_authorization(reply.frame);
    report_.received("Early User Authorization Result", reply.frame.size());
    if (authorization == rdp::EarlyAuthorization::Success) return;
    result.code = ExitCode::Refused;
    if (authorization)
      return deny(result.logon, "authenticated, but the server turns this user away");
    refuse(result.logon, SEC_E_INVALID_TOKEN,
           "what the server says on authorization is none of its two words");
  }

  void take_answer(CredSspSession& session, const RdpChannel::Reply& reply, Result& result) {
    switch (reply.outcome) {
      case Received::Data:
        report_.received(rdp::name_of(rdp::mcs_message(reply.frame)), reply.frame.size());
        return;
      case Received::Closed:
        return closed_early(result);
      case Received::Refused:
        refuse(result.logon, session.error().status, reason_of(session.error()));
        result.code = ExitCode::Refused;
    }
  }

  static void closed_early(Result& result) {
    refuse(result.logon, SEC_E_LOGON_DENIED,
           "the server closed the connection when it had the credentials");
    result.code = ExitCode::Refused;
  }

  TcpStream& stream_;
  Endpoint server_;
  const ConnectOptions& options_;
  LegReport report_;
  Deadline deadline_;
  std::uint32_t selected_ = rdp::kProtocolRdp;
};

// [MS-ERREF] 2.3.1: STATUS_PASSWORD_EXPIRED, STATUS_PASSWORD_MUST_CHANGE
bool wants_new_password(std::uint32_t nt_status) {
  return nt_status == 0xC0000071 || nt_status == 0xC0000224;
}

void tell(const Result& result, const ConnectOptions& options) {
  if (options.json) {
    auto json = to_json(result.logon);
    json["certificate"] = result.trust ? to_json(*result.trust) : nlohmann::ordered_json();
    print_json(json);
    return;
  }
  print(Output::Results, to_line(result.logon, "on"));
  if (wants_new_password(result.logon.nt_status)) {
    print(Output::Results,
          "a new one is set with  opensspi passwd '" + printable(result.logon.user) + '\'');
  }
  if (options.user.empty() && result.logon.status == SEC_E_NO_CREDENTIALS)
    print(Output::Results, kHowToLogOn);
  if (!result.trust) return;
  print(Output::Results,
        "certificate  " + printable(result.trust->subject) + ", " +
            paint(Output::Results, result.trust->trusted ? Colour::Green : Colour::Yellow,
                  result.trust->words) +
            ", SHA-256 " + result.trust->fingerprint);
}

std::shared_ptr<const Credential> credential_for(const ConnectOptions& options) {
  const UserName user = parse_user_name(options.user);
  const bool guarded = options.remote_guard;
  if (options.card.given()) return card_credential(options.card, user, guarded);
  if (options.user.empty()) return Credential::of_session(guarded);
  const SecretText password = password_for_logon(options.password_file, user.text());
  return Credential::outbound(user, password, guarded);
}

ExitCode connect(const ConnectOptions& options) {
  const Endpoint server = parse_endpoint(options.host, kRdpPort);
  log_keys_to(options.key_log);
  const std::shared_ptr<const Credential> credential = credential_for(options);
  const auto start = Clock::now();
  const auto timeout = std::chrono::duration<double>(options.timeout_seconds);
  const Deadline deadline = start + std::chrono::duration_cast<Clock::duration>(timeout);
  asio::io_context sockets;
  TcpStream stream = TcpStream::connect(sockets, server, deadline);
  Result result = Client(stream, server, options, deadline).run(credential);
  if (result.logon.user.empty() || !result.logon.accepted) {
    const bool of_session = credential->is_of_session();
    result.logon.user = of_session ? credential->name() : options.user;
  }
  result.logon.peer = server.text();
  result.logon.milliseconds =
      std::chrono::duration<double, std::milli>(Clock::now() - start).count();
  tell(result, options);
  return result.code;
}

}  // namespace

void add_connect(CLI::App& app, Run& run) {
  CLI::App* connect_app =
      app.add_subcommand("connect", "Log on to an RDP server with NLA and tell how it went");
  auto options = std::make_shared<ConnectOptions>();
  connect_app->add_option("host", options->host, "The server; the port is 3389 when none is given")
      ->type_name("HOST[:PORT]")
      ->required();
  auto* user = connect_app->add_option(
      "--user", options->user,
      "[DOMAIN\\]USER or USER@DOMAIN; default: whom the certificate names, else who is logged on "
      "in this user's session, by 'opensspi creds', 'opensspi login' or kinit");
  user->type_name("NAME");
  add_card_options(*connect_app, options->card);
  connect_app->add_flag("--remote-guard", options->remote_guard,
                        "Remote Credential Guard: delegate tickets instead of the password; needs "
                        "Kerberos. Without --user with the tickets that kinit got");
  connect_app
      ->add_option("--password-file", options->password_file,
                   "The password is the first line; - is standard input; default: "
                   "$OPENSSPI_PASSWORD, else a prompt")
      ->type_name("FILE")
      ->needs(user);
  connect_app->add_option("--timeout", options->timeout_seconds, "Seconds that everything may take")
      ->check(CLI::Range(0.1, 3600.0))
      ->capture_default_str();
  connect_app
      ->add_option("--keylog", options->key_log, "Append the TLS secrets to a file, for Wireshark")
      ->type_name("FILE");
  connect_app->add_flag("--require-trust", options->require_trust,
                        "Send no password to a server whose certificate is not trusted");
  connect_app->add_flag("--user-to-user", options->user_to_user,
                        "Offer Kerberos user-to-user first, for a server without a key of its own");
  connect_app->add_flag("--json", options->json, "The result as a JSON object");
  connect_app->add_flag("-q,--quiet", options->quiet, "Tell the result only, not the messages");
  connect_app->callback([options, &run] { run = [options] { return connect(*options); }; });
}

}  // namespace opensspi::command
