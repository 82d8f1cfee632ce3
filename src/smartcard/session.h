// A session with a token, and what codes of PKCS #11 mean. Its header stops in the .cpp files:
// codes, handles and types of objects are the numbers that they are there.
#pragma once

#include <initializer_list>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"
#include "x509/certificate.h"

struct _CK_FUNCTION_LIST;

namespace opensspi::smartcard {

// What the codes say where anything but CKR_OK is a reader or a card that does not work; nothing
// for CKR_OK.
Result<void> checked(unsigned long code);
// What they say of a PIN.
[[nodiscard]] tl::unexpected<Error> refusal_of(unsigned long code);

class Session {
 public:
  struct Attribute {
    unsigned long type = 0;  // CKA_
    ByteView value;
  };

  static Result<Session> open(const _CK_FUNCTION_LIST& functions, unsigned long slot);
  Session(Session&& other) noexcept;
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;
  ~Session();
  // Lets go of the session without a word to the module, which does not know it any more.
  void forget() { open_ = false; }

  // Objects of this kind (CKO_) that have these attributes, as far as they are shown.
  [[nodiscard]] Result<std::vector<unsigned long>> objects(
      unsigned long kind, std::initializer_list<Attribute> wanted = {}) const;
  // Empty when the object has no such attribute, or does not show it.
  [[nodiscard]] Bytes attribute(unsigned long object, unsigned long type) const;

  // Codes.
  [[nodiscard]] unsigned long log_in(unsigned long user, ByteView pin) const;  // CKU_
  void log_out() const;

  [[nodiscard]] unsigned long handle() const { return handle_; }

 private:
  Session(const _CK_FUNCTION_LIST& functions, unsigned long handle)
      : functions_(functions), handle_(handle) {}

  const _CK_FUNCTION_LIST& functions_;
  unsigned long handle_;
  bool open_ = true;
};

}  // namespace opensspi::smartcard
