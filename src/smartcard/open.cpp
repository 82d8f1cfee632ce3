// Choosing a certificate, and saying to libkrb5 where its key is.
#include "smartcard/open.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "base/utf16.h"
#include "smartcard/memory_file.h"
#include "smartcard/module.h"
#include "smartcard/shared_module.h"
#include "x509/private_key.h"

namespace opensspi::smartcard {
namespace {

std::string hex(ByteView bytes) {
  constexpr char kDigits[] = "0123456789abcdef";
  std::string digits;
  for (const std::uint8_t byte : bytes) {
    digits += kDigits[byte >> 4];
    digits += kDigits[byte & 0xF];
  }
  return digits;
}

bool is_asked_for(const std::string& wanted, const std::string& name) {
  return wanted.empty() || same_name(wanted, name);
}

bool is_asked_for(const SmartCard& card, const CardCertificate& found) {
  if (!card.certificate_hash.empty()) {
    const auto hash = found.certificate.sha1_thumbprint();
    return hash && equal(*hash, card.certificate_hash);
  }
  return is_asked_for(card.container_name, found.label) ||
         same_name(card.container_name, hex(found.id));
}

// The user that the identity names, as a certificate would.
bool is_users(const Identity& identity, const std::string& user_principal_name) {
  if (identity.user.empty()) return false;
  const std::size_t at = user_principal_name.find('@');
  return same_name(identity.user, user_principal_name) ||
         same_name(identity.user, user_principal_name.substr(0, at));
}

// The better, the more of them are true.
struct Merit {
  bool in_time = false, users = false, for_logon = false;
  friend auto operator<=>(const Merit&, const Merit&) = default;
};

struct Candidate {
  Token token;
  CardCertificate found;
  Merit merit;
};

Result<std::optional<Candidate>> choose(const Module& module, const Identity& identity,
                                        FileTime now) {
  const SmartCard& card = *identity.smart_card();
  TRY_ASSIGN(const std::vector<Token> tokens, module.tokens());
  std::optional<Candidate> best;
  std::optional<Error> broken;
  bool any_card = false;
  for (const Token& token : tokens) {
    if (!is_asked_for(card.reader_name, token.reader) || !is_asked_for(card.card_name, token.label))
      continue;
    any_card = true;
    Result<std::vector<CardCertificate>> certificates = module.certificates(token);
    if (!certificates) {
      broken = certificates.error();
      continue;
    }
    for (CardCertificate& found : *certificates) {
      if (!is_asked_for(card, found)) continue;
      const x509::Certificate& certificate = found.certificate;
      const Merit merit{file_time_of_unix(certificate.not_after()) > now,
                        is_users(identity, certificate.user_principal_name()),
                        certificate.is_for_smart_card_logon()};
      if (best && merit <= best->merit) continue;
      best = Candidate{token, std::move(found), merit};
    }
  }
  if (!any_card) {
    return fail(Status::NoCredentials, "the smart card is not in its reader",
                nt_status::kSmartcardNoCard);
  }
  if (!best && broken) return fail(*broken);
  return best;
}

Result<void> check_time(const x509::Certificate& certificate, FileTime now) {
  if (file_time_of_unix(certificate.not_after()) > now) return {};
  return fail(Status::SmartcardCertExpired, "the certificate to log on with has expired",
              nt_status::kSmartcardCertExpired);
}

// kinit(1) X509_user_identity. What has a colon in it cannot be said there; policy's module has
// none.
std::string pkinit_identity(const std::string& module, const Candidate& candidate) {
  std::string identity =
      "PKCS11:module_name=" + module + ":slotid=" + std::to_string(candidate.token.slot);
  if (candidate.token.label.find(':') == std::string::npos) {
    identity += ":token=" + candidate.token.label;
  }
  return identity + ":certid=" + hex(candidate.found.id);
}

Result<SecretBytes> pin_for(const Token& token, const SmartCard& card) {
  if (token.locked) {
    return fail(Status::LogonDenied, "the smart card is locked: too many wrong PINs",
                nt_status::kSmartcardCardBlocked);
  }
  if (!token.needs_pin || token.own_pin_pad) return SecretBytes();
  if (card.pin.empty()) return fail(Status::NoCredentials, "the smart card wants its PIN");
  return secret_utf16le_to_utf8(card.pin.expose());
}

Result<CardLogon> open_card(const std::string& name, const Identity& identity, FileTime now) {
  if (name.empty()) {
    return fail(Status::UnsupportedFunction, "policy names no PKCS#11 module: no smart cards");
  }
  CardLogon logon;
  logon.held = take_turn();
  TRY_ASSIGN(const std::unique_ptr<Module> module, Module::load(name));
  TRY_ASSIGN(const std::optional<Candidate> chosen, choose(*module, identity, now));
  if (!chosen) {
    return fail(Status::NoCredentials, "the smart card has no such certificate",
                nt_status::kSmartcardNoCertificate);
  }
  TRY(check_time(chosen->found.certificate, now));
  logon.identity = pkinit_identity(name, *chosen);
  TRY_ASSIGN(logon.pin, pin_for(chosen->token, *identity.smart_card()));
  if (!logon.pin.empty()) TRY(module->try_pin(chosen->token, logon.pin.expose()));
  logon.user = chosen->found.certificate.user_principal_name();
  return logon;
}

struct Files {
  MemoryFile certificate, key;
};

Result<CardLogon> open_key_pair(const x509::KeyPair& pair, FileTime now) {
  const x509::Certificate& certificate = pair.chain.front();
  if (pair.key == nullptr) {
    return fail(Status::NoCredentials, "the certificate to log on with came without its key");
  }
  TRY(check_time(certificate, now));
  TRY_ASSIGN(const SecretBytes key, pair.key->to_pem());
  TRY_ASSIGN(const Bytes chain, x509::chain_to_pem(pair.chain));
  TRY_ASSIGN(MemoryFile certificate_file, MemoryFile::with(chain));
  TRY_ASSIGN(MemoryFile key_file, MemoryFile::with(key.expose()));
  CardLogon logon;
  logon.user = certificate.user_principal_name();
  logon.identity = "FILE:" + certificate_file.path() + ',' + key_file.path();
  logon.held = std::make_shared<Files>(Files{std::move(certificate_file), std::move(key_file)});
  return logon;
}

}  // namespace

Result<CardLogon> open(const std::string& module, const Identity& identity, FileTime now) {
  const SmartCard& card = *identity.smart_card();
  return card.key_pair != nullptr ? open_key_pair(*card.key_pair, now)
                                  : open_card(module, identity, now);
}

}  // namespace opensspi::smartcard
