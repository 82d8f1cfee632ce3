// A peer's certificate: all that is read out of it, and the verdict on it.
#include <algorithm>

#include "abi/certificate_info.h"
#include "support/fuzzing.h"
#include "x509/certificate.h"
#include "x509/names.h"
#include "x509/trust.h"

using namespace opensspi;
using test::require;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const x509::TrustStore nobody = x509::TrustStore::open("/nonexistent", "/nonexistent");
  const auto certificate = x509::Certificate::from_der({data, size});
  if (!certificate) return 0;
  const std::string name = certificate->subject_name();
  require(std::none_of(name.begin(), name.end(),
                       [](char c) { return static_cast<unsigned char>(c) < 0x20; }),
          "a name holds no control characters");
  const std::string upn = certificate->user_principal_name();
  require(upn.find('\0') == std::string::npos, "a user's name ends where it ends");
  static_cast<void>(certificate->is_for_smart_card_logon());
  require(certificate->sha1_thumbprint()->size() == 20, "a thumbprint has 20 bytes");
  const auto hash = certificate->end_point_hash();
  require(!hash || hash->size() >= 20, "an end point hash has a size");
  for (const auto owner : {x509::NameOwner::Subject, x509::NameOwner::Issuer})
    for (const std::string& host : x509::alternative_names(*certificate, owner).dns_names)
      require(host.find('\0') == std::string::npos, "a name holds no zero");
  abi::CertificateInfo info;
  if (info.read(certificate->der())) {
    const CERT_NAME_BLOB& subject = info.get()->Subject;
    const Bytes& der = certificate->der();
    require(
        subject.pbData >= der.data() && subject.pbData + subject.cbData <= der.data() + der.size(),
        "a blob lies inside the certificate");
  }
  const x509::TrustStatus status = x509::judge({&*certificate, 1}, "server.example", nobody);
  require(status.errors != 0, "an empty store trusts nobody");
  return 0;
}
