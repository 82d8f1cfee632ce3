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
#include <set>
#include <utility>

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
  std::string (*show)(const Policy&);
  const SpnPatterns& (*list)(const DelegationRules&) = nullptr;  // of delegation
};

// What one file says, over those before it.
struct Layer {
  std::string path;
  Policy policy;
  bool may_only_narrow = false;  // the user's
  std::set<const Key*> named{};
};

template <bool Policy::*Member>
Words set_bool(Policy& policy, const toml::node& value) {
  const std::optional<bool> found = value.value_exact<bool>();
  if (!found) return "the value must be true or false";
  policy.*Member = *found;
  return nullptr;
}

template <bool Policy::*Member>
std::string show_bool(const Policy& policy) {
  return policy.*Member ? "true" : "false";
}

// A TOML string: patterns may hold what must be escaped.
std::string quoted(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') out += '\\';
    out += c;
  }
  return out + '"';
}

// A value out of a few words, and what is said of any other.
template <class T, std::size_t N>
struct Choice {
  Words wrong;
  std::array<std::pair<const char*, T>, N> words;
};

constexpr Choice<RawNtlm, 3> kRawNtlm{
    "the value must be \"auto\", \"always\" or \"never\"",
    {{{"auto", RawNtlm::Auto}, {"always", RawNtlm::Always}, {"never", RawNtlm::Never}}}};
constexpr Choice<EncryptionOracle, 3> kEncryptionOracle{
    "the value must be \"force\", \"mitigated\" or \"vulnerable\"",
    {{{"force", EncryptionOracle::Force},
      {"mitigated", EncryptionOracle::Mitigated},
      {"vulnerable", EncryptionOracle::Vulnerable}}}};
constexpr Choice<std::uint16_t, 4> kTlsVersions{
    "the value must be \"1.0\", \"1.1\", \"1.2\" or \"1.3\"",
    {{{"1.0", 0x0301}, {"1.1", 0x0302}, {"1.2", 0x0303}, {"1.3", 0x0304}}}};
constexpr Choice<Authorities, 4> kAuthorities{
    "the value must be \"auto\", \"accounts\", \"winbind\" or \"none\"",
    {{{"auto", {true, true}},
      {"accounts", {true, false}},
      {"winbind", {false, true}},
      {"none", {false, false}}}}};

template <auto Member, const auto& kChoice>
Words set_word(Policy& policy, const toml::node& value) {
  const auto found = value.value_exact<std::string_view>();
  for (const auto& [word, meaning] : kChoice.words) {
    if (found != word) continue;
    policy.*Member = meaning;
    return nullptr;
  }
  return kChoice.wrong;
}

template <auto Member, const auto& kChoice>
std::string show_word(const Policy& policy) {
  for (const auto& [word, meaning] : kChoice.words) {
    if (policy.*Member == meaning) return quoted(word);
  }
  return {};
}

template <auto Member, const auto& kChoice>
constexpr Key word_key(const char* section, const char* name) {
  return {section, name, set_word<Member, kChoice>, show_word<Member, kChoice>};
}

template <bool Policy::*Member>
constexpr Key bool_key(const char* section, const char* name) {
  return {section, name, set_bool<Member>, show_bool<Member>};
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

template <Lists Rules::*Kind, SpnPatterns Lists::*List>
const SpnPatterns& list_of(const Rules& rules) {
  return rules.*Kind.*List;
}

std::string show_patterns(const SpnPatterns& patterns) {
  std::string out = "[";
  for (const std::string& pattern : patterns) {
    if (out.size() > 1) out += ", ";
    out += quoted(pattern);
  }
  return out + ']';
}

template <Lists Rules::*Kind, SpnPatterns Lists::*List>
constexpr Key delegation_key(const char* name) {
  return {"delegation", name, set_patterns<Kind, List>, nullptr, list_of<Kind, List>};
}

template <auto Member>
Words set_deadline(Policy& policy, const toml::node& value) {
  const auto found = value.value_exact<std::int64_t>();
  if (!found || *found < 1 || *found > kMaxDeadlineMs) {
    return "the value must be a number of milliseconds from 1 to 600000";
  }
  policy.*Member = std::chrono::milliseconds(*found);
  return nullptr;
}

template <auto Member>
std::string show_deadline(const Policy& policy) {
  return std::to_string((policy.*Member).count());
}

template <auto Member>
constexpr Key deadline_key(const char* section, const char* name) {
  return {section, name, set_deadline<Member>, show_deadline<Member>};
}

Words set_pkcs11_module(Policy& policy, const toml::node& value) {
  const auto found = value.value_exact<std::string_view>();
  const std::string_view forbidden(":\0", 2);
  if (!found || found->find_first_of(forbidden) != std::string_view::npos) {
    return "the value must be the path or name of a PKCS#11 module, without a colon, or \"\"";
  }
  policy.pkcs11_module = *found;
  return nullptr;
}

std::string show_pkcs11_module(const Policy& policy) {
  return quoted(policy.pkcs11_module);
}

constexpr std::array<Key, 20> kKeys = {{
    word_key<&Policy::encryption_oracle, kEncryptionOracle>("credssp", "encryption_oracle"),
    bool_key<&Policy::remote_guard>("credssp", "remote_guard"),
    delegation_key<&Rules::fresh, &Lists::allow>("allow_fresh"),
    delegation_key<&Rules::fresh, &Lists::allow_ntlm_only>("allow_fresh_ntlm_only"),
    delegation_key<&Rules::fresh, &Lists::deny>("deny_fresh"),
    delegation_key<&Rules::saved, &Lists::allow>("allow_saved"),
    delegation_key<&Rules::saved, &Lists::allow_ntlm_only>("allow_saved_ntlm_only"),
    delegation_key<&Rules::saved, &Lists::deny>("deny_saved"),
    delegation_key<&Rules::default_, &Lists::allow>("allow_default"),
    delegation_key<&Rules::default_, &Lists::allow_ntlm_only>("allow_default_ntlm_only"),
    delegation_key<&Rules::default_, &Lists::deny>("deny_default"),
    word_key<&Policy::raw_ntlm, kRawNtlm>("negotiate", "raw_ntlm"),
    bool_key<&Policy::allow_ntlm>("ntlm", "allowed"),
    word_key<&Policy::authorities, kAuthorities>("authority", "kind"),
    deadline_key<&Policy::authority_deadline>("authority", "deadline_ms"),
    deadline_key<&Policy::kdc_timeout>("kerberos", "kdc_timeout_ms"),
    {"smart_card", "pkcs11_module", set_pkcs11_module, show_pkcs11_module},
    word_key<&Policy::oldest_tls, kTlsVersions>("tls", "minimum_version"),
    bool_key<&Policy::allow_key_log_variable>("tls", "keylog_env"),
    bool_key<&Policy::allow_log_variable>("log", "env"),
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

// Up to one byte more than a file may have; nothing on a failure.
std::optional<std::string> read_all(int file) {
  std::string text(kMaxFileSize + 1, '\0');
  std::size_t size = 0;
  while (size < text.size()) {
    const ssize_t got = read(file, text.data() + size, text.size() - size);
    if (got < 0) return std::nullopt;
    if (got == 0) break;
    size += static_cast<std::size_t>(got);
  }
  text.resize(size);
  return text;
}

// The text of a file; nothing when it is not there.
Read<std::optional<std::string>> read_file(const std::string& path) {
  // A FIFO is not waited for.
  const int file = open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
  if (file < 0 && (errno == ENOENT || errno == ENOTDIR)) return std::nullopt;
  if (file < 0) return whole_file(path, "the file cannot be opened");
  struct stat info {};
  const bool is_file = fstat(file, &info) == 0 && S_ISREG(info.st_mode);
  const std::optional<std::string> text = is_file ? read_all(file) : std::nullopt;
  close(file);
  if (!is_file) return whole_file(path, "it is not a regular file");
  if ((info.st_mode & S_IWOTH) != 0 || (info.st_uid != geteuid() && info.st_uid != 0)) {
    return whole_file(path, "others can write the file");
  }
  if (!text) return whole_file(path, "the file cannot be read");
  if (text->size() > kMaxFileSize) return whole_file(path, "the file is longer than 1 MiB");
  return text;
}

Read<Layer> parse_layer(std::string_view toml, const std::string& path, const Policy& base) {
  const toml::parse_result document = toml::parse(toml);
  if (!document) {
    const toml::parse_error& error = document.error();
    return problem(path, error.source(), std::string(error.description()));
  }
  Layer layer{path, base};
  for (const auto& [section, content] : document.table()) {
    const toml::table* keys = content.as_table();
    if (keys == nullptr || !is_section(section)) {
      return problem(path, section.source(), "there is no such section");
    }
    for (const auto& [name, value] : *keys) {
      const Key* key = find_key(section, name);
      if (key == nullptr) return problem(path, name.source(), "there is no such key");
      if (const Words wrong = key->set(layer.policy, value)) {
        return problem(path, value.source(), wrong);
      }
      layer.named.insert(key);
    }
  }
  return layer;
}

// The files that count and are there: the system's, then the user's over it.
Read<std::vector<Layer>> layers(const Paths& paths) {
  std::vector<Layer> found;
  const bool only = !paths.only.empty();
  for (const std::string& path :
       only ? std::vector{paths.only} : std::vector{paths.system, paths.user}) {
    if (path.empty()) continue;
    const Read<std::optional<std::string>> text = read_file(path);
    if (!text) return tl::unexpected<Problem>(text.error());
    if (!*text && only) return whole_file(path, "OPENSSPI_POLICY names it, and it is not there");
    if (!*text) continue;
    Read<Layer> layer = parse_layer(**text, path, found.empty() ? Policy{} : found.front().policy);
    if (!layer) return tl::unexpected<Problem>(layer.error());
    layer->may_only_narrow = !only && path == paths.user;
    found.push_back(*std::move(layer));
  }
  return found;
}

Policy combined(const std::vector<Layer>& layers) {
  Policy policy;
  for (const Layer& layer : layers) {
    policy = layer.may_only_narrow ? narrowed(policy, layer.policy) : layer.policy;
  }
  return policy;
}

// The file whose value holds; all that name the key when what holds comes of them together.
std::string file_that_says(const Key& key, const std::string& value,
                           const std::vector<Layer>& layers) {
  std::string all;
  for (const Layer& layer : layers) {
    if (!layer.named.contains(&key)) continue;
    if (key.show(layer.policy) == value) return layer.path;
    all += (all.empty() ? "" : ", ") + layer.path;
  }
  return key.show(Policy{}) == value ? std::string() : all;
}

// The list that the system's file or the default gives, then the user's, who may only narrow it.
void add_lists(std::vector<Setting>& all, const std::string& name, const Key& key,
               const std::vector<Layer>& layers) {
  Setting widest{name, show_patterns(key.list(DelegationRules{})), {}};
  for (const Layer& layer : layers) {
    if (!layer.named.contains(&key)) continue;
    Setting said{name, show_patterns(key.list(layer.policy.delegation.front())), layer.path};
    if (layer.may_only_narrow) {
      all.push_back(std::exchange(widest, std::move(said)));
    } else {
      widest = std::move(said);
    }
  }
  all.push_back(std::move(widest));
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
  return parse_layer(toml, path, base).map([](Layer layer) { return std::move(layer.policy); });
}

Read<Policy> load(const Paths& paths) {
  return layers(paths).map(combined);
}

Read<std::vector<Setting>> settings(const Paths& paths) {
  const Read<std::vector<Layer>> found = layers(paths);
  if (!found) return tl::unexpected<Problem>(found.error());
  const Policy policy = combined(*found);
  std::vector<Setting> all;
  for (const Key& key : kKeys) {
    const std::string name = std::string(key.section) + '.' + key.name;
    if (key.list != nullptr) {
      add_lists(all, name, key, *found);
    } else {
      const std::string value = key.show(policy);
      all.push_back({name, value, file_that_says(key, value, *found)});
    }
  }
  return all;
}

}  // namespace opensspi::policy
