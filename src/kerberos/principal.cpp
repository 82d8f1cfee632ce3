// Names of principals through libkrb5, which knows their escapes.
#include "kerberos/principal.h"

#include <krb5.h>

#include <algorithm>
#include <memory>

#include "base/utf16.h"
#include "kerberos/handles.h"

namespace opensspi::kerberos {
namespace {

std::string text_of(const krb5_data& data) {
  return data.length == 0 ? std::string() : std::string(data.data, data.length);
}

std::vector<std::string> components_of(const krb5_principal_data& principal) {
  std::vector<std::string> components;
  for (krb5_int32 i = 0; i < principal.length; ++i) {
    components.push_back(text_of(principal.data[i]));
  }
  return components;
}

// Where the domain of DOMAIN\user ends. In Kerberos' form a backslash escapes what separates.
std::size_t domain_end(std::string_view name) {
  const std::size_t end = name.find_first_of("\\/@");
  if (end == std::string_view::npos || name[end] != '\\') return std::string_view::npos;
  const std::string_view user = name.substr(end + 1);
  const bool is_escape =
      user.empty() || std::string_view("\\/@").find(user.front()) != std::string_view::npos;
  return is_escape ? std::string_view::npos : end;
}

Match match_text(const std::string& wanted, const std::string& text) {
  if (wanted == text) return Match::Exact;
  return same_name(wanted, text) ? Match::WithoutCase : Match::None;
}

}  // namespace

std::string realm_of(const krb5_principal_data& principal) {
  return text_of(principal.realm);
}

Result<Principal> read_principal(const Library& library, const krb5_principal_data& principal) {
  char* unparsed = nullptr;
  if (const auto code = krb5_unparse_name(library.get(), &principal, &unparsed); code != 0) {
    return failure(code, Status::UnknownCredentials, "the name of a principal is not valid");
  }
  const auto release = [&](char* text) { krb5_free_unparsed_name(library.get(), text); };
  const std::unique_ptr<char, decltype(release)> text(unparsed, release);
  return Principal{components_of(principal), text_of(principal.realm), text.get()};
}

Result<PrincipalName> PrincipalName::parse(const Library& library, const std::string& name) {
  PrincipalName parsed;
  if (const std::size_t end = domain_end(name); end != std::string::npos) {
    parsed.realm_is_ = end == 0 ? Realm::Any : Realm::OrFirstLabel;
    parsed.realm_ = name.substr(0, end);
    parsed.components_.push_back(name.substr(end + 1));
    return parsed;
  }
  krb5_principal made = nullptr;
  const auto code =
      krb5_parse_name_flags(library.get(), name.c_str(), KRB5_PRINCIPAL_PARSE_NO_DEF_REALM, &made);
  if (code != 0) {
    return failure(code, Status::UnknownCredentials, "that is not the name of a principal");
  }
  const OwnPrincipal principal(made, Release{library.get()});
  parsed.components_ = components_of(*principal);
  parsed.realm_ = text_of(principal->realm);
  parsed.realm_is_ = parsed.realm_.empty() ? Realm::Any : Realm::Whole;
  return parsed;
}

Match PrincipalName::match(const Principal& principal) const {
  if (components_.size() != principal.components.size()) return Match::None;
  Match worst = match_realm(principal.realm);
  for (std::size_t i = 0; i < components_.size(); ++i) {
    worst = std::min(worst, match_text(components_[i], principal.components[i]));
  }
  return worst;
}

std::string PrincipalName::user() const {
  return components_.size() == 1 ? components_.front() : std::string();
}

Match PrincipalName::match_realm(const std::string& realm) const {
  switch (realm_is_) {
    case Realm::Any:
      return Match::Exact;
    case Realm::Whole:
      return match_text(realm_, realm);
    case Realm::OrFirstLabel:
      break;
  }
  // A domain's name has no case of its own.
  const bool same = same_name(realm_, realm) || same_name(realm_, realm.substr(0, realm.find('.')));
  return same ? Match::Exact : Match::None;
}

}  // namespace opensspi::kerberos
