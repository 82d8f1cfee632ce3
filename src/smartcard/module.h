// PKCS#11 modules, which speak to smart cards: what is in the readers, the certificates on it, and
// whether a PIN is right. PKCS #11 v2.40; its header stops in module.cpp.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"
#include "x509/certificate.h"

struct _CK_FUNCTION_LIST;

namespace opensspi::smartcard {

// A card in a reader.
struct Token {
  unsigned long slot = 0;
  std::string reader;  // the slot's description, without the spaces that fill it up
  std::string label;
  bool needs_pin = false;
  bool own_pin_pad = false;  // the reader asks for the PIN itself
  bool locked = false;
};

struct CardCertificate {
  std::string label;
  Bytes id;
  x509::Certificate certificate;
};

class Module {
 public:
  // `name`: a path, or a name that dlopen(3) finds. UnsupportedFunction when there is no such
  // module, or the program itself has it open and the module lets nobody share it.
  static Result<std::unique_ptr<Module>> load(const std::string& name);
  Module(const Module&) = delete;
  Module& operator=(const Module&) = delete;
  ~Module();

  [[nodiscard]] Result<std::vector<Token>> tokens() const;
  // Those that the card shows without its PIN; what is no X.509 certificate is left out.
  [[nodiscard]] Result<std::vector<CardCertificate>> certificates(const Token& token) const;
  // Shows the card the PIN, once. LogonDenied: kSmartcardWrongPin, kSmartcardCardBlocked.
  [[nodiscard]] Result<void> try_pin(const Token& token, ByteView pin_utf8) const;

 private:
  class Session;

  Module(void* library, const _CK_FUNCTION_LIST& functions)
      : library_(library), functions_(functions) {}
  [[nodiscard]] std::optional<Token> token_in(unsigned long slot) const;

  void* library_;
  const _CK_FUNCTION_LIST& functions_;
  bool initialized_ = true;
};

}  // namespace opensspi::smartcard
