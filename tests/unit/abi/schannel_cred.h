// Certificates, and a SCHANNEL_CRED that a test changes and reads.
#pragma once

#include <gtest/gtest.h>

#include <initializer_list>
#include <vector>

#include "abi/certificates.h"
#include "abi/schannel_cred.h"
#include "abi/windows_names.h"
#include "support/certificates.h"
#include "tls/session.h"

namespace opensspi::abi {

inline PCCERT_CONTEXT context_of(const test::Issued& issued) {
  return new_certificate_context(issued.key_pair()).value();
}

class SchannelCred : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    ec = context_of(test::server_of(test::KeyKind::Ec));
    rsa = context_of(test::server_of(test::KeyKind::Rsa));
    x509::KeyPair pair = test::server_of(test::KeyKind::Ec).key_pair();
    pair.key = nullptr;
    keyless = new_certificate_context(std::move(pair)).value();
  }
  static void TearDownTestSuite() {
    for (const PCCERT_CONTEXT context : {ec, rsa, keyless})
      EXPECT_TRUE(drop_certificate_reference(context));
  }

  SchannelCred() { cred.dwVersion = SCHANNEL_CRED_VERSION; }

  void use_certificates(std::initializer_list<PCCERT_CONTEXT> contexts) {
    certificates = contexts;
    cred.cCreds = static_cast<DWORD>(certificates.size());
    cred.paCred = certificates.data();
  }
  void use_algorithms(std::initializer_list<ALG_ID> ids) {
    algorithms = ids;
    cred.cSupportedAlgs = static_cast<DWORD>(algorithms.size());
    cred.palgSupportedAlgs = algorithms.data();
  }

  Result<std::shared_ptr<const TlsAuthData>> read(CredentialUse use) {
    return read_schannel_cred(TlsSpeaker::Schannel, use, &cred, {});
  }
  Status status(CredentialUse use = CredentialUse::Outbound) {
    const auto data = read(use);
    return data ? Status::Ok : data.error().status;
  }
  tls::Options client() { return read(CredentialUse::Outbound).value()->client->options(); }

  inline static PCCERT_CONTEXT ec = nullptr, rsa = nullptr, keyless = nullptr;
  std::vector<PCCERT_CONTEXT> certificates;
  std::vector<ALG_ID> algorithms;
  SCHANNEL_CRED cred{};
};

}  // namespace opensspi::abi
