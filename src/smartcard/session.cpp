// Cryptoki, called as its standard has it.
#include "smartcard/session.h"

#include <p11-kit/pkcs11.h>

#include <algorithm>
#include <utility>

#include "sspi/types.h"

namespace opensspi::smartcard {
namespace {

constexpr unsigned long kMostObjects = 256;
constexpr unsigned long kMostBytes = 1UL << 16;  // of an attribute

tl::unexpected<Error> broken(CK_RV code) {
  if (code == CKR_HOST_MEMORY) return fail(Status::InsufficientMemory, "out of memory at the card");
  return fail(Status::NoCredentials, "the smart card or its reader does not work",
              nt_status::kSmartcardIoError, static_cast<std::int64_t>(code));
}

// Cryptoki takes what it only reads by a pointer to what it may write.
unsigned char* writable(ByteView bytes) {
  return const_cast<unsigned char*>(bytes.data());
}

}  // namespace

Result<void> checked(unsigned long code) {
  if (code != CKR_OK) return broken(code);
  return {};
}

tl::unexpected<Error> refusal_of(unsigned long code) {
  switch (code) {
    case CKR_PIN_INCORRECT:
    case CKR_PIN_INVALID:
    case CKR_PIN_LEN_RANGE:
      return fail(Status::LogonDenied, "the smart card refused the PIN",
                  nt_status::kSmartcardWrongPin);
    case CKR_PIN_LOCKED:
      return fail(Status::LogonDenied, "the smart card is locked: too many wrong PINs",
                  nt_status::kSmartcardCardBlocked);
    case CKR_PIN_EXPIRED:
      return fail(Status::LogonDenied, "the smart card's PIN has expired",
                  nt_status::kPasswordExpired);
    case CKR_USER_ALREADY_LOGGED_IN:
      return fail(Status::UnsupportedFunction, "the program itself has the smart card open");
    case CKR_CRYPTOKI_NOT_INITIALIZED:
    case CKR_DEVICE_MEMORY:
    case CKR_DEVICE_REMOVED:
    case CKR_FUNCTION_CANCELED:
    case CKR_HOST_MEMORY:
    case CKR_SESSION_CLOSED:
    case CKR_SESSION_COUNT:
    case CKR_SESSION_HANDLE_INVALID:
    case CKR_TOKEN_NOT_PRESENT:
      return broken(code);
    default:  // which some modules call a wrong PIN
      return fail(Status::LogonDenied, "the smart card did not take the PIN",
                  nt_status::kSmartcardIoError, static_cast<std::int64_t>(code));
  }
}

Result<Session> Session::open(const _CK_FUNCTION_LIST& functions, unsigned long slot) {
  CK_SESSION_HANDLE handle = 0;
  TRY(checked(functions.C_OpenSession(slot, CKF_SERIAL_SESSION, nullptr, nullptr, &handle)));
  return Session(functions, handle);
}

Session::Session(Session&& other) noexcept
    : functions_(other.functions_),
      handle_(other.handle_),
      open_(std::exchange(other.open_, false)) {}

Session::~Session() {
  if (open_) functions_.C_CloseSession(handle_);
}

Result<std::vector<unsigned long>> Session::objects(unsigned long kind,
                                                    std::initializer_list<Attribute> wanted) const {
  std::vector<CK_ATTRIBUTE> attributes{{CKA_CLASS, &kind, sizeof kind}};
  for (const auto& [type, value] : wanted)
    attributes.push_back({type, writable(value), value.size()});
  TRY(checked(functions_.C_FindObjectsInit(handle_, attributes.data(), attributes.size())));
  std::vector<CK_OBJECT_HANDLE> found(kMostObjects);
  unsigned long count = 0;
  const CK_RV code = functions_.C_FindObjects(handle_, found.data(), found.size(), &count);
  functions_.C_FindObjectsFinal(handle_);
  TRY(checked(code));
  found.resize(count);
  return found;
}

Bytes Session::attribute(unsigned long object, unsigned long type) const {
  CK_ATTRIBUTE asked{type, nullptr, 0};
  if (functions_.C_GetAttributeValue(handle_, object, &asked, 1) != CKR_OK) return {};
  if (asked.ulValueLen == 0 || asked.ulValueLen > kMostBytes) return {};
  Bytes value(asked.ulValueLen);
  asked.pValue = value.data();
  if (functions_.C_GetAttributeValue(handle_, object, &asked, 1) != CKR_OK) return {};
  value.resize(std::min<std::size_t>(value.size(), asked.ulValueLen));
  return value;
}

unsigned long Session::log_in(unsigned long user, ByteView pin) const {
  return functions_.C_Login(handle_, user, writable(pin), pin.size());
}

void Session::log_out() const {
  functions_.C_Logout(handle_);
}

}  // namespace opensspi::smartcard
