// Forged, stale, copied, zeroed and wrong-kind handles: SEC_E_INVALID_HANDLE from every function
// that takes one, outputs untouched, and nothing that lives is harmed.
#include <functional>

#include "abi/party.h"

namespace caller {
namespace {

constexpr ULONG kFlags = ISC_REQ_CONFIDENTIALITY | ISC_REQ_INTEGRITY;

struct NamedHandle {
  std::string name;
  SecHandle handle;
};

SecHandle handle_with(ULONG_PTR lower, ULONG_PTR upper) {
  SecHandle handle{};
  handle.dwLower = lower;
  handle.dwUpper = upper;
  return handle;
}

// Handles that are not `living`, but like it.
std::vector<NamedHandle> bad_handles(const SecHandle& living, const SecHandle& of_other_kind,
                                     const SecHandle& stale) {
  std::vector<NamedHandle> bad = {
      {"zeroed", {}},
      {"invalidated", handle_with(static_cast<ULONG_PTR>(-1), static_cast<ULONG_PTR>(-1))},
      {"deleted", handle_with(static_cast<ULONG_PTR>(-2), static_cast<ULONG_PTR>(-2))},
      {"forged", handle_with(0x0123456789ABCDEF, 0xFEDCBA9876543210)},
      {"a pointer",
       handle_with(reinterpret_cast<ULONG_PTR>(&living), reinterpret_cast<ULONG_PTR>(&living))},
      {"swapped", handle_with(living.dwUpper, living.dwLower)},
      {"half", handle_with(living.dwLower, 0)},
      {"other half", handle_with(0, living.dwUpper)},
      {"of the other kind", of_other_kind},
      {"stale", stale},
  };
  for (unsigned bit = 0; bit < 8 * sizeof(ULONG_PTR); ++bit) {
    const ULONG_PTR mask = ULONG_PTR{1} << bit;
    const std::string number = std::to_string(bit);
    bad.push_back({"lower bit " + number, handle_with(living.dwLower ^ mask, living.dwUpper)});
    bad.push_back({"upper bit " + number, handle_with(living.dwLower, living.dwUpper ^ mask)});
  }
  return bad;
}

struct NamedCall {
  const char* name;
  std::function<SECURITY_STATUS(SecHandle*)> call;
};

// What the calls are given besides; nothing of it may change.
struct Arguments {
  std::uint8_t data[32] = {1, 2, 3};
  std::uint8_t token[32] = {4, 5, 6};
  SecBuffer message[4] = {{16, SECBUFFER_DATA, data},
                          {16, SECBUFFER_TOKEN, token},
                          {0, SECBUFFER_EMPTY, nullptr},
                          {0, SECBUFFER_EMPTY, nullptr}};
  SecBufferDesc buffers{SECBUFFER_VERSION, 4, message};
  std::uint8_t answer[512]{};
  SecHandle new_context{};
  ULONG attributes = 0x5A5A5A5A;
  TimeStamp expiry{};
};

std::vector<NamedCall> context_calls(Arguments& a, CredHandle* credential) {
  return {
      {"QueryContextAttributesW",
       [&a](SecHandle* h) { return QueryContextAttributesW(h, SECPKG_ATTR_SIZES, a.answer); }},
      {"QueryContextAttributesA",
       [&a](SecHandle* h) { return QueryContextAttributesA(h, SECPKG_ATTR_NAMES, a.answer); }},
      {"QueryContextAttributesExW",
       [&a](SecHandle* h) {
         return QueryContextAttributesExW(h, SECPKG_ATTR_SIZES, a.answer, sizeof a.answer);
       }},
      {"QueryContextAttributesExA",
       [&a](SecHandle* h) {
         return QueryContextAttributesExA(h, SECPKG_ATTR_SIZES, a.answer, sizeof a.answer);
       }},
      {"EncryptMessage", [&a](SecHandle* h) { return EncryptMessage(h, 0, &a.buffers, 0); }},
      {"DecryptMessage", [&a](SecHandle* h) { return DecryptMessage(h, &a.buffers, 0, nullptr); }},
      {"MakeSignature", [&a](SecHandle* h) { return MakeSignature(h, 0, &a.buffers, 0); }},
      {"VerifySignature",
       [&a](SecHandle* h) { return VerifySignature(h, &a.buffers, 0, nullptr); }},
      {"InitializeSecurityContextW",
       [&a, credential](SecHandle* h) {
         return InitializeSecurityContextW(credential, h, wide(u"HOST/x"), kFlags, 0,
                                           SECURITY_NATIVE_DREP, &a.buffers, 0, &a.new_context,
                                           &a.buffers, &a.attributes, &a.expiry);
       }},
      {"InitializeSecurityContextA",
       [&a, credential](SecHandle* h) {
         return InitializeSecurityContextA(credential, h, narrow("HOST/x"), kFlags, 0,
                                           SECURITY_NATIVE_DREP, &a.buffers, 0, &a.new_context,
                                           &a.buffers, &a.attributes, &a.expiry);
       }},
      {"AcceptSecurityContext",
       [&a, credential](SecHandle* h) {
         return AcceptSecurityContext(credential, h, &a.buffers, 0, SECURITY_NATIVE_DREP,
                                      &a.new_context, &a.buffers, &a.attributes, &a.expiry);
       }},
      {"opensspi_context_error",
       [&a](SecHandle* h) {
         return opensspi_context_error(h, reinterpret_cast<opensspi_error*>(a.answer));
       }},
      {"opensspi_credssp_version",
       [&a](SecHandle* h) {
         return opensspi_credssp_version(h, reinterpret_cast<std::uint32_t*>(a.answer));
       }},
      {"opensspi_mechanism",
       [&a](SecHandle* h) {
         return opensspi_mechanism(h, reinterpret_cast<const char**>(a.answer));
       }},
      {"opensspi_tls",
       [&a](SecHandle* h) {
         return opensspi_tls(h, reinterpret_cast<opensspi_tls_info*>(a.answer));
       }},
      {"opensspi_claimed_name",
       [&a](SecHandle* h) {
         return opensspi_claimed_name(h, reinterpret_cast<char*>(a.answer), sizeof a.answer);
       }},
      {"opensspi_delegated_credential",
       [&a](SecHandle* h) {
         return opensspi_delegated_credential(h, reinterpret_cast<opensspi_identity*>(a.answer));
       }},
      {"DeleteSecurityContext", [](SecHandle* h) { return DeleteSecurityContext(h); }},
  };
}

std::vector<NamedCall> credential_calls(Arguments& a) {
  return {
      {"QueryCredentialsAttributesW",
       [&a](SecHandle* h) {
         return QueryCredentialsAttributesW(h, SECPKG_CRED_ATTR_NAMES, a.answer);
       }},
      {"QueryCredentialsAttributesA",
       [&a](SecHandle* h) {
         return QueryCredentialsAttributesA(h, SECPKG_CRED_ATTR_NAMES, a.answer);
       }},
      {"QueryCredentialsAttributesExW",
       [&a](SecHandle* h) {
         return QueryCredentialsAttributesExW(h, SECPKG_CRED_ATTR_NAMES, a.answer, sizeof a.answer);
       }},
      {"QueryCredentialsAttributesExA",
       [&a](SecHandle* h) {
         return QueryCredentialsAttributesExA(h, SECPKG_CRED_ATTR_NAMES, a.answer, sizeof a.answer);
       }},
      {"InitializeSecurityContextW",
       [&a](SecHandle* h) {
         return InitializeSecurityContextW(h, nullptr, wide(u"HOST/x"), kFlags, 0,
                                           SECURITY_NATIVE_DREP, nullptr, 0, &a.new_context,
                                           &a.buffers, &a.attributes, &a.expiry);
       }},
      {"InitializeSecurityContextA",
       [&a](SecHandle* h) {
         return InitializeSecurityContextA(h, nullptr, narrow("HOST/x"), kFlags, 0,
                                           SECURITY_NATIVE_DREP, nullptr, 0, &a.new_context,
                                           &a.buffers, &a.attributes, &a.expiry);
       }},
      {"AcceptSecurityContext",
       [&a](SecHandle* h) {
         return AcceptSecurityContext(h, nullptr, &a.buffers, 0, SECURITY_NATIVE_DREP,
                                      &a.new_context, &a.buffers, &a.attributes, &a.expiry);
       }},
      {"FreeCredentialsHandle", [](SecHandle* h) { return FreeCredentialsHandle(h); }},
  };
}

void expect_all_refuse(const std::vector<NamedCall>& calls, const std::vector<NamedHandle>& bad,
                       const Arguments& arguments, bool null_too) {
  const Arguments before;
  const auto check = [&](const NamedCall& call, SecHandle* handle, const std::string& which) {
    SCOPED_TRACE(std::string(call.name) + ", " + which);
    EXPECT_STATUS(SEC_E_INVALID_HANDLE, call.call(handle));
    EXPECT_EQ(SEC_E_INVALID_HANDLE, last_error().status);
    EXPECT_EQ(0, std::memcmp(before.data, arguments.data, sizeof before.data));
    EXPECT_EQ(0, std::memcmp(before.answer, arguments.answer, sizeof before.answer));
    EXPECT_EQ(0x5A5A5A5Au, arguments.attributes);
    EXPECT_EQ(0, std::memcmp(&before.new_context, &arguments.new_context, sizeof(SecHandle)));
    for (int i = 0; i < 4; ++i) {
      EXPECT_EQ(before.message[i].BufferType, arguments.message[i].BufferType);
      EXPECT_EQ(before.message[i].cbBuffer, arguments.message[i].cbBuffer);
    }
  };
  for (const NamedCall& call : calls) {
    for (const NamedHandle& named : bad) {
      SecHandle handle = named.handle;
      check(call, &handle, named.name);
    }
    if (null_too) check(call, nullptr, "NULL");
  }
}

// An established pair, and one context that was deleted.
class BadHandles : public testing::Test {
 protected:
  BadHandles() {
    talk(client, server);
    EXPECT_STATUS(SEC_E_OK, client.status());
    EXPECT_STATUS(SEC_E_OK, server.status());
  }

  static SecHandle stale_context(Credential& credential) {
    Party gone = Party::client(credential, kFlags);
    gone.run();
    const SecHandle handle = *gone.get();
    EXPECT_TRUE(SecIsValidHandle(&handle));
    return handle;  // its destructor deletes it
  }
  static SecHandle stale_credential() {
    IdentityW someone;
    Credential gone = acquire_client(u"NTLM", someone.get());
    return *gone.get();
  }

  IdentityW identity{};
  Credential client_credential = acquire_client(u"NTLM", identity.get());
  Credential server_credential = acquire_server("NTLM", nullptr);
  Party client = Party::client(client_credential, kFlags);
  Party server = Party::server(server_credential);
  Arguments arguments{};
};

TEST_F(BadHandles, OfContextsAreRefused) {
  auto calls = context_calls(arguments, client_credential.get());
  const auto bad =
      bad_handles(*client.get(), *client_credential.get(), stale_context(client_credential));
  expect_all_refuse(calls, bad, arguments, false);
  // Of the two that establish contexts NULL means the first leg.
  std::erase_if(calls, [](const NamedCall& call) {
    const std::string_view name = call.name;
    return name.starts_with("InitializeSecurityContext") || name == "AcceptSecurityContext";
  });
  expect_all_refuse(calls, {}, arguments, true);

  SecPkgContext_Sizes sizes{};
  EXPECT_STATUS(SEC_E_OK, QueryContextAttributesW(client.get(), SECPKG_ATTR_SIZES, &sizes));
  EXPECT_STATUS(SEC_E_OK, QueryContextAttributesW(server.get(), SECPKG_ATTR_SIZES, &sizes));
}

TEST_F(BadHandles, OfCredentialsAreRefused) {
  const auto bad = bad_handles(*client_credential.get(), *client.get(), stale_credential());
  expect_all_refuse(credential_calls(arguments), bad, arguments, true);
  Party again = Party::client(client_credential, kFlags);
  EXPECT_STATUS(SEC_I_CONTINUE_NEEDED, again.run().status);
}

TEST_F(BadHandles, CopiesEndWithTheOriginal) {
  SecHandle copy = *client.get();
  EXPECT_STATUS(SEC_E_OK, DeleteSecurityContext(&copy));
  EXPECT_STATUS(SEC_E_INVALID_HANDLE, DeleteSecurityContext(client.get()));
  EXPECT_STATUS(SEC_E_INVALID_HANDLE, DeleteSecurityContext(&copy));
  SecHandle credential_copy = *client_credential.get();
  EXPECT_STATUS(SEC_E_OK, FreeCredentialsHandle(&credential_copy));
  EXPECT_STATUS(SEC_E_INVALID_HANDLE, FreeCredentialsHandle(client_credential.get()));
}

// A slot that is used again does not wake an old handle.
TEST_F(BadHandles, StaleOnesStayStale) {
  const SecHandle stale = stale_context(client_credential);
  for (int i = 0; i < 200; ++i) {
    Party other = Party::client(client_credential, kFlags);
    ASSERT_STATUS(SEC_I_CONTINUE_NEEDED, other.run().status);
    SecHandle copy = stale;
    EXPECT_STATUS(SEC_E_INVALID_HANDLE, DeleteSecurityContext(&copy));
  }
}

TEST_F(BadHandles, AContextOfTheOtherSideIsRefused) {
  SecBuffer token{0, SECBUFFER_TOKEN, nullptr};
  SecBufferDesc output{SECBUFFER_VERSION, 1, &token};
  ULONG attributes = 0;
  Party half = Party::client(client_credential, kFlags);
  half.run();
  EXPECT_STATUS(
      SEC_E_INVALID_HANDLE,
      AcceptSecurityContext(server_credential.get(), half.get(), nullptr, ASC_REQ_ALLOCATE_MEMORY,
                            0, half.get(), &output, &attributes, nullptr));
}

TEST_F(BadHandles, ACredentialOfTheOtherDirectionIsRefused) {
  Party wrong = Party::client(server_credential, kFlags);
  EXPECT_STATUS(SEC_E_NO_CREDENTIALS, wrong.run().status);
  EXPECT_FALSE(wrong.has_context());
  Party wrong_server = Party::server(client_credential);
  Party right = Party::client(client_credential, kFlags);
  EXPECT_STATUS(SEC_E_NO_CREDENTIALS, wrong_server.step(right.run().token).status);
  EXPECT_FALSE(wrong_server.has_context());
}

}  // namespace
}  // namespace caller
