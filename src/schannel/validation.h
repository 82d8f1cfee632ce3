// Whether a peer's certificate is good enough, in Schannel's codes.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "sspi/attribute.h"
#include "sspi/tls_auth_data.h"

namespace opensspi::schannel {

// A server's, for the host of the target. Judges at this moment.
[[nodiscard]] CertificateVerdict judge_server(const TlsAuthData::Validation& validation,
                                              const x509::Certificate& certificate,
                                              std::string_view host);
// A client's: issued by one of `roots`; when they are not given, by an authority of the system's.
[[nodiscard]] CertificateVerdict judge_client(
    const std::optional<std::vector<x509::Certificate>>& roots,
    const x509::Certificate& certificate);

}  // namespace opensspi::schannel
