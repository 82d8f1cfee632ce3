// One side of an authentication, as a program's loop drives it: what arrived is collected, handed
// over with an EMPTY buffer behind it, and what is left over (EXTRA) is kept.
#pragma once

#include "abi/support.h"

namespace caller {

// What a call that establishes a context gave.
struct Leg {
  SECURITY_STATUS status = SEC_I_CONTINUE_NEEDED;
  Bytes token;
  ULONG attributes = 0;
  TimeStamp expiry{};
  ULONG extra = 0, missing = 0;
};

// SEC_CHANNEL_BINDINGS as Windows' TLS callers fill it.
inline Bytes bindings(std::string_view data) {
  SEC_CHANNEL_BINDINGS header{};
  header.cbApplicationDataLength = static_cast<ULONG>(data.size());
  header.dwApplicationDataOffset = sizeof header;
  Bytes bytes(sizeof header + data.size());
  std::memcpy(bytes.data(), &header, sizeof header);
  std::memcpy(bytes.data() + sizeof header, data.data(), data.size());
  return bytes;
}

class Party {
 public:
  static Party client(Credential& credential, ULONG flags,
                      const SEC_WCHAR* target = u"HOST/server.wonderland.example") {
    return Party(false, credential, flags, target);
  }
  static Party server(Credential& credential, ULONG flags = 0) {
    return Party(true, credential, flags, nullptr);
  }
  Party(const Party&) = delete;
  Party& operator=(const Party&) = delete;
  ~Party() {
    if (SecIsValidHandle(&context_)) DeleteSecurityContext(&context_);
  }

  [[nodiscard]] CtxtHandle* get() { return &context_; }
  [[nodiscard]] bool has_context() const { return SecIsValidHandle(&context_); }
  [[nodiscard]] SECURITY_STATUS status() const { return last_.status; }
  [[nodiscard]] const Leg& last() const { return last_; }
  [[nodiscard]] const std::vector<Leg>& legs() const { return legs_; }
  [[nodiscard]] const Bytes& inbox() const { return inbox_; }
  // SEC_CHANNEL_BINDINGS that go with every leg.
  Bytes channel_bindings{};
  // SEC_APPLICATION_PROTOCOLS, the same.
  Bytes application_protocols{};

  // What later legs name, and with which flags.
  void name(Credential& credential, ULONG flags) {
    credential_ = credential.get();
    flags_ = flags;
  }

  // What no leg has taken: records that follow the handshake.
  Bytes take_inbox() { return std::exchange(inbox_, {}); }

  void receive(std::span<const std::uint8_t> bytes) {
    inbox_.insert(inbox_.end(), bytes.begin(), bytes.end());
    if (!bytes.empty()) starving_ = false;
  }

  // Whether there is something to call for.
  [[nodiscard]] bool runs() const {
    const bool speaks_first = !is_server_ && legs_.empty();
    const bool goes_on =
        last_.status == SEC_I_CONTINUE_NEEDED || last_.status == SEC_E_INCOMPLETE_MESSAGE;
    return goes_on && !starving_ && (speaks_first || !inbox_.empty());
  }

  // One call with all that has arrived.
  const Leg& run() {
    last_ = step(inbox_);
    if (last_.status == SEC_E_INCOMPLETE_MESSAGE) {
      starving_ = true;
      return last_;
    }
    if (last_.status == SEC_I_INCOMPLETE_CREDENTIALS) return last_;  // the same comes again
    inbox_.erase(inbox_.begin(), inbox_.end() - last_.extra);
    legs_.push_back(last_);
    return last_;
  }

  // One call with these bytes.
  Leg step(std::span<const std::uint8_t> input) {
    Bytes bytes(input.begin(), input.end());
    std::vector<SecBuffer> in;
    if (!bytes.empty()) {
      in.push_back({static_cast<ULONG>(bytes.size()), SECBUFFER_TOKEN, bytes.data()});
      in.push_back({0, SECBUFFER_EMPTY, nullptr});
    }
    if (!channel_bindings.empty())
      in.push_back({static_cast<ULONG>(channel_bindings.size()), SECBUFFER_CHANNEL_BINDINGS,
                    channel_bindings.data()});
    if (!application_protocols.empty())
      in.push_back({static_cast<ULONG>(application_protocols.size()),
                    SECBUFFER_APPLICATION_PROTOCOLS, application_protocols.data()});
    SecBufferDesc input_buffers{SECBUFFER_VERSION, static_cast<ULONG>(in.size()), in.data()};
    SecBuffer out{0, SECBUFFER_TOKEN, nullptr};
    SecBufferDesc output_buffers{SECBUFFER_VERSION, 1, &out};

    Leg leg;
    leg.status = call(in.empty() ? nullptr : &input_buffers, &output_buffers, leg);
    if (out.pvBuffer != nullptr) {
      const auto* token = static_cast<const std::uint8_t*>(out.pvBuffer);
      leg.token.assign(token, token + out.cbBuffer);
      EXPECT_EQ(SEC_E_OK, FreeContextBuffer(out.pvBuffer));
    }
    for (const SecBuffer& buffer : in) {
      if (buffer.BufferType == SECBUFFER_EXTRA) leg.extra = buffer.cbBuffer;
      if (buffer.BufferType == SECBUFFER_MISSING) leg.missing = buffer.cbBuffer;
    }
    return leg;
  }

  // The same with the caller's own buffers.
  SECURITY_STATUS call(SecBufferDesc* input, SecBufferDesc* output, Leg& leg,
                       ULONG extra_flags = ISC_REQ_ALLOCATE_MEMORY) {
    CtxtHandle* const existing = has_context() ? &context_ : nullptr;
    const ULONG flags = flags_ | extra_flags;
    if (is_server_)
      return AcceptSecurityContext(credential_, existing, input, flags, SECURITY_NATIVE_DREP,
                                   &context_, output, &leg.attributes, &leg.expiry);
    return InitializeSecurityContextW(credential_, existing, wide(target_), flags, 0,
                                      SECURITY_NATIVE_DREP, input, 0, &context_, output,
                                      &leg.attributes, &leg.expiry);
  }

 private:
  Party(bool is_server, Credential& credential, ULONG flags, const SEC_WCHAR* target)
      : is_server_(is_server), credential_(credential.get()), flags_(flags), target_(target) {
    SecInvalidateHandle(&context_);
  }

  const bool is_server_;
  CredHandle* credential_;
  ULONG flags_;
  const SEC_WCHAR* const target_;
  CtxtHandle context_{};
  Leg last_{};
  std::vector<Leg> legs_{};
  Bytes inbox_{};
  bool starving_ = false;
};

// Lets both talk until neither has anything to do.
inline void talk(Party& client, Party& server) {
  for (int turn = 0; turn < 50 && (client.runs() || server.runs()); ++turn) {
    if (client.runs()) server.receive(client.run().token);
    if (server.runs()) client.receive(server.run().token);
  }
}

// Both sides as they are when a logon went well.
#define ASSERT_LOGGED_ON(client, server)        \
  do {                                          \
    caller::talk(client, server);               \
    ASSERT_STATUS(SEC_E_OK, (client).status()); \
    ASSERT_STATUS(SEC_E_OK, (server).status()); \
  } while (false)

inline opensspi_error context_error(Party& party) {
  opensspi_error error{};
  EXPECT_EQ(SEC_E_OK, opensspi_context_error(party.get(), &error));
  return error;
}

}  // namespace caller
