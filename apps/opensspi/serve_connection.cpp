// [MS-RDPBCGR] 1.3.1.1: X.224 negotiation, CredSSP, MCS Connect Initial; and here it ends, because
// there is no desktop to show.
#include "serve_connection.h"

#include <string>

#include "leg_report.h"
#include "logon.h"
#include "rdp/mcs.h"
#include "rdp/x224.h"
#include "rdp_channel.h"

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
    rdp::ConnectionConfirm confirm;
    const bool hybrid = (request->requested_protocols.value_or(0) & rdp::kProtocolHybrid) != 0;
    if (hybrid) {
      confirm.selected_protocol = rdp::kProtocolHybrid;
    } else {
      confirm.failure_code = rdp::kHybridRequiredByServer;
    }
    const Bytes answer = rdp::write(confirm);
    stream_.write(answer, deadline_);
    report_.sent(hybrid ? "X.224 Connection Confirm: CredSSP (NLA)"
                        : "X.224 failure: HYBRID_REQUIRED_BY_SERVER",
                 answer.size());
    if (!hybrid) report_.note("refused: the client does not offer CredSSP (NLA)");
    return hybrid;
  }

  ConnectionEnd log_on(CredSspSession& session) {
    try {
      const SECURITY_STATUS status = session.handshake(deadline_);
      tell(describe_logon(session, status));
      accepted_ = status == SEC_E_OK;
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
