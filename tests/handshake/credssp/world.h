// CREDSSP with real Negotiate, NTLM and TLS on both sides, in a world in memory.
#pragma once

#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "credssp/client.h"
#include "credssp/package.h"
#include "credssp/server.h"
#include "credssp/ts_credentials.h"
#include "negotiate/package.h"
#include "ntlm/package.h"
#include "support/fake_environment.h"
#include "support/tls_loopback.h"

namespace opensspi::test {

inline constexpr std::string_view kPassword = "Password!";

class CredSspWorld {
 public:
  explicit CredSspWorld(policy::RawNtlm raw_ntlm = policy::RawNtlm::Auto,
                        policy::EncryptionOracle oracle = policy::EncryptionOracle::Force) {
    authority->add_user("DOMAIN", "user", kPassword);
    policy::Policy policy;
    policy.raw_ntlm = raw_ntlm;
    policy.encryption_oracle = oracle;
    environment->policy = [snapshot = std::make_shared<const policy::Policy>(policy)] {
      return snapshot;
    };
  }

  [[nodiscard]] std::shared_ptr<Credential> client_credential(
      std::string_view password = kPassword, std::string user = "user",
      std::shared_ptr<const tls::Parameters> tls = nullptr) const {
    AcquireRequest request;
    request.auth_data.identity = make_identity("DOMAIN", std::move(user), password);
    request.auth_data.tls = tls_auth_data(std::move(tls), nullptr);
    return package->acquire(request).value();
  }

  [[nodiscard]] std::shared_ptr<Credential> server_credential(
      std::shared_ptr<const tls::Parameters> tls = server_parameters()) const {
    AcquireRequest request;
    request.use = CredentialUse::Inbound;
    request.auth_data.tls = tls_auth_data(nullptr, std::move(tls));
    return package->acquire(request).value();
  }

  static std::unique_ptr<Context> new_context(const Credential& credential, Role role,
                                              ContextFlags flags = ContextFlags::Delegate |
                                                                   ContextFlags::MutualAuth) {
    ContextRequest request;
    request.role = role;
    request.flags = flags;
    if (role == Role::Client) request.target_name = "TERMSRV/server.example";
    return credential.new_context(request).value();
  }

  // The protocol inside TLS, over the same Negotiate.
  [[nodiscard]] std::unique_ptr<credssp::Protocol> client_protocol(
      std::string_view password = kPassword) const {
    const auto identity = make_identity("DOMAIN", "user", password);
    return std::make_unique<credssp::ClientProtocol>(
        environment, inner(Role::Client, identity),
        credssp::write_ts_credentials(*identity).value(),
        credssp::ClientRules{.delegates = true, .oldest_version = oldest_version(Role::Client)});
  }
  [[nodiscard]] std::unique_ptr<credssp::Protocol> server_protocol() const {
    return std::make_unique<credssp::ServerProtocol>(
        inner(Role::Server, nullptr), credssp::ServerRules{oldest_version(Role::Server)});
  }

  std::shared_ptr<FakeAuthority> authority = std::make_shared<FakeAuthority>();
  std::shared_ptr<Environment> environment = make_environment(authority);
  std::unique_ptr<SecurityPackage> ntlm = ntlm::make_package(environment);
  std::unique_ptr<SecurityPackage> negotiate = negotiate::make_package(environment, {ntlm.get()});
  std::unique_ptr<SecurityPackage> package = credssp::make_package(environment, *negotiate);

 private:
  [[nodiscard]] std::uint32_t oldest_version(Role role) const {
    return policy::oldest_credssp_version(*environment->policy(), role == Role::Server);
  }

  [[nodiscard]] std::unique_ptr<Context> inner(Role role,
                                               std::shared_ptr<const Identity> identity) const {
    AcquireRequest acquire;
    acquire.use = role == Role::Client ? CredentialUse::Outbound : CredentialUse::Inbound;
    acquire.auth_data.identity = std::move(identity);
    ContextRequest request;
    request.role = role;
    request.flags =
        ContextFlags::MutualAuth | ContextFlags::Confidentiality | ContextFlags::Integrity;
    request.target_name = role == Role::Client ? "TERMSRV/server.example" : "";
    request.inside_credssp = true;
    return negotiate->acquire(acquire).value()->new_context(request).value();
  }
};

// One end of a byte stream: reads what has arrived in pieces, as a socket gives them.
class StreamEnd {
 public:
  explicit StreamEnd(Context& context) : context_(context) {}

  void arrive(ByteView bytes) { append(wire_, bytes); }
  [[nodiscard]] bool has_input() const { return !wire_.empty(); }
  [[nodiscard]] bool done() const { return done_; }
  [[nodiscard]] const StepOutput& last() const { return last_; }
  // What was read and left over: EXTRA.
  [[nodiscard]] const Bytes& buffer() const { return buffer_; }

  // Reads up to `chunk` bytes more and takes a leg. What it has to send.
  Bytes read_and_step(std::size_t chunk) {
    const std::size_t size = std::min(chunk, wire_.size());
    append(buffer_, ByteView(wire_).first(size));
    wire_.erase(wire_.begin(), wire_.begin() + static_cast<std::ptrdiff_t>(size));
    last_ = context_.step({buffer_, nullptr});
    if (!last_.progress) {
      done_ = true;
      return std::move(last_.token);
    }
    if (*last_.progress == Progress::IncompleteMessage) {
      EXPECT_GT(last_.missing, 0U);
      EXPECT_TRUE(last_.token.empty());
      return {};
    }
    done_ = *last_.progress == Progress::Complete;
    buffer_.erase(buffer_.begin(), buffer_.end() - static_cast<std::ptrdiff_t>(last_.unread));
    return std::move(last_.token);
  }

 private:
  Context& context_;
  Bytes wire_, buffer_;
  StepOutput last_;
  bool done_ = false;
};

// Carries a handshake over byte streams that deliver `chunk` bytes at a time. Both complete?
inline bool run_over_streams(StreamEnd& client, StreamEnd& server, std::size_t chunk) {
  server.arrive(client.read_and_step(0));
  while ((server.has_input() && !server.done()) || (client.has_input() && !client.done())) {
    if (server.has_input() && !server.done()) client.arrive(server.read_and_step(chunk));
    if (client.has_input() && !client.done()) server.arrive(client.read_and_step(chunk));
  }
  return client.done() && client.last().progress && server.done() && server.last().progress;
}

struct ProtocolRun {
  credssp::Reply client, server;  // each side's last
  std::vector<Bytes> messages;    // DER, in the order sent; the client speaks first
  bool client_complete = false, server_complete = false;
  [[nodiscard]] bool both_complete() const { return client_complete && server_complete; }
};

// Sees each message, numbered from 0, before it is delivered.
using Tamper = std::function<void(std::size_t, Bytes&)>;

// Runs the protocol without TLS; a message that does not parse is a refusal. Both sides announce
// `version`, whatever this library announces.
inline ProtocolRun run_protocol(
    credssp::Protocol& client, credssp::Protocol& server,
    const Tamper& tamper = [](std::size_t, Bytes&) {},
    std::uint32_t version = credssp::kOwnVersion) {
  const Bytes key = {0x30, 0x03, 0x02, 0x01, 0x01};
  constexpr std::size_t kMostMessages = 16;
  ProtocolRun run;
  run.server = server.begin(key);
  run.client = client.begin(key);
  for (bool to_server = true; run.messages.size() < kMostMessages; to_server = !to_server) {
    const credssp::Reply& said = to_server ? run.client : run.server;
    bool& complete = to_server ? run.client_complete : run.server_complete;
    complete = said.progress && *said.progress == Progress::Complete;
    if (!said.message) break;
    credssp::TsRequest sent = *said.message;
    sent.version = version;
    Bytes der = sent.write();
    run.messages.push_back(der);
    tamper(run.messages.size() - 1, der);
    credssp::Reply& heard = to_server ? run.server : run.client;
    const auto message = credssp::TsRequest::parse(der);
    if (!message) {
      heard = {fail(message.error()), std::nullopt};
      break;
    }
    heard = (to_server ? server : client).handle(*message);
  }
  return run;
}

}  // namespace opensspi::test
