// CERT_INFO: a certificate's fields as programs read them through CERT_CONTEXT.pCertInfo. RFC 5280
// 4.1. Blobs point into the certificate's DER.
#pragma once

#include <deque>
#include <string>
#include <vector>

#include "abi/windows_names.h"
#include "asn1/der_reader.h"
#include "base/bytes.h"
#include "base/result.h"

namespace opensspi::abi {

class CertificateInfo {
 public:
  CertificateInfo() = default;
  CertificateInfo(const CertificateInfo&) = delete;
  CertificateInfo& operator=(const CertificateInfo&) = delete;

  // `der` must outlive this. InvalidToken, CRYPT_E_ASN1_ERROR, when it is none.
  Result<void> read(ByteView der);
  [[nodiscard]] CERT_INFO* get() { return &info_; }

 private:
  void read_extensions(asn1::DerReader& tbs);

  CERT_INFO info_{};
  Bytes serial_;  // little-endian, as Windows has it
  std::string signature_oid_, key_oid_;
  std::vector<CERT_EXTENSION> extensions_;
  std::deque<std::string> extension_oids_;  // which stay where they are
};

// "1.2.840.113549.1.1.11" of the contents octets of an OBJECT IDENTIFIER; empty when they are
// malformed. [X.690] 8.19
[[nodiscard]] std::string dotted_oid(ByteView contents);

}  // namespace opensspi::abi
