// A self-signed certificate like the one that Windows makes for Remote Desktop: RSA-2048, SHA-256,
// CN = the host, six months, server authentication, keyEncipherment and dataEncipherment.
// Deviation: digitalSignature is added (RFC 8446 4.4.2.2 demands it beside a key usage; GnuTLS
// refuses the certificate without), and the name is repeated as subjectAltName (RFC 6125 6.4.4).
#include <openssl/bn.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/x509v3.h>

#include <array>
#include <string>

#include "crypto/openssl.h"
#include "crypto/random.h"
#include "x509/native.h"

namespace opensspi::x509 {
namespace {

constexpr std::size_t kMaxCommonName = 64;  // X.520 ub-common-name
constexpr int kValidDays = 183;
constexpr std::size_t kSerialSize = 16;  // at most 20 octets: RFC 5280 4.1.2.2
constexpr long kSecondsPerDay = 24L * 60 * 60;

using OwnedExtension = std::unique_ptr<X509_EXTENSION, FreedBy<X509_EXTENSION_free>>;
using OwnedNames = std::unique_ptr<GENERAL_NAMES, FreedBy<GENERAL_NAMES_free>>;
using OwnedName = std::unique_ptr<GENERAL_NAME, FreedBy<GENERAL_NAME_free>>;
using OwnedBignum = std::unique_ptr<BIGNUM, FreedBy<BN_free>>;

bool set_serial(X509* x509) {
  std::array<std::uint8_t, kSerialSize> bytes{};
  if (!crypto::random(bytes)) return false;
  const OwnedBignum serial(BN_bin2bn(bytes.data(), kSerialSize, nullptr));
  return serial != nullptr &&
         BN_to_ASN1_INTEGER(serial.get(), X509_get_serialNumber(x509)) != nullptr;
}

bool set_names(X509* x509, std::string_view host) {
  // A name too long for a CN stands there by its first label; the whole is in subjectAltName.
  const std::string_view common_name =
      host.size() <= kMaxCommonName ? host : host.substr(0, std::min(host.find('.'), host.size()));
  X509_NAME* name = X509_get_subject_name(x509);
  return X509_NAME_add_entry_by_NID(name, NID_commonName, MBSTRING_UTF8,
                                    reinterpret_cast<const std::uint8_t*>(common_name.data()),
                                    static_cast<int>(common_name.size()), -1, 0) == 1 &&
         X509_set_issuer_name(x509, name) == 1;
}

// Built as a structure, because OpenSSL's text form would read commas in the host as syntax.
bool add_alternative_name(X509* x509, const std::string& host) {
  const OwnedNames names(sk_GENERAL_NAME_new_null());
  OwnedName name(GENERAL_NAME_new());
  if (names == nullptr || name == nullptr) return false;
  if (ASN1_OCTET_STRING* address = a2i_IPADDRESS(host.c_str()); address != nullptr) {
    GENERAL_NAME_set0_value(name.get(), GEN_IPADD, address);
  } else {
    ASN1_IA5STRING* dns = ASN1_IA5STRING_new();
    if (dns == nullptr) return false;
    GENERAL_NAME_set0_value(name.get(), GEN_DNS, dns);
    if (ASN1_STRING_set(dns, host.data(), static_cast<int>(host.size())) != 1) return false;
  }
  if (sk_GENERAL_NAME_push(names.get(), name.get()) == 0) return false;
  name.release();
  return X509_add1_ext_i2d(x509, NID_subject_alt_name, names.get(), 0, X509V3_ADD_DEFAULT) == 1;
}

bool add_extension(X509* x509, int nid, const char* value) {
  const OwnedExtension extension(X509V3_EXT_conf_nid(nullptr, nullptr, nid, value));
  return extension != nullptr && X509_add_ext(x509, extension.get(), -1) == 1;
}

bool fill_and_sign(X509* x509, EVP_PKEY* key, const std::string& host) {
  return X509_set_version(x509, X509_VERSION_3) == 1 && set_serial(x509) && set_names(x509, host) &&
         X509_gmtime_adj(X509_getm_notBefore(x509), 0) != nullptr &&
         X509_gmtime_adj(X509_getm_notAfter(x509), kValidDays * kSecondsPerDay) != nullptr &&
         X509_set_pubkey(x509, key) == 1 && add_extension(x509, NID_ext_key_usage, "serverAuth") &&
         add_extension(x509, NID_key_usage,
                       "critical,digitalSignature,keyEncipherment,dataEncipherment") &&
         add_alternative_name(x509, host) && X509_sign(x509, key, EVP_sha256()) > 0;
}

}  // namespace

Result<PemPair> make_self_signed(std::string_view common_name) {
  if (common_name.empty()) return fail(Status::InvalidParameter, "a certificate needs a name");
  const OwnedPkey key(EVP_PKEY_Q_keygen(crypto::library_context(), nullptr, "RSA", size_t{2048}));
  const OwnedX509 x509 = new_x509();
  const OwnedBio certificate_out(BIO_new(BIO_s_mem()));
  const OwnedBio key_out(BIO_new(BIO_s_secmem()));  // erased when freed
  const bool made =
      key != nullptr && x509 != nullptr && certificate_out != nullptr && key_out != nullptr &&
      fill_and_sign(x509.get(), key.get(), std::string(common_name)) &&
      PEM_write_bio_X509(certificate_out.get(), x509.get()) == 1 &&
      PEM_write_bio_PrivateKey(key_out.get(), key.get(), nullptr, nullptr, 0, nullptr, nullptr) ==
          1;
  ERR_clear_error();
  if (!made) return fail(Status::InternalError, "a self-signed certificate could not be made");
  return PemPair{copy(contents(certificate_out.get())), copy(contents(key_out.get()))};
}

}  // namespace opensspi::x509
