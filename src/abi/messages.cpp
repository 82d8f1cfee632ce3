// EncryptMessage, DecryptMessage, MakeSignature, VerifySignature, and the names that Windows NT
// gave the first two. Everything happens in place, in the caller's memory.
#include <optional>

#include "abi/guard.h"
#include "abi/message_buffers.h"
#include "abi/objects.h"

namespace opensspi::abi {
namespace {

tl::unexpected<Error> no_protection() {
  return fail(Status::UnsupportedFunction, "the context does not protect messages in this way");
}

Result<void> seal_stream(StreamProtection& protection, std::uint32_t qop, SecBufferDesc* message) {
  if (qop != 0)
    return fail(Status::QopNotSupported, "a stream knows no other quality of protection than 0");
  TRY_ASSIGN(const StreamMessage buffers, StreamMessage::read(message));
  TRY_ASSIGN(const ByteSpan header, bytes_of(*buffers.header));
  TRY_ASSIGN(const ByteSpan data, bytes_of(*buffers.data));
  TRY_ASSIGN(const ByteSpan trailer, bytes_of(*buffers.trailer));
  TRY_ASSIGN(const tls::SealedRecord record, protection.seal_record(header, data, trailer));
  buffers.header->cbBuffer = static_cast<std::uint32_t>(record.header);
  buffers.data->cbBuffer = static_cast<std::uint32_t>(record.data);
  buffers.trailer->cbBuffer = static_cast<std::uint32_t>(record.trailer);
  return {};
}

Result<void> seal_token(MessageProtection& protection, std::uint32_t qop, SecBufferDesc* message) {
  if (qop != 0 && qop != SECQOP_WRAP_NO_ENCRYPT)
    return fail(Status::QopNotSupported, "unknown quality of protection");
  TRY_ASSIGN(TokenMessage buffers, TokenMessage::read(message));
  if (buffers.token == nullptr)
    return fail(Status::InvalidToken, "there is no buffer for the token");
  TRY_ASSIGN(const std::size_t padding, buffers.pad(protection.padding_size()));
  TRY_ASSIGN(const std::size_t size,
             protection.seal(buffers.parts(), buffers.token_bytes,
                             qop == SECQOP_WRAP_NO_ENCRYPT ? Qop::SignOnly : Qop::Seal));
  buffers.token->cbBuffer = static_cast<std::uint32_t>(size);
  if (buffers.padding != nullptr) buffers.padding->cbBuffer = static_cast<std::uint32_t>(padding);
  return {};
}

Result<void> encrypt(ContextEntry& entry, std::uint32_t qop, SecBufferDesc* message) {
  if (auto* stream = entry.context->stream_protection(); stream != nullptr)
    return seal_stream(*stream, qop, message);
  if (auto* protection = entry.context->message_protection(); protection != nullptr)
    return seal_token(*protection, qop, message);
  return no_protection();
}

Result<SECURITY_STATUS> unseal_stream(StreamProtection& protection, SecBufferDesc* message) {
  TRY_ASSIGN(ReceivedStream received, ReceivedStream::read(message));
  TRY_ASSIGN(const tls::OpenedRecord record, protection.open_record(received.bytes()));
  switch (record.kind) {
    case tls::OpenedRecord::Kind::Incomplete:
      received.report_missing(record.missing);
      return fail(Status::IncompleteMessage, "the record is not complete", 0,
                  static_cast<std::int64_t>(record.missing));
    case tls::OpenedRecord::Kind::Data:
      received.report(record);
      return SEC_E_OK;
    case tls::OpenedRecord::Kind::Renegotiate:
      received.report(record);
      return SEC_I_RENEGOTIATE;
    case tls::OpenedRecord::Kind::Closed:
      received.report(record);
      return SEC_I_CONTEXT_EXPIRED;
  }
  return fail(Status::InternalError, "a record of unknown kind");
}

// Schannel and NTLM on Windows leave pfQOP as it is.
void put_qop(std::optional<Qop> qop, ULONG* out) {
  if (qop && out != nullptr) *out = *qop == Qop::SignOnly ? SECQOP_WRAP_NO_ENCRYPT : 0;
}

Result<SECURITY_STATUS> unseal_token(MessageProtection& protection, SecBufferDesc* message,
                                     ULONG* qop) {
  TRY_ASSIGN(TokenMessage buffers, TokenMessage::read(message));
  if (buffers.stream == nullptr) {
    TRY(buffers.take_padding(protection.padding_size()));
    TRY_ASSIGN(const auto found, protection.unseal(buffers.parts(), buffers.token_bytes));
    put_qop(found, qop);
    return SEC_E_OK;
  }
  TRY_ASSIGN(const Unsealed opened, protection.unseal_stream(buffers.stream_bytes));
  buffers.data->pvBuffer = opened.message.data();
  buffers.data->cbBuffer = static_cast<std::uint32_t>(opened.message.size());
  put_qop(opened.qop, qop);
  return SEC_E_OK;
}

Result<SECURITY_STATUS> decrypt(ContextEntry& entry, SecBufferDesc* message, ULONG* qop) {
  if (auto* stream = entry.context->stream_protection(); stream != nullptr)
    return unseal_stream(*stream, message);
  if (auto* protection = entry.context->message_protection(); protection != nullptr)
    return unseal_token(*protection, message, qop);
  return no_protection();
}

Result<MessageProtection*> signing(ContextEntry& entry) {
  auto* protection = entry.context->message_protection();
  if (protection == nullptr || entry.context->stream_protection() != nullptr)
    return no_protection();
  return protection;
}

Result<void> sign(ContextEntry& entry, std::uint32_t qop, SecBufferDesc* message) {
  TRY_ASSIGN(MessageProtection * protection, signing(entry));
  // Kerberos on Windows: SECQOP_WRAP_NO_ENCRYPT makes no sense here.
  if (qop == SECQOP_WRAP_NO_ENCRYPT)
    return fail(Status::InvalidToken, "SECQOP_WRAP_NO_ENCRYPT is for EncryptMessage");
  if (qop != 0) return fail(Status::QopNotSupported, "unknown quality of protection");
  TRY_ASSIGN(const TokenMessage buffers, TokenMessage::read(message));
  if (buffers.token == nullptr)
    return fail(Status::InvalidToken, "there is no buffer for the token");
  TRY_ASSIGN(const std::size_t size, protection->sign(buffers.parts(), buffers.token_bytes));
  buffers.token->cbBuffer = static_cast<std::uint32_t>(size);
  return {};
}

Result<void> verify(ContextEntry& entry, SecBufferDesc* message) {
  TRY_ASSIGN(MessageProtection * protection, signing(entry));
  TRY_ASSIGN(const TokenMessage buffers, TokenMessage::read(message));
  if (buffers.token == nullptr)
    return fail(Status::InvalidToken, "there is no buffer with the token");
  return protection->verify(buffers.parts(), buffers.token_bytes);
}

template <class F>
SECURITY_STATUS on_context(const SecHandle* handle, F&& body) noexcept {
  return guard([&] {
    return on_established(handle, [&](ContextEntry& entry) -> decltype(body(entry)) {
      // What follows it would arrive first.
      if (entry.undelivered)
        return fail(Status::ContextExpired, "a token that found no room is to be fetched first");
      return body(entry);
    });
  });
}

}  // namespace
}  // namespace opensspi::abi

using namespace opensspi::abi;

OPENSSPI_EXPORT SECURITY_STATUS SEC_ENTRY EncryptMessage(PCtxtHandle phContext, ULONG fQOP,
                                                         PSecBufferDesc pMessage,
                                                         ULONG /*MessageSeqNo*/) {
  return on_context(phContext, [&](ContextEntry& entry) { return encrypt(entry, fQOP, pMessage); });
}

OPENSSPI_EXPORT SECURITY_STATUS SEC_ENTRY DecryptMessage(PCtxtHandle phContext,
                                                         PSecBufferDesc pMessage,
                                                         ULONG /*MessageSeqNo*/, ULONG* pfQOP) {
  return on_context(phContext,
                    [&](ContextEntry& entry) { return decrypt(entry, pMessage, pfQOP); });
}

OPENSSPI_EXPORT SECURITY_STATUS SEC_ENTRY MakeSignature(PCtxtHandle phContext, ULONG fQOP,
                                                        PSecBufferDesc pMessage,
                                                        ULONG /*MessageSeqNo*/) {
  return on_context(phContext, [&](ContextEntry& entry) { return sign(entry, fQOP, pMessage); });
}

OPENSSPI_EXPORT SECURITY_STATUS SEC_ENTRY VerifySignature(PCtxtHandle phContext,
                                                          PSecBufferDesc pMessage,
                                                          ULONG /*MessageSeqNo*/,
                                                          ULONG* /*pfQOP*/) {
  return on_context(phContext, [&](ContextEntry& entry) { return verify(entry, pMessage); });
}

OPENSSPI_EXPORT SECURITY_STATUS SEC_ENTRY SealMessage(PCtxtHandle phContext, ULONG fQOP,
                                                      PSecBufferDesc pMessage, ULONG MessageSeqNo) {
  return EncryptMessage(phContext, fQOP, pMessage, MessageSeqNo);
}

OPENSSPI_EXPORT SECURITY_STATUS SEC_ENTRY UnsealMessage(PCtxtHandle phContext,
                                                        PSecBufferDesc pMessage, ULONG MessageSeqNo,
                                                        ULONG* pfQOP) {
  return DecryptMessage(phContext, pMessage, MessageSeqNo, pfQOP);
}
