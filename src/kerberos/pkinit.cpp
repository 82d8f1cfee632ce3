// The plugin's options are those of kinit -X. RFC 4556 3.1.3 and 3.2.3 have the KDC's errors; the
// plugin uses the same codes for what it finds wrong with the KDC.
#include "kerberos/pkinit.h"

#include <krb5.h>

#include <algorithm>
#include <utility>

#include "kerberos/error_row.h"
#include "kerberos/errors.h"

namespace opensspi::kerberos {
namespace {

// Windows has one status for a chain that is not trusted, and none for some of the rest.
constexpr ErrorRow kKdcSays[] = {
    {KRB5KDC_ERR_CLIENT_NOT_TRUSTED, Status::PkinitClientFailure,
     "the KDC does not trust the certificate", nt_status::kPkinitClientFailure},
    {KRB5KDC_ERR_INVALID_SIG, Status::PkinitClientFailure,
     "the KDC found the signature with the certificate's key wrong",
     nt_status::kPkinitClientFailure},
    {KRB5KDC_ERR_CANT_VERIFY_CERTIFICATE, Status::IssuingCaUntrusted,
     "the KDC does not trust who issued the certificate", nt_status::kIssuingCaUntrusted},
    {KRB5KDC_ERR_INVALID_CERTIFICATE, Status::PkinitClientFailure,
     "the KDC takes the certificate for invalid", nt_status::kPkinitClientFailure},
    {KRB5KDC_ERR_REVOKED_CERTIFICATE, Status::SmartcardCertRevoked, "the certificate is revoked",
     nt_status::kSmartcardCertRevoked},
    {KRB5KDC_ERR_REVOCATION_STATUS_UNKNOWN, Status::RevocationOfflineClient,
     "the KDC does not know whether the certificate is revoked",
     nt_status::kRevocationOfflineClient},
    {KRB5KDC_ERR_CLIENT_NAME_MISMATCH, Status::PkinitNameMismatch,
     "the certificate is another user's", nt_status::kPkinitNameMismatch},
    {KRB5KDC_ERR_INCONSISTENT_KEY_PURPOSE, Status::CertWrongUsage,
     "the certificate is not for logging on (extended key usage)", nt_status::kPkinitClientFailure},
    {KRB5KDC_ERR_DIGEST_IN_CERT_NOT_ACCEPTED, Status::PkinitClientFailure,
     "the certificate is signed with a digest that the KDC does not accept",
     nt_status::kPkinitClientFailure},
    {KRB5KDC_ERR_DH_KEY_PARAMETERS_NOT_ACCEPTED, Status::AlgorithmMismatch,
     "the KDC and this machine have no Diffie-Hellman group in common"},
};

constexpr char kNotTrusted[] =
    "the KDC's certificate is not trusted: krb5.conf's pkinit_anchors does not vouch for it";

constexpr ErrorRow kPluginSays[] = {
    {KRB5KDC_ERR_CANT_VERIFY_CERTIFICATE, Status::IssuingCaUntrustedKdc, kNotTrusted,
     nt_status::kIssuingCaUntrustedKdc},
    {KRB5KDC_ERR_INVALID_CERTIFICATE, Status::IssuingCaUntrustedKdc, kNotTrusted,
     nt_status::kIssuingCaUntrustedKdc},
    {KRB5KDC_ERR_REVOKED_CERTIFICATE, Status::KdcCertRevoked, "the KDC's certificate is revoked",
     nt_status::kKdcCertRevoked},
    {KRB5KDC_ERR_REVOCATION_STATUS_UNKNOWN, Status::RevocationOfflineKdc,
     "whether the KDC's certificate is revoked is not known", nt_status::kRevocationOfflineKdc},
    {KRB5KDC_ERR_KDC_NAME_MISMATCH, Status::MutualAuthFailed,
     "the KDC's certificate is not for a KDC of the realm"},
    {KRB5KDC_ERR_INCONSISTENT_KEY_PURPOSE, Status::MutualAuthFailed,
     "the KDC's certificate is not for a KDC (extended key usage)"},
};

Error error_of(const ErrorRow& row) {
  return {row.status, row.why, row.nt_status, row.code};
}

// No way to prove the client worked, whatever the reason: libkrb5 goes on to ask for a password.
bool is_unproven(krb5_error_code code) {
  return code == KRB5_PREAUTH_FAILED || code == KRB5KDC_ERR_PREAUTH_FAILED ||
         code == KRB5KDC_ERR_PREAUTH_REQUIRED || code == KRB5_LIBOS_CANTREADPWD ||
         code == KRB5KRB_AP_ERR_BAD_INTEGRITY;
}

void read_trace(krb5_context /*context*/, const krb5_trace_info* info, void* trace) {
  if (info != nullptr) static_cast<PkinitTrace*>(trace)->read(info->message);
}

}  // namespace

Result<std::unique_ptr<Pkinit>> Pkinit::begin(const Environment& environment, const Source& source,
                                              const Library& library) {
  const auto* identity = std::get_if<std::shared_ptr<const Identity>>(&source.where);
  if (identity == nullptr || (*identity)->smart_card() == nullptr) return nullptr;
  TRY_ASSIGN(CardLogon card, environment.open_card(**identity));
  return std::unique_ptr<Pkinit>(new Pkinit(std::move(card), library.get()));
}

Pkinit::Pkinit(CardLogon card, krb5_context context) : card_(std::move(card)), context_(context) {
  krb5_set_trace_callback(context, read_trace, &trace_);
}

Pkinit::~Pkinit() {
  krb5_set_trace_callback(context_, nullptr, nullptr);
}

Result<void> Pkinit::configure(krb5_get_init_creds_opt& options) const {
  const krb5_error_code code = krb5_get_init_creds_opt_set_pa(
      context_, &options, "X509_user_identity", card_.identity.c_str());
  if (code != 0) return kdc_failure(code);
  return {};
}

krb5_error_code Pkinit::prompt(krb5_context context, void* self, const char* name,
                               const char* banner, int count, krb5_prompt* prompts) {
  return static_cast<Pkinit*>(self)->answer(krb5_get_prompt_types(context), name, banner, count,
                                            prompts);
}

// A password, for which libkrb5 asks when nothing else has worked, is never given. Other ways of
// preauthentication that a KDC, or who pretends to be one, may choose ask alike, but with a title.
krb5_error_code Pkinit::answer(const krb5_prompt_type* types, const char* name, const char* banner,
                               int count, krb5_prompt* prompts) {
  SecretBytes& pin = card_.pin;
  if (count == 0) return 0;
  const bool asks_for_pin = name == nullptr && banner == nullptr && count == 1 &&
                            types != nullptr && types[0] == KRB5_PROMPT_TYPE_PREAUTH &&
                            !pin.empty();
  if (!asks_for_pin || pin.size() > prompts->reply->length) return KRB5_LIBOS_CANTREADPWD;
  std::ranges::copy(pin.expose(), prompts->reply->data);
  prompts->reply->length = static_cast<unsigned>(pin.size());
  pin = SecretBytes();
  return 0;
}

Error Pkinit::explained(const Error& failure) const {
  const auto code = static_cast<krb5_error_code>(failure.value);
  if (const ErrorRow* row = find(kKdcSays, code)) return error_of(*row);
  if (!is_unproven(code)) return failure;
  if (!trace_.offered()) {
    return {Status::UnsupportedFunction, "the KDC takes no certificates (PKINIT)", 0, code};
  }
  if (!trace_.plugin()) {
    return {Status::UnsupportedFunction,
            "libkrb5 lacks its plugin for certificates (Debian: package krb5-pkinit)", 0, code};
  }
  if (trace_.own_untrusted()) {
    return {Status::IssuingCaUntrusted,
            "krb5.conf's pkinit_anchors does not vouch for the certificate",
            nt_status::kIssuingCaUntrusted, trace_.failure()};
  }
  if (trace_.expired()) {
    return {Status::KdcCertExpired, "the KDC's certificate has expired", nt_status::kKdcCertExpired,
            trace_.failure()};
  }
  if (const ErrorRow* row = find(kPluginSays, trace_.failure())) return error_of(*row);
  return {Status::PkinitClientFailure, "the KDC did not take the certificate",
          nt_status::kPkinitClientFailure, code};
}

}  // namespace opensspi::kerberos
