// Private keys and the pairs of a certificate chain and its key that a TLS server shows.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"
#include "base/secret.h"
#include "x509/certificate.h"
#include "x509/signer.h"

namespace opensspi::x509 {

class PrivateKey {
 public:
  // PEM: PKCS#8 or traditional; `password` (UTF-8) for an encrypted one, else empty.
  static Result<PrivateKey> from_pem(ByteView pem, ByteView password);
  // The key of this certificate, which `signer` has. UnknownCredentials when it is neither RSA's
  // nor ECDSA's, or the signer cannot sign so.
  static Result<PrivateKey> held_by(std::shared_ptr<const Signer> signer,
                                    const Certificate& certificate);
  [[nodiscard]] bool is_remote() const;  // a Signer has it
  [[nodiscard]] bool lacks_pss() const;  // an RSA key whose Signer makes no PSS signatures
  // PKCS#8, not encrypted. UnsupportedFunction for a remote one.
  [[nodiscard]] Result<SecretBytes> to_pem() const;

  struct Native;
  explicit PrivateKey(std::shared_ptr<const Native> native) : native_(std::move(native)) {}
  [[nodiscard]] const Native& native() const { return *native_; }

 private:
  std::shared_ptr<const Native> native_;
};

struct KeyPair {
  std::vector<Certificate> chain;  // the end entity's first
  std::shared_ptr<const PrivateKey> key;
  std::string friendly_name;  // that a PFX gives the first one
};

// UnknownCredentials when the parts cannot be read or the key is not the first certificate's.
Result<KeyPair> key_pair_from_pem(ByteView certificate_pem, ByteView key_pem, ByteView password);
Result<Bytes> chain_to_pem(const std::vector<Certificate>& chain);
// The certificates of a PEM text in its order, at least one. UnknownCredentials when one cannot be
// read, or there are `most`.
Result<std::vector<Certificate>> certificates_from_pem(ByteView pem, std::size_t most);
[[nodiscard]] bool is_key_of(const PrivateKey& key, const Certificate& certificate);
// All that a PKCS#12 file has, at least one: those with a key first, each with its issuers as far
// as they are in the file; the others, issuers among them, alone. `password` in UTF-8.
Result<std::vector<KeyPair>> certificates_from_pfx(ByteView pfx, ByteView password);

// A self-signed RSA-2048 certificate as Windows makes one for Remote Desktop: CN = the host name,
// six months, server authentication. PEM of both parts (unencrypted key).
struct PemPair {
  Bytes certificate, key;
};
Result<PemPair> make_self_signed(std::string_view common_name);

}  // namespace opensspi::x509
