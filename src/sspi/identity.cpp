// What an identity may be.
#include "sspi/identity.h"

#include <string_view>

#include "base/utf16.h"

namespace opensspi {
namespace {

// UTF-16 code units; Windows' UNLEN, PWLEN and DNS_MAX_NAME_LENGTH.
// Deviation: Negotiate's documentation says 15 for the domain, which only a NetBIOS name keeps to.
constexpr std::size_t kMaxUser = 256, kMaxPassword = 256, kMaxDomain = 255;

Result<void> check_name(std::string_view utf8, std::size_t max_units) {
  const auto utf16 = utf8_to_utf16(utf8);
  if (!utf16) return fail(Status::UnknownCredentials, "a name that is not UTF-8");
  if (utf16->size() > max_units) return fail(Status::UnknownCredentials, "a name that is too long");
  return {};
}

}  // namespace

bool says_anything(const Identity& identity) {
  const SecretBytes* password = identity.password();
  if (password != nullptr && !password->empty()) return true;
  // Beside a smart card the names are hints, which need not be there.
  return !identity.user.empty() || !identity.domain.empty() || identity.nt_hash() != nullptr ||
         identity.smart_card() != nullptr;
}

Result<void> check_identity(const Identity& identity) {
  TRY(check_name(identity.user, kMaxUser));
  TRY(check_name(identity.domain, kMaxDomain));
  const SecretBytes* password = identity.password();
  if (password != nullptr && password->size() > 2 * kMaxPassword) {
    return fail(Status::UnknownCredentials, "the password is too long");
  }
  return {};
}

}  // namespace opensspi
