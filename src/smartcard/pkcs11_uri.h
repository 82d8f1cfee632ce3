// "pkcs11:token=HSM;object=server?pin-source=file:/etc/hsm.pin": which object of which token. RFC
// 7512.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/bytes.h"
#include "base/result.h"
#include "base/secret.h"
#include "smartcard/module.h"

namespace opensspi::smartcard {

struct Pkcs11Uri {
  enum class Type { Any, Certificate, PrivateKey };

  std::optional<std::string> token, manufacturer, model, serial;
  std::optional<std::string> slot_description, slot_manufacturer;
  std::optional<unsigned long> slot_id;
  std::optional<Bytes> id;
  std::optional<std::string> object;  // the label
  Type type = Type::Any;
  std::string module_path;         // empty: it names none
  std::optional<SecretBytes> pin;  // of pin-value
  std::optional<std::string> pin_source;

  // InvalidParameter for what RFC 7512 does not have, and for what would narrow the choice in a way
  // that is not known here.
  static Result<Pkcs11Uri> parse(std::string_view text);

  [[nodiscard]] bool names(const Token& candidate) const;
  // The URI's own PIN: its pin-value, or the first line of the file that is its pin-source; empty
  // when it has neither. NoCredentials when the file cannot be read.
  [[nodiscard]] Result<SecretBytes> own_pin() const;
};

}  // namespace opensspi::smartcard
