// One answer per attribute.
#include "schannel/stream.h"

#include <optional>
#include <utility>

namespace opensspi::schannel {
namespace {

template <class T>
Result<Attribute> if_any(std::optional<T> value) {
  if (!value) return fail(Status::UnsupportedFunction, "the context does not have that attribute");
  return Attribute{*std::move(value)};
}

// MakeSignature is not a stream's; a token's trailer is what a record adds to its data.
Sizes sizes_of(const tls::StreamSizes& stream, std::uint32_t max_token) {
  Sizes sizes;
  sizes.max_token = max_token;
  sizes.block_size = stream.block_size;
  sizes.security_trailer = stream.header + stream.trailer;
  return sizes;
}

Result<Attribute> eap_key_block_of(const tls::Session& session) {
  TRY_ASSIGN(SecretBytes block, session.eap_key_block());
  return Attribute{SessionKey{std::move(block)}};
}

Result<Attribute> binding_of(Result<Bytes> binding) {
  if (!binding) return fail(binding.error());
  return Attribute{*std::move(binding)};
}

}  // namespace

Result<Attribute> query_stream(const tls::Session& session, AttributeId id,
                               std::uint32_t max_token) {
  switch (id) {
    case AttributeId::Sizes:
      return Attribute{sizes_of(session.stream_sizes(), max_token)};
    case AttributeId::StreamSizes:
      return Attribute{session.stream_sizes()};
    case AttributeId::ConnectionInfo:
    case AttributeId::CipherInfo:
    case AttributeId::KeyInfo:
      return Attribute{session.connection_info()};
    case AttributeId::RemoteCertificate:
      return if_any(session.peer_certificate());
    case AttributeId::LocalCertificate:
      return if_any(session.local_certificate());
    case AttributeId::EapKeyBlock:
      return eap_key_block_of(session);
    case AttributeId::UniqueBindings:
      return binding_of(session.unique_binding());
    case AttributeId::EndpointBindings:
      return binding_of(session.end_point_binding());
    case AttributeId::ApplicationProtocol:
      return Attribute{ApplicationProtocol{session.protocol()}};
    case AttributeId::SessionInfo:
      return Attribute{TlsSessionInfo{session.connection_info().resumed, session.session_id()}};
    default:
      return fail(Status::UnsupportedFunction, "TLS does not have that attribute");
  }
}

}  // namespace opensspi::schannel
