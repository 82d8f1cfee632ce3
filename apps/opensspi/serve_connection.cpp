// [MS-RDPBCGR] 1.3.1.1: X.224 negotiation, CredSSP, MCS Connect Initial; and here it ends, because
// there is no desktop to show.
#include "serve_connection.h"

#include <strings.h>

#include <algorithm>
#include <string>

#include "leg_report.h"
#include "logon.h"
#include "rdp/early_authorization.h"
#include "rdp/mcs.h"
#include "rdp/x224.h"
#include "rdp_channel.h"
#include "user_name.h"

namespace opensspi::command {
namespace {

using Received = CredSspSession::Received;

constexpr std::chrono::seconds kLinger{2};  // for the client to take the last words

class Connection {
 public:
  Connection(TcpStream& stream, std::shared_ptr<const Credential> credential,
             const ConnectionOptions& options, const LegReport& report)
      : stream_(stream),
        credential_(std::move(credential)),
        options_(options),
        report_(report),
        start_(Clock::now()),
        deadline_(start_ + options.deadline) {}

  ConnectionEnd run() {
    if (!negotiate_security()) return ConnectionEnd::NoVerdict;
    CredSspSession session(credential_, stream_);
    const ConnectionEnd end = log_on(session);
    if (accepted_) converse(session);
    return end;
  }

 private:
  // Whether the client goes on with CredSSP.
  bool negotiate_security() {
    const auto frame = read_frame(stream_, deadline_);
    const auto request = frame ? rdp::read_connection_request(*frame) : std::nullopt;
    if (!request) {
      report_.note("the client does not speak RDP: no X.224 Connection Request came");
      return false;
    }
    report_.received("X.224 Connection Request", frame->size());
    const std::uint32_t requested = request->requested_protocols.value_or(rdp::kProtocolRdp);
    for (const std::uint32_t protocol : {rdp::kProtocolHybridEx, rdp::kProtocolHybrid})
      if ((requested & protocol) != 0 && !rdp::is_hybrid(selected_)) selected_ = protocol;
    if (rdp::is_hybrid(selected_)) {
      confirm({.selected_protocol = selected_,
               .failure_code = {},
               .flags = options_.takes_remote_guard ? rdp::kRedirectedAuthenticationSupported
                                                    : std::uint8_t{0}},
              std::string("X.224 Connection Confirm: ") + rdp::protocol_words(selected_));
      return true;
    }
    confirm({.selected_protocol = {}, .failure_code = rdp::kHybridRequiredByServer, .flags = 0},
            "X.224 failure: HYBRID_REQUIRED_BY_SERVER");
    report_.note("refused: the client does not offer CredSSP (NLA)");
    return false;
  }

  void confirm(const rdp::ConnectionConfirm& confirm, const std::string& words) {
    const Bytes answer = rdp::write(confirm);
    stream_.write(answer, deadline_);
    report_.sent(words, answer.size());
  }

  ConnectionEnd log_on(CredSspSession& session) {
    try {
      const SECURITY_STATUS status = session.handshake(deadline_);
      Logon logon = describe_logon(session, status);
      if (logon.authenticated && !is_allowed(logon.user))
        deny(logon, "authenticated, but not among those that --allow lets in");
      accepted_ = logon.accepted;
      if (logon.authenticated) authorize(session);
      if (logon.accepted) add_client(session, logon);
      tell(std::move(logon));
      return ConnectionEnd::Verdict;
    } catch (const NetworkError& error) {
      Logon logon = describe_logon(session, SEC_E_UNFINISHED_CONTEXT_DELETED);
      refuse(logon, SEC_E_UNFINISHED_CONTEXT_DELETED,
             std::string("the logon was not finished: ") + error.what());
      if (session.num_legs() == 0) {
        report_.note(logon.reason);
      } else {
        tell(std::move(logon));
      }
      return ConnectionEnd::NoVerdict;
    }
  }

  [[nodiscard]] bool is_allowed(const std::string& user) const {
    const std::string bare = parse_user_name(user).user;
    return options_.allowed.empty() ||
           std::ranges::any_of(options_.allowed, [&](const std::string& allowed) {
             return strcasecmp(allowed.c_str(), user.c_str()) == 0 ||
                    strcasecmp(allowed.c_str(), bare.c_str()) == 0;
           });
  }

  // Who did not agree on early authorization is told by the end of the connection.
  void authorize(CredSspSession& session) const {
    if (selected_ != rdp::kProtocolHybridEx) return;
    const Bytes result = rdp::write(accepted_ ? rdp::EarlyAuthorization::Success
                                              : rdp::EarlyAuthorization::AccessDenied);
    session.send(result, deadline_);
    report_.sent("Early User Authorization Result", result.size());
  }

  void tell(Logon logon) const {
    logon.peer = stream_.peer();
    logon.milliseconds = std::chrono::duration<double, std::milli>(Clock::now() - start_).count();
    if (options_.json) {
      print_json(to_json(logon));
    } else {
      print(Output::Results, to_line(logon, "from"));
    }
  }

  void converse(CredSspSession& session) const {
    RdpChannel channel(session);
    const RdpChannel::Reply reply = channel.receive(deadline_);
    if (reply.outcome != Received::Data) {
      report_.note("the client closed the connection after the logon");
      return;
    }
    report_.received(rdp::name_of(rdp::mcs_message(reply.frame)), reply.frame.size());
    const Bytes goodbye = rdp::disconnect_provider_ultimatum();
    session.send(goodbye, deadline_);
    report_.sent(rdp::name_of(rdp::mcs_message(goodbye)), goodbye.size());
  }

  TcpStream& stream_;
  std::shared_ptr<const Credential> credential_;
  const ConnectionOptions& options_;
  const LegReport& report_;
  Clock::time_point start_;
  Deadline deadline_;
  std::uint32_t selected_ = rdp::kProtocolRdp;
  bool accepted_ = false;
};

}  // namespace

ConnectionEnd serve_connection(asio::ip::tcp::socket socket,
                               std::shared_ptr<const Credential> credential,
                               const ConnectionOptions& options, std::uint64_t number) noexcept {
  const LegReport report(OPENSSPI_SERVER, Output::Progress,
                         options.quiet ? LegReport::Lines::None : LegReport::Lines::Both,
                         '[' + std::to_string(number) + "] ");
  ConnectionEnd end = ConnectionEnd::NoVerdict;
  try {
    TcpStream stream(std::move(socket));
    report.note("connection from " + stream.peer());
    try {
      end = Connection(stream, std::move(credential), options, report).run();
    } catch (const NetworkError& error) {
      report.note(error.what());
    }
    stream.finish(Clock::now() + kLinger);
  } catch (const std::exception& error) {
    print(Output::Progress, std::string("connection failed: ") + error.what());
  }
  return end;
}

}  // namespace opensspi::command
