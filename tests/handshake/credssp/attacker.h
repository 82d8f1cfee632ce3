// A man in the middle with a TLS session to each side: what pubKeyAuth is there for.
#pragma once

#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <optional>
#include <utility>

#include "credssp/channel.h"
#include "world.h"

namespace opensspi::test {

// A TLS server to the client and a TLS client to the server, who passes every TSRequest on.
class Attacker {
 public:
  // `shown`: what the client sees in the place of the server's certificate.
  explicit Attacker(const Issued& shown) {
    tls::Options options;
    options.key_pairs = {std::make_shared<x509::KeyPair>(shown.key_pair())};
    to_client_ = tls::Session::server(tls::Parameters::server(options).value()).value();
    to_server_ = tls::Session::client(client_parameters(), "server.example").value();
  }

  // Passes everything on until somebody is silent. Both complete?
  bool run(Context& client, Context& server) {
    std::optional<credssp::TsRequest> said = greet_client(client);
    greet_server(server);
    while (said) {
      const auto answered = pass(*said, *to_server_, server, server_answer);
      if (!answered) break;
      said = pass(*answered, *to_client_, client, client_answer);
    }
    return is_complete(client_answer) && is_complete(server_answer);
  }

  // TLS with the client; the TSRequest that came with its Finished.
  std::optional<credssp::TsRequest> greet_client(Context& client) {
    Bytes token = client.step({}).token;
    token = client.step({to_client_->handshake(token).token, nullptr}).token;
    const tls::HandshakeStep finished = to_client_->handshake(token);
    EXPECT_TRUE(finished.done && *finished.done);
    return open(*to_client_, ByteView(token).last(finished.unread));
  }

  // What the client answers, if it answers by a TSRequest.
  std::optional<credssp::TsRequest> say_to_client(credssp::TsRequest request, Context& client) {
    return pass(std::move(request), *to_client_, client, client_answer);
  }

  // May change every TSRequest that is passed on.
  std::function<void(credssp::TsRequest&)> tamper = [](credssp::TsRequest&) {};
  Result<Progress> client_answer = Progress::ContinueNeeded;
  Result<Progress> server_answer = Progress::ContinueNeeded;
  int num_passed = 0;

 private:
  static bool is_complete(const Result<Progress>& answer) {
    return answer && *answer == Progress::Complete;
  }

  void greet_server(Context& server) {
    const Bytes hello = to_server_->handshake({}).token;
    const tls::HandshakeStep established =
        to_server_->handshake(server.step({hello, nullptr}).token);
    EXPECT_TRUE(established.done && *established.done);
    EXPECT_TRUE(server.step({established.token, nullptr}).progress);
  }

  std::optional<credssp::TsRequest> pass(credssp::TsRequest request, tls::Session& tls, Context& to,
                                         Result<Progress>& answer) {
    tamper(request);
    ++num_passed;
    Bytes record;
    EXPECT_TRUE(credssp::Channel(tls).send(record, request));
    const StepOutput output = to.step({record, nullptr});
    answer = output.progress;
    return open(tls, output.token);
  }

  // The TSRequest in a record; nothing in an alert.
  static std::optional<credssp::TsRequest> open(tls::Session& tls, ByteView record) {
    Bytes in = copy(record);
    if (in.empty()) return std::nullopt;
    auto received = credssp::Channel(tls).receive(in);
    return received ? std::move(received->message) : std::nullopt;
  }

  std::unique_ptr<tls::Session> to_client_, to_server_;
};

}  // namespace opensspi::test
