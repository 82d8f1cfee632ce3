// Logging on with a certificate instead of a password: its key in a file, or on a smart card.
#pragma once

#include <CLI/App.hpp>
#include <memory>
#include <string>

#include "credential.h"
#include "server_certificate.h"
#include "user_name.h"

namespace opensspi::command {

struct CardOptions {
  CertificateFiles files;
  bool smart_card = false;
  std::string reader, container, pin_file;

  [[nodiscard]] bool given() const { return smart_card || files.given(); }
};

void add_card_options(CLI::App& app, CardOptions& options);

// `user` may be empty: whom the certificate names. Asks for a card's PIN. CommandError.
[[nodiscard]] std::shared_ptr<Credential> card_credential(const CardOptions& options,
                                                          const UserName& user, bool guarded);

}  // namespace opensspi::command
