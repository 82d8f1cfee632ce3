// Both sides of one logon with NTLM, bare or through Negotiate.
#pragma once

#include "abi/party.h"

namespace caller {

struct Through {
  const char* name;  // of the tests
  const char* package;
  const SEC_WCHAR* package_w;
  const SEC_WCHAR* target;
};

inline constexpr Through kNtlm{"Ntlm", "NTLM", u"NTLM", u"HOST/server.wonderland.example"};
inline constexpr Through kNegotiate{"Negotiate", "Negotiate", u"Negotiate",
                                    u"HTTP/server.wonderland.example"};
// Negotiate that sends NTLM bare.
inline constexpr Through kNegotiateBare{"NegotiateBare", "Negotiate", u"Negotiate",
                                        u"TERMSRV/server.wonderland.example"};

inline std::string name_of(const testing::TestParamInfo<Through>& info) {
  return info.param.name;
}

inline constexpr ULONG kEverything = ISC_REQ_CONFIDENTIALITY | ISC_REQ_INTEGRITY |
                                     ISC_REQ_MUTUAL_AUTH | ISC_REQ_REPLAY_DETECT |
                                     ISC_REQ_SEQUENCE_DETECT;

class Pair {
 public:
  explicit Pair(const Through& through, ULONG client_flags = kEverything, ULONG server_flags = 0,
                const SEC_WCHAR* password = u"Queen of \u2665",
                const opensspi_authority& authority = users().authority(),
                const SEC_WCHAR* user = u"alice")
      : identity_(user, u"WONDERLAND", password),
        client_credential(acquire_client(through.package_w, identity_.get())),
        server_credential(acquire_server(through.package, nullptr, authority)),
        client(Party::client(client_credential, client_flags, through.target)),
        server(Party::server(server_credential, server_flags)) {}

 private:
  IdentityW identity_;

 public:
  Credential client_credential, server_credential;
  Party client, server;
};

// The buffers of one call on messages.
class Message {
 public:
  Message(std::initializer_list<SecBuffer> buffers) : buffers_(buffers) {}

  SecBufferDesc* get() {
    description_ = {SECBUFFER_VERSION, static_cast<ULONG>(buffers_.size()), buffers_.data()};
    return &description_;
  }
  SecBuffer& operator[](std::size_t i) { return buffers_[i]; }

 private:
  std::vector<SecBuffer> buffers_;
  SecBufferDesc description_{};
};

inline SecBuffer buffer(ULONG type, std::span<std::uint8_t> bytes) {
  return {static_cast<ULONG>(bytes.size()), type, bytes.data()};
}

constexpr std::size_t kSignatureSize = 16;

}  // namespace caller
