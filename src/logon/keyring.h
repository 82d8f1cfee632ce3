// The keyring "opensspi" of one user, in the kernel's key retention service (keyrings(7)). It hangs
// in the user's persistent keyring, so it outlives the process that filled it, and disappears some
// days after its last use. Nothing of it is ever on a disk. What is in it can be read only by who
// possesses it: the user's own processes, and privileged ones that ask for it.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"
#include "base/secret.h"

namespace opensspi::logon {

// Whether this thread may act for other users: effective root, or CAP_SETUID together with
// CAP_DAC_READ_SEARCH. Windows' SE_TCB_NAME.
[[nodiscard]] bool may_act_for_others();

class Keyring {
 public:
  enum class Missing { Create, Refuse };

  // NotOwner for another user's without the right to act for others; NoCredentials with
  // Missing::Refuse when there is none; UnsupportedFunction where the kernel refuses keyrings, as
  // in many containers. Used by the thread that opened it, which has one at a time: with the first
  // that goes the thread possesses none of that user's any more.
  static Result<Keyring> open(uid_t user, Missing missing);
  Keyring(Keyring&& other) noexcept;
  Keyring& operator=(Keyring&&) = delete;
  ~Keyring();

  // NoCredentials when there is none of that name (any more).
  [[nodiscard]] Result<SecretBytes> read(const std::string& name) const;
  // Replaces what has that name. Without a lifetime it stays as long as the keyring.
  // InsufficientMemory when the user's key quota is used up.
  Result<void> put(const std::string& name, ByteView payload,
                   std::optional<std::chrono::seconds> lifetime);
  // NoCredentials when there is none of that name.
  Result<void> remove(const std::string& name);
  // The names of what is there and has not expired.
  [[nodiscard]] std::vector<std::string> names() const;

 private:
  Keyring(std::int32_t persistent, std::int32_t ring) : persistent_(persistent), ring_(ring) {}

  std::int32_t persistent_ = 0;  // linked to this thread's keyring meanwhile; 0: none
  std::int32_t ring_ = 0;
};

// The users who have any keys, by what the kernel lists for everybody; for who looks for sessions.
[[nodiscard]] std::vector<uid_t> users_with_keys();

}  // namespace opensspi::logon
