// SspiPromptForCredentials at a terminal of its own: a child process whose controlling terminal is
// a pseudo-terminal, at which the test types.
#include <pty.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <functional>
#include <thread>

#include "abi/identity/identity.h"

namespace caller {
namespace {

// A child at a terminal. What `run` returns is its exit code.
class Person {
 public:
  explicit Person(const std::function<int()>& run) {
    child_ = forkpty(&terminal_, nullptr, nullptr, nullptr);
    if (child_ != 0) return;
    _exit(run());
  }
  Person(const Person&) = delete;
  Person& operator=(const Person&) = delete;
  ~Person() { close(terminal_); }

  // Reads on until the terminal shows `text`.
  void sees(std::string_view text) {
    const std::size_t from = seen_;
    while (shown_.find(text, from) == std::string::npos && read_more()) continue;
    const std::size_t at = shown_.find(text, from);
    ASSERT_NE(at, std::string::npos) << "not shown: " << text << "\nbut:\n" << shown_;
    seen_ = at + text.size();
  }
  void types(std::string_view keys) {
    ASSERT_EQ(write(terminal_, keys.data(), keys.size()), static_cast<ssize_t>(keys.size()));
  }
  int leaves() {
    while (read_more()) continue;
    int status = 0;
    EXPECT_EQ(waitpid(child_, &status, 0), child_);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  }
  [[nodiscard]] const std::string& shown() const { return shown_; }

 private:
  bool read_more() {
    char piece[256];
    const auto size = read(terminal_, piece, sizeof piece);
    if (size <= 0) return false;  // EIO when the child is gone
    shown_.append(piece, static_cast<std::size_t>(size));
    return true;
  }

  int terminal_ = -1;
  pid_t child_ = 0;
  std::string shown_{};
  std::size_t seen_ = 0;
};

struct Call {
  PSEC_WINNT_AUTH_IDENTITY_OPAQUE known = nullptr;
  int* save = nullptr;
  ULONG flags = 0;
  ULONG error = 0;
};

ULONG prompt(Identity& out, const Call& call = {}) {
  return SspiPromptForCredentialsW(u"TERMSRV/server", nullptr, call.error, u"Negotiate", call.known,
                                   out.out(), call.save, call.flags);
}

// In the child, where an expectation that fails would not be heard: 0 when all is as wanted.
int answers_are(const Strings& wanted, const Call& call = {}) {
  Identity identity;
  const ULONG error = prompt(identity, call);
  if (error != 0) return 100;
  PCWSTR user = nullptr, domain = nullptr, password = nullptr;
  if (SspiEncodeAuthIdentityAsStrings(identity.get(), &user, &domain, &password) != SEC_E_OK)
    return 101;
  return Strings{take(user), take(domain), take(password)} == wanted ? 0 : 102;
}

TEST(Prompt, AsksForNameAndPassword) {
  Person person([] { return answers_are({u"alice", u"WONDERLAND", u"Queen of \u2665"}); });
  person.sees("Credentials for TERMSRV/server");
  person.sees("User name: ");
  person.types("WONDERLAND\\alice\n");
  person.sees("Password: ");
  person.types("Queen of \xE2\x99\xA5\n");
  EXPECT_EQ(person.leaves(), 0) << person.shown();
  EXPECT_NE(person.shown().find("alice"), std::string::npos) << "names are shown";
  EXPECT_EQ(person.shown().find("Queen"), std::string::npos) << "passwords are not";
}

TEST(Prompt, TypingCanBeTakenBack) {
  Person person([] { return answers_are({u"alice@w.example", u"(null)", u"right"}); });
  person.sees("User name: ");
  person.types(
      "bob\x15"
      "alic\xC3\xA9\x7F"
      "e@w.example\r");  // Ctrl-U, Backspace
  person.sees("Password: ");
  person.types("wrong\x15rx\x7Fight\n");
  EXPECT_EQ(person.leaves(), 0) << person.shown();
}

TEST(Prompt, ProposesTheNameThatIsKnown) {
  Person person([] {
    const Identity known = encode();
    return answers_are({u"alice", u"WONDERLAND", u"p"}, {.known = known.get()});
  });
  person.sees("Press Enter for WONDERLAND\\alice");
  person.sees("User name: ");
  person.types("\n");
  person.sees("Password: ");
  person.types("p\n");
  EXPECT_EQ(person.leaves(), 0);
}

TEST(Prompt, TellsWhyItAsksAgain) {
  Person person([] {
    return answers_are({u"a", u"(null)", u"p"}, {.error = static_cast<ULONG>(SEC_E_LOGON_DENIED)});
  });
  person.sees(opensspi_status_text(SEC_E_LOGON_DENIED));
  person.sees("User name: ");
  person.types("a\n");
  person.sees("Password: ");
  person.types("p\n");
  EXPECT_EQ(person.leaves(), 0);
}

// What the child found in pfSave and in the flags of the identity.
int saving(int proposal, ULONG flags) {
  Identity identity;
  int save = proposal;
  if (prompt(identity, {.save = &save, .flags = flags}) != 0) return 100;
  const bool checked =
      (identity.header().Flags & SEC_WINNT_AUTH_IDENTITY_FLAGS_SSPIPFC_SAVE_CRED_CHECKED) != 0;
  return save * 2 + (checked ? 1 : 0);
}

TEST(Prompt, AsksWhetherToSave) {
  struct {
    int proposal;
    const char *question, *answer;
    int expected;
  } const rows[] = {{FALSE, "[y/N]", "y\n", 3},
                    {FALSE, "[y/N]", "\n", 0},
                    {TRUE, "[Y/n]", "\n", 3},
                    {TRUE, "[Y/n]", "no\n", 0}};
  for (const auto& row : rows) {
    Person person([&] { return saving(row.proposal, SSPIPFC_SAVE_CRED_BY_CALLER); });
    person.sees("User name: ");
    person.types("a\n");
    person.sees("Password: ");
    person.types("p\n");
    person.sees(row.question);
    person.types(row.answer);
    EXPECT_EQ(person.leaves(), row.expected) << row.question << row.answer;
  }
  Person person([] { return saving(TRUE, SSPIPFC_NO_CHECKBOX); });
  person.sees("User name: ");
  person.types("a\n");
  person.sees("Password: ");
  person.types("p\n");
  EXPECT_EQ(person.leaves(), 2) << "not asked: pfSave stays, and nothing is checked";
}

TEST(Prompt, CanBeGivenUp) {
  for (const char* keys : {"\x03", "\x04", "alice\x03", "alice\n\x03", "alice\n\x04"}) {
    Person person([] {
      Identity identity;
      const ULONG error = prompt(identity);
      return error == ERROR_CANCELLED && identity.get() == nullptr ? 0 : 1;
    });
    const std::string_view typed = keys;
    const std::size_t line = typed.find('\n') + 1;
    person.sees("User name: ");
    person.types(typed.substr(0, line == 0 ? typed.size() : line));
    if (line != 0) {
      person.sees("Password: ");
      person.types(typed.substr(line));
    }
    EXPECT_EQ(person.leaves(), 0) << person.shown();
  }
}

TEST(Prompt, LeavesTheTerminalAsItWas) {
  Person person([] {
    termios before{}, after{};
    tcgetattr(0, &before);
    Identity identity;
    (void)prompt(identity);
    tcgetattr(0, &after);
    return before.c_lflag == after.c_lflag ? 0 : 1;
  });
  person.sees("User name: ");
  person.types("\x03");
  EXPECT_EQ(person.leaves(), 0);
}

TEST(Prompt, NamesDoNotDriveTheTerminal) {
  Person person([] {
    Identity identity;
    return static_cast<int>(SspiPromptForCredentialsA("evil\x1B[2J\nUser name: ", nullptr, 0,
                                                      "NTLM", nullptr, identity.out(), nullptr,
                                                      0) == ERROR_CANCELLED);
  });
  person.sees("evil?[2J?User name: ");
  person.sees("User name: ");
  person.types("\x03");
  EXPECT_EQ(person.leaves(), 1);
  EXPECT_EQ(person.shown().find('\x1B'), std::string::npos);
}

TEST(Prompt, ShowsWhatTheCallerWrites) {
  Person person([] {
    CREDUI_INFOW info{};
    info.cbSize = sizeof info;
    info.pszCaptionText = u"Tea party";
    info.pszMessageText = u"Who are you?";
    Identity identity;
    return static_cast<int>(SspiPromptForCredentialsW(u"server", &info, 0, u"Negotiate", nullptr,
                                                      identity.out(), nullptr,
                                                      0) == ERROR_CANCELLED);
  });
  person.sees("Tea party");
  person.sees("Who are you?");
  person.sees("User name: ");
  person.types("\x04");
  EXPECT_EQ(person.leaves(), 1);
}

TEST(Prompt, NeedsATerminal) {
  const pid_t child = fork();
  if (child == 0) {
    setsid();  // away from whatever terminal the tests run at
    Identity identity;
    _exit(prompt(identity) == ERROR_NO_SUCH_LOGON_SESSION && identity.get() == nullptr ? 0 : 1);
  }
  int status = 0;
  ASSERT_EQ(waitpid(child, &status, 0), child);
  EXPECT_TRUE(WIFEXITED(status));
  EXPECT_EQ(WEXITSTATUS(status), 0);
}

TEST(Prompt, ChecksItsArgumentsFirst) {
  Identity out;
  EXPECT_EQ(ULONG{ERROR_INVALID_FLAGS}, prompt(out, {.flags = 0x10}));
  EXPECT_EQ(
      ULONG{ERROR_NO_SUCH_PACKAGE},
      SspiPromptForCredentialsW(u"server", nullptr, 0, u"Nobody", nullptr, out.out(), nullptr, 0));
  EXPECT_EQ(
      ULONG{ERROR_INVALID_PARAMETER},
      SspiPromptForCredentialsW(nullptr, nullptr, 0, u"NTLM", nullptr, out.out(), nullptr, 0));
  EXPECT_EQ(ULONG{ERROR_INVALID_PARAMETER},
            SspiPromptForCredentialsA("server", nullptr, 0, "NTLM", nullptr, nullptr, nullptr, 0));
  CREDUI_INFOW info{};
  EXPECT_EQ(
      ULONG{ERROR_INVALID_PARAMETER},
      SspiPromptForCredentialsW(u"server", &info, 0, u"NTLM", nullptr, out.out(), nullptr, 0));
  EXPECT_EQ(out.get(), nullptr);
}

TEST(IsPromptingNeeded, ForErrorsAboutCredentials) {
  for (const ULONG error :
       {static_cast<ULONG>(SEC_E_LOGON_DENIED), static_cast<ULONG>(SEC_E_NO_CREDENTIALS),
        ULONG{ERROR_LOGON_FAILURE}, ULONG{ERROR_ACCESS_DENIED}, ULONG{ERROR_PASSWORD_EXPIRED},
        0x8007052Eu,  // HRESULT of ERROR_LOGON_FAILURE
        0xC000006Du, 0xC000006Au, 0xC0000224u, 0xD000006Du})
    EXPECT_EQ(TRUE, SspiIsPromptingNeeded(error)) << std::hex << error;
  for (const ULONG error :
       {0u, static_cast<ULONG>(SEC_E_INTERNAL_ERROR), ULONG{ERROR_ACCOUNT_DISABLED}, 0xC0000072u,
        static_cast<ULONG>(SEC_E_TARGET_UNKNOWN), 0xFFFFFFFFu})
    EXPECT_EQ(FALSE, SspiIsPromptingNeeded(error)) << std::hex << error;
}

}  // namespace
}  // namespace caller
