// Reading, and one function per kind of value. A key that is not known is an error: a misspelt rule
// must not be a rule that does not hold.
#define TOML_HEADER_ONLY 1
#define TOML_EXCEPTIONS 0
#define TOML_ENABLE_FORMATTERS 0

#include "policy/file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <toml++/toml.h>
#include <array>
#include <cerrno>
#include <optional>

#include "base/folders.h"

namespace opensspi::policy {
namespace {

constexpr std::size_t kMaxFileSize = 1U << 20;
constexpr std::int64_t kMaxDeadlineMs = 600'000;

using Words = const char*;  // what is wrong with a value; null: nothing

struct Key {
  const char* section;
  const char* name;
  Words (*set)(Policy&, const toml::node&);
};

template <bool Policy::*Member>
Words set_bool(Policy& policy, const toml::node& value) {
  const std::optional<bool> found = value.value_exact<bool>();
  if (!found) return "the value must be true or false";
  policy.*Member = *found;
  return nullptr;
}

Words set_raw_ntlm(Policy& policy, const toml::node& value) {
  const auto found = value.value_exact<std::string_view>();
  if (found == "auto") {
    policy.raw_ntlm = RawNtlm::Auto;
  } else if (found == "always") {
    policy.raw_ntlm = RawNtlm::Always;
  } else if (found == "never") {
    policy.raw_ntlm = RawNtlm::Never;
  } else {
    return "the value must be \"auto\", \"always\" or \"never\"";
  }
  return nullptr;
}

Words set_encryption_oracle(Policy& policy, const toml::node& value) {
  const auto found = value.value_exact<std::string_view>();
  if (found == "force") {
    policy.encryption_oracle = EncryptionOracle::Force;
  } else if (found == "mitigated") {
    policy.encryption_oracle = EncryptionOracle::Mitigated;
  } else if (found == "vulnerable") {
    policy.encryption_oracle = EncryptionOracle::Vulnerable;
  } else {
    return "the value must be \"force\", \"mitigated\" or \"vulnerable\"";
  }
  return nullptr;
}

using Lists = DelegationLists;
using Rules = DelegationRules;

template <Lists Rules::*Kind, SpnPatterns Lists::*List>
Words set_patterns(Policy& policy, const toml::node& value) {
  constexpr Words kWrong = "the value must be an array of patterns such as \"TERMSRV/*.example\"";
  const toml::array* const array = value.as_array();
  if (array == nullptr) return kWrong;
  SpnPatterns patterns;
  for (const toml::node& element : *array) {
    const auto pattern = element.value_exact<std::string_view>();
    if (!pattern || !is_spn_pattern(*pattern)) return kWrong;
    patterns.emplace_back(*pattern);
  }
  policy.delegation.front().*Kind.*List = std::move(patterns);
  return nullptr;
}

Words set_authority(Policy& policy, const toml::node& value) {
  const auto found = value.value_exact<std::string_view>();
  if (found == "auto") {
    policy.authorities = {true, true};
  } else if (found == "accounts") {
    policy.authorities = {true, false};
  } else if (found == "winbind") {
    policy.authorities = {false, true};
  } else if (found == "none") {
    policy.authorities = {false, false};
  } else {
    return "the value must be \"auto\", \"accounts\", \"winbind\" or \"none\"";
  }
  return nullptr;
}

Words set_deadline(Policy& policy, const toml::node& value) {
  const auto found = value.value_exact<std::int64_t>();
  if (!found || *found < 1 || *found > kMaxDeadlineMs) {
    return "the value must be a number of milliseconds from 1 to 600000";
  }
  policy.authority_deadline = std::chrono::milliseconds(*found);
  return nullptr;
}

constexpr std::array<Key, 16> kKeys = {{
    {"credssp", "encryption_oracle", set_encryption_oracle},
    {"delegation", "allow_fresh", set_patterns<&Rules::fresh, &Lists::allow>},
    {"delegation", "allow_fresh_ntlm_only", set_patterns<&Rules::fresh, &Lists::allow_ntlm_only>},
    {"delegation", "deny_fresh", set_patterns<&Rules::fresh, &Lists::deny>},
    {"delegation", "allow_saved", set_patterns<&Rules::saved, &Lists::allow>},
    {"delegation", "allow_saved_ntlm_only", set_patterns<&Rules::saved, &Lists::allow_ntlm_only>},
    {"delegation", "deny_saved", set_patterns<&Rules::saved, &Lists::deny>},
    {"delegation", "allow_default", set_patterns<&Rules::default_, &Lists::allow>},
    {"delegation", "allow_default_ntlm_only",
     set_patterns<&Rules::default_, &Lists::allow_ntlm_only>},
    {"delegation", "deny_default", set_patterns<&Rules::default_, &Lists::deny>},
    {"negotiate", "raw_ntlm", set_raw_ntlm},
    {"ntlm", "allowed", set_bool<&Policy::allow_ntlm>},
    {"authority", "kind", set_authority},
    {"authority", "deadline_ms", set_deadline},
    {"tls", "keylog_env", set_bool<&Policy::allow_key_log_variable>},
    {"log", "env", set_bool<&Policy::allow_log_variable>},
}};

tl::unexpected<Problem> problem(const std::string& path, const toml::source_region& where,
                                std::string text) {
  return tl::unexpected<Problem>(
      Problem{path, where.begin.line, where.begin.column, std::move(text)});
}

tl::unexpected<Problem> whole_file(const std::string& path, std::string text) {
  return tl::unexpected<Problem>(Problem{path, 0, 0, std::move(text)});
}

const Key* find_key(std::string_view section, std::string_view name) {
  for (const Key& key : kKeys) {
    if (section == key.section && name == key.name) return &key;
  }
  return nullptr;
}

bool is_section(std::string_view name) {
  for (const Key& key : kKeys) {
    if (name == key.section) return true;
  }
  return false;
}

// The text of a file; nothing when it is not there.
Read<std::optional<std::string>> read_file(const std::string& path) {
  const int file = open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (file < 0 && (errno == ENOENT || errno == ENOTDIR)) return std::nullopt;
  if (file < 0) return whole_file(path, "the file cannot be opened");
  std::string text(kMaxFileSize + 1, '\0');
  std::size_t size = 0;
  ssize_t got = 1;
  while (got > 0 && size < text.size()) {
    got = read(file, text.data() + size, text.size() - size);
    if (got > 0) size += static_cast<std::size_t>(got);
  }
  struct stat info {};
  const bool writable = fstat(file, &info) != 0 || (info.st_mode & S_IWOTH) != 0 ||
                        (info.st_uid != geteuid() && info.st_uid != 0);
  close(file);
  if (got < 0) return whole_file(path, "the file cannot be read");
  if (size > kMaxFileSize) return whole_file(path, "the file is longer than 1 MiB");
  if (writable) return whole_file(path, "others can write the file");
  text.resize(size);
  return text;
}

Read<Policy> load_file(const std::string& path, const Policy& base) {
  const Read<std::optional<std::string>> text = read_file(path);
  if (!text) return tl::unexpected<Problem>(text.error());
  return *text ? parse(**text, path, base) : Read<Policy>(base);
}

}  // namespace

std::string Problem::message() const {
  std::string message = path;
  if (line != 0) message += ':' + std::to_string(line) + ':' + std::to_string(column);
  return message + ": " + text;
}

Paths standard_paths() {
  Paths paths;
  paths.system = "/etc/opensspi/policy.toml";
  paths.only = environment_variable("OPENSSPI_POLICY");
  if (const std::string folder = config_folder(); !folder.empty()) {
    paths.user = folder + "/opensspi/policy.toml";
  }
  return paths;
}

Read<Policy> parse(std::string_view toml, const std::string& path, const Policy& base) {
  const toml::parse_result document = toml::parse(toml);
  if (!document) {
    const toml::parse_error& error = document.error();
    return problem(path, error.source(), std::string(error.description()));
  }
  Policy policy = base;
  for (const auto& [section, content] : document.table()) {
    const toml::table* keys = content.as_table();
    if (keys == nullptr || !is_section(section)) {
      return problem(path, section.source(), "there is no such section");
    }
    for (const auto& [name, value] : *keys) {
      const Key* key = find_key(section, name);
      if (key == nullptr) return problem(path, name.source(), "there is no such key");
      if (const Words wrong = key->set(policy, value)) return problem(path, value.source(), wrong);
    }
  }
  return policy;
}

Read<Policy> load(const Paths& paths) {
  if (!paths.only.empty()) {
    const Read<std::optional<std::string>> text = read_file(paths.only);
    if (!text) return tl::unexpected<Problem>(text.error());
    if (!*text) return whole_file(paths.only, "OPENSSPI_POLICY names it, and it is not there");
    return parse(**text, paths.only, Policy{});
  }
  Read<Policy> system = load_file(paths.system, Policy{});
  if (!system || paths.user.empty()) return system;
  const Read<Policy> user = load_file(paths.user, *system);
  if (!user) return user;
  return narrowed(*system, *user);
}

}  // namespace opensspi::policy
