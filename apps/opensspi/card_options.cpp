// The options are those that `serve` has for its certificate.
#include "card_options.h"

#include <cstdlib>

#include "command_error.h"
#include "password.h"

namespace opensspi::command {
namespace {

SecretText pin_of(const CardOptions& options) {
  if (!options.pin_file.empty()) return password_from_file(options.pin_file);
  if (const char* variable = std::getenv("OPENSSPI_PIN"); variable != nullptr)
    return SecretText(variable);
  return prompt_password("PIN of the smart card");
}

}  // namespace

void add_card_options(CLI::App& app, CardOptions& options) {
  auto* certificate = app.add_option("--cert", options.files.certificate,
                                     "Log on with this certificate, PEM, instead of a password");
  certificate->type_name("FILE");
  app.add_option("--key", options.files.key, "Its private key, PEM; default: in --cert")
      ->type_name("FILE")
      ->needs(certificate);
  auto* pfx = app.add_option("--pfx", options.files.pfx, "Certificate and key in one PKCS#12 file");
  pfx->type_name("FILE")->excludes(certificate);
  app.add_option("--key-password-file", options.files.key_password_file,
                 "The password of --key or --pfx, on the first line of a file")
      ->type_name("FILE");
  auto* card =
      app.add_flag("--smart-card", options.smart_card, "Log on with a smart card, and delegate it");
  card->excludes(certificate)->excludes(pfx);
  app.add_option("--reader", options.reader, "The reader that the card is in; default: any")
      ->type_name("NAME")
      ->needs(card);
  app.add_option("--container", options.container,
                 "The certificate's label on the card, or its id in hexadecimal digits; default: "
                 "one that is for logging on")
      ->type_name("NAME")
      ->needs(card);
  app.add_option("--pin-file", options.pin_file,
                 "The PIN is the first line; - is standard input; default: $OPENSSPI_PIN, else a "
                 "prompt")
      ->type_name("FILE")
      ->needs(card);
}

std::shared_ptr<Credential> card_credential(const CardOptions& options, const UserName& user,
                                            bool guarded) {
  if (!options.smart_card && !user.user.empty()) {
    throw CommandError(ExitCode::Usage, "a certificate names its user: leave --user out");
  }
  if (options.files.on_token())
    throw CommandError(ExitCode::Usage, "--cert: a key on a card logs on with --smart-card");
  if (!options.smart_card) return Credential::outbound(load_certificate(options.files), guarded);
  SecretText pin = pin_of(options);
  std::string reader = options.reader, container = options.container;
  opensspi_smart_card card{};
  card.pin = pin.expose().data();
  card.pin_size = pin.expose().size();
  card.reader_name = reader.data();
  card.container_name = container.data();
  return Credential::outbound(user, card, guarded);
}

}  // namespace opensspi::command
