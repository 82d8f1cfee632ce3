// AddCredentials: only a credential of Negotiate consists of others.
#include "abi/credssp/pair.h"

namespace caller {
namespace {

SECURITY_STATUS add(Credential& to, const SEC_WCHAR* package, void* auth_data,
                    ULONG use = SECPKG_CRED_OUTBOUND, TimeStamp* expiry = nullptr) {
  return AddCredentialsW(to.get(), nullptr, wide(package), use, auth_data, nullptr, nullptr,
                         expiry);
}

std::string name_of(Credential& credential) {
  SecPkgCredentials_NamesA names{};
  if (QueryCredentialsAttributesA(credential.get(), SECPKG_CRED_ATTR_NAMES, &names) != SEC_E_OK)
    return "nobody";
  std::string name = names.sUserName;
  FreeContextBuffer(names.sUserName);
  return name;
}

TEST(AddCredentials, PutsAnotherIdentityIntoNegotiate) {
  IdentityW first(u"dormouse"), second;
  Credential credential = acquire_client(u"Negotiate", first.get());
  Party before = Party::client(credential, ISC_REQ_CONFIDENTIALITY);
  const Bytes hello = before.run().token;
  EXPECT_EQ("WONDERLAND\\dormouse", name_of(credential));
  TimeStamp expiry{};
  ASSERT_STATUS(SEC_E_OK, add(credential, u"ntlm", second.get(), SECPKG_CRED_OUTBOUND, &expiry));
  EXPECT_NE(0, expiry.HighPart);
  EXPECT_EQ("WONDERLAND\\alice", name_of(credential));
  Credential server_credential = acquire_server("Negotiate", nullptr);
  Party after = Party::client(credential, ISC_REQ_CONFIDENTIALITY);
  Party server = Party::server(server_credential);
  ASSERT_LOGGED_ON(after, server);
  // A context that was there before goes on as who it was.
  Party old_server = Party::server(server_credential);
  old_server.receive(hello);
  talk(before, old_server);
  EXPECT_STATUS(SEC_E_LOGON_DENIED, old_server.status());
}

TEST(AddCredentials, InTheNarrowFormToo) {
  IdentityA identity;
  Credential credential = acquire_client(u"Negotiate", nullptr);
  EXPECT_STATUS(SEC_E_OK,
                AddCredentialsA(credential.get(), nullptr, narrow("NTLM"), SECPKG_CRED_OUTBOUND,
                                identity.get(), nullptr, nullptr, nullptr));
  EXPECT_EQ("WONDERLAND\\alice", name_of(credential));
}

TEST(AddCredentials, IsRefusedByPackagesThatAreOne) {
  IdentityW identity;
  CredSspCred cred = CredSspCred::client(identity.get());
  const std::pair<const SEC_WCHAR*, void*> rows[] = {
      {u"NTLM", identity.get()}, {u"Kerberos", identity.get()}, {CREDSSP_NAME, cred.get()}};
  for (const auto& [package, auth_data] : rows) {
    Credential credential = acquire_client(package, auth_data);
    EXPECT_STATUS(SEC_E_UNSUPPORTED_FUNCTION, add(credential, u"NTLM", identity.get()));
  }
}

TEST(AddCredentials, LeavesTheCredentialWhenItFails) {
  IdentityW identity, too_long(IdentityW::Text(1000, u'a'));
  Credential credential = acquire_client(u"Negotiate", identity.get());
  TimeStamp expiry{};
  expiry.LowPart = 77;
  IdentityW another(u"dormouse");
  EXPECT_STATUS(SEC_E_SECPKG_NOT_FOUND, add(credential, u"none", another.get()));
  EXPECT_STATUS(SEC_E_SECPKG_NOT_FOUND, add(credential, nullptr, another.get()));
  EXPECT_STATUS(SEC_E_UNSUPPORTED_FUNCTION, add(credential, u"Negotiate", another.get()));
  EXPECT_STATUS(SEC_E_UNKNOWN_CREDENTIALS, add(credential, u"NTLM", too_long.get()));
  EXPECT_STATUS(SEC_E_UNKNOWN_CREDENTIALS,
                add(credential, u"NTLM", another.get(), SECPKG_CRED_INBOUND, &expiry));
  EXPECT_STATUS(SEC_E_UNKNOWN_CREDENTIALS, add(credential, u"NTLM", another.get(), 0x80, &expiry));
  EXPECT_EQ(77u, expiry.LowPart);
  EXPECT_EQ("WONDERLAND\\alice", name_of(credential));
  Credential none;
  EXPECT_STATUS(SEC_E_INVALID_HANDLE, add(none, u"NTLM", identity.get()));
  EXPECT_STATUS(SEC_E_INVALID_HANDLE,
                AddCredentialsW(nullptr, nullptr, wide(u"NTLM"), SECPKG_CRED_OUTBOUND, nullptr,
                                nullptr, nullptr, nullptr));
}

}  // namespace
}  // namespace caller
