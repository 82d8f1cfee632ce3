// As much of PKCS #11 v2.40 as logons and signatures ask for. By any thread, but not while a test
// changes its cards.
#include "support/fake_pkcs11.h"

#include <p11-kit/pkcs11.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>
#include <map>
#include <mutex>
#include <string_view>
#include <utility>

using opensspi::test::FakeCard;
using opensspi::test::FakeKey;
using opensspi::test::FakeReaders;

namespace {

// Objects are numbers in their card's lists, and more.
constexpr CK_OBJECT_HANDLE kCertificates = 1000, kPrivateKeys = 2000, kPublicKeys = 3000;

struct FakeSession {
  CK_SLOT_ID slot = 0;
  int insertion = 0;
  pid_t process = 0;
  bool searching = false;
  std::vector<CK_OBJECT_HANDLE> found{};
  const FakeKey* signer = nullptr;
  CK_MECHANISM_TYPE mechanism = 0, hash = 0;
  bool confirmed = false;  // by the PIN, for this signature
};

FakeReaders readers;
std::recursive_mutex mutex;
std::map<CK_SESSION_HANDLE, FakeSession> sessions;
CK_SESSION_HANDLE last_session = 0;  // numbers come again when the module is closed
pid_t opener = 0;

// A slot is a card's number and one.
FakeCard* card_in(CK_SLOT_ID slot) {
  const bool known = slot >= 1 && slot <= readers.cards.size() && !readers.cards[slot - 1].removed;
  return known ? &readers.cards[slot - 1] : nullptr;
}

bool is_open_module() {
  return readers.opened > readers.closed && opener == getpid();
}

struct Call {
  std::unique_lock<std::recursive_mutex> lock{mutex};
  FakeSession* session = nullptr;
  FakeCard* card = nullptr;
  CK_RV code = CKR_OK;

  explicit Call(CK_SESSION_HANDLE handle) {
    const auto found = sessions.find(handle);
    if (found != sessions.end() && found->second.process != getpid()) ++readers.strays;
    if (!is_open_module()) {
      code = CKR_CRYPTOKI_NOT_INITIALIZED;
    } else if (found == sessions.end()) {
      code = CKR_SESSION_HANDLE_INVALID;
    } else {
      session = &found->second;
      card = card_in(session->slot);
      if (card == nullptr)
        code = CKR_DEVICE_REMOVED;
      else if (card->insertion != session->insertion)
        code = CKR_SESSION_HANDLE_INVALID;
    }
  }
};

template <std::size_t N>
void fill(unsigned char (&out)[N], std::string_view text) {
  std::memset(out, ' ', N);
  std::memcpy(out, text.data(), std::min(N, text.size()));
}

CK_RV initialize(void* /*arguments*/) {
  const std::lock_guard lock(mutex);
  if (readers.open_already || is_open_module()) return CKR_CRYPTOKI_ALREADY_INITIALIZED;
  ++readers.opened;
  opener = getpid();
  return CKR_OK;
}

CK_RV finalize(void* /*reserved*/) {
  const std::lock_guard lock(mutex);
  ++readers.closed;
  sessions.clear();
  last_session = 0;
  for (FakeCard& card : readers.cards) card.open = false;
  return CKR_OK;
}

CK_RV get_slot_list(unsigned char /*with_token*/, CK_SLOT_ID* slots, unsigned long* count) {
  const std::lock_guard lock(mutex);
  if (readers.broken) return CKR_DEVICE_ERROR;
  if (!is_open_module()) return CKR_CRYPTOKI_NOT_INITIALIZED;
  unsigned long found = 0;
  for (CK_SLOT_ID slot = 1; slot <= readers.cards.size(); ++slot) {
    if (card_in(slot) != nullptr && found < *count) slots[found++] = slot;
  }
  *count = found;
  return CKR_OK;
}

CK_RV get_slot_info(CK_SLOT_ID slot, CK_SLOT_INFO* info) {
  const std::lock_guard lock(mutex);
  const FakeCard* card = card_in(slot);
  if (card == nullptr) return CKR_SLOT_ID_INVALID;
  fill(info->slotDescription, card->reader);
  fill(info->manufacturerID, "Readers Ltd.");
  return CKR_OK;
}

CK_RV get_token_info(CK_SLOT_ID slot, CK_TOKEN_INFO* info) {
  const std::lock_guard lock(mutex);
  const FakeCard* card = card_in(slot);
  if (card == nullptr) return CKR_SLOT_ID_INVALID;
  fill(info->label, card->label);
  fill(info->manufacturerID, "Cards Ltd.");
  fill(info->model, "Fake");
  fill(info->serialNumber, card->serial);
  info->flags = card->flags;
  return CKR_OK;
}

CK_RV get_mechanism_info(CK_SLOT_ID slot, CK_MECHANISM_TYPE type, CK_MECHANISM_INFO* info) {
  const std::lock_guard lock(mutex);
  const FakeCard* card = card_in(slot);
  if (card == nullptr) return CKR_SLOT_ID_INVALID;
  if (std::ranges::find(card->mechanisms, type) == card->mechanisms.end())
    return CKR_MECHANISM_INVALID;
  *info = {0, 0, CKF_SIGN};
  return CKR_OK;
}

CK_RV open_session(CK_SLOT_ID slot, CK_FLAGS /*flags*/, void* /*data*/, CK_NOTIFY /*notify*/,
                   CK_SESSION_HANDLE* session) {
  const std::lock_guard lock(mutex);
  if (!is_open_module()) return CKR_CRYPTOKI_NOT_INITIALIZED;
  const FakeCard* card = card_in(slot);
  if (card == nullptr || card->broken) return CKR_DEVICE_ERROR;
  *session = ++last_session;
  sessions[*session] = {.slot = slot, .insertion = card->insertion, .process = getpid()};
  return CKR_OK;
}

// A card is closed with its last session.
CK_RV close_session(CK_SESSION_HANDLE handle) {
  const Call call(handle);
  if (call.session == nullptr) return call.code;
  const CK_SLOT_ID slot = call.session->slot;
  sessions.erase(handle);
  if (call.card != nullptr && std::ranges::none_of(sessions, [slot](const auto& other) {
        return other.second.slot == slot;
      }))
    call.card->open = false;
  return CKR_OK;
}

CK_RV log_in(CK_SESSION_HANDLE session, CK_USER_TYPE user, unsigned char* pin, unsigned long size) {
  const Call call(session);
  if (call.code != CKR_OK) return call.code;
  const bool for_signature = user == CKU_CONTEXT_SPECIFIC;
  if (!for_signature && call.card->open) return CKR_USER_ALREADY_LOGGED_IN;
  ++(for_signature ? call.card->logins_for_signatures : call.card->logins);
  if (call.card->login_code != 0) return call.card->login_code;
  const bool on_pad = (call.card->flags & CKF_PROTECTED_AUTHENTICATION_PATH) != 0;
  const std::string_view given(reinterpret_cast<char*>(pin), size);
  if (on_pad ? pin != nullptr : given != call.card->pin) return CKR_PIN_INCORRECT;
  (for_signature ? call.session->confirmed : call.card->open) = true;
  return CKR_OK;
}

CK_RV log_out(CK_SESSION_HANDLE session) {
  const Call call(session);
  if (call.code == CKR_OK) call.card->open = false;
  return call.code;
}

// Empty when the object has no such attribute.
std::string value_of(const FakeCard& card, CK_OBJECT_HANDLE object, CK_ATTRIBUTE_TYPE type) {
  const auto text = [](const auto& bytes) { return std::string(bytes.begin(), bytes.end()); };
  const auto number = [](unsigned long value) {
    return std::string(reinterpret_cast<const char*>(&value), sizeof value);
  };
  if (object < kPrivateKeys) {
    const auto& certificate = card.certificates[object - kCertificates];
    switch (type) {
      case CKA_CLASS:
        return number(CKO_CERTIFICATE);
      case CKA_CERTIFICATE_TYPE:
        return number(CKC_X_509);
      case CKA_VALUE:
        return text(certificate.der);
      case CKA_ID:
        return certificate.id;
      default:
        return type == CKA_LABEL ? certificate.label : std::string();
    }
  }
  const bool is_private = object < kPublicKeys;
  const FakeKey& key = card.keys[object - (is_private ? kPrivateKeys : kPublicKeys)];
  switch (type) {
    case CKA_CLASS:
      return number(is_private ? CKO_PRIVATE_KEY : CKO_PUBLIC_KEY);
    case CKA_ID:
      return key.id;
    case CKA_LABEL:
      return key.label;
    case CKA_MODULUS:
      return text(key.modulus);
    case CKA_EC_POINT:
      return is_private ? std::string() : text(key.point);
    case CKA_ALWAYS_AUTHENTICATE:
      return std::string(1, key.always_authenticate ? CK_TRUE : CK_FALSE);
    default:
      return {};
  }
}

std::vector<CK_OBJECT_HANDLE> seen_on(const FakeCard& card) {
  std::vector<CK_OBJECT_HANDLE> all;
  for (std::size_t i = 0; i < card.certificates.size(); ++i) all.push_back(kCertificates + i);
  for (std::size_t i = 0; i < card.keys.size(); ++i) {
    all.push_back(kPublicKeys + i);
    if (card.open || (card.flags & CKF_LOGIN_REQUIRED) == 0) all.push_back(kPrivateKeys + i);
  }
  return all;
}

CK_RV find_init(CK_SESSION_HANDLE session, CK_ATTRIBUTE* wanted, unsigned long count) {
  const Call call(session);
  if (call.code != CKR_OK) return call.code;
  call.session->searching = true;
  call.session->found = seen_on(*call.card);
  std::erase_if(call.session->found, [&](CK_OBJECT_HANDLE object) {
    return !std::all_of(wanted, wanted + count, [&](const CK_ATTRIBUTE& attribute) {
      return value_of(*call.card, object, attribute.type) ==
             std::string_view(static_cast<const char*>(attribute.pValue), attribute.ulValueLen);
    });
  });
  return CKR_OK;
}

CK_RV find(CK_SESSION_HANDLE session, CK_OBJECT_HANDLE* found, unsigned long room,
           unsigned long* count) {
  const Call call(session);
  if (call.code != CKR_OK) return call.code;
  if (!call.session->searching) return CKR_OPERATION_NOT_INITIALIZED;
  *count = std::min<unsigned long>(room, call.session->found.size());
  std::copy_n(call.session->found.begin(), *count, found);
  return CKR_OK;
}

CK_RV find_final(CK_SESSION_HANDLE session) {
  const Call call(session);
  if (call.code == CKR_OK) call.session->searching = false;
  return call.code;
}

CK_RV get_attribute(CK_SESSION_HANDLE session, CK_OBJECT_HANDLE object, CK_ATTRIBUTE* asked,
                    unsigned long /*count*/) {
  const Call call(session);
  if (call.code != CKR_OK) return call.code;
  const std::string value = value_of(*call.card, object, asked->type);
  if (value.empty()) return CKR_ATTRIBUTE_TYPE_INVALID;
  if (asked->pValue != nullptr) std::memcpy(asked->pValue, value.data(), value.size());
  asked->ulValueLen = value.size();
  return CKR_OK;
}

CK_RV sign_init(CK_SESSION_HANDLE session, CK_MECHANISM* mechanism, CK_OBJECT_HANDLE key) {
  const Call call(session);
  if (call.code != CKR_OK) return call.code;
  if (!call.card->open && (call.card->flags & CKF_LOGIN_REQUIRED) != 0)
    return CKR_USER_NOT_LOGGED_IN;
  if (call.session->signer != nullptr) return CKR_OPERATION_ACTIVE;
  const auto* pss = static_cast<const CK_RSA_PKCS_PSS_PARAMS*>(mechanism->pParameter);
  call.session->signer = &call.card->keys[key - kPrivateKeys];
  call.session->mechanism = mechanism->mechanism;
  call.session->hash = pss != nullptr ? pss->hashAlg : 0;
  call.session->confirmed = false;
  return CKR_OK;
}

CK_RV sign(CK_SESSION_HANDLE session, unsigned char* data, unsigned long data_size,
           unsigned char* signature, unsigned long* size) {
  const Call call(session);
  if (call.code != CKR_OK) return call.code;
  const FakeKey* key = std::exchange(call.session->signer, nullptr);
  if (key == nullptr) return CKR_OPERATION_NOT_INITIALIZED;
  if (call.card->sign_code != 0) return call.card->sign_code;
  if (key->always_authenticate && !call.session->confirmed) return CKR_USER_NOT_LOGGED_IN;
  const auto made = key->sign(call.session->mechanism, call.session->hash, {data, data_size});
  if (made.size() > *size) return CKR_BUFFER_TOO_SMALL;
  std::copy(made.begin(), made.end(), signature);
  *size = made.size();
  return CKR_OK;
}

CK_FUNCTION_LIST functions() {
  CK_FUNCTION_LIST list{};
  list.version = {2, 40};
  list.C_Initialize = initialize;
  list.C_Finalize = finalize;
  list.C_GetSlotList = get_slot_list;
  list.C_GetSlotInfo = get_slot_info;
  list.C_GetTokenInfo = get_token_info;
  list.C_GetMechanismInfo = get_mechanism_info;
  list.C_OpenSession = open_session;
  list.C_CloseSession = close_session;
  list.C_Login = log_in;
  list.C_Logout = log_out;
  list.C_FindObjectsInit = find_init;
  list.C_FindObjects = find;
  list.C_FindObjectsFinal = find_final;
  list.C_GetAttributeValue = get_attribute;
  list.C_SignInit = sign_init;
  list.C_Sign = sign;
  return list;
}

}  // namespace

extern "C" __attribute__((visibility("default"))) FakeReaders* fake_pkcs11_readers() {
  return &readers;
}

extern "C" __attribute__((visibility("default"))) CK_RV C_GetFunctionList(CK_FUNCTION_LIST** list) {
  static CK_FUNCTION_LIST all = functions();
  *list = &all;
  return CKR_OK;
}
