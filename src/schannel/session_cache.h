// The sessions that a credential's clients can take up again, by the server's name: RFC 8446 C.4,
// RFC 5077. Windows: only for the same target and the same credential.
#pragma once

#include <list>
#include <memory>
#include <mutex>
#include <string>

#include "tls/session.h"

namespace opensspi::schannel {

// Any number of threads at once. Targets compare without case. Without a name a session could be
// anybody's: it is not kept.
class SessionCache {
 public:
  SessionCache();
  SessionCache(const SessionCache&) = delete;
  SessionCache& operator=(const SessionCache&) = delete;
  ~SessionCache();

  // Every credential of the process forgets its sessions with `target`; with any, when it is empty.
  static void forget(const std::string& target);

  // The newest that is not too old; null when there is none. One that is for once is gone then.
  std::shared_ptr<const tls::Resumption> take(const std::string& target);
  // The oldest makes room when there are too many.
  void put(const std::string& target, std::shared_ptr<const tls::Resumption> resumption);
  // It was no good.
  void drop(const tls::Resumption& resumption);

 private:
  struct Kept {
    std::string target;
    std::shared_ptr<const tls::Resumption> resumption;
  };

  std::mutex mutex_;
  std::list<Kept> newest_first_;
};

}  // namespace opensspi::schannel
