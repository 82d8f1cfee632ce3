// libwbclient's functions by name, and its structures into ours. [MS-NRPC] NetrLogonSamLogonEx is
// what winbindd makes of the question.
#include "authority/winbind_client.h"

#include <dlfcn.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdint>
extern "C" {
#include <wbclient.h>
}

#include <algorithm>
#include <new>
#include <utility>

#include "authority/account_names.h"
#include "sspi/domain_words.h"

namespace opensspi::authority {
namespace {

// Where winbindd's socket is was compiled into libwbclient.
constexpr const char* kSockets[] = {"/run/samba/winbindd/pipe", "/var/run/samba/winbindd/pipe"};
// And the one for the privileged, whose folder is theirs alone: Debian's and Samba's own.
constexpr const char* kPrivileged[] = {"/var/lib/samba/winbindd_privileged",
                                       "/var/run/samba/winbindd_privileged"};

// [MS-NRPC] 2.2.1.4.15 LogonGuest
constexpr std::uint32_t kLogonGuest = 0x1;

struct Functions {
  decltype(&wbcCtxCreate) create = nullptr;
  decltype(&wbcCtxFree) free = nullptr;
  decltype(&wbcCtxInterfaceDetails) interface_details = nullptr;
  decltype(&wbcCtxPingDc2) ping_controller = nullptr;
  decltype(&wbcCtxAuthenticateUserEx) authenticate_user = nullptr;
  decltype(&wbcCtxChangeUserPasswordEx) change_password = nullptr;
  decltype(&wbcSidToStringBuf) sid_to_string = nullptr;
  decltype(&wbcFreeMemory) free_memory = nullptr;
};

template <class Function>
bool find(void* library, const char* name, Function& function) {
  function = reinterpret_cast<Function>(dlsym(library, name));
  return function != nullptr;
}

// Memory of libwbclient's.
template <class T>
class Owned {
 public:
  explicit Owned(const Functions& functions) : functions_(functions) {}
  Owned(const Owned&) = delete;
  Owned& operator=(const Owned&) = delete;
  ~Owned() { functions_.free_memory(value_); }

  T** out() { return &value_; }
  T* operator->() const { return value_; }
  explicit operator bool() const { return value_ != nullptr; }

 private:
  const Functions& functions_;
  T* value_ = nullptr;
};

std::string text_of(const char* text) {
  return text != nullptr ? text : "";
}

tl::unexpected<Error> no_winbind(wbcErr error) {
  switch (error) {
    case WBC_ERR_WINBIND_NOT_AVAILABLE:
      return fail(Status::NoAuthenticatingAuthority,
                  "winbind does not answer: winbindd is not running, or this process is neither "
                  "root nor in the group winbindd_priv",
                  nt_status::kNoLogonServers);
    case WBC_ERR_NO_MEMORY:
      return fail(Status::InsufficientMemory, "libwbclient has no memory");
    default:
      return fail(Status::NoAuthenticatingAuthority, "winbind could not ask the domain",
                  nt_status::kNoLogonServers);
  }
}

class LibWbclient final : public WinbindClient {
 public:
  explicit LibWbclient(const Functions& functions) : functions_(functions) {}

  Result<HostNames> machine() override {
    const auto context = new_context();
    Owned<struct wbcInterfaceDetails> details(functions_);
    const wbcErr error = functions_.interface_details(context.get(), details.out());
    if (error != WBC_ERR_SUCCESS) return no_winbind(error);
    HostNames names = local_host_names();
    names.netbios_computer = text_of(details->netbios_name);
    names.netbios_domain = text_of(details->netbios_domain);
    names.dns_domain = text_of(details->dns_domain);
    names.domain_joined = true;
    return names;
  }

  Result<void> ping_controller() override {
    const auto context = new_context();
    Owned<wbcAuthErrorInfo> refusal(functions_);
    Owned<char> name(functions_);
    const wbcErr error =
        functions_.ping_controller(context.get(), nullptr, refusal.out(), name.out());
    if (error == WBC_ERR_SUCCESS) return {};
    if (refusal && refusal->nt_status != 0) return fail(domain_refusal(refusal->nt_status));
    return no_winbind(error);
  }

  Result<DomainLogon> log_on(const NtlmQuestion& question) override {
    return ask(parameters_of(question));
  }

  Result<DomainLogon> identify(const Bytes& pac) override {
    wbcAuthUserParams parameters{};
    parameters.level = wbcAuthUserParams::WBC_AUTH_USER_LEVEL_PAC;
    // libwbclient reads it only.
    parameters.password.pac.data = const_cast<std::uint8_t*>(pac.data());
    parameters.password.pac.length = static_cast<std::uint32_t>(pac.size());
    return ask(parameters);
  }

  Result<void> change_password(const PasswordQuestion& question) override {
    const auto text = [](const SecretBytes& secret) {
      return reinterpret_cast<const char*>(secret.expose().data());
    };
    const auto context = new_context();
    TRY_ASSIGN(const std::string account, account_of(question, context.get()));
    wbcChangePasswordParams parameters{};
    parameters.account_name = account.c_str();
    parameters.level = wbcChangePasswordParams::WBC_CHANGE_PASSWORD_LEVEL_PLAIN;
    parameters.old_password.plaintext = text(question.old_password);
    parameters.new_password.plaintext = text(question.new_password);
    Owned<wbcAuthErrorInfo> refusal(functions_);
    Owned<wbcUserPasswordPolicyInfo> rules(functions_);
    wbcPasswordChangeRejectReason reason = WBC_PWD_CHANGE_NO_ERROR;
    const wbcErr error =
        functions_.change_password(context.get(), &parameters, refusal.out(), &reason, rules.out());
    if (error == WBC_ERR_SUCCESS) return {};
    if (refusal && refusal->nt_status != 0) return fail(domain_refusal(refusal->nt_status));
    return no_winbind(error);
  }

 private:
  Result<DomainLogon> ask(const wbcAuthUserParams& parameters) {
    const auto context = new_context();
    Owned<wbcAuthUserInfo> info(functions_);
    Owned<wbcAuthErrorInfo> refusal(functions_);
    const wbcErr error =
        functions_.authenticate_user(context.get(), &parameters, info.out(), refusal.out());
    if (error == WBC_ERR_AUTH_ERROR && refusal) return fail(domain_refusal(refusal->nt_status));
    if (error != WBC_ERR_SUCCESS) return no_winbind(error);
    DomainLogon logon = logon_of(*info.operator->());
    erase(info->user_session_key);
    if ((info->user_flags & kLogonGuest) != 0) {
      return fail(Status::LogonDenied, "the domain knows the client as a guest only",
                  nt_status::kLogonFailure);
    }
    return logon;
  }

  // Samba's own spelling: for passwords libwbclient does not look at the domain's name.
  Result<std::string> account_of(const PasswordQuestion& question, wbcContext* context) const {
    if (question.domain.empty()) return question.user;
    Owned<struct wbcInterfaceDetails> details(functions_);
    const wbcErr error = functions_.interface_details(context, details.out());
    if (error != WBC_ERR_SUCCESS) return no_winbind(error);
    return question.domain + details->winbind_separator + question.user;
  }

  // One for each question: a context is one socket, and used by one thread at a time.
  std::unique_ptr<wbcContext, decltype(&wbcCtxFree)> new_context() const {
    wbcContext* context = functions_.create();
    if (context == nullptr) throw std::bad_alloc();
    return {context, functions_.free};
  }

  // Machine accounts log on too, as they do at a Windows server.
  static wbcAuthUserParams parameters_of(const NtlmQuestion& question) {
    wbcAuthUserParams parameters{};
    parameters.account_name = question.user.c_str();
    parameters.domain_name = question.domain.c_str();
    parameters.workstation_name = question.workstation.c_str();
    parameters.parameter_control =
        WBC_MSV1_0_ALLOW_WORKSTATION_TRUST_ACCOUNT | WBC_MSV1_0_ALLOW_SERVER_TRUST_ACCOUNT;
    parameters.level = wbcAuthUserParams::WBC_AUTH_USER_LEVEL_RESPONSE;
    auto& response = parameters.password.response;
    std::copy(question.server_challenge.begin(), question.server_challenge.end(),
              response.challenge);
    // libwbclient reads these only.
    response.nt_data = const_cast<std::uint8_t*>(question.nt_response.data());
    response.nt_length = static_cast<std::uint32_t>(question.nt_response.size());
    response.lm_data = const_cast<std::uint8_t*>(question.lm_response.data());
    response.lm_length = static_cast<std::uint32_t>(question.lm_response.size());
    return parameters;
  }

  DomainLogon logon_of(const wbcAuthUserInfo& info) const {
    DomainLogon logon;
    logon.user = text_of(info.account_name);
    logon.domain = text_of(info.domain_name);
    for (std::uint32_t i = 0; i < info.num_sids; ++i) {
      char text[WBC_SID_STRING_BUFLEN] = {};
      functions_.sid_to_string(&info.sids[i].sid, text, sizeof(text));
      logon.sids.emplace_back(text);
    }
    std::copy(std::begin(info.user_session_key), std::end(info.user_session_key),
              logon.session_base_key.expose_mutable().begin());
    return logon;
  }

  const Functions functions_;
};

std::shared_ptr<WinbindClient> load() {
  // Never unloaded: a question may still wait for its answer when the process ends.
  void* library = dlopen("libwbclient.so.0", RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE);
  if (library == nullptr) return nullptr;
  Functions functions;
  const bool complete = find(library, "wbcCtxCreate", functions.create) &&
                        find(library, "wbcCtxFree", functions.free) &&
                        find(library, "wbcCtxInterfaceDetails", functions.interface_details) &&
                        find(library, "wbcCtxPingDc2", functions.ping_controller) &&
                        find(library, "wbcCtxAuthenticateUserEx", functions.authenticate_user) &&
                        find(library, "wbcCtxChangeUserPasswordEx", functions.change_password) &&
                        find(library, "wbcSidToStringBuf", functions.sid_to_string) &&
                        find(library, "wbcFreeMemory", functions.free_memory);
  return complete ? std::make_shared<LibWbclient>(functions) : nullptr;
}

}  // namespace

NtlmQuestion::NtlmQuestion(const NtlmResponse& response)
    : user(response.user),
      domain(response.domain),
      workstation(response.workstation),
      server_challenge(response.server_challenge),
      nt_response(copy(response.nt_response)),
      lm_response(copy(response.lm_response)) {}

std::shared_ptr<WinbindClient> load_winbind_client() {
  static const std::shared_ptr<WinbindClient> client = load();
  return client;
}

bool winbind_listens() {
  return std::any_of(std::begin(kSockets), std::end(kSockets), [](const char* path) {
    struct stat status {};
    return stat(path, &status) == 0 && S_ISSOCK(status.st_mode);
  });
}

bool may_have_winbind_judge() {
  return std::any_of(std::begin(kPrivileged), std::end(kPrivileged), [](const char* path) {
    return faccessat(AT_FDCWD, path, X_OK, AT_EACCESS) == 0;
  });
}

// [MS-ERREF] 2.3.1
Error domain_refusal(std::uint32_t nt_status) {
  const auto nobody = [&](const char* why) {
    return Error{Status::NoAuthenticatingAuthority, why, nt_status};
  };
  switch (nt_status) {
    case nt_status::kNoLogonServers:
    case 0xC0000233:  // STATUS_DOMAIN_CONTROLLER_NOT_FOUND
    case 0xC00000B5:  // STATUS_IO_TIMEOUT
    case 0xC00000BE:  // STATUS_BAD_NETWORK_PATH
    case 0xC0000236:  // STATUS_CONNECTION_REFUSED
    case 0xC000020D:  // STATUS_CONNECTION_RESET
      return nobody("no controller of the domain answers winbind");
    case 0xC000018B:  // STATUS_NO_TRUST_SAM_ACCOUNT
    case 0xC000018C:  // STATUS_TRUSTED_DOMAIN_FAILURE
    case 0xC000018D:  // STATUS_TRUSTED_RELATIONSHIP_FAILURE
    case 0xC00000DA:  // STATUS_CANT_ACCESS_DOMAIN_INFO
      return nobody("the domain does not trust this machine: join it again");
    default:
      break;
  }
  const char* words = domain_words(nt_status);
  return {Status::LogonDenied, words != nullptr ? words : "the domain refused the logon",
          nt_status};
}

}  // namespace opensspi::authority
