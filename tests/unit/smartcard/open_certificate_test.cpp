// Certificates whose keys are on made-up cards: which are chosen, what is refused, and signatures.
#include "smartcard/open_certificate.h"

#include <dlfcn.h>
#include <gtest/gtest.h>
#include <openssl/rsa.h>
#include <p11-kit/pkcs11.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <thread>

#include "smartcard/open.h"
#include "support/fake_readers.h"
#include "support/key_signer.h"
#include "x509/native.h"

namespace opensspi::smartcard {
namespace {

using test::Issued;
using test::KeyKind;
using Operation = x509::Signer::Operation;
using x509::SignatureHash;

// Signs as a token does, by PKCS #11's numbers.
std::vector<std::uint8_t> sign_by_mechanism(const Issued& issued, unsigned long mechanism,
                                            unsigned long hash,
                                            std::span<const std::uint8_t> input) {
  const Operation operation = mechanism == CKM_RSA_PKCS       ? Operation::RsaPkcs1
                              : mechanism == CKM_RSA_PKCS_PSS ? Operation::RsaPss
                              : mechanism == CKM_RSA_X_509    ? Operation::RsaRaw
                                                              : Operation::Ecdsa;
  const SignatureHash digest = hash == CKM_SHA384   ? SignatureHash::Sha384
                               : hash == CKM_SHA512 ? SignatureHash::Sha512
                                                    : SignatureHash::Sha256;
  return test::sign_as_token(issued.key.get(), operation, digest, input);
}

test::FakeKey key_of(const std::string& label, const std::string& id, const Issued& issued) {
  test::FakeKey key{.label = label, .id = id};
  const auto certificate = x509::Certificate::from_der(issued.certificate_der());
  key.point = Bytes{0x04, 0x41};  // OCTET STRING
  append(key.point, certificate->subject_public_key());
  key.sign = [issued](unsigned long mechanism, unsigned long hash,
                      std::span<const std::uint8_t> input) {
    return sign_by_mechanism(issued, mechanism, hash, input);
  };
  return key;
}

test::FakeCertificate certificate_of(const std::string& label, const std::string& id,
                                     const Issued& issued) {
  return {label, id, issued.certificate_der()};
}

class TokenKeys : public testing::Test {
 protected:
  TokenKeys() {
    put_in({.reader = "Reader 0",
            .label = "HSM",
            .serial = "1",
            .pin = "1234",
            .certificates = {certificate_of("certificate", "\x01", server_)},
            .keys = {key_of("key", "\x01", server_)}});
  }
  ~TokenKeys() override { EXPECT_EQ(readers_.opened, readers_.closed); }

  test::FakeCard& put_in(test::FakeCard card) {
    card.flags |= CKF_LOGIN_REQUIRED | CKF_TOKEN_INITIALIZED;
    card.mechanisms = {CKM_ECDSA};
    return readers_.cards.emplace_back(std::move(card));
  }
  test::FakeCard& card() { return readers_.cards.front(); }

  static Result<x509::KeyPair> open(const std::string& uri = "pkcs11:", const char* pin = "1234") {
    std::optional<SecretBytes> secret;
    if (pin != nullptr) secret.emplace(view(pin));
    return open_certificate(uri, std::move(secret), FAKE_PKCS11);
  }

  static void expect_refused(const Result<x509::KeyPair>& pair, Status status,
                             std::uint32_t nt_status = 0) {
    ASSERT_FALSE(pair);
    EXPECT_EQ(pair.error().status, status) << pair.error().why;
    EXPECT_EQ(pair.error().nt_status, nt_status) << pair.error().why;
  }

  static Result<Bytes> sign(const x509::KeyPair& pair) {
    return pair.key->native().signer->sign(Operation::Ecdsa, SignatureHash::Sha256, Bytes(32, 7));
  }
  static void expect_refused(const x509::KeyPair& pair, Status status,
                             std::uint32_t nt_status = 0) {
    const auto signature = sign(pair);
    ASSERT_FALSE(signature);
    EXPECT_EQ(signature.error().status, status) << signature.error().why;
    EXPECT_EQ(signature.error().nt_status, nt_status) << signature.error().why;
  }

  static void close_module() {
    CK_FUNCTION_LIST* functions = nullptr;
    void* library = dlopen(FAKE_PKCS11, RTLD_NOW);
    reinterpret_cast<CK_C_GetFunctionList>(dlsym(library, "C_GetFunctionList"))(&functions);
    functions->C_Finalize(nullptr);
  }
  void take_out() {
    card().removed = true;
    card().open = false;
    ++card().insertion;
  }

  test::FakeReaders& readers_ = test::fake_readers();
  const Issued server_ = test::issue({});
};

TEST_F(TokenKeys, SignOnTheirToken) {
  const auto pair = open();
  ASSERT_TRUE(pair) << pair.error().why;
  EXPECT_EQ(pair->chain.size(), 1U);
  EXPECT_EQ(pair->chain.front().der(), server_.certificate_der());
  EXPECT_TRUE(pair->key->is_remote());
  EXPECT_TRUE(x509::is_key_of(*pair->key, pair->chain.front()));
  for (int i = 0; i < 3; ++i) {
    const auto signature = sign(*pair);
    ASSERT_TRUE(signature) << signature.error().why;
    EXPECT_EQ(signature->size(), 64U);
  }
  EXPECT_EQ(card().logins, 1);
  EXPECT_EQ(readers_.opened, 1);
  EXPECT_EQ(readers_.closed, 0);
}

TEST_F(TokenKeys, ByTheMechanismsThatTheTokenHas) {
  const auto& signer = [](const Result<x509::KeyPair>& pair) -> const x509::Signer& {
    return *pair->key->native().signer;
  };
  const Issued rsa = test::server_of(KeyKind::Rsa);
  card().certificates = {certificate_of("rsa", "\x02", rsa)};
  card().keys = {key_of("rsa", "\x02", rsa)};
  card().mechanisms = {CKM_RSA_PKCS, CKM_RSA_PKCS_PSS};
  const auto pair = open();
  ASSERT_TRUE(pair) << pair.error().why;
  EXPECT_TRUE(signer(pair).can(Operation::RsaPkcs1) && signer(pair).can(Operation::RsaPss));
  EXPECT_FALSE(signer(pair).can(Operation::RsaRaw) || signer(pair).can(Operation::Ecdsa));
  for (const auto& [hash, size] : {std::pair{SignatureHash::Sha256, 32U},
                                   {SignatureHash::Sha384, 48U},
                                   {SignatureHash::Sha512, 64U}}) {
    const auto signature = signer(pair).sign(Operation::RsaPss, hash, Bytes(size, 7));
    ASSERT_TRUE(signature) << signature.error().why;
    EXPECT_EQ(signature->size(), 256U);
  }
  card().mechanisms = {CKM_ECDSA};
  expect_refused(open(), Status::UnknownCredentials);
}

TEST_F(TokenKeys, AreChosenByTheirUri) {
  const Issued other = test::issue({.common_name = "other"});
  card().certificates.push_back(certificate_of("second", "\x02", other));
  card().keys.push_back(key_of("second key", "\x02", other));
  put_in({.reader = "Reader 1",
          .label = "Other",
          .serial = "2",
          .pin = "1234",
          .certificates = {certificate_of("third", "\x01", other)},
          .keys = {key_of("third key", "\x01", other)}});
  const auto chosen = [](const std::string& uri) -> std::string {
    const auto pair = open(uri);
    return pair ? pair->chain.front().subject_name() : pair.error().why;
  };
  const std::string first = "CN=server.example", second = "CN=other";
  EXPECT_EQ(chosen("pkcs11:id=%02"), second);
  EXPECT_EQ(chosen("pkcs11:object=certificate"), first);
  EXPECT_EQ(chosen("pkcs11:object=certificate;type=cert"), first);
  EXPECT_EQ(chosen("pkcs11:token=HSM;object=key;type=private"), first);
  EXPECT_EQ(chosen("pkcs11:token=HSM;object=second%20key;type=private"), second);
  EXPECT_EQ(chosen("pkcs11:token=Other"), second);
  EXPECT_EQ(chosen("pkcs11:serial=2"), second);
  EXPECT_EQ(chosen("pkcs11:slot-id=2"), second);
  const std::string one_token =
      "more than one token fits the PKCS#11 URI: name it by token or serial";
  EXPECT_EQ(chosen("pkcs11:"), one_token);
  EXPECT_EQ(chosen("pkcs11:id=%01"), one_token);
  EXPECT_EQ(chosen("pkcs11:token=HSM"),
            "more than one certificate or key fits the PKCS#11 URI: name it by id or object");
  expect_refused(open("pkcs11:token=HSM"), Status::UnknownCredentials);
  expect_refused(open("pkcs11:token=None"), Status::NoCredentials, nt_status::kSmartcardNoCard);
  expect_refused(open("pkcs11:object=none"), Status::NoCredentials,
                 nt_status::kSmartcardNoCertificate);
  expect_refused(open("pkcs11:token=HSM;object=none"), Status::NoCredentials,
                 nt_status::kSmartcardNoCertificate);
  expect_refused(open("pkcs11:object=key"), Status::NoCredentials,
                 nt_status::kSmartcardNoCertificate);
  expect_refused(open("pkcs11:token=HSM;object=none;type=private"), Status::NoCredentials);
}

TEST_F(TokenKeys, AreTheCertificates) {
  card().keys = {key_of("another", "\x01", test::issue({}))};
  expect_refused(open(), Status::NoCredentials);
  card().keys.push_back(key_of("key", "\x01", server_));
  expect_refused(open(), Status::NoCredentials);  // whose id is two keys', and one is not its own
  card().keys = {key_of("key", "\x01", server_), key_of("again", "\x01", server_)};
  expect_refused(open(), Status::UnknownCredentials);
  EXPECT_TRUE(open("pkcs11:object=key;type=private"));
  card().keys.clear();
  expect_refused(open(), Status::NoCredentials);
}

TEST_F(TokenKeys, OfRsaByTheirModulus) {
  const Issued &rsa = test::server_of(KeyKind::Rsa), &ec = server_;
  BIGNUM* n = nullptr;
  ASSERT_EQ(EVP_PKEY_get_bn_param(rsa.key.get(), "n", &n), 1);
  test::FakeKey key = key_of("rsa", "\x02", rsa);
  key.modulus.resize(static_cast<std::size_t>(BN_num_bytes(n)));
  BN_bn2bin(n, key.modulus.data());
  BN_free(n);
  card().certificates = {certificate_of("rsa", "\x02", rsa), certificate_of("ec", "\x02", ec)};
  card().keys = {key};
  card().mechanisms = {CKM_RSA_PKCS};
  const auto pair = open();
  ASSERT_TRUE(pair) << pair.error().why;
  EXPECT_EQ(pair->chain.front().der(), rsa.certificate_der());
}

TEST_F(TokenKeys, TheTokensIssuersFollow) {
  const Issued root = test::issue_authority("Root");
  const Issued middle = test::issue({.common_name = "Middle",
                                     .issuer = &root,
                                     .extensions = {{NID_basic_constraints, "critical,CA:TRUE"}}});
  const Issued leaf = test::issue({.common_name = "Leaf", .issuer = &middle}, server_.key);
  card().certificates = {certificate_of("root", "\x09", root), certificate_of("leaf", "\x01", leaf),
                         certificate_of("stranger", "\x08", test::issue({})),
                         certificate_of("middle", "", middle)};
  const auto pair = open();
  ASSERT_TRUE(pair) << pair.error().why;
  std::vector<std::string> names;
  for (const auto& certificate : pair->chain) names.push_back(certificate.subject_name());
  EXPECT_EQ(names, (std::vector<std::string>{"CN=Leaf", "CN=Middle", "CN=Root"}));
}

TEST_F(TokenKeys, TakeTheirPinFromTheUri) {
  EXPECT_TRUE(open("pkcs11:?pin-value=1234", nullptr));
  EXPECT_TRUE(open("pkcs11:?pin-value=9999"));  // whoever names one in words means it
  expect_refused(open("pkcs11:", nullptr), Status::NoCredentials);
  expect_refused(open("pkcs11:?pin-value=9999", nullptr), Status::LogonDenied,
                 nt_status::kSmartcardWrongPin);
}

TEST_F(TokenKeys, WhatTheCardSaysOfAPin) {
  expect_refused(open("pkcs11:", "9999"), Status::LogonDenied, nt_status::kSmartcardWrongPin);
  EXPECT_EQ(card().logins, 1);
  card().login_code = CKR_PIN_LOCKED;
  expect_refused(open(), Status::LogonDenied, nt_status::kSmartcardCardBlocked);
  card().flags |= CKF_USER_PIN_LOCKED;
  expect_refused(open(), Status::LogonDenied, nt_status::kSmartcardCardBlocked);
  EXPECT_EQ(card().logins, 2);  // a locked one is shown none
}

TEST_F(TokenKeys, WithoutAPin) {
  card().flags |= CKF_PROTECTED_AUTHENTICATION_PATH;  // the reader has keys
  EXPECT_TRUE(open("pkcs11:", nullptr));
  EXPECT_TRUE(open("pkcs11:", "9999"));
  card().flags = CKF_TOKEN_INITIALIZED;
  EXPECT_TRUE(open("pkcs11:", nullptr));
}

TEST_F(TokenKeys, OfOneTokenShareItsPin) {
  const auto first = open();
  ASSERT_TRUE(first) << first.error().why;
  const auto second = open();
  ASSERT_TRUE(second) << second.error().why;
  EXPECT_EQ(readers_.opened, 1);
  // A wrong one is nobody's, though the card is open; and it costs none of the card's patience.
  expect_refused(open("pkcs11:", "9999"), Status::LogonDenied, nt_status::kSmartcardWrongPin);
  EXPECT_EQ(card().logins, 1);
  EXPECT_TRUE(sign(*first));
  EXPECT_TRUE(sign(*second));
}

TEST_F(TokenKeys, KeepTheModuleOpenUnderEveryName) {
  auto first = open();
  ASSERT_TRUE(first);
  const std::string path = FAKE_PKCS11;
  const std::string other = path.substr(0, path.rfind('/')) + "/." + path.substr(path.rfind('/'));
  {
    const auto second = open("pkcs11:?module-path=" + other);
    ASSERT_TRUE(second) << second.error().why;
    EXPECT_EQ(readers_.opened, 1);
  }
  EXPECT_EQ(readers_.closed, 0);
  EXPECT_TRUE(sign(*first));
  // libkrb5 would close it for everybody.
  Identity identity;
  identity.secret.emplace<SmartCard>();
  const auto logon = smartcard::open(FAKE_PKCS11, identity, 0);
  ASSERT_FALSE(logon);
  EXPECT_EQ(logon.error().status, Status::UnsupportedFunction);
  EXPECT_TRUE(sign(*first));
  first = fail(Status::InternalError, "");
  EXPECT_EQ(readers_.closed, 1);
}

TEST_F(TokenKeys, NeedAModule) {
  expect_refused(open("pkcs11:?module-path=/nowhere.so"), Status::UnsupportedFunction);
  expect_refused(open_certificate("pkcs11:", {}, ""), Status::UnsupportedFunction);
  readers_.open_already = true;
  expect_refused(open(), Status::UnsupportedFunction);
  expect_refused(open("pkcs12:"), Status::InvalidParameter);
}

TEST_F(TokenKeys, ATokenThatIsTakenOutAndPutBack) {
  const auto pair = open();
  ASSERT_TRUE(pair);
  take_out();
  expect_refused(*pair, Status::NoCredentials, nt_status::kSmartcardNoCard);
  expect_refused(*pair, Status::NoCredentials, nt_status::kSmartcardNoCard);
  card().removed = false;
  const auto signature = sign(*pair);
  ASSERT_TRUE(signature) << signature.error().why;
  EXPECT_EQ(card().logins, 2);
}

TEST_F(TokenKeys, AnotherTokenIsShownNoPin) {
  const auto pair = open();
  ASSERT_TRUE(pair);
  take_out();
  card().removed = false;
  card().serial = "2";
  expect_refused(*pair, Status::NoCredentials, nt_status::kSmartcardNoCard);
  EXPECT_EQ(card().logins, 1);
}

TEST_F(TokenKeys, APinThatIsRefusedLaterIsNotShownAgain) {
  const auto pair = open();
  ASSERT_TRUE(pair);
  take_out();
  card().removed = false;
  card().pin = "changed";
  for (int i = 0; i < 3; ++i)
    expect_refused(*pair, Status::LogonDenied, nt_status::kSmartcardWrongPin);
  EXPECT_EQ(card().logins, 2);
  // Whoever opens the key anew says by which.
  const auto again = open("pkcs11:", "changed");
  ASSERT_TRUE(again) << again.error().why;
  EXPECT_TRUE(sign(*again));
  EXPECT_FALSE(sign(*pair));
}

TEST_F(TokenKeys, SomebodyLogsOut) {
  const auto pair = open();
  ASSERT_TRUE(pair);
  card().open = false;
  EXPECT_TRUE(sign(*pair));
  EXPECT_EQ(card().logins, 2);
}

TEST_F(TokenKeys, SomebodyClosesTheModule) {
  const auto pair = open();
  ASSERT_TRUE(pair);
  close_module();
  EXPECT_TRUE(sign(*pair));
  EXPECT_EQ(readers_.opened, 2);
}

// A key takes no other's session for its own, and does not close it.
TEST_F(TokenKeys, NumbersOfSessionsThatComeAgain) {
  auto first = open();
  const auto second = open();
  ASSERT_TRUE(first && second);
  close_module();
  EXPECT_TRUE(sign(*second));  // in a session of the first one's number
  EXPECT_TRUE(sign(*first));
  const int logins = card().logins;
  first = fail(Status::InternalError, "");
  EXPECT_TRUE(sign(*second));
  EXPECT_EQ(card().logins, logins);
}

TEST_F(TokenKeys, ASignatureThatFails) {
  const auto pair = open();
  ASSERT_TRUE(pair);
  card().sign_code = CKR_DEVICE_ERROR;
  expect_refused(*pair, Status::NoCredentials, nt_status::kSmartcardIoError);
  EXPECT_EQ(sign(*pair).error().value, static_cast<std::int64_t>(CKR_DEVICE_ERROR));
  card().sign_code = 0;
  EXPECT_TRUE(sign(*pair));
}

TEST_F(TokenKeys, ThatWantThePinForEachSignature) {
  card().keys.front().always_authenticate = true;
  const auto pair = open();
  ASSERT_TRUE(pair);
  EXPECT_TRUE(sign(*pair));
  EXPECT_TRUE(sign(*pair));
  EXPECT_EQ(card().logins, 1);
  EXPECT_EQ(card().logins_for_signatures, 2);
  card().pin = "changed";
  for (int i = 0; i < 3; ++i)
    expect_refused(*pair, Status::LogonDenied, nt_status::kSmartcardWrongPin);
  EXPECT_EQ(card().logins_for_signatures, 3);
}

TEST_F(TokenKeys, SignForManyThreads) {
  const auto pair = open();
  ASSERT_TRUE(pair);
  std::atomic<int> made = 0;
  {
    std::vector<std::jthread> threads;
    for (int i = 0; i < 4; ++i) {
      threads.emplace_back([&] {
        const auto own = open();
        for (int at = 0; at < 20; ++at) made += sign(*pair).has_value() + sign(*own).has_value();
      });
    }
  }
  EXPECT_EQ(made, 160);
}

TEST_F(TokenKeys, SignInAChildOfTheProcess) {
  auto pair = open(), unused = open();
  ASSERT_TRUE(pair && unused);
  const pid_t child = fork();
  if (child == 0) {
    // The child's session is its own; the parent's are neither used nor closed.
    card().open = false;
    const bool made = open().has_value() && sign(*pair).has_value() && card().logins == 2;
    pair = unused = fail(Status::InternalError, "");
    _exit(made && readers_.strays == 0 ? 0 : 1);
  }
  int status = 0;
  ASSERT_EQ(waitpid(child, &status, 0), child);
  EXPECT_EQ(status, 0);
  EXPECT_TRUE(sign(*pair));
  EXPECT_EQ(card().logins, 1);
}

}  // namespace
}  // namespace opensspi::smartcard
