// As much of PKCS #11 v2.40 as a logon asks for.
#include "support/fake_pkcs11.h"

#include <p11-kit/pkcs11.h>

#include <algorithm>
#include <cstring>
#include <string_view>

using opensspi::test::FakeCard;
using opensspi::test::FakeReaders;

namespace {

FakeReaders readers;
bool searching = false;

// A slot, and a session in it, is a card's number and one.
FakeCard* card_of(unsigned long handle) {
  const bool known = handle >= 1 && handle <= readers.cards.size();
  return known ? &readers.cards[handle - 1] : nullptr;
}

template <std::size_t N>
void fill(unsigned char (&out)[N], std::string_view text) {
  std::memset(out, ' ', N);
  std::memcpy(out, text.data(), std::min(N, text.size()));
}

CK_RV initialize(void* /*arguments*/) {
  if (readers.open_already) return CKR_CRYPTOKI_ALREADY_INITIALIZED;
  ++readers.opened;
  return CKR_OK;
}

CK_RV finalize(void* /*reserved*/) {
  ++readers.closed;
  return CKR_OK;
}

CK_RV get_slot_list(unsigned char /*with_token*/, CK_SLOT_ID* slots, unsigned long* count) {
  if (readers.broken) return CKR_DEVICE_ERROR;
  for (std::size_t i = 0; i < readers.cards.size() && i < *count; ++i) slots[i] = i + 1;
  *count = readers.cards.size();
  return CKR_OK;
}

CK_RV get_slot_info(CK_SLOT_ID slot, CK_SLOT_INFO* info) {
  const FakeCard* card = card_of(slot);
  if (card == nullptr) return CKR_SLOT_ID_INVALID;
  fill(info->slotDescription, card->reader);
  return CKR_OK;
}

CK_RV get_token_info(CK_SLOT_ID slot, CK_TOKEN_INFO* info) {
  const FakeCard* card = card_of(slot);
  if (card == nullptr) return CKR_SLOT_ID_INVALID;
  fill(info->label, card->label);
  info->flags = card->flags;
  return CKR_OK;
}

CK_RV open_session(CK_SLOT_ID slot, CK_FLAGS /*flags*/, void* /*data*/, CK_NOTIFY /*notify*/,
                   CK_SESSION_HANDLE* session) {
  *session = slot;
  const FakeCard* card = card_of(slot);
  return card != nullptr && !card->broken ? CKR_OK : CKR_DEVICE_ERROR;
}

CK_RV close_session(CK_SESSION_HANDLE /*session*/) {
  return CKR_OK;
}

CK_RV log_in(CK_SESSION_HANDLE session, CK_USER_TYPE /*user*/, unsigned char* pin,
             unsigned long size) {
  FakeCard& card = *card_of(session);
  ++card.logins;
  if (card.login_code != 0) return card.login_code;
  return card.pin == std::string_view(reinterpret_cast<char*>(pin), size) ? CKR_OK
                                                                          : CKR_PIN_INCORRECT;
}

CK_RV log_out(CK_SESSION_HANDLE /*session*/) {
  return CKR_OK;
}

CK_RV find_init(CK_SESSION_HANDLE /*session*/, CK_ATTRIBUTE* /*wanted*/, unsigned long /*count*/) {
  searching = true;
  return CKR_OK;
}

CK_RV find(CK_SESSION_HANDLE session, CK_OBJECT_HANDLE* found, unsigned long room,
           unsigned long* count) {
  if (!searching) return CKR_OPERATION_NOT_INITIALIZED;
  *count = std::min<unsigned long>(room, card_of(session)->certificates.size());
  for (unsigned long i = 0; i < *count; ++i) found[i] = i;
  return CKR_OK;
}

CK_RV find_final(CK_SESSION_HANDLE /*session*/) {
  searching = false;
  return CKR_OK;
}

CK_RV get_attribute(CK_SESSION_HANDLE session, CK_OBJECT_HANDLE object, CK_ATTRIBUTE* asked,
                    unsigned long /*count*/) {
  const auto& certificate = card_of(session)->certificates[object];
  const std::string der(certificate.der.begin(), certificate.der.end());
  const std::string& value = asked->type == CKA_VALUE ? der
                             : asked->type == CKA_ID  ? certificate.id
                                                      : certificate.label;
  if (asked->pValue != nullptr) std::memcpy(asked->pValue, value.data(), value.size());
  asked->ulValueLen = value.size();
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
  list.C_OpenSession = open_session;
  list.C_CloseSession = close_session;
  list.C_Login = log_in;
  list.C_Logout = log_out;
  list.C_FindObjectsInit = find_init;
  list.C_FindObjects = find;
  list.C_FindObjectsFinal = find_final;
  list.C_GetAttributeValue = get_attribute;
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
