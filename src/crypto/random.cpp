// getrandom(2): no state of our own, so nothing to go wrong at fork, and no descriptor to lose.
#include "crypto/random.h"

#include <sys/random.h>

#include <cerrno>

namespace opensspi::crypto {

Result<void> random(ByteSpan out) {
  while (!out.empty()) {
    const auto got = ::getrandom(out.data(), out.size(), 0);
    if (got > 0) {
      out = out.subspan(static_cast<std::size_t>(got));
    } else if (got == 0 || errno != EINTR) {
      return fail(Status::InternalError, "the system gives no random bytes", 0, errno);
    }
  }
  return {};
}

}  // namespace opensspi::crypto
