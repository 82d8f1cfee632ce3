// One function per structure, one row per number.
#include "abi/attributes.h"

#include <span>

#include "abi/attribute_table.h"
#include "abi/delegated.h"
#include "abi/file_time.h"
#include "abi/flags.h"
#include "abi/package_block.h"
#include "abi/stream_attributes.h"
#include "abi/text.h"
#include "abi/tls_attributes.h"
#include "abi/tokens.h"

namespace opensspi::abi {
namespace {

Result<void> write_sizes(const ContextEntry& entry, SecPkgContext_Sizes& out) {
  TRY_ASSIGN(const Sizes sizes, ask<Sizes>(entry, AttributeId::Sizes));
  out = {sizes.max_token, sizes.max_signature, sizes.block_size, sizes.security_trailer};
  return {};
}

Result<void> write_stream_sizes(const ContextEntry& entry, SecPkgContext_StreamSizes& out) {
  TRY_ASSIGN(const tls::StreamSizes sizes, ask<tls::StreamSizes>(entry, AttributeId::StreamSizes));
  out = {sizes.header, sizes.trailer, sizes.maximum_message, sizes.num_buffers, sizes.block_size};
  return {};
}

template <class Char>
Result<void> write_names(const ContextEntry& entry, typename Twin<Char>::Names& out) {
  TRY_ASSIGN(const Names names, ask<Names>(entry, AttributeId::Names));
  TRY_ASSIGN(auto user, text_block<Char>(names.user));
  out.sUserName = user.release();
  return {};
}

template <class Char>
Result<void> write_native_names(const ContextEntry& entry, typename Twin<Char>::NativeNames& out) {
  TRY_ASSIGN(const NativeNames names, ask<NativeNames>(entry, AttributeId::NativeNames));
  TRY_ASSIGN(auto client, text_block<Char>(names.client));
  TRY_ASSIGN(auto server, text_block<Char>(names.server));
  out.sClientName = client.release();
  out.sServerName = server.release();
  return {};
}

Result<void> write_lifespan(const ContextEntry& entry, SecPkgContext_Lifespan& out) {
  TRY_ASSIGN(const Lifespan lifespan, ask<Lifespan>(entry, AttributeId::Lifespan));
  out.tsStart = to_time_stamp(lifespan.start);
  out.tsExpiry = to_time_stamp(lifespan.expiry);
  return {};
}

template <class Char>
Result<void> write_key_info(const ContextEntry& entry, typename Twin<Char>::KeyInfo& out) {
  TRY_ASSIGN(const Attribute answer, entry.context->query(AttributeId::KeyInfo));
  const auto* tls = std::get_if<tls::ConnectionInfo>(&answer);
  const KeyInfo info = tls != nullptr ? key_info_of(*tls) : std::get<KeyInfo>(answer);
  TRY_ASSIGN(auto signature, text_block<Char>(info.signature_algorithm_name));
  TRY_ASSIGN(auto encrypt, text_block<Char>(info.encrypt_algorithm_name));
  out.sSignatureAlgorithmName = signature.release();
  out.sEncryptAlgorithmName = encrypt.release();
  out.KeySize = info.key_size;
  out.SignatureAlgorithm = info.signature_algorithm;
  out.EncryptAlgorithm = info.encrypt_algorithm;
  return {};
}

Result<void> write_session_key(const ContextEntry& entry, SecPkgContext_SessionKey& out) {
  TRY_ASSIGN(const SessionKey session, ask<SessionKey>(entry, AttributeId::SessionKey));
  out.SessionKey = copy_to_block(session.key.expose()).release();
  out.SessionKeyLength = static_cast<std::uint32_t>(session.key.size());
  return {};
}

template <class Char, AttributeId kId>
Result<void> write_package(const ContextEntry& entry,
                           typename Twin<Char>::PackageInfoAttribute& out) {
  TRY_ASSIGN(const PackageInfo* const info, ask<const PackageInfo*>(entry, kId));
  out.PackageInfo = package_block<Char>({&info, 1}).release();
  return {};
}

template <class Char>
Result<void> write_negotiation_info(const ContextEntry& entry,
                                    typename Twin<Char>::NegotiationInfo& out) {
  TRY_ASSIGN(const NegotiationInfo info, ask<NegotiationInfo>(entry, AttributeId::NegotiationInfo));
  out.PackageInfo = package_block<Char>({&info.package, 1}).release();
  out.NegotiationState = static_cast<std::uint32_t>(info.state);
  return {};
}

Result<void> write_flags(const ContextEntry& entry, SecPkgContext_Flags& out) {
  out.Flags = flags_to_attributes(entry.request.role, entry.granted);
  return {};
}

Result<void> write_target(const ContextEntry& entry, SecPkgContext_ClientSpecifiedTarget& out) {
  TRY_ASSIGN(const Target target, ask<Target>(entry, AttributeId::Target));
  TRY_ASSIGN(auto name, text_block<SEC_WCHAR>(target.name));
  out.sTargetName = name.release();
  return {};
}

using Row = AttributeRow<ContextEntry>;

template <class Out, Result<void> (*kWrite)(const ContextEntry&, Out&)>
constexpr Row row(std::uint32_t attribute) {
  return attribute_row<ContextEntry, Out, kWrite>(attribute);
}

template <class Char>
std::span<const Row> rows() {
  using T = Twin<Char>;
  static constexpr Row kRows[] = {
      row<SecPkgContext_Sizes, write_sizes>(SECPKG_ATTR_SIZES),
      row<typename T::Names, write_names<Char>>(SECPKG_ATTR_NAMES),
      row<typename T::NativeNames, write_native_names<Char>>(SECPKG_ATTR_NATIVE_NAMES),
      row<SecPkgContext_Lifespan, write_lifespan>(SECPKG_ATTR_LIFESPAN),
      row<SecPkgContext_StreamSizes, write_stream_sizes>(SECPKG_ATTR_STREAM_SIZES),
      row<typename T::KeyInfo, write_key_info<Char>>(SECPKG_ATTR_KEY_INFO),
      row<SecPkgContext_SessionKey, write_session_key>(SECPKG_ATTR_SESSION_KEY),
      row<typename T::PackageInfoAttribute, write_package<Char, AttributeId::PackageInfo>>(
          SECPKG_ATTR_PACKAGE_INFO),
      row<typename T::NegotiationInfo, write_negotiation_info<Char>>(SECPKG_ATTR_NEGOTIATION_INFO),
      row<SecPkgContext_Flags, write_flags>(SECPKG_ATTR_FLAGS),
      row<SecPkgContext_ClientSpecifiedTarget, write_target>(SECPKG_ATTR_CLIENT_SPECIFIED_TARGET),
      row<PCCERT_CONTEXT, write_remote_certificate>(SECPKG_ATTR_REMOTE_CERT_CONTEXT),
      row<PCCERT_CONTEXT, write_local_certificate>(SECPKG_ATTR_LOCAL_CERT_CONTEXT),
      row<SecPkgContext_ConnectionInfo, write_connection_info>(SECPKG_ATTR_CONNECTION_INFO),
      row<PCCERT_CONTEXT, write_remote_certificate>(SECPKG_ATTR_REMOTE_CERT_CHAIN),
      row<SecPkgContext_CipherInfo, write_cipher_info>(SECPKG_ATTR_CIPHER_INFO),
      row<SecPkgContext_SessionInfo, write_session_info>(SECPKG_ATTR_SESSION_INFO),
      row<SecPkgContext_ApplicationProtocol, write_application_protocol>(
          SECPKG_ATTR_APPLICATION_PROTOCOL),
      row<SecPkgContext_Bindings, write_unique_bindings>(SECPKG_ATTR_UNIQUE_BINDINGS),
      row<SecPkgContext_Bindings, write_endpoint_bindings>(SECPKG_ATTR_ENDPOINT_BINDINGS),
      row<SecPkgContext_IssuerListInfoEx, write_issuer_list>(SECPKG_ATTR_ISSUER_LIST_EX),
      row<SecPkgContext_KeyingMaterial, write_keying_material>(SECPKG_ATTR_KEYING_MATERIAL),
      row<SecPkgContext_CertificateValidationResult, write_certificate_result>(
          SECPKG_ATTR_CERT_CHECK_RESULT),
      row<SecPkgContext_CertificateValidationResult, write_certificate_result>(
          SECPKG_ATTR_CERT_CHECK_RESULT_INPROC),
      row<SecPkgContext_EapKeyBlock, write_eap_key_block>(SECPKG_ATTR_EAP_KEY_BLOCK),
      row<typename T::PackageInfoAttribute, write_package<Char, AttributeId::NegotiationPackage>>(
          SECPKG_ATTR_NEGOTIATION_PACKAGE),
      row<SecPkgContext_Flags, write_server_auth_flags>(SECPKG_ATTR_SERVER_AUTH_FLAGS),
      row<CERT_TRUST_STATUS, write_trust_status>(SECPKG_ATTR_CERT_TRUST_STATUS),
      row<SecPkgContext_AccessToken, write_access_token>(SECPKG_ATTR_ACCESS_TOKEN),
      row<SecPkgContext_AccessToken, write_access_token>(SECPKG_ATTR_C_ACCESS_TOKEN),
      row<SecPkgContext_AccessToken, write_access_token>(SECPKG_ATTR_C_FULL_ACCESS_TOKEN),
      row<SecPkgContext_ClientCreds, write_client_creds>(SECPKG_ATTR_CREDS),
      row<SecPkgContext_ClientCreds, write_client_creds_2>(SECPKG_ATTR_CREDS_2),
  };
  return kRows;
}

}  // namespace

template <class Char>
Result<void> write_attribute(const ContextEntry& entry, std::uint32_t attribute, void* buffer,
                             std::size_t size) {
  return write_attribute_of(entry, rows<Char>(), attribute, buffer, size, Status::InvalidParameter);
}

template Result<void> write_attribute<SEC_CHAR>(const ContextEntry&, std::uint32_t, void*,
                                                std::size_t);
template Result<void> write_attribute<SEC_WCHAR>(const ContextEntry&, std::uint32_t, void*,
                                                 std::size_t);

}  // namespace opensspi::abi
