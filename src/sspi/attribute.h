// What can be asked of a context. abi turns each answer into its SecPkgContext_ structure.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <variant>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"
#include "base/secret.h"
#include "sspi/delegated_tickets.h"
#include "sspi/identity.h"
#include "sspi/message_protection.h"
#include "sspi/package_info.h"
#include "sspi/types.h"
#include "tls/connection_info.h"
#include "tls/record.h"
#include "x509/certificate.h"

namespace opensspi {

enum class AttributeId {
  Sizes,
  StreamSizes,
  Names,
  NativeNames,  // Kerberos: the principals
  Lifespan,
  SessionKey,
  EapKeyBlock,  // of TLS 1.2: a SessionKey of 128 bytes of keys and 64 of IVs
  KeyInfo,      // of TLS: a ConnectionInfo
  PackageInfo,
  NegotiationInfo,
  NegotiationPackage,  // CREDSSP: what Negotiate picked
  Flags,
  Target,
  Mechanism,            // a context with others inside, at any time
  AccessToken,
  DelegatedCredential,  // CREDSSP server: what authInfo carried
  ConnectionInfo,
  CipherInfo,  // a ConnectionInfo
  RemoteCertificate,
  LocalCertificate,
  EndpointBindings,  // tls-server-end-point
  UniqueBindings,    // tls-unique, tls-exporter in TLS 1.3
  ServerAuthFlags,
  ProtocolVersion,  // CREDSSP: the version agreed
  ApplicationProtocol,
  IssuerList,  // whose certificates the server asked for
  SessionInfo,
  KeyingMaterial,  // a SessionKey, as prepare_keying_material() said
  CertificateVerdict,
};

struct Names {
  std::string user;  // DOMAIN\user, UTF-8
};

struct NativeNames {
  std::string client, server;  // principals with their realms, UTF-8
};

struct Lifespan {
  FileTime start = 0, expiry = kNever;
};

struct SessionKey {
  SecretBytes key;
};

struct KeyInfo {
  const char* signature_algorithm_name = "";
  const char* encrypt_algorithm_name = "";
  std::uint32_t key_size = 0;  // bits
  std::uint32_t signature_algorithm = 0;
  std::uint32_t encrypt_algorithm = 0;  // CALG_
};

enum class NegotiationState : std::uint32_t { Complete = 0, Optimistic = 1, InProgress = 2 };

struct NegotiationInfo {
  const PackageInfo* package = nullptr;
  NegotiationState state = NegotiationState::Complete;
};

// What does the work in a context with others inside, as far as it is known.
struct MechanismInUse {
  const PackageInfo* package = nullptr;
  bool user_to_user = false;
};

struct Target {
  std::string name;  // SPN, UTF-8
};

// Who the client of an acceptor is. Kept by the context, read by attributes and impersonation.
struct AccessToken {
  std::string user, domain;  // UTF-8, as the authority spells them
  std::string user_sid;      // S-1-…, empty when the authority has none
  std::vector<std::string> group_sids;
  bool anonymous = false;
  // Which Unix user stands for the client: the one that an administrator named, else whom the
  // machine's user database knows by the client's name, in its domain unless the account is the
  // machine's own.
  std::string unix_user;
  bool is_local = false;
  std::shared_ptr<const DelegatedTickets> delegated_tickets;  // null: the client handed over none
};

struct ServerAuthFlags {  // CREDSSP_SERVER_AUTH_*
  bool negotiate = false, certificate = false, loopback = false;
};

struct ProtocolVersion {
  std::uint32_t version = 0;
};

struct ApplicationProtocol {
  Bytes name;  // RFC 7301; empty: none was agreed
};

struct IssuerList {
  std::vector<Bytes> names;  // DER of Name
};

struct TlsSessionInfo {
  bool resumed = false;
  Bytes id;
};

// How the peer's certificate was judged: CERT_TRUST_STATUS's bits, and what they come to.
struct CertificateVerdict {
  std::uint32_t errors = 0;
  Error outcome{Status::Ok, ""};
};

using Attribute =
    std::variant<Sizes, tls::StreamSizes, Names, NativeNames, Lifespan, SessionKey, KeyInfo,
                 const PackageInfo*, NegotiationInfo, MechanismInUse, ContextFlags, Target,
                 std::shared_ptr<const AccessToken>, std::shared_ptr<const Identity>,
                 tls::ConnectionInfo, x509::Certificate, Bytes, ServerAuthFlags, ProtocolVersion,
                 ApplicationProtocol, IssuerList, TlsSessionInfo, CertificateVerdict>;

}  // namespace opensspi
