// CredWrite and CredDelete: what is taken, what is refused, and with which error.
#include <sys/mman.h>
#include <unistd.h>

#include "saved.h"

namespace caller {
namespace {

TYPED_TEST_SUITE(SavedCredentialsOf, Apis);

template <class Api>
BOOL saved(DWORD type, std::string_view target) {
  typename Api::Credential* read = nullptr;
  const BOOL answer = Api::read(text<Api>(target).c_str(), type, 0, &read);
  CredFree(read);
  return answer;
}

TYPED_TEST(SavedCredentialsOf, NeedTheirArguments) {
  EXPECT_TRUE(alone([] {
    EXPECT_FAILS(ERROR_INVALID_PARAMETER, TypeParam::write(nullptr, 0));
    Written<TypeParam> written;
    written.get()->TargetName = nullptr;
    EXPECT_FAILS(ERROR_INVALID_PARAMETER, TypeParam::write(&written.credential, 0));
    written.target.clear();
    EXPECT_FAILS(ERROR_INVALID_PARAMETER, TypeParam::write(written.get(), 0));
    EXPECT_FAILS(ERROR_INVALID_PARAMETER, TypeParam::remove(nullptr, CRED_TYPE_GENERIC, 0));
    EXPECT_FAILS(ERROR_INVALID_PARAMETER,
                 TypeParam::remove(written.target.c_str(), CRED_TYPE_GENERIC, 0));
  }));
}

TYPED_TEST(SavedCredentialsOf, KnowTheirFlagsTypesAndPersistence) {
  EXPECT_TRUE(alone([] {
    Written<TypeParam> written;
    for (const DWORD flags : {0x2U, 0xFFFFFFFEU, 0x80000000U}) {
      EXPECT_FAILS(ERROR_INVALID_FLAGS, TypeParam::write(written.get(), flags));
    }
    const auto name = written.target;
    EXPECT_FAILS(ERROR_INVALID_FLAGS, TypeParam::remove(name.c_str(), CRED_TYPE_GENERIC, 1));
    for (const DWORD type : {0U, 7U, 1007U, 0xFFFFFFFFU}) {
      written.credential.Type = type;
      EXPECT_FAILS(ERROR_INVALID_PARAMETER, TypeParam::write(written.get(), 0));
      EXPECT_FAILS(ERROR_INVALID_PARAMETER, TypeParam::remove(name.c_str(), type, 0));
    }
    for (const DWORD type :
         {CRED_TYPE_DOMAIN_CERTIFICATE, CRED_TYPE_GENERIC_CERTIFICATE, CRED_TYPE_DOMAIN_EXTENDED}) {
      written.credential.Type = type;
      EXPECT_FAILS(ERROR_NOT_SUPPORTED, TypeParam::write(written.get(), 0));
      EXPECT_EQ(SEC_E_UNSUPPORTED_FUNCTION, last_error().status);
      EXPECT_FAILS(ERROR_NOT_FOUND, TypeParam::remove(name.c_str(), type, 0));
    }
    written.credential.Type = CRED_TYPE_GENERIC;
    for (const DWORD persist : {0U, 4U, 0xFFFFFFFFU}) {
      written.credential.Persist = persist;
      EXPECT_FAILS(ERROR_INVALID_PARAMETER, TypeParam::write(written.get(), 0));
    }
    EXPECT_FAILS(ERROR_NOT_FOUND, (saved<TypeParam>(CRED_TYPE_GENERIC, "TERMSRV/server")));
    for (const DWORD persist : {1U, 2U, 3U}) {
      written.credential.Persist = persist;
      EXPECT_DONE(TypeParam::write(written.get(), 0));
    }
  }));
}

TYPED_TEST(SavedCredentialsOf, TakeFewFlagsOfTheCredential) {
  EXPECT_TRUE(alone([] {
    Written<TypeParam> written(CRED_TYPE_DOMAIN_PASSWORD);
    for (const DWORD flags : {0x1U, 0x8U, 0x10U, 0x20U, 0x100U, 0x8000U}) {
      written.credential.Flags = flags;
      EXPECT_FAILS(ERROR_INVALID_PARAMETER, TypeParam::write(written.get(), 0)) << flags;
    }
    written.credential.Flags = CRED_FLAGS_PROMPT_NOW;
    EXPECT_DONE(TypeParam::write(written.get(), 0));
    // A credential for a user, not for a server.
    written.credential.Flags = CRED_FLAGS_USERNAME_TARGET;
    EXPECT_FAILS(ERROR_INVALID_PARAMETER, TypeParam::write(written.get(), 0));
    written.target = text<TypeParam>("corp\\ALICE");
    EXPECT_DONE(TypeParam::write(written.get(), 0));
    written.credential.Type = CRED_TYPE_GENERIC;
    EXPECT_FAILS(ERROR_INVALID_PARAMETER, TypeParam::write(written.get(), 0));
  }));
}

TYPED_TEST(SavedCredentialsOf, NameUsersAsTheirTypeWants) {
  EXPECT_TRUE(alone([] {
    for (const DWORD type : {CRED_TYPE_DOMAIN_PASSWORD, CRED_TYPE_DOMAIN_VISIBLE_PASSWORD}) {
      Written<TypeParam> written(type);
      for (const char* user : {"", "\\", "\\alice", "CORP\\", "A\\B\\C", "@corp", "alice@"}) {
        written.user = text<TypeParam>(user);
        EXPECT_FAILS(ERROR_BAD_USERNAME, TypeParam::write(written.get(), 0)) << user;
      }
      written.get()->UserName = nullptr;
      EXPECT_FAILS(ERROR_BAD_USERNAME, TypeParam::write(&written.credential, 0));
      for (const char* user : {"alice", "alice@corp.example", "CORP\\alice", "LIVE\\a@b.example"}) {
        written.user = text<TypeParam>(user);
        EXPECT_DONE(TypeParam::write(written.get(), 0)) << user;
      }
    }
    Written<TypeParam> generic;
    for (const char* user : {"", "A\\B\\C", "x@"}) {
      generic.user = text<TypeParam>(user);
      EXPECT_DONE(TypeParam::write(generic.get(), 0)) << user;
    }
    generic.get()->UserName = nullptr;
    EXPECT_DONE(TypeParam::write(&generic.credential, 0));
  }));
}

TYPED_TEST(SavedCredentialsOf, NameServersAsTheirTypeWants) {
  EXPECT_TRUE(alone([] {
    for (const char* target :
         {"a*", "*a", "*.", "\\*", "*.a.*", "**", "a*b", "CORP\\*x", "TERMSRV/*"}) {
      Written<TypeParam> written(CRED_TYPE_DOMAIN_PASSWORD, target);
      EXPECT_FAILS(ERROR_INVALID_PARAMETER, TypeParam::write(written.get(), 0)) << target;
      written.credential.Type = CRED_TYPE_GENERIC;
      EXPECT_DONE(TypeParam::write(written.get(), 0)) << target;
    }
    for (const char* target : {"*", "*.corp.example", "CORP\\*", "server", "TERMSRV/server"}) {
      save<TypeParam>(CRED_TYPE_DOMAIN_PASSWORD, target);
    }
    Written<TypeParam> session(CRED_TYPE_DOMAIN_PASSWORD, "*Session");
    EXPECT_FAILS(ERROR_INVALID_PARAMETER, TypeParam::write(session.get(), 0));
    session.credential.Persist = CRED_PERSIST_SESSION;
    EXPECT_DONE(TypeParam::write(session.get(), 0));
  }));
}

TYPED_TEST(SavedCredentialsOf, HaveWindowsLimits) {
  EXPECT_TRUE(alone([] {
    const auto long_text = [](std::size_t length) {
      return typename TypeParam::Text(length, typename TypeParam::Char{'n'});
    };
    Written<TypeParam> written(CRED_TYPE_DOMAIN_PASSWORD);
    const auto limit = [&](typename TypeParam::Text& member, std::size_t most, DWORD code) {
      const auto before = member;
      member = long_text(most + 1);
      EXPECT_FAILS(code, TypeParam::write(written.get(), 0)) << most;
      member = long_text(most);
      EXPECT_DONE(TypeParam::write(written.get(), 0)) << most;
      member = before;
    };
    limit(written.target, CRED_MAX_DOMAIN_TARGET_NAME_LENGTH, ERROR_INVALID_PARAMETER);
    limit(written.user, CRED_MAX_USERNAME_LENGTH, ERROR_BAD_USERNAME);
    limit(written.comment, CRED_MAX_STRING_LENGTH, ERROR_INVALID_PARAMETER);
    limit(written.alias, CRED_MAX_STRING_LENGTH, ERROR_INVALID_PARAMETER);

    written.blob.resize(CRED_MAX_CREDENTIAL_BLOB_SIZE);
    EXPECT_DONE(TypeParam::write(written.get(), 0));
    written.blob.resize(CRED_MAX_CREDENTIAL_BLOB_SIZE + 2);
    EXPECT_FAILS(RPC_X_BAD_STUB_DATA, TypeParam::write(written.get(), 0));
    written.blob.resize(3);  // no UTF-16
    EXPECT_FAILS(ERROR_INVALID_PARAMETER, TypeParam::write(written.get(), 0));
    written.credential.Type = CRED_TYPE_GENERIC;
    EXPECT_DONE(TypeParam::write(written.get(), 0));
    written.get()->CredentialBlob = nullptr;
    EXPECT_FAILS(ERROR_INVALID_PARAMETER, TypeParam::write(&written.credential, 0));

    // A Generic target may be longer than the kernel's names are.
    written.target = long_text(4000);
    EXPECT_DONE(TypeParam::write(written.get(), 0));
    for (const std::size_t length : {4096, CRED_MAX_GENERIC_TARGET_NAME_LENGTH}) {
      written.target = long_text(length);
      EXPECT_FAILS(ERROR_NOT_ENOUGH_MEMORY, TypeParam::write(written.get(), 0));
      EXPECT_FAILS(ERROR_NOT_FOUND,
                   TypeParam::remove(written.target.c_str(), CRED_TYPE_GENERIC, 0));
    }
    written.target = long_text(CRED_MAX_GENERIC_TARGET_NAME_LENGTH + 1);
    EXPECT_FAILS(ERROR_INVALID_PARAMETER, TypeParam::write(written.get(), 0));
    EXPECT_FAILS(ERROR_INVALID_PARAMETER,
                 TypeParam::remove(written.target.c_str(), CRED_TYPE_GENERIC, 0));
  }));
}

TYPED_TEST(SavedCredentialsOf, HaveWindowsLimitsOfAttributes) {
  EXPECT_TRUE(alone([] {
    Written<TypeParam> written;
    typename TypeParam::Text keyword(CRED_MAX_STRING_LENGTH, typename TypeParam::Char{'k'});
    typename TypeParam::Text too_long = keyword + typename TypeParam::Char{'k'};
    typename TypeParam::Text brief(1, typename TypeParam::Char{'k'});
    Bytes value(CRED_MAX_VALUE_SIZE, 7);
    const DWORD size = CRED_MAX_VALUE_SIZE;
    const typename TypeParam::Attribute largest{keyword.data(), 0, size, value.data()};

    written.attributes = {largest};
    EXPECT_DONE(TypeParam::write(written.get(), 0));
    written.attributes.assign(CRED_MAX_ATTRIBUTES, {brief.data(), 0, 1, value.data()});
    EXPECT_DONE(TypeParam::write(written.get(), 0));
    written.attributes.assign(CRED_MAX_ATTRIBUTES + 1, {brief.data(), 0, 1, value.data()});
    EXPECT_FAILS(RPC_X_BAD_STUB_DATA, TypeParam::write(written.get(), 0));
    // All that Windows takes at once is more than the kernel keeps for a user.
    written.attributes.assign(CRED_MAX_ATTRIBUTES, largest);
    EXPECT_FAILS(ERROR_NOT_ENOUGH_MEMORY, TypeParam::write(written.get(), 0));

    written.attributes = {{keyword.data(), 0, size + 1, value.data()}};
    EXPECT_FAILS(RPC_X_BAD_STUB_DATA, TypeParam::write(written.get(), 0));
    written.attributes = {{too_long.data(), 0, size, value.data()}};
    EXPECT_FAILS(ERROR_INVALID_PARAMETER, TypeParam::write(written.get(), 0));
    written.attributes = {{nullptr, 0, size, value.data()}};
    EXPECT_FAILS(ERROR_INVALID_PARAMETER, TypeParam::write(written.get(), 0));
    written.attributes = {{keyword.data(), 0, size, nullptr}};
    EXPECT_FAILS(ERROR_INVALID_PARAMETER, TypeParam::write(written.get(), 0));
    written.get()->Attributes = nullptr;
    EXPECT_FAILS(ERROR_INVALID_PARAMETER, TypeParam::write(&written.credential, 0));
  }));
}

// A text that ends nowhere, at the end of readable memory.
template <class Char>
class Endless {
 public:
  explicit Endless(std::size_t length) {
    const auto page = static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
    const std::size_t size = length * sizeof(Char);
    const std::size_t readable = (size + page - 1) / page * page;
    size_ = readable + page;
    memory_ = mmap(nullptr, size_, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (memory_ == MAP_FAILED) abort();
    auto* const end = static_cast<std::uint8_t*>(memory_) + readable;
    mprotect(end, page, PROT_NONE);
    text_ = reinterpret_cast<Char*>(end - size);
    std::fill_n(text_, length, Char{'n'});
  }
  Endless(const Endless&) = delete;
  Endless& operator=(const Endless&) = delete;
  ~Endless() { munmap(memory_, size_); }

  [[nodiscard]] Char* text() const { return text_; }

 private:
  void* memory_ = nullptr;
  std::size_t size_ = 0;
  Char* text_ = nullptr;
};

TYPED_TEST(SavedCredentialsOf, AreReadNoFurtherThanTheirLimits) {
  EXPECT_TRUE(alone([] {
    // UTF-8 may need three bytes for what is one unit of UTF-16.
    const std::size_t bytes = std::is_same_v<TypeParam, Wide> ? 1 : 3;
    const auto endless = [&](std::size_t most) {
      return std::make_unique<Endless<typename TypeParam::Char>>(most * bytes + 1);
    };
    const auto target = endless(CRED_MAX_DOMAIN_TARGET_NAME_LENGTH);
    const auto user = endless(CRED_MAX_USERNAME_LENGTH);
    const auto brief = endless(CRED_MAX_STRING_LENGTH);
    Written<TypeParam> written(CRED_TYPE_DOMAIN_PASSWORD);
    written.get()->TargetName = target->text();
    EXPECT_FAILS(ERROR_INVALID_PARAMETER, TypeParam::write(&written.credential, 0));
    written.get()->UserName = user->text();
    EXPECT_FAILS(ERROR_BAD_USERNAME, TypeParam::write(&written.credential, 0));
    written.get()->Comment = brief->text();
    EXPECT_FAILS(ERROR_INVALID_PARAMETER, TypeParam::write(&written.credential, 0));
    written.get()->TargetAlias = brief->text();
    EXPECT_FAILS(ERROR_INVALID_PARAMETER, TypeParam::write(&written.credential, 0));
    written.attributes = {{brief->text(), 0, 0, nullptr}};
    EXPECT_FAILS(ERROR_INVALID_PARAMETER, TypeParam::write(written.get(), 0));

    const auto generic = endless(CRED_MAX_GENERIC_TARGET_NAME_LENGTH);
    EXPECT_FAILS(ERROR_INVALID_PARAMETER, TypeParam::remove(generic->text(), CRED_TYPE_GENERIC, 0));
    DWORD count = 0;
    typename TypeParam::Credential** all = nullptr;
    EXPECT_FAILS(ERROR_INVALID_PARAMETER, TypeParam::enumerate(generic->text(), 0, &count, &all));
  }));
}

TYPED_TEST(SavedCredentialsOf, TakeWellFormedTextOnly) {
  EXPECT_TRUE(alone([] {
    typename TypeParam::Text bad;
    if constexpr (std::is_same_v<TypeParam, Wide>)
      bad = {'a', 0xD800, 'b'};
    else
      bad = "a\xED\xA0\x80";
    Written<TypeParam> written(CRED_TYPE_DOMAIN_PASSWORD);
    const auto expect_refused = [&](typename TypeParam::Text& member, DWORD code) {
      const auto before = member;
      member = bad;
      EXPECT_FAILS(code, TypeParam::write(written.get(), 0));
      member = before;
    };
    expect_refused(written.target, ERROR_INVALID_PARAMETER);
    expect_refused(written.user, ERROR_BAD_USERNAME);
    expect_refused(written.comment, ERROR_INVALID_PARAMETER);
    expect_refused(written.alias, ERROR_INVALID_PARAMETER);
    written.attributes = {{bad.data(), 0, 0, nullptr}};
    EXPECT_FAILS(ERROR_INVALID_PARAMETER, TypeParam::write(written.get(), 0));
    EXPECT_FAILS(ERROR_INVALID_PARAMETER, TypeParam::remove(bad.c_str(), CRED_TYPE_GENERIC, 0));
  }));
}

TYPED_TEST(SavedCredentialsOf, KeepTheirBlobWhenAsked) {
  EXPECT_TRUE(alone([] {
    Written<TypeParam> written;
    const Bytes secret = written.blob;
    EXPECT_FAILS(ERROR_INVALID_PARAMETER,
                 TypeParam::write(written.get(), CRED_PRESERVE_CREDENTIAL_BLOB));
    written.blob.clear();
    EXPECT_FAILS(ERROR_NOT_FOUND, TypeParam::write(written.get(), CRED_PRESERVE_CREDENTIAL_BLOB));
    save<TypeParam>(CRED_TYPE_DOMAIN_PASSWORD, "TERMSRV/server");  // another type is another one
    EXPECT_FAILS(ERROR_NOT_FOUND, TypeParam::write(written.get(), CRED_PRESERVE_CREDENTIAL_BLOB));
    save<TypeParam>(CRED_TYPE_GENERIC, "TERMSRV/server", "CORP\\alice", secret);
    written.user = text<TypeParam>("CORP\\bob");
    EXPECT_DONE(TypeParam::write(written.get(), CRED_PRESERVE_CREDENTIAL_BLOB));
    typename TypeParam::Credential* read = nullptr;
    ASSERT_DONE(TypeParam::read(written.target.c_str(), CRED_TYPE_GENERIC, 0, &read));
    EXPECT_EQ(Bytes(read->CredentialBlob, read->CredentialBlob + read->CredentialBlobSize), secret);
    EXPECT_EQ(read->UserName, written.user);
    CredFree(read);
    // Without the flag the blob is what is given: none.
    EXPECT_DONE(TypeParam::write(written.get(), 0));
    ASSERT_DONE(TypeParam::read(written.target.c_str(), CRED_TYPE_GENERIC, 0, &read));
    EXPECT_EQ(0U, read->CredentialBlobSize);
    EXPECT_EQ(nullptr, read->CredentialBlob);
    CredFree(read);
  }));
}

TYPED_TEST(SavedCredentialsOf, AreDeletedByNameInAnyCaseAndType) {
  EXPECT_TRUE(alone([] {
    save<TypeParam>(CRED_TYPE_GENERIC, "TERMSRV/server");
    save<TypeParam>(CRED_TYPE_DOMAIN_PASSWORD, "TERMSRV/server");
    const auto name = text<TypeParam>("termsrv/SERVER");
    EXPECT_DONE(TypeParam::remove(name.c_str(), CRED_TYPE_GENERIC, 0));
    EXPECT_FAILS(ERROR_NOT_FOUND, TypeParam::remove(name.c_str(), CRED_TYPE_GENERIC, 0));
    EXPECT_DONE((saved<TypeParam>(CRED_TYPE_DOMAIN_PASSWORD, "TERMSRV/server")));
    const auto in_full = text<TypeParam>("Domain:target=TERMSRV/server");
    EXPECT_FAILS(ERROR_NOT_FOUND, TypeParam::remove(in_full.c_str(), CRED_TYPE_GENERIC, 0));
    EXPECT_DONE(TypeParam::remove(in_full.c_str(), CRED_TYPE_DOMAIN_PASSWORD, 0));
    EXPECT_FAILS(ERROR_NOT_FOUND, (saved<TypeParam>(CRED_TYPE_DOMAIN_PASSWORD, "TERMSRV/server")));
    const auto nothing = text<TypeParam>("Domain:target=");
    EXPECT_FAILS(ERROR_INVALID_PARAMETER,
                 TypeParam::remove(nothing.c_str(), CRED_TYPE_DOMAIN_PASSWORD, 0));
  }));
}

}  // namespace
}  // namespace caller
