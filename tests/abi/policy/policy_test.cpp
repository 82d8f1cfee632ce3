// What the policy file forbids is forbidden at the C ABI, too, and what the environment asks for
// happens only where the policy allows it.
#include <unistd.h>

#include "abi/credssp/pair.h"

namespace caller {
namespace {

constexpr std::uint32_t kNtlmBlocked = 0xC0000418;

void write_policy(const std::string& text) {
  std::ofstream(folder().path() / "policy.toml") << text;
}

SECURITY_STATUS acquire(const SEC_WCHAR* package, ULONG use, void* auth_data = nullptr) {
  CredHandle handle{};
  const SECURITY_STATUS status = AcquireCredentialsHandleW(
      nullptr, wide(package), use, nullptr, auth_data, nullptr, nullptr, &handle, nullptr);
  if (status == SEC_E_OK) FreeCredentialsHandle(&handle);
  return status;
}

class Policy : public testing::Test {
 protected:
  static void set(const std::string& text) {
    write_policy(text);
    ASSERT_STATUS(SEC_E_OK, opensspi_reload_policy());
  }
  ~Policy() override {
    write_policy("");
    EXPECT_STATUS(SEC_E_OK, opensspi_reload_policy());
  }
};

TEST_F(Policy, ForbidsNtlmInEveryPackage) {
  set("[ntlm]\nallowed = false\n");
  IdentityW identity;
  CredSspCred client = CredSspCred::client(identity.get()), server = CredSspCred::server();
  const struct {
    const SEC_WCHAR* package;
    ULONG use;
    void* auth_data;
  } rows[] = {{u"NTLM", SECPKG_CRED_OUTBOUND, identity.get()},
              {u"NTLM", SECPKG_CRED_INBOUND, nullptr},
              {u"Negotiate", SECPKG_CRED_OUTBOUND, identity.get()},
              {u"Negotiate", SECPKG_CRED_BOTH, nullptr},
              {u"CREDSSP", SECPKG_CRED_OUTBOUND, client.get()},
              {u"CREDSSP", SECPKG_CRED_INBOUND, server.get()}};
  for (const auto& row : rows) {
    EXPECT_STATUS(SEC_E_UNSUPPORTED_FUNCTION, acquire(row.package, row.use, row.auth_data));
    EXPECT_EQ(kNtlmBlocked, last_error().nt_status);
  }
  set("");
  EXPECT_STATUS(SEC_E_OK, acquire(u"NTLM", SECPKG_CRED_OUTBOUND));
}

// What the policy allows must be asked for besides.
TEST_F(Policy, SaysWhichTlsThereIs) {
  const auto protocols = [](DWORD wanted) -> DWORD {
    SCHANNEL_CRED cred{};
    cred.dwVersion = SCHANNEL_CRED_VERSION;
    cred.grbitEnabledProtocols = wanted;
    CredHandle handle{};
    const SECURITY_STATUS status =
        AcquireCredentialsHandleW(nullptr, wide(UNISP_NAME_W), SECPKG_CRED_OUTBOUND, nullptr, &cred,
                                  nullptr, nullptr, &handle, nullptr);
    if (status != SEC_E_OK) {
      EXPECT_STATUS(SEC_E_ALGORITHM_MISMATCH, status);
      return 0;
    }
    SecPkgCred_SupportedProtocols supported{};
    EXPECT_STATUS(SEC_E_OK, QueryCredentialsAttributesW(&handle, SECPKG_ATTR_SUPPORTED_PROTOCOLS,
                                                        &supported));
    FreeCredentialsHandle(&handle);
    return supported.grbitProtocol;
  };
  constexpr DWORD k10 = SP_PROT_TLS1_0_CLIENT, k11 = SP_PROT_TLS1_1_CLIENT,
                  k12 = SP_PROT_TLS1_2_CLIENT, k13 = SP_PROT_TLS1_3_CLIENT;
  constexpr DWORD kAll = k10 | k11 | k12 | k13;
  EXPECT_EQ(protocols(0), k12 | k13);
  EXPECT_EQ(protocols(kAll), k12 | k13);
  EXPECT_EQ(protocols(k10 | k11), DWORD{0});
  EXPECT_NE(std::string(last_error().why).find("tls.minimum_version"), std::string::npos);
  set("tls.minimum_version = '1.0'\n");
  EXPECT_EQ(protocols(0), k12 | k13);
  EXPECT_EQ(protocols(kAll), kAll);
  EXPECT_EQ(protocols(k10), k10);
  EXPECT_EQ(protocols(k10 | k12 | k13), k12 | k13) << "a range has no gap";
  set("tls.minimum_version = '1.1'\n");
  EXPECT_EQ(protocols(k10 | k11), k11);
  set("tls.minimum_version = '1.3'\n");
  EXPECT_EQ(protocols(0), k13);
  EXPECT_EQ(protocols(k12), DWORD{0});
}

TEST_F(Policy, NewOneDoesNotTouchWhatLives) {
  CredSspPair pair;
  pair.server.receive(pair.client.run().token);
  set("[ntlm]\nallowed = false\n");
  ASSERT_LOGGED_ON(pair.client, pair.server);
}

TEST_F(Policy, DecidesWhetherNtlmGoesBare) {
  const auto first_byte = [](const SEC_WCHAR* target) {
    IdentityW identity;
    Credential credential = acquire_client(u"Negotiate", identity.get());
    Party client = Party::client(credential, 0, target);
    return client.run().token.at(0);
  };
  EXPECT_EQ('N', first_byte(u"TERMSRV/server"));
  EXPECT_EQ('N', first_byte(u"termsrv/server"));
  EXPECT_EQ(0x60, first_byte(u"HTTP/server"));
  EXPECT_EQ(0x60, first_byte(nullptr));
  set("[negotiate]\nraw_ntlm = \"never\"\n");
  EXPECT_EQ(0x60, first_byte(u"TERMSRV/server"));
  set("[negotiate]\nraw_ntlm = \"always\"\n");
  EXPECT_EQ('N', first_byte(u"HTTP/server"));
}

TEST_F(Policy, CredSspSpeaksSpnegoWhenNtlmMayNotGoBare) {
  set("[negotiate]\nraw_ntlm = \"never\"\n");
  std::vector<std::string> sent;
  const auto note = [](const opensspi_event* event, void* user) {
    static_cast<std::vector<std::string>*>(user)->push_back(event->sent);
  };
  opensspi_set_event_callback(note, &sent);
  CredSspPair pair;
  talk(pair.client, pair.server);
  opensspi_set_event_callback(nullptr, nullptr);
  EXPECT_STATUS(SEC_E_OK, pair.client.status());
  EXPECT_STATUS(SEC_E_OK, pair.server.status());
  EXPECT_NE(sent.end(), std::find(sent.begin(), sent.end(), "TSRequest: NegTokenResp, pubKeyAuth"));
  Bytes record = encrypt(pair.client, "through SPNEGO");
  EXPECT_EQ("through SPNEGO", decrypt(pair.server, record).text);
  opensspi_identity identity{};
  ASSERT_STATUS(SEC_E_OK, opensspi_delegated_credential(pair.server.get(), &identity));
  EXPECT_STREQ(kPassword, identity.password);
  opensspi_identity_free(&identity);
}

// Windows' default: credentials that the caller brings go to Remote Desktop servers only.
TEST_F(Policy, DelegatesOnlyWhereItSays) {
  CredSspPair pair;
  const auto first_leg = [&](const SEC_WCHAR* target, ULONG flags = kClientFlags) {
    Party client = Party::client(pair.client_credential, flags, target);
    return client.run().status;
  };
  EXPECT_STATUS(SEC_I_CONTINUE_NEEDED, first_leg(u"termsrv/anywhere.example"));
  EXPECT_STATUS(SEC_E_DELEGATION_POLICY, first_leg(u"WSMAN/server.wonderland.example"));
  EXPECT_STATUS(SEC_E_DELEGATION_POLICY, first_leg(u"server.wonderland.example"));
  EXPECT_STATUS(SEC_I_CONTINUE_NEEDED,
                first_leg(u"WSMAN/server.wonderland.example", kClientFlags & ~ISC_REQ_DELEGATE));
  set("[delegation]\nallow_fresh_ntlm_only = [\"WSMAN/*.wonderland.example\"]\n");
  EXPECT_STATUS(SEC_I_CONTINUE_NEEDED, first_leg(u"WSMAN/server.wonderland.example"));
  EXPECT_STATUS(SEC_E_DELEGATION_POLICY, first_leg(u"WSMAN/server.example"));
  set("[delegation]\ndeny_fresh = [\"*\"]\n");
  EXPECT_STATUS(SEC_E_DELEGATION_POLICY, first_leg(kTarget));
}

// NTLM proves no server: what policy keeps for proven ones does not leave.
TEST_F(Policy, DelegatesNothingToAnUnprovenServerWhereItMustBeProven) {
  set("[delegation]\nallow_fresh_ntlm_only = []\n");
  CredSspPair pair;
  talk(pair.client, pair.server);
  EXPECT_STATUS(SEC_E_POLICY_NLTM_ONLY, pair.client.status());
  EXPECT_LT(pair.server.status(), 0);
  opensspi_identity identity{};
  EXPECT_LT(opensspi_delegated_credential(pair.server.get(), &identity), 0);
}

TEST_F(Policy, MayHaveNoAuthority) {
  set("[authority]\nkind = \"none\"\n");
  CredSspCred server_cred = CredSspCred::server();
  EXPECT_STATUS(SEC_E_NO_AUTHENTICATING_AUTHORITY,
                acquire(CREDSSP_NAME, SECPKG_CRED_INBOUND, server_cred.get()));
  // NTLM on Windows gives the credential to anybody; its logons find nobody who judges.
  Credential server_credential;
  ASSERT_STATUS(SEC_E_OK, AcquireCredentialsHandleW(nullptr, wide(u"NTLM"), SECPKG_CRED_INBOUND,
                                                    nullptr, nullptr, nullptr, nullptr,
                                                    server_credential.get(), nullptr));
  IdentityW identity;
  Credential client_credential = acquire_client(u"NTLM", identity.get());
  Party client = Party::client(client_credential, 0), server = Party::server(server_credential);
  talk(client, server);
  EXPECT_STATUS(SEC_E_NO_AUTHENTICATING_AUTHORITY, server.status());
  // Who brings its own does not need the policy's.
  CredSspPair pair;
  ASSERT_LOGGED_ON(pair.client, pair.server);
}

// A program may have fewer judges than the policy permits, not more.
TEST_F(Policy, IsNarrowedByTheProgram) {
  const auto log_on = [] {
    Credential server_credential;
    EXPECT_STATUS(SEC_E_OK, AcquireCredentialsHandleW(nullptr, wide(u"NTLM"), SECPKG_CRED_INBOUND,
                                                      nullptr, nullptr, nullptr, nullptr,
                                                      server_credential.get(), nullptr));
    IdentityW identity;
    Credential client_credential = acquire_client(u"NTLM", identity.get());
    Party client = Party::client(client_credential, 0), server = Party::server(server_credential);
    talk(client, server);
    return server.status();
  };
  opensspi_accounts* accounts = nullptr;
  ASSERT_STATUS(SEC_E_OK, opensspi_accounts_open(nullptr, &accounts));
  opensspi_accounts_close(accounts);
  ASSERT_STATUS(SEC_E_OK, opensspi_limit_authority("accounts"));
  EXPECT_STATUS(SEC_E_LOGON_DENIED, log_on());  // they know nobody
  set("[authority]\nkind = \"winbind\"\n");
  EXPECT_STATUS(SEC_E_NO_AUTHENTICATING_AUTHORITY, log_on());
  set("[authority]\nkind = \"accounts\"\n");
  EXPECT_STATUS(SEC_E_LOGON_DENIED, log_on());
  ASSERT_STATUS(SEC_E_OK, opensspi_limit_authority("winbind"));
  EXPECT_STATUS(SEC_E_NO_AUTHENTICATING_AUTHORITY, log_on());
  EXPECT_STATUS(SEC_E_INVALID_PARAMETER, opensspi_limit_authority("Accounts"));
  EXPECT_STATUS(SEC_E_NO_AUTHENTICATING_AUTHORITY, log_on());
  ASSERT_STATUS(SEC_E_OK, opensspi_limit_authority(nullptr));
  EXPECT_STATUS(SEC_E_LOGON_DENIED, log_on());
}

TEST_F(Policy, WithAnErrorIsNotTakenAndTheOldOneStays) {
  set("[negotiate]\nraw_ntlm = \"always\"\n");
  write_policy("\n\n[ntlm]\nalowed = false\n");
  EXPECT_STATUS(SEC_E_INVALID_PARAMETER, opensspi_reload_policy());
  EXPECT_EQ(4, last_error().value);  // the line
  IdentityW identity;
  Credential credential = acquire_client(u"Negotiate", identity.get());
  Party client = Party::client(credential, 0);
  EXPECT_EQ('N', client.run().token.at(0));
}

TEST_F(Policy, IsListedWithWhoSaysIt) {
  write_policy("[ntlm]\nallowed = false\n");  // it need not be in force
  std::map<std::string, std::pair<std::string, std::string>> settings;
  const auto note = [](const opensspi_policy_setting* one, void* user) {
    (*static_cast<decltype(settings)*>(user))[one->key] = {one->value, one->file};
    return 0;
  };
  char* problem = nullptr;
  ASSERT_STATUS(SEC_E_OK, opensspi_policy_list(note, &settings, &problem));
  EXPECT_EQ(nullptr, problem);
  EXPECT_EQ(20U, settings.size());
  EXPECT_EQ("false", settings["ntlm.allowed"].first);
  EXPECT_EQ(folder().path() / "policy.toml", settings["ntlm.allowed"].second);
  EXPECT_EQ("", settings["log.env"].second);
  EXPECT_STATUS(SEC_E_OK, acquire(u"NTLM", SECPKG_CRED_OUTBOUND));

  settings.clear();
  const auto first = [](const opensspi_policy_setting* one, void* user) {
    (*static_cast<decltype(settings)*>(user))[one->key] = {};
    return 1;
  };
  EXPECT_STATUS(SEC_E_OK, opensspi_policy_list(first, &settings, nullptr));
  EXPECT_EQ(1U, settings.size());
  EXPECT_STATUS(SEC_E_INVALID_PARAMETER, opensspi_policy_list(nullptr, nullptr, &problem));
}

TEST_F(Policy, WithAnErrorIsListedAsThat) {
  write_policy("[ntlm]\nallowed = true\n\n[nonsense]\n");
  char* problem = nullptr;
  const auto never = [](const opensspi_policy_setting*, void*) {
    abort();
    return 0;
  };
  EXPECT_STATUS(SEC_E_INVALID_PARAMETER, opensspi_policy_list(never, nullptr, nullptr));
  ASSERT_STATUS(SEC_E_INVALID_PARAMETER, opensspi_policy_list(never, nullptr, &problem));
  EXPECT_EQ((folder().path() / "policy.toml").string() + ":4:2: there is no such section", problem);
  EXPECT_EQ(4, last_error().value);
  opensspi_free(problem);
}

// The rest needs a process that has not used the library yet: a death test's. It has a folder of
// its own, which it takes with it.
class PolicyAtStart : public testing::Test {
 protected:
  PolicyAtStart() { GTEST_FLAG_SET(death_test_style, "threadsafe"); }

  [[noreturn]] static void end(int code) {
    std::filesystem::remove_all(folder().path());
    _exit(code);
  }
  // The code tells what the first acquire gave.
  [[noreturn]] static void acquire_and_end(const SEC_WCHAR* package = u"NTLM") {
    const SECURITY_STATUS status = acquire(package, SECPKG_CRED_OUTBOUND);
    end(status == SEC_E_OK                     ? 10
        : status == SEC_E_INTERNAL_ERROR       ? 11
        : status == SEC_E_UNSUPPORTED_FUNCTION ? 12
                                               : 13);
  }
  static void log_on(const SEC_WCHAR* password) {
    CredSspPair pair({.password = password});
    talk(pair.client, pair.server);
  }
  static std::string content(const std::string& path) {
    std::ifstream file(path);
    return {std::istreambuf_iterator<char>(file), {}};
  }
};

TEST_F(PolicyAtStart, WithAnErrorPermitsNothing) {
  for (const SEC_WCHAR* package : {u"NTLM", u"Negotiate", u"Kerberos", u"CREDSSP", u"Schannel"}) {
    EXPECT_EXIT(
        {
          write_policy("[ntlm]\nalowed = true\n");
          acquire_and_end(package);
        },
        testing::ExitedWithCode(11), "");
  }
}

TEST_F(PolicyAtStart, ThatIsNotThereAlthoughNamedPermitsNothing) {
  EXPECT_EXIT(
      {
        setenv("OPENSSPI_POLICY", "/nonexistent/policy.toml", 1);
        acquire_and_end();
      },
      testing::ExitedWithCode(11), "");
}

TEST_F(PolicyAtStart, UsersFileNarrowsTheSystems) {
  EXPECT_EXIT(
      {
        unsetenv("OPENSSPI_POLICY");
        unsetenv("XDG_CONFIG_HOME");
        std::filesystem::create_directories(folder().path() / ".config/opensspi");
        std::ofstream(folder().path() / ".config/opensspi/policy.toml")
            << "[ntlm]\nallowed = false\n";
        acquire_and_end();
      },
      testing::ExitedWithCode(12), "");
}

TEST_F(PolicyAtStart, KeyLogVariableCountsOnlyWhereAllowed) {
  for (const bool allowed : {false, true}) {
    EXPECT_EXIT(
        {
          const std::string path = folder().path() / "keys.log";
          setenv("SSLKEYLOGFILE", path.c_str(), 1);
          if (allowed) write_policy("[tls]\nkeylog_env = true\n");
          log_on(u"Queen of \u2665");
          const bool written = content(path).find("CLIENT_TRAFFIC_SECRET_0 ") != std::string::npos;
          end(written == allowed && std::filesystem::exists(path) == allowed ? 0 : 1);
        },
        testing::ExitedWithCode(0), "");
  }
}

TEST_F(PolicyAtStart, LogVariableCountsOnlyWhereAllowed) {
  for (const bool allowed : {false, true}) {
    EXPECT_EXIT(
        {
          const std::string path = folder().path() / "opensspi.log";
          setenv("OPENSSPI_LOG", path.c_str(), 1);
          if (allowed) write_policy("[log]\nenv = true\n");
          log_on(u"Jabberwocky");
          const std::string lines = content(path);
          const bool written = lines.find("warning CREDSSP: wrong password") != std::string::npos;
          end(written == allowed && std::filesystem::exists(path) == allowed ? 0 : 1);
        },
        testing::ExitedWithCode(0), "");
  }
}

}  // namespace
}  // namespace caller
