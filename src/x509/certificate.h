// X.509 certificates, as values that share their OpenSSL object. No OpenSSL type shows here.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"

namespace opensspi::x509 {

class Certificate {
 public:
  static Result<Certificate> from_der(ByteView der);

  [[nodiscard]] const Bytes& der() const;
  // The contents of the subjectPublicKey BIT STRING without the unused-bits octet: what CredSSP
  // binds to ([MS-CSSP] 3.1.5).
  [[nodiscard]] const Bytes& subject_public_key() const;
  // RFC 5929 4.1: hash of the DER by the certificate's signature hash, MD5 and SHA-1 replaced by
  // SHA-256. Just the hash, without the "tls-server-end-point:" prefix.
  [[nodiscard]] Result<Bytes> end_point_hash() const;
  // The hash of the DER by the digest of this OpenSSL name.
  [[nodiscard]] Result<Bytes> fingerprint(const char* digest) const;
  // RFC 5280 4.2.1.2: its subjectKeyIdentifier; without one, SHA-1 of the subject public key.
  [[nodiscard]] Result<Bytes> key_identifier() const;
  // The end of its validity, in seconds since 1970-01-01 UTC.
  [[nodiscard]] std::int64_t not_after() const;
  [[nodiscard]] std::string subject_name() const;  // one line, UTF-8, control characters escaped
  // The user principal name among its subjectAltNames ([MS-WCCE] szOID_NT_PRINCIPAL_NAME); empty
  // when it has none, or none in UTF-8.
  [[nodiscard]] std::string user_principal_name() const;
  // Whether its extendedKeyUsage names smart card logon or PKINIT.
  [[nodiscard]] bool is_for_smart_card_logon() const;
  // Whether it says where to ask if it was revoked: CRL distribution points, or an OCSP responder
  // among the access descriptions of its authority. RFC 5280 4.2.1.13, 4.2.2.1
  [[nodiscard]] bool names_revocation_source() const;
  // SHA-1 of the DER: how Windows names certificates.
  [[nodiscard]] Result<Bytes> sha1_thumbprint() const;
  // What a TLS peer showed together with this, its end entity's certificate: issuers, in its order.
  // Empty for a certificate that came alone. judge() builds chains with them.
  [[nodiscard]] const std::vector<Certificate>& presented_with() const;

  struct Native;  // the OpenSSL object; defined in x509/native.h for x509 and tls only
  explicit Certificate(std::shared_ptr<const Native> native) : native_(std::move(native)) {}
  [[nodiscard]] const Native& native() const { return *native_; }

 private:
  std::shared_ptr<const Native> native_;
};

}  // namespace opensspi::x509
