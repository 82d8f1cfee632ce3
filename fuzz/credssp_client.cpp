// credssp::ClientProtocol fed with arbitrary TSRequests among honest ones. Credentials leave only
// after an honest pubKeyAuth of the server, and a refused logon stays refused.
#include "credssp/client.h"

#include "credssp/ts_credentials.h"
#include "support/credssp_peer.h"
#include "support/fuzzing.h"

using namespace opensspi;
using credssp::TsRequest;
using test::require;

namespace {

constexpr int kMostMessages = 16;

// The other side: its honest moves.
struct HonestServer {
  test::ScriptedProtection protection{Role::Server};
  Bytes nonce;
  std::optional<credssp::PubKeyAuthVerified> proof;

  void hear(const TsRequest& request) {
    if (!request.pub_key_auth) return;
    nonce = request.client_nonce.value();
    auto verified = credssp::verify_client_pub_key_auth(protection, {nonce, test::kServerKey},
                                                        *request.pub_key_auth);
    require(verified.has_value(), "the client's pubKeyAuth is right");
    proof.emplace(std::move(*verified));
  }

  TsRequest token() {
    TsRequest request;
    request.nego_tokens = {{2}};
    return request;
  }
  std::optional<TsRequest> pub_key_auth(bool with_token) {
    if (!proof) return std::nullopt;
    TsRequest request;
    if (with_token) request = token();
    request.pub_key_auth = proof->answer({nonce, test::kServerKey}).value();
    return request;
  }
};

enum Move : std::uint8_t { kToken, kTokenAndPubKeyAuth, kPubKeyAuth, kArbitrary };

std::optional<TsRequest> next(Move move, HonestServer& server, Reader& in) {
  switch (move) {
    case kToken:
      return server.token();
    case kTokenAndPubKeyAuth:
      return server.pub_key_auth(true);
    case kPubKeyAuth:
      return server.pub_key_auth(false);
    case kArbitrary:
      break;
  }
  return test::arbitrary_request(in);
}

std::shared_ptr<const Environment> environment() {
  auto environment = std::make_shared<Environment>();
  environment->random = [](ByteSpan out) -> Result<void> {
    std::fill(out.begin(), out.end(), std::uint8_t{7});
    return {};
  };
  return environment;
}

// Bare: the client has the last token. Wrapped: the server has.
std::vector<test::ScriptedLeg> script(bool wrapped) {
  if (!wrapped) return {{Progress::ContinueNeeded, {1}}, {Progress::Complete, {3}, true}};
  return {{Progress::ContinueNeeded, {1}},
          {Progress::ContinueNeeded, {3}, true},
          {Progress::Complete, {}, true}};
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const auto world = environment();
  Reader in({data, size});
  credssp::ClientProtocol client(
      world, std::make_unique<test::ScriptedContext>(Role::Client, script(in.u8() % 2 != 0)),
      credssp::empty_ts_credentials(), credssp::ClientRules{});
  HonestServer server;
  require(client.begin(test::kServerKey).progress.has_value(), "the client speaks first");
  bool refused = false;
  for (int i = 0; i < kMostMessages && !in.empty(); ++i) {
    const auto move = static_cast<Move>(in.u8() % (kArbitrary + 1));
    const auto request = next(move, server, in);
    if (!request) continue;
    const credssp::Reply reply = client.handle(*request);
    require(!(refused && (reply.progress || reply.message)), "a refused logon stays refused");
    refused = !reply.progress;
    if (refused) {
      require(!reply.message, "a client says nothing when it refuses");
      continue;
    }
    if (reply.message) server.hear(*reply.message);
    if (*reply.progress == Progress::Complete) {
      require(move == kTokenAndPubKeyAuth || move == kPubKeyAuth,
              "credentials leave after an honest pubKeyAuth only");
      require(std::move(*server.proof).open_credentials(*reply.message->auth_info).has_value(),
              "the server can open them");
      client.finish();
      return 0;
    }
  }
  return 0;
}
