// Keys and certificates for these tests: made by the library, turned into other forms by the
// openssl command.
#pragma once

#include <cstdio>

#include "abi/support.h"

namespace caller {

struct PemPair {
  std::string certificate, key;
};

inline PemPair make_pem(const char* common_name) {
  char *certificate = nullptr, *key = nullptr;
  std::size_t certificate_size = 0, key_size = 0;
  EXPECT_STATUS(SEC_E_OK, opensspi_make_self_signed(common_name, &certificate, &certificate_size,
                                                    &key, &key_size));
  PemPair pair{std::string(certificate, certificate_size), std::string(key, key_size)};
  EXPECT_EQ(certificate_size, std::strlen(certificate));
  EXPECT_EQ(key_size, std::strlen(key));
  opensspi_free(certificate);
  opensspi_free(key);
  return pair;
}

inline const PemPair& self_signed() {
  static const auto* const pair = new PemPair(make_pem("server.wonderland.example"));
  return *pair;
}

// NULL when it fails.
inline PCCERT_CONTEXT from_pem(const std::string& certificate, const std::string& key,
                               const char* password = nullptr) {
  PCCERT_CONTEXT context = nullptr;
  EXPECT_STATUS(SEC_E_OK,
                opensspi_certificate_from_pem(certificate.data(), certificate.size(), key.data(),
                                              key.size(), password, &context));
  return context;
}

inline std::string subject_of(PCCERT_CONTEXT context) {
  char* subject = nullptr;
  EXPECT_STATUS(SEC_E_OK, opensspi_certificate_subject(context, &subject));
  std::string text = subject != nullptr ? subject : "";
  opensspi_free(subject);
  return text;
}

// The openssl command with the self-signed pair at hand: $certificate, $key, $out and $out2 stand
// for files in the private folder.
class Files {
 public:
  explicit Files(const std::string& name) : stem_((folder().path() / name).string()) {
    std::ofstream(stem_ + ".crt") << self_signed().certificate;
    std::ofstream(stem_ + ".key") << self_signed().key;
  }

  // What it prints.
  std::string openssl(const std::string& arguments) const {
    const std::string command = "certificate=" + stem_ + ".crt key=" + stem_ + ".key out=" + stem_ +
                                ".out out2=" + stem_ + ".out2; { set -e; openssl " + arguments +
                                "; } 2>" + stem_ + ".err";
    FILE* pipe = popen(command.c_str(), "r");
    std::string text;
    char part[4096];
    for (std::size_t got = 0; (got = fread(part, 1, sizeof part, pipe)) > 0;)
      text.append(part, got);
    EXPECT_EQ(0, pclose(pipe)) << arguments << "\n" << content(".err");
    return text;
  }
  [[nodiscard]] std::string read() const { return content(".out"); }
  [[nodiscard]] std::string read2() const { return content(".out2"); }

 private:
  [[nodiscard]] std::string content(const char* extension) const {
    std::ifstream file(stem_ + extension, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
  }

  std::string stem_;
};

}  // namespace caller
