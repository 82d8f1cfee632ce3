// Secrets go from one erased place into another: blocks are erased when they are freed.
#include "abi/delegated.h"

#include <algorithm>
#include <cstring>
#include <iterator>
#include <memory>

#include "abi/attributes.h"
#include "abi/certificate_logon.h"
#include "abi/identity_block.h"
#include "abi/logon_buffer.h"
#include "abi/memory.h"
#include "abi/text.h"
#include "base/utf16.h"
#include "credssp/remote_guard.h"

namespace opensspi::abi {
namespace {

// Who logs on with an account of one of these names it where others name their domain
// (SEC_WINNT_AUTH_IDENTITY_FLAGS_ID_PROVIDER). TSPasswordCreds says no more, and no document tells
// how Windows' server knows online identities.
constexpr const char* kIdentityProviders[] = {"MicrosoftAccount", "AzureAD"};

bool is_online(const Identity& identity) {
  return identity.password() != nullptr &&
         std::any_of(std::begin(kIdentityProviders), std::end(kIdentityProviders),
                     [&](const char* provider) { return same_name(identity.domain, provider); });
}

Result<std::shared_ptr<const Identity>> delegated_identity(const ContextEntry& entry) {
  TRY_ASSIGN(auto identity,
             ask<std::shared_ptr<const Identity>>(entry, AttributeId::DelegatedCredential));
  if (identity == nullptr || !says_anything(*identity))
    return fail(Status::NoCredentials, "the client delegated no credential");
  return identity;
}

ByteView password_of(const Identity& identity) {
  return identity.password() != nullptr ? identity.password()->expose() : ByteView();
}

Result<Block<std::uint8_t>> logon_block(const Identity& identity, std::size_t& size) {
  if (const SmartCard* card = identity.smart_card()) {
    TRY_ASSIGN(const SecretBytes logon, write_certificate_logon(identity, *card));
    size = logon.size();
    return copy_to_block(logon.expose());
  }
  if (const TicketLogon* tickets = identity.tickets()) {
    const SecretBytes logon = credssp::write_ticket_logon(*tickets);
    size = logon.size();
    return copy_to_block(logon.expose());
  }
  TRY_ASSIGN(const Bytes user, utf8_to_utf16le(identity.user));
  TRY_ASSIGN(const Bytes domain, utf8_to_utf16le(identity.domain));
  const LogonStrings strings{domain, user, password_of(identity)};
  TRY_ASSIGN(size, logon_buffer_size(strings));
  auto block = make_block<std::uint8_t>(size);
  write_logon_buffer(strings, {block.get(), size});
  return block;
}

Result<Block<std::uint8_t>> online_block(const Identity& identity, std::size_t& size) {
  IdentityParts parts;
  TRY_ASSIGN(parts.user, utf8_to_utf16le(identity.user));
  TRY_ASSIGN(parts.domain, utf8_to_utf16le(identity.domain));
  parts.password = SecretBytes(password_of(identity));
  parts.flags = SEC_WINNT_AUTH_IDENTITY_FLAGS_ID_PROVIDER;
  TRY_ASSIGN(const auto block, write_identity_block(parts));
  return marshalled_identity(block.get(), size);
}

Result<void> hand_out(Result<Block<std::uint8_t>> block, const std::size_t& size,
                      SecPkgContext_ClientCreds& out) {
  if (!block) return fail(block.error());
  out.AuthBufferLen = static_cast<std::uint32_t>(size);
  out.AuthBuffer = block->release();
  return {};
}

Result<Block<char>> secret_text(const SecretBytes& utf16le, std::size_t& size) {
  TRY_ASSIGN(const SecretBytes utf8, secret_utf16le_to_utf8(utf16le.expose()));
  size = utf8.size();
  auto block = make_block<char>(size + 1);
  if (!utf8.empty()) std::memcpy(block.get(), utf8.expose().data(), size);
  return block;
}

Result<Block<opensspi_smart_card>> smart_card_block(const SmartCard& card) {
  std::size_t pin_size = 0;
  TRY_ASSIGN(auto pin, secret_text(card.pin, pin_size));
  TRY_ASSIGN(auto card_name, text_block<char>(card.card_name));
  TRY_ASSIGN(auto reader_name, text_block<char>(card.reader_name));
  TRY_ASSIGN(auto container_name, text_block<char>(card.container_name));
  TRY_ASSIGN(auto csp_name, text_block<char>(card.csp_name));
  auto block = make_block<opensspi_smart_card>();
  *block = {pin.release(),
            pin_size,
            card_name.release(),
            reader_name.release(),
            container_name.release(),
            csp_name.release(),
            card.key_spec};
  return block;
}

}  // namespace

Result<void> write_client_creds(const ContextEntry& entry, SecPkgContext_ClientCreds& out) {
  TRY_ASSIGN(const auto identity, delegated_identity(entry));
  std::size_t size = 0;
  return hand_out(logon_block(*identity, size), size, out);
}

Result<void> write_client_creds_2(const ContextEntry& entry, SecPkgContext_ClientCreds& out) {
  TRY_ASSIGN(const auto identity, delegated_identity(entry));
  if (!is_online(*identity)) return write_client_creds(entry, out);
  std::size_t size = 0;
  return hand_out(online_block(*identity, size), size, out);
}

Result<void> write_identity(const ContextEntry& entry, opensspi_identity& out) {
  TRY_ASSIGN(const auto identity, delegated_identity(entry));
  TRY_ASSIGN(auto user, text_block<char>(identity->user));
  TRY_ASSIGN(auto domain, text_block<char>(identity->domain));
  Block<char> password;
  std::size_t password_size = 0;
  if (identity->password() != nullptr) {
    TRY_ASSIGN(password, secret_text(*identity->password(), password_size));
  }
  Block<opensspi_smart_card> card;
  if (identity->smart_card() != nullptr) {
    TRY_ASSIGN(card, smart_card_block(*identity->smart_card()));
  }
  out = {user.release(), domain.release(), password.release(), password_size, card.release()};
  return {};
}

}  // namespace opensspi::abi
