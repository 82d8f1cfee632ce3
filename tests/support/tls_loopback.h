// A client and a server of ours in one process, and the carrying of bytes between them.
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <utility>

#include "sspi/tls_auth_data.h"
#include "support/certificates.h"
#include "tls/session.h"

namespace opensspi::test {

inline std::shared_ptr<const tls::Parameters> server_parameters(tls::Options options = {},
                                                                KeyKind kind = KeyKind::Ec) {
  if (options.key_pairs.empty()) {
    options.key_pairs = {std::make_shared<x509::KeyPair>(server_of(kind).key_pair())};
  }
  return tls::Parameters::server(options).value();
}

inline std::shared_ptr<const tls::Parameters> client_parameters(const tls::Options& options = {}) {
  return tls::Parameters::client(options).value();
}

// What Acquire is given of TLS.
inline std::shared_ptr<const TlsAuthData> tls_auth_data(
    std::shared_ptr<const tls::Parameters> client, std::shared_ptr<const tls::Parameters> server) {
  TlsAuthData data;
  data.client = std::move(client);
  data.server = std::move(server);
  return std::make_shared<const TlsAuthData>(std::move(data));
}

struct Loopback {
  std::unique_ptr<tls::Session> client, server;

  explicit Loopback(tls::Options options = {}, KeyKind kind = KeyKind::Ec)
      : Loopback(client_parameters(options), server_parameters(options, kind)) {}
  Loopback(std::shared_ptr<const tls::Parameters> client_side,
           std::shared_ptr<const tls::Parameters> server_side)
      : client(tls::Session::client(std::move(client_side), "server.example").value()),
        server(tls::Session::server(std::move(server_side)).value()) {}

  // Both sides, leg by leg; true when both are established.
  bool establish() {
    tls::HandshakeStep from_client = client->handshake({});
    tls::HandshakeStep from_server;
    for (int leg = 0; leg < 10; ++leg) {
      if (!from_client.done || !from_server.done) return false;
      if (*from_client.done && *from_server.done) return true;
      if (!from_client.token.empty()) from_server = server->handshake(from_client.token);
      from_client.token.clear();
      if (!from_server.token.empty()) from_client = client->handshake(from_server.token);
      from_server.token.clear();
    }
    return false;
  }
};

// One message from side to side through seal_record and open_record.
inline ::testing::AssertionResult carries(tls::Session& from, tls::Session& to, ByteView message) {
  const tls::StreamSizes sizes = from.stream_sizes();
  Bytes header(sizes.header), data = copy(message), trailer(sizes.trailer);
  const auto sealed = from.seal_record(header, data, trailer);
  if (!sealed) return ::testing::AssertionFailure() << sealed.error().why;
  Bytes record = copy(ByteView(header).first(sealed->header));
  append(record, ByteView(data).first(sealed->data));
  append(record, ByteView(trailer).first(sealed->trailer));
  if (record.empty() && message.empty()) return ::testing::AssertionSuccess();
  const auto opened = to.open_record(record);
  if (!opened) return ::testing::AssertionFailure() << opened.error().why;
  if (opened->kind != tls::OpenedRecord::Kind::Data || opened->consumed != record.size() ||
      copy(opened->data) != copy(message)) {
    return ::testing::AssertionFailure() << "the message did not arrive as it was";
  }
  return ::testing::AssertionSuccess();
}

}  // namespace opensspi::test
