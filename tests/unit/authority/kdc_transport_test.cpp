// KDCs that answer, are silent, are not there, and say what none would.
#include "authority/kdc_transport.h"

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/time.h>

#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include "fake_kdc.h"
#include "sspi/types.h"
#include "support/hex.h"

namespace opensspi::authority {
namespace {

using std::chrono::milliseconds;
using test::answering;
using test::FakeKdc;
using test::hanging;
using test::krb_error;
using test::Peer;
using test::saying;
using test::silent;

// Of what is to succeed, and of what is to fail: none is measured.
constexpr milliseconds kLong{20'000}, kShort{60};
const Bytes kQuestion{1, 2, 3}, kAnswer{4, 5, 6, 7}, kOther{8};

class KdcTransportTest : public testing::Test {
 protected:
  KdcRequest request(std::vector<std::string> servers) const {
    KdcRequest made;
    made.realm = "EXAMPLE.TEST";
    made.servers.names = std::move(servers);
    made.servers.look_up = false;
    made.message = kQuestion;
    return made;
  }
  Result<Bytes> ask(const std::vector<std::string>& servers, milliseconds deadline = kLong) {
    return exchange(request(servers), deadline);
  }
  Result<Bytes> exchange(const KdcRequest& asked, milliseconds deadline = kLong) {
    deadline_ = deadline;
    return transport_.exchange(asked);
  }
  static std::string why(const Result<Bytes>& answer) {
    if (answer) return "";
    EXPECT_EQ(answer.error().status, Status::NoAuthenticatingAuthority);
    EXPECT_EQ(answer.error().nt_status, nt_status::kNoLogonServers);
    return answer.error().why;
  }

  milliseconds deadline_ = kLong;
  NetworkKdcTransport::Clock::time_point now_{};
  NetworkKdcTransport transport_{[this] { return deadline_; },
                                 {.resolver = [] { return Resolver({}, {}, "/nonexistent"); },
                                  .now = [this] { return now_; },
                                  .patience = milliseconds(20)}};
};

constexpr char kSilence[] = "no KDC of the realm answers";
constexpr char kUnreachable[] = "no KDC of the realm can be reached";

TEST_F(KdcTransportTest, AsksInADatagramFirst) {
  Bytes asked;
  FakeKdc kdc(
      [&](ByteView message) {
        asked = copy(message);
        return kAnswer;
      },
      answering(kOther));
  EXPECT_EQ(ask({kdc.name()}), kAnswer);
  EXPECT_EQ(asked, kQuestion);
  EXPECT_EQ(kdc.streams(), 0);
}

TEST_F(KdcTransportTest, AsksInAStreamWhereTheMessageIsLongOrTheNameSaysSo) {
  Bytes asked;
  FakeKdc kdc(saying(kOther), [&](const Peer& peer) {
    asked = peer.receive_message();
    peer.send_message(kAnswer);
  });
  KdcRequest long_one = request({kdc.name()});
  long_one.stream_first = true;
  EXPECT_EQ(exchange(long_one), kAnswer);
  EXPECT_EQ(asked, kQuestion);
  EXPECT_EQ(ask({"tcp/" + kdc.name()}), kAnswer);
  EXPECT_EQ(kdc.datagrams(), 0);
  EXPECT_EQ(ask({"udp/" + kdc.name()}), kOther);
}

TEST_F(KdcTransportTest, TriesAStreamWhereDatagramsAreLost) {
  FakeKdc kdc(silent(), answering(kAnswer));
  EXPECT_EQ(ask({kdc.name()}), kAnswer);
  EXPECT_EQ(kdc.datagrams(), 1);
}

// RFC 4120 7.2.1
TEST_F(KdcTransportTest, GoesToAStreamForWhatIsTooLongForADatagram) {
  FakeKdc kdc(saying(krb_error(52)), answering(kAnswer));
  EXPECT_EQ(ask({kdc.name()}), kAnswer);
  EXPECT_EQ(kdc.datagrams(), 1);
  FakeKdc unwilling(saying(krb_error(52)));
  EXPECT_EQ(why(ask({unwilling.name()})), kUnreachable);
  const Bytes another_error = krb_error(6);
  FakeKdc refusing(saying(another_error), answering(kOther));
  EXPECT_EQ(ask({refusing.name()}), another_error);
}

// RFC 4120 7.5.9: KDC_ERR_SVC_UNAVAILABLE
TEST_F(KdcTransportTest, AsksTheNextOneWhereAKdcCannotAnswer) {
  const Bytes unavailable = krb_error(29);
  FakeKdc busy(saying(unavailable), answering(unavailable));
  FakeKdc free(saying(kAnswer), answering(kOther));
  EXPECT_EQ(ask({busy.name(), free.name()}), kAnswer);
  EXPECT_EQ(busy.asked(), 1);
  EXPECT_EQ(ask({"tcp/" + busy.name(), "tcp/" + free.name()}), kOther);
  EXPECT_EQ(why(ask({busy.name()})), "the KDC cannot answer at the moment");
  KdcRequest change = request({busy.name(), free.name()});
  change.service = KdcService::PasswordChanges;
  EXPECT_EQ(exchange(change), unavailable);
}

TEST_F(KdcTransportTest, DeadKdcsDoNotEatTheTimeOfTheOthers) {
  FakeKdc dead(silent(), hanging()), resetting(silent(), [](const Peer&peer) { peer.reset(); });
  FakeKdc alive(saying(kAnswer), answering(kAnswer));
  const std::string nobody = [] { return FakeKdc(silent()).name(); }();
  EXPECT_EQ(ask({dead.name(), alive.name()}), kAnswer);
  EXPECT_EQ(dead.asked(), 1);
  EXPECT_EQ(ask({nobody, resetting.name(), alive.name()}), kAnswer);
  EXPECT_EQ(ask({"tcp/" + resetting.name(), "tcp/" + alive.name()}), kAnswer);
  EXPECT_EQ(resetting.streams(), 1);
}

// Of many, too, one answers in a stream.
TEST_F(KdcTransportTest, ManyKdcsLeaveRoomForStreams) {
  FakeKdc kdc(saying(krb_error(52)), answering(kAnswer));
  EXPECT_EQ(ask(std::vector<std::string>(20, kdc.name())), kAnswer);
}

// Of anything else the second one would be told when half of the deadline is over.
TEST_F(KdcTransportTest, TellsAnotherKdcOfALogonOnlyWhenPatienceIsOver) {
  NetworkKdcTransport patient([] { return kShort; }, {.patience = kLong});
  FakeKdc first(silent()), second(silent());
  KdcRequest logon = request({"udp/" + first.name(), "udp/" + second.name()});
  const Bytes as_req{0x6A, 0};
  logon.message = as_req;
  EXPECT_EQ(why(patient.exchange(logon)), kSilence);
  first.wait_for(1);
  EXPECT_EQ(second.asked(), 0);
}

TEST_F(KdcTransportTest, TakesALateAnswerToo) {
  std::atomic<bool> second_came = false;
  FakeKdc second([&](ByteView) {
    second_came = true;
    return Bytes();
  });
  FakeKdc first([&](ByteView) {
    while (!second_came) std::this_thread::yield();
    return kAnswer;
  });
  EXPECT_EQ(ask({first.name(), second.name()}), kAnswer);
}

TEST_F(KdcTransportTest, LeavesASilentRealmAloneForAMinute) {
  FakeKdc kdc(silent());
  const std::vector<std::string> servers{"udp/" + kdc.name()};
  const Result<Bytes> answer = ask(servers, kShort);
  EXPECT_EQ(why(answer), kSilence);
  EXPECT_EQ(answer.error().value, kShort.count());
  kdc.wait_for(1);
  EXPECT_EQ(why(ask(servers)), kSilence);
  now_ += std::chrono::seconds(59);
  EXPECT_EQ(why(ask(servers)), kSilence);
  EXPECT_EQ(kdc.asked(), 1);
  now_ += std::chrono::seconds(1);
  EXPECT_EQ(why(ask(servers, kShort)), kSilence);
  kdc.wait_for(2);
}

TEST_F(KdcTransportTest, AsksAnotherRealmAndByAnotherWayAtOnce) {
  FakeKdc dead(silent()), alive(saying(kAnswer));
  EXPECT_EQ(why(ask({"udp/" + dead.name()}, kShort)), kSilence);
  EXPECT_EQ(ask({alive.name()}), kAnswer);
  KdcRequest other = request({"udp/" + dead.name()});
  other.realm = "OTHER.TEST";
  EXPECT_EQ(why(exchange(other, kShort)), kSilence);
  dead.wait_for(2);
}

// To ask such a realm again costs no time.
TEST_F(KdcTransportTest, DoesNotLeaveARealmAloneThatRefusesAtOnce) {
  FakeKdc kdc(silent(), [](const Peer& peer) { peer.reset(); });
  EXPECT_EQ(why(ask({"tcp/" + kdc.name()})), kUnreachable);
  EXPECT_EQ(why(ask({"tcp/" + kdc.name()})), kUnreachable);
  kdc.wait_for(2);
}

TEST_F(KdcTransportTest, SaysWhatIsWrongWithAnAnswer) {
  FakeKdc long_winded(silent(), [](const Peer& peer) {
    peer.send_all(Bytes{0x7F, 0xFF, 0xFF, 0xFF});
    peer.wait_for_end();
  });
  EXPECT_EQ(why(ask({"tcp/" + long_winded.name()})), "a KDC's answer is longer than any");
  FakeKdc cut(silent(), [](const Peer& peer) {
    static_cast<void>(peer.receive_message());
    peer.send_all(Bytes{0, 0, 0, 9, 1});
  });
  EXPECT_EQ(why(ask({"tcp/" + cut.name()})), "a KDC hung up before its answer");
}

TEST_F(KdcTransportTest, IsNotHeldByAnAnswerThatDrips) {
  FakeKdc kdc(silent(), [](const Peer& peer) {
    Bytes next{0, 1, 0, 0};
    while (peer.send_all(next)) {
      next = {0};
      std::this_thread::sleep_for(milliseconds(1));
    }
  });
  EXPECT_EQ(why(ask({"tcp/" + kdc.name()}, kShort)), kSilence);
}

TEST_F(KdcTransportTest, TakesAnAnswerInAnyPieces) {
  FakeKdc kdc(silent(), [](const Peer& peer) {
    static_cast<void>(peer.receive_message());
    for (const std::uint8_t byte : Bytes{0, 0, 0, 4, 4, 5, 6, 7}) peer.send_all({&byte, 1});
  });
  EXPECT_EQ(ask({"tcp/" + kdc.name()}), kAnswer);
}

// RFC 3244: the second server would refuse what the first has done.
TEST_F(KdcTransportTest, TellsOneServerOnlyOfAChange) {
  FakeKdc deaf(silent(), [](const Peer& peer) { static_cast<void>(peer.receive_message()); });
  FakeKdc other(saying(kOther), answering(kOther));
  KdcRequest change = request({deaf.name(), other.name()});
  change.service = KdcService::PasswordChanges;
  EXPECT_EQ(why(exchange(change)).substr(0, 43), "the realm's server took the change and did ");
  EXPECT_EQ(deaf.streams(), 1);
  EXPECT_EQ(deaf.datagrams(), 0);
  EXPECT_EQ(other.asked(), 0);
  // Where nobody listens for streams nobody has heard it.
  FakeKdc datagrams_only(saying(kAnswer));
  change.servers.names = {datagrams_only.name()};
  EXPECT_EQ(exchange(change), kAnswer);
}

TEST_F(KdcTransportTest, SaysThatThereIsNobodyToAsk) {
  EXPECT_EQ(why(ask({})), "no KDC of the realm is known");
  EXPECT_EQ(why(ask({"nowhere.example.test"})), "the name of the realm's KDC has no address");
}

// Signals come all the time, and no system call is restarted.
TEST_F(KdcTransportTest, GoesOnAfterSignals) {
  struct sigaction action {
  }, before{};
  action.sa_handler = [](int) {};
  sigaction(SIGALRM, &action, &before);
  const itimerval often{{0, 500}, {0, 500}}, never{};
  setitimer(ITIMER_REAL, &often, nullptr);
  FakeKdc lossy(silent(), answering(kAnswer)), dead(silent(), hanging());
  EXPECT_EQ(ask({lossy.name()}), kAnswer);
  EXPECT_EQ(why(ask({dead.name()}, kShort)), kSilence);
  setitimer(ITIMER_REAL, &never, nullptr);
  sigaction(SIGALRM, &before, nullptr);
}

}  // namespace
}  // namespace opensspi::authority
