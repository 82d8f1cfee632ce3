// What the tests of saved credentials share: both widths of wincred.h, and a Unix user for whom
// nothing else is saved.
#pragma once

#include "abi/support.h"
#include "support/other_user.h"
#include "wincred.h"

namespace caller {

inline constexpr uid_t kAliceUid = 62'101, kBobUid = 62'102;

// The functions of either width, and the texts that they take.
struct Wide {
  using Char = SEC_WCHAR;
  using Text = std::basic_string<Char>;
  using Credential = CREDENTIALW;
  using Attribute = CREDENTIAL_ATTRIBUTEW;
  static constexpr auto write = CredWriteW;
  static constexpr auto read = CredReadW;
  static constexpr auto enumerate = CredEnumerateW;
  static constexpr auto remove = CredDeleteW;
};
struct Narrow {
  using Char = SEC_CHAR;
  using Text = std::basic_string<Char>;
  using Credential = CREDENTIALA;
  using Attribute = CREDENTIAL_ATTRIBUTEA;
  static constexpr auto write = CredWriteA;
  static constexpr auto read = CredReadA;
  static constexpr auto enumerate = CredEnumerateA;
  static constexpr auto remove = CredDeleteA;
};

template <class Api>
typename Api::Text text(std::string_view ascii) {
  return typename Api::Text(ascii.begin(), ascii.end());
}
// "Müller" as either width has it.
template <class Api>
typename Api::Text mueller() {
  if constexpr (std::is_same_v<Api, Wide>)
    return u"M\u00fcller";
  else
    return "M\xC3\xBCller";
}

// The bytes of a password in UTF-16LE.
inline Bytes password_blob(const std::basic_string<SEC_WCHAR>& password) {
  Bytes blob(password.size() * sizeof(SEC_WCHAR));
  std::memcpy(blob.data(), password.data(), blob.size());
  return blob;
}

// A CREDENTIAL to be written, with the memory that it points to.
template <class Api>
class Written {
 public:
  explicit Written(DWORD type = CRED_TYPE_GENERIC, std::string_view target_name = "TERMSRV/server",
                   std::string_view user_name = "CORP\\alice")
      : target(text<Api>(target_name)), user(text<Api>(user_name)) {
    credential.Type = type;
    credential.Persist = CRED_PERSIST_LOCAL_MACHINE;
  }
  Written(const Written&) = delete;
  Written& operator=(const Written&) = delete;

  typename Api::Text target, user, comment{}, alias{};
  Bytes blob = password_blob(u"secret");
  std::vector<typename Api::Attribute> attributes{};
  typename Api::Credential credential{};

  typename Api::Credential* get() {
    credential.TargetName = target.data();
    credential.UserName = user.data();
    credential.Comment = comment.data();
    credential.TargetAlias = alias.data();
    credential.CredentialBlob = blob.data();
    credential.CredentialBlobSize = static_cast<DWORD>(blob.size());
    credential.Attributes = attributes.data();
    credential.AttributeCount = static_cast<DWORD>(attributes.size());
    return &credential;
  }
};

inline testing::AssertionResult answers_true(const char* text, BOOL answer) {
  if (answer == TRUE) return testing::AssertionSuccess();
  return testing::AssertionFailure()
         << text << "\n  failed with " << last_error().value << " (" << why() << ")";
}
#define EXPECT_DONE(call) EXPECT_PRED_FORMAT1(caller::answers_true, call)
#define ASSERT_DONE(call) ASSERT_PRED_FORMAT1(caller::answers_true, call)

// FALSE, and the Win32 error that Windows has for it.
inline testing::AssertionResult answers_false(const char* /*code_text*/, const char* text,
                                              std::int64_t code, BOOL answer) {
  if (answer != FALSE) return testing::AssertionFailure() << text << "\n  did not fail";
  const opensspi_error error = last_error();
  if (error.value == code && *error.why != '\0' && error.status < 0)
    return testing::AssertionSuccess();
  return testing::AssertionFailure() << text << "\n  failed with " << error.value << " ("
                                     << error.why << "), not with " << code;
}
#define EXPECT_FAILS(code, call) EXPECT_PRED_FORMAT2(caller::answers_false, code, call)

template <class Api>
void save(DWORD type, std::string_view target, std::string_view user = "CORP\\alice",
          const Bytes& blob = password_blob(u"secret")) {
  Written<Api> written(type, target, user);
  written.blob = blob;
  EXPECT_DONE(Api::write(written.get(), 0));
}

inline void forget_all() {
  DWORD count = 0;
  PCREDENTIALA* all = nullptr;
  if (CredEnumerateA(nullptr, 0, &count, &all) != TRUE) return;
  for (DWORD i = 0; i < count; ++i) EXPECT_DONE(CredDeleteA(all[i]->TargetName, all[i]->Type, 0));
  CredFree(all);
}

// The body runs as that user, for whom nothing is saved before and after.
inline testing::AssertionResult alone(const std::function<void()>& body, uid_t user = kAliceUid) {
  return opensspi::test::as_user(user, [&] {
    forget_all();
    opensspi::test::await_key_quota(user);
    body();
    forget_all();
  });
}

class SavedCredentials : public testing::Test {
 protected:
  void SetUp() override {
    if (!opensspi::test::may_become_others()) GTEST_SKIP() << "needs root, to become other users";
    // Other users read the policy, too.
    using std::filesystem::perms;
    std::filesystem::permissions(folder().path(), perms::owner_all | perms::others_exec);
  }
};

template <class Api>
class SavedCredentialsOf : public SavedCredentials {};
using Apis = testing::Types<Wide, Narrow>;

}  // namespace caller
