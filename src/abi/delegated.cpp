// Secrets go from one erased place into another: blocks are erased when they are freed.
#include "abi/delegated.h"

#include <cstring>
#include <memory>

#include "abi/attributes.h"
#include "abi/logon_buffer.h"
#include "abi/memory.h"
#include "abi/text.h"
#include "base/utf16.h"

namespace opensspi::abi {
namespace {

Result<std::shared_ptr<const Identity>> delegated_identity(const ContextEntry& entry) {
  TRY_ASSIGN(auto identity,
             ask<std::shared_ptr<const Identity>>(entry, AttributeId::DelegatedCredential));
  const SecretBytes* password = identity != nullptr ? identity->password() : nullptr;
  const bool empty = identity == nullptr || (identity->user.empty() && identity->domain.empty() &&
                                             (password == nullptr || password->empty()));
  if (empty) return fail(Status::NoCredentials, "the client delegated no credential");
  return identity;
}

ByteView password_of(const Identity& identity) {
  return identity.password() != nullptr ? identity.password()->expose() : ByteView();
}

}  // namespace

Result<void> write_client_creds(const ContextEntry& entry, SecPkgContext_ClientCreds& out) {
  TRY_ASSIGN(const auto identity, delegated_identity(entry));
  TRY_ASSIGN(const Bytes user, utf8_to_utf16le(identity->user));
  TRY_ASSIGN(const Bytes domain, utf8_to_utf16le(identity->domain));
  const LogonStrings strings{domain, user, password_of(*identity)};
  TRY_ASSIGN(const std::size_t size, logon_buffer_size(strings));
  auto block = make_block<std::uint8_t>(size);
  write_logon_buffer(strings, {block.get(), size});
  out.AuthBufferLen = static_cast<std::uint32_t>(size);
  out.AuthBuffer = block.release();
  return {};
}

Result<void> write_identity(const ContextEntry& entry, opensspi_identity& out) {
  TRY_ASSIGN(const auto identity, delegated_identity(entry));
  TRY_ASSIGN(auto user, text_block<char>(identity->user));
  TRY_ASSIGN(auto domain, text_block<char>(identity->domain));
  Block<char> password;
  std::size_t password_size = 0;
  if (identity->password() != nullptr) {
    TRY_ASSIGN(const SecretBytes utf8, secret_utf16le_to_utf8(identity->password()->expose()));
    password_size = utf8.size();
    password = make_block<char>(password_size + 1);
    if (!utf8.empty()) std::memcpy(password.get(), utf8.expose().data(), utf8.size());
  }
  out = {user.release(), domain.release(), password.release(), password_size};
  return {};
}

}  // namespace opensspi::abi
