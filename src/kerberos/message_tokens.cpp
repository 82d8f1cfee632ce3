// Which format a key has.
#include "kerberos/message_tokens.h"

#include <krb5.h>

#include <utility>

#include "kerberos/rc4_wrap.h"
#include "kerberos/wrap.h"

namespace opensspi::kerberos {

Result<std::unique_ptr<MessageTokens>> make_message_tokens(MessageKey key, MessageFormat format) {
  switch (key.enctype()) {
    case ENCTYPE_AES128_CTS_HMAC_SHA1_96:
    case ENCTYPE_AES256_CTS_HMAC_SHA1_96:
    case ENCTYPE_AES128_CTS_HMAC_SHA256_128:
    case ENCTYPE_AES256_CTS_HMAC_SHA384_192:
      return std::make_unique<WrapTokens>(std::move(key), format);
    case ENCTYPE_ARCFOUR_HMAC:
      return std::make_unique<Rc4Tokens>(std::move(key), format);
    default:
      return fail(Status::UnsupportedFunction, "messages under a key of that encryption type");
  }
}

}  // namespace opensspi::kerberos
