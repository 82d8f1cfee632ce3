// Names by OpenSSL's decoders.
#include "x509/names.h"

#include <openssl/err.h>
#include <openssl/objects.h>
#include <openssl/x509v3.h>

#include <algorithm>

#include "base/utf16.h"
#include "x509/native.h"

namespace opensspi::x509 {
namespace {

using OwnedName = std::unique_ptr<X509_NAME, FreedBy<X509_NAME_free>>;
using OwnedNames = std::unique_ptr<GENERAL_NAMES, FreedBy<GENERAL_NAMES_free>>;

std::string bytes_of(const ASN1_STRING* text) {
  return {reinterpret_cast<const char*>(ASN1_STRING_get0_data(text)),
          static_cast<std::size_t>(ASN1_STRING_length(text))};
}

void free_memory(unsigned char* memory) {
  OPENSSL_free(memory);
}

void append_latin1(std::string& utf8, std::uint8_t unit) {
  if (unit < 0x80) {
    utf8 += static_cast<char>(unit);
  } else {
    utf8 += static_cast<char>(0xC0 | unit >> 6);
    utf8 += static_cast<char>(0x80 | (unit & 0x3F));
  }
}

// What is no text is read as Latin-1. Callers take C strings: a zero inside would end them.
std::string text_of(const ASN1_STRING* text) {
  constexpr std::string_view kReplacement = "\xEF\xBF\xBD";  // U+FFFD
  unsigned char* utf8 = nullptr;
  const int size = ASN1_STRING_to_UTF8(&utf8, text);
  const std::unique_ptr<unsigned char, FreedBy<free_memory>> owner(utf8);
  std::string value;
  if (size >= 0) {
    value.assign(reinterpret_cast<const char*>(utf8), static_cast<std::size_t>(size));
  } else {
    for (const char byte : bytes_of(text)) append_latin1(value, static_cast<std::uint8_t>(byte));
  }
  for (std::size_t at = 0; (at = value.find('\0', at)) != std::string::npos;)
    value.replace(at, 1, kReplacement);
  return value;
}

void add(std::vector<std::string>& names, std::string name) {
  if (!name.empty() && name.find('\0') == std::string::npos && utf8_to_utf16(name))
    names.push_back(std::move(name));
}

Bytes der_of(X509_NAME* name) {
  unsigned char* der = nullptr;
  const int size = i2d_X509_NAME(name, &der);
  if (size <= 0) return {};
  const std::unique_ptr<unsigned char, FreedBy<free_memory>> owner(der);
  return {der, der + size};
}

}  // namespace

std::string dotted(const ASN1_OBJECT* object) {
  std::string text(128, '\0');  // far longer than any that is used; a longer one is cut
  const int size = OBJ_obj2txt(text.data(), static_cast<int>(text.size()), object, 1);
  text.resize(size < 0 ? 0 : std::min(static_cast<std::size_t>(size), text.size() - 1));
  return text;
}

Result<std::vector<NameAttribute>> read_name(ByteView der) {
  const unsigned char* position = der.data();
  const OwnedName name(d2i_X509_NAME(nullptr, &position, static_cast<long>(der.size())));
  ERR_clear_error();
  if (name == nullptr || position != der.data() + der.size())
    return fail(Status::InvalidToken, "the bytes are no DER name");
  std::vector<NameAttribute> attributes;
  for (int i = 0; i < X509_NAME_entry_count(name.get()); ++i) {
    const X509_NAME_ENTRY* entry = X509_NAME_get_entry(name.get(), i);
    attributes.push_back({dotted(X509_NAME_ENTRY_get_object(entry)),
                          text_of(X509_NAME_ENTRY_get_data(entry)),
                          static_cast<std::size_t>(X509_NAME_ENTRY_set(entry))});
  }
  ERR_clear_error();
  return attributes;
}

AlternativeNames alternative_names(const Certificate& certificate, NameOwner owner) {
  const int extension = owner == NameOwner::Subject ? NID_subject_alt_name : NID_issuer_alt_name;
  const OwnedNames general(static_cast<GENERAL_NAMES*>(
      X509_get_ext_d2i(certificate.native().x509.get(), extension, nullptr, nullptr)));
  ERR_clear_error();
  AlternativeNames names;
  for (int i = 0; i < sk_GENERAL_NAME_num(general.get()); ++i) {
    const GENERAL_NAME* name = sk_GENERAL_NAME_value(general.get(), i);
    switch (name->type) {
      case GEN_EMAIL:
        add(names.emails, bytes_of(name->d.rfc822Name));
        break;
      case GEN_DNS:
        add(names.dns_names, bytes_of(name->d.dNSName));
        break;
      case GEN_URI:
        add(names.urls, bytes_of(name->d.uniformResourceIdentifier));
        break;
      case GEN_DIRNAME:
        if (names.directory_name.empty()) names.directory_name = der_of(name->d.directoryName);
        break;
      default:
        break;
    }
  }
  return names;
}

}  // namespace opensspi::x509
