// Every pair of what a mechanism wants and what the peer's mechListMIC is, for both sides, whether
// or not the mechanism was the client's first choice. RFC 4178 5.
#include <gtest/gtest.h>

#include <string>

#include "sides.h"

namespace opensspi::test {
namespace {

using negotiate::NegState;
using negotiate::NegTokenInit;
using negotiate::NegTokenResp;

enum class Mic { Right, Missing, Wrong, Reflected };

struct Kind {
  const char* name;
  bool integrity, insists;
};
constexpr Kind kKinds[] = {{"does without MICs", true, false},
                           {"insists on them", true, true},
                           {"has none", false, false}};
constexpr struct {
  const char* name;
  Mic mic;
} kMics[] = {{"right", Mic::Right},
             {"missing", Mic::Missing},
             {"wrong", Mic::Wrong},
             {"reflected", Mic::Reflected}};

Status expected(const Kind& kind, bool first_choice, Mic mic) {
  if (!kind.integrity) return mic == Mic::Missing ? Status::Ok : Status::InvalidToken;
  if (mic == Mic::Right) return Status::Ok;
  if (mic != Mic::Missing) return Status::MessageAltered;
  return kind.insists || !first_choice ? Status::InvalidToken : Status::Ok;
}

Status status_of(const StepOutput& out) {
  if (!out.progress) return out.progress.error().status;
  EXPECT_EQ(*out.progress, Progress::Complete);
  return Status::Ok;
}

class MechListMicTest : public testing::Test {
 protected:
  // Calls check(kind, first choice, MIC of that peer, status) for each combination.
  template <class Check>
  void for_each(Role peer, Check&& check) const {
    const Role self = peer == Role::Client ? Role::Server : Role::Client;
    for (const Kind& kind : kKinds) {
      for (const bool first_choice : {true, false}) {
        const Bytes list = negotiate::write_mech_types(offer(first_choice));
        for (const auto& [name, mic] : kMics) {
          SCOPED_TRACE(std::string("a mechanism that ") + kind.name +
                       (first_choice ? ", first choice, MIC " : ", second choice, MIC ") + name);
          std::optional<Bytes> bytes = FakeContext::mic(mic == Mic::Reflected ? self : peer, list);
          if (mic == Mic::Wrong) bytes->back() ^= 1;
          if (mic == Mic::Missing) bytes.reset();
          check(kind, first_choice, bytes, expected(kind, first_choice, mic));
        }
      }
    }
  }

  static std::vector<ByteView> offer(bool first_choice) {
    if (first_choice) return {kOidB, kOidA};
    return {kOidA, kOidB};
  }
  static FakeMechanism mechanism(const Kind& kind) {
    return FakeMechanism{
        {.name = "B", .oids = {kOidB}, .integrity = kind.integrity, .mic_required = kind.insists}};
  }
  static std::optional<ByteView> as_view(const std::optional<Bytes>& mic) {
    if (!mic) return std::nullopt;
    return ByteView(*mic);
  }
};

TEST_F(MechListMicTest, OfTheClientAsTheServerJudgesIt) {
  for_each(Role::Client,
           [](const Kind& kind, bool first_choice, const std::optional<Bytes>& mic, Status status) {
             const FakeMechanism b = mechanism(kind);
             const auto server = make_side(Role::Server, {&b});
             const Bytes list = negotiate::write_mech_types(offer(first_choice));
             const Bytes b1 = text("B 1"), a1 = text("A 1"), b3 = text("B 3");
             NegTokenInit init;
             init.mech_types_der = list;
             init.mech_token = first_choice ? b1 : a1;
             const Bytes first = negotiate::write(init);
             ASSERT_TRUE(went(server->step({first}), Progress::ContinueNeeded));
             if (!first_choice) {
               const Bytes again = resp({.response_token = b1});
               ASSERT_TRUE(went(server->step({again}), Progress::ContinueNeeded));
             }
             const Bytes last = resp({.response_token = b3, .mech_list_mic = as_view(mic)});
             EXPECT_EQ(status_of(server->step({last})), status);
           });
}

TEST_F(MechListMicTest, OfTheServerAsTheClientJudgesIt) {
  for_each(Role::Server, [](const Kind& kind, bool first_choice, const std::optional<Bytes>& mic,
                            Status status) {
    const FakeMechanism a{{.name = "A", .oids = {kOidA}}}, b = mechanism(kind);
    const auto client =
        first_choice ? make_side(Role::Client, {&b, &a}) : make_side(Role::Client, {&a, &b});
    client->step({});
    const Bytes b2 = text("B 2");
    if (first_choice) {
      const Bytes reply = resp(
          {.neg_state = NegState::AcceptIncomplete, .supported_mech = kOidB, .response_token = b2});
      ASSERT_TRUE(went(client->step({reply}), Progress::ContinueNeeded));
    } else {
      const Bytes other = resp({.neg_state = NegState::RequestMic, .supported_mech = kOidB});
      ASSERT_TRUE(went(client->step({other}), Progress::ContinueNeeded));
      const Bytes reply = resp({.neg_state = NegState::AcceptIncomplete, .response_token = b2});
      ASSERT_TRUE(went(client->step({reply}), Progress::ContinueNeeded));
    }
    const Bytes last =
        resp({.neg_state = NegState::AcceptCompleted, .mech_list_mic = as_view(mic)});
    EXPECT_EQ(status_of(client->step({last})), status);
  });
}

// Windows 2000 put a copy of the mechanism's token there; it says nothing.
TEST_F(MechListMicTest, OfAServerIsPassedOverBeforeTheMechanismIsComplete) {
  const FakeMechanism b{{.name = "B", .oids = {kOidB}, .mic_required = true}};
  const auto client = make_side(Role::Client, {&b});
  client->step({});
  const Bytes b2 = text("B 2");
  const Bytes reply = resp({.neg_state = NegState::AcceptIncomplete,
                            .supported_mech = kOidB,
                            .response_token = b2,
                            .mech_list_mic = b2});
  ASSERT_TRUE(went(client->step({reply}), Progress::ContinueNeeded));
  const Bytes end = resp({.neg_state = NegState::AcceptCompleted});
  EXPECT_EQ(status_of(client->step({end})), Status::InvalidToken);
}

}  // namespace
}  // namespace opensspi::test
