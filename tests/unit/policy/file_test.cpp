// The policy file: every key, every kind of mistake, and who may write what.
#include "policy/file.h"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

namespace opensspi::policy {
namespace {

Policy parsed(std::string_view toml, const Policy& base = {}) {
  const auto policy = parse(toml, "policy.toml", base);
  EXPECT_TRUE(policy) << policy.error().message();
  return policy ? *policy : Policy();
}

std::string mistake(std::string_view toml) {
  const auto policy = parse(toml, "p", {});
  return policy ? "none" : policy.error().message();
}

TEST(PolicyFile, DefaultsWhereItSaysNothing) {
  for (const char* toml : {"", "# nothing\n", "[ntlm]\n[negotiate]\n[authority]\n[tls]\n[log]\n"}) {
    const Policy policy = parsed(toml);
    EXPECT_EQ(policy.raw_ntlm, RawNtlm::Auto);
    EXPECT_TRUE(policy.allow_ntlm);
    EXPECT_EQ(policy.authorities, (Authorities{true, true}));
    EXPECT_EQ(policy.authority_deadline, std::chrono::milliseconds(3000));
    EXPECT_EQ(policy.kdc_timeout, std::chrono::milliseconds(3000));
    EXPECT_FALSE(policy.allow_key_log_variable);
    EXPECT_FALSE(policy.allow_log_variable);
    EXPECT_FALSE(policy.remote_guard);
    EXPECT_EQ(policy.pkcs11_module, "p11-kit-proxy.so");
    EXPECT_FALSE(policy.bad_line);
  }
}

TEST(PolicyFile, EveryKey) {
  EXPECT_EQ(parsed("negotiate.raw_ntlm = 'always'").raw_ntlm, RawNtlm::Always);
  EXPECT_EQ(parsed("negotiate.raw_ntlm = 'never'").raw_ntlm, RawNtlm::Never);
  EXPECT_EQ(parsed("credssp.encryption_oracle = 'mitigated'").encryption_oracle,
            EncryptionOracle::Mitigated);
  EXPECT_EQ(parsed("credssp.encryption_oracle = 'vulnerable'").encryption_oracle,
            EncryptionOracle::Vulnerable);
  EXPECT_FALSE(parsed("[ntlm]\nallowed = false").allow_ntlm);
  const std::pair<const char*, Authorities> kinds[] = {{"auto", {true, true}},
                                                       {"accounts", {true, false}},
                                                       {"winbind", {false, true}},
                                                       {"none", {false, false}}};
  for (const auto& [kind, authorities] : kinds)
    EXPECT_EQ(parsed("authority.kind = '" + std::string(kind) + "'").authorities, authorities)
        << kind;
  EXPECT_EQ(parsed("[authority]\ndeadline_ms = 1").authority_deadline.count(), 1);
  EXPECT_EQ(parsed("[authority]\ndeadline_ms = 600000").authority_deadline.count(), 600000);
  EXPECT_EQ(parsed("[kerberos]\nkdc_timeout_ms = 250").kdc_timeout.count(), 250);
  EXPECT_TRUE(parsed("[tls]\nkeylog_env = true").allow_key_log_variable);
  EXPECT_EQ(parsed("tls.minimum_version = '1.0'").oldest_tls, 0x0301);
  EXPECT_EQ(parsed("tls.minimum_version = '1.1'").oldest_tls, 0x0302);
  EXPECT_EQ(parsed("tls.minimum_version = '1.2'").oldest_tls, 0x0303);
  EXPECT_TRUE(parsed("[log]\nenv = true").allow_log_variable);
  EXPECT_TRUE(parsed("[credssp]\nremote_guard = true").remote_guard);
  EXPECT_EQ(parsed("smart_card.pkcs11_module = '/card.so'").pkcs11_module, "/card.so");
  EXPECT_EQ(parsed("smart_card.pkcs11_module = ''").pkcs11_module, "");

  Policy other;
  other.raw_ntlm = RawNtlm::Never;
  other.allow_ntlm = false;
  other.authorities = {false, false};
  other.allow_key_log_variable = other.allow_log_variable = true;
  EXPECT_EQ(parsed("negotiate.raw_ntlm = 'auto'", other).raw_ntlm, RawNtlm::Auto);
  EXPECT_TRUE(parsed("ntlm.allowed = true", other).allow_ntlm);
  EXPECT_EQ(parsed("authority.kind = 'accounts'", other).authorities, (Authorities{true, false}));
  EXPECT_FALSE(parsed("tls.keylog_env = false", other).allow_key_log_variable);
  EXPECT_FALSE(parsed("log.env = false", other).allow_log_variable);
  EXPECT_FALSE(parsed("log.env = false", other).allow_ntlm);
}

TEST(PolicyFile, EveryListOfDelegation) {
  const auto list = [](const char* key) {
    const Policy policy = parsed("delegation." + std::string(key) + " = ['WSMAN/*', 'A/b']");
    EXPECT_EQ(policy.delegation.size(), 1U);
    return policy.delegation.front();
  };
  const SpnPatterns patterns{"WSMAN/*", "A/b"};
  EXPECT_EQ(list("allow_fresh").fresh.allow, patterns);
  EXPECT_EQ(list("allow_fresh_ntlm_only").fresh.allow_ntlm_only, patterns);
  EXPECT_EQ(list("deny_fresh").fresh.deny, patterns);
  EXPECT_EQ(list("allow_saved").saved.allow, patterns);
  EXPECT_EQ(list("allow_saved_ntlm_only").saved.allow_ntlm_only, patterns);
  EXPECT_EQ(list("deny_saved").saved.deny, patterns);
  EXPECT_EQ(list("allow_default").default_.allow, patterns);
  EXPECT_EQ(list("allow_default_ntlm_only").default_.allow_ntlm_only, patterns);
  EXPECT_EQ(list("deny_default").default_.deny, patterns);
  EXPECT_TRUE(parsed("delegation.allow_fresh = []").delegation.front().fresh.allow.empty());
}

// The path, the line and the column of each mistake.
TEST(PolicyFile, ValuesOfTheWrongKind) {
  const std::string truth = ": the value must be true or false";
  EXPECT_EQ(mistake("[ntlm]\nallowed = 'no'"), "p:2:11" + truth);
  EXPECT_EQ(mistake("[ntlm]\nallowed = 0"), "p:2:11" + truth);
  EXPECT_EQ(mistake("[ntlm]\nallowed = []"), "p:2:11" + truth);
  EXPECT_EQ(mistake("[ntlm]\n[ntlm.allowed]\nx = 1"), "p:2:1" + truth);
  EXPECT_EQ(mistake("[tls]\n\n keylog_env = 1"), "p:3:15" + truth);
  EXPECT_EQ(mistake("log = { env = 'x' }"), "p:1:15" + truth);

  const std::string raw = ": the value must be \"auto\", \"always\" or \"never\"";
  for (const char* value : {"true", "1", "'Auto'", "''", "[ 'auto' ]"}) {
    EXPECT_EQ(mistake("[negotiate]\nraw_ntlm = " + std::string(value)), "p:2:12" + raw) << value;
  }
  const std::string oracle = ": the value must be \"force\", \"mitigated\" or \"vulnerable\"";
  for (const char* value : {"0", "'Force'", "false"}) {
    EXPECT_EQ(mistake("[credssp]\nencryption_oracle = " + std::string(value)), "p:2:21" + oracle);
  }
  const std::string patterns =
      ": the value must be an array of patterns such as \"TERMSRV/*.example\"";
  for (const char* value :
       {"'TERMSRV/*'", "['host']", "['TERMSRV/*', 1]", "['A/*.*']", "[['A/b']]"}) {
    EXPECT_EQ(mistake("[delegation]\ndeny_fresh = " + std::string(value)), "p:2:14" + patterns)
        << value;
  }
  const std::string kind = ": the value must be \"auto\", \"accounts\", \"winbind\" or \"none\"";
  for (const char* value : {"false", "0", "'NONE'", "'kerberos'", "{}"}) {
    EXPECT_EQ(mistake("[authority]\nkind = " + std::string(value)), "p:2:8" + kind) << value;
  }
  const std::string deadline = ": the value must be a number of milliseconds from 1 to 600000";
  for (const char* value : {"0", "-1", "600001", "9223372036854775807", "3000.0", "'3000'", "true",
                            "07:32:00", "[3000]"}) {
    EXPECT_EQ(mistake("[authority]\ndeadline_ms = " + std::string(value)), "p:2:15" + deadline)
        << value;
    EXPECT_EQ(mistake("kerberos.kdc_timeout_ms = " + std::string(value)), "p:1:27" + deadline);
  }
  for (const char* value : {"1", "true", "'/a:b.so'", "[]"}) {
    EXPECT_EQ(mistake("smart_card.pkcs11_module = " + std::string(value)),
              "p:1:28: the value must be the path or name of a PKCS#11 module, without a colon, or "
              "\"\"");
  }
}

TEST(PolicyFile, WhatThereIsNot) {
  EXPECT_EQ(mistake("[ntlm]\nallow = true"), "p:2:1: there is no such key");
  EXPECT_EQ(mistake("[ntlm]\nallowed = true\nAllowed = true"), "p:3:1: there is no such key");
  EXPECT_EQ(mistake("[ntlm.deeper]\nallowed = true"), "p:1:7: there is no such key");
  EXPECT_EQ(mistake("[log]\nraw_ntlm = 'auto'"), "p:2:1: there is no such key");
  EXPECT_EQ(mistake("\n[NTLM]\nallowed = true"), "p:2:2: there is no such section");
  EXPECT_EQ(mistake("allowed = true"), "p:1:1: there is no such section");
  EXPECT_EQ(mistake("ntlm = true"), "p:1:1: there is no such section");
  EXPECT_EQ(mistake("[[ntlm]]\nallowed = true"), "p:1:3: there is no such section");
  EXPECT_EQ(mistake("[winbind]"), "p:1:2: there is no such section");
}

TEST(PolicyFile, WhatIsNoToml) {
  for (const char* toml :
       {"[ntlm]\nallowed = ", "[ntlm]\nallowed", "[ntlm]\nallowed = yes",
        "[ntlm]\nallowed = true\nallowed = true", "[tls]\n[tls]", "[ntlm]\nx = '\xFF'",
        "[ntlm]\n\"\x01\" = 1", "[ntlm]\nallowed = \"unended", "[ntlm]\n= 1"}) {
    const auto policy = parse(toml, "p", {});
    ASSERT_FALSE(policy) << toml;
    EXPECT_GE(policy.error().line, 2U) << toml;
    EXPECT_GE(policy.error().column, 1U) << toml;
    EXPECT_FALSE(policy.error().text.empty());
    EXPECT_TRUE(mistake(toml).starts_with("p:")) << mistake(toml);
  }
  EXPECT_NE(mistake("x = " + std::string(5000, '[')), "none");
}

class PolicyFiles : public testing::Test {
 protected:
  PolicyFiles() {
    std::string pattern = std::filesystem::temp_directory_path() / "opensspi-XXXXXX";
    folder = mkdtemp(pattern.data());
    paths.system = folder / "system.toml";
    paths.user = folder / "user.toml";
  }
  ~PolicyFiles() override { std::filesystem::remove_all(folder); }

  static void write(const std::string& path, std::string_view toml) {
    std::ofstream(path) << toml;
    ASSERT_EQ(chmod(path.c_str(), 0644), 0);
  }

  Policy loaded() {
    const auto policy = load(paths);
    EXPECT_TRUE(policy) << policy.error().message();
    return policy ? *policy : Policy();
  }
  std::string problem() {
    const auto policy = load(paths);
    return policy ? "none" : policy.error().message();
  }

  std::filesystem::path folder;
  Paths paths;
};

TEST_F(PolicyFiles, NoneIsTheDefaults) {
  EXPECT_TRUE(loaded().allow_ntlm);
  paths.user.clear();
  EXPECT_TRUE(loaded().allow_ntlm);
  paths.system = folder / "system.toml" / "below" / "no" / "folder";
  EXPECT_TRUE(loaded().allow_ntlm);
}

TEST_F(PolicyFiles, TheUsersMayOnlyNarrow) {
  const std::string strict =
      "[negotiate]\nraw_ntlm = 'never'\n[ntlm]\nallowed = false\n"
      "[authority]\nkind = 'none'\ndeadline_ms = 100\n"
      "[tls]\nminimum_version = '1.3'\nkeylog_env = false\n[log]\nenv = false\n";
  const std::string wide =
      "[negotiate]\nraw_ntlm = 'always'\n[ntlm]\nallowed = true\n"
      "[authority]\nkind = 'accounts'\ndeadline_ms = 9000\n"
      "[tls]\nminimum_version = '1.0'\nkeylog_env = true\n[log]\nenv = true\n";
  for (const auto& [system, user] : {std::pair{strict, wide}, {wide, strict}}) {
    write(paths.system, system);
    write(paths.user, user);
    const Policy policy = loaded();
    EXPECT_EQ(policy.raw_ntlm, RawNtlm::Never);
    EXPECT_FALSE(policy.allow_ntlm);
    EXPECT_EQ(policy.authorities, (Authorities{false, false}));
    EXPECT_EQ(policy.authority_deadline.count(), 100);
    EXPECT_EQ(policy.oldest_tls, 0x0304);
    EXPECT_FALSE(policy.allow_key_log_variable);
    EXPECT_FALSE(policy.allow_log_variable);
  }
  for (const char* user : {"delegation.allow_fresh_ntlm_only = ['*']", "[delegation]"}) {
    write(paths.system, "delegation.allow_fresh_ntlm_only = ['A/*']");
    write(paths.user, user);
    const auto rules = loaded().delegation;
    EXPECT_EQ(may_delegate(rules, CredentialKind::Fresh, "A/x"), Delegation::Permitted);
    EXPECT_EQ(may_delegate(rules, CredentialKind::Fresh, "B/x"), Delegation::Refused);
  }
  // What the user's does not name stays, even where the system is wider than the default.
  write(paths.system, wide);
  write(paths.user, "");
  EXPECT_EQ(loaded().raw_ntlm, RawNtlm::Always);
  EXPECT_TRUE(loaded().allow_key_log_variable);
  EXPECT_EQ(loaded().authority_deadline.count(), 9000);
  // Without the system's, the user's cannot go beyond the defaults.
  std::filesystem::remove(paths.system);
  write(paths.user, wide);
  EXPECT_EQ(loaded().raw_ntlm, RawNtlm::Auto);
  EXPECT_FALSE(loaded().allow_key_log_variable);
  EXPECT_FALSE(loaded().allow_log_variable);
  EXPECT_EQ(loaded().authority_deadline.count(), 3000);
}

TEST_F(PolicyFiles, AMistakeInEitherIsAProblem) {
  write(paths.user, "[ntlm]\nallow = true\n");
  EXPECT_EQ(problem(), paths.user + ":2:1: there is no such key");
  write(paths.system, "\n\nnonsense = 1\n");
  EXPECT_EQ(problem(), paths.system + ":3:1: there is no such section");
}

TEST_F(PolicyFiles, TheOnlyOneCountsAlone) {
  write(paths.system, "[ntlm]\nallowed = false\n");
  write(paths.user, "nonsense = 1\n");
  paths.only = folder / "only.toml";
  EXPECT_EQ(problem(), paths.only + ": OPENSSPI_POLICY names it, and it is not there");
  write(paths.only, "[log]\nenv = true\n");
  EXPECT_TRUE(loaded().allow_ntlm);
  EXPECT_TRUE(loaded().allow_log_variable);
  write(paths.only, "[log]\nenv = 1\n");
  EXPECT_EQ(problem(), paths.only + ":2:7: the value must be true or false");
}

TEST_F(PolicyFiles, WhatOthersCanWriteIsRefused) {
  for (const std::string& path : {paths.system, paths.user}) {
    write(path, "");
    EXPECT_EQ(problem(), "none");
    ASSERT_EQ(chmod(path.c_str(), 0646), 0);
    EXPECT_EQ(problem(), path + ": others can write the file");
    ASSERT_EQ(chmod(path.c_str(), 0644), 0);
    if (geteuid() == 0) {
      ASSERT_EQ(chown(path.c_str(), 1234, 0), 0);
      EXPECT_EQ(problem(), path + ": others can write the file");
      ASSERT_EQ(chown(path.c_str(), 0, 0), 0);
    }
  }
}

TEST_F(PolicyFiles, WhatCannotBeReadIsAProblem) {
  std::filesystem::create_directory(paths.user);
  EXPECT_EQ(problem(), paths.user + ": it is not a regular file");
  std::filesystem::remove(paths.user);
  ASSERT_EQ(mkfifo(paths.user.c_str(), 0644), 0);
  EXPECT_EQ(problem(), paths.user + ": it is not a regular file");  // and nobody waits for a writer
  paths.user = "/dev/zero";
  EXPECT_EQ(problem(), paths.user + ": it is not a regular file");
  if (geteuid() != 0) {
    paths.user = folder / "unreadable.toml";
    write(paths.user, "");
    ASSERT_EQ(chmod(paths.user.c_str(), 0), 0);
    EXPECT_EQ(problem(), paths.user + ": the file cannot be opened");
  }
  paths.user.clear();
  write(paths.system, std::string((1U << 20) + 1, '\n'));
  EXPECT_EQ(problem(), paths.system + ": the file is longer than 1 MiB");
  write(paths.system, std::string(1U << 20, '\n'));
  EXPECT_EQ(problem(), "none");
  std::filesystem::remove(paths.system);
  std::filesystem::create_symlink(paths.system, paths.system);
  EXPECT_EQ(problem(), paths.system + ": the file cannot be opened");
}

// What holds, as lines of "key = value  file".
std::string shown(const Paths& paths, const std::string& section) {
  const auto all = settings(paths);
  if (!all) return all.error().message();
  std::string lines;
  for (const Setting& setting : *all) {
    if (!setting.key.starts_with(section)) continue;
    const std::string file = std::filesystem::path(setting.file).filename();
    lines += setting.key + " = " + setting.value + (file.empty() ? "" : "  " + file) + '\n';
  }
  return lines;
}

TEST_F(PolicyFiles, TellWhoSaysWhat) {
  EXPECT_EQ(shown(paths, "ntlm") + shown(paths, "negotiate") + shown(paths, "credssp"),
            "ntlm.allowed = true\nnegotiate.raw_ntlm = \"auto\"\n"
            "credssp.encryption_oracle = \"force\"\ncredssp.remote_guard = false\n");
  write(paths.system,
        "ntlm.allowed = true\nnegotiate.raw_ntlm = 'always'\nauthority.deadline_ms = 50\n");
  write(paths.user,
        "ntlm.allowed = false\nnegotiate.raw_ntlm = 'always'\n"
        "authority = { deadline_ms = 60, kind = 'none' }\ntls.keylog_env = true\n");
  EXPECT_EQ(shown(paths, "ntlm"), "ntlm.allowed = false  user.toml\n");
  EXPECT_EQ(shown(paths, "negotiate"), "negotiate.raw_ntlm = \"always\"  system.toml\n");
  EXPECT_EQ(shown(paths, "authority"),
            "authority.kind = \"none\"  user.toml\nauthority.deadline_ms = 50  system.toml\n");
  EXPECT_EQ(shown(paths, "tls"),
            "tls.minimum_version = \"1.2\"\ntls.keylog_env = false\n");  // he may not
  // What holds may come of both, and of neither alone.
  write(paths.system, "authority.kind = 'accounts'");
  write(paths.user, "authority.kind = 'winbind'");
  EXPECT_EQ(settings(paths)->at(13).value, "\"none\"");
  EXPECT_EQ(settings(paths)->at(13).file, paths.system + ", " + paths.user);
  write(paths.user, "ntlm.allowed = 0");
  EXPECT_EQ(shown(paths, ""), paths.user + ":1:16: the value must be true or false");
}

TEST_F(PolicyFiles, TellOfEveryListThatHolds) {
  const std::string key = "delegation.allow_fresh";
  const auto of_key = [&] {
    const std::string all = shown(paths, key);
    return all.substr(0, all.find(key + "_ntlm_only"));
  };
  EXPECT_EQ(of_key(), key + " = [\"TERMSRV/*\"]\n");
  write(paths.user, key + " = ['TERMSRV/a\"b\\c', '*']");
  const std::string of_user = key + " = [\"TERMSRV/a\\\"b\\\\c\", \"*\"]  user.toml\n";
  EXPECT_EQ(of_key(), key + " = [\"TERMSRV/*\"]\n" + of_user);
  write(paths.system, key + " = []");
  EXPECT_EQ(of_key(), key + " = []  system.toml\n" + of_user);
  paths.only = paths.system;
  EXPECT_EQ(of_key(), key + " = []  system.toml\n");
}

// What is shown is a policy again, and every key is shown.
TEST_F(PolicyFiles, ShowWhatCanBeRead) {
  std::string toml;
  std::size_t num_keys = 0;
  const auto defaults = settings(paths);
  for (const Setting& setting : *defaults) {
    toml += setting.key + " = " + setting.value + '\n';
    ++num_keys;
  }
  EXPECT_EQ(num_keys, 20U);
  write(paths.system, toml);
  EXPECT_EQ(problem(), "none");
  const auto written = settings(paths);
  for (const Setting& setting : *written) EXPECT_EQ(setting.file, paths.system);
}

TEST(StandardPaths, VariablesAndHome) {
  const auto with = [](const char* home, const char* config, const char* only) {
    setenv("HOME", home, 1);
    setenv("XDG_CONFIG_HOME", config, 1);
    setenv("OPENSSPI_POLICY", only, 1);
    return standard_paths();
  };
  const char* const found = getenv("HOME");
  const std::string old_home = found == nullptr ? "/" : found;
  Paths paths = with("/home/alice", "", "");
  EXPECT_EQ(paths.system, "/etc/opensspi/policy.toml");
  EXPECT_EQ(paths.user, "/home/alice/.config/opensspi/policy.toml");
  EXPECT_EQ(paths.only, "");
  paths = with("/home/alice", "/else", "/some/policy.toml");
  EXPECT_EQ(paths.user, "/else/opensspi/policy.toml");
  EXPECT_EQ(paths.only, "/some/policy.toml");
  EXPECT_EQ(with("relative", "relative", "").user, "");
  setenv("HOME", old_home.c_str(), 1);
  unsetenv("XDG_CONFIG_HOME");
  unsetenv("OPENSSPI_POLICY");
}

}  // namespace
}  // namespace opensspi::policy
