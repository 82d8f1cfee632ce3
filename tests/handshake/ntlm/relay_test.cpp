// A man in the middle of NTLM: what he writes into a CHALLENGE so that the client says it for him,
// and what he changes of an AUTHENTICATE that was meant for another service. The server is one
// that nothing but the exchange itself protects.
#include <gtest/gtest.h>

#include <algorithm>
#include <functional>

#include "base/utf16.h"
#include "base/writer.h"
#include "handshake/ntlm/ntlm_world.h"
#include "ntlm/response.h"

namespace opensspi::test {
namespace {

using ntlm::AuthenticateMessage;
using ntlm::AvId;
using ntlm::AvPairs;
using ntlm::ChallengeMessage;

constexpr std::string_view kOther = "cifs/dc.domain.test";  // whom he would like to reach

ChannelBindings bindings_to(std::string_view channel) {
  ChannelBindings bindings;
  bindings.application_data = copy(view(channel));
  return bindings;
}

// The list with a pair in front of all others.
AvPairs with_first(const AvPairs& pairs, AvId id, ByteView value) {
  AvPairs out;
  out.set(id, value);
  Bytes both = out.write();
  both.resize(both.size() - 4);  // its end
  append(both, pairs.write());
  return *AvPairs::parse(both);
}

AvPairs with_last(const AvPairs& pairs, AvId id, ByteView value) {
  AvPairs out;
  out.set(id, value);
  Bytes both = pairs.write();
  both.resize(both.size() - 4);
  append(both, out.write());
  return *AvPairs::parse(both);
}

Bytes flag_bytes(std::uint32_t flags) {
  return copy(Writer().u32_le(flags).view());
}

class NtlmRelay : public testing::Test {
 protected:
  // The client's pairs after a CHALLENGE with these.
  AvPairs answered(const std::function<AvPairs(const AvPairs&)>& rewrite,
                   ContextFlags flags = kConfidential) {
    const auto client = world.client(flags), server = world.server();
    auto challenge = *ChallengeMessage::parse(server->step({client->step({}).token}).token);
    challenge.target_info = rewrite(challenge.target_info);
    const StepOutput out = client->step({*challenge.write()});
    EXPECT_EQ(status_of(out), Status::Ok);
    return AuthenticateMessage::parse(out.token)->client_challenge->av_pairs;
  }

  static std::size_t count(const AvPairs& pairs, AvId id) {
    return static_cast<std::size_t>(
        std::ranges::count_if(pairs.pairs(), [=](const auto& pair) { return pair.id == id; }));
  }

  // The last message changed as an AuthenticateMessage, and what the server says.
  StepOutput changed(const std::function<void(AuthenticateMessage&)>& change,
                     const ChannelBindings* of_client = nullptr,
                     const ChannelBindings* of_server = nullptr) {
    const auto client = world.client(), server = world.server();
    return run_handshake(*client, *server, of_client, of_server,
                         [&](std::size_t number, Bytes& token) {
                           if (number != 2) return;
                           auto message = *AuthenticateMessage::parse(token);
                           change(message);
                           token = *message.write();
                         })
        .server;
  }

  // Writes other pairs into the response, under the old proof.
  static void set_pairs(AuthenticateMessage& message, const AvPairs& pairs) {
    constexpr std::size_t kProofAndHeader = 16 + 28;
    message.nt_challenge_response.resize(kProofAndHeader);
    append(message.nt_challenge_response, pairs.write());
    append(message.nt_challenge_response, Bytes(4));
  }

  NtlmWorld world;
};

// Of what the client says there is one pair, wherever the attacker has put his.
TEST_F(NtlmRelay, AChallengeCannotSpeakForTheClient) {
  const Bytes spn = *utf8_to_utf16le(kOther), own = *utf8_to_utf16le("TERMSRV/server.domain.test");
  const struct {
    AvId id;
    Bytes foreign, expected;
  } rows[] = {
      {AvId::TargetName, spn, own},
      {AvId::ChannelBindings, Bytes(16, 7), Bytes(16, 0)},
      {AvId::Flags, flag_bytes(0), flag_bytes(2)},
      {AvId::Flags, flag_bytes(4), flag_bytes(2)},  // an SPN that nobody vouches for
  };
  for (const auto& row : rows) {
    for (const int places : {1, 2, 3}) {
      const AvPairs pairs = answered([&](const AvPairs& honest) {
        AvPairs changed = honest;
        if ((places & 1) != 0) changed = with_first(changed, row.id, row.foreign);
        if ((places & 2) != 0) changed = with_last(changed, row.id, row.foreign);
        return changed;
      });
      EXPECT_EQ(count(pairs, row.id), 1U);
      EXPECT_EQ(*pairs.find(row.id), row.expected);
    }
  }
}

// CVE-2019-1166: MsvAvFlags of the attacker's in the CHALLENGE, and the MIC taken out of
// AUTHENTICATE: the client announced it all the same.
TEST_F(NtlmRelay, AMicThatWasAnnouncedCannotBeDropped) {
  for (const bool first : {true, false}) {
    const auto client = world.client(), server = world.server();
    const HandshakeResult result =
        run_handshake(*client, *server, nullptr, nullptr, [&](std::size_t number, Bytes& token) {
          if (number == 1) {
            auto challenge = *ChallengeMessage::parse(token);
            challenge.target_info = first ? with_first(challenge.target_info, AvId::Flags, Bytes(4))
                                          : with_last(challenge.target_info, AvId::Flags, Bytes(4));
            token = *challenge.write();
          }
          if (number != 2) return;
          auto message = *AuthenticateMessage::parse(token);
          message.mic.reset();
          token = *message.write();
        });
    EXPECT_FALSE(result.both_complete);
    EXPECT_FALSE(result.server.progress);
  }
}

TEST_F(NtlmRelay, TheTargetNameIsUnderTheProof) {
  const StepOutput renamed = changed([](AuthenticateMessage& message) {
    AvPairs pairs = message.client_challenge->av_pairs;
    pairs.set(AvId::TargetName, *utf8_to_utf16le(kOther));
    set_pairs(message, pairs);
  });
  EXPECT_EQ(status_of(renamed), Status::LogonDenied);
  const StepOutput disowned = changed([](AuthenticateMessage& message) {
    AvPairs pairs = message.client_challenge->av_pairs;
    pairs.set_flags(ntlm::kAvFlagMicPresent | ntlm::kAvFlagUntrustedTargetName);
    set_pairs(message, pairs);
  });
  EXPECT_EQ(status_of(disowned), Status::LogonDenied);
}

// The client is bound to the attacker's channel, the server to its own.
TEST_F(NtlmRelay, ChannelBindingsAreUnderTheProof) {
  const ChannelBindings attackers = bindings_to("attacker"), servers = bindings_to("server");
  const auto with = [](ByteView hash) {
    return [copied = copy(hash)](AuthenticateMessage& message) {
      AvPairs pairs = message.client_challenge->av_pairs;
      pairs.set(AvId::ChannelBindings, copied);
      set_pairs(message, pairs);
    };
  };
  EXPECT_EQ(status_of(changed([](auto&) {}, &servers, &servers)), Status::Ok);
  EXPECT_EQ(status_of(changed([](auto&) {}, &attackers, &servers)), Status::BadBindings);
  EXPECT_EQ(status_of(changed([](auto&) {}, nullptr, &servers)), Status::BadBindings);
  const auto wanted = ntlm::bindings_hash(&servers);
  EXPECT_EQ(status_of(changed(with(wanted), &attackers, &servers)), Status::LogonDenied);
  EXPECT_EQ(status_of(changed(with(Bytes(16)), &attackers, &servers)), Status::LogonDenied);
}

// CVE-2019-1338: an LMv2 response says nothing of MIC, channel or target, so it is none.
TEST_F(NtlmRelay, AnLmV2ResponseAloneIsNoResponse) {
  const auto key =
      ntlm::ntowf_v2(ntlm::ntowf_v1(password_utf16le("Passw0rd!").expose()), "Alice", "DOMAIN");
  const auto server = world.server();
  const StepOutput leg = server->step({world.client()->step({}).token});
  const auto challenge = *ChallengeMessage::parse(leg.token);
  AuthenticateMessage message;
  message.flags = ntlm::NegotiateFlags{0xE2888235};
  message.user_name = "Alice";
  message.domain_name = "DOMAIN";
  message.lm_challenge_response =
      copy(ntlm::lm_v2_response(*key, challenge.server_challenge, ntlm::ChallengeBytes{}));
  message.encrypted_random_session_key = Bytes(16);
  EXPECT_EQ(status_of(server->step({*message.write()})), Status::LogonDenied);
  EXPECT_EQ(world.authority().validations(), 0);
}

}  // namespace
}  // namespace opensspi::test
