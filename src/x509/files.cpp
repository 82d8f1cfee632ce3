// PEM and DER files. OpenSSL's directory of authorities has a file for each, named by the hash of
// its subject (c_rehash).
#include "x509/files.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <functional>
#include <set>

#include "base/folders.h"
#include "base/secret.h"
#include "x509/trust.h"

namespace opensspi::x509 {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kMaxFile = std::size_t{16} << 20;  // all of the world's authorities: 1 MB
constexpr std::size_t kMaxCertificates = 10'000;
constexpr std::size_t kHashSize = 8;  // hexadecimal digits

// The key may be in it.
Result<SecretBytes> read_file(const std::string& path) {
  std::error_code error;
  const auto size = fs::file_size(path, error);
  if (error == std::errc::no_such_file_or_directory)
    return fail(Status::TargetUnknown, "there is no such certificate file");
  std::ifstream file(path, std::ios::binary);
  if (error || size > kMaxFile || !file)
    return fail(Status::UnknownCredentials, "the certificate file cannot be read");
  SecretBytes bytes(size);
  if (size != 0 && !file.read(reinterpret_cast<char*>(bytes.expose_mutable().data()),
                              static_cast<std::streamsize>(size)))
    return fail(Status::UnknownCredentials, "the certificate file cannot be read");
  return bytes;
}

std::vector<KeyPair> alone(std::vector<Certificate> certificates) {
  std::vector<KeyPair> pairs;
  for (Certificate& certificate : certificates) {
    pairs.emplace_back();
    pairs.back().chain.push_back(std::move(certificate));
  }
  return pairs;
}

// Block by block: a damaged one does not cost the others.
std::vector<Certificate> certificates_of_blocks(std::string_view pem) {
  constexpr std::string_view kBegin = "-----BEGIN ";
  std::vector<Certificate> certificates;
  for (std::size_t at = pem.find(kBegin);
       at != pem.npos && certificates.size() < kMaxCertificates;) {
    const std::size_t next = pem.find(kBegin, at + kBegin.size());
    if (auto one = certificates_from_pem(view(pem.substr(at, next - at)), 2))
      std::ranges::move(*one, std::back_inserter(certificates));
    at = next;
  }
  return certificates;
}

Result<std::vector<KeyPair>> certificates_of(ByteView bytes) {
  if (auto certificate = Certificate::from_der(bytes)) return alone({*std::move(certificate)});
  std::vector<KeyPair> pairs =
      alone(certificates_of_blocks({reinterpret_cast<const char*>(bytes.data()), bytes.size()}));
  if (pairs.empty())
    return fail(Status::UnknownCredentials, "the file has no certificate that can be read");
  if (const auto key = PrivateKey::from_pem(bytes, {})) {
    const auto owner = std::ranges::find_if(
        pairs, [&](const KeyPair& pair) { return is_key_of(*key, pair.chain.front()); });
    if (owner != pairs.end()) owner->key = std::make_shared<const PrivateKey>(*key);
  }
  return pairs;
}

std::vector<KeyPair> certificates_of_folder(const std::string& path,
                                            const std::function<bool(const fs::path&)>& wanted) {
  std::vector<fs::path> files;
  std::error_code error;
  for (fs::directory_iterator at(path, error), end; !error && at != end; at.increment(error))
    if (wanted(at->path())) files.push_back(at->path());
  std::ranges::sort(files);
  std::vector<KeyPair> all;
  for (const fs::path& file : files)
    if (auto found = x509::certificates_of_file(file))
      std::ranges::move(*found, std::back_inserter(all));
  return all;
}

bool has_name_of_certificates(const fs::path& path) {
  const std::string extension = path.extension();
  return extension == ".pem" || extension == ".crt" || extension == ".cer";
}

// "5ed36f99.0"
bool has_name_of_hash(const fs::path& path) {
  const std::string stem = path.stem(), extension = path.extension();
  const auto all = [](std::string_view text, const char* digits) {
    return !text.empty() && text.find_first_not_of(digits) == std::string_view::npos;
  };
  return stem.size() == kHashSize && all(stem, "0123456789abcdef") && extension.size() > 1 &&
         all(std::string_view(extension).substr(1), "0123456789");
}

}  // namespace

Result<std::vector<KeyPair>> certificates_of_file(const std::string& path) {
  TRY_ASSIGN(const SecretBytes bytes, read_file(path));
  return certificates_of(bytes.expose());
}

Result<PrivateKey> private_key_of_file(const std::string& path) {
  TRY_ASSIGN(const SecretBytes bytes, read_file(path));
  return PrivateKey::from_pem(bytes.expose(), {});
}

std::vector<KeyPair> certificates_of_folder(const std::string& path) {
  return certificates_of_folder(path, has_name_of_certificates);
}

std::vector<KeyPair> certificates_of_store(StoreOwner owner, const std::string& store) {
  const std::string settings = owner == StoreOwner::User ? config_folder() : "/etc";
  if (settings.empty()) return {};
  return certificates_of_folder(settings + "/opensspi/certificates/" + store);
}

std::vector<Certificate> system_issuers() {
  std::vector<Certificate> issuers;
  for (const StoreOwner owner : {StoreOwner::User, StoreOwner::Machine})
    for (const KeyPair& pair : certificates_of_store(owner, "ca"))
      issuers.push_back(pair.chain.front());
  return issuers;
}

std::vector<KeyPair> system_authorities() {
  const TrustPlaces places = system_trust();
  std::vector<KeyPair> all = certificates_of_folder(places.directory, has_name_of_hash);
  if (auto bundle = certificates_of_file(places.bundle))
    std::ranges::move(*bundle, std::back_inserter(all));
  std::set<Bytes> seen;
  std::erase_if(all,
                [&](const KeyPair& pair) { return !seen.insert(pair.chain.front().der()).second; });
  for (KeyPair& pair : all) pair.key = nullptr;
  return all;
}

}  // namespace opensspi::x509
