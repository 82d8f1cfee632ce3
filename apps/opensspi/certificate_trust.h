// What a client can say of its server's certificate. CredSSP does not depend on it: the server's
// key is bound into the logon whoever signed the certificate.
#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "credssp_session.h"

namespace opensspi::command {

struct CertificateTrust {
  bool trusted = false;  // a chain to a trusted root, in time, for the host's name
  std::string words;     // "trusted", or everything that is wrong
  std::string subject, fingerprint;
  SECURITY_STATUS status = SEC_E_OK;  // the code for what is wrong
};

// After SEC_E_OK.
[[nodiscard]] CertificateTrust judge_certificate(CredSspSession& session);

[[nodiscard]] nlohmann::ordered_json to_json(const CertificateTrust& trust);

}  // namespace opensspi::command
