// Attributes and details out of the context, in words and as JSON.
#include "logon.h"

#include <credssp.h>

#include <cmath>
#include <memory>

#include "status.h"

namespace opensspi::command {
namespace {

// Memory that the library handed out.
class ContextBuffer {
 public:
  explicit ContextBuffer(void* memory) : memory_(memory) {}
  ContextBuffer(const ContextBuffer&) = delete;
  ContextBuffer& operator=(const ContextBuffer&) = delete;
  ~ContextBuffer() {
    if (memory_ != nullptr) FreeContextBuffer(memory_);
  }

 private:
  void* memory_;
};

std::string user_of(PCtxtHandle context) {
  SecPkgContext_NamesA names{};
  if (QueryContextAttributesA(context, SECPKG_ATTR_NAMES, &names) != SEC_E_OK) return {};
  const ContextBuffer owner(names.sUserName);
  return names.sUserName;
}

std::string claimed_user_of(PCtxtHandle context) {
  char name[1024];
  return opensspi_claimed_name(context, name, sizeof name) == SEC_E_OK ? name : "";
}

std::string mechanism_of(PCtxtHandle context) {
  const char* mechanism = nullptr;
  return opensspi_mechanism(context, &mechanism) == SEC_E_OK ? mechanism : "";
}

void add_tls(PCtxtHandle context, Logon& logon) {
  opensspi_tls_info info{};
  if (opensspi_tls(context, &info) != SEC_E_OK) return;
  logon.tls = info.version;
  logon.cipher_suite = info.cipher_suite_name;
}

nlohmann::ordered_json or_null(const std::string& text) {
  return text.empty() ? nlohmann::ordered_json() : nlohmann::ordered_json(text);
}

}  // namespace

Logon describe_logon(CredSspSession& session, SECURITY_STATUS status) {
  Logon logon;
  logon.accepted = logon.authenticated = status == SEC_E_OK;
  logon.status = status;
  if (!logon.accepted) {
    logon.nt_status = session.error().nt_status;
    logon.reason = reason_of(session.error());
  }
  const PCtxtHandle context = session.context();
  if (context == nullptr) return logon;
  logon.user = logon.accepted ? user_of(context) : claimed_user_of(context);
  logon.mechanism = mechanism_of(context);
  std::uint32_t version = 0;
  if (opensspi_credssp_version(context, &version) == SEC_E_OK) logon.version = version;
  add_tls(context, logon);
  return logon;
}

void add_client(CredSspSession& session, Logon& logon) {
  HANDLE handle = nullptr;
  if (QuerySecurityContextToken(session.context(), &handle) != SEC_E_OK) return;
  opensspi_token* token = nullptr;
  const SECURITY_STATUS status = opensspi_token_read(handle, &token);
  opensspi_close_handle(handle);
  if (status != SEC_E_OK) return;
  const std::unique_ptr<opensspi_token, void (*)(void*)> owner(token, opensspi_free);
  logon.unix_user = token->unix_user;
  logon.user_sid = token->user_sid;
  logon.group_sids.assign(token->group_sids, token->group_sids + token->num_group_sids);
}

void deny(Logon& logon, const std::string& reason) {
  constexpr std::uint32_t kLogonTypeNotGranted = 0xC000015B;
  logon.accepted = false;
  logon.status = SEC_E_LOGON_DENIED;
  logon.nt_status = kLogonTypeNotGranted;
  logon.reason = reason;
}

void refuse(Logon& logon, SECURITY_STATUS status, const std::string& reason) {
  logon.accepted = logon.authenticated = false;
  logon.status = status;
  logon.reason = reason;
}

nlohmann::ordered_json to_json(const Logon& logon) {
  nlohmann::ordered_json json;
  json["accepted"] = logon.accepted;
  json["authenticated"] = logon.authenticated;
  json["user"] = or_null(logon.user);
  json["unix_user"] = or_null(logon.unix_user);
  json["user_sid"] = or_null(logon.user_sid);
  json["group_sids"] = logon.group_sids;
  json["mechanism"] = or_null(logon.mechanism);
  json["version"] = logon.version ? nlohmann::ordered_json(*logon.version) : nullptr;
  json["tls"] = or_null(logon.tls);
  json["status"] = opensspi_status_name(logon.status);
  json["reason"] = logon.reason;
  json["nt_status"] = or_null(logon.nt_status != 0 ? opensspi_nt_status_name(logon.nt_status) : "");
  json["cipher_suite"] = or_null(logon.cipher_suite);
  json["peer"] = or_null(logon.peer);
  json["milliseconds"] = std::round(logon.milliseconds * 100) / 100;
  return json;
}

void print_json(const nlohmann::ordered_json& json) {
  // Names of peers may hold bytes that are no UTF-8.
  print(Output::Results,
        json.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace));
}

std::string to_line(const Logon& logon, const char* preposition) {
  std::string line = logon.accepted ? paint(Output::Results, Colour::Green, "accepted")
                                    : paint(Output::Results, Colour::Red, "refused ");
  line += "  " + (logon.user.empty() ? std::string("(no name yet)") : printable(logon.user));
  line += std::string(" ") + preposition + ' ' + logon.peer;
  if (!logon.mechanism.empty()) line += ", " + logon.mechanism;
  if (logon.version) line += ", CredSSP " + std::to_string(*logon.version);
  if (!logon.tls.empty()) line += ", " + logon.tls + " (" + logon.cipher_suite + ')';
  line += ", " + milliseconds(logon.milliseconds) + " ms";
  if (!logon.accepted) {
    line += std::string(": ") + opensspi_status_name(logon.status) + ": " + printable(logon.reason);
  }
  return line;
}

}  // namespace opensspi::command
