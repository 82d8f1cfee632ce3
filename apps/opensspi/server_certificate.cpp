// As a Windows program does it for PFX files, by opensspi.h for PEM.
#include "server_certificate.h"

#include <sys/stat.h>
#include <unistd.h>
#include <utf8.h>

#include <chrono>
#include <cstdint>
#include <iterator>

#include "files.h"
#include "password.h"
#include "status.h"

namespace opensspi::command {
namespace {

class Store {
 public:
  explicit Store(HCERTSTORE handle) : handle_(handle) {}
  Store(const Store&) = delete;
  Store& operator=(const Store&) = delete;
  ~Store() {
    if (handle_ != nullptr) CertCloseStore(handle_, 0);
  }
  [[nodiscard]] HCERTSTORE get() const { return handle_; }

 private:
  HCERTSTORE handle_;
};

Certificate from_pem(const SecretText& certificate, const SecretText& key, const char* password,
                     const std::string& name) {
  PCCERT_CONTEXT context = nullptr;
  check(opensspi_certificate_from_pem(certificate.expose().data(), certificate.expose().size(),
                                      key.expose().data(), key.expose().size(), password, &context),
        name, ExitCode::Usage);
  return Certificate(context);
}

Certificate from_pfx(const std::string& path, const SecretText& password) {
  SecretText content = read_file(path);
  CRYPT_DATA_BLOB blob{};
  blob.cbData = static_cast<DWORD>(content.expose().size());
  blob.pbData = reinterpret_cast<BYTE*>(content.expose().data());
  std::basic_string<WCHAR> wide;
  wide.reserve(password.expose().size() + 1);
  try {
    utf8::utf8to16(password.expose().begin(), password.expose().end(), std::back_inserter(wide));
  } catch (const utf8::exception&) {
    throw CommandError(ExitCode::Usage, path + ": its password is not UTF-8");
  }
  const Store store(PFXImportCertStore(&blob, wide.c_str(), 0));
  explicit_bzero(wide.data(), wide.size() * sizeof(WCHAR));
  if (store.get() == nullptr) check(last_error().status, path, ExitCode::Usage);
  Certificate certificate(CertEnumCertificatesInStore(store.get(), nullptr));
  if (certificate == nullptr)
    throw CommandError(ExitCode::Usage, path + ": there is no certificate in it");
  return certificate;
}

Certificate from_token(const CertificateFiles& files) {
  if (!files.key.empty())
    throw CommandError(ExitCode::Usage, "--key: the URI of --cert names the key too");
  const bool has_pin = !files.pin_file.empty();
  const SecretText pin = has_pin ? password_from_file(files.pin_file) : SecretText();
  PCCERT_CONTEXT context = nullptr;
  check(opensspi_certificate_from_pkcs11(files.certificate.c_str(),
                                         has_pin ? pin.expose().c_str() : nullptr, &context),
        "the certificate's token", ExitCode::Usage);
  return Certificate(context);
}

// Whether the certificate holds for another day.
bool is_current(const Certificate& certificate) {
  constexpr std::uint64_t kSecond = 10'000'000, kUnixEpoch = 11'644'473'600 * kSecond;
  constexpr std::uint64_t kDay = 86'400 * kSecond;
  const FILETIME& end = certificate->pCertInfo->NotAfter;
  const std::uint64_t ends = std::uint64_t{end.dwHighDateTime} << 32 | end.dwLowDateTime;
  const auto now = std::chrono::duration_cast<std::chrono::seconds>(
                       std::chrono::system_clock::now().time_since_epoch())
                       .count();
  return static_cast<std::uint64_t>(now) * kSecond + kUnixEpoch + kDay < ends;
}

// Key and certificate in one text.
SecretText make_pair() {
  char *certificate = nullptr, *key = nullptr;
  std::size_t certificate_size = 0, key_size = 0;
  check(opensspi_make_self_signed(host_name().c_str(), &certificate, &certificate_size, &key,
                                  &key_size),
        "a certificate for this machine");
  SecretText both;
  both.expose().reserve(key_size + certificate_size);
  both.expose().append(key, key_size).append(certificate, certificate_size);
  opensspi_free(key);
  opensspi_free(certificate);
  return both;
}

void require_private(const std::string& path) {
  struct stat info {};
  if (stat(path.c_str(), &info) == 0 && (info.st_mode & (S_IRWXG | S_IRWXO)) != 0) {
    throw CommandError(ExitCode::Refused, path +
                                              ": others can read the key: make it 0600, or "
                                              "remove it to have a new one made");
  }
}

}  // namespace

Certificate load_certificate(const CertificateFiles& files) {
  if (files.on_token()) return from_token(files);
  if (!files.pin_file.empty())
    throw CommandError(ExitCode::Usage, "--pin-file: --cert is no pkcs11: URI");
  const bool has_password = !files.key_password_file.empty();
  const SecretText password =
      has_password ? password_from_file(files.key_password_file) : SecretText();
  if (!files.pfx.empty()) return from_pfx(files.pfx, password);
  const SecretText certificate = read_file(files.certificate);
  const SecretText key =
      files.key.empty() ? SecretText(certificate.expose()) : read_file(files.key);
  return from_pem(certificate, key, has_password ? password.expose().c_str() : nullptr,
                  files.certificate);
}

Certificate own_certificate(const std::string& accounts_path) {
  const std::size_t slash = accounts_path.rfind('/');
  const std::string folder = slash == std::string::npos ? "." : accounts_path.substr(0, slash);
  const std::string path = folder + "/server.pem";
  if (access(path.c_str(), F_OK) == 0) {
    require_private(path);
    const SecretText both = read_file(path);
    Certificate kept = from_pem(both, both, nullptr, path);
    if (is_current(kept)) return kept;
  }
  const SecretText both = make_pair();
  write_private_file(path, both.expose());
  return from_pem(both, both, nullptr, path);
}

std::string subject_of(PCCERT_CONTEXT certificate) {
  char* subject = nullptr;
  if (opensspi_certificate_subject(certificate, &subject) != SEC_E_OK) return {};
  std::string text = subject;
  opensspi_free(subject);
  return text;
}

std::string fingerprint_of(PCCERT_CONTEXT certificate) {
  constexpr char kDigits[] = "0123456789abcdef";
  std::uint8_t digest[32] = {};
  if (opensspi_certificate_sha256(certificate, digest) != SEC_E_OK) return {};
  std::string text;
  for (const std::uint8_t octet : digest) {
    text += kDigits[octet >> 4];
    text += kDigits[octet & 15];
  }
  return text;
}

}  // namespace opensspi::command
