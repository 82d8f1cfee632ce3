// The policy file: TOML. The system's file is read first, then the user's, which may only narrow:
// of each key the stricter value holds, and a key that the user's file does not name stays as the
// system has it. docs/policy.md lists the keys. Only file.cpp knows toml++.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <vector>

#include "policy/policy.h"

namespace opensspi::policy {

// What is wrong with a policy file, for its administrator.
struct Problem {
  std::string path;
  std::uint32_t line = 0, column = 0;  // from 1; 0: the file as a whole
  std::string text;

  // "/etc/opensspi/policy.toml:3:1: no such key"
  [[nodiscard]] std::string message() const;
};

template <class T>
using Read = tl::expected<T, Problem>;

struct Paths {
  std::string system;  // may be missing; so may the user's
  std::string user;    // empty: none
  std::string only;    // when set it must be there and the others do not count
};

// /etc/opensspi/policy.toml and opensspi/policy.toml in the user's configuration folder, or the
// file that $OPENSSPI_POLICY names. In a set-uid process no variable counts.
[[nodiscard]] Paths standard_paths();

// The policy of these files, defaults where they say nothing. On a Problem the caller refuses
// everything: refuse_everything(problem.line).
[[nodiscard]] Read<Policy> load(const Paths& paths);

// One key as it holds, and the file that says so.
struct Setting {
  std::string key;    // "ntlm.allowed"
  std::string value;  // TOML
  std::string file;   // empty: nobody says anything else than the default
};

// Every key, in the order of docs/policy.md. A list of delegation that both files name comes twice:
// both hold.
[[nodiscard]] Read<std::vector<Setting>> settings(const Paths& paths);

// The policy that one file's text says; what it does not name is as in `base`.
[[nodiscard]] Read<Policy> parse(std::string_view toml, const std::string& path,
                                 const Policy& base);

}  // namespace opensspi::policy
