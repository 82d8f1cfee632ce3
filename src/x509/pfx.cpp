// PKCS#12 (RFC 7292): what Windows exports a certificate with its key as.
//
// Old Windows encrypts with RC2-40 and 3DES; RC2 lives in OpenSSL's legacy provider. That one is
// loaded into a context of its own, which dies with this import, and what was read is carried
// over as DER, so the library's context never has it.
#include <openssl/err.h>
#include <openssl/pkcs12.h>
#include <openssl/pkcs12err.h>
#include <openssl/provider.h>
#include <openssl/x509v3.h>

#include <algorithm>

#include "base/secret.h"
#include "crypto/openssl.h"
#include "x509/chain.h"
#include "x509/native.h"

namespace opensspi::x509 {
namespace {

struct FreeSafes {
  void operator()(STACK_OF(PKCS7) * safes) const { sk_PKCS7_pop_free(safes, PKCS7_free); }
};
struct FreeBags {
  void operator()(STACK_OF(PKCS12_SAFEBAG) * bags) const {
    sk_PKCS12_SAFEBAG_pop_free(bags, PKCS12_SAFEBAG_free);
  }
};

using OwnedLibrary = std::unique_ptr<OSSL_LIB_CTX, FreedBy<OSSL_LIB_CTX_free>>;
using OwnedProvider = std::unique_ptr<OSSL_PROVIDER, FreedBy<OSSL_PROVIDER_unload>>;
using OwnedPkcs12 = std::unique_ptr<PKCS12, FreedBy<PKCS12_free>>;

// The context of one import; while it lives it is this thread's default, because OpenSSL 3.0 looks
// up some of PKCS#12's algorithms there. The members die in reverse order.
class Workshop {
 public:
  Workshop() {
    if (library_ == nullptr) return;  // a null context would mean the host program's
    standard_.reset(OSSL_PROVIDER_load(library_.get(), "default"));
    legacy_.reset(OSSL_PROVIDER_try_load(library_.get(), "legacy", 1));
    hosts_ = OSSL_LIB_CTX_set0_default(library_.get());
  }
  Workshop(const Workshop&) = delete;
  Workshop& operator=(const Workshop&) = delete;
  ~Workshop() { OSSL_LIB_CTX_set0_default(hosts_); }  // null changes nothing

  [[nodiscard]] OSSL_LIB_CTX* library() const { return library_.get(); }
  [[nodiscard]] bool ready() const { return standard_ != nullptr; }
  [[nodiscard]] bool has_legacy() const { return legacy_ != nullptr; }

 private:
  OwnedLibrary library_{OSSL_LIB_CTX_new()};
  OwnedProvider standard_, legacy_;
  OSSL_LIB_CTX* hosts_ = nullptr;
};

using OwnedSafes = std::unique_ptr<STACK_OF(PKCS7), FreeSafes>;
using OwnedBags = std::unique_ptr<STACK_OF(PKCS12_SAFEBAG), FreeBags>;
using OwnedKeyInfo = std::unique_ptr<PKCS8_PRIV_KEY_INFO, FreedBy<PKCS8_PRIV_KEY_INFO_free>>;

struct Contents {
  struct Named {
    OwnedX509 x509;
    std::string name;  // UTF-8
  };
  std::vector<Named> certificates;
  std::vector<OwnedPkey> keys;
};

constexpr int kMaxDepth = 4;                          // of bags in bags
constexpr std::uint32_t kWrongPassword = 0xC000006A;  // STATUS_WRONG_PASSWORD

Error why_not_parsed(bool has_legacy) {
  bool unsupported = false;
  while (const unsigned long code = ERR_get_error())
    unsupported |= ERR_GET_REASON(code) == ERR_R_UNSUPPORTED;
  if (unsupported && !has_legacy) {
    return {Status::UnknownCredentials,
            "the PFX is encrypted with an old algorithm (RC2) and OpenSSL's legacy provider, which "
            "has it, is not installed"};
  }
  if (unsupported) {
    return {Status::UnknownCredentials,
            "the PFX is encrypted with an algorithm that OpenSSL does not have"};
  }
  return {Status::UnknownCredentials, "the PFX is damaged"};
}

// RFC 7292 B.1: no password and an empty one are different keys, and programs mean either by none.
bool find_password(PKCS12* pkcs12, const char*& password) {
  if (*password != 0)
    return PKCS12_mac_present(pkcs12) == 0 || PKCS12_verify_mac(pkcs12, password, -1) == 1;
  if (PKCS12_mac_present(pkcs12) != 0 && PKCS12_verify_mac(pkcs12, "", 0) == 1) return true;
  password = nullptr;
  return PKCS12_mac_present(pkcs12) == 0 || PKCS12_verify_mac(pkcs12, nullptr, 0) == 1;
}

std::string friendly_name_of(PKCS12_SAFEBAG* bag) {
  const ASN1_TYPE* const value = PKCS12_SAFEBAG_get0_attr(bag, NID_friendlyName);
  if (value == nullptr || value->type != V_ASN1_BMPSTRING) return {};
  std::uint8_t* utf8 = nullptr;
  const int size = ASN1_STRING_to_UTF8(&utf8, value->value.bmpstring);
  if (size < 0) return {};
  std::string text(reinterpret_cast<const char*>(utf8), static_cast<std::size_t>(size));
  OPENSSL_free(utf8);
  return text;
}

bool add_key(const PKCS8_PRIV_KEY_INFO* info, Contents& contents) {
  OwnedPkey key(info != nullptr ? EVP_PKCS82PKEY(info) : nullptr);
  const bool read = key != nullptr;
  if (read) contents.keys.push_back(std::move(key));
  return read;
}

bool add_certificate(PKCS12_SAFEBAG* bag, Contents& contents) {
  if (PKCS12_SAFEBAG_get_bag_nid(bag) != NID_x509Certificate) return true;
  OwnedX509 x509(PKCS12_SAFEBAG_get1_cert(bag));
  const bool read = x509 != nullptr;
  if (read) contents.certificates.push_back({std::move(x509), friendly_name_of(bag)});
  return read;
}

bool add_all(const STACK_OF(PKCS12_SAFEBAG) * bags, const char* password, Contents& contents,
             int depth) {
  for (int i = 0; i < sk_PKCS12_SAFEBAG_num(bags); ++i) {
    PKCS12_SAFEBAG* const bag = sk_PKCS12_SAFEBAG_value(bags, i);
    bool read = true;
    switch (PKCS12_SAFEBAG_get_nid(bag)) {
      case NID_keyBag:
        read = add_key(PKCS12_SAFEBAG_get0_p8inf(bag), contents);
        break;
      case NID_pkcs8ShroudedKeyBag:
        read = add_key(OwnedKeyInfo(PKCS12_decrypt_skey(bag, password, -1)).get(), contents);
        break;
      case NID_certBag:
        read = add_certificate(bag, contents);
        break;
      case NID_safeContentsBag:
        read = depth != 0 && add_all(PKCS12_SAFEBAG_get0_safes(bag), password, contents, depth - 1);
        break;
      default:
        break;
    }
    if (!read) return false;
  }
  return true;
}

bool add_safe(PKCS7* safe, const char* password, Contents& contents) {
  OwnedBags bags;
  switch (OBJ_obj2nid(safe->type)) {
    case NID_pkcs7_data:
      bags.reset(PKCS12_unpack_p7data(safe));
      break;
    case NID_pkcs7_encrypted:
      bags.reset(PKCS12_unpack_p7encdata(safe, password, -1));
      break;
    default:
      return true;  // for a public key, which nobody uses
  }
  return bags != nullptr && add_all(bags.get(), password, contents, kMaxDepth);
}

Result<Contents> parse(const Workshop& workshop, ByteView pfx, ByteView password) {
  PKCS12* decoded = PKCS12_init_ex(NID_pkcs7_data, workshop.library(), nullptr);
  const std::uint8_t* position = pfx.data();
  // d2i fills it, or frees it and clears the pointer.
  d2i_PKCS12(&decoded, &position, static_cast<long>(pfx.size()));
  const OwnedPkcs12 pkcs12(decoded);
  if (pkcs12 == nullptr || position == pfx.data()) {
    ERR_clear_error();
    return fail(Status::UnknownCredentials, "the bytes are not a PFX (PKCS#12) file");
  }
  SecretBytes terminated(password.size() + 1);  // OpenSSL wants a C string
  std::copy(password.begin(), password.end(), terminated.expose_mutable().begin());
  ERR_clear_error();
  const auto* text = reinterpret_cast<const char*>(terminated.expose().data());
  if (!find_password(pkcs12.get(), text)) {
    ERR_clear_error();
    return fail(Status::UnknownCredentials, "the password does not open the PFX", kWrongPassword);
  }
  const OwnedSafes safes(PKCS12_unpack_authsafes(pkcs12.get()));
  bool read = safes != nullptr;
  Contents contents;
  for (int i = 0; read && i < sk_PKCS7_num(safes.get()); ++i)
    read = add_safe(sk_PKCS7_value(safes.get(), i), text, contents);
  if (!read) return fail(why_not_parsed(workshop.has_legacy()));
  ERR_clear_error();
  if (contents.certificates.empty())
    return fail(Status::UnknownCredentials, "the PFX holds no certificate");
  return contents;
}

Result<Certificate> carried_over(X509* x509) {
  const Bytes der = der_of(x509);
  if (der.empty()) return fail(Status::UnknownCredentials, "a certificate in the PFX is damaged");
  return Certificate::from_der(der);
}

Result<OwnedPkey> carried_over(EVP_PKEY* key) {
  const int size = i2d_PrivateKey(key, nullptr);
  if (size <= 0) return fail(Status::UnknownCredentials, "the PFX's private key is damaged");
  SecretBytes der(static_cast<std::size_t>(size));
  std::uint8_t* end = der.expose_mutable().data();
  i2d_PrivateKey(key, &end);
  const std::uint8_t* position = der.expose().data();
  OwnedPkey copy(
      d2i_AutoPrivateKey_ex(nullptr, &position, size, crypto::library_context(), nullptr));
  ERR_clear_error();
  if (copy == nullptr) {
    return fail(Status::UnknownCredentials, "the PFX's private key is of a kind that TLS lacks");
  }
  return copy;
}

// Gives the key to its certificate, with the issuers of that in their order; one that nobody has is
// nobody's.
Result<void> give_key(OwnedPkey key, std::vector<KeyPair>& pairs) {
  std::vector<Certificate> all;
  for (const KeyPair& pair : pairs) all.push_back(pair.chain.front());
  for (KeyPair& pair : pairs) {
    const Certificate own = pair.chain.front();
    if (pair.key != nullptr || X509_check_private_key(own.native().x509.get(), key.get()) != 1)
      continue;
    std::vector<Certificate> others = all;
    std::erase_if(others, [&](const Certificate& other) { return other.der() == own.der(); });
    std::string name = std::move(pair.friendly_name);
    TRY_ASSIGN(pair, paired(with_issuers(own, std::move(others)), std::move(key)));
    pair.friendly_name = std::move(name);
    break;
  }
  ERR_clear_error();
  return {};
}

}  // namespace

Result<std::vector<KeyPair>> certificates_from_pfx(ByteView pfx, ByteView password) {
  const Workshop workshop;
  if (!workshop.ready()) {
    return fail(Status::CryptoSystemInvalid, "OpenSSL's default provider cannot be loaded");
  }
  TRY_ASSIGN(const Contents contents, parse(workshop, pfx, password));
  std::vector<KeyPair> pairs;
  for (const auto& [x509, name] : contents.certificates) {
    TRY_ASSIGN(Certificate certificate, carried_over(x509.get()));
    pairs.emplace_back();
    pairs.back().chain.push_back(std::move(certificate));
    pairs.back().friendly_name = name;
  }
  for (const OwnedPkey& key : contents.keys) {
    TRY_ASSIGN(OwnedPkey copy, carried_over(key.get()));
    TRY(give_key(std::move(copy), pairs));
  }
  std::ranges::stable_partition(pairs, [](const KeyPair& pair) { return pair.key != nullptr; });
  return pairs;
}

}  // namespace opensspi::x509
