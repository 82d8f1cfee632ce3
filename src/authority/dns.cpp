// Questions are made and answers read by libresolv; they are sent here, since its own sending
// counts in whole seconds for each server and each attempt.
#include "authority/dns.h"

#include <arpa/inet.h>
#include <arpa/nameser.h>
#include <netinet/in.h>
#include <resolv.h>

#include <algorithm>
#include <array>
#include <fstream>
#include <sstream>
#include <tuple>
#include <utility>

#include "base/utf16.h"

namespace opensspi::authority {
namespace {

using std::chrono::milliseconds;

constexpr std::size_t kFrameWidth = 2;     // RFC 1035 4.2.2
constexpr std::size_t kMostAddresses = 8;  // of one name

std::string text_of(int family, const void* address) {
  std::array<char, INET6_ADDRSTRLEN> text{};
  return inet_ntop(family, address, text.data(), text.size()) == nullptr ? "" : text.data();
}

bool is_literal(const std::string& host) {
  std::array<std::uint8_t, sizeof(in6_addr)> address{};
  return inet_pton(AF_INET, host.c_str(), address.data()) == 1 ||
         inet_pton(AF_INET6, host.substr(0, host.find('%')).c_str(), address.data()) == 1;
}

// The question, or nothing for what is no name.
Bytes question(const std::string& name, int type) {
  struct __res_state state {};
  if (res_ninit(&state) != 0) return {};
  Bytes message(NS_PACKETSZ);
  const int size = res_nmkquery(&state, ns_o_query, name.c_str(), ns_c_in, type, nullptr, 0,
                                nullptr, message.data(), static_cast<int>(message.size()));
  res_nclose(&state);
  message.resize(size < 0 ? 0 : static_cast<std::size_t>(size));
  return message;
}

// An answer to another question than was asked: whoever guesses neither number nor name is passed
// over. RFC 5452 9.1
Judge answers(const Bytes& asked) {
  return [asked](ByteView answer) {
    constexpr std::size_t kIdSize = 2;
    if (answer.size() < asked.size() ||
        !equal(answer.first(kIdSize), ByteView(asked).first(kIdSize)) ||
        !std::ranges::equal(answer.subspan(NS_HFIXEDSZ, asked.size() - NS_HFIXEDSZ),
                            ByteView(asked).subspan(NS_HFIXEDSZ))) {
      return Verdict::PassOver;
    }
    // A server that cannot or will not say leaves it to the others.
    constexpr std::uint8_t kResponse = 0x80, kCode = 0x0F;
    const int code = answer[3] & kCode;
    if ((answer[2] & kResponse) == 0 || (code != ns_r_noerror && code != ns_r_nxdomain)) {
      return Verdict::PassOver;
    }
    constexpr std::uint8_t kTruncated = 0x02;
    return (answer[2] & kTruncated) != 0 ? Verdict::NeedsStream : Verdict::Take;
  };
}

// Gives each resource record of that type to `take`.
template <class Take>
void for_each_record(const Bytes& answer, ns_type type, Take&& take) {
  ns_msg message{};
  if (ns_initparse(answer.data(), static_cast<int>(answer.size()), &message) != 0) return;
  for (int i = 0; i < ns_msg_count(message, ns_s_an); ++i) {
    ns_rr record{};
    if (ns_parserr(&message, ns_s_an, i, &record) != 0) return;
    if (ns_rr_type(record) == type) {
      take(message, ByteView(ns_rr_rdata(record), ns_rr_rdlen(record)));
    }
  }
}

}  // namespace

Resolver::Resolver() : hosts_file_("/etc/hosts") {
  struct __res_state state {};
  if (res_ninit(&state) != 0) return;
  for (int i = 0; i < state.nscount; ++i) {
    const sockaddr_in& v4 = state.nsaddr_list[i];
    const sockaddr_in6* v6 = state._u._ext.nsaddrs[i];
    if (v4.sin_family == AF_INET) {
      name_servers_.push_back({text_of(AF_INET, &v4.sin_addr), ntohs(v4.sin_port)});
    } else if (v6 != nullptr) {
      name_servers_.push_back({text_of(AF_INET6, &v6->sin6_addr), ntohs(v6->sin6_port)});
    }
  }
  for (const char* domain : state.dnsrch) {
    if (domain == nullptr) break;
    search_.emplace_back(domain);
  }
  res_nclose(&state);
}

Bytes Resolver::ask(const std::string& name, int type, milliseconds deadline) const {
  const Bytes asked = question(name, type);
  if (asked.empty()) return {};
  std::vector<Call> calls;
  for (const bool datagrams : {true, false}) {
    for (const Endpoint& server : name_servers_) {
      calls.push_back({server, datagrams, [&asked, datagrams] {
                         return datagrams ? speak_in_datagrams(asked, answers(asked))
                                          : speak_in_frames(asked, kFrameWidth);
                       }});
    }
  }
  return race(calls, deadline).answer.value_or(Bytes());
}

std::vector<ServiceHost> Resolver::services(const std::string& name, milliseconds deadline) const {
  using Ranked = std::tuple<std::uint16_t, int, ServiceHost>;
  std::vector<Ranked> found;
  for_each_record(
      ask(name, ns_t_srv, deadline), ns_t_srv, [&](const ns_msg& message, ByteView data) {
        constexpr std::size_t kPriority = 0, kWeight = 2, kPort = 4, kTarget = 6;
        if (data.size() <= kTarget) return;
        std::array<char, NS_MAXDNAME> host{};
        if (dn_expand(ns_msg_base(message), ns_msg_end(message), data.data() + kTarget, host.data(),
                      host.size()) < 0) {
          return;
        }
        const auto number = [&](std::size_t at) { return ns_get16(data.data() + at); };
        // RFC 2782: the root alone says that there is no such service.
        if (host.front() == '\0' || std::string_view(host.data()) == ".") return;
        found.emplace_back(number(kPriority), -static_cast<int>(number(kWeight)),
                           ServiceHost{host.data(), static_cast<std::uint16_t>(number(kPort))});
      });
  std::ranges::stable_sort(found, {}, [](const Ranked& ranked) {
    return std::pair(std::get<0>(ranked), std::get<1>(ranked));
  });
  std::vector<ServiceHost> hosts;
  for (Ranked& ranked : found) hosts.push_back(std::move(std::get<2>(ranked)));
  return hosts;
}

std::vector<std::string> Resolver::hosts_in_file(const std::string& host) const {
  std::vector<std::string> addresses;
  std::ifstream file(hosts_file_);
  for (std::string line; std::getline(file, line);) {
    std::istringstream words(line.substr(0, line.find('#')));
    std::string address, name;
    words >> address;
    while (words >> name) {
      if (same_name(name, host) && is_literal(address)) addresses.push_back(address);
    }
  }
  return addresses;
}

std::vector<std::string> Resolver::addresses(const std::string& host, milliseconds deadline) const {
  if (is_literal(host)) return {host};
  std::vector<std::string> found = hosts_in_file(host);
  if (!found.empty()) return found;
  const auto end = std::chrono::steady_clock::now() + deadline;
  std::vector<std::string> names;
  if (host.find('.') == std::string::npos) {
    for (const std::string& domain : search_) names.push_back(host + '.' + domain);
  }
  names.push_back(host);
  for (const std::string& name : names) {
    for (const auto type : {ns_t_a, ns_t_aaaa}) {
      const int family = type == ns_t_a ? AF_INET : AF_INET6;
      const auto left = end - std::chrono::steady_clock::now();
      const std::size_t size = family == AF_INET ? sizeof(in_addr) : sizeof(in6_addr);
      for_each_record(ask(name, type, std::chrono::ceil<milliseconds>(left)), type,
                      [&](const ns_msg&, ByteView data) {
                        if (data.size() != size || found.size() == kMostAddresses) return;
                        found.push_back(text_of(family, data.data()));
                      });
    }
    if (!found.empty()) return found;
  }
  return found;
}

}  // namespace opensspi::authority
