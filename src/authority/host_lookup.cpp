// getaddrinfo(3).
#include "authority/host_lookup.h"

#include <netdb.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <memory>

namespace opensspi::authority {
namespace {

std::string numeric(const addrinfo& entry) {
  std::array<char, NI_MAXHOST> text{};
  const int error = getnameinfo(entry.ai_addr, entry.ai_addrlen, text.data(), text.size(), nullptr,
                                0, NI_NUMERICHOST);
  return error == 0 ? text.data() : "";
}

}  // namespace

Result<HostAddresses> look_up_host(const std::string& host) {
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_CANONNAME;
  addrinfo* found = nullptr;
  const int error = getaddrinfo(host.c_str(), nullptr, &hints, &found);
  if (error == EAI_MEMORY) return fail(Status::InsufficientMemory, "no memory to resolve a name");
  if (error == EAI_AGAIN) {
    return fail(Status::NoAuthenticatingAuthority, "no name server answers", 0, error);
  }
  if (error != 0) return fail(Status::TargetUnknown, "there is no host of that name", 0, error);
  const std::unique_ptr<addrinfo, decltype(&freeaddrinfo)> list(found, freeaddrinfo);
  HostAddresses result;
  result.canonical_name = found->ai_canonname != nullptr ? found->ai_canonname : host;
  for (const addrinfo* entry = found; entry != nullptr; entry = entry->ai_next) {
    std::string address = numeric(*entry);
    if (std::ranges::find(result.addresses, address) == result.addresses.end()) {
      result.addresses.push_back(std::move(address));
    }
  }
  return result;
}

}  // namespace opensspi::authority
