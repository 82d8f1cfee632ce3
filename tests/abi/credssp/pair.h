// Both sides of one CREDSSP logon, with the flags that Microsoft's own callers use.
#pragma once

#include "abi/stream.h"

namespace caller {

inline constexpr ULONG kClientFlags =
    ISC_REQ_MUTUAL_AUTH | ISC_REQ_USE_SUPPLIED_CREDS | ISC_REQ_DELEGATE | ISC_REQ_REPLAY_DETECT |
    ISC_REQ_SEQUENCE_DETECT | ISC_REQ_CONFIDENTIALITY | ISC_REQ_EXTENDED_ERROR | ISC_REQ_STREAM;
inline constexpr ULONG kServerFlags = ASC_REQ_DELEGATE | ASC_REQ_REPLAY_DETECT |
                                      ASC_REQ_SEQUENCE_DETECT | ASC_REQ_CONFIDENTIALITY |
                                      ASC_REQ_EXTENDED_ERROR | ASC_REQ_STREAM;
inline constexpr SEC_WCHAR kTarget[] = u"TERMSRV/server.wonderland.example";

struct Options {
  const SEC_WCHAR* user = u"alice";
  const SEC_WCHAR* domain = u"WONDERLAND";
  const SEC_WCHAR* password = u"Queen of \u2665";
  ULONG client_flags = kClientFlags;
  DWORD client_protocols = 0;  // SP_PROT_
  opensspi_authority authority = users().authority();
};

class CredSspPair {
 public:
  explicit CredSspPair(const Options& options = {})
      : client_credential(acquire(options)),
        server_credential(
            acquire_server("CREDSSP", CredSspCred::server().get(), options.authority)),
        client(Party::client(client_credential, options.client_flags, kTarget)),
        server(Party::server(server_credential, kServerFlags)) {}

  Credential client_credential, server_credential;
  Party client, server;

 private:
  static Credential acquire(const Options& options) {
    IdentityW identity(options.user, options.domain, options.password);
    CredSspCred cred = CredSspCred::client(identity.get());
    cred.schannel().grbitEnabledProtocols = options.client_protocols;
    return acquire_client(CREDSSP_NAME, cred.get());
  }
};

// TLS 1.2 and 1.3 behave alike here.
inline constexpr DWORD kTlsVersions[] = {SP_PROT_TLS1_2_CLIENT, SP_PROT_TLS1_3_CLIENT};
inline std::string name_of_version(const testing::TestParamInfo<DWORD>& info) {
  return info.param == SP_PROT_TLS1_2_CLIENT ? "Tls12" : "Tls13";
}

// Until the server's pubKeyAuth has reached the client, whose next leg is its last.
inline void run_up_to_pub_key_auth(CredSspPair& pair, DWORD version) {
  const std::size_t num_legs = version == SP_PROT_TLS1_2_CLIENT ? 4 : 3;
  while (pair.client.legs().size() < num_legs) {
    pair.server.receive(pair.client.run().token);
    pair.client.receive(pair.server.run().token);
  }
}

}  // namespace caller
