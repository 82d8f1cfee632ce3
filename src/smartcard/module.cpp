// One module is open for the time of one logon, and closed before libkrb5's plugin opens it.
#include "smartcard/module.h"

#include <dlfcn.h>
#include <p11-kit/pkcs11.h>

#include <algorithm>
#include <array>
#include <span>
#include <string_view>
#include <utility>

#include "sspi/types.h"

namespace opensspi::smartcard {
namespace {

constexpr unsigned long kMostSlots = 256, kMostObjects = 256;
constexpr unsigned long kMostBytes = 1UL << 16;  // of an attribute

tl::unexpected<Error> broken(CK_RV code) {
  if (code == CKR_HOST_MEMORY) return fail(Status::InsufficientMemory, "out of memory at the card");
  return fail(Status::NoCredentials, "the smart card or its reader does not work",
              nt_status::kSmartcardIoError, static_cast<std::int64_t>(code));
}

Result<void> checked(CK_RV code) {
  if (code != CKR_OK) return broken(code);
  return {};
}

// PKCS #11 fills texts up with spaces.
template <std::size_t N>
std::string text_of(const unsigned char (&padded)[N]) {
  std::string_view text(reinterpret_cast<const char*>(padded), N);
  const std::size_t end = text.find_last_not_of(std::string_view(" \0", 2));
  return std::string(text.substr(0, end == std::string_view::npos ? 0 : end + 1));
}

tl::unexpected<Error> refusal_of(CK_RV code) {
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
    case CKR_DEVICE_REMOVED:
    case CKR_TOKEN_NOT_PRESENT:
    case CKR_HOST_MEMORY:
      return broken(code);
    default:  // which some modules call a wrong PIN
      return fail(Status::LogonDenied, "the smart card did not take the PIN",
                  nt_status::kSmartcardIoError, static_cast<std::int64_t>(code));
  }
}

}  // namespace

class Module::Session {
 public:
  static Result<Session> open(const Module& module, unsigned long slot) {
    CK_SESSION_HANDLE handle = 0;
    TRY(checked(
        module.functions_.C_OpenSession(slot, CKF_SERIAL_SESSION, nullptr, nullptr, &handle)));
    return Session(module.functions_, handle);
  }
  Session(Session&& other) noexcept
      : functions_(other.functions_),
        handle_(other.handle_),
        open_(std::exchange(other.open_, false)) {}
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;
  ~Session() {
    if (open_) functions_.C_CloseSession(handle_);
  }

  Result<std::vector<CK_OBJECT_HANDLE>> find(std::span<CK_ATTRIBUTE> wanted) const {
    TRY(checked(functions_.C_FindObjectsInit(handle_, wanted.data(), wanted.size())));
    std::vector<CK_OBJECT_HANDLE> found(kMostObjects);
    unsigned long count = 0;
    const CK_RV code = functions_.C_FindObjects(handle_, found.data(), found.size(), &count);
    functions_.C_FindObjectsFinal(handle_);
    TRY(checked(code));
    found.resize(count);
    return found;
  }

  // Empty when the object has no such attribute, or does not show it.
  Bytes attribute(CK_OBJECT_HANDLE object, CK_ATTRIBUTE_TYPE type) const {
    CK_ATTRIBUTE asked{type, nullptr, 0};
    if (functions_.C_GetAttributeValue(handle_, object, &asked, 1) != CKR_OK) return {};
    if (asked.ulValueLen == 0 || asked.ulValueLen > kMostBytes) return {};
    Bytes value(asked.ulValueLen);
    asked.pValue = value.data();
    if (functions_.C_GetAttributeValue(handle_, object, &asked, 1) != CKR_OK) return {};
    value.resize(std::min<std::size_t>(value.size(), asked.ulValueLen));
    return value;
  }

  // Cryptoki takes what it only reads by a pointer to what it may write.
  CK_RV log_in(ByteView pin) const {
    return functions_.C_Login(handle_, CKU_USER, const_cast<unsigned char*>(pin.data()),
                              pin.size());
  }
  void log_out() const { functions_.C_Logout(handle_); }

 private:
  Session(const CK_FUNCTION_LIST& functions, CK_SESSION_HANDLE handle)
      : functions_(functions), handle_(handle) {}

  const CK_FUNCTION_LIST& functions_;
  CK_SESSION_HANDLE handle_;
  bool open_ = true;
};

Result<std::unique_ptr<Module>> Module::load(const std::string& name) {
  // Never unloaded: a module may have registered what runs when the process ends.
  void* const library = dlopen(name.c_str(), RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE);
  const auto get_functions =
      library != nullptr
          ? reinterpret_cast<CK_C_GetFunctionList>(dlsym(library, "C_GetFunctionList"))
          : nullptr;
  CK_FUNCTION_LIST* functions = nullptr;
  if (get_functions == nullptr || get_functions(&functions) != CKR_OK || functions == nullptr) {
    if (library != nullptr) dlclose(library);
    return fail(Status::UnsupportedFunction,
                "the PKCS#11 module of smart_card.pkcs11_module cannot be loaded (Debian: package "
                "p11-kit-modules, and the card's, such as opensc)");
  }
  std::unique_ptr<Module> module(new Module(library, *functions));
  CK_C_INITIALIZE_ARGS arguments{};
  arguments.flags = CKF_OS_LOCKING_OK;
  const CK_RV code = functions->C_Initialize(&arguments);
  if (code == CKR_OK) return module;
  module->initialized_ = false;
  if (code == CKR_CRYPTOKI_ALREADY_INITIALIZED) {
    return fail(Status::UnsupportedFunction,
                "the program itself has the PKCS#11 module open: p11-kit-proxy.so can be shared");
  }
  return broken(code);
}

Module::~Module() {
  if (initialized_) functions_.C_Finalize(nullptr);
  dlclose(library_);
}

Result<std::vector<Token>> Module::tokens() const {
  std::vector<CK_SLOT_ID> slots(kMostSlots);
  unsigned long count = slots.size();
  TRY(checked(functions_.C_GetSlotList(CK_TRUE, slots.data(), &count)));
  slots.resize(count);
  std::vector<Token> tokens;
  for (const CK_SLOT_ID slot : slots) {
    if (std::optional<Token> token = token_in(slot)) tokens.push_back(*std::move(token));
  }
  return tokens;
}

std::optional<Token> Module::token_in(unsigned long slot) const {
  CK_SLOT_INFO reader{};
  CK_TOKEN_INFO info{};
  if (functions_.C_GetSlotInfo(slot, &reader) != CKR_OK ||
      functions_.C_GetTokenInfo(slot, &info) != CKR_OK) {
    return std::nullopt;
  }
  const auto is = [&](CK_FLAGS flag) { return (info.flags & flag) != 0; };
  if (!is(CKF_TOKEN_INITIALIZED)) return std::nullopt;
  return Token{slot,
               text_of(reader.slotDescription),
               text_of(info.label),
               is(CKF_LOGIN_REQUIRED),
               is(CKF_PROTECTED_AUTHENTICATION_PATH),
               is(CKF_USER_PIN_LOCKED)};
}

Result<std::vector<CardCertificate>> Module::certificates(const Token& token) const {
  TRY_ASSIGN(const Session session, Session::open(*this, token.slot));
  CK_OBJECT_CLASS kind = CKO_CERTIFICATE;
  CK_CERTIFICATE_TYPE type = CKC_X_509;
  std::array<CK_ATTRIBUTE, 2> wanted{
      {{CKA_CLASS, &kind, sizeof kind}, {CKA_CERTIFICATE_TYPE, &type, sizeof type}}};
  TRY_ASSIGN(const auto objects, session.find(wanted));
  std::vector<CardCertificate> found;
  for (const CK_OBJECT_HANDLE object : objects) {
    Result<x509::Certificate> certificate =
        x509::Certificate::from_der(session.attribute(object, CKA_VALUE));
    if (!certificate) continue;
    const Bytes label = session.attribute(object, CKA_LABEL);
    found.push_back({std::string(label.begin(), label.end()), session.attribute(object, CKA_ID),
                     *std::move(certificate)});
  }
  return found;
}

Result<void> Module::try_pin(const Token& token, ByteView pin_utf8) const {
  TRY_ASSIGN(const Session session, Session::open(*this, token.slot));
  const CK_RV code = session.log_in(pin_utf8);
  if (code != CKR_OK) return refusal_of(code);
  session.log_out();
  return {};
}

}  // namespace opensspi::smartcard
