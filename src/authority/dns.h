// Where a realm's servers are: the names that DNS has for a service (SRV, RFC 2782), and the
// addresses of a name, of /etc/hosts and of DNS. Other sources of NSS are not asked, since none has
// a deadline.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

#include "authority/race.h"

namespace opensspi::authority {

struct ServiceHost {
  std::string host;
  std::uint16_t port = 0;
};

class Resolver {
 public:
  // Whom /etc/resolv.conf names, and /etc/hosts.
  Resolver();
  Resolver(std::vector<Endpoint> name_servers, std::vector<std::string> search,
           std::string hosts_file)
      : name_servers_(std::move(name_servers)),
        search_(std::move(search)),
        hosts_file_(std::move(hosts_file)) {}

  // The hosts of a service such as _kerberos._udp.EXAMPLE.TEST, the preferred first; none when
  // nobody knows any.
  [[nodiscard]] std::vector<ServiceHost> services(const std::string& name,
                                                  std::chrono::milliseconds deadline) const;
  // Literal addresses; of a literal one itself.
  [[nodiscard]] std::vector<std::string> addresses(const std::string& host,
                                                   std::chrono::milliseconds deadline) const;

 private:
  // The answer, as it came; empty when there is none.
  [[nodiscard]] Bytes ask(const std::string& name, int type,
                          std::chrono::milliseconds deadline) const;
  [[nodiscard]] std::vector<std::string> hosts_in_file(const std::string& host) const;

  std::vector<Endpoint> name_servers_;
  std::vector<std::string> search_;  // for names without a dot
  std::string hosts_file_;
};

}  // namespace opensspi::authority
