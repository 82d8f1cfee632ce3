// Which attribute a CREDSSP context answers on which side and when: docs/attributes.md as a test.
// What the answers hold is in attributes_test.cpp and trust_test.cpp.
#include <algorithm>
#include <set>

#include "pair.h"
#include "support/failing_new.h"

namespace caller {
namespace {

constexpr SECURITY_STATUS kYes = SEC_E_OK, kNo = SEC_E_UNSUPPORTED_FUNCTION;

// Structures whose pointer FreeContextBuffer releases.
struct Pointer {
  void* block;
};
struct Counted {
  ULONG size;
  void* block;
};

union Answer {
  Pointer pointer;
  Counted counted;
  PCCERT_CONTEXT certificate;
  std::uint8_t bytes[1024];
};

void nothing(const Answer&) {}
void free_pointer(const Answer& answer) {
  EXPECT_STATUS(SEC_E_OK, FreeContextBuffer(answer.pointer.block));
}
void free_counted(const Answer& answer) {
  EXPECT_STATUS(SEC_E_OK, FreeContextBuffer(answer.counted.block));
}
void free_certificate(const Answer& answer) {
  EXPECT_TRUE(CertFreeCertificateContext(answer.certificate));
}

struct Row {
  const char* name;
  ULONG attribute;
  ULONG size;  // bytes of the structure
  SECURITY_STATUS client, server;
  void (*release)(const Answer&) = nothing;
};

// Of TLS 1.2: TLS 1.3 has no EAP_KEY_BLOCK.
const Row kRows[] = {
    {"SIZES", SECPKG_ATTR_SIZES, sizeof(SecPkgContext_Sizes), kYes, kYes},
    {"NAMES", SECPKG_ATTR_NAMES, sizeof(SecPkgContext_NamesW), kYes, kYes, free_pointer},
    {"LIFESPAN", SECPKG_ATTR_LIFESPAN, sizeof(SecPkgContext_Lifespan), kYes, kYes},
    {"STREAM_SIZES", SECPKG_ATTR_STREAM_SIZES, sizeof(SecPkgContext_StreamSizes), kYes, kYes},
    {"SESSION_KEY", SECPKG_ATTR_SESSION_KEY, sizeof(SecPkgContext_SessionKey), kYes, kYes,
     free_counted},
    {"PACKAGE_INFO", SECPKG_ATTR_PACKAGE_INFO, sizeof(SecPkgContext_PackageInfoW), kYes, kYes,
     free_pointer},
    {"FLAGS", SECPKG_ATTR_FLAGS, sizeof(SecPkgContext_Flags), kYes, kYes},
    {"REMOTE_CERT_CONTEXT", SECPKG_ATTR_REMOTE_CERT_CONTEXT, sizeof(PCCERT_CONTEXT), kYes, kNo,
     free_certificate},
    {"LOCAL_CERT_CONTEXT", SECPKG_ATTR_LOCAL_CERT_CONTEXT, sizeof(PCCERT_CONTEXT), kNo, kYes,
     free_certificate},
    {"ACCESS_TOKEN", SECPKG_ATTR_ACCESS_TOKEN, sizeof(SecPkgContext_AccessToken), kNo, kYes},
    {"C_ACCESS_TOKEN", SECPKG_ATTR_C_ACCESS_TOKEN, sizeof(SecPkgContext_AccessToken), kNo, kYes},
    {"C_FULL_ACCESS_TOKEN", SECPKG_ATTR_C_FULL_ACCESS_TOKEN, sizeof(SecPkgContext_AccessToken), kNo,
     kYes},
    {"CONNECTION_INFO", SECPKG_ATTR_CONNECTION_INFO, sizeof(SecPkgContext_ConnectionInfo), kYes,
     kYes},
    {"EAP_KEY_BLOCK", SECPKG_ATTR_EAP_KEY_BLOCK, sizeof(SecPkgContext_EapKeyBlock), kYes, kYes},
    {"CREDS", SECPKG_ATTR_CREDS, sizeof(SecPkgContext_ClientCreds), kNo, kYes, free_counted},
    {"NEGOTIATION_PACKAGE", SECPKG_ATTR_NEGOTIATION_PACKAGE, sizeof(SecPkgContext_PackageInfoW),
     kYes, kYes, free_pointer},
    {"SERVER_AUTH_FLAGS", SECPKG_ATTR_SERVER_AUTH_FLAGS, sizeof(SecPkgContext_Flags), kYes, kNo},
    {"CERT_TRUST_STATUS", SECPKG_ATTR_CERT_TRUST_STATUS, sizeof(CERT_TRUST_STATUS), kYes, kNo},
    {"CREDS_2", SECPKG_ATTR_CREDS_2, sizeof(SecPkgContext_ClientCreds), kNo, kYes, free_counted},
    // The page lists it under 124, the header under 128: there are no claims to tell of.
    {"SUBJECT_SECURITY_ATTRIBUTES", SECPKG_ATTR_SUBJECT_SECURITY_ATTRIBUTES, sizeof(void*), kNo,
     kNo},
    {"SUBJECT_SECURITY_ATTRIBUTES as printed", 124, sizeof(void*), kNo, kNo},
    // Schannel's, which CREDSSP does not have.
    {"REMOTE_CERT_CHAIN", SECPKG_ATTR_REMOTE_CERT_CHAIN, sizeof(PCCERT_CONTEXT), kYes, kNo,
     free_certificate},
    {"CIPHER_INFO", SECPKG_ATTR_CIPHER_INFO, sizeof(SecPkgContext_CipherInfo), kNo, kNo},
    {"SESSION_INFO", SECPKG_ATTR_SESSION_INFO, sizeof(SecPkgContext_SessionInfo), kNo, kNo},
    {"APPLICATION_PROTOCOL", SECPKG_ATTR_APPLICATION_PROTOCOL,
     sizeof(SecPkgContext_ApplicationProtocol), kNo, kNo},
    {"UNIQUE_BINDINGS", SECPKG_ATTR_UNIQUE_BINDINGS, sizeof(SecPkgContext_Bindings), kNo, kNo},
    {"ENDPOINT_BINDINGS", SECPKG_ATTR_ENDPOINT_BINDINGS, sizeof(SecPkgContext_Bindings), kNo, kNo},
    {"ISSUER_LIST_EX", SECPKG_ATTR_ISSUER_LIST_EX, sizeof(SecPkgContext_IssuerListInfoEx), kNo,
     kNo},
    {"KEYING_MATERIAL", SECPKG_ATTR_KEYING_MATERIAL, sizeof(SecPkgContext_KeyingMaterial), kNo,
     kNo},
    {"CERT_CHECK_RESULT", SECPKG_ATTR_CERT_CHECK_RESULT,
     sizeof(SecPkgContext_CertificateValidationResult), kNo, kNo},
    {"CERT_CHECK_RESULT_INPROC", SECPKG_ATTR_CERT_CHECK_RESULT_INPROC,
     sizeof(SecPkgContext_CertificateValidationResult), kNo, kNo},
};

// Every number that a header of Windows could give a meaning.
std::set<ULONG> all_attributes() {
  std::set<ULONG> all;
  for (ULONG number = 0; number <= 0x100; ++number) {
    all.insert(number);
    all.insert(SECPKG_ALT_ATTR | number);
  }
  return all;
}

struct CredSspAttributeTable : testing::Test {
  static void expect(Party& party, const Row& row, SECURITY_STATUS status) {
    SCOPED_TRACE(row.name);
    expect(row, status,
           [&](void* out) { return QueryContextAttributesW(party.get(), row.attribute, out); });
    expect(row, status,
           [&](void* out) { return QueryContextAttributesA(party.get(), row.attribute, out); });
    expect(row, status, [&](void* out) {
      return QueryContextAttributesExW(party.get(), row.attribute, out, row.size);
    });
    expect(row, status, [&](void* out) {
      return QueryContextAttributesExA(party.get(), row.attribute, out, row.size);
    });
  }

  // A failure leaves what is there.
  template <class Query>
  static void expect(const Row& row, SECURITY_STATUS status, Query&& query) {
    Answer answer, before;
    std::memset(&answer, 77, sizeof answer);
    before = answer;
    ASSERT_STATUS(status, query(&answer));
    const bool untouched = std::memcmp(&answer, &before, sizeof answer) == 0;
    EXPECT_EQ(status != SEC_E_OK, untouched);
    // Nothing is written behind the structure.
    EXPECT_EQ(
        0, std::memcmp(answer.bytes + row.size, before.bytes + row.size, sizeof answer - row.size));
    if (status == SEC_E_OK) row.release(answer);
  }

  static void expect_all(Party& party, SECURITY_STATUS status) {
    for (const Row& row : kRows) expect(party, row, status);
  }

  CredSspPair pair{{.client_protocols = SP_PROT_TLS1_2_CLIENT}};
};

TEST_F(CredSspAttributeTable, OfEstablishedContexts) {
  ASSERT_LOGGED_ON(pair.client, pair.server);
  for (const Row& row : kRows) {
    expect(pair.client, row, row.client);
    expect(pair.server, row, row.server);
  }
}

TEST_F(CredSspAttributeTable, HasEveryAttributeThatIsAnswered) {
  ASSERT_LOGGED_ON(pair.client, pair.server);
  std::set<ULONG> others = all_attributes();
  for (const Row& row : kRows) others.erase(row.attribute);
  for (const ULONG attribute : others) {
    const Row row{"", attribute, sizeof(Answer), kNo, kNo};
    SCOPED_TRACE(attribute);
    expect(pair.client, row, kNo);
    expect(pair.server, row, kNo);
  }
}

TEST_F(CredSspAttributeTable, TooEarly) {
  const auto unknown = Row{"unknown", 0x99, 8, kNo, kNo};
  pair.client.run();
  expect_all(pair.client, SEC_E_INVALID_HANDLE);
  expect(pair.client, unknown, SEC_E_INVALID_HANDLE);
  for (int legs = 0; pair.server.status() == SEC_I_CONTINUE_NEEDED && legs < 8; ++legs) {
    pair.server.receive(pair.client.last().token);
    pair.server.run();
    if (pair.server.status() == SEC_E_OK) break;
    expect_all(pair.server, SEC_E_INVALID_HANDLE);
    pair.client.receive(pair.server.last().token);
    pair.client.run();
    if (pair.client.status() != SEC_E_OK) expect_all(pair.client, SEC_E_INVALID_HANDLE);
  }
  EXPECT_STATUS(SEC_E_OK, pair.client.status());
  EXPECT_STATUS(SEC_E_OK, pair.server.status());
}

// The code that the page prints, 0x80100003, is another facility's.
TEST_F(CredSspAttributeTable, OfFailedContexts) {
  CredSspPair refused{{.password = u"wrong"}};
  talk(refused.client, refused.server);
  ASSERT_STATUS(SEC_E_LOGON_DENIED, refused.client.status());
  for (Party* party : {&refused.client, &refused.server})
    expect_all(*party, static_cast<SECURITY_STATUS>(0x80090301));
}

TEST_F(CredSspAttributeTable, OfHandlesThatAreNoContexts) {
  ASSERT_LOGGED_ON(pair.client, pair.server);
  CtxtHandle gone = *pair.server.get();
  ASSERT_STATUS(SEC_E_OK, DeleteSecurityContext(pair.server.get()));
  SecInvalidateHandle(pair.server.get());
  CtxtHandle none;
  SecInvalidateHandle(&none);
  for (CtxtHandle* handle :
       {&gone, &none, pair.client_credential.get(), static_cast<CtxtHandle*>(nullptr)}) {
    for (const Row& row : kRows)
      expect(row, SEC_E_INVALID_HANDLE,
             [&](void* out) { return QueryContextAttributesW(handle, row.attribute, out); });
  }
}

TEST_F(CredSspAttributeTable, ExFormsTakeNoSmallerBuffer) {
  ASSERT_LOGGED_ON(pair.client, pair.server);
  for (const Row& row : kRows) {
    Party& party = row.client == kYes ? pair.client : pair.server;
    if (row.client != kYes && row.server != kYes) continue;
    SCOPED_TRACE(row.name);
    expect(row, SEC_E_BUFFER_TOO_SMALL, [&](void* out) {
      return QueryContextAttributesExW(party.get(), row.attribute, out, row.size - 1);
    });
    EXPECT_STATUS(SEC_E_INVALID_PARAMETER,
                  QueryContextAttributesW(party.get(), row.attribute, nullptr));
  }
}

// Each allocation of the library fails once.
TEST_F(CredSspAttributeTable, WhenMemoryRunsOut) {
  ASSERT_LOGGED_ON(pair.client, pair.server);
  for (const Row& row : kRows) {
    if (row.client != kYes && row.server != kYes) continue;
    Party& party = row.client == kYes ? pair.client : pair.server;
    expect(party, row, kYes);  // what is made once in a process is made now
    bool ran_out = true;
    for (std::size_t before = 0; ran_out; ++before) {
      SCOPED_TRACE(std::string(row.name) + " " + std::to_string(before));
      Answer answer, untouched;
      std::memset(&untouched, 77, sizeof untouched);
      answer = untouched;
      SECURITY_STATUS status = SEC_E_OK;
      {
        const opensspi::test::FailingNew memory(before);
        status = QueryContextAttributesW(party.get(), row.attribute, &answer);
        ran_out = memory.has_failed();
      }
      ASSERT_STATUS(ran_out ? SEC_E_INSUFFICIENT_MEMORY : SEC_E_OK, status);
      if (status == SEC_E_OK) row.release(answer);
      EXPECT_EQ(ran_out, std::memcmp(&answer, &untouched, sizeof answer) == 0);
    }
  }
}

// Restricted admin mode, and clients that are not asked to delegate.
TEST_F(CredSspAttributeTable, NothingDelegated) {
  CredSspPair bare{{.client_flags = kClientFlags & ~ULONG{ISC_REQ_DELEGATE}}};
  ASSERT_LOGGED_ON(bare.client, bare.server);
  for (const Row& row : kRows) {
    const bool credential = row.server == kYes && row.client == kNo && row.release == free_counted;
    if (credential) expect(bare.server, row, SEC_E_NO_CREDENTIALS);
  }
  opensspi_identity identity{};
  EXPECT_STATUS(SEC_E_NO_CREDENTIALS, opensspi_delegated_credential(bare.server.get(), &identity));
}

}  // namespace
}  // namespace caller
