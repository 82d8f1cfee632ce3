// PKCS #11 v2.40, 5.11: C_SignInit and C_Sign.
#include "smartcard/token_key.h"

#include <p11-kit/pkcs11.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <utility>

#include "sspi/types.h"

namespace opensspi::smartcard {
namespace {

using Operation = x509::Signer::Operation;

constexpr std::size_t kMostSignatureBytes = 2048;  // RSA of 16384 bits

struct Mechanism {
  Operation operation;
  CK_MECHANISM_TYPE type;
};
constexpr std::array kMechanisms = {
    Mechanism{Operation::RsaPkcs1, CKM_RSA_PKCS},
    Mechanism{Operation::RsaPss, CKM_RSA_PKCS_PSS},
    Mechanism{Operation::RsaRaw, CKM_RSA_X_509},
    Mechanism{Operation::Ecdsa, CKM_ECDSA},
};

CK_MECHANISM_TYPE mechanism_of(Operation operation) {
  return std::ranges::find(kMechanisms, operation, &Mechanism::operation)->type;
}

CK_RSA_PKCS_PSS_PARAMS pss_of(x509::SignatureHash hash) {
  switch (hash) {
    case x509::SignatureHash::Sha256:
      return {CKM_SHA256, CKG_MGF1_SHA256, 32};
    case x509::SignatureHash::Sha384:
      return {CKM_SHA384, CKG_MGF1_SHA384, 48};
    default:
      return {CKM_SHA512, CKG_MGF1_SHA512, 64};
  }
}

// The session, or what was known of the token in it, is no more.
bool is_loss(CK_RV code) {
  switch (code) {
    case CKR_CRYPTOKI_NOT_INITIALIZED:
    case CKR_DEVICE_REMOVED:
    case CKR_KEY_HANDLE_INVALID:
    case CKR_OBJECT_HANDLE_INVALID:
    case CKR_SESSION_CLOSED:
    case CKR_SESSION_HANDLE_INVALID:
    case CKR_TOKEN_NOT_PRESENT:
    case CKR_USER_NOT_LOGGED_IN:
      return true;
    default:
      return false;
  }
}

// Not of this key alone: modules give the numbers of such sessions out again.
bool ends_every_session(CK_RV code) {
  return code == CKR_CRYPTOKI_NOT_INITIALIZED || code == CKR_DEVICE_REMOVED ||
         code == CKR_SESSION_CLOSED || code == CKR_SESSION_HANDLE_INVALID ||
         code == CKR_TOKEN_NOT_PRESENT;
}

bool is_true(const Bytes& value) {
  return value.size() == 1 && value.front() == CK_TRUE;
}

bool contains(ByteView whole, ByteView part) {
  return std::search(whole.begin(), whole.end(), part.begin(), part.end()) != whole.end();
}

// What the token tells of a public key must occur in the certificate's: an RSA key's modulus, and
// the point of an elliptic curve's, which has an OCTET STRING's header before it.
bool fits(const Session& session, CK_OBJECT_HANDLE key, const KeyName& name,
          const x509::Certificate& certificate) {
  const Bytes& certified = certificate.subject_public_key();
  const Bytes modulus = session.attribute(key, CKA_MODULUS);
  if (!modulus.empty()) return contains(certified, modulus);
  const auto publics = session.objects(CKO_PUBLIC_KEY, {{CKA_ID, name.id}});
  if (!publics) return true;
  return std::ranges::all_of(*publics, [&](CK_OBJECT_HANDLE object) {
    const Bytes point = session.attribute(object, CKA_EC_POINT);
    return point.size() < certified.size() || contains(point, certified);
  });
}

}  // namespace

Result<std::vector<unsigned long>> KeyName::find(const Session& session,
                                                 const x509::Certificate& certificate) const {
  if (id.empty()) return std::vector<unsigned long>();
  TRY_ASSIGN(auto keys,
             label ? session.objects(CKO_PRIVATE_KEY, {{CKA_ID, id}, {CKA_LABEL, view(*label)}})
                   : session.objects(CKO_PRIVATE_KEY, {{CKA_ID, id}}));
  std::erase_if(keys,
                [&](CK_OBJECT_HANDLE key) { return !fits(session, key, *this, certificate); });
  return keys;
}

TokenKey::TokenKey(Place place, Session session, unsigned long key) : place_(std::move(place)) {
  const CK_FUNCTION_LIST& functions = place_.module->module().functions();
  for (const auto& [operation, type] : kMechanisms) {
    CK_MECHANISM_INFO info{};
    const CK_SLOT_ID slot = place_.login->token().slot;
    if (functions.C_GetMechanismInfo(slot, type, &info) == CKR_OK && (info.flags & CKF_SIGN) != 0)
      operations_.insert(operation);
  }
  enter(std::move(session), key);
}

TokenKey::~TokenKey() {
  leave(CKR_OK);
}

bool TokenKey::can(Operation operation) const noexcept {
  return operations_.contains(operation);
}

Result<Bytes> TokenKey::sign(Operation operation, x509::SignatureHash hash, ByteView input) const {
  const std::lock_guard lock(mutex_);
  if (opened_ && !is_current()) leave(CKR_OK);
  for (bool again = false;; again = true) {
    if (!opened_) TRY(open_again());
    Bytes signature(kMostSignatureBytes);
    const auto code = try_to_sign(operation, hash, input, signature);
    if (code && *code == CKR_OK) return signature;
    leave(code.value_or(CKR_OK));
    if (!code) return fail(code.error());
    if (again || !is_loss(*code)) return fail(checked(*code).error());
  }
}

Result<unsigned long> TokenKey::try_to_sign(Operation operation, x509::SignatureHash hash,
                                            ByteView input, Bytes& signature) const {
  const CK_FUNCTION_LIST& functions = place_.module->module().functions();
  CK_RSA_PKCS_PSS_PARAMS pss = pss_of(hash);
  CK_MECHANISM mechanism{mechanism_of(operation), nullptr, 0};
  if (operation == Operation::RsaPss) {
    mechanism.pParameter = &pss;
    mechanism.ulParameterLen = sizeof pss;
  }
  const CK_SESSION_HANDLE session = opened_->session.handle();
  CK_RV code = functions.C_SignInit(session, &mechanism, opened_->key);
  if (code != CKR_OK) return code;
  if (opened_->asks_each_time) TRY(place_.login->show_for_signature(opened_->session));
  unsigned long size = signature.size();
  code = functions.C_Sign(session, const_cast<unsigned char*>(input.data()), input.size(),
                          signature.data(), &size);
  if (code == CKR_OK) signature.resize(size);
  return code;
}

// The end of the session for this code. Of one that is not known any more, nor was this process's,
// the module hears nothing: its number may be another's by now.
void TokenKey::leave(unsigned long code) const {
  if (!opened_) return;
  if (!is_current() || code == CKR_SESSION_HANDLE_INVALID || code == CKR_CRYPTOKI_NOT_INITIALIZED)
    opened_->session.forget();
  if (ends_every_session(code)) place_.login->note_loss();
  if (code == CKR_CRYPTOKI_NOT_INITIALIZED) place_.module->module().set_closed();
  opened_.reset();
}

void TokenKey::enter(Session session, unsigned long key) const {
  const bool asks = is_true(session.attribute(key, CKA_ALWAYS_AUTHENTICATE));
  opened_.emplace(Opened{std::move(session), key, asks, getpid(),
                         place_.module->module().openings(), place_.login->losses()});
}

bool TokenKey::is_current() const {
  return opened_->process == getpid() && opened_->openings == place_.module->module().openings() &&
         opened_->losses == place_.login->losses();
}

Result<void> TokenKey::open_again() const {
  Module& module = place_.module->module();
  if (!module.is_of_this_process()) TRY(module.initialize_again());
  TRY_ASSIGN(const std::vector<Token> tokens, module.tokens());
  const auto token = std::ranges::find_if(
      tokens, [&](const Token& candidate) { return candidate.is(place_.login->token()); });
  if (token == tokens.end()) {
    return fail(Status::NoCredentials, "the smart card is not in its reader",
                nt_status::kSmartcardNoCard);
  }
  TRY_ASSIGN(Session session, Session::open(module.functions(), token->slot));
  TRY(place_.login->show(session));
  TRY_ASSIGN(const auto keys, place_.name.find(session, place_.certificate));
  if (keys.size() != 1) {
    return fail(Status::NoCredentials, "the certificate's private key is not on the smart card");
  }
  enter(std::move(session), keys.front());
  return {};
}

}  // namespace opensspi::smartcard
