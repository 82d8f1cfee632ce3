// The certificate that `serve` shows: from PEM files, from a PFX file, from a PKCS#11 token, or a
// self-signed one that it makes once and keeps beside the accounts.
#pragma once

#include <optional>
#include <string>

#include "credential.h"

namespace opensspi::command {

struct CertificateFiles {
  std::string certificate, key;  // PEM; the key may be in the certificate's file, or the
                                 // certificate a URI (RFC 7512) that names both
  std::string pfx;
  std::string key_password_file;  // opens the PFX or an encrypted key
  std::string pin_file;           // opens the URI's token

  [[nodiscard]] bool given() const { return !certificate.empty() || !pfx.empty(); }
  [[nodiscard]] bool on_token() const { return certificate.starts_with("pkcs11:"); }
};

// Reads the files, and asks the token, again each time. CommandError Usage when they cannot be
// used.
[[nodiscard]] Certificate load_certificate(const CertificateFiles& files);

// `<folder of accounts_path>/server.pem`, mode 0600; made when there is none or it has expired.
[[nodiscard]] Certificate own_certificate(const std::string& accounts_path);

// "CN = host"
[[nodiscard]] std::string subject_of(PCCERT_CONTEXT certificate);
// SHA-256 in hexadecimal.
[[nodiscard]] std::string fingerprint_of(PCCERT_CONTEXT certificate);

}  // namespace opensspi::command
