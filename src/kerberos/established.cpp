// The attributes of a Kerberos context.
#include "kerberos/established.h"

#include <krb5.h>

#include <utility>

#include "kerberos/package.h"

namespace opensspi::kerberos {
namespace {

// The numbers of checksum and encryption type, as Windows gives them; names as RFC 3962 and
// RFC 8009 have them.
KeyInfo key_info(std::int32_t enctype) {
  constexpr auto kHmacMd5 = static_cast<std::uint32_t>(CKSUMTYPE_HMAC_MD5_ARCFOUR);
  switch (enctype) {
    case ENCTYPE_AES128_CTS_HMAC_SHA1_96:
      return {"HMAC-SHA1-96-AES128", "AES128-CTS-HMAC-SHA1-96", 128, CKSUMTYPE_HMAC_SHA1_96_AES128,
              ENCTYPE_AES128_CTS_HMAC_SHA1_96};
    case ENCTYPE_AES256_CTS_HMAC_SHA1_96:
      return {"HMAC-SHA1-96-AES256", "AES256-CTS-HMAC-SHA1-96", 256, CKSUMTYPE_HMAC_SHA1_96_AES256,
              ENCTYPE_AES256_CTS_HMAC_SHA1_96};
    case ENCTYPE_AES128_CTS_HMAC_SHA256_128:
      return {"HMAC-SHA256-128-AES128", "AES128-CTS-HMAC-SHA256-128", 128,
              CKSUMTYPE_HMAC_SHA256_128_AES128, ENCTYPE_AES128_CTS_HMAC_SHA256_128};
    case ENCTYPE_ARCFOUR_HMAC:
      return {"HMAC-MD5", "RSADSI RC4-HMAC", 128, kHmacMd5, ENCTYPE_ARCFOUR_HMAC};
    default:
      return {"HMAC-SHA384-192-AES256", "AES256-CTS-HMAC-SHA384-192", 256,
              CKSUMTYPE_HMAC_SHA384_192_AES256, ENCTYPE_AES256_CTS_HMAC_SHA384_192};
  }
}

// Deviation: the keystream of RFC 4757 hangs on key and number alone, and without mutual
// authentication both directions begin with the same number.
ContextFlags without_two_time_pad(std::int32_t enctype, ContextFlags granted) {
  if (enctype != ENCTYPE_ARCFOUR_HMAC || has(granted, ContextFlags::MutualAuth)) return granted;
  return granted & ~(ContextFlags::Confidentiality | ContextFlags::Integrity |
                     ContextFlags::ReplayDetect | ContextFlags::SequenceDetect);
}

}  // namespace

Result<Established> Established::make(MessageKey key, MessageFormat format, FirstNumbers first,
                                      ContextFlags granted, TicketFacts facts) {
  const std::int32_t enctype = key.enctype();
  granted = without_two_time_pad(enctype, granted);
  SecretBytes session_key = key.bytes().clone();
  TRY_ASSIGN(auto tokens, make_message_tokens(std::move(key), format));
  return Established{.security = SessionSecurity(std::move(tokens), first, granted),
                     .enctype = enctype,
                     .session_key = std::move(session_key),
                     .granted = granted,
                     .facts = facts,
                     .names = {facts.client},
                     .target = {},
                     .token = nullptr};
}

MechListMic* Established::mech_list_mic() {
  return has(granted, ContextFlags::Integrity) ? &security : nullptr;
}

Result<Attribute> Established::query(AttributeId id) const {
  switch (id) {
    case AttributeId::Sizes:
      return security.sizes();
    case AttributeId::Names:
      return names;
    case AttributeId::NativeNames:
      return NativeNames{facts.client, facts.server};
    case AttributeId::Lifespan:
      return Lifespan{facts.start, facts.end};
    case AttributeId::SessionKey:
      return SessionKey{session_key.clone()};
    case AttributeId::KeyInfo:
      return key_info(enctype);
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
  return fail(Status::UnsupportedFunction, "a Kerberos context does not have that attribute");
}

Result<void> check_request(const ContextRequest& request) {
  if (has(request.flags, ContextFlags::Datagram)) {
    return fail(Status::UnsupportedFunction, "Kerberos without a connection is not offered");
  }
  if (has(request.flags, ContextFlags::NullSession)) {
    return fail(Status::UnsupportedFunction, "Kerberos has no null sessions");
  }
  return {};
}

}  // namespace opensspi::kerberos
