// What TLS may agree on here, in order of preference: cipher suites, groups of the key exchange,
// signatures. What restricts a credential takes rows out of these tables.
#pragma once

#include <array>
#include <bitset>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "tls/connection_info.h"

namespace opensspi::tls {

enum class Cipher { Aes, ChaCha20 };
enum class CipherMode { Gcm, Cbc, Poly1305 };
enum class Hash { Sha1, Sha256, Sha384 };

// Every one has an ephemeral key exchange over elliptic curves.
struct CipherSuite {
  std::uint16_t number = 0;  // IANA
  const char* openssl_name = nullptr;
  Version since = Version::Tls13;  // TLS 1.3 left all older ones behind
  std::optional<KeyKind> signer;   // whose key the server signs with; TLS 1.3 leaves that open
  Cipher cipher = Cipher::Aes;
  CipherMode mode = CipherMode::Gcm;
  std::uint32_t strength = 0;  // bits
  Hash hash = Hash::Sha256;    // the last part of its IANA name

  [[nodiscard]] bool serves(Version version) const {
    return since == Version::Tls13 ? version == since
                                   : version >= since && version < Version::Tls13;
  }
};

inline constexpr std::array kVersions = {Version::Tls10, Version::Tls11, Version::Tls12,
                                         Version::Tls13};

struct Group {
  std::uint16_t number = 0;  // IANA
  const char* openssl_name = nullptr;
  std::uint32_t strength = 0;  // bits of the curve, as Windows counts them
};

struct Signature {
  const char* openssl_name = nullptr;
  KeyKind key = KeyKind::Rsa;
};

// Fast first; AEAD before CBC, which Windows Server 2008 R2 still needs. Forward secrecy always.
inline constexpr std::array kCipherSuites = {
    CipherSuite{0x1301,
                "TLS_AES_128_GCM_SHA256",
                Version::Tls13,
                {},
                Cipher::Aes,
                CipherMode::Gcm,
                128,
                Hash::Sha256},
    CipherSuite{0x1302,
                "TLS_AES_256_GCM_SHA384",
                Version::Tls13,
                {},
                Cipher::Aes,
                CipherMode::Gcm,
                256,
                Hash::Sha384},
    CipherSuite{0x1303,
                "TLS_CHACHA20_POLY1305_SHA256",
                Version::Tls13,
                {},
                Cipher::ChaCha20,
                CipherMode::Poly1305,
                256,
                Hash::Sha256},
    CipherSuite{0xC02B, "ECDHE-ECDSA-AES128-GCM-SHA256", Version::Tls12, KeyKind::Ecdsa,
                Cipher::Aes, CipherMode::Gcm, 128, Hash::Sha256},
    CipherSuite{0xC02F, "ECDHE-RSA-AES128-GCM-SHA256", Version::Tls12, KeyKind::Rsa, Cipher::Aes,
                CipherMode::Gcm, 128, Hash::Sha256},
    CipherSuite{0xC02C, "ECDHE-ECDSA-AES256-GCM-SHA384", Version::Tls12, KeyKind::Ecdsa,
                Cipher::Aes, CipherMode::Gcm, 256, Hash::Sha384},
    CipherSuite{0xC030, "ECDHE-RSA-AES256-GCM-SHA384", Version::Tls12, KeyKind::Rsa, Cipher::Aes,
                CipherMode::Gcm, 256, Hash::Sha384},
    CipherSuite{0xCCA9, "ECDHE-ECDSA-CHACHA20-POLY1305", Version::Tls12, KeyKind::Ecdsa,
                Cipher::ChaCha20, CipherMode::Poly1305, 256, Hash::Sha256},
    CipherSuite{0xCCA8, "ECDHE-RSA-CHACHA20-POLY1305", Version::Tls12, KeyKind::Rsa,
                Cipher::ChaCha20, CipherMode::Poly1305, 256, Hash::Sha256},
    CipherSuite{0xC023, "ECDHE-ECDSA-AES128-SHA256", Version::Tls12, KeyKind::Ecdsa, Cipher::Aes,
                CipherMode::Cbc, 128, Hash::Sha256},
    CipherSuite{0xC027, "ECDHE-RSA-AES128-SHA256", Version::Tls12, KeyKind::Rsa, Cipher::Aes,
                CipherMode::Cbc, 128, Hash::Sha256},
    CipherSuite{0xC024, "ECDHE-ECDSA-AES256-SHA384", Version::Tls12, KeyKind::Ecdsa, Cipher::Aes,
                CipherMode::Cbc, 256, Hash::Sha384},
    CipherSuite{0xC028, "ECDHE-RSA-AES256-SHA384", Version::Tls12, KeyKind::Rsa, Cipher::Aes,
                CipherMode::Cbc, 256, Hash::Sha384},
    CipherSuite{0xC013, "ECDHE-RSA-AES128-SHA", Version::Tls10, KeyKind::Rsa, Cipher::Aes,
                CipherMode::Cbc, 128, Hash::Sha1},
    CipherSuite{0xC014, "ECDHE-RSA-AES256-SHA", Version::Tls10, KeyKind::Rsa, Cipher::Aes,
                CipherMode::Cbc, 256, Hash::Sha1},
    CipherSuite{0xC009, "ECDHE-ECDSA-AES128-SHA", Version::Tls10, KeyKind::Ecdsa, Cipher::Aes,
                CipherMode::Cbc, 128, Hash::Sha1},
    CipherSuite{0xC00A, "ECDHE-ECDSA-AES256-SHA", Version::Tls10, KeyKind::Ecdsa, Cipher::Aes,
                CipherMode::Cbc, 256, Hash::Sha1},
};

inline constexpr std::array kGroups = {
    Group{0x001D, "X25519", 255},
    Group{0x0017, "P-256", 256},
    Group{0x0018, "P-384", 384},
};

inline constexpr std::array kSignatures = {
    Signature{"ECDSA+SHA256", KeyKind::Ecdsa}, Signature{"RSA-PSS+SHA256", KeyKind::Rsa},
    Signature{"ed25519", KeyKind::Ed25519},    Signature{"ECDSA+SHA384", KeyKind::Ecdsa},
    Signature{"ECDSA+SHA512", KeyKind::Ecdsa}, Signature{"RSA-PSS+SHA384", KeyKind::Rsa},
    Signature{"RSA-PSS+SHA512", KeyKind::Rsa}, Signature{"RSA+SHA256", KeyKind::Rsa},
    Signature{"RSA+SHA384", KeyKind::Rsa},     Signature{"RSA+SHA512", KeyKind::Rsa},
};

// Some rows of a table; all of them at first.
template <const auto& kTable>
class Chosen {
 public:
  using Row = typename std::remove_cvref_t<decltype(kTable)>::value_type;

  // Takes out the rows of which `keep(row)` is false.
  template <class Keep>
  void keep_if(Keep keep) {
    for (std::size_t i = 0; i < kTable.size(); ++i) {
      if (left_[i] && !keep(kTable[i])) left_.reset(i);
    }
  }
  [[nodiscard]] std::vector<Row> rows() const {
    std::vector<Row> rows;
    for (std::size_t i = 0; i < kTable.size(); ++i) {
      if (left_[i]) rows.push_back(kTable[i]);
    }
    return rows;
  }
  template <class Is>
  [[nodiscard]] bool any_of(Is is) const {
    for (std::size_t i = 0; i < kTable.size(); ++i) {
      if (left_[i] && is(kTable[i])) return true;
    }
    return false;
  }
  [[nodiscard]] bool empty() const { return left_.none(); }
  bool operator==(const Chosen&) const = default;

 private:
  std::bitset<kTable.size()> left_ = std::bitset<kTable.size()>().set();
};

struct Algorithms {
  Chosen<kCipherSuites> suites;
  Chosen<kGroups> groups;
  Chosen<kSignatures> signatures;

  [[nodiscard]] bool can_sign_with(KeyKind kind) const {
    return signatures.any_of([kind](const Signature& row) { return row.key == kind; });
  }
  bool operator==(const Algorithms&) const = default;
};

// Null when no session of this library agrees on it.
[[nodiscard]] const CipherSuite* find_cipher_suite(std::uint16_t number);
[[nodiscard]] const Group* find_group(std::uint32_t number);

}  // namespace opensspi::tls
