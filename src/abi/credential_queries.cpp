// QueryCredentialsAttributes and its Ex form, A and W: one function per structure, one row per
// number.
#include <algorithm>
#include <cstdint>
#include <limits>
#include <span>
#include <vector>

#include "abi/alg_ids.h"
#include "abi/attribute_table.h"
#include "abi/guard.h"
#include "abi/objects.h"
#include "abi/package_block.h"
#include "abi/text.h"
#include "abi/tls_protocols.h"
#include "tls/session.h"

namespace opensspi::abi {
namespace {

template <class Char>
Result<void> write_names(const Credential& credential, typename Twin<Char>::CredentialNames& out) {
  TRY_ASSIGN(const Names names, credential.names());
  TRY_ASSIGN(auto user, text_block<Char>(names.user));
  out.sUserName = user.release();
  return {};
}

// What the credential's sessions may agree on, in either direction.
Result<std::vector<const tls::Parameters*>> tls_of(const Credential& credential) {
  std::vector<const tls::Parameters*> all;
  for (const Role role : {Role::Client, Role::Server})
    if (const tls::Parameters* one = credential.tls(role); one != nullptr) all.push_back(one);
  if (all.empty())
    return fail(Status::UnsupportedFunction, "only credentials of Schannel tell of TLS");
  return all;
}

void add_numbers(const tls::Algorithms& algorithms, std::vector<ALG_ID>& numbers) {
  const auto add = [&](ALG_ID number) {
    if (number != 0 && std::find(numbers.begin(), numbers.end(), number) == numbers.end())
      numbers.push_back(number);
  };
  for (const tls::CipherSuite& suite : algorithms.suites.rows()) {
    add(cipher_id(suite));
    add(hash_id(suite));
  }
  add(CALG_ECDH_EPHEM);
  for (const tls::Signature& signature : algorithms.signatures.rows())
    add(signature_id(signature.key));
}

Result<void> write_supported_algs(const Credential& credential, SecPkgCred_SupportedAlgs& out) {
  TRY_ASSIGN(const auto all, tls_of(credential));
  std::vector<ALG_ID> numbers;
  for (const tls::Parameters* one : all) add_numbers(one->options().algorithms, numbers);
  auto block = make_block<ALG_ID>(numbers.size() * sizeof(ALG_ID));
  std::copy(numbers.begin(), numbers.end(), block.get());
  out.cSupportedAlgs = static_cast<DWORD>(numbers.size());
  out.palgSupportedAlgs = block.release();
  return {};
}

Result<void> write_cipher_strengths(const Credential& credential, SecPkgCred_CipherStrengths& out) {
  TRY_ASSIGN(const auto all, tls_of(credential));
  out.dwMinimumCipherStrength = std::numeric_limits<DWORD>::max();
  out.dwMaximumCipherStrength = 0;
  for (const tls::Parameters* one : all) {
    for (const tls::CipherSuite& suite : one->options().algorithms.suites.rows()) {
      out.dwMinimumCipherStrength = std::min(out.dwMinimumCipherStrength, suite.strength);
      out.dwMaximumCipherStrength = std::max(out.dwMaximumCipherStrength, suite.strength);
    }
  }
  return {};
}

Result<void> write_supported_protocols(const Credential& credential,
                                       SecPkgCred_SupportedProtocols& out) {
  TRY(tls_of(credential));
  out.grbitProtocol = 0;
  for (const Role role : {Role::Client, Role::Server}) {
    const tls::Parameters* const one = credential.tls(role);
    for (const tls::Version version : tls::kVersions)
      if (one != nullptr && one->speaks(version)) out.grbitProtocol |= protocol_of(version, role);
  }
  return {};
}

// On Windows that of a smart card with which Kerberos logs on.
Result<void> write_certificate(const Credential& /*credential*/, SecPkgCredentials_Cert& /*out*/) {
  return fail(Status::UnsupportedFunction,
              "no credential knows its certificate: cards are known by their names only");
}

using Row = AttributeRow<Credential>;

template <class Out, Result<void> (*kWrite)(const Credential&, Out&)>
constexpr Row row(std::uint32_t attribute) {
  return attribute_row<Credential, Out, kWrite>(attribute);
}

template <class Char>
std::span<const Row> rows() {
  using CredentialNames = typename Twin<Char>::CredentialNames;
  static constexpr Row kRows[] = {
      row<CredentialNames, write_names<Char>>(SECPKG_CRED_ATTR_NAMES),
      row<SecPkgCredentials_Cert, write_certificate>(SECPKG_CRED_ATTR_CERT),
      row<SecPkgCred_SupportedAlgs, write_supported_algs>(SECPKG_ATTR_SUPPORTED_ALGS),
      row<SecPkgCred_CipherStrengths, write_cipher_strengths>(SECPKG_ATTR_CIPHER_STRENGTHS),
      row<SecPkgCred_SupportedProtocols, write_supported_protocols>(
          SECPKG_ATTR_SUPPORTED_PROTOCOLS),
  };
  return kRows;
}

template <class Char>
SECURITY_STATUS query(const SecHandle* handle, std::uint32_t attribute, void* buffer,
                      std::size_t size = std::numeric_limits<std::size_t>::max()) noexcept {
  return guard([&]() -> Result<void> {
    TRY_ASSIGN(const PinnedCredential entry, find_credential(handle));
    // Schannel on Windows: InternalError.
    return write_attribute_of(*entry->credential(), rows<Char>(), attribute, buffer, size,
                              Status::InternalError);
  });
}

}  // namespace
}  // namespace opensspi::abi

using namespace opensspi::abi;

OPENSSPI_EXPORT SECURITY_STATUS SEC_ENTRY QueryCredentialsAttributesW(PCredHandle phCredential,
                                                                      ULONG ulAttribute,
                                                                      void* pBuffer) {
  return query<SEC_WCHAR>(phCredential, ulAttribute, pBuffer);
}

OPENSSPI_EXPORT SECURITY_STATUS SEC_ENTRY QueryCredentialsAttributesA(PCredHandle phCredential,
                                                                      ULONG ulAttribute,
                                                                      void* pBuffer) {
  return query<SEC_CHAR>(phCredential, ulAttribute, pBuffer);
}

OPENSSPI_EXPORT SECURITY_STATUS SEC_ENTRY QueryCredentialsAttributesExW(PCredHandle phCredential,
                                                                        ULONG ulAttribute,
                                                                        void* pBuffer,
                                                                        ULONG cbBuffer) {
  return query<SEC_WCHAR>(phCredential, ulAttribute, pBuffer, cbBuffer);
}

OPENSSPI_EXPORT SECURITY_STATUS SEC_ENTRY QueryCredentialsAttributesExA(PCredHandle phCredential,
                                                                        ULONG ulAttribute,
                                                                        void* pBuffer,
                                                                        ULONG cbBuffer) {
  return query<SEC_CHAR>(phCredential, ulAttribute, pBuffer, cbBuffer);
}
