// What a man in the middle can do to TSRequests when TLS does not stop him: nothing after which
// both sides believe in the logon. The protocol runs without TLS over real Negotiate and NTLM, at
// every version that has rules of its own; policy permits them all, so that no floor helps.
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <functional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "world.h"

namespace opensspi {
namespace {

using credssp::TsRequest;
using policy::RawNtlm;
using test::CredSspWorld;
using test::ProtocolRun;
using test::run_protocol;

struct Spoken {
  RawNtlm framing;
  std::uint32_t version;
};

constexpr std::array<std::uint32_t, 4> kVersions = {2, 4, 5, 6};

std::vector<Spoken> all_spoken() {
  std::vector<Spoken> all;
  for (const RawNtlm framing : {RawNtlm::Auto, RawNtlm::Never}) {
    for (const std::uint32_t version : kVersions) all.push_back({framing, version});
  }
  return all;
}

std::string name_of(const testing::TestParamInfo<Spoken>& of) {
  return (of.param.framing == RawNtlm::Auto ? "BareNtlm" : "Spnego") +
         std::to_string(of.param.version);
}

// Versions 2 to 4 bind to the key itself, 5 and 6 to hashes with a nonce.
bool has_nonce(std::uint32_t version) {
  return version >= credssp::kFirstVersionWithNonce;
}

Bytes relabelled(ByteView der, std::uint32_t version) {
  TsRequest request = TsRequest::parse(der).value();
  request.version = version;
  return request.write();
}

class Tampering : public testing::TestWithParam<Spoken> {
 protected:
  ProtocolRun run(const test::Tamper& tamper, std::uint32_t version) const {
    const auto client = world.client_protocol();
    const auto server = world.server_protocol();
    return run_protocol(*client, *server, tamper, version);
  }
  ProtocolRun run(const test::Tamper& tamper) const { return run(tamper, GetParam().version); }

  // Changes the message of that number as a TSRequest.
  ProtocolRun run_with(std::size_t wanted, const std::function<void(TsRequest&)>& change) const {
    return run([&](std::size_t number, Bytes& der) {
      if (number != wanted) return;
      TsRequest request = TsRequest::parse(der).value();
      change(request);
      der = request.write();
    });
  }

  static void expect_refused(const ProtocolRun& run, Status client, Status server) {
    EXPECT_FALSE(run.both_complete());
    const auto status = [](const credssp::Reply& reply) {
      return reply.progress ? Status::Ok : reply.progress.error().status;
    };
    EXPECT_EQ(status(run.client), client);
    EXPECT_EQ(status(run.server), server);
  }

  CredSspWorld world{GetParam().framing, policy::EncryptionOracle::Vulnerable};
  const ProtocolRun honest = run([](std::size_t, Bytes&) {});
};

INSTANTIATE_TEST_SUITE_P(CredSsp, Tampering, testing::ValuesIn(all_spoken()), name_of);

// What looks at each byte by itself takes long: one version of each way to bind.
class EveryByte : public Tampering {};

INSTANTIATE_TEST_SUITE_P(CredSsp, EveryByte,
                         testing::Values(Spoken{RawNtlm::Auto, 4}, Spoken{RawNtlm::Never, 4},
                                         Spoken{RawNtlm::Auto, 6}, Spoken{RawNtlm::Never, 6}),
                         name_of);

// The messages by number, with both framings.
constexpr std::size_t kNegotiate = 0, kChallenge = 1, kAuthenticate = 2, kPubKeyAuth = 3,
                      kAuthInfo = 4, kNumMessages = 5;

TEST_P(Tampering, NoneIsALogon) {
  const auto client = world.client_protocol();
  const auto server = world.server_protocol();
  const ProtocolRun run = run_protocol(
      *client, *server, [](std::size_t, Bytes&) {}, GetParam().version);
  ASSERT_TRUE(run.both_complete());
  EXPECT_EQ(run.messages.size(), kNumMessages);
  EXPECT_EQ(client->finish().version, GetParam().version);
  EXPECT_EQ(server->finish().version, GetParam().version);
}

// A flip that both sides survive, and why that takes nothing away.
struct Harmless {
  RawNtlm framing;
  std::size_t message;
  std::string_view before;  // the bytes in front of the flipped one
  std::uint8_t bits;
  const char* reason;
};
constexpr std::string_view kNegState = "\xA0\x03\x0A\x01";
constexpr std::array kHarmless = {
    Harmless{RawNtlm::Never, kChallenge, kNegState, 0x02,
             "accept-incomplete becomes request-mic: the MICs are exchanged anyway"},
    Harmless{RawNtlm::Never, kAuthenticate, kNegState, 0x01,
             "accept-incomplete becomes accept-completed: of a client only a reject counts"},
};

const Harmless* harmless(RawNtlm framing, std::size_t message, ByteView before, std::uint8_t bits) {
  const auto* row = std::find_if(kHarmless.begin(), kHarmless.end(), [&](const Harmless& h) {
    return h.framing == framing && h.message == message && h.bits == bits &&
           before.size() >= h.before.size() && equal(before.last(h.before.size()), view(h.before));
  });
  return row == kHarmless.end() ? nullptr : row;
}

TEST_P(EveryByte, ThatIsFlippedIsRefused) {
  std::set<const Harmless*> met;
  for (std::size_t message = 0; message < kNumMessages; ++message) {
    const Bytes& sent = honest.messages[message];
    for (std::size_t offset = 0; offset < sent.size(); ++offset) {
      for (const std::uint8_t bits : std::array<std::uint8_t, 4>{0x01, 0x02, 0x80, 0xFF}) {
        const ProtocolRun flipped = run([&](std::size_t number, Bytes& der) {
          if (number == message) der[offset] ^= bits;
        });
        const Harmless* row =
            harmless(GetParam().framing, message, ByteView(sent).first(offset), bits);
        EXPECT_EQ(flipped.both_complete(), row != nullptr)
            << "message " << message << " offset " << offset << " bits " << int{bits};
        if (row != nullptr) met.insert(row);
      }
    }
  }
  EXPECT_EQ(met.size(), GetParam().framing == RawNtlm::Never ? kHarmless.size() : 0);
}

TEST_P(EveryByte, IsNeeded) {
  for (std::size_t message = 0; message < kNumMessages; ++message) {
    for (std::size_t size = 0; size < honest.messages[message].size(); ++size) {
      const ProtocolRun cut = run([&](std::size_t number, Bytes& der) {
        if (number == message) der.resize(size);
      });
      EXPECT_FALSE(cut.both_complete()) << "message " << message << " cut to " << size;
    }
  }
}

TEST_P(Tampering, BytesBehindAMessageAreRefused) {
  for (std::size_t message = 0; message < kNumMessages; ++message) {
    const ProtocolRun longer = run([&](std::size_t number, Bytes& der) {
      if (number == message) der.push_back(0);
    });
    EXPECT_FALSE(longer.both_complete()) << message;
  }
}

// Any message of this logon in the place of a later one: of the same side and of the other.
TEST_P(Tampering, EveryReplayIsRefused) {
  for (std::size_t place = 0; place < kNumMessages; ++place) {
    for (std::size_t replayed = 0; replayed < place; ++replayed) {
      std::vector<Bytes> heard;
      const ProtocolRun own = run([&](std::size_t number, Bytes& der) {
        heard.push_back(der);
        if (number == place) der = heard[replayed];
      });
      EXPECT_FALSE(own.both_complete()) << replayed << " again as " << place;
    }
  }
}

// Any message of another logon, of any version and either side, in the place of any of this one:
// as it was and with the version written over.
TEST_P(Tampering, EveryMessageOfAnotherLogonIsRefused) {
  for (const std::uint32_t version : kVersions) {
    const ProtocolRun other = run([](std::size_t, Bytes&) {}, version);
    ASSERT_TRUE(other.both_complete());
    for (std::size_t place = 0; place < kNumMessages; ++place) {
      for (std::size_t played = 0; played < kNumMessages; ++played) {
        for (const std::uint32_t label : {version, GetParam().version}) {
          const ProtocolRun mixed = run([&](std::size_t number, Bytes& der) {
            if (number == place) der = relabelled(other.messages[played], label);
          });
          // The client's first message is the same in every logon.
          const bool same =
              place == kNegotiate && played == kNegotiate && label == GetParam().version;
          EXPECT_EQ(mixed.both_complete(), same) << "version " << version << ", " << played
                                                 << " as " << place << " labelled " << label;
        }
      }
    }
  }
}

TEST_P(Tampering, AServerThatSendsPubKeyAuthBackIsRefused) {
  Bytes asked;
  const ProtocolRun reflected = run([&](std::size_t number, Bytes& der) {
    TsRequest request = TsRequest::parse(der).value();
    if (number == kAuthenticate) asked = *request.pub_key_auth;
    if (number == kPubKeyAuth) request.pub_key_auth = asked;
    der = request.write();
  });
  expect_refused(reflected, Status::MessageAltered, Status::Ok);
}

TEST_P(Tampering, AnotherNonceIsRefused) {
  for (const std::size_t size : {0, 16, 31, 33, 64}) {
    expect_refused(run_with(kAuthenticate, [&](TsRequest& r) { r.client_nonce = Bytes(size, 1); }),
                   Status::Ok, Status::InvalidToken);
  }
  const auto replaced =
      run_with(kAuthenticate, [](TsRequest& r) { r.client_nonce = Bytes(32, 1); });
  const auto removed = run_with(kAuthenticate, [](TsRequest& r) { r.client_nonce.reset(); });
  if (has_nonce(GetParam().version)) {
    expect_refused(replaced, Status::Ok, Status::MessageAltered);
    expect_refused(removed, Status::Ok, Status::InvalidToken);
  } else {  // nothing was there, and what is put there binds nothing
    EXPECT_TRUE(replaced.both_complete());
    EXPECT_TRUE(removed.both_complete());
  }
}

TEST_P(Tampering, AChangeOfVersionMidwayIsRefused) {
  for (std::size_t message = 0; message < kNumMessages; ++message) {
    for (std::uint32_t version = 0; version <= 7; ++version) {
      if (version == GetParam().version) continue;
      const ProtocolRun changed =
          run_with(message, [&](TsRequest& request) { request.version = version; });
      EXPECT_FALSE(changed.both_complete()) << "message " << message << " version " << version;
    }
  }
}

// One side hears another version than the other, from the first message to the last: they bind
// alike only where the two versions do.
TEST_P(Tampering, VersionsThatBindDifferentlyDoNotMeet) {
  for (const bool to_server : {true, false}) {
    for (const std::uint32_t told : {2U, 3U, 4U, 5U, 6U}) {
      const ProtocolRun mixed = run([&](std::size_t number, Bytes& der) {
        if ((number % 2 == 0) == to_server) der = relabelled(der, told);
      });
      EXPECT_EQ(mixed.both_complete(), has_nonce(told) == has_nonce(GetParam().version)) << told;
    }
  }
}

TEST_P(Tampering, AFieldThatIsTakenOutIsRefused) {
  for (std::size_t message = 0; message < kNumMessages; ++message) {
    const TsRequest sent = TsRequest::parse(honest.messages[message]).value();
    if (!sent.nego_tokens.empty()) {
      EXPECT_FALSE(run_with(message, [](TsRequest& r) { r.nego_tokens.clear(); }).both_complete());
    }
    if (sent.pub_key_auth) {
      EXPECT_FALSE(run_with(message, [](TsRequest& r) { r.pub_key_auth.reset(); }).both_complete());
    }
    if (sent.auth_info) {
      EXPECT_FALSE(run_with(message, [](TsRequest& r) { r.auth_info.reset(); }).both_complete());
    }
  }
}

TEST_P(Tampering, AuthInfoBeforeItsTimeIsRefused) {
  for (const std::size_t message : {kNegotiate, kAuthenticate}) {
    expect_refused(run_with(message, [](TsRequest& r) { r.auth_info = Bytes(77); }), Status::Ok,
                   Status::InvalidToken);
  }
  for (const std::size_t message : {kChallenge, kPubKeyAuth}) {
    expect_refused(run_with(message, [](TsRequest& r) { r.auth_info = Bytes(77); }),
                   Status::InvalidToken, Status::Ok);
  }
}

// What a server may say to get at credentials before it has proved that it knows the session key:
// every choice of fields, in the place of either of its messages.
TEST_P(Tampering, CredentialsWaitForTheProof) {
  Bytes asked;  // the client's own pubKeyAuth
  const Bytes earlier = TsRequest::parse(honest.messages[kPubKeyAuth])->pub_key_auth.value();
  for (const std::size_t place : {kChallenge, kPubKeyAuth}) {
    for (unsigned fields = 0; fields < 32; ++fields) {
      const auto with = [&](unsigned bit) { return (fields >> bit & 1U) != 0; };
      const ProtocolRun run = this->run([&](std::size_t number, Bytes& der) {
        TsRequest request = TsRequest::parse(der).value();
        if (request.pub_key_auth && number == kAuthenticate) asked = *request.pub_key_auth;
        if (number != place) return;
        request.pub_key_auth.reset();
        if (with(0)) request.nego_tokens.clear();
        if (with(1)) request.nego_tokens.push_back(Bytes(3, 0xA1));
        if (with(2)) request.pub_key_auth = with(3) ? asked : earlier;
        if (with(3)) request.client_nonce = Bytes(32);
        if (with(4)) request.auth_info = Bytes(77);
        der = request.write();
      });
      const bool untouched = place == kChallenge && (fields & ~2U & ~8U) == 0;
      for (const Bytes& der : run.messages) {
        EXPECT_TRUE(untouched || !TsRequest::parse(der)->auth_info) << place << ' ' << fields;
      }
    }
  }
}

TEST_P(Tampering, ErrorCodeEndsTheClientWhateverElseIsThere) {
  for (const std::size_t message : {kChallenge, kPubKeyAuth}) {
    expect_refused(run_with(message, [](TsRequest& r) { r.error_code = nt_status::kLogonFailure; }),
                   Status::LogonDenied, Status::Ok);
  }
}

// Which versions are told why: [MS-CSSP] 2.2.1 errorCode.
TEST_P(Tampering, AWrongPasswordIsToldToWhoKnowsErrorCode) {
  const auto client = world.client_protocol("Password?");
  const auto server = world.server_protocol();
  const ProtocolRun refused = run_protocol(
      *client, *server, [](std::size_t, Bytes&) {}, GetParam().version);
  ASSERT_FALSE(refused.server.progress);
  EXPECT_EQ(refused.server.progress.error().status, Status::LogonDenied);
  EXPECT_EQ(refused.server.message.has_value(), GetParam().version == 4 || GetParam().version == 6);
}

}  // namespace
}  // namespace opensspi
