// Both sides of one TLS session by package Schannel.
#pragma once

#include "abi/made_certificate.h"
#include "abi/stream.h"

namespace caller {

inline constexpr ULONG kClientFlags = ISC_REQ_REPLAY_DETECT | ISC_REQ_SEQUENCE_DETECT |
                                      ISC_REQ_CONFIDENTIALITY | ISC_REQ_EXTENDED_ERROR |
                                      ISC_REQ_STREAM;
inline constexpr ULONG kServerFlags = ASC_REQ_REPLAY_DETECT | ASC_REQ_SEQUENCE_DETECT |
                                      ASC_REQ_CONFIDENTIALITY | ASC_REQ_EXTENDED_ERROR |
                                      ASC_REQ_STREAM;
inline constexpr SEC_WCHAR kTarget[] = u"server.wonderland.example";

// SCHANNEL_CRED, and a credential made of it.
inline Credential acquire_schannel(ULONG use, PCCERT_CONTEXT certificate, DWORD protocols = 0,
                                   DWORD flags = SCH_CRED_MANUAL_CRED_VALIDATION,
                                   HCERTSTORE roots = nullptr) {
  SCHANNEL_CRED cred{};
  cred.dwVersion = SCHANNEL_CRED_VERSION;
  cred.cCreds = certificate != nullptr ? 1 : 0;
  cred.paCred = &certificate;
  cred.grbitEnabledProtocols = protocols;
  cred.dwFlags = flags;
  cred.hRootStore = roots;
  Credential credential;
  EXPECT_STATUS(SEC_E_OK,
                AcquireCredentialsHandleW(nullptr, wide(UNISP_NAME_W), use, nullptr, &cred, nullptr,
                                          nullptr, credential.get(), nullptr));
  return credential;
}

struct Options {
  DWORD client_protocols = 0;  // SP_PROT_
  DWORD client_cred_flags = SCH_CRED_MANUAL_CRED_VALIDATION;
  ULONG client_flags = kClientFlags;
  ULONG server_flags = kServerFlags;
  PCCERT_CONTEXT client_certificate = nullptr;
  PCCERT_CONTEXT server_certificate = caller::server_certificate();
  const SEC_WCHAR* target = kTarget;
};

class SchannelPair {
 public:
  explicit SchannelPair(const Options& options = {})
      : client_credential(acquire_schannel(SECPKG_CRED_OUTBOUND, options.client_certificate,
                                           options.client_protocols, options.client_cred_flags)),
        server_credential(acquire_schannel(SECPKG_CRED_INBOUND, options.server_certificate, 0, 0)),
        client(Party::client(client_credential, options.client_flags, options.target)),
        server(Party::server(server_credential, options.server_flags)) {}

  Credential client_credential, server_credential;
  Party client, server;
};

// What stands for both versions alike.
class SchannelTest : public testing::TestWithParam<DWORD> {
 protected:
  [[nodiscard]] static Options options() { return {.client_protocols = GetParam()}; }
};

inline constexpr DWORD kTlsVersions[] = {SP_PROT_TLS1_2_CLIENT, SP_PROT_TLS1_3_CLIENT};
inline std::string name_of_version(const testing::TestParamInfo<DWORD>& info) {
  return info.param == SP_PROT_TLS1_2_CLIENT ? "Tls12" : "Tls13";
}
#define FOR_BOTH_VERSIONS(Suite) \
  INSTANTIATE_TEST_SUITE_P(Versions, Suite, testing::ValuesIn(kTlsVersions), name_of_version)

template <class Structure>
Structure queried(Party& party, ULONG attribute) {
  Structure structure{};
  EXPECT_STATUS(SEC_E_OK, QueryContextAttributesW(party.get(), attribute, &structure));
  return structure;
}

inline SECURITY_STATUS query_status(Party& party, ULONG attribute) {
  alignas(8) std::uint8_t structure[1024] = {};
  return QueryContextAttributesW(party.get(), attribute, structure);
}

inline bool is_resumed(Party& party) {
  return queried<SecPkgContext_SessionInfo>(party, SECPKG_ATTR_SESSION_INFO).dwFlags ==
         SSL_SESSION_RECONNECT;
}

// One token for ApplyControlToken.
template <class Structure>
SECURITY_STATUS apply(Party& party, Structure structure, ULONG size = sizeof(Structure)) {
  SecBuffer buffer{size, SECBUFFER_TOKEN, &structure};
  SecBufferDesc token{SECBUFFER_VERSION, 1, &buffer};
  return ApplyControlToken(party.get(), &token);
}

// What the next record with a text says; a ticket that came with the handshake is none.
inline std::string next_text(Party& to, const Bytes& record) {
  Bytes records = to.take_inbox();
  records.insert(records.end(), record.begin(), record.end());
  Received received = decrypt(to, records);
  while (received.status == SEC_I_RENEGOTIATE) {
    const Leg leg = to.step(received.extra);
    EXPECT_STATUS(SEC_E_OK, leg.status);
    records.assign(received.extra.end() - leg.extra, received.extra.end());
    received = decrypt(to, records);
  }
  EXPECT_STATUS(SEC_E_OK, received.status);
  return received.text;
}

// One text both ways.
inline void expect_to_speak(Party& one, Party& other) {
  constexpr char kText[] = "It's a poor sort of memory that only works backwards";
  EXPECT_EQ(next_text(other, encrypt(one, kText)), kText);
  EXPECT_EQ(next_text(one, encrypt(other, kText)), kText);
}

}  // namespace caller
