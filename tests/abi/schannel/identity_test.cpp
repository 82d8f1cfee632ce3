// Certificates of clients: asked for by ASC_REQ_MUTUAL_AUTH, shown out of the credential or of one
// that is named when SEC_I_INCOMPLETE_CREDENTIALS asks.
#include "pair.h"

namespace caller {
namespace {

const std::uint8_t* bytes_of_certificate(PCCERT_CONTEXT context) {
  return context->pbCertEncoded;
}

bool same(PCCERT_CONTEXT one, PCCERT_CONTEXT other) {
  return one->cbCertEncoded == other->cbCertEncoded &&
         std::memcmp(bytes_of_certificate(one), bytes_of_certificate(other), one->cbCertEncoded) ==
             0;
}

class Identity : public SchannelTest {
 protected:
  static Options asking() {
    Options asking = options();
    asking.server_flags |= ASC_REQ_MUTUAL_AUTH;
    return asking;
  }
  static bool shown(Party& server, PCCERT_CONTEXT expected) {
    const auto context = queried<PCCERT_CONTEXT>(server, SECPKG_ATTR_REMOTE_CERT_CONTEXT);
    const bool is_same = context != nullptr && same(context, expected);
    CertFreeCertificateContext(context);
    return is_same;
  }
  static std::string name(const char* what) { return what + std::to_string(GetParam()); }
};
FOR_BOTH_VERSIONS(Identity);

TEST_P(Identity, IsShownOutOfTheCredential) {
  const MadeCertificate alice(name("alice").c_str(), -1, 30);
  Options options = asking();
  options.client_certificate = alice.get();
  SchannelPair pair(options);
  ASSERT_LOGGED_ON(pair.client, pair.server);
  EXPECT_TRUE(shown(pair.server, alice.get()));
  EXPECT_EQ(pair.server.last().attributes & ASC_RET_MUTUAL_AUTH, 0u) << "nobody trusts it";
  const auto own = queried<PCCERT_CONTEXT>(pair.client, SECPKG_ATTR_LOCAL_CERT_CONTEXT);
  EXPECT_TRUE(same(own, alice.get()));
  CertFreeCertificateContext(own);
  expect_to_speak(pair.client, pair.server);
}

TEST_P(Identity, IsProvenWhenItIsTrusted) {
  const MadeCertificate alice(name("trusted alice").c_str(), -1, 30);
  static_cast<void>(alice.install());
  Options options = asking();
  options.client_certificate = alice.get();
  SchannelPair pair(options);
  ASSERT_LOGGED_ON(pair.client, pair.server);
  EXPECT_NE(pair.server.last().attributes & ASC_RET_MUTUAL_AUTH, 0u);
}

TEST_P(Identity, IsNotAskedForUnasked) {
  const MadeCertificate alice(name("modest alice").c_str(), -1, 30);
  Options quiet = options();
  quiet.client_certificate = alice.get();
  SchannelPair pair(quiet);
  ASSERT_LOGGED_ON(pair.client, pair.server);
  EXPECT_STATUS(SEC_E_NO_CREDENTIALS, query_status(pair.server, SECPKG_ATTR_REMOTE_CERT_CONTEXT));
  EXPECT_STATUS(SEC_E_NO_CREDENTIALS, query_status(pair.client, SECPKG_ATTR_LOCAL_CERT_CONTEXT));
}

// As Microsoft's samples: the same input once more, with another credential.
TEST_P(Identity, IsNamedWhenTheServerAsks) {
  const MadeCertificate alice(name("late alice").c_str(), -1, 30);
  Credential named = acquire_schannel(SECPKG_CRED_OUTBOUND, alice.get(), GetParam());
  SchannelPair pair(asking());
  talk(pair.client, pair.server);
  ASSERT_STATUS(SEC_I_INCOMPLETE_CREDENTIALS, pair.client.status());
  EXPECT_STATUS(SEC_E_OK, query_status(pair.client, SECPKG_ATTR_ISSUER_LIST_EX));
  EXPECT_STATUS(SEC_E_INVALID_HANDLE, query_status(pair.client, SECPKG_ATTR_STREAM_SIZES));
  pair.client.name(named, kClientFlags);
  pair.server.receive(pair.client.run().token);
  ASSERT_LOGGED_ON(pair.client, pair.server);
  EXPECT_TRUE(shown(pair.server, alice.get()));
  const auto own = queried<PCCERT_CONTEXT>(pair.client, SECPKG_ATTR_LOCAL_CERT_CONTEXT);
  EXPECT_TRUE(same(own, alice.get()));
  CertFreeCertificateContext(own);
  expect_to_speak(pair.client, pair.server);
}

// As .NET: without any input.
TEST_P(Identity, MayBeNamedWithoutInput) {
  const MadeCertificate alice(name("brief alice").c_str(), -1, 30);
  Credential named = acquire_schannel(SECPKG_CRED_OUTBOUND, alice.get(), GetParam());
  SchannelPair pair(asking());
  talk(pair.client, pair.server);
  ASSERT_STATUS(SEC_I_INCOMPLETE_CREDENTIALS, pair.client.status());
  pair.client.name(named, kClientFlags);
  Leg leg = pair.client.step({});
  EXPECT_TRUE(leg.status == SEC_E_OK || leg.status == SEC_I_CONTINUE_NEEDED) << leg.status;
  const Leg accepted = pair.server.step(leg.token);
  EXPECT_STATUS(SEC_E_OK, accepted.status);
  EXPECT_TRUE(shown(pair.server, alice.get()));
}

TEST_P(Identity, IsNotOfACredentialThatIsNone) {
  SchannelPair pair(asking());
  talk(pair.client, pair.server);
  ASSERT_STATUS(SEC_I_INCOMPLETE_CREDENTIALS, pair.client.status());
  {
    Credential freed = acquire_schannel(SECPKG_CRED_OUTBOUND, nullptr, GetParam());
    FreeCredentialsHandle(freed.get());
    pair.client.name(freed, kClientFlags);
    EXPECT_STATUS(SEC_E_INVALID_HANDLE, pair.client.step({}).status);
  }
  pair.client.name(pair.client_credential, kClientFlags);
  pair.server.receive(pair.client.run().token);
  ASSERT_LOGGED_ON(pair.client, pair.server);
}

// What came behind the server's flight is the caller's still, who counts it from the end.
TEST_P(Identity, ReportsWhatFollowsWithoutInput) {
  SchannelPair pair(asking());
  pair.server.receive(pair.client.run().token);
  Bytes flight = pair.server.run().token;
  constexpr std::uint8_t kBeginning[] = {0x17, 3, 3, 0, 0x20};
  flight.insert(flight.end(), std::begin(kBeginning), std::end(kBeginning));
  ASSERT_STATUS(SEC_I_INCOMPLETE_CREDENTIALS, pair.client.step(flight).status);
  SecBuffer in[] = {{0, SECBUFFER_TOKEN, nullptr}, {0, SECBUFFER_EMPTY, nullptr}};
  SecBuffer out{0, SECBUFFER_TOKEN, nullptr};
  SecBufferDesc input{SECBUFFER_VERSION, 2, in}, output{SECBUFFER_VERSION, 1, &out};
  Leg leg;
  EXPECT_GE(pair.client.call(&input, &output, leg), 0);
  FreeContextBuffer(out.pvBuffer);
  EXPECT_EQ(in[1].BufferType, ULONG{SECBUFFER_EXTRA});
  EXPECT_EQ(in[1].cbBuffer, sizeof kBeginning);
}

TEST_P(Identity, MayBeRefused) {
  SchannelPair pair(asking());
  talk(pair.client, pair.server);
  ASSERT_STATUS(SEC_I_INCOMPLETE_CREDENTIALS, pair.client.status());
  pair.client.name(pair.client_credential, kClientFlags | ISC_REQ_USE_SUPPLIED_CREDS);
  pair.server.receive(pair.client.run().token);
  ASSERT_LOGGED_ON(pair.client, pair.server);
  EXPECT_STATUS(SEC_E_NO_CREDENTIALS, query_status(pair.server, SECPKG_ATTR_REMOTE_CERT_CONTEXT));
  EXPECT_EQ(pair.server.last().attributes & ASC_RET_MUTUAL_AUTH, 0u);
}

TEST_P(Identity, IsNotAskedOfWhoSuppliesAll) {
  Options options = asking();
  options.client_flags |= ISC_REQ_USE_SUPPLIED_CREDS;
  SchannelPair pair(options);
  ASSERT_LOGGED_ON(pair.client, pair.server);
  EXPECT_STATUS(SEC_E_NO_CREDENTIALS, query_status(pair.server, SECPKG_ATTR_REMOTE_CERT_CONTEXT));
}

TEST_P(Identity, IsNotNamedWithOtherInput) {
  SchannelPair pair(asking());
  talk(pair.client, pair.server);
  ASSERT_STATUS(SEC_I_INCOMPLETE_CREDENTIALS, pair.client.status());
  EXPECT_STATUS(SEC_E_INVALID_TOKEN, pair.client.step(Bytes{0x16, 3, 3, 0, 1, 0}).status);
}

// Windows: hRootStore is who may issue them; an empty one trusts nobody.
TEST_P(Identity, IsProvenByTheServersOwnRoots) {
  const MadeCertificate alice(name("rooted alice").c_str(), -1, 30);
  const MadeCertificate other(name("another root").c_str(), -1, 30);
  static_cast<void>(alice.install());
  const HCERTSTORE empty = CertOpenStore(CERT_STORE_PROV_MEMORY, 0, 0, 0, nullptr);
  const struct {
    HCERTSTORE roots;
    bool proven;
  } rows[] = {{alice.get()->hCertStore, true}, {other.get()->hCertStore, false}, {empty, false}};
  for (const auto& row : rows) {
    Options options = asking();
    options.client_certificate = alice.get();
    SchannelPair pair(options);
    Credential server =
        acquire_schannel(SECPKG_CRED_INBOUND, server_certificate(), 0, 0, row.roots);
    pair.server.name(server, kServerFlags | ASC_REQ_MUTUAL_AUTH);
    ASSERT_LOGGED_ON(pair.client, pair.server);
    EXPECT_EQ((pair.server.last().attributes & ASC_RET_MUTUAL_AUTH) != 0, row.proven);
  }
  CertCloseStore(empty, 0);
}

TEST_P(Identity, IsNotProvenByACertificateForOtherUse) {
  const MadeCertificate bob(name("serving bob").c_str(), -1, 30, "serverAuth");
  static_cast<void>(bob.install());
  Options options = asking();
  options.client_certificate = bob.get();
  SchannelPair pair(options);
  ASSERT_LOGGED_ON(pair.client, pair.server);
  EXPECT_EQ(pair.server.last().attributes & ASC_RET_MUTUAL_AUTH, 0u);
  const auto result = queried<SecPkgContext_CertificateValidationResult>(
      pair.server, SECPKG_ATTR_CERT_CHECK_RESULT);
  EXPECT_STATUS(SEC_E_CERT_WRONG_USAGE, result.hrVerifyChainStatus);
}

TEST_P(Identity, IsAskedForByIssuer) {
  const MadeCertificate issuer(name("issuer").c_str(), -1, 30);
  HCERTSTORE roots = nullptr;
  roots = issuer.get()->hCertStore;
  SchannelPair pair(asking());
  Credential server = acquire_schannel(SECPKG_CRED_INBOUND, server_certificate(), 0, 0, roots);
  pair.server.name(server, kServerFlags | ASC_REQ_MUTUAL_AUTH);
  talk(pair.client, pair.server);
  ASSERT_STATUS(SEC_I_INCOMPLETE_CREDENTIALS, pair.client.status());
  const auto issuers =
      queried<SecPkgContext_IssuerListInfoEx>(pair.client, SECPKG_ATTR_ISSUER_LIST_EX);
  ASSERT_EQ(issuers.cIssuers, 1u);
  const CERT_NAME_BLOB& subject = issuer.get()->pCertInfo->Subject;
  ASSERT_EQ(issuers.aIssuers[0].cbData, subject.cbData);
  EXPECT_EQ(0, std::memcmp(issuers.aIssuers[0].pbData, subject.pbData, subject.cbData));
  EXPECT_STATUS(SEC_E_OK, FreeContextBuffer(issuers.aIssuers));
}

}  // namespace
}  // namespace caller
