// What a man in the middle can do to TSRequests when TLS does not stop him: nothing after which
// both sides believe in the logon. The protocol runs without TLS over real Negotiate and NTLM.
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <functional>
#include <set>
#include <string_view>
#include <utility>

#include "world.h"

namespace opensspi {
namespace {

using credssp::TsRequest;
using policy::RawNtlm;
using test::CredSspWorld;
using test::ProtocolRun;
using test::run_protocol;

class Tampering : public testing::TestWithParam<RawNtlm> {
 protected:
  ProtocolRun run(const std::function<void(std::size_t, Bytes&)>& tamper) const {
    const auto client = world.client_protocol();
    const auto server = world.server_protocol();
    return run_protocol(*client, *server, tamper);
  }

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

  CredSspWorld world{GetParam()};
  const ProtocolRun honest = run([](std::size_t, Bytes&) {});
};

INSTANTIATE_TEST_SUITE_P(CredSsp, Tampering, testing::Values(RawNtlm::Auto, RawNtlm::Never),
                         [](const testing::TestParamInfo<RawNtlm>& of) {
                           return of.param == RawNtlm::Auto ? "BareNtlm" : "Spnego";
                         });

// The messages by number, with both framings.
constexpr std::size_t kNegotiate = 0, kChallenge = 1, kAuthenticate = 2, kPubKeyAuth = 3,
                      kAuthInfo = 4, kNumMessages = 5;

TEST_P(Tampering, NoneIsALogon) {
  EXPECT_TRUE(honest.both_complete());
  EXPECT_EQ(honest.messages.size(), kNumMessages);
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

TEST_P(Tampering, EveryFlippedByteIsRefused) {
  std::set<const Harmless*> met;
  for (std::size_t message = 0; message < kNumMessages; ++message) {
    const Bytes& sent = honest.messages[message];
    for (std::size_t offset = 0; offset < sent.size(); ++offset) {
      for (const std::uint8_t bits : std::array<std::uint8_t, 4>{0x01, 0x02, 0x80, 0xFF}) {
        const ProtocolRun flipped = run([&](std::size_t number, Bytes& der) {
          if (number == message) der[offset] ^= bits;
        });
        const Harmless* row = harmless(GetParam(), message, ByteView(sent).first(offset), bits);
        EXPECT_EQ(flipped.both_complete(), row != nullptr)
            << "message " << message << " offset " << offset << " bits " << int{bits};
        if (row != nullptr) met.insert(row);
      }
    }
  }
  EXPECT_EQ(met.size(), GetParam() == RawNtlm::Never ? kHarmless.size() : 0);
}

TEST_P(Tampering, EveryCutIsRefused) {
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

// Any message of this logon or of an earlier one in the place of any other.
TEST_P(Tampering, EveryReplayIsRefused) {
  std::vector<Bytes> heard;
  for (std::size_t place = 0; place < kNumMessages; ++place) {
    for (std::size_t replayed = 0; replayed < kNumMessages; ++replayed) {
      const ProtocolRun earlier = run([&](std::size_t number, Bytes& der) {
        if (number == place) der = honest.messages[replayed];
      });
      // The client's first message is the same in every logon.
      const bool same = place == kNegotiate && replayed == kNegotiate;
      EXPECT_EQ(earlier.both_complete(), same) << replayed << " of another logon as " << place;
      heard.clear();
      const ProtocolRun own = run([&](std::size_t number, Bytes& der) {
        heard.push_back(der);
        if (number == place && replayed < place) der = heard[replayed];
      });
      EXPECT_EQ(own.both_complete(), replayed >= place) << replayed << " again as " << place;
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
  expect_refused(run_with(kAuthenticate, [](TsRequest& r) { r.client_nonce = Bytes(32, 1); }),
                 Status::Ok, Status::MessageAltered);
  expect_refused(run_with(kAuthenticate, [](TsRequest& r) { r.client_nonce.reset(); }), Status::Ok,
                 Status::InvalidToken);
}

TEST_P(Tampering, AChangeOfVersionIsRefused) {
  for (std::size_t message = 0; message < kNumMessages; ++message) {
    for (const std::uint32_t version : {0U, 2U, 3U, 4U, 5U, 7U}) {
      const ProtocolRun changed =
          run_with(message, [&](TsRequest& request) { request.version = version; });
      EXPECT_FALSE(changed.both_complete()) << "message " << message << " version " << version;
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

TEST_P(Tampering, ErrorCodeEndsTheClientWhateverElseIsThere) {
  for (const std::size_t message : {kChallenge, kPubKeyAuth}) {
    expect_refused(run_with(message, [](TsRequest& r) { r.error_code = nt_status::kLogonFailure; }),
                   Status::LogonDenied, Status::Ok);
  }
}

// Peers of version 5, as such a client and such a server look from the other side.
TEST_P(Tampering, AWholeVersionFiveLogonIsOne) {
  const auto client = world.client_protocol();
  const auto server = world.server_protocol();
  const ProtocolRun five = run_protocol(*client, *server, [](std::size_t, Bytes& der) {
    TsRequest request = TsRequest::parse(der).value();
    request.version = 5;
    der = request.write();
  });
  ASSERT_TRUE(five.both_complete());
  EXPECT_EQ(client->finish().version, 5U);
  EXPECT_EQ(server->finish().version, 5U);
}

TEST_P(Tampering, AVersionFiveClientIsRefusedWithoutErrorCode) {
  const auto client = world.client_protocol("Password?");
  const auto server = world.server_protocol();
  const ProtocolRun five = run_protocol(*client, *server, [](std::size_t, Bytes& der) {
    TsRequest request = TsRequest::parse(der).value();
    request.version = 5;
    der = request.write();
  });
  ASSERT_FALSE(five.server.progress);
  EXPECT_EQ(five.server.progress.error().status, Status::LogonDenied);
  EXPECT_FALSE(five.server.message);
}

}  // namespace
}  // namespace opensspi
