// credssp::TsRequest: whatever parses is written as DER that parses to the same, and then stays.
#include "credssp/ts_request.h"
#include "support/fuzzing.h"

using namespace opensspi;
using credssp::TsRequest;
using test::require;

namespace {

bool same(const TsRequest& a, const TsRequest& b) {
  return a.version == b.version && a.nego_tokens == b.nego_tokens && a.auth_info == b.auth_info &&
         a.pub_key_auth == b.pub_key_auth && a.error_code == b.error_code &&
         a.client_nonce == b.client_nonce;
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto request = TsRequest::parse({data, size});
  if (!request) return 0;
  const Bytes written = request->write();
  const auto again = TsRequest::parse(written);
  require(again.has_value(), "what we write, we read");
  require(same(*request, *again), "a message means the same when it is written again");
  require(again->write() == written, "our form is canonical");
  return 0;
}
