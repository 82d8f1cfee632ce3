// Payloads of saved credentials: what is read is written as the very same bytes.
#include "logon/saved_payload.h"
#include "support/fuzzing.h"

using namespace opensspi;
using test::require;

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const ByteView payload(data, size);
  const auto credential = logon::parse_saved(payload);
  if (!credential) return 0;
  const auto again = logon::write_saved(*credential);
  if (!again) return 0;  // larger than the kernel's keys are
  require(equal(again->expose(), payload), "what we read, we write");
  return 0;
}
