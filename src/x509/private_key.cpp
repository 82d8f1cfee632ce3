// Private keys and certificate chains out of PEM text (RFC 7468, and the older encrypted form).
#include "x509/private_key.h"

#include <openssl/err.h>
#include <openssl/pem.h>

#include <algorithm>

#include "crypto/openssl.h"
#include "x509/native.h"
#include "x509/remote_key.h"

namespace opensspi::x509 {
namespace {

constexpr std::size_t kMaxChain = 32;  // far above any real chain; a bundle of roots is a mistake

struct Password {
  ByteView text;
  bool asked = false;  // the key turned out to be encrypted
};

// OpenSSL's pem_password_cb: -1 ends the reading.
int give_password(char* buffer, int size, int /*writing*/, void* context) {
  auto& password = *static_cast<Password*>(context);
  password.asked = true;
  if (password.text.empty() || password.text.size() > static_cast<std::size_t>(size)) return -1;
  std::copy(password.text.begin(), password.text.end(), buffer);
  return static_cast<int>(password.text.size());
}

Result<OwnedPkey> read_key(ByteView pem, ByteView text) {
  const OwnedBio in = reading(pem);
  if (in == nullptr) return fail(Status::UnknownCredentials, "the private key file is too long");
  Password password{text};
  OwnedPkey key(PEM_read_bio_PrivateKey_ex(in.get(), nullptr, give_password, &password,
                                           crypto::library_context(), nullptr));
  ERR_clear_error();
  if (key != nullptr) return key;
  if (password.asked && text.empty()) {
    return fail(Status::UnknownCredentials,
                "the private key is encrypted and no password was given");
  }
  if (password.asked) {
    return fail(Status::UnknownCredentials, "the password does not open the private key");
  }
  return fail(Status::UnknownCredentials,
              "there is no private key in PEM form that can be read (BEGIN PRIVATE KEY)");
}

bool fits(const Certificate& certificate, EVP_PKEY* key) {
  const bool match = X509_check_private_key(certificate.native().x509.get(), key) == 1;
  ERR_clear_error();
  return match;
}

}  // namespace

Result<PrivateKey> PrivateKey::from_pem(ByteView pem, ByteView password) {
  TRY_ASSIGN(OwnedPkey key, read_key(pem, password));
  return PrivateKey(std::make_shared<Native>(Native{std::move(key)}));
}

Result<std::vector<Certificate>> certificates_from_pem(ByteView pem, std::size_t most) {
  const OwnedBio in = reading(pem);
  std::vector<Certificate> chain;
  while (in != nullptr && chain.size() < most) {
    OwnedX509 x509 = new_x509();
    X509* filled = x509.get();
    if (PEM_read_bio_X509(in.get(), &filled, nullptr, nullptr) == nullptr) {
      if (filled == nullptr) x509.release();  // the decoder freed it
      break;
    }
    TRY_ASSIGN(Certificate certificate, certificate_of(std::move(x509)));
    chain.push_back(std::move(certificate));
  }
  // The end of the text is PEM_R_NO_START_LINE; anything else is a block that cannot be read.
  const bool ended = ERR_GET_REASON(ERR_peek_last_error()) == PEM_R_NO_START_LINE;
  ERR_clear_error();
  if (chain.empty() && ended) {
    return fail(Status::UnknownCredentials,
                "there is no certificate in PEM form (BEGIN CERTIFICATE)");
  }
  if (!ended) {
    return fail(Status::UnknownCredentials, "a certificate in the PEM text cannot be read");
  }
  return chain;
}

Result<PrivateKey> PrivateKey::held_by(std::shared_ptr<const Signer> signer,
                                       const Certificate& certificate) {
  TRY_ASSIGN(OwnedPkey key, make_remote_key(certificate, signer));
  return PrivateKey(std::make_shared<Native>(Native{std::move(key), std::move(signer)}));
}

bool PrivateKey::is_remote() const {
  return native_->signer != nullptr;
}

bool PrivateKey::lacks_pss() const {
  return is_remote() && EVP_PKEY_get_base_id(native_->key.get()) == EVP_PKEY_RSA &&
         !native_->signer->can(Signer::Operation::RsaPss) &&
         !native_->signer->can(Signer::Operation::RsaRaw);
}

Result<SecretBytes> PrivateKey::to_pem() const {
  if (is_remote()) return fail(Status::UnsupportedFunction, "the private key stays on its token");
  const OwnedBio out(BIO_new(BIO_s_secmem()));  // erased when freed
  const bool written =
      out != nullptr && PEM_write_bio_PKCS8PrivateKey(out.get(), native_->key.get(), nullptr,
                                                      nullptr, 0, nullptr, nullptr) == 1;
  ERR_clear_error();
  if (!written) return fail(Status::InternalError, "the private key cannot be written");
  return SecretBytes(contents(out.get()));
}

Result<Bytes> chain_to_pem(const std::vector<Certificate>& chain) {
  const OwnedBio out(BIO_new(BIO_s_mem()));
  for (const Certificate& certificate : chain) {
    if (out == nullptr || PEM_write_bio_X509(out.get(), certificate.native().x509.get()) != 1) {
      ERR_clear_error();
      return fail(Status::InternalError, "the certificate cannot be written");
    }
  }
  return copy(contents(out.get()));
}

Result<KeyPair> key_pair_from_pem(ByteView certificate_pem, ByteView key_pem, ByteView password) {
  TRY_ASSIGN(std::vector<Certificate> chain, certificates_from_pem(certificate_pem, kMaxChain));
  TRY_ASSIGN(OwnedPkey key, read_key(key_pem, password));
  return paired(std::move(chain), std::move(key));
}

bool is_key_of(const PrivateKey& key, const Certificate& certificate) {
  return fits(certificate, key.native().key.get());
}

Result<KeyPair> paired(std::vector<Certificate> chain, OwnedPkey key) {
  if (!fits(chain.front(), key.get())) {
    return fail(Status::UnknownCredentials,
                "the private key does not belong to the (first) certificate");
  }
  KeyPair pair;
  pair.chain = std::move(chain);
  pair.key = std::make_shared<PrivateKey>(
      std::make_shared<PrivateKey::Native>(PrivateKey::Native{std::move(key)}));
  return pair;
}

}  // namespace opensspi::x509
