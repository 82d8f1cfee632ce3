// From the TLS of two directions to one credential.
#include "schannel/credential.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "schannel/client.h"
#include "schannel/server.h"
#include "tls/session.h"

namespace opensspi::schannel {

SchannelCredential::SchannelCredential(std::shared_ptr<const TlsAuthData> auth_data)
    : auth_data_(std::move(auth_data)) {}

Result<std::unique_ptr<Context>> SchannelCredential::new_context(
    const ContextRequest& request) const {
  if (tls(request.role) == nullptr) {
    return fail(Status::NoCredentials, request.role == Role::Client
                                           ? "the credential is for servers only"
                                           : "the credential is for clients only");
  }
  if (has(request.flags, ContextFlags::Datagram))
    return fail(Status::UnsupportedFunction, "DTLS is not supported");
  auto self = std::static_pointer_cast<const SchannelCredential>(shared_from_this());
  return request.role == Role::Client ? ClientContext::make(std::move(self), request)
                                      : ServerContext::make(std::move(self), request);
}

FileTime SchannelCredential::expiry() const {
  FileTime soonest = kNever;
  for (const Role role : {Role::Client, Role::Server}) {
    if (tls(role) != nullptr) soonest = std::min(soonest, certificate_expiry(*tls(role)));
  }
  return soonest;
}

const tls::Parameters* SchannelCredential::tls(Role role) const {
  return (role == Role::Client ? auth_data_->client : auth_data_->server).get();
}

FileTime certificate_expiry(const tls::Parameters& parameters) {
  const std::optional<std::int64_t> end = parameters.not_after();
  return end ? file_time_of_unix(*end) : kNever;
}

}  // namespace opensspi::schannel
