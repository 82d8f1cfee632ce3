// What the tests of the Sspi identity functions share.
#pragma once

#include <utility>

#include "abi/support.h"
#include "wincred.h"

namespace caller {

using Text = std::basic_string<SEC_WCHAR>;

// An identity that the library handed out.
class Identity {
 public:
  Identity() = default;
  explicit Identity(PSEC_WINNT_AUTH_IDENTITY_OPAQUE identity) : identity_(identity) {}
  Identity(Identity&& other) noexcept : identity_(std::exchange(other.identity_, nullptr)) {}
  Identity& operator=(Identity&& other) noexcept {
    std::swap(identity_, other.identity_);
    return *this;
  }
  ~Identity() { SspiFreeAuthIdentity(identity_); }

  [[nodiscard]] PSEC_WINNT_AUTH_IDENTITY_OPAQUE get() const { return identity_; }
  PSEC_WINNT_AUTH_IDENTITY_OPAQUE* out() { return &identity_; }
  [[nodiscard]] SEC_WINNT_AUTH_IDENTITY_EX2 header() const {
    SEC_WINNT_AUTH_IDENTITY_EX2 header;
    std::memcpy(&header, identity_, sizeof header);
    return header;
  }
  [[nodiscard]] Bytes bytes() const {
    const auto* start = static_cast<const std::uint8_t*>(identity_);
    return Bytes(start, start + header().cbStructureLength);
  }

 private:
  PSEC_WINNT_AUTH_IDENTITY_OPAQUE identity_ = nullptr;
};

inline Identity encode(PCWSTR user = u"alice", PCWSTR domain = u"WONDERLAND",
                       PCWSTR password = u"Queen of \u2665") {
  Identity identity;
  EXPECT_STATUS(SEC_E_OK, SspiEncodeStringsAsAuthIdentity(user, domain, password, identity.out()));
  return identity;
}

// A text that the library handed out, released.
inline Text take(PCWSTR text) {
  if (text == nullptr) return u"(null)";
  Text out(text);
  SspiLocalFree(const_cast<PWSTR>(text));
  return out;
}

struct Strings {
  Text user, domain, password;
  bool operator==(const Strings&) const = default;
};

inline Strings decode(PSEC_WINNT_AUTH_IDENTITY_OPAQUE identity) {
  PCWSTR user = nullptr, domain = nullptr, password = nullptr;
  EXPECT_STATUS(SEC_E_OK, SspiEncodeAuthIdentityAsStrings(identity, &user, &domain, &password));
  return {take(user), take(domain), take(password)};
}
inline Strings decode(const Identity& identity) {
  return decode(identity.get());
}

inline const Strings kAlice{u"alice", u"WONDERLAND", u"Queen of \u2665"};

}  // namespace caller
