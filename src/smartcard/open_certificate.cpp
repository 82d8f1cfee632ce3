// Choosing a token first, by what is seen without its PIN, and then what is on it.
#include "smartcard/open_certificate.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "smartcard/pkcs11_uri.h"
#include "smartcard/token_key.h"
#include "sspi/types.h"
#include "x509/chain.h"

namespace opensspi::smartcard {
namespace {

bool is_asked_for(const Pkcs11Uri& uri, const CardCertificate& found) {
  if (uri.id && *uri.id != found.id) return false;
  return uri.type == Pkcs11Uri::Type::PrivateKey || !uri.object || *uri.object == found.label;
}

tl::unexpected<Error> no_certificate() {
  return fail(Status::NoCredentials, "the smart card has no such certificate",
              nt_status::kSmartcardNoCertificate);
}

// Of several, the only one that has such a certificate.
Result<Token> choose_token(const Module& module, const Pkcs11Uri& uri) {
  TRY_ASSIGN(std::vector<Token> tokens, module.tokens());
  std::erase_if(tokens, [&](const Token& token) { return !uri.names(token); });
  if (tokens.empty()) {
    return fail(Status::NoCredentials, "the smart card is not in its reader",
                nt_status::kSmartcardNoCard);
  }
  if (tokens.size() == 1) return tokens.front();
  std::erase_if(tokens, [&](const Token& token) {
    const auto certificates = module.certificates(token);
    return !certificates || std::ranges::none_of(*certificates, [&](const CardCertificate& found) {
      return is_asked_for(uri, found);
    });
  });
  if (tokens.empty()) return no_certificate();
  if (tokens.size() > 1) {
    return fail(Status::UnknownCredentials,
                "more than one token fits the PKCS#11 URI: name it by token or serial");
  }
  return tokens.front();
}

struct Choice {
  x509::Certificate certificate;
  KeyName name;
  unsigned long key = 0;
};

// The only certificate that has a key.
Result<Choice> choose(const Session& session, const Pkcs11Uri& uri,
                      const std::vector<CardCertificate>& certificates) {
  std::vector<Choice> choices;
  bool any_certificate = false;
  for (const CardCertificate& found : certificates) {
    if (!is_asked_for(uri, found)) continue;
    any_certificate = true;
    KeyName name{found.id, {}};
    if (uri.type == Pkcs11Uri::Type::PrivateKey) name.label = uri.object;
    TRY_ASSIGN(const auto keys, name.find(session, found.certificate));
    for (const unsigned long key : keys) choices.push_back({found.certificate, name, key});
  }
  if (!any_certificate) return no_certificate();
  if (choices.empty()) {
    return fail(Status::NoCredentials, "the certificate's private key is not on the smart card");
  }
  if (choices.size() > 1) {
    return fail(Status::UnknownCredentials,
                "more than one certificate or key fits the PKCS#11 URI: name it by id or object");
  }
  return std::move(choices.front());
}

}  // namespace

Result<x509::KeyPair> open_certificate(std::string_view uri_text, std::optional<SecretBytes> pin,
                                       const std::string& default_module) {
  TRY_ASSIGN(const Pkcs11Uri uri, Pkcs11Uri::parse(uri_text));
  if (!pin) {
    TRY_ASSIGN(pin, uri.own_pin());
  }
  const std::string& name = uri.module_path.empty() ? default_module : uri.module_path;
  if (name.empty()) {
    return fail(Status::UnsupportedFunction, "policy names no PKCS#11 module: no smart cards");
  }
  TRY_ASSIGN(auto shared, SharedModule::of(name));
  const Module& module = shared->module();
  TRY_ASSIGN(const Token token, choose_token(module, uri));
  TRY_ASSIGN(auto login, shared->log_in(token, *std::move(pin)));
  TRY_ASSIGN(Session session, Session::open(module.functions(), token.slot));
  TRY(login->show(session));
  TRY_ASSIGN(const std::vector<CardCertificate> certificates, certificates_in(session));
  TRY_ASSIGN(const Choice chosen, choose(session, uri, certificates));
  x509::KeyPair pair;
  std::vector<x509::Certificate> others;
  for (const auto& [label, id, certificate] : certificates)
    if (certificate.der() != chosen.certificate.der()) others.push_back(certificate);
  pair.chain = x509::with_issuers(chosen.certificate, std::move(others));
  auto key = std::make_shared<const TokenKey>(
      TokenKey::Place{std::move(shared), std::move(login), chosen.name, chosen.certificate},
      std::move(session), chosen.key);
  TRY_ASSIGN(auto held, x509::PrivateKey::held_by(std::move(key), chosen.certificate));
  pair.key = std::make_shared<const x509::PrivateKey>(std::move(held));
  return pair;
}

}  // namespace opensspi::smartcard
