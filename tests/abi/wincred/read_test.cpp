// CredRead, CredEnumerate and CredFree: what comes back, in one block.
#include <chrono>

#include "saved.h"

namespace caller {
namespace {

TYPED_TEST_SUITE(SavedCredentialsOf, Apis);

// Of the same text in either width.
template <class Api>
typename Api::Text null_is_empty(const typename Api::Char* text) {
  return text == nullptr ? typename Api::Text() : typename Api::Text(text);
}

std::uint64_t time_of(const FILETIME& time) {
  return std::uint64_t{time.dwHighDateTime} << 32 | time.dwLowDateTime;
}

std::uint64_t now() {
  const auto since_epoch = std::chrono::system_clock::now().time_since_epoch();
  return 116444736000000000U +
         static_cast<std::uint64_t>(
             std::chrono::duration_cast<std::chrono::microseconds>(since_epoch).count()) *
             10;
}

TYPED_TEST(SavedCredentialsOf, ComeBackAsTheyWereWritten) {
  EXPECT_TRUE(alone([] {
    Written<TypeParam> written;
    written.target = mueller<TypeParam>();
    written.user = mueller<TypeParam>();
    written.comment = mueller<TypeParam>();
    written.alias = mueller<TypeParam>();
    written.blob = {0, 1, 2, 0, 0xFF};
    written.credential.Persist = CRED_PERSIST_ENTERPRISE;
    written.credential.LastWritten = {1, 1};  // ignored
    auto keyword = mueller<TypeParam>();
    Bytes value{9, 0, 9};
    written.attributes = {{keyword.data(), 5, 3, value.data()}, {keyword.data(), 0, 0, nullptr}};
    const std::uint64_t before = now();
    ASSERT_DONE(TypeParam::write(written.get(), 0));
    const std::uint64_t after = now();

    typename TypeParam::Credential* read = nullptr;
    ASSERT_DONE(TypeParam::read(mueller<TypeParam>().c_str(), CRED_TYPE_GENERIC, 0, &read));
    EXPECT_EQ(read->Flags, 0U);
    EXPECT_EQ(read->Type, DWORD{CRED_TYPE_GENERIC});
    EXPECT_EQ(read->TargetName, mueller<TypeParam>());
    EXPECT_EQ(read->UserName, mueller<TypeParam>());
    EXPECT_EQ(read->Comment, mueller<TypeParam>());
    EXPECT_EQ(read->TargetAlias, mueller<TypeParam>());
    EXPECT_EQ(Bytes(read->CredentialBlob, read->CredentialBlob + read->CredentialBlobSize),
              written.blob);
    EXPECT_EQ(read->Persist, DWORD{CRED_PERSIST_ENTERPRISE});
    EXPECT_GE(time_of(read->LastWritten) + 10, before);
    EXPECT_LE(time_of(read->LastWritten), after + 10);
    ASSERT_EQ(read->AttributeCount, 2U);
    EXPECT_EQ(read->Attributes[0].Keyword, mueller<TypeParam>());
    EXPECT_EQ(read->Attributes[0].Flags, 5U);
    EXPECT_EQ(Bytes(read->Attributes[0].Value, read->Attributes[0].Value + 3), value);
    EXPECT_EQ(read->Attributes[0].ValueSize, 3U);
    EXPECT_EQ(read->Attributes[1].ValueSize, 0U);
    EXPECT_EQ(read->Attributes[1].Value, nullptr);
    CredFree(read);
  }));
}

TYPED_TEST(SavedCredentialsOf, HaveNullForWhatThereIsNot) {
  EXPECT_TRUE(alone([] {
    Written<TypeParam> written;
    written.blob.clear();
    written.get();
    written.credential.UserName = written.credential.Comment = nullptr;
    written.credential.TargetAlias = nullptr;
    written.credential.CredentialBlob = nullptr;
    written.credential.Attributes = nullptr;
    ASSERT_DONE(TypeParam::write(&written.credential, 0));
    typename TypeParam::Credential* read = nullptr;
    ASSERT_DONE(TypeParam::read(written.target.c_str(), CRED_TYPE_GENERIC, 0, &read));
    EXPECT_EQ(read->UserName, nullptr);
    EXPECT_EQ(read->Comment, nullptr);
    EXPECT_EQ(read->TargetAlias, nullptr);
    EXPECT_EQ(read->CredentialBlob, nullptr);
    EXPECT_EQ(read->Attributes, nullptr);
    EXPECT_EQ(read->AttributeCount, 0U);
    CredFree(read);
  }));
}

TYPED_TEST(SavedCredentialsOf, OfDomainsKeepTheirPasswordsToThePackages) {
  EXPECT_TRUE(alone([] {
    save<TypeParam>(CRED_TYPE_DOMAIN_PASSWORD, "server");
    save<TypeParam>(CRED_TYPE_DOMAIN_VISIBLE_PASSWORD, "server");
    const auto name = text<TypeParam>("server");
    typename TypeParam::Credential* read = nullptr;
    ASSERT_DONE(TypeParam::read(name.c_str(), CRED_TYPE_DOMAIN_PASSWORD, 0, &read));
    EXPECT_EQ(read->CredentialBlobSize, 0U);
    EXPECT_EQ(read->CredentialBlob, nullptr);
    EXPECT_EQ(read->UserName, text<TypeParam>("CORP\\alice"));
    CredFree(read);
    ASSERT_DONE(TypeParam::read(name.c_str(), CRED_TYPE_DOMAIN_VISIBLE_PASSWORD, 0, &read));
    EXPECT_EQ(Bytes(read->CredentialBlob, read->CredentialBlob + read->CredentialBlobSize),
              password_blob(u"secret"));
    CredFree(read);

    DWORD count = 0;
    typename TypeParam::Credential** all = nullptr;
    ASSERT_DONE(TypeParam::enumerate(nullptr, 0, &count, &all));
    ASSERT_EQ(count, 2U);
    EXPECT_EQ(all[0]->CredentialBlob, nullptr);
    EXPECT_NE(all[1]->CredentialBlob, nullptr);
    CredFree(all);
  }));
}

TYPED_TEST(SavedCredentialsOf, AreReadByNameInAnyCaseAndType) {
  EXPECT_TRUE(alone([] {
    save<TypeParam>(CRED_TYPE_GENERIC, "Server");
    typename TypeParam::Credential* read = nullptr;
    ASSERT_DONE(TypeParam::read(text<TypeParam>("sERVER").c_str(), CRED_TYPE_GENERIC, 0, &read));
    EXPECT_EQ(read->TargetName, text<TypeParam>("Server"));
    CredFree(read);
    const auto in_full = text<TypeParam>("legacygeneric:target=server");
    ASSERT_DONE(TypeParam::read(in_full.c_str(), CRED_TYPE_GENERIC, 0, &read));
    EXPECT_EQ(read->TargetName, text<TypeParam>("Server"));
    CredFree(read);

    auto* const untouched = reinterpret_cast<typename TypeParam::Credential*>(0x10);
    read = untouched;
    const auto name = text<TypeParam>("server");
    EXPECT_FAILS(ERROR_NOT_FOUND,
                 TypeParam::read(name.c_str(), CRED_TYPE_DOMAIN_PASSWORD, 0, &read));
    EXPECT_FAILS(ERROR_NOT_FOUND,
                 TypeParam::read(text<TypeParam>("serve").c_str(), CRED_TYPE_GENERIC, 0, &read));
    EXPECT_FAILS(ERROR_INVALID_PARAMETER, TypeParam::read(nullptr, CRED_TYPE_GENERIC, 0, &read));
    EXPECT_FAILS(ERROR_INVALID_PARAMETER,
                 TypeParam::read(name.c_str(), CRED_TYPE_GENERIC, 0, nullptr));
    EXPECT_FAILS(ERROR_INVALID_FLAGS, TypeParam::read(name.c_str(), CRED_TYPE_GENERIC, 1, &read));
    for (const DWORD type : {0U, 7U, 0xFFFFFFFFU})
      EXPECT_FAILS(ERROR_INVALID_PARAMETER, TypeParam::read(name.c_str(), type, 0, &read));
    EXPECT_EQ(read, untouched);
  }));
}

TYPED_TEST(SavedCredentialsOf, AreEnumeratedInOrder) {
  EXPECT_TRUE(alone([] {
    for (const char* target : {"b", "FRED*", "Fred;2", "FRED1", "fre"})
      save<TypeParam>(CRED_TYPE_GENERIC, target);
    save<TypeParam>(CRED_TYPE_DOMAIN_PASSWORD, "fred1");
    const auto names = [](const char* filter, DWORD flags = 0) {
      DWORD count = 0;
      typename TypeParam::Credential** all = nullptr;
      const auto wanted = text<TypeParam>(filter == nullptr ? "" : filter);
      std::string found;
      EXPECT_DONE(
          TypeParam::enumerate(filter == nullptr ? nullptr : wanted.c_str(), flags, &count, &all));
      for (DWORD i = 0; i < count; ++i)
        found += ascii(all[i]->TargetName) + std::to_string(all[i]->Type) + ' ';
      CredFree(all);
      return found;
    };
    EXPECT_EQ(names(nullptr), "b1 fre1 FRED*1 FRED11 fred12 Fred;21 ");
    EXPECT_EQ(names("*"), names(nullptr));
    EXPECT_EQ(names("fReD*"), "FRED*1 FRED11 fred12 Fred;21 ");
    EXPECT_EQ(names("fred1"), "FRED11 fred12 ");
    EXPECT_EQ(names("B"), "b1 ");
    EXPECT_EQ(names(nullptr, CRED_ENUMERATE_ALL_CREDENTIALS),
              "LegacyGeneric:target=b1 LegacyGeneric:target=fre1 LegacyGeneric:target=FRED*1 "
              "LegacyGeneric:target=FRED11 Domain:target=fred12 LegacyGeneric:target=Fred;21 ");
  }));
}

TYPED_TEST(SavedCredentialsOf, AreNotEnumeratedWhenThereAreNone) {
  EXPECT_TRUE(alone([] {
    DWORD count = 42;
    auto** const untouched = reinterpret_cast<typename TypeParam::Credential**>(0x10);
    auto** all = untouched;
    EXPECT_FAILS(ERROR_NOT_FOUND, TypeParam::enumerate(nullptr, 0, &count, &all));
    save<TypeParam>(CRED_TYPE_GENERIC, "server");
    const auto other = text<TypeParam>("x*"), empty = text<TypeParam>("");
    EXPECT_FAILS(ERROR_NOT_FOUND, TypeParam::enumerate(other.c_str(), 0, &count, &all));
    EXPECT_FAILS(ERROR_INVALID_PARAMETER, TypeParam::enumerate(empty.c_str(), 0, &count, &all));
    EXPECT_FAILS(ERROR_INVALID_FLAGS, TypeParam::enumerate(other.c_str(), 1, &count, &all));
    EXPECT_FAILS(ERROR_INVALID_FLAGS, TypeParam::enumerate(nullptr, 2, &count, &all));
    EXPECT_FAILS(ERROR_INVALID_PARAMETER, TypeParam::enumerate(nullptr, 0, nullptr, &all));
    EXPECT_FAILS(ERROR_INVALID_PARAMETER, TypeParam::enumerate(nullptr, 0, &count, nullptr));
    EXPECT_EQ(count, 42U);
    EXPECT_EQ(all, untouched);
  }));
}

// Pointers that CredEnumerate hands out, with the alignment that they need.
template <class Api>
std::vector<std::pair<const void*, std::size_t>> pointers_in(typename Api::Credential** all,
                                                             DWORD count) {
  std::vector<std::pair<const void*, std::size_t>> found;
  const std::size_t character = sizeof(typename Api::Char);
  for (DWORD i = 0; i < count; ++i) {
    const auto& one = *all[i];
    found.insert(found.end(), {{&one, alignof(typename Api::Credential)},
                               {one.Attributes, alignof(typename Api::Attribute)},
                               {one.TargetName, character},
                               {one.UserName, character},
                               {one.Comment, character},
                               {one.TargetAlias, character},
                               {one.CredentialBlob, 1}});
    for (DWORD a = 0; a < one.AttributeCount; ++a) {
      found.push_back({one.Attributes[a].Keyword, character});
      found.push_back({one.Attributes[a].Value, 1});
    }
  }
  return found;
}

// Odd sizes everywhere: what comes after them is aligned all the same, and one CredFree is enough.
TYPED_TEST(SavedCredentialsOf, LieInOneBlock) {
  EXPECT_TRUE(alone([] {
    for (const char* target : {"a", "bb", "ccc"}) {
      Written<TypeParam> written(CRED_TYPE_GENERIC, target);
      written.comment = text<TypeParam>("odd");
      written.alias = text<TypeParam>("even");
      written.blob = {1, 2, 3};
      auto keyword = text<TypeParam>("kk");
      Bytes value{1, 2, 3, 4, 5};
      written.attributes.assign(3, {keyword.data(), 0, 5, value.data()});
      ASSERT_DONE(TypeParam::write(written.get(), 0));
    }
    DWORD count = 0;
    typename TypeParam::Credential** all = nullptr;
    ASSERT_DONE(TypeParam::enumerate(nullptr, 0, &count, &all));
    ASSERT_EQ(count, 3U);
    const auto* const start = reinterpret_cast<const std::uint8_t*>(all);
    for (const auto& [pointer, alignment] : pointers_in<TypeParam>(all, count)) {
      ASSERT_NE(pointer, nullptr);
      EXPECT_EQ(reinterpret_cast<std::uintptr_t>(pointer) % alignment, 0U);
      const auto* const at = static_cast<const std::uint8_t*>(pointer);
      EXPECT_GE(at, start + count * sizeof(void*));
      EXPECT_LT(at, start + 4096);  // three small credentials
    }
    CredFree(all);
    CredFree(all);  // no longer one of ours
    EXPECT_EQ(ERROR_INVALID_PARAMETER, last_error().value);
  }));
}

TEST(CredFree, TakesNothingAndForgeries) {
  CredFree(nullptr);
  int forged = 7;
  CredFree(&forged);
  EXPECT_EQ(7, forged);
  EXPECT_EQ(ERROR_INVALID_PARAMETER, last_error().value);
  EXPECT_STRNE("", why());
}

// Each width reads what the other wrote.
TEST_F(SavedCredentials, AreTheSameInEitherWidth) {
  EXPECT_TRUE(alone([] {
    Written<Wide> wide_one;
    wide_one.target = mueller<Wide>();
    ASSERT_DONE(CredWriteW(wide_one.get(), 0));
    PCREDENTIALA narrow_one = nullptr;
    ASSERT_DONE(CredReadA(mueller<Narrow>().c_str(), CRED_TYPE_GENERIC, 0, &narrow_one));
    EXPECT_EQ(narrow_one->TargetName, mueller<Narrow>());
    EXPECT_EQ(Bytes(narrow_one->CredentialBlob,
                    narrow_one->CredentialBlob + narrow_one->CredentialBlobSize),
              wide_one.blob);
    CredFree(narrow_one);
  }));
}

}  // namespace
}  // namespace caller
