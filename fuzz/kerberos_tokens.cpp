// What comes before a key: the GSS frame, the two messages of user-to-user, the authenticator's
// checksum. What is taken is written again as the same.
#include "kerberos/authenticator_checksum.h"
#include "kerberos/gss_token.h"
#include "kerberos/krb_cred.h"
#include "kerberos/tgt_messages.h"
#include "support/fuzzing.h"

namespace {

using namespace opensspi;
using namespace opensspi::kerberos;
using test::require;

void check_frame(ByteView bytes) {
  const auto token = parse_gss_token(bytes);
  if (!token) return;
  const Bytes written = write_gss_token(*token);
  const auto again = parse_gss_token(written);
  require(again && again->id == token->id && equal(again->message, token->message),
          "a frame that is written is taken");
}

void check_request(ByteView bytes) {
  const auto request = TgtRequest::parse(bytes);
  if (!request) return;
  const auto again = TgtRequest::parse(request->write());
  require(again && again->server_name == request->server_name && again->realm == request->realm,
          "a request that is written is taken");
}

void check_reply(ByteView bytes) {
  const auto ticket = parse_tgt_reply(bytes);
  if (!ticket) return;
  const Bytes written = write_tgt_reply(*ticket);
  const auto again = parse_tgt_reply(written);
  require(again && equal(*again, *ticket), "a reply that is written is taken");
}

void check_checksum(ByteView bytes) {
  const auto checksum = AuthenticatorChecksum::parse(bytes);
  if (!checksum || (checksum->delegated.empty() && has(checksum->flags, ContextFlags::Delegate))) {
    return;
  }
  const auto again = AuthenticatorChecksum::parse(checksum->write());
  require(again && again->flags == checksum->flags &&
              equal(again->delegated.expose(), checksum->delegated.expose()),
          "a checksum that is written is taken");
}

void check_tickets(ByteView bytes) {
  const auto message = KrbCred::parse(bytes);
  if (message) static_cast<void>(check_enc_krb_cred_part(message->cipher, message->num_tickets));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const ByteView bytes(data, size);
  check_frame(bytes);
  check_request(bytes);
  check_reply(bytes);
  check_tickets(bytes);
  check_checksum(bytes);
  return 0;
}
