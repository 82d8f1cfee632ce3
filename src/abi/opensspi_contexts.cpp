// opensspi.h: what can be asked of a context at any time of its life.
#include <algorithm>
#include <cstring>
#include <string>
#include <string_view>

#include "abi/attributes.h"
#include "abi/delegated.h"
#include "abi/guard.h"
#include "abi/memory.h"

namespace opensspi::abi {
namespace {

// Runs `body` on a context in any state.
template <class F>
SECURITY_STATUS on_context(const SecHandle* handle, F&& body) noexcept {
  return guard([&]() -> Result<void> {
    TRY_ASSIGN(PinnedContext pin, find_context(handle));
    const LockedContext context(std::move(pin));
    return body(*context);
  });
}

const char* name_of(tls::Version version) {
  switch (version) {
    case tls::Version::Tls10:
      return "TLS 1.0";
    case tls::Version::Tls11:
      return "TLS 1.1";
    case tls::Version::Tls12:
      return "TLS 1.2";
    default:
      return "TLS 1.3";
  }
}

// A package without others inside is its own, from its first leg on.
Result<MechanismInUse> mechanism_of(const ContextEntry& entry) {
  const PackageInfo& package = entry.package.info();
  if (!package.mechanism_oids.empty())
    return MechanismInUse{&package, has(entry.granted, ContextFlags::UseSessionKey)};
  auto in_use = ask<MechanismInUse>(entry, AttributeId::Mechanism);
  if (!in_use) return fail(Status::UnsupportedFunction, "no mechanism is chosen yet");
  return in_use;
}

// The text in at most `size` bytes with its zero, cut before a character that does not fit.
void put_text(std::string_view utf8, char* out, std::size_t size) {
  std::size_t length = std::min(utf8.size(), size - 1);
  const auto continues = [&](std::size_t i) {
    return (static_cast<unsigned char>(utf8[i]) & 0xC0) == 0x80;
  };
  while (length > 0 && length < utf8.size() && continues(length)) --length;
  std::memcpy(out, utf8.data(), length);
  out[length] = '\0';
}

std::string without_control_characters(std::string text) {
  std::replace_if(
      text.begin(), text.end(),
      [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; }, '?');
  return text;
}

}  // namespace
}  // namespace opensspi::abi

using namespace opensspi;
using namespace opensspi::abi;

OPENSSPI_EXPORT SECURITY_STATUS opensspi_credssp_version(PCtxtHandle context, uint32_t* version) {
  return on_context(context, [&](const ContextEntry& entry) -> Result<void> {
    if (version == nullptr)
      return fail(Status::InvalidParameter, "there is no place for the version");
    TRY_ASSIGN(const ProtocolVersion agreed,
               ask<ProtocolVersion>(entry, AttributeId::ProtocolVersion));
    *version = agreed.version;
    return {};
  });
}

OPENSSPI_EXPORT SECURITY_STATUS opensspi_tls(PCtxtHandle context, opensspi_tls_info* info) {
  return on_context(context, [&](const ContextEntry& entry) -> Result<void> {
    if (info == nullptr) return fail(Status::InvalidParameter, "there is no place for the answer");
    TRY_ASSIGN(const tls::ConnectionInfo agreed,
               ask<tls::ConnectionInfo>(entry, AttributeId::ConnectionInfo));
    info->protocol = static_cast<std::uint16_t>(agreed.version);
    info->cipher_suite = agreed.cipher_suite;
    info->version = name_of(agreed.version);
    put_text(agreed.cipher_suite_name, info->cipher_suite_name, sizeof info->cipher_suite_name);
    return {};
  });
}

OPENSSPI_EXPORT SECURITY_STATUS opensspi_mechanism(PCtxtHandle context, const char** mechanism) {
  return on_context(context, [&](const ContextEntry& entry) -> Result<void> {
    if (mechanism == nullptr)
      return fail(Status::InvalidParameter, "there is no place for the mechanism");
    TRY_ASSIGN(const MechanismInUse in_use, mechanism_of(entry));
    *mechanism = in_use.user_to_user ? "Kerberos-U2U" : in_use.package->name.data();
    return {};
  });
}

OPENSSPI_EXPORT SECURITY_STATUS opensspi_claimed_name(PCtxtHandle context, char* name,
                                                      size_t size) {
  return on_context(context, [&](const ContextEntry& entry) -> Result<void> {
    if (name == nullptr || size == 0)
      return fail(Status::InvalidParameter, "there is no place for the name");
    if (entry.claimed_name.empty())
      return fail(Status::UnsupportedFunction, "no client has given its name yet");
    put_text(without_control_characters(entry.claimed_name), name, size);
    return {};
  });
}

OPENSSPI_EXPORT SECURITY_STATUS opensspi_delegated_credential(PCtxtHandle context,
                                                              opensspi_identity* identity) {
  return guard([&] {
    return on_established(context, [&](const ContextEntry& entry) -> Result<void> {
      if (identity == nullptr)
        return fail(Status::InvalidParameter, "there is no place for the credential");
      return write_identity(entry, *identity);
    });
  });
}

OPENSSPI_EXPORT void opensspi_identity_free(opensspi_identity* identity) {
  if (identity == nullptr) return;
  for (char* part : {identity->user, identity->domain, identity->password})
    if (part != nullptr) free_block(part);
  if (const opensspi_smart_card* card = identity->smart_card) {
    for (char* part :
         {card->pin, card->card_name, card->reader_name, card->container_name, card->csp_name})
      free_block(part);
    free_block(identity->smart_card);
  }
  *identity = {};
}
