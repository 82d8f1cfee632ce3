// Each byte of each flight of the handshake changed: whatever the answer, both sides never end
// established with a changed transcript.
#include <gtest/gtest.h>

#include <functional>

#include "support/tls_loopback.h"

namespace opensspi {
namespace {

using test::Loopback;
using tls::HandshakeStep;
using tls::Version;

struct Sides {
  std::shared_ptr<const tls::Parameters> client, server;
};

Sides sides_of(Version version) {
  tls::Options options;
  options.minimum = options.maximum = version;
  return {test::client_parameters(options), test::server_parameters(options)};
}

struct Outcome {
  bool client = false, server = false;  // established
  bool damaged = false;                 // the flight was long enough to be
  std::size_t size = 0;                 // of the damaged flight
};

// Runs a handshake whose flight number `target` goes through `damage`.
Outcome run_with(const Sides& sides, int target, const std::function<void(Bytes&)>& damage) {
  Loopback loop(sides.client, sides.server);
  Outcome outcome;
  Bytes flight = loop.client->handshake({}).token;
  tls::Session* to = loop.server.get();
  for (int number = 0; number < 6 && !flight.empty(); ++number) {
    if (number == target) {
      outcome.size = flight.size();
      const Bytes before = flight;
      damage(flight);
      outcome.damaged = flight != before;
    }
    const HandshakeStep step = to->handshake(flight);
    (to == loop.client.get() ? outcome.client : outcome.server) = step.done && *step.done;
    EXPECT_TRUE(step.done || step.done.error().why[0] != '\0');
    flight = step.token;
    to = to == loop.client.get() ? loop.server.get() : loop.client.get();
  }
  return outcome;
}

class TlsDamage : public ::testing::TestWithParam<std::tuple<Version, int>> {
 protected:
  const Sides sides_ = sides_of(std::get<0>(GetParam()));
  const int flight_ = std::get<1>(GetParam());
};

// The version field of a record is not protected: RFC 8446 5.1 "MUST be ignored for all purposes".
bool is_unprotected(const Bytes& flight, std::size_t at) {
  for (std::size_t begin = 0; begin + 5 <= flight.size();) {
    const std::size_t size = 5U + 256U * flight[begin + 3] + flight[begin + 4];
    if (at < begin + size) return at - begin == 1 || at - begin == 2;
    begin += size;
  }
  return false;
}

TEST_P(TlsDamage, AChangedByteNeverEstablishesBothSides) {
  const Outcome clean = run_with(sides_, flight_, [](Bytes&) {});
  ASSERT_GT(clean.size, 0U) << "there is no such flight";
  ASSERT_TRUE(clean.client && clean.server);
  for (std::size_t at = 0; at < clean.size; ++at) {
    bool unprotected = false;
    const Outcome outcome = run_with(sides_, flight_, [&](Bytes& flight) {
      if (at >= flight.size()) return;  // an ECDSA signature is a byte or two shorter at times
      unprotected = is_unprotected(flight, at);
      flight[at] ^= 0x55;
    });
    if (!outcome.damaged || unprotected) continue;
    EXPECT_FALSE(outcome.client && outcome.server) << "byte " << at << " of flight " << flight_;
  }
}

TEST_P(TlsDamage, ACutFlightEstablishesNobodyFurther) {
  const std::size_t size = run_with(sides_, flight_, [](Bytes&) {}).size;
  for (std::size_t keep = 0; keep < size; keep += 7) {
    const Outcome outcome = run_with(
        sides_, flight_, [&](Bytes& flight) { flight.resize(std::min(keep, flight.size() - 1)); });
    EXPECT_FALSE(outcome.client && outcome.server) << "cut at " << keep;
  }
}

TEST_P(TlsDamage, ARepeatedFlightIsRefusedOrLeftUnread) {
  const Outcome outcome = run_with(sides_, flight_, [](Bytes& flight) {
    const Bytes again = flight;
    append(flight, again);
  });
  EXPECT_TRUE(outcome.damaged);
  // Its receiver is established by the first of the two, and leaves the second unread.
  const bool finished = flight_ >= (std::get<0>(GetParam()) == Version::Tls12 ? 2 : 1);
  EXPECT_EQ(outcome.client && outcome.server, finished);
}

INSTANTIATE_TEST_SUITE_P(
    EveryFlight, TlsDamage,
    ::testing::Values(std::tuple(Version::Tls12, 0), std::tuple(Version::Tls12, 1),
                      std::tuple(Version::Tls12, 2), std::tuple(Version::Tls12, 3),
                      std::tuple(Version::Tls13, 0), std::tuple(Version::Tls13, 1),
                      std::tuple(Version::Tls13, 2)));

}  // namespace
}  // namespace opensspi
