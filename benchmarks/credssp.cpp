// CREDSSP and Schannel beside plain OpenSSL: acquiring beside a new SSL_CTX, the whole logon beside
// the TLS handshake alone, messages beside SSL_write and SSL_read.
#include "credssp.h"

#include <cstdlib>
#include <filesystem>

#include "benchmarks.h"
#include "certificate.h"
#include "schannel.h"
#include "tls_pair.h"

namespace bench {
namespace {

constexpr const char* kOpenSsl = "openssl";
constexpr std::size_t kMessageSizes[] = {64, 1024, 16384};

const PemCertificate& certificate() {
  static const PemCertificate made = make_p256_certificate();
  return made;
}

// CREDSSP_CRED with a Schannel part for the server and a SPNEGO part for the client.
class AuthData {
 public:
  AuthData() {
    const PemCertificate& pem = certificate();
    check("opensspi_certificate_from_pem",
          opensspi_certificate_from_pem(pem.certificate.data(), pem.certificate.size(),
                                        pem.key.data(), pem.key.size(), nullptr, &certificate_));
    schannel_.dwVersion = SCHANNEL_CRED_VERSION;
    schannel_.cCreds = 1;
    schannel_.paCred = &certificate_;
    server_.Type = CredsspSchannelCreds;
    server_.pSchannelCred = &schannel_;
    client_.Type = CredsspPasswordCreds;
    client_.pSpnegoCred = User::instance().identity();
  }
  AuthData(const AuthData&) = delete;
  AuthData& operator=(const AuthData&) = delete;
  ~AuthData() { CertFreeCertificateContext(certificate_); }

  [[nodiscard]] CREDSSP_CRED* client() { return &client_; }
  [[nodiscard]] CREDSSP_CRED* server() { return &server_; }
  [[nodiscard]] SCHANNEL_CRED* schannel_server() { return &schannel_; }

 private:
  PCCERT_CONTEXT certificate_ = nullptr;
  SCHANNEL_CRED schannel_{};
  CREDSSP_CRED client_{}, server_{};
};

AuthData& auth_data() {
  static AuthData data;
  return data;
}

Exchange new_exchange() {
  Exchange exchange;
  exchange.table = &our_table();
  exchange.client = std::make_unique<Credential>(our_table(), u"CREDSSP", SECPKG_CRED_OUTBOUND,
                                                 auth_data().client());
  exchange.target_name = u"TERMSRV/server.example.test";
  exchange.client_flags = ISC_REQ_CONFIDENTIALITY | ISC_REQ_INTEGRITY | ISC_REQ_STREAM |
                          ISC_REQ_DELEGATE | ISC_REQ_MUTUAL_AUTH;
  exchange.server_flags =
      ASC_REQ_CONFIDENTIALITY | ASC_REQ_INTEGRITY | ASC_REQ_STREAM | ASC_REQ_DELEGATE;
  return exchange;
}

const Exchange& with_callback() {
  static const Exchange exchange = [] {
    Exchange made = new_exchange();
    made.server = acquire_inbound("CREDSSP", auth_data().server());
    return made;
  }();
  return exchange;
}

// A file of accounts for this run only, with as many accounts as a machine has.
class AccountsFile {
 public:
  AccountsFile() {
    std::string pattern = std::filesystem::temp_directory_path() / "opensspi-bench-XXXXXX";
    if (mkdtemp(pattern.data()) == nullptr) throw std::runtime_error("no temporary folder");
    folder_ = pattern;
    setenv("OPENSSPI_ACCOUNTS", (folder_ / "accounts.db").c_str(), 1);
    opensspi_accounts* accounts = nullptr;
    check("opensspi_accounts_open", opensspi_accounts_open(nullptr, &accounts));
    constexpr int kNumOthers = 20;
    for (int i = 0; i < kNumOthers; ++i) {
      const std::string name = "user" + std::to_string(i);
      check("opensspi_account_add",
            opensspi_account_add(accounts, name.c_str(), User::kDomain, User::kPassword));
    }
    check("opensspi_account_add",
          opensspi_account_add(accounts, User::kName, User::kDomain, User::kPassword));
    opensspi_accounts_close(accounts);
  }
  AccountsFile(const AccountsFile&) = delete;
  AccountsFile& operator=(const AccountsFile&) = delete;
  ~AccountsFile() {
    opensspi_accounts_flush();
    std::error_code ignored;
    std::filesystem::remove_all(folder_, ignored);
  }

 private:
  std::filesystem::path folder_;
};

const Exchange& with_accounts() {
  static const AccountsFile file;
  static const Exchange exchange = [] {
    Exchange made = new_exchange();
    made.server = std::make_unique<Credential>(our_table(), u"CREDSSP", SECPKG_CRED_INBOUND,
                                               auth_data().server());
    return made;
  }();
  return exchange;
}

void add_acquiring() {
  const auto acquire = [](const char16_t* package, ULONG use, void* auth_data) {
    const Credential credential(our_table(), package, use, auth_data);
  };
  const auto new_client = [] {
    const std::unique_ptr<SSL_CTX, FreeSslCtx> ctx(SSL_CTX_new(TLS_client_method()));
  };
  add("credssp_acquire", kOurs,
      [=] { acquire(u"CREDSSP", SECPKG_CRED_OUTBOUND, auth_data().client()); });
  add("credssp_acquire", kOpenSsl, new_client);
  add("schannel_acquire", kOurs, [=] { acquire(u"Schannel", SECPKG_CRED_OUTBOUND, nullptr); });
  add("schannel_acquire", kOpenSsl, new_client);
  add("schannel_acquire_server", kOurs,
      [=] { acquire(u"Schannel", SECPKG_CRED_INBOUND, auth_data().schannel_server()); });
  add("schannel_acquire_server", kOpenSsl,
      [x509 = std::shared_ptr<X509>(read_certificate(certificate())),
       key = std::shared_ptr<EVP_PKEY>(read_key(certificate()))] {
        const std::unique_ptr<SSL_CTX, FreeSslCtx> ctx(SSL_CTX_new(TLS_server_method()));
        SSL_CTX_use_certificate(ctx.get(), x509.get());
        SSL_CTX_use_PrivateKey(ctx.get(), key.get());
      });
}

void add_messages() {
  // The suite that CREDSSP agrees on with itself, so that the same cipher is measured.
  static const TlsSettings same_suite(certificate(), "TLS_AES_128_GCM_SHA256");
  for (const std::size_t size : kMessageSizes) {
    const std::string row = "credssp_message_" + std::to_string(size);
    const auto ours = std::make_shared<ContextPair>(with_callback());
    StreamRoundTrip round_trip(our_table(), *ours, size);
    add(row, kOurs, [ours, round_trip]() mutable { round_trip(); });
    const auto theirs = std::make_shared<TlsPair>(same_suite);
    std::vector<std::uint8_t> data(size, 0x5A);
    add(row, kOpenSsl, [theirs, data]() mutable { theirs->round_trip(data); });
  }
}

}  // namespace

void register_credssp_benchmarks() {
  static const TlsSettings defaults(certificate());
  add_acquiring();
  add("credssp_logon", kOurs, [] { const ContextPair pair(with_callback()); });
  add("credssp_logon", kOpenSsl, [] { const TlsPair pair(defaults); });
  add("credssp_logon_accounts", kOurs, [] { const ContextPair pair(with_accounts()); });
  add("credssp_logon_accounts", kOpenSsl, [] { const TlsPair pair(defaults); });
  add_messages();
  add_memory("credssp_memory", kOurs,
             [] { return std::make_unique<ContextPair>(with_callback()); });
  add_memory("credssp_memory", kOpenSsl, [] { return std::make_unique<TlsPair>(defaults); });
}

}  // namespace bench
