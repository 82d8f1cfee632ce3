// What was agreed, by whom, and what binds other protocols to it.
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/kdf.h>
#include <openssl/objects.h>
#include <openssl/ssl.h>

#include <algorithm>
#include <array>
#include <utility>
#include <vector>

#include "crypto/openssl.h"
#include "tls/native.h"
#include "tls/session.h"

namespace opensspi::tls {
namespace {

constexpr std::string_view kEndPointPrefix = "tls-server-end-point:";  // RFC 5929 4
constexpr std::string_view kUniquePrefix = "tls-unique:";              // RFC 5929 3
constexpr std::string_view kExporterPrefix = "tls-exporter:";          // RFC 9266 2
constexpr std::string_view kExporterLabel = "EXPORTER-Channel-Binding";
constexpr std::size_t kExporterSize = 32;

constexpr std::string_view kEapLabel = "client EAP encryption";  // RFC 5216 2.3
constexpr std::size_t kEapKeysSize = 128, kEapIvSize = 64;

int nid_of(const Group& group) {
  const int nist = EC_curve_nist2nid(group.openssl_name);
  return nist != NID_undef ? nist : OBJ_sn2nid(group.openssl_name);
}

std::uint32_t group_number(int nid) {
  const auto known = std::ranges::find(kGroups, nid, nid_of);
  return known == kGroups.end() ? 0 : known->number;
}

std::uint32_t mac_bits(const SSL_CIPHER* cipher) {
  if (SSL_CIPHER_is_aead(cipher) != 0) return 0;
  const EVP_MD* mac = EVP_get_digestbynid(SSL_CIPHER_get_digest_nid(cipher));
  return static_cast<std::uint32_t>(EVP_MD_get_size(mac)) * 8;
}

// Whose key the server signed with.
std::optional<KeyKind> signer_of(const SSL* ssl) {
  int type = NID_undef;
  const int known = SSL_is_server(ssl) != 0 ? SSL_get_signature_type_nid(ssl, &type)
                                            : SSL_get_peer_signature_type_nid(ssl, &type);
  if (known != 1) return std::nullopt;
  return key_kind(type == EVP_PKEY_RSA_PSS ? EVP_PKEY_RSA : type);
}

// RFC 5929 3: the first Finished message, the client's in a full handshake and the server's in an
// abbreviated one.
Bytes first_finished(const SSL* ssl) {
  const bool own = (SSL_is_server(ssl) != 0) == (SSL_session_reused(ssl) != 0);
  Bytes finished(EVP_MAX_MD_SIZE);
  finished.resize(own ? SSL_get_finished(ssl, finished.data(), finished.size())
                      : SSL_get_peer_finished(ssl, finished.data(), finished.size()));
  return finished;
}

// The hash of the PRF: for suites older than TLS 1.2 libssl names the one of TLS 1.0, whatever is
// spoken. RFC 5246 5, RFC 2246 5
const char* prf_hash(const SSL* ssl) {
  if (SSL_version(ssl) < TLS1_2_VERSION) return SN_md5_sha1;
  const EVP_MD* hash = SSL_CIPHER_get_handshake_digest(SSL_get_current_cipher(ssl));
  return EVP_MD_is_a(hash, SN_md5_sha1) == 1 ? SN_sha256 : EVP_MD_get0_name(hash);
}

// The PRF over no secret, this label and both randoms. RFC 5216 2.3
bool eap_iv(const SSL* ssl, ByteSpan iv) {
  Bytes seed = copy(view(kEapLabel));
  std::array<std::uint8_t, SSL3_RANDOM_SIZE> random{};
  SSL_get_client_random(ssl, random.data(), random.size());
  append(seed, random);
  SSL_get_server_random(ssl, random.data(), random.size());
  append(seed, random);
  const std::unique_ptr<EVP_KDF, x509::FreedBy<EVP_KDF_free>> prf(
      EVP_KDF_fetch(crypto::library_context(), OSSL_KDF_NAME_TLS1_PRF, nullptr));
  const std::unique_ptr<EVP_KDF_CTX, x509::FreedBy<EVP_KDF_CTX_free>> ctx(
      EVP_KDF_CTX_new(prf.get()));
  char none = 0;
  const std::array parameters = {
      OSSL_PARAM_construct_utf8_string(OSSL_KDF_PARAM_DIGEST, const_cast<char*>(prf_hash(ssl)), 0),
      OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_SECRET, &none, 0),
      OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_SEED, seed.data(), seed.size()),
      OSSL_PARAM_construct_end()};
  return ctx != nullptr && EVP_KDF_derive(ctx.get(), iv.data(), iv.size(), parameters.data()) == 1;
}

// libssl's list has the end entity itself on a client and does not on a server.
std::vector<x509::Certificate> presented_issuers(const SSL* ssl) {
  return certificates_from(SSL_get_peer_cert_chain(ssl), SSL_is_server(ssl) != 0 ? 0 : 1);
}

}  // namespace

ConnectionInfo Session::connection_info() const {
  SSL* ssl = native_->ssl.get();
  ConnectionInfo info;
  const SSL_CIPHER* cipher = SSL_get_current_cipher(ssl);
  if (!native_->has_agreed || cipher == nullptr) return info;
  info.version = static_cast<Version>(SSL_version(ssl));
  info.cipher_suite = SSL_CIPHER_get_protocol_id(cipher);
  info.cipher_suite_name = SSL_CIPHER_standard_name(cipher);
  info.cipher_strength = static_cast<std::uint32_t>(SSL_CIPHER_get_bits(cipher, nullptr));
  info.hash_strength = mac_bits(cipher);
  info.key_exchange_group = group_number(static_cast<int>(SSL_get_negotiated_group(ssl)));
  info.signer = signer_of(ssl);
  info.resumed = SSL_session_reused(ssl) != 0;
  return info;
}

std::vector<x509::Certificate> certificates_from(const STACK_OF(X509) * shown, int first) {
  std::vector<x509::Certificate> certificates;
  for (int i = first; i < sk_X509_num(shown); ++i) {
    auto one = x509::certificate_of(x509::shared(sk_X509_value(shown, i)));
    if (one) certificates.push_back(*std::move(one));
  }
  return certificates;
}

std::optional<x509::Certificate> peer_certificate_of(const SSL* ssl) {
  X509* peer = SSL_get0_peer_certificate(ssl);
  if (peer == nullptr) return std::nullopt;
  auto certificate = x509::certificate_of(x509::shared(peer), presented_issuers(ssl));
  if (!certificate) return std::nullopt;
  return *std::move(certificate);
}

std::optional<x509::Certificate> Session::peer_certificate() const {
  return peer_certificate_of(native_->ssl.get());
}

std::optional<x509::Certificate> Session::local_certificate() const {
  SSL* ssl = native_->ssl.get();
  int signature = NID_undef;  // of this side's CertificateVerify or ServerKeyExchange
  if (SSL_get_signature_nid(ssl, &signature) != 1) return std::nullopt;
  const X509* used = SSL_get_certificate(ssl);  // the very object that it was set up with
  for (const auto* one : {native_->parameters.get(), native_->identity.get()}) {
    if (one == nullptr) continue;
    for (const auto& pair : one->options().key_pairs) {
      if (pair->chain.front().native().x509.get() == used) return pair->chain.front();
    }
  }
  return std::nullopt;
}

Result<Bytes> Session::unique_binding() const {
  if (!native_->has_agreed) {
    return fail(Status::InvalidHandle, "the TLS handshake is not complete");
  }
  SSL* ssl = native_->ssl.get();
  if (SSL_version(ssl) != TLS1_3_VERSION) {
    Bytes binding = copy(view(kUniquePrefix));
    append(binding, first_finished(ssl));
    return binding;
  }
  Bytes binding = copy(view(kExporterPrefix));
  binding.resize(kExporterPrefix.size() + kExporterSize);
  // RFC 9266 2: the context is present and of length zero.
  if (SSL_export_keying_material(ssl, binding.data() + kExporterPrefix.size(), kExporterSize,
                                 kExporterLabel.data(), kExporterLabel.size(), nullptr, 0,
                                 1) != 1) {
    return fail(Status::InternalError, "the TLS session exports no keys");
  }
  return binding;
}

Result<SecretBytes> Session::eap_key_block() const {
  if (!native_->has_agreed) return fail(Status::InvalidHandle, "the TLS handshake is not complete");
  SSL* ssl = native_->ssl.get();
  if (SSL_version(ssl) == TLS1_3_VERSION)
    return fail(Status::UnsupportedFunction, "TLS 1.3 has no key block for EAP");
  SecretBytes block(kEapKeysSize + kEapIvSize);
  const ByteSpan keys = block.expose_mutable().first(kEapKeysSize);
  if (SSL_export_keying_material(ssl, keys.data(), keys.size(), kEapLabel.data(), kEapLabel.size(),
                                 nullptr, 0, 0) != 1 ||
      !eap_iv(ssl, block.expose_mutable().subspan(kEapKeysSize))) {
    return fail(Status::InternalError, "the TLS session exports no keys");
  }
  return block;
}

Result<SecretBytes> Session::export_keys(std::string_view label, std::optional<ByteView> context,
                                         std::size_t size) const {
  if (!native_->has_agreed) return fail(Status::InvalidHandle, "the TLS handshake is not complete");
  SecretBytes keys(size);
  const ByteView bytes = context.value_or(ByteView());
  if (SSL_export_keying_material(native_->ssl.get(), keys.expose_mutable().data(), size,
                                 label.data(), label.size(), bytes.data(), bytes.size(),
                                 context ? 1 : 0) != 1) {
    ERR_clear_error();
    return fail(Status::InvalidParameter, "TLS exports no keys of that label");
  }
  return keys;
}

Result<Bytes> Session::end_point_binding() const {
  const bool server = native_->parameters->native().server;
  std::optional<x509::Certificate> certificate = server ? local_certificate() : peer_certificate();
  // A session that was taken up again signed nothing: which certificate it was is clear when there
  // is but one.
  const auto& pairs = native_->parameters->options().key_pairs;
  if (!certificate && server && pairs.size() == 1) certificate = pairs.front()->chain.front();
  if (!certificate)
    return fail(Status::UnsupportedFunction, "which certificate the session had is not known");
  TRY_ASSIGN(const Bytes hash, certificate->end_point_hash());
  Bytes binding = copy(view(kEndPointPrefix));
  append(binding, hash);
  return binding;
}

Bytes Session::session_id() const {
  unsigned int size = 0;
  const SSL_SESSION* session = SSL_get0_session(native_->ssl.get());
  const std::uint8_t* id = session == nullptr ? nullptr : SSL_SESSION_get_id(session, &size);
  return copy(ByteView(id, size));
}

Bytes Session::protocol() const {
  const unsigned char* name = nullptr;
  unsigned int size = 0;
  SSL_get0_alpn_selected(native_->ssl.get(), &name, &size);
  return copy(ByteView(name, size));
}

std::vector<Bytes> Session::wanted_authorities() const {
  std::vector<Bytes> names;
  const STACK_OF(X509_NAME)* wanted = SSL_get0_peer_CA_list(native_->ssl.get());
  for (int i = 0; i < sk_X509_NAME_num(wanted); ++i) {
    const unsigned char* der = nullptr;
    std::size_t size = 0;
    if (X509_NAME_get0_der(sk_X509_NAME_value(wanted, i), &der, &size) == 1)
      names.push_back(copy(ByteView(der, size)));
  }
  return names;
}

}  // namespace opensspi::tls
