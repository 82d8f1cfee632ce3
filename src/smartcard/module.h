// PKCS#11 modules, which speak to smart cards: what is in the readers, the certificates on it, and
// whether a PIN is right. PKCS #11 v2.40; its header stops in the .cpp files.
#pragma once

#include <atomic>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"
#include "smartcard/session.h"
#include "x509/certificate.h"

namespace opensspi::smartcard {

// A card in a reader.
struct Token {
  unsigned long slot = 0;
  // Without the spaces that fill them up.
  std::string reader, reader_manufacturer;  // of the slot, whose description is the reader's name
  std::string label, manufacturer, model, serial;
  bool needs_pin = false;
  bool own_pin_pad = false;  // the reader asks for the PIN itself
  bool locked = false;

  // Whether they are one, in whichever slot.
  [[nodiscard]] bool is(const Token& other) const {
    return label == other.label && manufacturer == other.manufacturer && model == other.model &&
           serial == other.serial;
  }
};

struct CardCertificate {
  std::string label;
  Bytes id;
  x509::Certificate certificate;
};

Result<std::vector<CardCertificate>> certificates_in(const Session& session);

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

  // Whether this process opened the module, or opened it again; after a fork the child has not.
  [[nodiscard]] bool is_of_this_process() const;
  // Somebody has closed it for the whole process.
  void set_closed() { process_ = 0; }
  // For a child, and when it was closed.
  Result<void> initialize_again();
  // How often it was opened: sessions from before the last time are none any more.
  [[nodiscard]] unsigned openings() const { return openings_; }

  [[nodiscard]] const _CK_FUNCTION_LIST& functions() const { return functions_; }
  // What dlopen(3) answered: the same for every name of the library.
  [[nodiscard]] const void* library() const { return library_; }

 private:
  Module(void* library, const _CK_FUNCTION_LIST& functions)
      : library_(library), functions_(functions) {}
  [[nodiscard]] unsigned long initialize();  // a code
  [[nodiscard]] std::optional<Token> token_in(unsigned long slot) const;

  void* library_;
  const _CK_FUNCTION_LIST& functions_;
  std::atomic<int> process_ = 0;  // that has it open
  std::atomic<unsigned> openings_ = 0;
};

}  // namespace opensspi::smartcard
