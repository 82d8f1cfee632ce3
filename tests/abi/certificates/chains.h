// Chains of authorities and servers that the openssl command makes, and what policies say of them.
#pragma once

#include <utility>

#include "material.h"
#include "stores.h"

namespace caller {

inline constexpr WCHAR kHost[] = u"server.example";

class Chain {
 public:
  explicit Chain(PCCERT_CHAIN_CONTEXT chain) : chain_(chain) {}
  ~Chain() { CertFreeCertificateChain(chain_); }
  Chain(const Chain&) = delete;
  Chain& operator=(const Chain&) = delete;

  [[nodiscard]] PCCERT_CHAIN_CONTEXT get() const { return chain_; }
  PCCERT_CHAIN_CONTEXT operator->() const { return chain_; }
  [[nodiscard]] const CERT_CHAIN_ELEMENT& element(DWORD i) const {
    return *chain_->rgpChain[0]->rgpElement[i];
  }

 private:
  PCCERT_CHAIN_CONTEXT chain_;
};

// A root that the system trusts, one that it does not, and servers of theirs.
class Chains : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    const Files files("chains");
    files.openssl(
        "version >/dev/null; mkdir -p " + folder().certificates().string() +
        "; "
        "ca() { openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj "
        "\"/CN=$1\" -addext "
        "basicConstraints=critical,CA:TRUE -addext keyUsage=critical,keyCertSign "
        "-keyout $out.$1 -out $out2.$1; }; "
        "leaf() { printf \"subjectAltName=DNS:server.example,IP:192.0.2.1\\nextendedKeyUsage=$2\" "
        "> $out2.ext; openssl req -new -key ${6:-$key} -subj \"/CN=$3\" | openssl x509 -req "
        "-CA $out2.$1 -CAkey $out.$1 -set_serial $4 ${5:-} -extfile $out2.ext -outform DER "
        "-out $out.$3; }; "
        "sub() { printf \"basicConstraints=critical,CA:TRUE\\nextendedKeyUsage=$2\" > $out2.ext; "
        "openssl ecparam -name prime256v1 -genkey -noout -out $out.$1; "
        "openssl req -new -key $out.$1 -subj \"/CN=$1\" | openssl x509 -req -CA $out2.Trusted "
        "-CAkey $out.Trusted -set_serial $3 -extfile $out2.ext -out $out2.$1; "
        "openssl x509 -in $out2.$1 -outform DER -out $out.$1.der; }; "
        "ca Trusted; ca Stranger; cp $out2.Trusted " +
        (folder().certificates() / "$(openssl x509 -hash -noout -in $out2.Trusted).0").string() +
        "; leaf Trusted serverAuth good 1; leaf Trusted clientAuth client 2; "
        "leaf Stranger serverAuth strange 3; "
        "leaf Trusted serverAuth sha1 4 -sha1; openssl genrsa -out $out.short 1024; "
        "leaf Trusted serverAuth small 5 -sha256 $out.short; "
        "openssl x509 -in $out2.Stranger -outform DER -out $out.root; "
        "sub Mail emailProtection 6; leaf Mail serverAuth under_mail 7; "
        "leaf Trusted anyExtendedKeyUsage any 8; "
        "openssl x509 -in $certificate -outform DER -out $out.self; "
        "for one in good root self; do head -c -8 $out.$one > $out.bad_$one; "
        "printf 'forgery!' >> $out.bad_$one; done");
    stem_ = new std::string((folder().path() / "chains.out.").string());
  }

  static void TearDownTestSuite() { delete std::exchange(stem_, nullptr); }

  static Context certificate(const std::string& name) {
    std::ifstream file(*stem_ + name, std::ios::binary);
    const std::string der{std::istreambuf_iterator<char>(file), {}};
    return Context(CertCreateCertificateContext(X509_ASN_ENCODING,
                                                reinterpret_cast<const BYTE*>(der.data()),
                                                static_cast<DWORD>(der.size())));
  }

  static PCCERT_CHAIN_CONTEXT build(const Context& context, const char* usage = nullptr,
                                    HCERTSTORE additional = nullptr, DWORD flags = 0,
                                    FILETIME* time = nullptr) {
    std::string text = usage != nullptr ? usage : "";
    LPSTR uses[] = {text.data()};
    CERT_CHAIN_PARA parameters{};
    parameters.cbSize = sizeof parameters;
    if (usage != nullptr) parameters.RequestedUsage.Usage = {1, uses};
    PCCERT_CHAIN_CONTEXT chain = nullptr;
    EXPECT_TRUE(CertGetCertificateChain(nullptr, context.get(), time, additional, &parameters,
                                        flags, nullptr, &chain))
        << why();
    return chain;
  }

  struct Asked {
    DWORD auth_type = AUTHTYPE_SERVER, checks = 0, flags = 0;
    const WCHAR* host = kHost;
  };
  static CERT_CHAIN_POLICY_STATUS verdict(const Chain& chain) { return verdict(chain, Asked()); }
  static CERT_CHAIN_POLICY_STATUS verdict(const Chain& chain, const Asked& asked) {
    SSL_EXTRA_CERT_CHAIN_POLICY_PARA extra{};
    extra.cbSize = sizeof extra;
    extra.dwAuthType = asked.auth_type;
    extra.fdwChecks = asked.checks;
    extra.pwszServerName = const_cast<WCHAR*>(asked.host);
    CERT_CHAIN_POLICY_PARA parameters{sizeof parameters, asked.flags, &extra};
    CERT_CHAIN_POLICY_STATUS status{};
    status.cbSize = sizeof status;
    status.dwError = 0x5A5A5A5A;
    EXPECT_TRUE(
        CertVerifyCertificateChainPolicy(CERT_CHAIN_POLICY_SSL, chain.get(), &parameters, &status));
    return status;
  }

  static inline const std::string* stem_;
};

#define EXPECT_VERDICT(code, chain_index, element_index, status) \
  do {                                                           \
    const CERT_CHAIN_POLICY_STATUS judged = (status);            \
    EXPECT_EQ(static_cast<DWORD>(code), judged.dwError);         \
    EXPECT_EQ(chain_index, judged.lChainIndex);                  \
    EXPECT_EQ(element_index, judged.lElementIndex);              \
  } while (false)

}  // namespace caller
