// pubKeyAuth: both sides prove, under the keys of the inner context, that they see the same TLS
// server key, so that nobody stands between them. [MS-CSSP] 3.1.5:
//
//     5, 6     client: Seal(SHA256("CredSSP Client-To-Server Binding Hash\0" || nonce || key))
//              server: Seal(SHA256("CredSSP Server-To-Client Binding Hash\0" || nonce || key))
//     2 to 4   client: Seal(key)
//              server: Seal(key with 1 added to its first byte)
//
// where `key` is the contents of the certificate's subjectPublicKey BIT STRING.
//
// Credentials travel only with a PubKeyAuthVerified in hand, and only the verifiers here make one:
// a logon that forgets the check does not compile.
#pragma once

#include <cstddef>
#include <cstdint>

#include "base/bytes.h"
#include "base/result.h"
#include "base/secret.h"
#include "credssp/version.h"
#include "sspi/message_protection.h"

namespace opensspi::credssp {

inline constexpr std::size_t kNonceSize = 32;

// What the two sides must agree on, bytes that live elsewhere.
struct KeyBinding {
  ByteView nonce;                       // kNonceSize bytes, chosen by the client; from version 5 on
  ByteView subject_public_key;          // of the TLS server's certificate
  std::uint32_t version = kOwnVersion;  // the one that both speak
};

// What the client seals, and what the server does.
[[nodiscard]] Bytes client_binding(const KeyBinding& binding);
[[nodiscard]] Bytes server_binding(const KeyBinding& binding);

// The peer holds the inner context's keys and sees the same server key. Moved, never copied;
// carries the protection it was proved with (owned by the inner context) and is spent on one
// authInfo.
class PubKeyAuthVerified {
 public:
  PubKeyAuthVerified(PubKeyAuthVerified&& other) noexcept;
  PubKeyAuthVerified& operator=(PubKeyAuthVerified&& other) noexcept;
  PubKeyAuthVerified(const PubKeyAuthVerified&) = delete;
  PubKeyAuthVerified& operator=(const PubKeyAuthVerified&) = delete;
  ~PubKeyAuthVerified() = default;

  // The client's authInfo.
  Result<Bytes> seal_credentials(const SecretBytes& ts_credentials) &&;
  // The server's pubKeyAuth, its answer to the client's.
  Result<Bytes> answer(const KeyBinding& binding);
  // What the client's authInfo holds.
  Result<SecretBytes> open_credentials(ByteView auth_info) &&;

 private:
  explicit PubKeyAuthVerified(MessageProtection& protection) : protection_(&protection) {}
  friend Result<PubKeyAuthVerified> verify_server_pub_key_auth(MessageProtection&,
                                                               const KeyBinding&, ByteView);
  friend Result<PubKeyAuthVerified> verify_client_pub_key_auth(MessageProtection&,
                                                               const KeyBinding&, ByteView);

  MessageProtection* protection_;
};

// The client's pubKeyAuth.
Result<Bytes> make_client_pub_key_auth(MessageProtection& protection, const KeyBinding& binding);

// On the client. MessageAltered when it does not open (the client's own sent back, for one),
// MutualAuthFailed when it speaks of another key.
Result<PubKeyAuthVerified> verify_server_pub_key_auth(MessageProtection& protection,
                                                      const KeyBinding& binding,
                                                      ByteView pub_key_auth);
// On the server. MessageAltered in either case.
Result<PubKeyAuthVerified> verify_client_pub_key_auth(MessageProtection& protection,
                                                      const KeyBinding& binding,
                                                      ByteView pub_key_auth);

}  // namespace opensspi::credssp
