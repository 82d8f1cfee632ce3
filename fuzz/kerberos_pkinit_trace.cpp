// What libkrb5 says of PKINIT, in which a KDC's words may stand: a failure is one of the plugin's.
#include "kerberos/pkinit_trace.h"
#include "support/fuzzing.h"

using namespace opensspi;
using test::require;

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::string_view rest(reinterpret_cast<const char*>(data), size);
  kerberos::PkinitTrace trace;
  while (!rest.empty()) {
    const std::size_t end = std::min(rest.find('\n'), rest.size() - 1) + 1;
    trace.read(rest.substr(0, end));
    rest.remove_prefix(end);
  }
  require(trace.failure() == 0 || trace.plugin(), "nobody fails who is not there");
  require(trace.failure() != 0 || !trace.own_untrusted(), "what is not trusted has failed");
  return 0;
}
