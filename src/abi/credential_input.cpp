// The rules are those of the pages of CREDENTIAL and CREDENTIAL_ATTRIBUTE.
#include "abi/credential_input.h"

#include <algorithm>
#include <optional>
#include <string_view>

#include "abi/win32_error.h"
#include "base/utf16.h"

namespace opensspi::abi {
namespace {

using logon::SavedCredential;
using logon::SavedType;

// As CRED_SESSION_WILDCARD_NAME.
constexpr std::string_view kSessionWildcard = "*Session";

// What a text may be, and how it is refused.
struct TextRule {
  std::size_t most;  // UTF-16 code units
  const char* why;
  std::uint32_t code = ERROR_INVALID_PARAMETER;
};

constexpr TextRule kComment{CRED_MAX_STRING_LENGTH, "the comment is too long or not well-formed"};
constexpr TextRule kAlias{CRED_MAX_STRING_LENGTH, "the alias is too long or not well-formed"};
constexpr TextRule kKeyword{CRED_MAX_STRING_LENGTH,
                            "a keyword of an attribute is too long or not well-formed"};
constexpr TextRule kUser{CRED_MAX_USERNAME_LENGTH, "the user's name is too long or not well-formed",
                         ERROR_BAD_USERNAME};
constexpr TextRule kGenericTarget{CRED_MAX_GENERIC_TARGET_NAME_LENGTH,
                                  "the target's name is too long or not well-formed"};
constexpr TextRule kDomainTarget{CRED_MAX_DOMAIN_TARGET_NAME_LENGTH, kGenericTarget.why};

// Where the text ends; nothing when it does not within `most` units.
template <class Char>
std::optional<std::size_t> length_within(const Char* text, std::size_t most) {
  for (std::size_t i = 0; i <= most; ++i)
    if (text[i] == 0) return i;
  return std::nullopt;
}

std::optional<std::string> well_formed(const SEC_WCHAR* text, std::size_t most) {
  const auto length = length_within(text, most);
  if (!length) return std::nullopt;
  auto utf8 = utf16_to_utf8({text, *length});
  return utf8 ? std::optional(*std::move(utf8)) : std::nullopt;
}

std::optional<std::string> well_formed(const SEC_CHAR* text, std::size_t most) {
  const auto length = length_within(text, 3 * most);  // no unit needs more than three bytes
  if (!length) return std::nullopt;
  const auto utf16 = utf8_to_utf16({text, *length});
  if (!utf16 || utf16->size() > most) return std::nullopt;
  return std::string(text, *length);
}

// NULL is empty.
template <class Char>
Result<std::string> read_text(const Char* text, const TextRule& rule) {
  if (text == nullptr) return std::string();
  auto read = well_formed(text, rule.most);
  if (!read) return fail_win32(rule.code, rule.why);
  return *std::move(read);
}

bool is_of_domain(SavedType type) {
  return type != SavedType::Generic && type != SavedType::GenericCertificate;
}

// A server, "*.suffix", "DOMAIN\*", "*Session" or "*".
bool is_domain_target(std::string_view target) {
  const std::size_t star = target.find('*');
  if (star == std::string_view::npos || target == "*") return true;
  if (target.find('*', star + 1) != std::string_view::npos) return false;
  if (target.starts_with("*.")) return target.size() > 2;
  return same_name(target, kSessionWildcard) || (target.size() > 2 && target.ends_with("\\*"));
}

// "DomainName\UserName", a UPN, or the name alone.
bool is_account_name(std::string_view name) {
  if (name.empty()) return false;
  const std::size_t backslash = name.find('\\');
  if (backslash == std::string_view::npos) return name.front() != '@' && name.back() != '@';
  return backslash > 0 && backslash + 1 < name.size() &&
         name.find('\\', backslash + 1) == std::string_view::npos;
}

Result<void> check_domain_credential(const SavedCredential& credential) {
  if (!is_domain_target(credential.target))
    return fail_win32(ERROR_INVALID_PARAMETER, "the target's name has a '*' where none may be");
  if (same_name(credential.target, kSessionWildcard) && credential.persist != CRED_PERSIST_SESSION)
    return fail_win32(ERROR_INVALID_PARAMETER, "\"*Session\" is for CRED_PERSIST_SESSION only");
  if (!is_account_name(credential.user))
    return fail_win32(ERROR_BAD_USERNAME, "the user's name is no DOMAIN\\user, UPN or name");
  if (credential.blob.size() % 2 != 0)
    return fail_win32(ERROR_INVALID_PARAMETER, "a password in UTF-16 has an even size");
  return {};
}

// CRED_FLAGS_PROMPT_NOW is ignored.
Result<std::uint32_t> read_flags(DWORD given, const SavedCredential& credential) {
  const DWORD flags = given & ~DWORD{CRED_FLAGS_PROMPT_NOW};
  if ((flags & ~DWORD{CRED_FLAGS_USERNAME_TARGET}) != 0)
    return fail_win32(ERROR_INVALID_PARAMETER,
                      "the credential's Flags have a bit that is not known");
  const bool is_user =
      is_of_domain(credential.type) && same_name(credential.target, credential.user);
  if (flags != 0 && !is_user)
    return fail_win32(ERROR_INVALID_PARAMETER,
                      "CRED_FLAGS_USERNAME_TARGET is for domain credentials named as their user");
  return flags;
}

// Windows refuses what is beyond these ranges in the RPC stub.
Result<SecretBytes> read_blob(const void* blob, DWORD size) {
  if (size > CRED_MAX_CREDENTIAL_BLOB_SIZE)
    return fail_win32(RPC_X_BAD_STUB_DATA,
                      "the secret is larger than CRED_MAX_CREDENTIAL_BLOB_SIZE");
  if (size != 0 && blob == nullptr)
    return fail_win32(ERROR_INVALID_PARAMETER, "the secret has a size and is NULL");
  return SecretBytes(ByteView(static_cast<const std::uint8_t*>(blob), size));
}

template <class Attribute>
Result<logon::SavedAttribute> read_attribute(const Attribute& given) {
  if (given.Keyword == nullptr || (given.ValueSize != 0 && given.Value == nullptr))
    return fail_win32(ERROR_INVALID_PARAMETER, "an attribute has no keyword, or no value");
  if (given.ValueSize > CRED_MAX_VALUE_SIZE)
    return fail_win32(RPC_X_BAD_STUB_DATA, "an attribute is larger than CRED_MAX_VALUE_SIZE");
  logon::SavedAttribute attribute;
  TRY_ASSIGN(attribute.keyword, read_text(given.Keyword, kKeyword));
  attribute.flags = given.Flags;
  attribute.value = copy({given.Value, given.ValueSize});
  return attribute;
}

template <class Attribute>
Result<std::vector<logon::SavedAttribute>> read_attributes(const Attribute* given, DWORD count) {
  if (count > CRED_MAX_ATTRIBUTES)
    return fail_win32(RPC_X_BAD_STUB_DATA, "there are more attributes than CRED_MAX_ATTRIBUTES");
  if (count != 0 && given == nullptr)
    return fail_win32(ERROR_INVALID_PARAMETER, "attributes are counted and NULL");
  std::vector<logon::SavedAttribute> attributes;
  for (DWORD i = 0; i < count; ++i) {
    TRY_ASSIGN(auto attribute, read_attribute(given[i]));
    attributes.push_back(std::move(attribute));
  }
  return attributes;
}

Result<void> check_kept(SavedType type) {
  if (type == SavedType::Generic || type == SavedType::DomainPassword ||
      type == SavedType::DomainVisiblePassword)
    return {};
  return fail(Status::UnsupportedFunction,
              "only passwords and generic credentials are saved, not certificates", 0,
              ERROR_NOT_SUPPORTED);
}

}  // namespace

template <class Char>
Result<CredentialName> credential_name(const Char* target, DWORD type) {
  if (target == nullptr) return fail_win32(ERROR_INVALID_PARAMETER, "the target has no name");
  if (type < CRED_TYPE_GENERIC || type >= CRED_TYPE_MAXIMUM)
    return fail_win32(ERROR_INVALID_PARAMETER, "there is no such type of credential");
  CredentialName name;
  name.type = static_cast<SavedType>(type);
  TRY_ASSIGN(name.target,
             read_text(target, is_of_domain(name.type) ? kDomainTarget : kGenericTarget));
  const std::string_view prefix = target_namespace(name.type);
  if (same_name(std::string_view(name.target).substr(0, prefix.size()), prefix))
    name.target.erase(0, prefix.size());
  if (name.target.empty()) return fail_win32(ERROR_INVALID_PARAMETER, "the target has no name");
  return name;
}

template <class Char>
Result<std::string> credential_filter(const Char* filter) {
  TRY_ASSIGN(std::string read, read_text(filter, kGenericTarget));
  if (read.empty()) return fail_win32(ERROR_INVALID_PARAMETER, "an empty filter names nothing");
  return read;
}

template <class Char>
Result<SavedCredential> credential_from(const typename WinCred<Char>::Credential& given,
                                        bool keeps_blob) {
  TRY_ASSIGN(CredentialName name, credential_name<Char>(given.TargetName, given.Type));
  TRY(check_kept(name.type));
  if (given.Persist < CRED_PERSIST_SESSION || given.Persist > CRED_PERSIST_ENTERPRISE)
    return fail_win32(ERROR_INVALID_PARAMETER, "there is no such Persist");
  if (keeps_blob && given.CredentialBlobSize != 0)
    return fail_win32(ERROR_INVALID_PARAMETER, "a secret is given, and the old one is to stay");
  SavedCredential credential;
  credential.type = name.type;
  credential.target = std::move(name.target);
  credential.persist = given.Persist;
  TRY_ASSIGN(credential.user, read_text<Char>(given.UserName, kUser));
  TRY_ASSIGN(credential.comment, read_text<Char>(given.Comment, kComment));
  TRY_ASSIGN(credential.target_alias, read_text<Char>(given.TargetAlias, kAlias));
  TRY_ASSIGN(credential.blob, read_blob(given.CredentialBlob, given.CredentialBlobSize));
  if (is_of_domain(credential.type)) TRY(check_domain_credential(credential));
  TRY_ASSIGN(credential.flags, read_flags(given.Flags, credential));
  TRY_ASSIGN(credential.attributes, read_attributes(given.Attributes, given.AttributeCount));
  return credential;
}

template Result<CredentialName> credential_name(const SEC_CHAR*, DWORD);
template Result<CredentialName> credential_name(const SEC_WCHAR*, DWORD);
template Result<std::string> credential_filter(const SEC_CHAR*);
template Result<std::string> credential_filter(const SEC_WCHAR*);
template Result<SavedCredential> credential_from<SEC_CHAR>(const CREDENTIALA&, bool);
template Result<SavedCredential> credential_from<SEC_WCHAR>(const CREDENTIALW&, bool);

}  // namespace opensspi::abi
