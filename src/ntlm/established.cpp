// The attributes of an NTLM context, with the values that Windows gives.
#include "ntlm/established.h"

#include "ntlm/package.h"

namespace opensspi::ntlm {
namespace {

// Windows: these two for extended session security.
constexpr std::uint32_t kSignatureHmacMd5 = 0xFFFFFF76;
constexpr std::uint32_t kCalgRc4 = 0x6801;

KeyInfo key_info() {
  return {"HMAC-MD5", "RSADSI RC4", 128, kSignatureHmacMd5, kCalgRc4};
}

}  // namespace

MechListMic* Established::mech_list_mic() {
  return has(granted, ContextFlags::Integrity) ? &security : nullptr;
}

Result<Attribute> Established::query(AttributeId id) const {
  switch (id) {
    case AttributeId::Sizes:
      return security.sizes();
    case AttributeId::Names:
      return names;
    case AttributeId::Lifespan:
      return Lifespan{start, expiry()};
    case AttributeId::SessionKey:
      return SessionKey{SecretBytes(exported_session_key.expose())};
    case AttributeId::KeyInfo:
      return key_info();
    case AttributeId::PackageInfo:
      return &package_info();
    case AttributeId::NegotiationInfo:
      return NegotiationInfo{&package_info(), NegotiationState::Complete};
    case AttributeId::Flags:
      return granted;
    case AttributeId::Target:
      return target;
    case AttributeId::AccessToken:
      if (token != nullptr) return token;
      break;
    default:
      break;
  }
  return fail(Status::UnsupportedFunction, "an NTLM context does not have that attribute");
}

Result<void> check_request(const ContextRequest& request) {
  if (has(request.flags, ContextFlags::Datagram)) {
    return fail(Status::UnsupportedFunction, "NTLM without a connection is not offered");
  }
  if (request.inside_credssp && has(request.flags, ContextFlags::NullSession)) {
    return fail(Status::UnsupportedFunction, "no null session inside CREDSSP");
  }
  return {};
}

std::string qualified_name(const std::string& domain, const std::string& user) {
  return domain.empty() ? user : domain + '\\' + user;
}

}  // namespace opensspi::ntlm
