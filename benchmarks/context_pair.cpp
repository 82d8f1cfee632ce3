// The calls that every SSPI program makes.
#include "context_pair.h"

#include <array>
#include <cstdio>

namespace bench {
namespace {

constexpr std::size_t kTokenRoom = 16384;

std::string describe(const std::string& function, SECURITY_STATUS status) {
  std::array<char, 16> hex{};
  std::snprintf(hex.data(), hex.size(), "0x%08X", static_cast<unsigned>(status));
  return function + " failed with " + hex.data();
}

ULONG size_of(std::span<const std::uint8_t> bytes) {
  return static_cast<ULONG>(bytes.size());
}

}  // namespace

SspiFailure::SspiFailure(const std::string& function, SECURITY_STATUS status)
    : std::runtime_error(describe(function, status)) {}

void check(const char* function, SECURITY_STATUS status) {
  if (status != SEC_E_OK) throw SspiFailure(function, status);
}

Credential::Credential(const SecurityFunctionTableW& table, const char16_t* package, ULONG use,
                       void* auth_data)
    : table_(table) {
  TimeStamp expiry{};
  check("AcquireCredentialsHandle",
        table.AcquireCredentialsHandleW(nullptr, const_cast<char16_t*>(package), use, nullptr,
                                        auth_data, nullptr, nullptr, &handle_, &expiry));
}

Credential::Credential(const SecurityFunctionTableW& table, CredHandle handle)
    : table_(table), handle_(handle) {}

Credential::~Credential() {
  table_.FreeCredentialsHandle(&handle_);
}

ContextPair::ContextPair(const Exchange& exchange) : exchange_(exchange) {
  establish();
}

ContextPair::~ContextPair() {
  for (Side* side : {&client_, &server_}) {
    if (side->exists) exchange_.table->DeleteSecurityContext(&side->handle);
  }
}

void ContextPair::establish() {
  std::array<std::uint8_t, kTokenRoom> client_room, server_room;  // not cleared: time is measured
  Bytes from_server{};
  while (!client_.done || !server_.done) {
    const Bytes from_client =
        client_.done ? Bytes{} : leg(client_, from_server, Bytes(client_room));
    if (from_client.empty()) break;
    from_server = leg(server_, from_client, Bytes(server_room));
  }
  if (!client_.done || !server_.done) throw std::runtime_error("the handshake does not end");
}

// Takes all of the token, however many calls that needs, and returns what there is to send.
ContextPair::Bytes ContextPair::leg(Side& side, Bytes token, Bytes room) {
  std::size_t num_sent = 0;
  do {
    SecBuffer in[2] = {{size_of(token), SECBUFFER_TOKEN, token.data()},
                       {0, SECBUFFER_EMPTY, nullptr}};
    SecBuffer out = {size_of(room) - static_cast<ULONG>(num_sent), SECBUFFER_TOKEN,
                     room.data() + num_sent};
    SecBufferDesc input = {SECBUFFER_VERSION, 2, in};
    SecBufferDesc output = {SECBUFFER_VERSION, 1, &out};
    SECURITY_STATUS status = call(side, token.empty() ? nullptr : &input, &output);
    const bool first_accept = &side == &server_ && !side.exists;
    if (status < 0) throw SspiFailure("a leg of the handshake", status);
    side.exists = true;
    if (first_accept && exchange_.after_first_accept) exchange_.after_first_accept(side.handle);
    if (status == SEC_I_COMPLETE_NEEDED || status == SEC_I_COMPLETE_AND_CONTINUE) {
      check("CompleteAuthToken", exchange_.table->CompleteAuthToken(&side.handle, &output));
      status = status == SEC_I_COMPLETE_NEEDED ? SEC_E_OK : SEC_I_CONTINUE_NEEDED;
    }
    side.done = status == SEC_E_OK;
    num_sent += out.cbBuffer;
    token = in[1].BufferType == SECBUFFER_EXTRA ? token.last(in[1].cbBuffer) : Bytes{};
  } while (!token.empty() && !side.done);
  return room.first(num_sent);
}

SECURITY_STATUS ContextPair::call(Side& side, SecBufferDesc* input, SecBufferDesc* output) {
  CtxtHandle* context = side.exists ? &side.handle : nullptr;
  ULONG attributes = 0;
  TimeStamp expiry{};
  if (&side == &server_) {
    return exchange_.table->AcceptSecurityContext(exchange_.server->handle(), context, input,
                                                  exchange_.server_flags, SECURITY_NATIVE_DREP,
                                                  &side.handle, output, &attributes, &expiry);
  }
  return exchange_.table->InitializeSecurityContextW(
      exchange_.client->handle(), context, const_cast<char16_t*>(exchange_.target_name.c_str()),
      exchange_.client_flags, 0, SECURITY_NATIVE_DREP, input, 0, &side.handle, output, &attributes,
      &expiry);
}

TokenRoundTrip::TokenRoundTrip(const SecurityFunctionTableW& table, ContextPair& pair,
                               std::size_t size)
    : table_(table), pair_(pair), data_(size, 0x5A) {
  SecPkgContext_Sizes sizes{};
  check("QueryContextAttributes",
        table.QueryContextAttributesW(pair.client(), SECPKG_ATTR_SIZES, &sizes));
  signature_.resize(sizes.cbMaxSignature);
}

void TokenRoundTrip::operator()() {
  SecBuffer buffers[2] = {{size_of(data_), SECBUFFER_DATA, data_.data()},
                          {size_of(signature_), SECBUFFER_TOKEN, signature_.data()}};
  SecBufferDesc message = {SECBUFFER_VERSION, 2, buffers};
  check("EncryptMessage", table_.EncryptMessage(pair_.client(), 0, &message, 0));
  ULONG qop = 0;
  check("DecryptMessage", table_.DecryptMessage(pair_.server(), &message, 0, &qop));
}

StreamRoundTrip::StreamRoundTrip(const SecurityFunctionTableW& table, ContextPair& pair,
                                 std::size_t size)
    : table_(table), pair_(pair), size_(size) {
  check("QueryContextAttributes",
        table.QueryContextAttributesW(pair.client(), SECPKG_ATTR_STREAM_SIZES, &sizes_));
  record_.assign(sizes_.cbHeader + size + sizes_.cbTrailer, 0x5A);
}

void StreamRoundTrip::operator()() {
  std::uint8_t* const data = record_.data() + sizes_.cbHeader;
  SecBuffer sealed[4] = {{sizes_.cbHeader, SECBUFFER_STREAM_HEADER, record_.data()},
                         {static_cast<ULONG>(size_), SECBUFFER_DATA, data},
                         {sizes_.cbTrailer, SECBUFFER_STREAM_TRAILER, data + size_},
                         {0, SECBUFFER_EMPTY, nullptr}};
  SecBufferDesc message = {SECBUFFER_VERSION, 4, sealed};
  check("EncryptMessage", table_.EncryptMessage(pair_.client(), 0, &message, 0));
  const ULONG total = sealed[0].cbBuffer + sealed[1].cbBuffer + sealed[2].cbBuffer;
  SecBuffer received[4] = {{total, SECBUFFER_DATA, record_.data()},
                           {0, SECBUFFER_EMPTY, nullptr},
                           {0, SECBUFFER_EMPTY, nullptr},
                           {0, SECBUFFER_EMPTY, nullptr}};
  message = {SECBUFFER_VERSION, 4, received};
  ULONG qop = 0;
  check("DecryptMessage", table_.DecryptMessage(pair_.server(), &message, 0, &qop));
  if (received[1].cbBuffer != size_) throw std::runtime_error("DecryptMessage lost bytes");
}

}  // namespace bench
