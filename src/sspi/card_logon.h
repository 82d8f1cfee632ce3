// A logon with a certificate, ready for PKINIT: the card is there and takes the PIN, or the
// program's own key lies where libkrb5 can read it.
#pragma once

#include <memory>
#include <string>

#include "base/secret.h"

namespace opensspi {

// Errors of who opens one: NoCredentials for a card, a certificate or a PIN that is not there,
// LogonDenied for a PIN that the card refuses (kSmartcardWrongPin) or has refused too often
// (kSmartcardCardBlocked), SmartcardCertExpired, UnsupportedFunction for what this machine lacks.
struct CardLogon {
  std::string user;      // the certificate's user principal name, UTF-8; empty when it has none
  std::string identity;  // where the key is, as X509_user_identity of kinit(1) says it
  SecretBytes pin;       // UTF-8; empty when the key asks for none
  // What lasts as long as this: the key's place in memory; nobody else opens a card meanwhile.
  std::shared_ptr<void> held;
};

}  // namespace opensspi
