// KDC proxies on the loopback: one that works, and those that are not to be trusted, refuse, talk
// nonsense, hang up or never end.
#include <gtest/gtest.h>
#include <stdlib.h>

#include <filesystem>
#include <fstream>
#include <memory>
#include <string>
#include <utility>

#include "authority/kdc_transport.h"
#include "authority/kkdcp.h"
#include "fake_kdc.h"
#include "sspi/types.h"
#include "support/tls_loopback.h"
#include "x509/trust.h"

namespace opensspi::authority {
namespace {

using std::chrono::milliseconds;
using test::FakeKdc;
using test::Peer;

constexpr milliseconds kLong{20'000}, kShort{200};
const Bytes kQuestion{1, 2, 3}, kAnswer{4, 5, 6, 7};

// A server's end of a TLS connection.
class TlsPeer {
 public:
  TlsPeer(const Peer& peer, std::shared_ptr<const tls::Parameters> parameters)
      : peer_(peer), session_(*tls::Session::server(std::move(parameters))) {}

  // False when the client leaves.
  bool shake_hands() {
    for (;;) {
      const Bytes more = peer_.receive();
      if (more.empty()) return false;
      append(arrived_, more);
      const tls::HandshakeStep step = session_->handshake(arrived_);
      peer_.send_all(step.token);
      if (!step.done) return false;
      if (step.missing == 0) arrived_.erase(arrived_.begin(), arrived_.end() - unread(step));
      if (*step.done) return true;
    }
  }

  // What the client sends until its body is there; empty when it leaves before.
  std::string receive_request() {
    std::string request;
    for (;;) {
      const auto record = session_->open_record(arrived_);
      if (!record) return {};
      if (record->kind == tls::OpenedRecord::Kind::Incomplete) {
        const Bytes more = peer_.receive();
        if (more.empty()) return {};
        append(arrived_, more);
        continue;
      }
      request.append(record->data.begin(), record->data.end());
      arrived_.erase(arrived_.begin(),
                     arrived_.begin() + static_cast<std::ptrdiff_t>(record->consumed));
      if (request.find("\r\n\r\n") != std::string::npos) return request;
    }
  }

  bool send_text(const std::string& text) {
    Bytes sealed;
    return session_->seal_to(sealed, view(text)) && peer_.send_all(sealed);
  }
  void close_tls() { peer_.send_all(*session_->alert(1, 0)); }

 private:
  static std::ptrdiff_t unread(const tls::HandshakeStep& step) {
    return static_cast<std::ptrdiff_t>(step.unread);
  }

  const Peer& peer_;
  std::unique_ptr<tls::Session> session_;
  Bytes arrived_;
};

std::string http(const std::string& body, const std::string& status = "200 OK") {
  return "HTTP/1.1 " + status + "\r\nServer: a\r\ncontent-length:  " + std::to_string(body.size()) +
         "\r\n\r\n" + body;
}

std::string text(const Bytes& bytes) {
  return {bytes.begin(), bytes.end()};
}

const test::Issued& authority() {
  static const test::Issued made = test::issue_authority("authority");
  return made;
}

test::Issued certificate_for(const std::string& names, int last_day = 30) {
  return test::issue({.issuer = &authority(),
                      .extensions = {{NID_subject_alt_name, names}},
                      .first_day = -10,
                      .last_day = last_day});
}

const test::Issued& good_certificate() {
  static const test::Issued made = certificate_for("IP:127.0.0.1,DNS:proxy.test");
  return made;
}

class HttpsProxy : public testing::Test {
 protected:
  HttpsProxy() {
    std::string name = std::filesystem::temp_directory_path() / "opensspi-https-XXXXXX";
    if (mkdtemp(name.data()) == nullptr) abort();
    folder_ = name;
    std::ofstream(folder_ / "ca.pem") << text(authority().certificate_pem());
    anchors_ = {"FILE:/nonexistent", "FILE:" + (folder_ / "ca.pem").string()};
    std::ofstream(folder_ / "hosts") << "127.0.0.1 proxy.test\n";
  }
  ~HttpsProxy() override { std::filesystem::remove_all(folder_); }

  static FakeKdc::OnStream serving(const test::Issued& certificate,
                                   std::function<void(TlsPeer&)> talk) {
    tls::Options options;
    options.key_pairs = {std::make_shared<x509::KeyPair>(certificate.key_pair())};
    return
        [parameters = *tls::Parameters::server(options), talk = std::move(talk)](const Peer& peer) {
          TlsPeer tls_peer(peer, parameters);
          if (tls_peer.shake_hands()) talk(tls_peer);
        };
  }
  // One that says this to every request.
  static std::unique_ptr<FakeKdc> saying(const std::string& response) {
    return std::make_unique<FakeKdc>(test::silent(),
                                     serving(good_certificate(), [response](TlsPeer& peer) {
                                       if (peer.receive_request().empty()) return;
                                       peer.send_text(response);
                                     }));
  }

  [[nodiscard]] Result<Bytes> ask(const FakeKdc& proxy, milliseconds deadline = kLong,
                                  const std::string& host = "127.0.0.1") const {
    return ask("https://" + host + ':' + std::to_string(proxy.port()) + "/KdcProxy", deadline);
  }
  [[nodiscard]] Result<Bytes> ask(const std::string& url, milliseconds deadline) const {
    NetworkKdcTransport transport([deadline] { return deadline; }, {.resolver = [this] {
                                    return Resolver({}, {}, folder_ / "hosts");
                                  }});
    KdcRequest request;
    request.realm = "EXAMPLE.TEST";
    request.servers.names = {url};
    request.servers.anchors = anchors_;
    request.message = kQuestion;
    return transport.exchange(request);
  }
  static std::string why(const Result<Bytes>& answer) {
    if (answer) return "";
    EXPECT_EQ(answer.error().status, Status::NoAuthenticatingAuthority);
    return answer.error().why;
  }

  const std::string body_ = text(write_proxy_message("EXAMPLE.TEST", kAnswer));
  std::filesystem::path folder_;
  std::vector<std::string> anchors_;
};

TEST_F(HttpsProxy, CarriesAMessage) {
  std::string request;
  FakeKdc proxy(test::silent(), serving(good_certificate(), [&](TlsPeer& peer) {
                  request = peer.receive_request();
                  peer.send_text(http(body_));
                }));
  EXPECT_EQ(ask(proxy), kAnswer);
  const std::string port = std::to_string(proxy.port());
  const std::string asked = text(write_proxy_message("EXAMPLE.TEST", kQuestion));
  EXPECT_EQ(request, "POST /KdcProxy HTTP/1.0\r\nHost: 127.0.0.1:" + port +
                         "\r\nContent-Type: application/kerberos\r\nContent-Length: " +
                         std::to_string(asked.size()) + "\r\nCache-Control: no-cache\r\n\r\n" +
                         asked);
  EXPECT_EQ(ask(proxy, kLong, "proxy.test"), kAnswer);
}

TEST_F(HttpsProxy, MayEndItsAnswerByClosing) {
  const std::string without_length = "HTTP/1.0 200 OK\r\n\r\n" + body_;
  EXPECT_EQ(ask(*saying(without_length)), kAnswer);
  FakeKdc polite(test::silent(), serving(good_certificate(), [&](TlsPeer& peer) {
                   static_cast<void>(peer.receive_request());
                   for (const char c : without_length) peer.send_text({&c, 1});
                   peer.close_tls();
                 }));
  EXPECT_EQ(ask(polite), kAnswer);
}

TEST_F(HttpsProxy, IsNotTrustedWithoutTheRightCertificate) {
  const std::string distrust =
      "the KDC proxy's certificate is not to be trusted (trust status in figure)";
  int requests = 0;
  const auto count = [&](TlsPeer& peer) { requests += peer.receive_request().empty() ? 0 : 1; };
  FakeKdc other_name(test::silent(), serving(certificate_for("DNS:other.test"), count));
  EXPECT_EQ(why(ask(other_name)), distrust);
  FakeKdc expired(test::silent(), serving(certificate_for("IP:127.0.0.1", -1), count));
  EXPECT_EQ(why(ask(expired)), distrust);
  EXPECT_EQ(ask(expired).error().value & x509::trust_error::kNotTimeValid,
            x509::trust_error::kNotTimeValid);
  FakeKdc good(test::silent(), serving(good_certificate(), count));
  anchors_ = {"FILE:/nonexistent"};
  EXPECT_EQ(why(ask(good)), distrust);
  anchors_ = {};  // the system's
  EXPECT_EQ(why(ask(good)), distrust);
  EXPECT_EQ(requests, 0);
}

TEST_F(HttpsProxy, MayRefuse) {
  Result<Bytes> answer = ask(*saying(http("", "503 Service Unavailable")));
  EXPECT_EQ(why(answer), "the KDC proxy reaches no KDC of the realm (the figure is HTTP's status)");
  EXPECT_EQ(answer.error().value, 503);
  answer = ask(*saying(http("", "403 Forbidden")));
  EXPECT_EQ(why(answer),
            "the KDC proxy lets this client ask nothing (the figure is HTTP's status)");
  EXPECT_EQ(answer.error().value, 403);
  EXPECT_EQ(why(ask(*saying(http("", "404 Not Found")))),
            "the KDC proxy has nothing at that path (HTTP status 404)");
  EXPECT_EQ(why(ask(*saying(http("", "302 Found")))),
            "the KDC proxy refused the message (the figure is HTTP's status)");
}

TEST_F(HttpsProxy, MayTellThatAKdcCannotAnswer) {
  const std::string body = text(write_proxy_message("EXAMPLE.TEST", test::krb_error(29)));
  for (const std::string& response : {http(body), "HTTP/1.0 200 OK\r\n\r\n" + body}) {
    EXPECT_EQ(why(ask(*saying(response))), "the KDC cannot answer at the moment");
  }
}

TEST_F(HttpsProxy, MayTalkNonsense) {
  const std::string no_http = "the KDC proxy does not speak HTTP";
  EXPECT_EQ(why(ask(*saying("220 ready\r\n\r\n"))), no_http);
  EXPECT_EQ(why(ask(*saying("HTTP/1.1 200 OK\r\n"))), no_http);
  EXPECT_EQ(why(ask(*saying("HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\n"))), no_http);
  EXPECT_EQ(why(ask(*saying(http("\x30\x03")))), "the KDC proxy's answer is not well-formed");
  EXPECT_EQ(why(ask(*saying(http(text(write_proxy_message("OTHER.TEST", kAnswer)))))),
            "the KDC proxy's answer is another realm's");
  EXPECT_EQ(why(ask(*saying("HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n" + body_))),
            "the KDC proxy hung up before its answer");
  EXPECT_EQ(why(ask(*saying("HTTP/1.1 200 OK\r\nContent-Length: 99999999999\r\n\r\n"))),
            "the KDC proxy's answer is longer than any");
  FakeKdc plain(test::silent(), [](const Peer& peer) {
    static_cast<void>(peer.receive());
    peer.send_all(view("HTTP/1.0 400 Bad Request\r\n\r\n"));
  });
  EXPECT_EQ(why(ask(plain)), "the KDC proxy and this machine agree on no TLS");
}

TEST_F(HttpsProxy, MayNeverEnd) {
  const std::string much(16000, 'a');
  FakeKdc endless(test::silent(), serving(good_certificate(), [&](TlsPeer& peer) {
                    static_cast<void>(peer.receive_request());
                    peer.send_text("HTTP/1.1 200 OK\r\n\r\n");
                    while (peer.send_text(much)) {
                    }
                  }));
  EXPECT_EQ(why(ask(endless)), "the KDC proxy's answer is longer than any");
  FakeKdc endless_head(test::silent(), serving(good_certificate(), [&](TlsPeer& peer) {
                         static_cast<void>(peer.receive_request());
                         while (peer.send_text(much)) {
                         }
                       }));
  EXPECT_EQ(why(ask(endless_head)), "the KDC proxy does not speak HTTP");
  FakeKdc silent(test::silent(), serving(good_certificate(), [](TlsPeer& peer) {
                   static_cast<void>(peer.receive_request());
                   static_cast<void>(peer.receive_request());
                 }));
  EXPECT_EQ(why(ask(silent, kShort)), "no KDC of the realm answers");
  FakeKdc mute(test::silent(), test::hanging());
  EXPECT_EQ(why(ask(mute, kShort)), "no KDC of the realm answers");
}

// The credential's own proxy, beside what krb5.conf names.
TEST_F(HttpsProxy, OfACredential) {
  FakeKdc dead(test::silent(), test::hanging()), kdc(test::saying({9}));
  const auto proxy = saying(http(body_));
  NetworkKdcTransport transport([] { return kLong; },
                                {.resolver = [this] { return Resolver({}, {}, folder_ / "hosts"); },
                                 .patience = milliseconds(20)});
  KdcRequest request;
  request.realm = "EXAMPLE.TEST";
  request.servers = {{kdc.name()}, false, anchors_};
  request.message = kQuestion;
  request.proxy = KdcProxy{"proxy.test:" + std::to_string(proxy->port()), false, {}};
  EXPECT_EQ(transport.exchange(request), Bytes{9});
  EXPECT_EQ(proxy->streams(), 0);
  request.servers.names = {dead.name()};
  EXPECT_EQ(transport.exchange(request), kAnswer);
  request.servers.names = {kdc.name()};
  request.proxy->forced = true;
  const int asked = kdc.asked();
  EXPECT_EQ(transport.exchange(request), kAnswer);
  EXPECT_EQ(kdc.asked(), asked);
  request.proxy->client_tls_credential = {1};
  EXPECT_EQ(transport.exchange(request).error().status, Status::UnsupportedFunction);
  request.proxy = KdcProxy{"a:b", true, {}};
  EXPECT_EQ(transport.exchange(request).error().status, Status::InvalidParameter);
}

}  // namespace
}  // namespace opensspi::authority
