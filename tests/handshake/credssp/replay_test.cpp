// Whole logons between other people's programs, replayed from the password alone: each captured
// TSRequest goes to our protocol in the place of the program that received it, and what we answer
// is what that program answered. What NTLM chose at random is taken from the capture, nothing else.
#include <gtest/gtest.h>

#include <algorithm>
#include <map>

#include "credssp/client.h"
#include "credssp/server.h"
#include "credssp/ts_credentials.h"
#include "negotiate/tokens.h"
#include "ntlm/messages.h"
#include "ntlm/session_security.h"
#include "support/fake_environment.h"
#include "support/vectors.h"

namespace opensspi {
namespace {

using credssp::Reply;
using credssp::TsRequest;
using test::to_hex;
using test::Vectors;

constexpr char kPassword[] = "Passw0rd!";

// The TSRequests of each capture, in order.
const std::map<std::string, std::vector<TsRequest>>& captures() {
  static const auto all = [] {
    std::map<std::string, std::vector<TsRequest>> read;
    for (Vectors& message : Vectors::sections("credssp/ts_request_captures.txt")) {
      const std::string name = message.title().substr(0, message.title().find(','));
      read[name].push_back(TsRequest::parse(message.bytes("Message")).value());
    }
    return read;
  }();
  return all;
}

Bytes token_of(const TsRequest& request) {
  return request.nego_tokens.at(0);
}

// The keys that AUTHENTICATE proves, MIC included.
Result<ntlm::Key> exported_key(ByteView negotiate, ByteView challenge_token, Bytes token) {
  TRY_ASSIGN(const auto challenge, ntlm::ChallengeMessage::parse(challenge_token));
  TRY_ASSIGN(const auto authenticate, ntlm::AuthenticateMessage::parse(token));
  NtlmResponse response;
  response.user = authenticate.user_name;
  response.domain = authenticate.domain_name;
  response.server_challenge = challenge.server_challenge;
  response.nt_response = authenticate.nt_challenge_response;
  const NtHash nt_hash = ntlm::ntowf_v1(test::password_utf16le(kPassword).expose());
  TRY_ASSIGN(const ntlm::Key base, ntlm::check_response(nt_hash, response));
  ntlm::Key exported = ntlm::rc4_key(base, authenticate.encrypted_random_session_key);
  std::fill_n(token.begin() + ntlm::AuthenticateMessage::kMicOffset, 16, std::uint8_t{0});
  if (!authenticate.mic ||
      !equal(ntlm::mic(exported, negotiate, challenge_token, token), *authenticate.mic))
    return fail(Status::MessageAltered, "the MIC is wrong");
  return exported;
}

// One side of the captured NTLM exchange: it says what was said, and has the keys that follow.
class ReplayedNtlm final : public Context {
 public:
  ReplayedNtlm(Role role, const std::vector<TsRequest>& capture)
      : role_(role),
        negotiate_(token_of(capture.at(0))),
        challenge_(token_of(capture.at(1))),
        authenticate_(token_of(capture.at(2))) {}

  StepOutput step(const StepInput& input) override {
    ++leg_;
    if (role_ == Role::Client) return leg_ == 1 ? say(negotiate_) : finish(authenticate_);
    if (leg_ == 1) return say(challenge_);
    EXPECT_EQ(to_hex(input.token), to_hex(authenticate_));
    return finish({});
  }
  MessageProtection* message_protection() override { return session_ ? &*session_ : nullptr; }
  [[nodiscard]] Result<Attribute> query(AttributeId id) const override {
    if (id != AttributeId::AccessToken) return fail(Status::UnsupportedFunction, "not asked here");
    return Attribute{std::make_shared<const AccessToken>()};
  }

 private:
  static StepOutput say(const Bytes& token) {
    StepOutput output;
    output.token = token;
    return output;
  }

  StepOutput finish(const Bytes& token) {
    using ntlm::NegotiateFlags;
    StepOutput output = say(token);
    const auto key = exported_key(negotiate_, challenge_, authenticate_);
    if (!key) {
      output.progress = fail(key.error());
      return output;
    }
    output.progress = Progress::Complete;
    session_.emplace(role_, ntlm::AuthenticateMessage::parse(authenticate_)->flags, *key, true);
    return output;
  }

  Role role_;
  Bytes negotiate_, challenge_, authenticate_;
  int leg_ = 0;
  std::optional<ntlm::SessionSecurity> session_;
};

struct Replay : testing::Test {
  static std::vector<Vectors> logons() { return Vectors::sections("credssp/captured_logons.txt"); }

  // The client's nonce was its only choice.
  static std::shared_ptr<const Environment> environment(const Bytes& nonce) {
    auto environment = test::make_environment(nullptr);
    environment->random = [nonce](ByteSpan out) -> Result<void> {
      std::copy(nonce.begin(), nonce.end(), out.begin());
      return {};
    };
    return environment;
  }

  static credssp::ClientProtocol client_of(const std::vector<TsRequest>& capture) {
    const auto alice = test::make_identity("EXAMPLE", "alice", kPassword);
    return {environment(*capture.at(2).client_nonce),
            std::make_unique<ReplayedNtlm>(Role::Client, capture),
            credssp::write_ts_credentials(*alice).value(), credssp::ClientRules{}};
  }
};

TEST_F(Replay, OurClientInThePlaceOfTheirs) {
  for (Vectors& logon : logons()) {
    SCOPED_TRACE(logon.title());
    const std::vector<TsRequest>& capture = captures().at(logon.title());
    ASSERT_EQ(capture.size(), 5U);
    credssp::ClientProtocol client = client_of(capture);
    const Reply first = client.begin(logon.bytes("SubjectPublicKey"));
    ASSERT_TRUE(first.message);
    EXPECT_EQ(first.message->nego_tokens, capture[0].nego_tokens);
    const Reply proof = client.handle(capture[1]);
    ASSERT_TRUE(proof.progress && proof.message) << proof.progress.error().why;
    EXPECT_EQ(to_hex(proof.message->write()), to_hex(capture[2].write()));
    const Reply last = client.handle(capture[3]);
    ASSERT_TRUE(last.progress && last.message) << last.progress.error().why;
    EXPECT_EQ(*last.progress, Progress::Complete);
    EXPECT_EQ(to_hex(*last.message->auth_info), to_hex(*capture[4].auth_info));
  }
}

TEST_F(Replay, OurServerInThePlaceOfTheirs) {
  for (Vectors& logon : logons()) {
    SCOPED_TRACE(logon.title());
    const std::vector<TsRequest>& capture = captures().at(logon.title());
    ASSERT_EQ(capture.size(), 5U);
    credssp::ServerProtocol server(std::make_unique<ReplayedNtlm>(Role::Server, capture));
    server.begin(logon.bytes("SubjectPublicKey"));
    const Reply challenge = server.handle(capture[0]);
    ASSERT_TRUE(challenge.message);
    EXPECT_EQ(challenge.message->nego_tokens, capture[1].nego_tokens);
    const Reply answer = server.handle(capture[2]);
    ASSERT_TRUE(answer.progress && answer.message) << answer.progress.error().why;
    EXPECT_EQ(to_hex(*answer.message->pub_key_auth), to_hex(*capture[3].pub_key_auth));
    const Reply last = server.handle(capture[4]);
    ASSERT_TRUE(last.progress) << last.progress.error().why;
    EXPECT_EQ(*last.progress, Progress::Complete);
    const credssp::Outcome outcome = server.finish();
    EXPECT_EQ(outcome.credential->domain, "EXAMPLE");
    EXPECT_EQ(outcome.credential->user, "alice");
    EXPECT_TRUE(equal(outcome.credential->password()->expose(),
                      test::password_utf16le(kPassword).expose()));
  }
}

// Another certificate than the one that the client saw.
TEST_F(Replay, AManInTheMiddleIsSeen) {
  Vectors logon = logons().front();
  const std::vector<TsRequest>& capture = captures().at(logon.title());
  Bytes other_key = logon.bytes("SubjectPublicKey");
  other_key.back() ^= 1;
  credssp::ServerProtocol server(std::make_unique<ReplayedNtlm>(Role::Server, capture));
  server.begin(other_key);
  ASSERT_TRUE(server.handle(capture[0]).progress);
  EXPECT_FALSE(server.handle(capture[2]).progress);
}

TEST_F(Replay, AWrongPasswordIsRefusedOnBothSides) {
  const std::vector<TsRequest>& capture = captures().at("freerdp3-nla-rawntlm-wrongpw");
  ASSERT_EQ(capture.size(), 4U);
  const Bytes any_key = logons().front().bytes("SubjectPublicKey");
  credssp::ServerProtocol server(std::make_unique<ReplayedNtlm>(Role::Server, capture));
  server.begin(any_key);
  ASSERT_TRUE(server.handle(capture[0]).progress);
  const Reply refusal = server.handle(capture[2]);
  ASSERT_FALSE(refusal.progress);
  EXPECT_EQ(refusal.progress.error().nt_status, nt_status::kWrongPassword);
  ASSERT_TRUE(refusal.message);
  EXPECT_EQ(*refusal.message->error_code, nt_status::kLogonFailure);

  // Their server's refusal, which reflects the client's pubKeyAuth.
  EXPECT_EQ(capture[3].pub_key_auth, capture[2].pub_key_auth);
  credssp::ClientProtocol client = client_of(captures().at("freerdp3-nla-rawntlm"));
  client.begin(any_key);
  ASSERT_TRUE(client.handle(captures().at("freerdp3-nla-rawntlm")[1]).progress);
  const Reply told = client.handle(capture[3]);
  ASSERT_FALSE(told.progress);
  EXPECT_EQ(told.progress.error().status, Status::LogonDenied);
  EXPECT_EQ(told.progress.error().nt_status, 0xC00700EAU);
  EXPECT_FALSE(told.message);
}

// Tokens of every capture, those with Kerberos inside too, are read and written back alike.
TEST_F(Replay, EveryNegoTokenIsWrittenBackAlike) {
  int num_ntlm = 0, num_spnego = 0;
  for (const auto& [name, capture] : captures()) {
    SCOPED_TRACE(name);
    for (const TsRequest& request : capture) {
      if (request.nego_tokens.empty()) continue;
      const Bytes token = token_of(request);
      const bool is_ntlm = equal(ByteView(token).first(7), view("NTLMSSP"));
      ++(is_ntlm ? num_ntlm : num_spnego);
      if (is_ntlm) {
        const auto negotiate = ntlm::NegotiateMessage::parse(token);
        const auto challenge = ntlm::ChallengeMessage::parse(token);
        const auto authenticate = ntlm::AuthenticateMessage::parse(token);
        EXPECT_EQ(negotiate.has_value() + challenge.has_value() + authenticate.has_value(), 1);
        const Bytes written = negotiate   ? *negotiate->write()
                              : challenge ? *challenge->write()
                                          : *authenticate->write();
        EXPECT_EQ(to_hex(written), to_hex(token));
      } else if (const auto init = negotiate::parse_neg_token_init(token)) {
        EXPECT_EQ(to_hex(negotiate::write(*init)), to_hex(token));
      } else {
        const auto resp = negotiate::parse_neg_token_resp(token);
        ASSERT_TRUE(resp) << resp.error().why;
        EXPECT_EQ(to_hex(negotiate::write(*resp)), to_hex(token));
      }
    }
  }
  EXPECT_EQ(num_ntlm, 9);
  EXPECT_EQ(num_spnego, 10);
}

}  // namespace
}  // namespace opensspi
