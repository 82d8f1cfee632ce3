// tls::Session over bytes of a peer. [0] chooses what they are, the rest is fed:
//   0  the first flight to a server
//   1  a server's answer to a client
//   2  changes to a record between two established sessions, XORed over it
//   3  records to an established server
#include <algorithm>
#include <memory>

#include "support/fuzzing.h"
#include "tls/session.h"

namespace {

using namespace opensspi;
using test::require;

struct Sides {
  std::shared_ptr<const tls::Parameters> client, server;
};

const Sides& sides() {
  static const Sides made = [] {
    const auto pem = x509::make_self_signed("fuzz.example").value();
    tls::Options options;
    options.key_pairs = {std::make_shared<x509::KeyPair>(
        x509::key_pair_from_pem(pem.certificate, pem.key, {}).value())};
    return Sides{tls::Parameters::client({}).value(), tls::Parameters::server(options).value()};
  }();
  return made;
}

struct Pair {
  std::unique_ptr<tls::Session> client = tls::Session::client(sides().client, "").value();
  std::unique_ptr<tls::Session> server = tls::Session::server(sides().server).value();

  void establish() {
    const Bytes hello = client->handshake({}).token;
    const Bytes flight = server->handshake(hello).token;
    const tls::HandshakeStep step = server->handshake(client->handshake(flight).token);
    require(step.done && *step.done, "two sessions of ours agree");
  }
};

void feed_handshake(tls::Session& session, ByteView input) {
  for (bool failed = false;;) {
    const tls::HandshakeStep step = session.handshake(input);
    require(step.unread <= input.size(), "no more is left than was given");
    require(step.missing == 0 || (step.token.empty() && step.unread == 0 && step.done),
            "an incomplete record takes and gives nothing");
    require(step.done || step.done.error().why[0] != '\0', "a failure has words");
    require(!failed || !step.done, "a failed session stays dead");
    if (step.missing != 0 || (step.done && step.unread == input.size())) return;
    if (failed) return;
    failed = !step.done;
    if (!failed) input = input.last(step.unread);
  }
}

void open_all(tls::Session& session, Bytes stream) {
  for (ByteSpan rest(stream); !rest.empty();) {
    const auto opened = session.open_record(rest);
    if (!opened || opened->kind == tls::OpenedRecord::Kind::Incomplete) return;
    require(opened->consumed > 0 && opened->consumed <= rest.size(), "a record is taken whole");
    require(opened->data.empty(), "nobody else can make data for this session");
    rest = rest.subspan(opened->consumed);
  }
}

void change_record(ByteView changes) {
  Pair pair;
  pair.establish();
  const Bytes message(32, 0x42);
  Bytes record;
  require(pair.client->seal_to(record, message).has_value(), "an established session seals");
  const Bytes before = record;
  for (std::size_t i = 0; i < std::min(changes.size(), record.size()); ++i) record[i] ^= changes[i];
  const bool same = record == before;
  const auto opened = pair.server->open_record(record);
  const bool has_data = opened && !opened->data.empty();
  require(has_data == same, "only the record as it was sealed opens");
  require(!has_data || copy(opened->data) == message, "the message is the one that was sealed");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const ByteView input(data + 1, size - 1);
  Pair pair;
  switch (data[0] % 4) {
    case 0:
      feed_handshake(*pair.server, input);
      break;
    case 1:
      pair.client->handshake({});
      feed_handshake(*pair.client, input);
      break;
    case 2:
      change_record(input);
      break;
    default:
      pair.establish();
      open_all(*pair.server, copy(input));
  }
  return 0;
}
