// The settings of TLS that sessions share, made once per credential: an SSL_CTX costs 200 us, a
// session out of it 2 us. Everything that a system's openssl.cnf could change is set here, so the
// host program's configuration does not decide what this library speaks.
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include <algorithm>
#include <mutex>
#include <ranges>
#include <set>

#include "crypto/openssl.h"
#include "tls/failure.h"
#include "tls/native.h"

namespace opensspi::tls {
namespace {

// What TLS 1.0 and 1.1 sign with is below any level.
int security_level(Version minimum) {
  return minimum < Version::Tls12 ? 0 : x509::kSecurityLevel;
}

constexpr std::uint64_t kOptions =
    SSL_OP_NO_COMPRESSION | SSL_OP_ENABLE_MIDDLEBOX_COMPAT | SSL_OP_CIPHER_SERVER_PREFERENCE;

// RFC 8446 4.2.3: an RSA key that cannot make PSS signatures is one of TLS 1.2 at most, and there
// only where none are agreed on.
void leave_out_pss(Options& options) {
  const auto cannot = [](const std::shared_ptr<const x509::KeyPair>& pair) {
    return pair != nullptr && pair->key != nullptr && pair->key->lacks_pss();
  };
  if (std::ranges::none_of(options.key_pairs, cannot)) return;
  options.maximum = std::min(options.maximum, Version::Tls12);
  options.algorithms.signatures.keep_if([](const Signature& row) {
    return !std::string_view(row.openssl_name).starts_with("RSA-PSS");
  });
}

// Takes out what does not fit together, so that the options say what sessions can agree on.
Result<void> settle(Options& options) {
  leave_out_pss(options);
  Algorithms& algorithms = options.algorithms;
  algorithms.suites.keep_if([&](const CipherSuite& suite) {
    bool is_spoken = false;
    for (const Version version : kVersions) {
      is_spoken |=
          suite.serves(version) && version >= options.minimum && version <= options.maximum;
    }
    return is_spoken && (!suite.signer || algorithms.can_sign_with(*suite.signer));
  });
  if (algorithms.suites.empty() || algorithms.groups.empty() || algorithms.signatures.empty()) {
    return fail(Status::AlgorithmMismatch, "no algorithm is left that TLS could use");
  }
  const auto is_left = [&](Version version) {
    return algorithms.suites.any_of([=](const CipherSuite& row) { return row.serves(version); });
  };
  options.minimum = std::max(options.minimum, *std::ranges::find_if(kVersions, is_left));
  options.maximum =
      std::min(options.maximum, *std::ranges::find_if(kVersions | std::views::reverse, is_left));
  return {};
}

void write_key_log(const SSL* ssl, const char* line) {
  const auto* native =
      static_cast<const Parameters::Native*>(SSL_CTX_get_app_data(SSL_get_SSL_CTX(ssl)));
  native->options.key_log(line);
}

template <class Rows>
std::string list_of(const Rows& rows) {
  std::string list;
  for (const auto& row : rows) {
    if (!list.empty()) list += ':';
    list += row.openssl_name;
  }
  return list;
}

bool set_cipher_suites(SSL_CTX* ctx, const Algorithms& algorithms) {
  std::vector<CipherSuite> tls12, tls13;
  for (const CipherSuite& suite : algorithms.suites.rows()) {
    (suite.serves(Version::Tls13) ? tls13 : tls12).push_back(suite);
  }
  return SSL_CTX_set_ciphersuites(ctx, list_of(tls13).c_str()) == 1 &&
         (tls12.empty() || SSL_CTX_set_cipher_list(ctx, list_of(tls12).c_str()) == 1);
}

bool set_algorithms(SSL_CTX* ctx, const Options& options) {
  const Algorithms& algorithms = options.algorithms;
  SSL_CTX_set_security_level(ctx, security_level(options.minimum));
  SSL_CTX_set_block_padding(ctx, 1);  // none: the trailer's length is announced by stream_sizes()
  return SSL_CTX_set_min_proto_version(ctx, static_cast<int>(options.minimum)) == 1 &&
         SSL_CTX_set_max_proto_version(ctx, static_cast<int>(options.maximum)) == 1 &&
         set_cipher_suites(ctx, algorithms) &&
         SSL_CTX_set1_groups_list(ctx, list_of(algorithms.groups.rows()).c_str()) == 1 &&
         SSL_CTX_set1_sigalgs_list(ctx, list_of(algorithms.signatures.rows()).c_str()) == 1;
}

// A server remembers nothing: all is in its tickets, whose keys are the SSL_CTX's own. What a
// client is given goes to whoever asks the session for it.
bool set_resumption(SSL_CTX* ctx, const Options& options) {
  const bool tickets = options.session_tickets;
  SSL_CTX_set_session_cache_mode(
      ctx, tickets ? SSL_SESS_CACHE_CLIENT | SSL_SESS_CACHE_NO_INTERNAL : SSL_SESS_CACHE_OFF);
  SSL_CTX_sess_set_new_cb(ctx, keep_resumption);
  SSL_CTX_set_timeout(ctx, static_cast<long>(options.session_lifespan_s));
  if (!tickets) SSL_CTX_set_options(ctx, SSL_OP_NO_TICKET);
  return SSL_CTX_set_num_tickets(ctx, tickets ? 1 : 0) == 1;
}

Result<void> name_authorities(SSL_CTX* ctx, const std::vector<x509::Certificate>& authorities) {
  for (const x509::Certificate& authority : authorities) {
    if (SSL_CTX_add_client_CA(ctx, authority.native().x509.get()) != 1) {
      return fail(Status::InsufficientMemory, "no memory for the names of authorities");
    }
  }
  return {};
}

bool is_root(X509* certificate) {
  return (X509_get_extension_flags(certificate) & EXFLAG_SS) != 0;  // self-signed
}

// The issuers that go to the peer after the end entity.
Result<x509::OwnedStack> issuers_to_send(const x509::KeyPair& pair, bool send_root) {
  x509::OwnedStack issuers(sk_X509_new_null());
  if (issuers == nullptr) return fail(Status::InsufficientMemory, "no memory for the chain");
  for (std::size_t i = 1; i < pair.chain.size(); ++i) {
    X509* const issuer = pair.chain[i].native().x509.get();
    if (!send_root && is_root(issuer)) continue;
    if (sk_X509_push(issuers.get(), issuer) == 0) {
      return fail(Status::InsufficientMemory, "no memory for the chain");
    }
  }
  return issuers;
}

int use_certificate(SSL_CTX* ctx, X509* certificate, EVP_PKEY* key, STACK_OF(X509) * issuers) {
  return SSL_CTX_use_cert_and_key(ctx, certificate, key, issuers, 1);
}

int use_certificate(SSL* ssl, X509* certificate, EVP_PKEY* key, STACK_OF(X509) * issuers) {
  return SSL_use_cert_and_key(ssl, certificate, key, issuers, 1);
}

template <class Target>
Result<void> use_key_pair(Target* target, const x509::KeyPair& pair, bool send_root) {
  TRY_ASSIGN(const x509::OwnedStack issuers, issuers_to_send(pair, send_root));
  ERR_clear_error();
  const int used = use_certificate(target, pair.chain.front().native().x509.get(),
                                   pair.key->native().key.get(), issuers.get());
  if (used == 1) return {};
  const int reason = ERR_GET_REASON(ERR_peek_error());
  ERR_clear_error();
  if (reason == SSL_R_EE_KEY_TOO_SMALL || reason == SSL_R_CA_KEY_TOO_SMALL) {
    return fail(Status::UnknownCredentials,
                "a certificate's key is too short for TLS (RSA needs 2048 bits)");
  }
  if (reason == SSL_R_CA_MD_TOO_WEAK) {
    return fail(Status::UnknownCredentials, "a certificate is signed with too weak a hash");
  }
  return fail(Status::UnknownCredentials, "TLS cannot use the certificate with its private key");
}

bool can_show(const Algorithms& algorithms, KeyKind kind) {
  // RFC 8422 5.10: the suites of ECDSA are EdDSA's too.
  const KeyKind of_suite = kind == KeyKind::Rsa ? KeyKind::Rsa : KeyKind::Ecdsa;
  return algorithms.can_sign_with(kind) && algorithms.suites.any_of([=](const CipherSuite& suite) {
    return !suite.signer || *suite.signer == of_suite;
  });
}

// The first comes last, because a TLS 1.2 client of libssl shows what was set last.
template <class Target>
Result<void> use_all_key_pairs(Target* target, const Options& options) {
  std::set<KeyKind> seen;
  for (auto at = options.key_pairs.rbegin(); at != options.key_pairs.rend(); ++at) {
    const x509::KeyPair* pair = at->get();
    if (pair == nullptr || pair->chain.empty() || pair->key == nullptr) {
      return fail(Status::NoCredentials, "TLS needs a certificate with its private key");
    }
    const std::optional<KeyKind> kind =
        key_kind(EVP_PKEY_get_base_id(pair->key->native().key.get()));
    if (!kind) return fail(Status::UnknownCredentials, "TLS cannot use that kind of private key");
    if (!can_show(options.algorithms, *kind)) {
      return fail(Status::AlgorithmMismatch, "no algorithm is left for the certificate's key");
    }
    if (!seen.insert(*kind).second) {
      return fail(Status::UnknownCredentials, "TLS shows one certificate for each kind of key");
    }
    TRY(use_key_pair(target, *pair, options.send_root));
  }
  return {};
}

// `options` have been settled.
Result<std::shared_ptr<const Parameters>> make(Options options, bool server) {
  auto native = std::make_unique<Parameters::Native>();
  native->server = server;
  native->options = std::move(options);
  const SSL_METHOD* method = server ? TLS_server_method() : TLS_client_method();
  native->ctx.reset(SSL_CTX_new_ex(crypto::library_context(), nullptr, method));
  SSL_CTX* ctx = native->ctx.get();
  if (ctx == nullptr) return fail(Status::InsufficientMemory, "no memory for TLS");
  SSL_CTX_clear_options(ctx, SSL_CTX_get_options(ctx));
  SSL_CTX_set_options(ctx, kOptions);
  SSL_CTX_set_mode(ctx, SSL_MODE_RELEASE_BUFFERS);  // an idle session shrinks from 47 KB to 14 KB
  SSL_CTX_set_quiet_shutdown(ctx, 0);
  if (server || !native->options.renegotiates) SSL_CTX_set_options(ctx, SSL_OP_NO_RENEGOTIATION);
  // [MS-CSSP] 3.1.5: the server asks for no client certificate. Who asks, and who judges, says so
  // in its session.
  SSL_CTX_set_verify(ctx, SSL_VERIFY_NONE, nullptr);
  SSL_CTX_set_cert_verify_callback(ctx, judge_peer, nullptr);
  SSL_CTX_set_info_callback(ctx, note_message);
  if (server) SSL_CTX_set_alpn_select_cb(ctx, select_protocol, nullptr);
  if (!set_algorithms(ctx, native->options) || !set_resumption(ctx, native->options)) {
    ERR_clear_error();
    return fail(Status::CryptoSystemInvalid, "OpenSSL lacks an algorithm that TLS needs");
  }
  TRY(name_authorities(ctx, native->options.client_authorities));
  TRY(use_all_key_pairs(ctx, native->options));
  if (native->options.key_log) {
    SSL_CTX_set_app_data(ctx, native.get());
    SSL_CTX_set_keylog_callback(ctx, write_key_log);
  }
  return std::make_shared<const Parameters>(std::move(native));
}

// The last few set-ups that hold nothing of their credential's own. They stay for the life of the
// process: most of its credentials are alike, and making one anew is nearly all that acquiring a
// client's costs.
class LikeParameters {
 public:
  Result<std::shared_ptr<const Parameters>> find_or_make(const Options& options, bool server) {
    if (auto found = find(options, server)) return found;
    TRY_ASSIGN(auto made, make(options, server));
    const std::lock_guard lock(mutex_);
    kept_[next_++ % kept_.size()] = made;
    return made;
  }

 private:
  [[nodiscard]] std::shared_ptr<const Parameters> find(const Options& options, bool server) const {
    const std::lock_guard lock(mutex_);
    for (const auto& kept : kept_) {
      if (kept != nullptr && kept->native().server == server && alike(kept->options(), options)) {
        return kept;
      }
    }
    return nullptr;
  }

  // Of options without certificates, authorities and key log.
  static bool alike(const Options& one, const Options& other) {
    return one.minimum == other.minimum && one.maximum == other.maximum &&
           one.algorithms == other.algorithms && one.session_tickets == other.session_tickets &&
           one.session_lifespan_s == other.session_lifespan_s &&
           one.renegotiates == other.renegotiates;
  }

  mutable std::mutex mutex_;
  std::array<std::shared_ptr<const Parameters>, 4> kept_;
  std::size_t next_ = 0;
};

Result<std::shared_ptr<const Parameters>> parameters_for(Options options, bool server) {
  TRY(settle(options));
  if (!options.key_pairs.empty() || !options.client_authorities.empty() || options.key_log)
    return make(std::move(options), server);
  static auto& like = *new LikeParameters;
  return like.find_or_make(options, server);
}

}  // namespace

std::optional<KeyKind> key_kind(int pkey_id) {
  switch (pkey_id) {
    case EVP_PKEY_RSA:
      return KeyKind::Rsa;
    case EVP_PKEY_EC:
      return KeyKind::Ecdsa;
    case EVP_PKEY_ED25519:
      return KeyKind::Ed25519;
    default:
      return std::nullopt;
  }
}

Result<void> use_key_pairs(SSL* ssl, const Options& options) {
  return use_all_key_pairs(ssl, options);
}

Result<std::shared_ptr<const Parameters>> Parameters::client(const Options& options) {
  return parameters_for(options, false);
}

Result<std::shared_ptr<const Parameters>> Parameters::server(const Options& options) {
  return parameters_for(options, true);
}

Parameters::Parameters(std::unique_ptr<Native> native) : native_(std::move(native)) {}

Parameters::~Parameters() = default;

const Options& Parameters::options() const {
  return native_->options;
}

bool Parameters::speaks(Version version) const {
  return version >= options().minimum && version <= options().maximum;
}

bool Parameters::has_certificate() const {
  return !options().key_pairs.empty();
}

std::optional<std::int64_t> Parameters::not_after() const {
  std::optional<std::int64_t> soonest;
  for (const auto& pair : options().key_pairs) {
    const std::int64_t end = pair->chain.front().not_after();
    soonest = std::min(soonest.value_or(end), end);
  }
  return soonest;
}

}  // namespace opensspi::tls
