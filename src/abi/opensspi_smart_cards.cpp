// opensspi.h: logons with smart cards.
#include "abi/arguments.h"
#include "abi/certificate_logon.h"
#include "abi/guard.h"
#include "abi/memory.h"
#include "abi/text.h"
#include "base/utf16.h"

namespace opensspi::abi {
namespace {

Result<SmartCard> card_of(const opensspi_smart_card& given) {
  SmartCard card;
  const ByteView pin(reinterpret_cast<const std::uint8_t*>(given.pin), given.pin_size);
  TRY_ASSIGN(card.pin, secret_utf8_to_utf16le(pin));
  TRY_ASSIGN(card.card_name, text_from(given.card_name));
  TRY_ASSIGN(card.reader_name, text_from(given.reader_name));
  TRY_ASSIGN(card.container_name, text_from(given.container_name));
  TRY_ASSIGN(card.csp_name, text_from(given.csp_name));
  if (given.key_spec != 0) card.key_spec = given.key_spec;
  return card;
}

}  // namespace
}  // namespace opensspi::abi

using namespace opensspi;
using namespace opensspi::abi;

OPENSSPI_EXPORT SECURITY_STATUS opensspi_pack_smart_card(const char* user, const char* domain,
                                                         const opensspi_smart_card* card,
                                                         void** logon, size_t* size) {
  return guard([&]() -> Result<void> {
    TRY(need({card, logon, size}));
    if (card->pin_size != 0) TRY(need({card->pin}));
    Identity identity;
    TRY_ASSIGN(identity.user, text_from(user));
    TRY_ASSIGN(identity.domain, text_from(domain));
    TRY_ASSIGN(const SmartCard held, card_of(*card));
    TRY_ASSIGN(const SecretBytes packed, write_certificate_logon(identity, held));
    *size = packed.size();
    *logon = copy_to_block(packed.expose()).release();
    return {};
  });
}
