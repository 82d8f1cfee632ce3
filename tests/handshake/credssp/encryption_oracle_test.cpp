// CVE-2018-0886. Up to version 4 the client's pubKeyAuth is the TLS server's key, sealed as it is.
// The attacker makes himself an RSA key in whose modulus stands what he wants to say, lets the
// client log on to another service through him, and has that service open what the client sealed:
// a message of the attacker's with the client's authority.
#include <gtest/gtest.h>

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/param_build.h>
#include <openssl/rsa.h>

#include <array>
#include <string>
#include <string_view>

#include "attacker.h"
#include "credssp/pub_key_auth.h"

namespace opensspi {
namespace {

using credssp::TsRequest;
using policy::EncryptionOracle;
using test::Attacker;
using test::CredSspWorld;

constexpr std::string_view kMessage =
    "schtasks /create /s server /ru SYSTEM /tr attacker.exe /sc once";

using Number = std::unique_ptr<BIGNUM, decltype(&BN_free)>;

Number number(const BIGNUM* value = nullptr) {
  return {value == nullptr ? BN_new() : BN_dup(value), BN_free};
}

Number minus_one(const Number& value) {
  Number less = number(value.get());
  BN_sub_word(less.get(), 1);
  return less;
}

// Whether it serves with the exponent 65537.
bool is_factor(const Number& candidate, BN_CTX* work) {
  return BN_check_prime(candidate.get(), work, nullptr) == 1 &&
         BN_mod_word(candidate.get(), RSA_F4) != 1;
}

// The prime next above target / p: their product begins as the target does.
Number cofactor(const BIGNUM* target, const Number& p, BN_CTX* work) {
  Number q = number();
  BN_div(q.get(), nullptr, target, p.get(), work);
  BN_add_word(q.get(), BN_is_odd(q.get()) != 0 ? 2 : 1);
  while (!is_factor(q, work)) BN_add_word(q.get(), 2);
  return q;
}

std::shared_ptr<EVP_PKEY> rsa_key(const Number& p, const Number& q, BN_CTX* work) {
  Number n = number(), e = number(), phi = number(), d = number(), dp = number(), dq = number(),
         inverse = number();
  const Number less_p = minus_one(p), less_q = minus_one(q);
  BN_mul(n.get(), p.get(), q.get(), work);
  BN_set_word(e.get(), RSA_F4);
  BN_mul(phi.get(), less_p.get(), less_q.get(), work);
  BN_mod_inverse(d.get(), e.get(), phi.get(), work);
  BN_mod(dp.get(), d.get(), less_p.get(), work);
  BN_mod(dq.get(), d.get(), less_q.get(), work);
  BN_mod_inverse(inverse.get(), q.get(), p.get(), work);

  const std::unique_ptr<OSSL_PARAM_BLD, decltype(&OSSL_PARAM_BLD_free)> build(OSSL_PARAM_BLD_new(),
                                                                              OSSL_PARAM_BLD_free);
  const std::pair<const char*, const Number*> parts[] = {
      {OSSL_PKEY_PARAM_RSA_N, &n},          {OSSL_PKEY_PARAM_RSA_E, &e},
      {OSSL_PKEY_PARAM_RSA_D, &d},          {OSSL_PKEY_PARAM_RSA_FACTOR1, &p},
      {OSSL_PKEY_PARAM_RSA_FACTOR2, &q},    {OSSL_PKEY_PARAM_RSA_EXPONENT1, &dp},
      {OSSL_PKEY_PARAM_RSA_EXPONENT2, &dq}, {OSSL_PKEY_PARAM_RSA_COEFFICIENT1, &inverse}};
  for (const auto& [name, value] : parts) {
    OSSL_PARAM_BLD_push_BN(build.get(), name, value->get());
  }
  const std::unique_ptr<OSSL_PARAM, decltype(&OSSL_PARAM_free)> parameters(
      OSSL_PARAM_BLD_to_param(build.get()), OSSL_PARAM_free);
  const std::unique_ptr<EVP_PKEY_CTX, decltype(&EVP_PKEY_CTX_free)> making(
      EVP_PKEY_CTX_new_from_name(nullptr, "RSA", nullptr), EVP_PKEY_CTX_free);
  EVP_PKEY* key = nullptr;
  EVP_PKEY_fromdata_init(making.get());
  EVP_PKEY_fromdata(making.get(), &key, EVP_PKEY_KEYPAIR, parameters.get());
  test::certificates::require(key != nullptr);
  return {key, EVP_PKEY_free};
}

// An RSA key of 2048 bits whose modulus begins with 0xC0 and the message.
std::shared_ptr<EVP_PKEY> key_that_says(std::string_view message) {
  const std::unique_ptr<BN_CTX, decltype(&BN_CTX_free)> work(BN_CTX_new(), BN_CTX_free);
  std::array<std::uint8_t, 256> wanted{0xC0};
  std::copy(message.begin(), message.end(), wanted.begin() + 1);
  const Number target(BN_bin2bn(wanted.data(), wanted.size(), nullptr), BN_free);
  const Number p = number();
  while (!is_factor(p, work.get())) {
    BN_generate_prime_ex(p.get(), 1024, 0, nullptr, nullptr, nullptr);
  }
  return rsa_key(p, cofactor(target.get(), p, work.get()), work.get());
}

const test::Issued& certificate_that_says() {
  static const test::Issued issued =
      test::issue({.common_name = "server.example"}, key_that_says(kMessage));
  return issued;
}

bool says_it(ByteView bytes) {
  return std::string_view(reinterpret_cast<const char*>(bytes.data()), bytes.size())
             .find(kMessage) != std::string_view::npos;
}

// The attack: a client of CredSSP before the attacker, some service that speaks NTLM behind him.
class Relay {
 public:
  Relay(EncryptionOracle oracle, std::uint32_t version)
      : world(policy::RawNtlm::Auto, oracle),
        service(service_of(world)),
        client(CredSspWorld::new_context(*world.client_credential(), Role::Client)) {
    attacker.tamper = [version](TsRequest& request) { request.version = version; };
    const TsRequest negotiate = attacker.greet_client(*client).value();
    TsRequest challenge;
    challenge.nego_tokens = {service->step({negotiate.nego_tokens.at(0), nullptr}).token};
    answer = attacker.say_to_client(challenge, *client);
  }

  // What the service makes of the client's last message: of the attacker's choice or not.
  [[nodiscard]] SecretBytes opened_by_service() const {
    const StepOutput authenticated = service->step({answer->nego_tokens.at(0), nullptr});
    EXPECT_TRUE(authenticated.progress) << authenticated.progress.error().why;
    SecretBytes stream(*answer->pub_key_auth);
    const auto opened = service->message_protection()->unseal_stream(stream.expose_mutable());
    EXPECT_TRUE(opened);
    return SecretBytes(ByteView(opened->message));
  }

  CredSspWorld world;
  std::unique_ptr<Context> service, client;
  Attacker attacker{certificate_that_says()};
  std::optional<TsRequest> answer;

 private:
  static std::unique_ptr<Context> service_of(const CredSspWorld& world) {
    AcquireRequest acquire;
    acquire.use = CredentialUse::Inbound;
    ContextRequest request;
    request.role = Role::Server;
    return world.ntlm->acquire(acquire).value()->new_context(request).value();
  }
};

// What is at stake: with the flaw permitted by policy the attack works here as it did on Windows.
TEST(EncryptionOracleRelay, WhatOldVersionsSealIsTheAttackersMessage) {
  for (const std::uint32_t version : {2U, 3U, 4U}) {
    const Relay relay(EncryptionOracle::Vulnerable, version);
    ASSERT_TRUE(relay.answer && relay.answer->pub_key_auth);
    EXPECT_TRUE(says_it(relay.opened_by_service().expose())) << version;
  }
}

// The default, and Windows' "mitigated": the client seals nothing for such a server. Neither does
// the service get its AUTHENTICATE.
TEST(EncryptionOracleRelay, IsRefusedBeforeAnythingIsSealed) {
  for (const auto oracle : {EncryptionOracle::Force, EncryptionOracle::Mitigated}) {
    for (const std::uint32_t version : {2U, 3U, 4U}) {
      const Relay relay(oracle, version);
      EXPECT_FALSE(relay.answer) << version;
      ASSERT_FALSE(relay.attacker.client_answer);
      EXPECT_EQ(relay.attacker.client_answer.error().status, Status::UnsupportedFunction);
      EXPECT_EQ(relay.attacker.client_answer.error().value, version);
    }
  }
}

// From version 5 on the client seals a hash over a nonce of its own choice.
TEST(EncryptionOracleRelay, WhatNewVersionsSealIsNobodysMessage) {
  for (const std::uint32_t version : {5U, 6U}) {
    const Relay one(EncryptionOracle::Vulnerable, version);
    ASSERT_TRUE(one.answer && one.answer->pub_key_auth && one.answer->client_nonce);
    const SecretBytes hash = one.opened_by_service();
    EXPECT_EQ(hash.expose().size(), 32U);
    EXPECT_FALSE(says_it(hash.expose()));
  }
}

// A CredSSP server is such a service too: it takes the key of the attacker for what it is.
TEST(EncryptionOracleRelay, IsNoProofToAServerWithAnotherKey) {
  const CredSspWorld world(policy::RawNtlm::Auto, EncryptionOracle::Vulnerable);
  const auto client = CredSspWorld::new_context(*world.client_credential(), Role::Client);
  const auto server = CredSspWorld::new_context(
      *world.server_credential(test::server_parameters({}, test::KeyKind::Rsa)), Role::Server);
  Attacker attacker(certificate_that_says());
  attacker.tamper = [](TsRequest& request) { request.version = 4; };
  EXPECT_FALSE(attacker.run(*client, *server));
  ASSERT_FALSE(attacker.server_answer);
  EXPECT_EQ(attacker.server_answer.error().status, Status::MessageAltered);
}

}  // namespace
}  // namespace opensspi
