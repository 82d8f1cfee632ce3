// keyctl(2) through libkeyutils.
#include "logon/keyring.h"

#include <keyutils.h>
#include <linux/capability.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <limits>
#include <memory>
#include <string_view>
#include <utility>

namespace opensspi::logon {
namespace {

constexpr const char* kRingName = "opensspi";
constexpr const char* kKeyType = "user";
// Whoever possesses it does all with it; nobody else sees that it is there.
constexpr key_perm_t kPossessorOnly = KEY_POS_ALL;

constexpr const char* kNoKeyrings =
    "the kernel refuses keyrings here, as in many containers: only Kerberos caches hold "
    "credentials";

bool has_capability(const std::array<__user_cap_data_struct, 2>& data, unsigned capability) {
  return (data[capability / 32].effective & (1U << (capability % 32))) != 0;
}

tl::unexpected<Error> key_failure(int code) {
  switch (code) {
    case ENOKEY:
    case EKEYEXPIRED:
    case EKEYREVOKED:
      return fail(Status::NoCredentials, "no such credential is stored (any more)");
    case EDQUOT:
      return fail(Status::InsufficientMemory, "the user's key quota is used up", 0, code);
    case ENOMEM:
      return fail(Status::InsufficientMemory, "out of memory in the kernel", 0, code);
    case EACCES:
      return fail(Status::NotOwner, "the stored credential may not be used", 0, code);
    case EINVAL:
      return fail(Status::InvalidParameter, "the credential is too large to be stored", 0, code);
    default:
      return fail(Status::UnsupportedFunction, kNoKeyrings, 0, code);
  }
}

// Without a keyring of its own a thread is told so (ENOKEY), unless the call itself is refused.
bool refuses_keyrings() {
  return keyctl_get_keyring_ID(KEY_SPEC_THREAD_KEYRING, 0) < 0 && errno != ENOKEY;
}

// The keyring that the opensspi one hangs in, possessed by this thread.
Result<std::int32_t> persistent_keyring(uid_t user) {
  const long ring = keyctl_get_persistent(user, KEY_SPEC_THREAD_KEYRING);
  if (ring >= 0) return static_cast<std::int32_t>(ring);
  const int code = errno;
  if (code == ENOMEM || code == EDQUOT) return key_failure(code);
  if (user == geteuid() || refuses_keyrings()) {
    return fail(Status::UnsupportedFunction, kNoKeyrings, 0, code);
  }
  return fail(Status::NotOwner, "this is another user's", 0, code);
}

// Made where only this thread finds it, and only then put in its place, so that of two processes
// that do it at once neither takes away what the other has stored; only a dead one may be
// displaced.
Result<std::int32_t> make_ring(std::int32_t persistent, bool displaces) {
  const long made = add_key("keyring", kRingName, nullptr, 0, KEY_SPEC_THREAD_KEYRING);
  if (made < 0) return key_failure(errno);
  const auto ring = static_cast<std::int32_t>(made);
  const unsigned flags = displaces ? 0 : KEYCTL_MOVE_EXCL;
  if (keyctl_setperm(ring, kPossessorOnly) == 0 &&
      keyctl_move(ring, KEY_SPEC_THREAD_KEYRING, persistent, flags) == 0) {
    return ring;
  }
  const int code = errno;
  keyctl_unlink(ring, KEY_SPEC_THREAD_KEYRING);
  if (code != EEXIST) return key_failure(code);
  const long others = keyctl_search(persistent, "keyring", kRingName, 0);
  if (others < 0) return key_failure(errno);
  return static_cast<std::int32_t>(others);
}

struct Free {
  void operator()(char* text) const { std::free(text); }
};

// What describes a key is "type;uid;gid;perm;name". There may be more of ';' in the name.
std::string name_of(std::int32_t key) {
  char* text = nullptr;
  if (keyctl_describe_alloc(key, &text) < 0) return {};
  const std::unique_ptr<char, Free> owner(text);
  const std::string_view description(text);
  std::size_t name = 0;
  for (int field = 0; field < 4; ++field) {
    const std::size_t end = description.find(';', name);
    if (end == std::string::npos) return {};
    name = end + 1;
  }
  return std::string(description.substr(name));
}

}  // namespace

bool may_act_for_others() {
  if (geteuid() == 0) return true;
  __user_cap_header_struct header{_LINUX_CAPABILITY_VERSION_3, 0};
  std::array<__user_cap_data_struct, 2> data{};
  if (syscall(SYS_capget, &header, data.data()) != 0) return false;
  return has_capability(data, CAP_SETUID) && has_capability(data, CAP_DAC_READ_SEARCH);
}

Result<Keyring> Keyring::open(uid_t user, Missing missing) {
  if (user != geteuid() && !may_act_for_others()) {
    return fail(Status::NotOwner, "the logon session belongs to another user");
  }
  TRY_ASSIGN(const std::int32_t persistent, persistent_keyring(user));
  Keyring opened(persistent, 0);  // unlinks it again on every way out
  const long ring = keyctl_search(persistent, "keyring", kRingName, 0);
  if (ring >= 0) {
    opened.ring_ = static_cast<std::int32_t>(ring);
    return opened;
  }
  const bool is_dead = errno == EKEYEXPIRED || errno == EKEYREVOKED;
  if (errno != ENOKEY && !is_dead) return key_failure(errno);
  if (missing == Missing::Refuse) {
    return fail(Status::NoCredentials, "nobody has logged on in this session");
  }
  TRY_ASSIGN(opened.ring_, make_ring(persistent, is_dead));
  return opened;
}

Keyring::Keyring(Keyring&& other) noexcept
    : persistent_(std::exchange(other.persistent_, 0)), ring_(other.ring_) {}

Keyring::~Keyring() {
  if (persistent_ != 0) keyctl_unlink(persistent_, KEY_SPEC_THREAD_KEYRING);
}

Result<SecretBytes> Keyring::read(const std::string& name) const {
  const long key = keyctl_search(ring_, kKeyType, name.c_str(), 0);
  if (key < 0) return key_failure(errno);
  const auto id = static_cast<std::int32_t>(key);
  const long size = keyctl_read(id, nullptr, 0);
  if (size < 0) return key_failure(errno);
  SecretBytes payload(static_cast<std::size_t>(size));
  const ByteSpan bytes = payload.expose_mutable();
  const long got = keyctl_read(id, reinterpret_cast<char*>(bytes.data()), bytes.size());
  if (got < 0) return key_failure(errno);
  if (got == size) return payload;
  return fail(Status::NoCredentials, "the stored credential changed while it was read");
}

Result<void> Keyring::put(const std::string& name, ByteView payload,
                          std::optional<std::chrono::seconds> lifetime) {
  const long key = add_key(kKeyType, name.c_str(), payload.data(), payload.size(), ring_);
  if (key < 0) return key_failure(errno);
  const auto id = static_cast<std::int32_t>(key);
  constexpr std::int64_t kMost = std::numeric_limits<std::uint32_t>::max();
  const std::int64_t seconds = lifetime ? std::clamp<std::int64_t>(lifetime->count(), 1, kMost) : 0;
  // The rights first: a key that could not be closed or would not end must not stay.
  if (keyctl_setperm(id, kPossessorOnly) == 0 &&
      keyctl_set_timeout(id, static_cast<unsigned>(seconds)) == 0) {
    return {};
  }
  const int code = errno;
  keyctl_unlink(id, ring_);
  return key_failure(code);
}

Result<void> Keyring::remove(const std::string& name) {
  const long key = keyctl_search(ring_, kKeyType, name.c_str(), 0);
  if (key < 0) return key_failure(errno);
  if (keyctl_unlink(static_cast<std::int32_t>(key), ring_) != 0) return key_failure(errno);
  return {};
}

std::vector<std::string> Keyring::names() const {
  std::vector<std::int32_t> keys(32);
  for (bool all = false; !all;) {
    const long size =
        keyctl_read(ring_, reinterpret_cast<char*>(keys.data()), keys.size() * sizeof keys[0]);
    if (size < 0) return {};
    const std::size_t count = static_cast<std::size_t>(size) / sizeof keys[0];
    all = count <= keys.size();
    keys.resize(count);
  }
  std::vector<std::string> names;
  for (const std::int32_t key : keys) {
    if (std::string name = name_of(key); !name.empty()) names.push_back(std::move(name));
  }
  return names;
}

// "  1000:    12 12/12 8/200 290/20000"
std::vector<uid_t> users_with_keys() {
  struct Close {
    void operator()(std::FILE* file) const { std::fclose(file); }
  };
  const std::unique_ptr<std::FILE, Close> list(std::fopen("/proc/key-users", "re"));
  std::vector<uid_t> users;
  uid_t user = 0;
  while (list != nullptr && std::fscanf(list.get(), "%u:%*[^\n]", &user) == 1) {
    users.push_back(user);
  }
  return users;
}

}  // namespace opensspi::logon
