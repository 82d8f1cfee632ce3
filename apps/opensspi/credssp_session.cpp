// SEC_E_INCOMPLETE_MESSAGE means: read more and call again with all of it. SECBUFFER_EXTRA means:
// the last so many bytes of the input belong to the next call.
#include "credssp_session.h"

#include <algorithm>

#include "status.h"

namespace opensspi::command {
namespace {

constexpr ULONG kClientFlags = ISC_REQ_MUTUAL_AUTH | ISC_REQ_CONFIDENTIALITY | ISC_REQ_DELEGATE |
                               ISC_REQ_STREAM | ISC_REQ_ALLOCATE_MEMORY |
                               ISC_REQ_MANUAL_CRED_VALIDATION | ISC_REQ_USE_SUPPLIED_CREDS;
constexpr ULONG kServerFlags = ASC_REQ_MUTUAL_AUTH | ASC_REQ_CONFIDENTIALITY | ASC_REQ_DELEGATE |
                               ASC_REQ_STREAM | ASC_REQ_ALLOCATE_MEMORY;

SecBuffer buffer(ULONG type, std::uint8_t* bytes = nullptr, std::size_t size = 0) {
  SecBuffer made{};
  made.BufferType = type;
  made.pvBuffer = bytes;
  made.cbBuffer = static_cast<ULONG>(size);
  return made;
}

template <std::size_t N>
SecBufferDesc description(SecBuffer (&buffers)[N]) {
  SecBufferDesc made{};
  made.ulVersion = SECBUFFER_VERSION;
  made.cBuffers = N;
  made.pBuffers = buffers;
  return made;
}

// Only the last `size` bytes stay.
void keep_last(Bytes& bytes, std::size_t size) {
  bytes.erase(bytes.begin(), bytes.end() - static_cast<std::ptrdiff_t>(size));
}

}  // namespace

CredSspSession::CredSspSession(std::shared_ptr<const Credential> credential, TcpStream& stream,
                               std::string target, ULONG more_flags)
    : credential_(std::move(credential)),
      stream_(stream),
      target_(std::move(target)),
      more_flags_(more_flags) {}

CredSspSession::~CredSspSession() {
  if (has_context_) DeleteSecurityContext(&context_);
}

SECURITY_STATUS CredSspSession::handshake(Deadline deadline) {
  bool wants_bytes = credential_->is_inbound();
  while (true) {
    if (wants_bytes && !stream_.read_some(received_, deadline))
      throw NetworkError(NetworkError::Kind::Closed, "the peer closed the connection");
    Bytes token;
    const SECURITY_STATUS status = run_leg(token);
    if (status == SEC_E_INCOMPLETE_MESSAGE) {
      wants_bytes = true;
      continue;
    }
    if (status == SEC_E_OK && !credential_->is_inbound()) {
      last_token_ = std::move(token);
      return status;
    }
    if (!token.empty()) stream_.write(token, deadline);
    if (status == SEC_E_OK || status < 0) return status;
    wants_bytes = received_.empty();
  }
}

void CredSspSession::send_credentials(Deadline deadline) {
  stream_.write(last_token_, deadline);
  last_token_.clear();
}

std::size_t CredSspSession::send(ByteView message, Deadline deadline) {
  SecPkgContext_StreamSizes sizes{};
  check(QueryContextAttributesA(&context_, SECPKG_ATTR_STREAM_SIZES, &sizes), "the message sizes");
  std::size_t total = 0;
  while (!message.empty()) {
    const ByteView part =
        message.first(std::min<std::size_t>(message.size(), sizes.cbMaximumMessage));
    message = message.subspan(part.size());
    Bytes record(sizes.cbHeader + part.size() + sizes.cbTrailer);
    std::uint8_t* const data = record.data() + sizes.cbHeader;
    std::copy(part.begin(), part.end(), data);
    SecBuffer buffers[] = {buffer(SECBUFFER_STREAM_HEADER, record.data(), sizes.cbHeader),
                           buffer(SECBUFFER_DATA, data, part.size()),
                           buffer(SECBUFFER_STREAM_TRAILER, data + part.size(), sizes.cbTrailer),
                           buffer(SECBUFFER_EMPTY)};
    SecBufferDesc described = description(buffers);
    check(EncryptMessage(&context_, 0, &described, 0), "the message was not encrypted");
    record.resize(buffers[0].cbBuffer + buffers[1].cbBuffer + buffers[2].cbBuffer);
    stream_.write(record, deadline);
    total += record.size();
  }
  return total;
}

CredSspSession::Received CredSspSession::receive(Bytes& to, Deadline deadline) {
  const std::size_t before = to.size();
  while (to.size() == before) {
    const SECURITY_STATUS status = received_.empty() ? SEC_E_INCOMPLETE_MESSAGE : decrypt(to);
    switch (status) {
      case SEC_E_OK:
        break;  // perhaps a record without data: a session ticket
      case SEC_E_INCOMPLETE_MESSAGE:
        try {
          if (!stream_.read_some(received_, deadline)) return Received::Closed;
        } catch (const NetworkError& error) {
          if (error.kind() == NetworkError::Kind::Closed) return Received::Closed;
          throw;
        }
        break;
      case SEC_I_CONTEXT_EXPIRED:
        return Received::Closed;
      case SEC_I_RENEGOTIATE:
        answer_post_handshake(deadline);
        break;
      default:
        remember_error(status);
        return Received::Refused;
    }
  }
  return Received::Data;
}

SECURITY_STATUS CredSspSession::run_leg(Bytes& token) {
  SecBuffer input[] = {buffer(SECBUFFER_TOKEN, received_.data(), received_.size()),
                       buffer(SECBUFFER_EMPTY)};
  SecBuffer output[] = {buffer(SECBUFFER_TOKEN)};
  SecBufferDesc input_description = description(input), output_description = description(output);
  SECURITY_STATUS status = call(&input_description, &output_description);
  const bool keeps = status == SEC_E_DELEGATION_POLICY || status == SEC_E_NO_CREDENTIALS;
  if (keeps && !has_context_ && credential_->is_of_session()) {
    delegates_ = false;
    status = call(&input_description, &output_description);
  }
  if (status == SEC_E_INCOMPLETE_MESSAGE) return status;
  ++num_legs_;
  if (status >= 0) has_context_ = true;
  if (output[0].pvBuffer != nullptr) {
    const auto* bytes = static_cast<const std::uint8_t*>(output[0].pvBuffer);
    token.assign(bytes, bytes + output[0].cbBuffer);
    FreeContextBuffer(output[0].pvBuffer);
  }
  keep_last(received_, input[1].BufferType == SECBUFFER_EXTRA ? input[1].cbBuffer : 0);
  if (status < 0) remember_error(status);
  return status;
}

SECURITY_STATUS CredSspSession::call(SecBufferDesc* input, SecBufferDesc* output) {
  ULONG attributes = 0;
  TimeStamp expiry{};
  PCtxtHandle context = has_context_ ? &context_ : nullptr;
  if (credential_->is_inbound()) {
    return AcceptSecurityContext(credential_->handle(), context, input, kServerFlags,
                                 SECURITY_NATIVE_DREP, &context_, output, &attributes, &expiry);
  }
  ULONG flags = kClientFlags | more_flags_;
  if (!delegates_) flags &= ~ULONG{ISC_REQ_DELEGATE};
  return InitializeSecurityContextA(credential_->handle(), context, target_.data(), flags, 0,
                                    SECURITY_NATIVE_DREP, context != nullptr ? input : nullptr, 0,
                                    &context_, output, &attributes, &expiry);
}

SECURITY_STATUS CredSspSession::decrypt(Bytes& to) {
  SecBuffer buffers[] = {buffer(SECBUFFER_DATA, received_.data(), received_.size()),
                         buffer(SECBUFFER_EMPTY), buffer(SECBUFFER_EMPTY), buffer(SECBUFFER_EMPTY)};
  SecBufferDesc described = description(buffers);
  const SECURITY_STATUS status = DecryptMessage(&context_, &described, 0, nullptr);
  if (status == SEC_E_INCOMPLETE_MESSAGE || status < 0) return status;
  std::size_t extra = 0;
  for (const SecBuffer& part : buffers) {
    if (part.BufferType == SECBUFFER_EXTRA) extra = part.cbBuffer;
    if (part.BufferType != SECBUFFER_DATA || part.cbBuffer == 0) continue;
    const auto* bytes = static_cast<const std::uint8_t*>(part.pvBuffer);
    to.insert(to.end(), bytes, bytes + part.cbBuffer);
  }
  keep_last(received_, extra);
  return status;
}

// TLS has a message of its own to answer (a KeyUpdate): one more leg makes the answer.
void CredSspSession::answer_post_handshake(Deadline deadline) {
  Bytes token;
  const SECURITY_STATUS status = run_leg(token);
  if (!token.empty()) stream_.write(token, deadline);
  if (status < 0 && status != SEC_E_INCOMPLETE_MESSAGE)
    check(status, "the TLS session could not go on");
}

void CredSspSession::remember_error(SECURITY_STATUS status) {
  error_ = last_error();
  error_.status = status;
}

}  // namespace opensspi::command
