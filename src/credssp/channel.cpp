// Gathering TSRequests by their DER length.
#include "credssp/channel.h"

#include <utility>

#include "asn1/der_reader.h"

namespace opensspi::credssp {

Error as_logon_error(const Error& tls_error) {
  constexpr std::int64_t kAccessDenied = 49;  // RFC 8446 6.2
  if (tls_error.value != kAccessDenied) return tls_error;
  return {Status::LogonDenied, "the server refused the logon (TLS alert access_denied)", 0,
          kAccessDenied};
}

Result<Channel::Received> Channel::receive(ByteSpan input) {
  const Result<tls::OpenedRecord> record = session_->open_record(input);
  if (!record) return fail(as_logon_error(record.error()));
  Received received;
  if (record->kind == tls::OpenedRecord::Kind::Incomplete) {
    received.missing = record->missing;
    return received;
  }
  if (record->kind == tls::OpenedRecord::Kind::Closed) {
    // A server of version 2 or 5 has no other way to refuse; FreeRDP 2.11 refuses so too.
    return fail(Status::ContextExpired,
                "the peer closed TLS before the logon was done: it may have refused it");
  }
  received.consumed = record->consumed;
  if (record->kind == tls::OpenedRecord::Kind::Renegotiate) {
    received.token = session_->handshake({}).token;
  }
  append(gathered_, record->data);
  TRY_ASSIGN(received.message, take_message());
  return received;
}

Result<void> Channel::send(Bytes& to, const TsRequest& message) {
  return session_->seal_to(to, message.write());
}

Result<std::optional<TsRequest>> Channel::take_message() {
  // Whoever speaks another protocol is not waited for.
  if (!gathered_.empty() && gathered_.front() != asn1::tag::kSequence) {
    return fail(Status::InvalidToken, "the peer sent something else than a TSRequest");
  }
  TRY_ASSIGN(const std::optional<std::size_t> size, asn1::element_size(gathered_, kMaxTsRequest));
  if (!size || *size > gathered_.size()) return std::nullopt;
  // [MS-CSSP] 3.1.5: a record holds nothing beside its TSRequest; parse() refuses what follows it.
  auto message = TsRequest::parse(gathered_);
  if (!message) return fail(message.error());
  gathered_.clear();
  return std::move(*message);
}

}  // namespace opensspi::credssp
