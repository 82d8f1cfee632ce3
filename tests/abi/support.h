// What the tests of the C ABI share. They see the library as a program ported from Windows does:
// through its headers, and through nothing else.
#pragma once

#define SECURITY_WIN32
#include "security.h"
// The order that Windows' headers want.
#include <gtest/gtest.h>
#include <stdlib.h>

#include <cstdint>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "credssp.h"
#include "ntsecapi.h"
#include "opensspi.h"
#include "schannel.h"
#include "wincrypt.h"

namespace caller {

using Bytes = std::vector<std::uint8_t>;

inline opensspi_error last_error() {
  opensspi_error error{};
  opensspi_last_error(&error);
  return error;
}

inline const char* why() {
  return last_error().why;
}

// EXPECT_EQ for statuses: a failure is told by name.
inline testing::AssertionResult same_status(const char* /*expected_text*/, const char* actual_text,
                                            SECURITY_STATUS expected, SECURITY_STATUS actual) {
  if (expected == actual) return testing::AssertionSuccess();
  return testing::AssertionFailure()
         << actual_text << "\n  is " << opensspi_status_name(actual) << " (" << why() << "), not "
         << opensspi_status_name(expected);
}
#define EXPECT_STATUS(expected, actual) EXPECT_PRED_FORMAT2(caller::same_status, expected, actual)
#define ASSERT_STATUS(expected, actual) ASSERT_PRED_FORMAT2(caller::same_status, expected, actual)

// Windows' functions take strings that they do not write to without const.
inline SEC_WCHAR* wide(const SEC_WCHAR* text) {
  return const_cast<SEC_WCHAR*>(text);
}
inline SEC_CHAR* narrow(const char* text) {
  return const_cast<SEC_CHAR*>(text);
}

inline std::string ascii(const SEC_WCHAR* text) {
  std::string out;
  for (; *text != 0; ++text) out += static_cast<char>(*text);
  return out;
}
inline std::string ascii(const SEC_CHAR* text) {
  return text;
}

inline Bytes bytes_of(std::string_view text) {
  return Bytes(text.begin(), text.end());
}

// A folder of this process's own. Nothing that lies on this machine, its policy, its accounts and
// the authorities that it trusts, counts; $OPENSSPI_ACCOUNTS and the authorities' places name what
// is not there.
class PrivateFolder : public testing::Environment {
 public:
  PrivateFolder() {
    std::string name = std::filesystem::temp_directory_path() / "opensspi-abi-XXXXXX";
    if (mkdtemp(name.data()) == nullptr) abort();
    path_ = name;
    std::ofstream(path_ / "policy.toml") << "";
    setenv("OPENSSPI_POLICY", (path_ / "policy.toml").c_str(), 1);
    setenv("OPENSSPI_ACCOUNTS", (path_ / "accounts.db").c_str(), 1);
    setenv("SSL_CERT_DIR", certificates().c_str(), 1);
    setenv("SSL_CERT_FILE", (path_ / "certificates.pem").c_str(), 1);
    setenv("HOME", path_.c_str(), 1);
  }
  ~PrivateFolder() override { std::filesystem::remove_all(path_); }
  PrivateFolder(const PrivateFolder&) = delete;
  PrivateFolder& operator=(const PrivateFolder&) = delete;

  [[nodiscard]] const std::filesystem::path& path() const { return path_; }
  [[nodiscard]] std::filesystem::path certificates() const { return path_ / "certificates"; }

 private:
  std::filesystem::path path_;
};

// Made before main, because the library reads the environment when it is first used.
inline PrivateFolder& folder() {
  static auto* const the_folder =
      static_cast<PrivateFolder*>(testing::AddGlobalTestEnvironment(new PrivateFolder));
  return *the_folder;
}
inline const PrivateFolder& folder_of_this_process = folder();

// Users that a program judges by itself, through the callback nt_hash.
class Users {
 public:
  struct User {
    std::string password;
    std::uint32_t refused_with = 0;  // NTSTATUS
  };

  Users() = default;
  explicit Users(std::map<std::string, User> users) : users_(std::move(users)) {}

  [[nodiscard]] opensspi_authority authority() const {
    opensspi_authority authority{};
    authority.size = sizeof authority;
    authority.nt_hash = find;
    authority.user_data = const_cast<Users*>(this);
    authority.netbios_computer = "SERVER";
    authority.netbios_domain = "WONDERLAND";
    authority.dns_computer = "server.wonderland.example";
    authority.dns_domain = "wonderland.example";
    return authority;
  }

 private:
  static std::uint32_t find(const char* user, const char* /*domain*/, std::uint8_t nt_hash[16],
                            void* self) {
    const auto& users = static_cast<const Users*>(self)->users_;
    const auto found = users.find(user);
    if (found == users.end()) return 0xC0000064;  // STATUS_NO_SUCH_USER
    if (opensspi_nt_hash(found->second.password.c_str(), nt_hash) != SEC_E_OK) abort();
    return found->second.refused_with;
  }

  std::map<std::string, User> users_;
};

inline constexpr char kUser[] = "alice";
inline constexpr char kDomain[] = "WONDERLAND";
inline constexpr char kPassword[] = "Queen of \xE2\x99\xA5";  // UTF-8

// The usual ones.
inline const Users& users() {
  static const auto* const the_users = new Users(
      {{kUser, {kPassword, 0}}, {"dormouse", {kPassword, 0xC0000072}}});  // STATUS_ACCOUNT_DISABLED
  return *the_users;
}

// SEC_WINNT_AUTH_IDENTITY_A; the 8-bit strings of this library are UTF-8.
class IdentityA {
 public:
  explicit IdentityA(std::string user = kUser, std::string domain = kDomain,
                     std::string password = kPassword)
      : user_(std::move(user)), domain_(std::move(domain)), password_(std::move(password)) {
    identity_.User = unsigned_chars(user_);
    identity_.UserLength = static_cast<ULONG>(user_.size());
    identity_.Domain = unsigned_chars(domain_);
    identity_.DomainLength = static_cast<ULONG>(domain_.size());
    identity_.Password = unsigned_chars(password_);
    identity_.PasswordLength = static_cast<ULONG>(password_.size());
    identity_.Flags = SEC_WINNT_AUTH_IDENTITY_ANSI;
  }
  IdentityA(const IdentityA&) = delete;
  IdentityA& operator=(const IdentityA&) = delete;

  SEC_WINNT_AUTH_IDENTITY_A* get() { return &identity_; }

 private:
  static UCHAR* unsigned_chars(std::string& text) { return reinterpret_cast<UCHAR*>(text.data()); }

  std::string user_, domain_, password_;
  SEC_WINNT_AUTH_IDENTITY_A identity_{};
};

// SEC_WINNT_AUTH_IDENTITY_W out of UTF-16 literals.
class IdentityW {
 public:
  using Text = std::basic_string<SEC_WCHAR>;

  explicit IdentityW(Text user = u"alice", Text domain = u"WONDERLAND",
                     Text password = u"Queen of \u2665")
      : user_(std::move(user)), domain_(std::move(domain)), password_(std::move(password)) {
    identity_.User = units(user_);
    identity_.UserLength = static_cast<ULONG>(user_.size());
    identity_.Domain = units(domain_);
    identity_.DomainLength = static_cast<ULONG>(domain_.size());
    identity_.Password = units(password_);
    identity_.PasswordLength = static_cast<ULONG>(password_.size());
    identity_.Flags = SEC_WINNT_AUTH_IDENTITY_UNICODE;
  }
  IdentityW(const IdentityW&) = delete;
  IdentityW& operator=(const IdentityW&) = delete;

  SEC_WINNT_AUTH_IDENTITY_W* get() { return &identity_; }

 private:
  using Unit = std::remove_pointer_t<decltype(SEC_WINNT_AUTH_IDENTITY_W::User)>;
  static Unit* units(Text& text) { return reinterpret_cast<Unit*>(text.data()); }

  Text user_, domain_, password_;
  SEC_WINNT_AUTH_IDENTITY_W identity_{};
};

// A certificate with its key, as a server has one; made once, for it takes a while.
inline PCCERT_CONTEXT server_certificate() {
  static const PCCERT_CONTEXT certificate = [] {
    char *pem = nullptr, *key = nullptr;
    std::size_t pem_size = 0, key_size = 0;
    PCCERT_CONTEXT made = nullptr;
    if (opensspi_make_self_signed("server.wonderland.example", &pem, &pem_size, &key, &key_size) !=
            SEC_E_OK ||
        opensspi_certificate_from_pem(pem, pem_size, key, key_size, nullptr, &made) != SEC_E_OK)
      abort();
    opensspi_free(pem);
    opensspi_free(key);
    return made;
  }();
  return certificate;
}

// CREDSSP_CRED with its two parts.
class CredSspCred {
 public:
  static CredSspCred client(void* identity) { return CredSspCred(identity, nullptr); }
  static CredSspCred server(PCCERT_CONTEXT certificate = server_certificate()) {
    return CredSspCred(nullptr, certificate);
  }

  CREDSSP_CRED* get() {
    schannel_.paCred = &certificate_;
    cred_.pSchannelCred = &schannel_;
    return &cred_;
  }
  SCHANNEL_CRED& schannel() { return schannel_; }

 private:
  CredSspCred(void* identity, PCCERT_CONTEXT certificate) : certificate_(certificate) {
    schannel_.dwVersion = SCHANNEL_CRED_VERSION;
    schannel_.cCreds = certificate != nullptr ? 1 : 0;
    cred_.Type = CredsspSubmitBufferBoth;
    cred_.pSpnegoCred = identity;
  }

  PCCERT_CONTEXT certificate_;
  SCHANNEL_CRED schannel_{};
  CREDSSP_CRED cred_{};
};

// A credential handle that is freed.
class Credential {
 public:
  Credential() { SecInvalidateHandle(&handle_); }
  explicit Credential(const CredHandle& handle) : handle_(handle) {}
  Credential(Credential&& other) noexcept : handle_(other.release()) {}
  Credential& operator=(Credential&& other) noexcept {
    std::swap(handle_, other.handle_);
    return *this;
  }
  ~Credential() {
    if (SecIsValidHandle(&handle_)) FreeCredentialsHandle(&handle_);
  }

  [[nodiscard]] CredHandle* get() { return &handle_; }
  CredHandle release() {
    const CredHandle handle = handle_;
    SecInvalidateHandle(&handle_);
    return handle;
  }

 private:
  CredHandle handle_{};
};

// Of the usual user, or whoever `auth_data` says. An empty one when it fails.
inline Credential acquire_client(const SEC_WCHAR* package, void* auth_data) {
  Credential credential;
  EXPECT_STATUS(SEC_E_OK,
                AcquireCredentialsHandleW(nullptr, wide(package), SECPKG_CRED_OUTBOUND, nullptr,
                                          auth_data, nullptr, nullptr, credential.get(), nullptr));
  return credential;
}

// With users of its own.
inline Credential acquire_server(const char* package, void* auth_data,
                                 const opensspi_authority& authority = users().authority()) {
  Credential credential;
  EXPECT_STATUS(SEC_E_OK, opensspi_acquire_inbound(package, auth_data, &authority, credential.get(),
                                                   nullptr));
  return credential;
}

}  // namespace caller
