// credssp::ServerProtocol fed with arbitrary TSRequests among honest ones. A logon completes only
// after an honest pubKeyAuth and an honest authInfo, and a refused one stays refused.
#include "credssp/server.h"

#include "credssp/ts_credentials.h"
#include "support/credssp_peer.h"
#include "support/fuzzing.h"

using namespace opensspi;
using credssp::TsRequest;
using test::require;

namespace {

constexpr int kMostMessages = 16;

// The other side: its honest moves.
struct HonestClient {
  test::ScriptedProtection protection{Role::Client};
  Bytes nonce = Bytes(credssp::kNonceSize, 9);
  std::optional<credssp::PubKeyAuthVerified> proof;

  credssp::KeyBinding binding() { return {nonce, test::kServerKey}; }

  TsRequest token() {
    TsRequest request;
    request.nego_tokens = {{1}};
    return request;
  }
  TsRequest pub_key_auth(bool with_token) {
    TsRequest request;
    if (with_token) request = token();
    request.pub_key_auth = make_client_pub_key_auth(protection, binding()).value();
    request.client_nonce = nonce;
    return request;
  }
  std::optional<TsRequest> auth_info() {
    if (!proof) return std::nullopt;
    TsRequest request;
    request.auth_info = std::move(*proof).seal_credentials(credssp::empty_ts_credentials()).value();
    proof.reset();
    return request;
  }
};

enum Move : std::uint8_t { kToken, kTokenAndPubKeyAuth, kPubKeyAuth, kAuthInfo, kArbitrary };

std::optional<TsRequest> next(Move move, HonestClient& client, Reader& in) {
  switch (move) {
    case kToken:
      return client.token();
    case kTokenAndPubKeyAuth:
      return client.pub_key_auth(true);
    case kPubKeyAuth:
      return client.pub_key_auth(false);
    case kAuthInfo:
      return client.auth_info();
    case kArbitrary:
      break;
  }
  return test::arbitrary_request(in);
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  Reader in({data, size});
  auto script = std::vector<test::ScriptedLeg>{{Progress::ContinueNeeded, {2}},
                                               {Progress::Complete, {}, true}};
  if (in.u8() % 2 != 0) script.back().token = {4};
  credssp::ServerProtocol server(
      std::make_unique<test::ScriptedContext>(Role::Server, std::move(script)));
  server.begin(test::kServerKey);
  HonestClient client;
  bool refused = false;
  for (int i = 0; i < kMostMessages && !in.empty(); ++i) {
    const auto move = static_cast<Move>(in.u8() % (kArbitrary + 1));
    const auto request = next(move, client, in);
    if (!request) continue;
    const credssp::Reply reply = server.handle(*request);
    require(!(refused && (reply.progress || reply.message)), "a refused logon stays refused");
    refused = !reply.progress;
    if (refused) {
      require(!reply.message || reply.message->error_code, "a refusal says only errorCode");
      continue;
    }
    if (reply.message && reply.message->pub_key_auth) {
      require(move == kTokenAndPubKeyAuth || move == kPubKeyAuth,
              "the server answers an honest pubKeyAuth only");
      auto proof = credssp::verify_server_pub_key_auth(client.protection, client.binding(),
                                                       *reply.message->pub_key_auth);
      require(proof.has_value(), "the server's answer is right");
      client.proof.emplace(std::move(*proof));
    }
    if (*reply.progress == Progress::Complete) {
      require(move == kAuthInfo, "only an honest authInfo completes a logon");
      require(server.finish().credential->user.empty(), "it carries what the client sealed");
      return 0;
    }
  }
  return 0;
}
