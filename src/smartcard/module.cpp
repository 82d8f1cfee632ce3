// For a logon one module is open for a moment, and closed before libkrb5's plugin opens it; keys
// have theirs open as long as they live (shared_module.h).
#include "smartcard/module.h"

#include <dlfcn.h>
#include <p11-kit/pkcs11.h>
#include <unistd.h>

#include <string_view>
#include <utility>

namespace opensspi::smartcard {
namespace {

constexpr unsigned long kMostSlots = 256;

// PKCS #11 fills texts up with spaces.
template <std::size_t N>
std::string text_of(const unsigned char (&padded)[N]) {
  std::string_view text(reinterpret_cast<const char*>(padded), N);
  const std::size_t end = text.find_last_not_of(std::string_view(" \0", 2));
  return std::string(text.substr(0, end == std::string_view::npos ? 0 : end + 1));
}

}  // namespace

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
    return fail(
        Status::UnsupportedFunction,
        "the PKCS#11 module (module-path of the URI, else smart_card.pkcs11_module of the "
        "policy) cannot be loaded (Debian: package p11-kit-modules, and the card's, such as "
        "opensc)");
  }
  std::unique_ptr<Module> module(new Module(library, *functions));
  const CK_RV code = module->initialize();
  if (code == CKR_OK) return module;
  if (code == CKR_CRYPTOKI_ALREADY_INITIALIZED) {
    return fail(Status::UnsupportedFunction,
                "the program itself has the PKCS#11 module open: p11-kit-proxy.so can be shared");
  }
  TRY(checked(code));
  return module;
}

unsigned long Module::initialize() {
  CK_C_INITIALIZE_ARGS arguments{};
  arguments.flags = CKF_OS_LOCKING_OK;
  const CK_RV code = functions_.C_Initialize(&arguments);
  if (code == CKR_OK) process_ = getpid();
  return code;
}

bool Module::is_of_this_process() const {
  return process_ == getpid();
}

Result<void> Module::initialize_again() {
  const CK_RV code = initialize();
  if (code != CKR_CRYPTOKI_ALREADY_INITIALIZED) TRY(checked(code));
  process_ = getpid();
  ++openings_;
  return {};
}

// What a fork has copied belongs to the parent, and so does the card that it speaks to.
Module::~Module() {
  if (is_of_this_process()) functions_.C_Finalize(nullptr);
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
               text_of(reader.manufacturerID),
               text_of(info.label),
               text_of(info.manufacturerID),
               text_of(info.model),
               text_of(info.serialNumber),
               is(CKF_LOGIN_REQUIRED),
               is(CKF_PROTECTED_AUTHENTICATION_PATH),
               is(CKF_USER_PIN_LOCKED)};
}

Result<std::vector<CardCertificate>> certificates_in(const Session& session) {
  CK_CERTIFICATE_TYPE x509 = CKC_X_509;
  const auto* bytes = reinterpret_cast<const std::uint8_t*>(&x509);
  TRY_ASSIGN(const auto objects,
             session.objects(CKO_CERTIFICATE, {{CKA_CERTIFICATE_TYPE, {bytes, sizeof x509}}}));
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

Result<std::vector<CardCertificate>> Module::certificates(const Token& token) const {
  TRY_ASSIGN(const Session session, Session::open(functions_, token.slot));
  return certificates_in(session);
}

Result<void> Module::try_pin(const Token& token, ByteView pin_utf8) const {
  TRY_ASSIGN(const Session session, Session::open(functions_, token.slot));
  const CK_RV code = session.log_in(CKU_USER, pin_utf8);
  if (code != CKR_OK) return refusal_of(code);
  session.log_out();
  return {};
}

}  // namespace opensspi::smartcard
