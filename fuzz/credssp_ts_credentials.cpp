// credssp::parse_ts_credentials: whatever parses is written as DER that parses to the same.
#include "credssp/ts_credentials.h"
#include "support/fuzzing.h"

using namespace opensspi;
using test::require;

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto identity = credssp::parse_ts_credentials({data, size});
  if (!identity) return 0;
  require(identity->password() != nullptr || identity->smart_card() != nullptr ||
              identity->tickets() != nullptr,
          "only passwords, smart cards and tickets are taken");
  const auto written = credssp::write_ts_credentials(*identity);
  require(written.has_value(), "what we read, we write");
  // A text that ends in two NULs loses one each time, so it need not mean the same.
  require(credssp::parse_ts_credentials(written->expose()).has_value(), "what we write, we read");
  return 0;
}
