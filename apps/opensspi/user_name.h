// Names of users as they are typed: USER, DOMAIN\USER or USER@DOMAIN.
#pragma once

#include <string>

namespace opensspi::command {

struct UserName {
  std::string user;
  std::string domain;  // empty when none was given; USER@DOMAIN stays whole in `user`

  // "DOMAIN\user", or "user".
  [[nodiscard]] std::string text() const { return domain.empty() ? user : domain + '\\' + user; }
};

[[nodiscard]] inline UserName parse_user_name(const std::string& text) {
  const std::size_t slash = text.find('\\');
  if (slash == std::string::npos) return {text, ""};
  return {text.substr(slash + 1), text.substr(0, slash)};
}

}  // namespace opensspi::command
