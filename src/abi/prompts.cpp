// SspiPromptForCredentials and SspiIsPromptingNeeded: a person is asked, on the terminal. Saving
// what was entered is left to the caller, who is told the answer.
#include <mutex>
#include <string>
#include <string_view>

#include "abi/guard.h"
#include "abi/identity_block.h"
#include "abi/module.h"
#include "abi/status_names.h"
#include "abi/terminal.h"
#include "abi/text.h"
#include "abi/wide_text.h"
#include "base/utf16.h"
#include "ntstatus.h"
#include "wincred.h"

namespace opensspi::abi {
namespace {

// What there is to say and to ask, in UTF-8.
struct Dialogue {
  std::string target, message, caption;
  std::uint32_t error = 0;
  IdentityParts known;        // of the caller: the name that is proposed
  std::optional<bool> saves;  // the proposal; nothing: saving is not asked about
};

struct Answers {
  std::string name;  // as typed: "DOMAIN\user", "user" or a UPN
  SecretBytes password;
  bool saves = false;
};

Error gave_up() {
  return {Status::NoCredentials, "the person who was asked gave up"};
}

// Errors of Windows that mean an NTSTATUS or another number inside.
std::uint32_t unwrapped(std::uint32_t error) {
  if ((error & 0xFFFF0000) == 0x80070000) return error & 0xFFFF;  // a Win32 error
  if ((error & 0xF0000000) == 0xD0000000) return error & ~std::uint32_t{0x10000000};  // an NTSTATUS
  return error;
}

bool is_about_credentials(std::uint32_t error) {
  constexpr auto nt = [](NTSTATUS status) { return static_cast<std::uint32_t>(status); };
  switch (unwrapped(error)) {
    case ERROR_ACCESS_DENIED:
    case ERROR_INVALID_PASSWORD:
    case ERROR_WRONG_PASSWORD:
    case ERROR_LOGON_FAILURE:
    case ERROR_PASSWORD_EXPIRED:
    case ERROR_PASSWORD_MUST_CHANGE:
    case ERROR_DOWNGRADE_DETECTED:
    case nt(STATUS_ACCESS_DENIED):
    case nt(STATUS_WRONG_PASSWORD):
    case nt(STATUS_LOGON_FAILURE):
    case nt(STATUS_PASSWORD_EXPIRED):
    case nt(STATUS_PASSWORD_MUST_CHANGE):
    case static_cast<std::uint32_t>(SEC_E_NO_CREDENTIALS):
    case static_cast<std::uint32_t>(SEC_E_LOGON_DENIED):
      return true;
    default:
      return false;
  }
}

std::string sentence_about(std::uint32_t error) {
  const std::uint32_t code = unwrapped(error);
  for (const char* text : {words_of_status(code).text, words_of_nt_status(code).text})
    if (*text != '\0') return text;
  return "The last logon failed.";
}

std::string proposed_name(const IdentityParts& known) {
  AccountName name;
  if (known.domain) name.domain = *known.domain;
  if (known.user) name.user = *known.user;
  return utf16le_to_utf8(join_account_name(name)).value_or("");
}

Result<Answers> hold(const Dialogue& dialogue) {
  // One at a time: two questions would get each other's answers.
  static std::mutex& mutex = *new std::mutex;
  const std::lock_guard lock(mutex);
  TRY_ASSIGN(Terminal terminal, Terminal::open());
  for (const std::string& line : {dialogue.caption, dialogue.message})
    if (!line.empty()) terminal.say(line);
  if (dialogue.error != 0) terminal.say(sentence_about(dialogue.error));
  terminal.say("Credentials for " + dialogue.target);

  const std::string proposal = proposed_name(dialogue.known);
  if (!proposal.empty()) terminal.say("Press Enter for " + proposal);
  const auto name = terminal.ask("User name: ");
  if (!name) return fail(gave_up());
  auto password = terminal.ask_secret("Password: ");
  if (!password) return fail(gave_up());
  Answers answers{name->empty() ? proposal : *name, std::move(*password),
                  dialogue.saves.value_or(false)};
  if (!dialogue.saves) return answers;
  const auto saves = terminal.ask(*dialogue.saves ? "Save them? [Y/n] " : "Save them? [y/N] ");
  if (!saves) return fail(gave_up());
  if (!saves->empty()) answers.saves = saves->front() == 'y' || saves->front() == 'Y';
  return answers;
}

constexpr std::uint32_t identity_flags_of(std::uint32_t flags, bool saves) {
  std::uint32_t out = 0;
  if ((flags & SSPIPFC_CREDPROV_DO_NOT_SAVE) != 0)
    out |= SEC_WINNT_AUTH_IDENTITY_FLAGS_SSPIPFC_CREDPROV_DO_NOT_SAVE;
  if ((flags & SSPIPFC_NO_CHECKBOX) != 0) out |= SEC_WINNT_AUTH_IDENTITY_FLAGS_SSPIPFC_NO_CHECKBOX;
  if ((flags & SSPIPFC_CREDPROV_DO_NOT_LOAD) != 0)
    out |= SEC_WINNT_AUTH_IDENTITY_FLAGS_SSPIPFC_CREDPROV_DO_NOT_LOAD;
  if (saves) out |= SEC_WINNT_AUTH_IDENTITY_FLAGS_SSPIPFC_SAVE_CRED_CHECKED;
  return out;
}

Result<Block<std::uint8_t>> identity_of(const Dialogue& dialogue, const Answers& answers,
                                        std::uint32_t flags) {
  IdentityParts parts;
  TRY_ASSIGN(const Bytes name, utf8_to_utf16le(answers.name));
  const AccountName account = split_account_name(name);
  parts.user = copy(account.user);
  if (account.domain) parts.domain = copy(*account.domain);
  TRY_ASSIGN(parts.password, secret_utf8_to_utf16le(answers.password.expose()));
  parts.package_list = dialogue.known.package_list;
  parts.flags = identity_flags_of(flags, answers.saves);
  return write_identity_block(parts);
}

template <class Char>
struct UiInfo;
template <>
struct UiInfo<SEC_CHAR> {
  using Type = CREDUI_INFOA;
};
template <>
struct UiInfo<SEC_WCHAR> {
  using Type = CREDUI_INFOW;
};

template <class Char>
struct Question {
  const Char* target;
  const void* ui_info;  // CREDUI_INFO
  std::uint32_t error;
  const Char* package;
  const void* known;
  PSEC_WINNT_AUTH_IDENTITY_OPAQUE* out;
  int* saves;
  std::uint32_t flags;
};

template <class Char>
Result<Dialogue> read_question(const Question<Char>& question) {
  if (question.target == nullptr || question.package == nullptr || question.out == nullptr)
    return fail(Status::InvalidParameter, "an argument that is needed is NULL");
  Dialogue dialogue;
  dialogue.error = question.error;
  TRY_ASSIGN(dialogue.target, text_from(question.target));
  TRY_ASSIGN(const std::string package, text_from(question.package));
  TRY(Module::instance().find_package(package));
  if (const auto* info = static_cast<const typename UiInfo<Char>::Type*>(question.ui_info)) {
    if (info->cbSize != sizeof *info)
      return fail(Status::InvalidParameter, "cbSize of the CREDUI_INFO is not its size");
    TRY_ASSIGN(dialogue.message, text_from(info->pszMessageText));
    TRY_ASSIGN(dialogue.caption, text_from(info->pszCaptionText));
  }
  if (question.known != nullptr) {
    TRY_ASSIGN(dialogue.known, read_identity(question.known));
  }
  if (question.saves != nullptr && (question.flags & SSPIPFC_NO_CHECKBOX) == 0)
    dialogue.saves = *question.saves != 0;
  return dialogue;
}

template <class Char>
Result<void> prompt(const Question<Char>& question) {
  TRY_ASSIGN(const Dialogue dialogue, read_question(question));
  TRY_ASSIGN(const Answers answers, hold(dialogue));
  TRY_ASSIGN(auto block, identity_of(dialogue, answers, question.flags));
  if (dialogue.saves) *question.saves = answers.saves ? TRUE : FALSE;
  *question.out = block.release();
  return {};
}

ULONG win32_error(const Error& error) {
  switch (error.status) {
    case Status::NoCredentials:
      return ERROR_CANCELLED;
    case Status::UnsupportedFunction:
      return ERROR_NO_SUCH_LOGON_SESSION;
    case Status::PackageNotFound:
      return ERROR_NO_SUCH_PACKAGE;
    default:
      return ERROR_INVALID_PARAMETER;
  }
}

template <class Char>
ULONG prompt_or_refuse(const Question<Char>& question) noexcept {
  return guard_value<ULONG>(ERROR_NOT_ENOUGH_MEMORY, [&]() -> Result<ULONG> {
    if ((question.flags & ~std::uint32_t{SSPIPFC_VALID_FLAGS}) != 0) {
      remember_error({Status::InvalidParameter, "the flags have a bit that is not known"});
      return ERROR_INVALID_FLAGS;
    }
    const auto prompted = prompt(question);
    if (prompted) return ERROR_SUCCESS;
    remember_error(prompted.error());
    return win32_error(prompted.error());
  });
}

}  // namespace
}  // namespace opensspi::abi

using namespace opensspi::abi;

OPENSSPI_EXPORT BOOLEAN SEC_ENTRY SspiIsPromptingNeeded(ULONG ErrorOrNtStatus) {
  return is_about_credentials(ErrorOrNtStatus) ? TRUE : FALSE;
}

OPENSSPI_EXPORT ULONG SEC_ENTRY SspiPromptForCredentialsW(
    PCWSTR pszTargetName, PVOID pUiInfo, ULONG dwAuthError, PCWSTR pszPackage,
    PSEC_WINNT_AUTH_IDENTITY_OPAQUE pInputAuthIdentity,
    PSEC_WINNT_AUTH_IDENTITY_OPAQUE* ppAuthIdentity, int* pfSave, ULONG dwFlags) {
  return prompt_or_refuse(Question<SEC_WCHAR>{pszTargetName, pUiInfo, dwAuthError, pszPackage,
                                              pInputAuthIdentity, ppAuthIdentity, pfSave, dwFlags});
}

OPENSSPI_EXPORT ULONG SEC_ENTRY SspiPromptForCredentialsA(
    PCSTR pszTargetName, PVOID pUiInfo, ULONG dwAuthError, PCSTR pszPackage,
    PSEC_WINNT_AUTH_IDENTITY_OPAQUE pInputAuthIdentity,
    PSEC_WINNT_AUTH_IDENTITY_OPAQUE* ppAuthIdentity, int* pfSave, ULONG dwFlags) {
  return prompt_or_refuse(Question<SEC_CHAR>{pszTargetName, pUiInfo, dwAuthError, pszPackage,
                                             pInputAuthIdentity, ppAuthIdentity, pfSave, dwFlags});
}
