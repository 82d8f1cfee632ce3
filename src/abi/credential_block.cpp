// Everything is laid out twice by the same code: without memory, to measure, and into the block.
#include "abi/credential_block.h"

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include "abi/text.h"

namespace opensspi::abi {
namespace {

using logon::SavedCredential;
using logon::SavedType;

// Places for things one behind the other; null while it measures.
class Layout {
 public:
  explicit Layout(std::uint8_t* memory = nullptr) : memory_(memory) {}

  [[nodiscard]] std::size_t size() const { return size_; }

  template <class T>
  T* place(std::size_t count) {
    size_ = (size_ + alignof(T) - 1) / alignof(T) * alignof(T);
    T* const at = memory_ == nullptr ? nullptr : reinterpret_cast<T*>(memory_ + size_);
    size_ += count * sizeof(T);
    return at;
  }
  // A null pointer for nothing.
  template <class T>
  T* put(const T* things, std::size_t count) {
    if (count == 0) return nullptr;
    T* const at = place<T>(count);
    if (at != nullptr) std::copy_n(things, count, at);
    return at;
  }

 private:
  std::uint8_t* memory_;
  std::size_t size_ = 0;
};

// One credential, its text in the caller's width.
template <class Char>
struct Parts {
  using Text = std::basic_string<Char>;
  struct Attribute {
    Text keyword;
    const logon::SavedAttribute* rest;
  };

  const SavedCredential* rest;
  Text target, target_alias, comment, user;
  std::vector<Attribute> attributes;
};

template <class Char>
Result<Parts<Char>> parts_of(const SavedCredential& credential, bool in_full) {
  Parts<Char> parts{&credential, {}, {}, {}, {}, {}};
  const std::string_view prefix = in_full ? target_namespace(credential.type) : "";
  TRY_ASSIGN(parts.target, text_to<Char>(std::string(prefix) + credential.target));
  TRY_ASSIGN(parts.target_alias, text_to<Char>(credential.target_alias));
  TRY_ASSIGN(parts.comment, text_to<Char>(credential.comment));
  TRY_ASSIGN(parts.user, text_to<Char>(credential.user));
  for (const logon::SavedAttribute& attribute : credential.attributes) {
    TRY_ASSIGN(auto keyword, text_to<Char>(attribute.keyword));
    parts.attributes.push_back({std::move(keyword), &attribute});
  }
  return parts;
}

// CREDENTIAL's page: only the authentication packages read the secrets of these.
ByteView readable_blob(const SavedCredential& credential) {
  const bool is_closed = credential.type == SavedType::DomainPassword ||
                         credential.type == SavedType::DomainCertificate;
  return is_closed ? ByteView() : credential.blob.expose();
}

template <class Char>
Char* lay_out_text(Layout& layout, const std::basic_string<Char>& text) {
  return layout.put(text.c_str(), text.size() + 1);
}
template <class Char>
Char* lay_out_text_or_null(Layout& layout, const std::basic_string<Char>& text) {
  return text.empty() ? nullptr : lay_out_text(layout, text);
}

template <class Char>
typename WinCred<Char>::Attribute* lay_out_attributes(Layout& layout, const Parts<Char>& parts) {
  std::vector<typename WinCred<Char>::Attribute> attributes;
  auto* const at = layout.place<typename WinCred<Char>::Attribute>(parts.attributes.size());
  for (const auto& [keyword, rest] : parts.attributes) {
    attributes.push_back({lay_out_text(layout, keyword), rest->flags,
                          static_cast<DWORD>(rest->value.size()),
                          layout.put(rest->value.data(), rest->value.size())});
  }
  if (at != nullptr) std::ranges::copy(attributes, at);
  return attributes.empty() ? nullptr : at;
}

template <class Char>
typename WinCred<Char>::Credential* lay_out(Layout& layout, const Parts<Char>& parts) {
  auto* const at = layout.place<typename WinCred<Char>::Credential>(1);
  const SavedCredential& rest = *parts.rest;
  const ByteView blob = readable_blob(rest);
  typename WinCred<Char>::Credential out{};
  out.Flags = rest.flags;
  out.Type = static_cast<DWORD>(rest.type);
  out.TargetName = lay_out_text(layout, parts.target);
  out.Comment = lay_out_text_or_null(layout, parts.comment);
  out.LastWritten.dwLowDateTime = static_cast<DWORD>(rest.last_written);
  out.LastWritten.dwHighDateTime = static_cast<DWORD>(rest.last_written >> 32);
  out.CredentialBlobSize = static_cast<DWORD>(blob.size());
  out.CredentialBlob = layout.put(blob.data(), blob.size());
  out.Persist = rest.persist;
  out.AttributeCount = static_cast<DWORD>(parts.attributes.size());
  out.Attributes = lay_out_attributes(layout, parts);
  out.TargetAlias = lay_out_text_or_null(layout, parts.target_alias);
  out.UserName = lay_out_text_or_null(layout, parts.user);
  if (at != nullptr) *at = out;
  return at;
}

template <class Char>
typename WinCred<Char>::Credential** lay_out_all(Layout& layout, std::span<const Parts<Char>> all) {
  auto** const at = layout.place<typename WinCred<Char>::Credential*>(all.size());
  for (std::size_t i = 0; i < all.size(); ++i) {
    auto* const credential = lay_out(layout, all[i]);
    if (at != nullptr) at[i] = credential;
  }
  return at;
}

// A block with what `lay_out` puts first at its start.
template <class T, class F>
Block<T> measured_block(F&& lay_out) {
  Layout measure;
  lay_out(measure);
  auto memory = make_block<std::uint8_t>(measure.size());
  Layout layout(memory.get());
  T* const first = lay_out(layout);
  static_cast<void>(memory.release());
  return Block<T>(first);
}

}  // namespace

std::string_view target_namespace(SavedType type) {
  const bool is_generic = type == SavedType::Generic || type == SavedType::GenericCertificate;
  return is_generic ? "LegacyGeneric:target=" : "Domain:target=";
}

template <class Char>
Result<Block<typename WinCred<Char>::Credential>> credential_block(
    const SavedCredential& credential) {
  TRY_ASSIGN(const auto parts, parts_of<Char>(credential, false));
  return measured_block<typename WinCred<Char>::Credential>(
      [&](Layout& layout) { return lay_out(layout, parts); });
}

template <class Char>
Result<Block<typename WinCred<Char>::Credential*>> credentials_block(
    std::span<const SavedCredential> credentials, bool in_full) {
  std::vector<Parts<Char>> all;
  for (const SavedCredential& credential : credentials) {
    TRY_ASSIGN(auto parts, parts_of<Char>(credential, in_full));
    all.push_back(std::move(parts));
  }
  return measured_block<typename WinCred<Char>::Credential*>(
      [&](Layout& layout) { return lay_out_all<Char>(layout, all); });
}

template Result<Block<CREDENTIALA>> credential_block<SEC_CHAR>(const SavedCredential&);
template Result<Block<CREDENTIALW>> credential_block<SEC_WCHAR>(const SavedCredential&);
template Result<Block<CREDENTIALA*>> credentials_block<SEC_CHAR>(std::span<const SavedCredential>,
                                                                 bool);
template Result<Block<CREDENTIALW*>> credentials_block<SEC_WCHAR>(std::span<const SavedCredential>,
                                                                  bool);

}  // namespace opensspi::abi
