// opensspi sessions: whose logon sessions there are, and who is logged in there.
#include <opensspi.h>

#include <cstdio>
#include <memory>
#include <nlohmann/json.hpp>
#include <span>
#include <string>
#include <vector>

#include "console.h"
#include "logon.h"
#include "status.h"
#include "subcommands.h"
#include "times.h"
#include "user_name.h"

namespace opensspi::command {
namespace {

struct Row {
  std::string user, domain;
  std::uint64_t since = 0, expires = 0;
};

struct Session {
  std::string luid, owner;
  std::uint32_t uid = 0;
  std::vector<Row> rows;
};

struct Sessions {
  std::vector<Session> list;
  bool refuses_keyrings = false;
};

// High half first, as Windows' tools print it: "0x0:0x3e7".
std::string luid_text(const LUID& luid) {
  char text[32];
  std::snprintf(text, sizeof text, "0x%x:0x%x", static_cast<unsigned>(luid.HighPart), luid.LowPart);
  return text;
}

Sessions all_sessions() {
  Sessions sessions;
  const auto collect = [](const opensspi_session* session, void* user) {
    auto& into = *static_cast<Sessions*>(user);
    Session one{luid_text(session->luid), session->owner, session->uid, {}};
    for (const opensspi_session_identity& identity :
         std::span(session->identities, session->num_identities))
      one.rows.push_back({identity.user, identity.domain, identity.since, identity.expires});
    into.list.push_back(std::move(one));
    into.refuses_keyrings = into.refuses_keyrings || session->refuses_keyrings != 0;
    return 0;
  };
  check(opensspi_session_list(collect, &sessions), "the logon sessions");
  return sessions;
}

nlohmann::ordered_json to_json(const Session& session) {
  auto identities = nlohmann::ordered_json::array();
  for (const Row& row : session.rows) {
    nlohmann::ordered_json expires;
    if (row.expires != 0) expires = time_text(row.expires);
    identities.push_back({{"user", row.user},
                          {"domain", row.domain},
                          {"since", time_text(row.since)},
                          {"expires", expires}});
  }
  return {{"luid", session.luid},
          {"uid", session.uid},
          {"owner", session.owner},
          {"identities", identities}};
}

void show(const Session& session) {
  const auto line = [&](const std::string& who, const std::string& since,
                        const std::string& until) {
    print(Output::Results, padded(session.luid, 18) + padded(printable(session.owner), 18) +
                               padded(printable(who), 32) + padded(since, 22) + until);
  };
  for (const Row& row : session.rows) {
    line(UserName{row.user, row.domain}.text(), time_text(row.since),
         row.expires == 0 ? "the keyring goes" : time_text(row.expires));
  }
  if (session.rows.empty()) line("-", "-", "-");
}

ExitCode list_sessions(bool json) {
  const Sessions sessions = all_sessions();
  if (sessions.refuses_keyrings) {
    print(Output::Progress,
          "opensspi: the kernel refuses keyrings here, as in many containers: nobody can log in, "
          "only Kerberos caches are used");
  }
  if (json) {
    auto array = nlohmann::ordered_json::array();
    for (const Session& session : sessions.list) array.push_back(to_json(session));
    print_json(array);
    return ExitCode::Ok;
  }
  print(Output::Results, paint(Output::Results, Colour::Bold,
                               padded("SESSION", 18) + padded("OWNER", 18) +
                                   padded("LOGGED IN", 32) + padded("SINCE", 22) + "UNTIL"));
  for (const Session& session : sessions.list) show(session);
  return ExitCode::Ok;
}

}  // namespace

void add_sessions(CLI::App& app, Run& run) {
  CLI::App* sessions = app.add_subcommand(
      "sessions", "Logon sessions and who is logged in there: this user's own; for root, all");
  auto json = std::make_shared<bool>(false);
  sessions->add_flag("--json", *json, "As a JSON array");
  sessions->callback([json, &run] { run = [json] { return list_sessions(*json); }; });
}

}  // namespace opensspi::command
