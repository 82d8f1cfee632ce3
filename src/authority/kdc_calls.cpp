// The order: what is named or found, datagrams before streams, and the proxy last.
#include "authority/kdc_calls.h"

#include <algorithm>
#include <charconv>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string_view>
#include <utility>

#include "asn1/der_reader.h"
#include "authority/https_post.h"
#include "authority/kkdcp.h"
#include "sspi/types.h"

namespace opensspi::authority {
namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

constexpr std::size_t kFrameWidth = 4;  // RFC 4120 7.2.2
// Calls of one kind: none may crowd the others out.
constexpr std::size_t kMostOfAKind = 6;
constexpr std::size_t kMostHosts = 12;  // that DNS names

struct Server {
  std::string host;
  std::uint16_t port = 0;
  bool datagrams = true, streams = true;
};

std::uint16_t default_port(KdcService service) {
  return service == KdcService::Tickets ? 88 : 464;  // RFC 4120 7.2.1, RFC 3244 2
}

// krb5.conf(5): host, host:port, [address]:port, with udp/ or tcp/ before it.
Server parse_server(std::string_view name, std::uint16_t port) {
  Server server{{}, port};
  if (name.starts_with("udp/")) server.streams = false;
  if (name.starts_with("tcp/")) server.datagrams = false;
  if (!server.streams || !server.datagrams) name.remove_prefix(4);
  const bool bracketed = name.starts_with('[');
  const std::size_t colon = bracketed ? name.find("]:") : name.find(':');
  // An address of IPv6 without brackets has colons, and no port.
  const bool has_port = colon != std::string_view::npos &&
                        (bracketed || name.find(':', colon + 1) == std::string_view::npos);
  if (has_port) {
    const std::size_t digits = colon + (bracketed ? 2 : 1);
    std::from_chars(name.data() + digits, name.data() + name.size(), server.port);
    name = name.substr(0, colon);
  }
  if (bracketed) name.remove_prefix(1);
  if (bracketed && name.ends_with(']')) name.remove_suffix(1);
  server.host = name;
  return server;
}

bool is_url(const std::string& name) {
  return name.find("://") != std::string::npos;
}

// RFC 4120 5.9.1: the number in a KRB-ERROR. Whatever it is, and what is none, is libkrb5's to say.
bool is_error(ByteView answer, std::uint32_t number) {
  asn1::DerReader sequence =
      asn1::DerReader(answer).enter(asn1::tag::application(30)).enter(asn1::tag::kSequence);
  while (!sequence.empty() && !sequence.next_is(asn1::tag::context(6))) sequence.skip();
  const std::uint32_t code = sequence.enter(asn1::tag::context(6)).u32();
  return sequence.ok() && code == number;
}

Verdict judge_datagram(ByteView answer) {
  constexpr std::uint32_t kResponseTooBig = 52;
  if (answer.empty()) return Verdict::PassOver;
  return is_error(answer, kResponseTooBig) ? Verdict::NeedsStream : Verdict::Take;
}

// With one who may say that it cannot answer for now, so that another is asked, as libkrb5 does.
class WithKdc final : public Conversation {
 public:
  explicit WithKdc(std::unique_ptr<Conversation> conversation)
      : conversation_(std::move(conversation)) {}

  Result<Bytes> begin() override { return conversation_->begin(); }
  Result<Turn> hear(ByteView arrived) override {
    TRY_ASSIGN(Turn turn, conversation_->hear(arrived));
    if (turn.answer) TRY(check_available(*turn.answer));
    return turn;
  }
  Result<Bytes> hear_end() override {
    TRY_ASSIGN(Bytes answer, conversation_->hear_end());
    TRY(check_available(answer));
    return answer;
  }

 private:
  static Result<void> check_available(ByteView answer) {
    constexpr std::uint32_t kServiceUnavailable = 29;
    if (!is_error(answer, kServiceUnavailable)) return {};
    return fail(Status::NoAuthenticatingAuthority, "the KDC cannot answer at the moment",
                nt_status::kNoLogonServers);
  }

  std::unique_ptr<Conversation> conversation_;
};

class Calls {
 public:
  Calls(const KdcRequest& request, const Resolver& resolver, milliseconds deadline)
      : request_(request), resolver_(resolver), end_(Clock::now() + deadline / 2) {}

  Result<std::vector<Call>> make() {
    const bool has_proxy = request_.proxy && !request_.proxy->server.empty();
    if (!has_proxy || !request_.proxy->forced) add_direct();
    if (has_proxy) TRY(add_proxy());
    if (calls_.empty()) {
      return fail(
          Status::NoAuthenticatingAuthority,
          named_ ? "the name of the realm's KDC has no address" : "no KDC of the realm is known",
          nt_status::kNoLogonServers);
    }
    return std::move(calls_);
  }

 private:
  void add_direct() {
    std::vector<Server> servers;
    for (const std::string& name : request_.servers.names) {
      if (!is_url(name)) servers.push_back(parse_server(name, default_port(request_.service)));
    }
    if (request_.servers.names.empty() && request_.servers.look_up) servers = look_up();
    named_ = !request_.servers.names.empty() || !servers.empty();
    // RFC 3244 2: who changes a password twice is refused the second time, so it is asked over what
    // tells first whether anybody listens.
    const bool streams_first =
        request_.stream_first || request_.service == KdcService::PasswordChanges;
    add_plain(servers, !streams_first);
    add_plain(servers, streams_first);
    for (const std::string& name : request_.servers.names) {
      const auto address = is_url(name) ? parse_proxy_url(name) : no_address();
      if (address) add_https(*address, request_.servers.anchors);
    }
  }

  static Result<ProxyAddress> no_address() { return fail(Status::InvalidParameter, ""); }

  Result<void> add_proxy() {
    if (!request_.proxy->client_tls_credential.empty()) {
      return fail(Status::UnsupportedFunction,
                  "this version shows no certificate of the client's to a KDC proxy");
    }
    TRY_ASSIGN(const ProxyAddress address, parse_proxy_name(request_.proxy->server));
    named_ = true;
    add_https(address, request_.servers.anchors);
    return {};
  }

  std::vector<Server> look_up() {
    const std::string service =
        request_.service == KdcService::Tickets ? "_kerberos." : "_kpasswd.";
    std::vector<Server> servers;
    for (const bool datagrams : {true, false}) {
      const std::string name = service + (datagrams ? "_udp." : "_tcp.") + request_.realm;
      for (ServiceHost& found : resolver_.services(name, left())) {
        if (servers.size() == kMostHosts) break;
        servers.push_back({std::move(found.host), found.port, datagrams, !datagrams});
      }
    }
    return servers;
  }

  void add_plain(const std::vector<Server>& servers, bool datagrams) {
    std::size_t count = 0;
    for (const Server& server : servers) {
      if (!(datagrams ? server.datagrams : server.streams)) continue;
      for (std::string& address : addresses(server.host)) {
        if (count++ == kMostOfAKind) return;
        add({std::move(address), server.port}, datagrams, [this_request = &request_, datagrams] {
          return datagrams ? speak_in_datagrams(copy(this_request->message), judge_datagram)
                           : speak_in_frames(this_request->message, kFrameWidth);
        });
      }
    }
  }

  void add_https(const ProxyAddress& server, const std::vector<std::string>& anchors) {
    const std::string header =
        (server.host.find(':') == std::string::npos ? server.host : '[' + server.host + ']') + ':' +
        std::to_string(server.port);
    Post post{.host = server.host,
              .path = server.path,
              .host_header = header,
              .content_type = "application/kerberos",
              .body = write_proxy_message(request_.realm, request_.message),
              .anchors = anchors,
              .read = [realm = request_.realm](ByteView body) {
                return parse_proxy_message(realm, body);
              }};
    for (std::string& address : addresses(server.host)) {
      add({std::move(address), server.port}, false, [post] { return speak_https(post); });
    }
  }

  // Who was told of a change of a password is the only one.
  void add(Endpoint endpoint, bool datagrams,
           std::function<std::unique_ptr<Conversation>()> converse) {
    if (request_.service == KdcService::Tickets) {
      converse = [converse = std::move(converse)] { return std::make_unique<WithKdc>(converse()); };
    }
    calls_.push_back({std::move(endpoint), datagrams, std::move(converse)});
  }

  // Each name is looked up once.
  std::vector<std::string> addresses(const std::string& host) {
    auto [found, is_new] = addresses_.try_emplace(host);
    if (is_new) found->second = resolver_.addresses(host, left());
    return found->second;
  }

  [[nodiscard]] milliseconds left() const {
    return std::max(std::chrono::ceil<milliseconds>(end_ - Clock::now()), milliseconds(0));
  }

  const KdcRequest& request_;
  const Resolver& resolver_;
  Clock::time_point end_;
  std::map<std::string, std::vector<std::string>> addresses_;
  bool named_ = false;
  std::vector<Call> calls_;
};

}  // namespace

Result<std::vector<Call>> calls_for(const KdcRequest& request, const Resolver& resolver,
                                    milliseconds deadline) {
  return Calls(request, resolver, deadline).make();
}

}  // namespace opensspi::authority
