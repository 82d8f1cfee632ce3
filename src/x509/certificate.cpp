// Reading a certificate and what CredSSP and channel bindings need of it: the subject public key
// ([MS-CSSP] 3.1.5) and the hash of RFC 5929 4.1.
#include "x509/certificate.h"

#include <openssl/err.h>
#include <openssl/objects.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include "base/utf16.h"
#include "crypto/openssl.h"
#include "x509/native.h"

namespace opensspi::x509 {
namespace {

using OwnedTime = std::unique_ptr<ASN1_TIME, FreedBy<ASN1_TIME_free>>;
using OwnedNames = std::unique_ptr<GENERAL_NAMES, FreedBy<GENERAL_NAMES_free>>;
using OwnedUsages = std::unique_ptr<EXTENDED_KEY_USAGE, FreedBy<EXTENDED_KEY_USAGE_free>>;
using OwnedMd = std::unique_ptr<EVP_MD, FreedBy<EVP_MD_free>>;

// RFC 5929 4.1: "if the certificate's signatureAlgorithm uses a single hash function, and that
// hash function is either MD5 or SHA-1, then use SHA-256".
int end_point_digest(int signature_digest) {
  return signature_digest == NID_md5 || signature_digest == NID_sha1 ? NID_sha256
                                                                     : signature_digest;
}

tl::unexpected<Error> no_end_point_hash() {
  return fail(Status::UnsupportedFunction,
              "the certificate's signature has no hash that an end point binding could use");
}

Result<Bytes> digest_of(ByteView der, const char* name) {
  const OwnedMd md(EVP_MD_fetch(crypto::library_context(), name, nullptr));
  if (md == nullptr) return no_end_point_hash();
  Bytes hash(EVP_MAX_MD_SIZE);
  unsigned int size = 0;
  if (EVP_Digest(der.data(), der.size(), hash.data(), &size, md.get(), nullptr) != 1) {
    return fail(Status::InternalError, "the certificate could not be hashed");
  }
  hash.resize(size);
  return hash;
}

}  // namespace

OwnedX509 shared(X509* x509) {
  X509_up_ref(x509);
  return OwnedX509(x509);
}

Bytes der_of(X509* x509) {
  const int size = i2d_X509(x509, nullptr);
  if (size <= 0) return {};
  Bytes der(static_cast<std::size_t>(size));
  std::uint8_t* end = der.data();
  i2d_X509(x509, &end);
  return der;
}

OwnedX509 new_x509() {
  return OwnedX509(X509_new_ex(crypto::library_context(), nullptr));
}

OwnedBio reading(ByteView bytes) {
  if (bytes.size() > INT32_MAX) return nullptr;
  const void* data = bytes.empty() ? "" : static_cast<const void*>(bytes.data());  // never null
  return OwnedBio(BIO_new_mem_buf(data, static_cast<int>(bytes.size())));
}

ByteView contents(BIO* bio) {
  char* text = nullptr;
  const long size = BIO_get_mem_data(bio, &text);
  return size <= 0 ? ByteView() : view({text, static_cast<std::size_t>(size)});
}

Result<Certificate> certificate_of(OwnedX509 x509, std::vector<Certificate> presented_with) {
  auto native = std::make_shared<Certificate::Native>();
  native->der = der_of(x509.get());
  // Not i2d_PublicKey: it decodes the key again, which costs 90 us in OpenSSL 3.0.
  const ASN1_BIT_STRING* key = X509_get0_pubkey_bitstr(x509.get());
  if (native->der.empty() || key == nullptr) {
    return fail(Status::UnknownCredentials, "the certificate cannot be read");
  }
  const std::uint8_t* data = ASN1_STRING_get0_data(key);
  native->subject_public_key.assign(data, data + ASN1_STRING_length(key));
  native->x509 = std::move(x509);
  native->presented_with = std::move(presented_with);
  return Certificate(std::move(native));
}

Result<Certificate> Certificate::from_der(ByteView der) {
  OwnedX509 x509 = new_x509();
  if (x509 == nullptr) return fail(Status::InsufficientMemory, "no memory for a certificate");
  X509* decoded = x509.release();  // d2i frees it, and clears the pointer, when it fails
  const std::uint8_t* position = der.data();
  decoded = d2i_X509(&decoded, &position, static_cast<long>(der.size()));
  x509.reset(decoded);
  if (x509 == nullptr || position != der.data() + der.size()) {
    ERR_clear_error();
    return fail(Status::UnknownCredentials, "the bytes are not one DER certificate");
  }
  return certificate_of(std::move(x509));
}

const Bytes& Certificate::der() const {
  return native_->der;
}

const Bytes& Certificate::subject_public_key() const {
  return native_->subject_public_key;
}

Result<Bytes> Certificate::end_point_hash() const {
  int digest = NID_undef;
  X509_get_signature_info(native_->x509.get(), &digest, nullptr, nullptr, nullptr);
  // RFC 5929 4.1: without a single hash function the binding is not defined (Ed25519).
  if (digest == NID_undef) return no_end_point_hash();
  return digest_of(der(), OBJ_nid2sn(end_point_digest(digest)));
}

Result<Bytes> Certificate::fingerprint(const char* digest) const {
  return digest_of(der(), digest);
}

Result<Bytes> Certificate::key_identifier() const {
  const ASN1_OCTET_STRING* own = X509_get0_subject_key_id(native_->x509.get());
  if (own == nullptr) return digest_of(subject_public_key(), SN_sha1);
  const std::uint8_t* data = ASN1_STRING_get0_data(own);
  return Bytes(data, data + ASN1_STRING_length(own));
}

const std::vector<Certificate>& Certificate::presented_with() const {
  return native_->presented_with;
}

std::int64_t Certificate::not_after() const {
  constexpr std::int64_t kSecondsPerDay = 86400;
  int days = 0, seconds = 0;
  const OwnedTime epoch(ASN1_TIME_set(nullptr, 0));
  if (ASN1_TIME_diff(&days, &seconds, epoch.get(), X509_get0_notAfter(native_->x509.get())) != 1) {
    return 0;
  }
  return days * kSecondsPerDay + seconds;
}

std::string Certificate::subject_name() const {
  const OwnedBio out(BIO_new(BIO_s_mem()));
  if (out == nullptr) return {};
  // RFC 2253 escapes control characters; without ESC_MSB the text stays UTF-8.
  const unsigned long flags = XN_FLAG_RFC2253 & ~static_cast<unsigned long>(ASN1_STRFLGS_ESC_MSB);
  X509_NAME_print_ex(out.get(), X509_get_subject_name(native_->x509.get()), 0, flags);
  const ByteView text = contents(out.get());
  return std::string(text.begin(), text.end());
}

std::string Certificate::user_principal_name() const {
  const OwnedNames names(static_cast<GENERAL_NAMES*>(
      X509_get_ext_d2i(native_->x509.get(), NID_subject_alt_name, nullptr, nullptr)));
  ERR_clear_error();
  for (int i = 0; i < sk_GENERAL_NAME_num(names.get()); ++i) {
    const GENERAL_NAME* name = sk_GENERAL_NAME_value(names.get(), i);
    if (name->type != GEN_OTHERNAME) continue;
    const OTHERNAME& other = *name->d.otherName;
    if (OBJ_obj2nid(other.type_id) != NID_ms_upn || other.value->type != V_ASN1_UTF8STRING)
      continue;
    const ASN1_UTF8STRING* text = other.value->value.utf8string;
    const std::string upn(reinterpret_cast<const char*>(ASN1_STRING_get0_data(text)),
                          static_cast<std::size_t>(ASN1_STRING_length(text)));
    // A zero would end it for those who take C strings.
    return upn.find('\0') == std::string::npos && utf8_to_utf16(upn) ? upn : std::string();
  }
  return {};
}

bool Certificate::is_for_smart_card_logon() const {
  const OwnedUsages usages(static_cast<EXTENDED_KEY_USAGE*>(
      X509_get_ext_d2i(native_->x509.get(), NID_ext_key_usage, nullptr, nullptr)));
  ERR_clear_error();
  for (int i = 0; i < sk_ASN1_OBJECT_num(usages.get()); ++i) {
    const int usage = OBJ_obj2nid(sk_ASN1_OBJECT_value(usages.get(), i));
    if (usage == NID_ms_smartcard_login || usage == NID_pkInitClientAuth) return true;
  }
  return false;
}

bool Certificate::names_revocation_source() const {
  X509* const x509 = native_->x509.get();
  if (X509_get_ext_by_NID(x509, NID_crl_distribution_points, -1) >= 0) return true;
  STACK_OF(OPENSSL_STRING)* const responders = X509_get1_ocsp(x509);
  const bool has_any = sk_OPENSSL_STRING_num(responders) > 0;
  X509_email_free(responders);
  return has_any;
}

Result<Bytes> Certificate::sha1_thumbprint() const {
  return digest_of(der(), SN_sha1);
}

}  // namespace opensspi::x509
