// credssp::parse_remote_guard_creds and the two forms of credBuffer: whatever parses is written as
// what parses to the same.
#include "credssp/remote_guard.h"
#include "support/fuzzing.h"

using namespace opensspi;
using test::require;

namespace {

void check_ticket_logon(ByteView buffer) {
  const auto logon = credssp::parse_ticket_logon(buffer);
  if (!logon) return;
  const auto again = credssp::parse_ticket_logon(credssp::write_ticket_logon(*logon).expose());
  require(again.has_value(), "the ticket logon that we write, we read");
  require(again->flags == logon->flags && again->service_ticket == logon->service_ticket &&
              equal(again->ticket_granting_ticket.expose(), logon->ticket_granting_ticket.expose()),
          "a ticket logon means the same when it is written again");
}

void check_ntlm_supplemental(ByteView buffer) {
  const auto credential = credssp::parse_ntlm_supplemental(buffer);
  if (!credential) return;
  const SecretBytes written = credssp::write_ntlm_supplemental(*credential);
  require(equal(written.expose(), buffer.first(written.size())), "NTLM's form is canonical");
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  check_ticket_logon({data, size});
  check_ntlm_supplemental({data, size});
  const auto creds = credssp::parse_remote_guard_creds({data, size});
  if (!creds) return 0;
  const auto written = credssp::write_remote_guard_creds(*creds);
  require(written.has_value(), "what we read, we write");
  const auto again = credssp::parse_remote_guard_creds(written->expose());
  require(again.has_value(), "what we write, we read");
  require(equal(credssp::write_remote_guard_creds(*again)->expose(), written->expose()),
          "our form is canonical");
  return 0;
}
