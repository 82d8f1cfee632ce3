// A name server on the loopback, one that lies, one that is silent, and /etc/hosts.
#include "authority/dns.h"

#include <gtest/gtest.h>
#include <stdlib.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "authority/kdc_transport.h"
#include "fake_kdc.h"

namespace opensspi::authority {
namespace {

using std::chrono::milliseconds;
using test::FakeKdc;
using test::Peer;

constexpr milliseconds kLong{20'000}, kShort{60};
constexpr std::uint16_t kA = 1, kAaaa = 28, kSrv = 33;  // RFC 1035 3.2.2, RFC 3596, RFC 2782

Bytes labels(std::string name) {
  Writer out;
  name += '.';
  for (std::size_t begin = 0, end = 0; (end = name.find('.', begin)) != std::string::npos;
       begin = end + 1) {
    out.u8(static_cast<std::uint8_t>(end - begin)).bytes(view(name.substr(begin, end - begin)));
  }
  return out.u8(0).take();
}

Bytes srv(std::uint16_t priority, std::uint16_t weight, std::uint16_t port,
          const std::string& host) {
  return Writer().u16_be(priority).u16_be(weight).u16_be(port).bytes(labels(host)).take();
}

// A zone: the records of a question.
class Zone {
 public:
  void add(const std::string& name, std::uint16_t type, Bytes data) {
    records_[{labels(name), type}].push_back(std::move(data));
  }

  // `change` of its id and flags: 0 and 0x8180 are an honest answer.
  [[nodiscard]] Bytes answer(ByteView question, std::uint16_t change_id = 0,
                             std::uint16_t flags = 0x8180) const {
    constexpr std::size_t kHeader = 12, kTypeAndClass = 4;
    const Bytes name = copy(question.subspan(kHeader, question.size() - kHeader - kTypeAndClass));
    Reader type(question.subspan(question.size() - kTypeAndClass));
    const auto found = records_.find({name, type.u16_be()});
    const auto records = found == records_.end() ? std::vector<Bytes>() : found->second;
    Writer out;
    out.u16_be(static_cast<std::uint16_t>(Reader(question).u16_be() ^ change_id)).u16_be(flags);
    out.u16_be(1).u16_be(static_cast<std::uint16_t>(records.size())).u32_be(0);
    out.bytes(question.subspan(kHeader));
    for (const Bytes& data : records) {
      constexpr std::uint16_t kNameAbove = 0xC00C, kIn = 1;
      out.u16_be(kNameAbove).u16_be(Reader(question.subspan(question.size() - 4)).u16_be());
      out.u16_be(kIn).u32_be(60).u16_be(static_cast<std::uint16_t>(data.size())).bytes(data);
    }
    return out.take();
  }

 private:
  std::map<std::pair<Bytes, std::uint16_t>, std::vector<Bytes>> records_;
};

class Dns : public testing::Test {
 protected:
  Dns() {
    std::string name = std::filesystem::temp_directory_path() / "opensspi-dns-XXXXXX";
    if (mkdtemp(name.data()) == nullptr) abort();
    folder_ = name;
    zone_.add("_kerberos._udp.EXAMPLE.TEST", kSrv, srv(10, 0, 88, "last.example.test"));
    zone_.add("_kerberos._udp.EXAMPLE.TEST", kSrv, srv(5, 1, 89, "second.example.test"));
    zone_.add("_kerberos._udp.EXAMPLE.TEST", kSrv, srv(5, 9, 90, "first.example.test"));
    zone_.add("_kerberos._udp.NONE.TEST", kSrv, srv(0, 0, 0, ""));
    zone_.add("kdc.example.test", kA, {127, 0, 0, 2});
    zone_.add("kdc.example.test", kA, {127, 0, 0, 3});
    Bytes v6(16);
    v6.back() = 1;
    zone_.add("kdc.example.test", kAaaa, v6);
    zone_.add("cut.example.test", kA, {127, 0});
  }
  ~Dns() override { std::filesystem::remove_all(folder_); }

  Resolver resolver(const FakeKdc& server, std::vector<std::string> search = {}) const {
    return {{{"127.0.0.1", server.port()}}, std::move(search), folder_ / "hosts"};
  }
  FakeKdc::OnDatagram honest() const {
    return [this](ByteView question) { return zone_.answer(question); };
  }
  static std::vector<std::string> texts(const std::vector<ServiceHost>& hosts) {
    std::vector<std::string> texts;
    for (const auto& [host, port] : hosts) texts.push_back(host + ':' + std::to_string(port));
    return texts;
  }

  using Texts = std::vector<std::string>;
  Zone zone_;
  std::filesystem::path folder_;
};

TEST_F(Dns, GivesAServicesHostsInTheirOrder) {
  FakeKdc server(honest());
  EXPECT_EQ(texts(resolver(server).services("_kerberos._udp.EXAMPLE.TEST", kLong)),
            (Texts{"first.example.test:90", "second.example.test:89", "last.example.test:88"}));
  EXPECT_TRUE(resolver(server).services("_kerberos._tcp.EXAMPLE.TEST", kLong).empty());
  EXPECT_TRUE(resolver(server).services("_kerberos._udp.NONE.TEST", kLong).empty());
}

TEST_F(Dns, GivesAddressesOfBothKinds) {
  FakeKdc server(honest());
  EXPECT_EQ(resolver(server).addresses("kdc.example.test", kLong),
            (Texts{"127.0.0.2", "127.0.0.3", "::1"}));
  EXPECT_EQ(resolver(server, {"other.test", "example.test"}).addresses("kdc", kLong),
            (Texts{"127.0.0.2", "127.0.0.3", "::1"}));
  EXPECT_TRUE(resolver(server).addresses("nobody.example.test", kLong).empty());
  EXPECT_TRUE(resolver(server).addresses("cut.example.test", kLong).empty());
}

TEST_F(Dns, AsksNobodyForLiteralAddressesAndWhatTheFileHas) {
  FakeKdc server(test::silent());
  std::ofstream(folder_ / "hosts") << "# comment\n127.0.0.9 other # kdc.example.test\n\n"
                                      "127.0.0.7\tKDC.example.test kdc\n::1 kdc.example.test\n"
                                      "nonsense kdc.example.test\n";
  EXPECT_EQ(resolver(server).addresses("kdc.example.test", kLong), (Texts{"127.0.0.7", "::1"}));
  EXPECT_EQ(resolver(server).addresses("192.0.2.1", kLong), Texts{"192.0.2.1"});
  EXPECT_EQ(resolver(server).addresses("2001:db8::1", kLong), Texts{"2001:db8::1"});
  EXPECT_EQ(server.asked(), 0);
}

// RFC 1035 4.2.1
TEST_F(Dns, GoesToAStreamForWhatWasCutOff) {
  FakeKdc server(
      [](ByteView question) { return Zone().answer(question, 0, 0x8380); },
      [this](const Peer& peer) {
        const Bytes size = peer.receive_exactly(2);
        const Bytes question = peer.receive_exactly(Reader(size).u16_be());
        const Bytes answer = zone_.answer(question);
        peer.send_all(
            Writer().u16_be(static_cast<std::uint16_t>(answer.size())).bytes(answer).view());
      });
  EXPECT_EQ(resolver(server).addresses("kdc.example.test", kLong),
            (Texts{"127.0.0.2", "127.0.0.3", "::1"}));
}

TEST_F(Dns, PassesOverWhatAnswersNoQuestionOfItsOwn) {
  Zone forged;
  forged.add("kdc.example.test", kA, {127, 0, 0, 66});
  FakeKdc wrong_id([&](ByteView question) { return forged.answer(question, 1); });
  EXPECT_TRUE(resolver(wrong_id).addresses("kdc.example.test", kShort).empty());
  FakeKdc other_name([&](ByteView question) {
    Bytes answer = forged.answer(question);
    answer[13] = 'x';
    return answer;
  });
  EXPECT_TRUE(resolver(other_name).addresses("kdc.example.test", kShort).empty());
  FakeKdc refusing([&](ByteView question) { return forged.answer(question, 0, 0x8185); });
  EXPECT_TRUE(resolver(refusing).addresses("kdc.example.test", kShort).empty());
}

TEST_F(Dns, IsNotHeldBySilenceOrNonsense) {
  FakeKdc silent(test::silent(), test::hanging());
  EXPECT_TRUE(resolver(silent).addresses("kdc.example.test", kShort).empty());
  for (const std::size_t cut : {1U, 11U, 12U, 40U, 50U}) {
    FakeKdc nonsense([&](ByteView question) {
      Bytes answer = zone_.answer(question);
      answer.resize(std::min(cut, answer.size()));
      return answer;
    });
    EXPECT_TRUE(resolver(nonsense).addresses("kdc.example.test", kShort).empty()) << cut;
  }
  FakeKdc looping([&](ByteView question) {
    // The target of a record points at itself: behind header, question, record and its numbers.
    const auto at = static_cast<std::uint16_t>(question.size() + 12 + 6);
    Zone loop;
    loop.add("_kerberos._udp.EXAMPLE.TEST", kSrv,
             Writer().u16_be(0).u16_be(0).u16_be(88).u16_be(0xC000 | at).take());
    return loop.answer(question);
  });
  EXPECT_TRUE(resolver(looping).services("_kerberos._udp.EXAMPLE.TEST", kShort).empty());
}

// The whole way: a realm that only DNS knows.
TEST_F(Dns, LeadsToTheKdcsOfARealm) {
  const Bytes answer{7, 7};
  FakeKdc kdc(test::saying(answer), test::answering(answer));
  zone_.add("_kerberos._tcp.FOUND.TEST", kSrv, srv(0, 0, kdc.port(), "found.test"));
  zone_.add("_kpasswd._udp.FOUND.TEST", kSrv, srv(0, 0, kdc.port(), "found.test"));
  zone_.add("found.test", kA, {127, 0, 0, 1});
  FakeKdc server(honest());
  NetworkKdcTransport transport([] { return kLong; },
                                {.resolver = [&] { return resolver(server); }});
  KdcRequest request;
  request.realm = "FOUND.TEST";
  request.message = answer;
  EXPECT_EQ(transport.exchange(request), answer);
  EXPECT_EQ(kdc.datagrams(), 0);
  request.service = KdcService::PasswordChanges;
  EXPECT_EQ(transport.exchange(request), answer);
  EXPECT_EQ(kdc.datagrams(), 1);
  request.realm = "UNKNOWN.TEST";
  EXPECT_STREQ(transport.exchange(request).error().why, "no KDC of the realm is known");
  const int asked = server.asked();
  EXPECT_STREQ(transport.exchange(request).error().why, "no KDC of the realm is known");
  EXPECT_GT(server.asked(), asked);  // it was no silence
}

}  // namespace
}  // namespace opensspi::authority
