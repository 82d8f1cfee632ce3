// What SCHANNEL_CRED or SCH_CREDENTIALS says: the TLS of each direction, and what a session must
// know beside it.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "x509/certificate.h"

namespace opensspi {

namespace tls {
class Parameters;
}

struct TlsAuthData {
  // Null: a direction that was not asked for.
  std::shared_ptr<const tls::Parameters> client, server;

  // How the peer's certificate is judged, where the package itself judges it.
  struct Validation {
    enum class Revocation { Unchecked, EndCertificate, Chain, ChainWithoutRoot };

    bool manual = false;    // the caller judges
    bool deferred = false;  // judged, but the caller decides what follows
    bool checks_name = true;
    Revocation revocation = Revocation::Unchecked;
    bool ignores_missing_revocation = false;  // an issuer that tells nothing of revocation
    bool ignores_offline_revocation = false;  // a revocation server that cannot be reached
  };
  Validation validation;
  // A server's: who may issue its clients' certificates. Not given: the system's authorities;
  // given and empty: nobody.
  std::optional<std::vector<x509::Certificate>> client_roots;
  bool resumes = true;  // a server's sessions may be taken up again
  std::uint32_t session_lifespan_ms = 36'000'000;
};

}  // namespace opensspi
