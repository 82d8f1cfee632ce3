// EnumerateSecurityPackages and QuerySecurityPackageInfo: names, order and values of Windows 10 and
// 11, in blocks that one FreeContextBuffer frees.
#include "abi/support.h"

namespace caller {
namespace {

struct Row {
  const char* name;
  ULONG capabilities;
  USHORT rpc_id;
  ULONG max_token;
  const char* comment;
};

constexpr Row kRows[] = {
    {"Negotiate", 0x00883BB3, 9, 48256, "Microsoft Package Negotiator"},
    {"Kerberos", 0x028F3BBF, 16, 48000, "Microsoft Kerberos V1.0"},
    {"NTLM", 0x02882B37, 10, 2888, "NTLM Security Package"},
    {"Schannel", 0x004107B3, 14, 24576, "Schannel Security Package"},
    {"Microsoft Unified Security Protocol Provider", 0x004107B3, 14, 24576,
     "Schannel Security Package"},
    {"Default TLS SSP", 0x004107B3, 14, 24576, "Schannel Security Package"},
    {"CREDSSP", 0x00810733, 0xFFFF, 73032, "Microsoft CredSSP Security Provider"},
};

struct A {
  using Char = SEC_CHAR;
  using Info = SecPkgInfoA;
  static SECURITY_STATUS enumerate(ULONG* count, Info** infos) {
    return EnumerateSecurityPackagesA(count, infos);
  }
  static SECURITY_STATUS query(Char* name, Info** info) {
    return QuerySecurityPackageInfoA(name, info);
  }
};
struct W {
  using Char = SEC_WCHAR;
  using Info = SecPkgInfoW;
  static SECURITY_STATUS enumerate(ULONG* count, Info** infos) {
    return EnumerateSecurityPackagesW(count, infos);
  }
  static SECURITY_STATUS query(Char* name, Info** info) {
    return QuerySecurityPackageInfoW(name, info);
  }
};

template <class F>
class Packages : public testing::Test {
 protected:
  using Info = typename F::Info;
  using Text = std::basic_string<typename F::Char>;

  static void expect_row(const Row& row, const Info& info) {
    EXPECT_EQ(row.name, ascii(info.Name));
    EXPECT_EQ(row.comment, ascii(info.Comment));
    EXPECT_EQ(row.capabilities, info.fCapabilities) << row.name;
    EXPECT_EQ(1, info.wVersion) << row.name;
    EXPECT_EQ(row.rpc_id, info.wRPCID) << row.name;
    EXPECT_EQ(row.max_token, info.cbMaxToken) << row.name;
  }

  static Text text(std::string_view name) { return Text(name.begin(), name.end()); }
  static SECURITY_STATUS query(std::string_view name, Info** info) {
    Text own = text(name);
    return F::query(own.data(), info);
  }
};

using Families = testing::Types<A, W>;
TYPED_TEST_SUITE(Packages, Families);

TYPED_TEST(Packages, AreEnumeratedInWindowsOrder) {
  ULONG count = 0;
  typename TypeParam::Info* infos = nullptr;
  ASSERT_STATUS(SEC_E_OK, TypeParam::enumerate(&count, &infos));
  ASSERT_EQ(std::size(kRows), count);
  for (ULONG i = 0; i < count; ++i) this->expect_row(kRows[i], infos[i]);
  EXPECT_STATUS(SEC_E_OK, FreeContextBuffer(infos));
}

TYPED_TEST(Packages, AreFoundWithoutRegardToCase) {
  for (const Row& row : kRows) {
    std::string lower, upper;
    for (const char* c = row.name; *c != 0; ++c) {
      lower += static_cast<char>(tolower(*c));
      upper += static_cast<char>(toupper(*c));
    }
    for (const std::string& name : {std::string(row.name), lower, upper}) {
      typename TypeParam::Info* info = nullptr;
      ASSERT_STATUS(SEC_E_OK, this->query(name, &info));
      this->expect_row(row, *info);
      EXPECT_STATUS(SEC_E_OK, FreeContextBuffer(info));
    }
  }
}

TYPED_TEST(Packages, UnknownNamesLeaveTheOutputUntouched) {
  typename TypeParam::Info sentinel{};
  auto* info = &sentinel;
  for (const char* name : {"", "NTLMX", "NTL", "Digest", "credssp ", "TSSSP"}) {
    EXPECT_STATUS(SEC_E_SECPKG_NOT_FOUND, this->query(name, &info));
    EXPECT_EQ(&sentinel, info) << name;
  }
  EXPECT_STATUS(SEC_E_SECPKG_NOT_FOUND, TypeParam::query(nullptr, &info));
  EXPECT_EQ(&sentinel, info);
  EXPECT_STATUS(SEC_E_SECPKG_NOT_FOUND, TypeParam::query(nullptr, nullptr));
}

TYPED_TEST(Packages, RefuseToFillNothing) {
  ULONG count = 77;
  typename TypeParam::Info* infos = nullptr;
  EXPECT_LT(TypeParam::enumerate(nullptr, &infos), 0);
  EXPECT_EQ(nullptr, infos);
  EXPECT_LT(TypeParam::enumerate(&count, nullptr), 0);
  EXPECT_EQ(77u, count);
  EXPECT_LT(this->query("NTLM", nullptr), 0);
}

TYPED_TEST(Packages, ComeInOneBlock) {
  ULONG count = 0;
  typename TypeParam::Info* infos = nullptr;
  ASSERT_STATUS(SEC_E_OK, TypeParam::enumerate(&count, &infos));
  for (ULONG i = 0; i < count; ++i) {
    EXPECT_STATUS(SEC_E_INVALID_HANDLE, FreeContextBuffer(infos[i].Name));
    EXPECT_STATUS(SEC_E_INVALID_HANDLE, FreeContextBuffer(infos[i].Comment));
  }
  EXPECT_STATUS(SEC_E_OK, FreeContextBuffer(infos));
  EXPECT_STATUS(SEC_E_INVALID_HANDLE, FreeContextBuffer(infos));
}

TEST(Packages, AreFoundByTheNamesOfTheHeaders) {
  for (const SEC_WCHAR* name :
       {NEGOSSP_NAME_W, NTLMSP_NAME, MICROSOFT_KERBEROS_NAME_W, CREDSSP_NAME, UNISP_NAME_W,
        SCHANNEL_NAME_W, DEFAULT_TLS_SSP_NAME_W}) {
    SecPkgInfoW* info = nullptr;
    EXPECT_STATUS(SEC_E_OK, QuerySecurityPackageInfoW(wide(name), &info));
    EXPECT_EQ(ascii(name), ascii(info->Name));
    FreeContextBuffer(info);
  }
  for (const SEC_CHAR* name : {NEGOSSP_NAME_A, NTLMSP_NAME_A, MICROSOFT_KERBEROS_NAME_A,
                               UNISP_NAME_A, SCHANNEL_NAME_A, DEFAULT_TLS_SSP_NAME_A}) {
    SecPkgInfoA* info = nullptr;
    EXPECT_STATUS(SEC_E_OK, QuerySecurityPackageInfoA(narrow(name), &info));
    EXPECT_STREQ(name, info->Name);
    FreeContextBuffer(info);
  }
}

TEST(FreeContextBuffer, TakesNullAndRefusesWhatIsNotItsOwn) {
  EXPECT_STATUS(SEC_E_OK, FreeContextBuffer(nullptr));
  int own = 0;
  EXPECT_STATUS(SEC_E_INVALID_HANDLE, FreeContextBuffer(&own));
}

}  // namespace
}  // namespace caller
