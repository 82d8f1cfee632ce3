// From ALG_IDs and names of CNG to rows that are taken out of tls/algorithms.h.
#include "abi/tls_restrictions.h"

#include <algorithm>
#include <initializer_list>
#include <string>
#include <vector>

#include "abi/alg_ids.h"
#include "base/utf16.h"

namespace opensspi::abi {
namespace {

constexpr std::uint32_t kNullCipher = 0xFFFFFFFF;

// CNG's names of the modes and algorithms that occur here (bcrypt.h).
constexpr std::string_view kAes = "AES", kChaCha20 = "CHACHA20_POLY1305";
constexpr std::string_view kGcm = "ChainingModeGCM", kCbc = "ChainingModeCBC";

class Allowed {
 public:
  explicit Allowed(std::span<const ALG_ID> ids) : ids_(ids) {}

  // `wanted` are numbers of that class, or 0, which no list can name.
  [[nodiscard]] bool any_of(ALG_ID algorithm_class, std::initializer_list<ALG_ID> wanted) const {
    bool is_limited = false;
    for (const ALG_ID id : ids_) {
      if (GET_ALG_CLASS(id) != algorithm_class) continue;
      is_limited = true;
      if (std::find(wanted.begin(), wanted.end(), id) != wanted.end()) return true;
    }
    return !is_limited;
  }

 private:
  std::span<const ALG_ID> ids_;
};

// The text may count its terminating zero: callers write sizeof.
Result<std::string> name_from(const UNICODE_STRING& text) {
  if (text.Length % sizeof(SEC_WCHAR) != 0 || (text.Length != 0 && text.Buffer == nullptr))
    return fail(Status::UnknownCredentials, "CRYPTO_SETTINGS has a name that cannot be read");
  const auto* bytes = reinterpret_cast<const std::uint8_t*>(text.Buffer);
  auto name = utf16le_to_utf8({bytes, text.Length});
  if (!name) return fail(Status::UnknownCredentials, "CRYPTO_SETTINGS has a name that is no text");
  while (!name->empty() && name->back() == '\0') name->pop_back();
  if (name->empty())
    return fail(Status::UnknownCredentials, "CRYPTO_SETTINGS has a name that is empty");
  return name;
}

// CRYPTO_SETTINGS, read.
struct Disabled {
  std::string name;
  std::vector<std::string> modes;  // none: all
  std::uint32_t shortest = 0, longest = 0;

  [[nodiscard]] bool is(std::string_view wanted) const { return same_name(name, wanted); }
  [[nodiscard]] bool has_lengths() const { return shortest != 0 || longest != 0; }
  [[nodiscard]] bool meets(std::uint32_t bits) const {
    return !has_lengths() || bits < shortest || (longest != 0 && bits > longest);
  }
  [[nodiscard]] bool meets(tls::CipherMode mode) const {
    const std::string_view of_mode = mode == tls::CipherMode::Gcm ? kGcm : kCbc;
    return modes.empty() || std::any_of(modes.begin(), modes.end(), [=](const std::string& one) {
             return same_name(one, of_mode);
           });
  }
};

Result<Disabled> read(const CRYPTO_SETTINGS& settings) {
  Disabled disabled;
  TRY_ASSIGN(disabled.name, name_from(settings.strCngAlgId));
  if (settings.cChainingModes > SCH_CRED_MAX_SUPPORTED_CHAINING_MODES ||
      (settings.cChainingModes != 0 && settings.rgstrChainingModes == nullptr))
    return fail(Status::UnknownCredentials, "CRYPTO_SETTINGS counts chaining modes it lacks");
  for (const UNICODE_STRING& text :
       std::span(settings.rgstrChainingModes, settings.cChainingModes)) {
    TRY_ASSIGN(std::string mode, name_from(text));
    disabled.modes.push_back(std::move(mode));
  }
  disabled.shortest = settings.dwMinBitLength;
  disabled.longest = settings.dwMaxBitLength;
  return disabled;
}

void disable_cipher(const Disabled& disabled, tls::Algorithms& algorithms) {
  algorithms.suites.keep_if([&](const tls::CipherSuite& suite) {
    if (suite.cipher == tls::Cipher::ChaCha20)
      return !disabled.is(kChaCha20) || !disabled.meets(suite.strength);
    return !disabled.is(kAes) || !disabled.meets(suite.mode) || !disabled.meets(suite.strength);
  });
}

void disable_digest(const Disabled& disabled, tls::Algorithms& algorithms) {
  algorithms.suites.keep_if([&](const tls::CipherSuite& suite) {
    const ALG_ID hash = hash_id(suite);
    return !(disabled.is("SHA1") && hash == CALG_SHA1) &&
           !(disabled.is("SHA256") && hash == CALG_SHA_256) &&
           !(disabled.is("SHA384") && hash == CALG_SHA_384);
  });
}

void disable_key_exchange(const Disabled& disabled, tls::Algorithms& algorithms) {
  constexpr std::uint16_t kX25519 = 0x001D, kP256 = 0x0017, kP384 = 0x0018;
  algorithms.groups.keep_if([&](const tls::Group& group) {
    return !(disabled.is("ECDH") && disabled.meets(group.strength)) &&
           !(disabled.is("ECDH_P256") && group.number == kP256) &&
           !(disabled.is("ECDH_P384") && group.number == kP384) &&
           !(disabled.is("curve25519") && group.number == kX25519);
  });
}

Result<void> disable_signature(const Disabled& disabled, tls::Algorithms& algorithms) {
  // What the security level of tls/parameters.cpp refuses in any case.
  constexpr std::uint32_t kShortestRsa = 2048, kShortestEc = 224;
  if (disabled.is("ECDSA_P256") || disabled.is("ECDSA_P384") || disabled.is("ECDSA_P521"))
    return fail(Status::UnsupportedFunction, "a curve cannot be disabled for signatures alone");
  const bool is_rsa = disabled.is("RSA") || disabled.is("RSA_SIGN");
  if (!is_rsa && !disabled.is("ECDSA")) return {};
  if (disabled.has_lengths()) {
    if (disabled.longest == 0 && disabled.shortest <= (is_rsa ? kShortestRsa : kShortestEc))
      return {};
    return fail(Status::UnsupportedFunction, "the length of signature keys cannot be restricted");
  }
  const tls::KeyKind kind = is_rsa ? tls::KeyKind::Rsa : tls::KeyKind::Ecdsa;
  algorithms.signatures.keep_if([=](const tls::Signature& row) { return row.key != kind; });
  return {};
}

}  // namespace

Result<void> limit_strength(std::uint32_t minimum, std::uint32_t maximum,
                            tls::Algorithms& algorithms) {
  if (minimum == kNullCipher || maximum == kNullCipher)
    return fail(Status::AlgorithmMismatch, "TLS without encryption is not supported");
  algorithms.suites.keep_if([=](const tls::CipherSuite& suite) {
    return suite.strength >= minimum && (maximum == 0 || suite.strength <= maximum);
  });
  return {};
}

void keep_only(std::span<const ALG_ID> allowed_ids, tls::Algorithms& algorithms) {
  const Allowed allowed(allowed_ids);
  algorithms.suites.keep_if([&](const tls::CipherSuite& suite) {
    const ALG_ID any_length = suite.cipher == tls::Cipher::Aes ? CALG_AES : cipher_id(suite);
    return allowed.any_of(ALG_CLASS_DATA_ENCRYPT, {cipher_id(suite), any_length}) &&
           allowed.any_of(ALG_CLASS_HASH, {hash_id(suite)});
  });
  algorithms.groups.keep_if([&](const tls::Group& /*group*/) {
    return allowed.any_of(ALG_CLASS_KEY_EXCHANGE, {CALG_ECDH_EPHEM, CALG_ECDH});
  });
  algorithms.signatures.keep_if([&](const tls::Signature& signature) {
    return allowed.any_of(ALG_CLASS_SIGNATURE, {signature_id(signature.key)});
  });
}

Result<void> disable(const CRYPTO_SETTINGS& settings, tls::Algorithms& algorithms) {
  TRY_ASSIGN(const Disabled disabled, read(settings));
  switch (settings.eAlgorithmUsage) {
    case TlsParametersCngAlgUsageKeyExchange:
      disable_key_exchange(disabled, algorithms);
      return {};
    case TlsParametersCngAlgUsageSignature:
      return disable_signature(disabled, algorithms);
    case TlsParametersCngAlgUsageCipher:
      disable_cipher(disabled, algorithms);
      return {};
    case TlsParametersCngAlgUsageDigest:
      disable_digest(disabled, algorithms);
      return {};
    case TlsParametersCngAlgUsageCertSig:
      return fail(Status::UnsupportedFunction,
                  "how certificates are signed cannot be restricted in SCH_CREDENTIALS");
  }
  return fail(Status::UnknownCredentials, "CRYPTO_SETTINGS is for an unknown use");
}

}  // namespace opensspi::abi
