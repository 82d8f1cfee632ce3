// One Error per thread. Trivial, so that it needs no destructor when a thread ends.
#include "abi/last_error.h"

namespace opensspi::abi {
namespace {
thread_local Error last{Status::Ok, ""};
}

void remember_error(const Error& error) noexcept {
  last = error;
}
const Error& last_error() noexcept {
  return last;
}

}  // namespace opensspi::abi
