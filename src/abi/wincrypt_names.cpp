// wincrypt.h: the names in certificates as text.
#include <algorithm>
#include <cstring>

#include "abi/certificate_compare.h"
#include "abi/certificate_properties.h"
#include "abi/crypt_error.h"
#include "abi/name_text.h"
#include "abi/text.h"
#include "base/utf16.h"

namespace opensspi::abi {
namespace {

using x509::NameOwner;

struct Names {
  std::vector<x509::NameAttribute> distinguished;
  x509::AlternativeNames alternative;

  // Empty when the name has no such attribute.
  [[nodiscard]] std::string attribute(std::string_view oid) const {
    const auto at = std::ranges::find(distinguished, oid, [](const auto& one) { return one.oid; });
    return at != distinguished.end() ? at->value : std::string();
  }
};

// An empty subject gives way to the first directoryName.
Names names_of(PCCERT_CONTEXT context, const CertificateState& state, NameOwner owner) {
  const CERT_INFO& info = *context->pCertInfo;
  Names names;
  names.alternative = x509::alternative_names(state.certificate(), owner);
  auto own = x509::read_name(view_of(owner == NameOwner::Subject ? info.Subject : info.Issuer));
  if (own && own->empty()) own = x509::read_name(names.alternative.directory_name);
  if (own) names.distinguished = *std::move(own);
  return names;
}

std::string first_of(const std::vector<std::string>& names) {
  return names.empty() ? std::string() : names.front();
}

std::string first_filled(std::initializer_list<std::string> texts) {
  const auto* at = std::ranges::find_if(texts, [](const auto& text) { return !text.empty(); });
  return at != texts.end() ? *at : std::string();
}

std::string display_name(const Names& names) {
  return first_filled(
      {names.attribute(szOID_COMMON_NAME), names.attribute(szOID_ORGANIZATIONAL_UNIT_NAME),
       names.attribute(szOID_ORGANIZATION_NAME), names.attribute(szOID_RSA_emailAddr),
       first_of(names.alternative.emails),
       names.distinguished.empty() ? std::string() : names.distinguished.front().value});
}

// It is set as UTF-16 with its zero.
std::string friendly_name(const CertificateState& state) {
  auto bytes = certificate_property(state, CERT_FRIENDLY_NAME_PROP_ID);
  if (!bytes) return {};
  while (bytes->size() >= sizeof(WCHAR) && (*bytes)[bytes->size() - 1] == 0 &&
         (*bytes)[bytes->size() - 2] == 0)
    bytes->resize(bytes->size() - sizeof(WCHAR));
  const auto text = utf16le_to_utf8(*bytes);
  return text && text->find('\0') == std::string::npos ? *text : std::string();
}

std::string dns_name(const Names& names, DWORD flags) {
  const std::string common_name = names.attribute(szOID_COMMON_NAME);
  if ((flags & CERT_NAME_SEARCH_ALL_NAMES_FLAG) == 0)
    return first_filled({first_of(names.alternative.dns_names), common_name});
  std::string all;
  for (const std::string& name : names.alternative.dns_names) all += name + '\0';
  return all.empty() && !common_name.empty() ? common_name + '\0' : all;
}

DWORD str_type_of(const void* parameter) {
  DWORD type = CERT_SIMPLE_NAME_STR;
  if (parameter != nullptr) std::memcpy(&type, parameter, sizeof type);
  return type;
}

std::string find_name(PCCERT_CONTEXT context, DWORD type, DWORD flags, const void* parameter) {
  const SharedState state = find_state(context);
  if (state == nullptr) return {};
  if ((flags & CERT_NAME_SEARCH_ALL_NAMES_FLAG) != 0 && type != CERT_NAME_DNS_TYPE) return {};
  const Names names =
      names_of(context, *state,
               (flags & CERT_NAME_ISSUER_FLAG) != 0 ? NameOwner::Issuer : NameOwner::Subject);
  switch (type) {
    case CERT_NAME_EMAIL_TYPE:
      return first_filled(
          {first_of(names.alternative.emails), names.attribute(szOID_RSA_emailAddr)});
    case CERT_NAME_RDN_TYPE:
      return name_text(names.distinguished, str_type_of(parameter));
    case CERT_NAME_ATTR_TYPE:
      return parameter != nullptr ? names.attribute(static_cast<const char*>(parameter)) : "";
    case CERT_NAME_FRIENDLY_DISPLAY_TYPE:
      return first_filled({friendly_name(*state), display_name(names)});
    case CERT_NAME_SIMPLE_DISPLAY_TYPE:
      return display_name(names);
    case CERT_NAME_DNS_TYPE:
      return dns_name(names, flags);
    case CERT_NAME_URL_TYPE:
      return first_of(names.alternative.urls);
    case CERT_NAME_UPN_TYPE:
      return state->certificate().user_principal_name();
    default:
      return {};
  }
}

bool continues_character(SEC_CHAR unit) {
  return (static_cast<unsigned char>(unit) & 0xC0) == 0x80;
}
bool continues_character(SEC_WCHAR unit) {
  return (unit & 0xFC00) == 0xDC00;
}

// Where a text is cut that has at most `room` characters: behind a whole one, and a list, in which
// each name has its zero, behind a whole name.
template <class Char>
std::size_t cut(std::basic_string_view<Char> text, std::size_t room) {
  if (room >= text.size()) return text.size();
  if (text.find(Char{0}) != text.npos) {
    const std::size_t last = text.substr(0, room).rfind(Char{0});
    return last != text.npos ? last + 1 : 0;
  }
  while (room != 0 && continues_character(text[room])) --room;
  return room;
}

// The characters with the zero that were written, or that it takes.
template <class Char>
Result<DWORD> put_text(std::string_view utf8, Char* out, DWORD room) {
  TRY_ASSIGN(const auto text, text_to<Char>(utf8));
  if (out == nullptr || room == 0) return static_cast<DWORD>(text.size() + 1);
  const std::size_t size = cut<Char>(text, room - 1);
  std::copy_n(text.data(), size, out);
  out[size] = 0;
  return static_cast<DWORD>(size + 1);
}

// 1: an empty text, which stands for every failure.
template <class Char, class Find>
DWORD text_for(Char* out, DWORD room, Find find) noexcept {
  const DWORD size = guard_crypt<DWORD>(0, [&] { return put_text<Char>(find(), out, room); });
  if (size != 0) return size;
  if (out != nullptr && room != 0) *out = 0;
  return 1;
}

template <class Char>
DWORD name_to_str(const CERT_NAME_BLOB* name, DWORD type, Char* out, DWORD room) noexcept {
  return text_for(out, room, [&] {
    return name != nullptr && name->pbData != nullptr ? name_text(view_of(*name), type)
                                                      : std::string();
  });
}

template <class Char>
DWORD get_name_string(PCCERT_CONTEXT context, DWORD type, DWORD flags, const void* parameter,
                      Char* out, DWORD room) noexcept {
  return text_for(out, room, [&] { return find_name(context, type, flags, parameter); });
}

}  // namespace
}  // namespace opensspi::abi

using namespace opensspi::abi;

OPENSSPI_EXPORT DWORD WINAPI CertNameToStrA(DWORD /*dwCertEncodingType*/, PCERT_NAME_BLOB pName,
                                            DWORD dwStrType, LPSTR psz, DWORD csz) {
  return name_to_str(pName, dwStrType, psz, csz);
}
OPENSSPI_EXPORT DWORD WINAPI CertNameToStrW(DWORD /*dwCertEncodingType*/, PCERT_NAME_BLOB pName,
                                            DWORD dwStrType, LPWSTR psz, DWORD csz) {
  return name_to_str(pName, dwStrType, psz, csz);
}

OPENSSPI_EXPORT DWORD WINAPI CertGetNameStringA(PCCERT_CONTEXT pCertContext, DWORD dwType,
                                                DWORD dwFlags, void* pvTypePara,
                                                LPSTR pszNameString, DWORD cchNameString) {
  return get_name_string(pCertContext, dwType, dwFlags, pvTypePara, pszNameString, cchNameString);
}
OPENSSPI_EXPORT DWORD WINAPI CertGetNameStringW(PCCERT_CONTEXT pCertContext, DWORD dwType,
                                                DWORD dwFlags, void* pvTypePara,
                                                LPWSTR pszNameString, DWORD cchNameString) {
  return get_name_string(pCertContext, dwType, dwFlags, pvTypePara, pszNameString, cchNameString);
}
