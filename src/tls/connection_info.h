// What was agreed in a TLS handshake, in OpenSSL-free terms.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace opensspi::tls {

enum class Version : std::uint16_t { Tls10 = 0x0301, Tls11, Tls12, Tls13 };
enum class KeyKind { Rsa, Ecdsa, Ed25519 };

struct ConnectionInfo {
  Version version = Version::Tls13;
  std::uint16_t cipher_suite = 0;        // IANA number
  std::string cipher_suite_name;         // IANA name, "TLS_AES_256_GCM_SHA384"
  std::uint32_t cipher_strength = 0;     // bits
  std::uint32_t hash_strength = 0;       // bits; 0 for an AEAD
  std::uint32_t key_exchange_group = 0;  // IANA named group
  std::optional<KeyKind> signer;         // the server's key; none in a resumed session
  bool resumed = false;
};

}  // namespace opensspi::tls
