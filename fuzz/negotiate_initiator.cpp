// The initiator against a server who sends what the input says: messages, each behind its length
// in two octets, little-endian. The server does not know the password, so where the mechListMIC is
// exchanged it is never believed. (NTLM asks for none when the CHALLENGE has no timestamp.)
#include <algorithm>

#include "base/reader.h"
#include "negotiate/package.h"
#include "negotiate/tokens.h"
#include "ntlm/package.h"
#include "support/fake_environment.h"
#include "support/fuzzing.h"

using namespace opensspi;
using test::require;

namespace {

bool has_mech_list_mic(ByteView token) {
  const auto resp = negotiate::parse_neg_token_resp(token);
  return resp && resp->mech_list_mic;
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  constexpr int kMostLegs = 8;
  const auto environment = test::make_environment(nullptr);
  const auto ntlm = ntlm::make_package(environment);
  const auto negotiate = negotiate::make_package(environment, {ntlm.get()});
  AcquireRequest acquire;
  acquire.auth_data.identity =
      test::make_identity("DOMAIN", "user", "a password that no input was made with");
  ContextRequest request;
  request.target_name = "HTTP/server.domain.test";
  const auto initiator = std::move(*(*negotiate->acquire(acquire))->new_context(request));

  require(initiator->step({}).progress == Progress::ContinueNeeded, "the client speaks first");
  Reader in({data, size});
  bool dead = false;
  bool protects_list = false;
  for (int leg = 0; leg < kMostLegs && !in.empty(); ++leg) {
    const std::size_t wanted = in.u16_le();
    const StepOutput out = initiator->step({in.bytes(std::min(wanted, in.remaining()))});
    require(out.progress != Progress::Complete || !protects_list, "nobody is believed");
    require(!dead || (!out.progress && out.token.empty()), "a dead context stays dead");
    dead = !out.progress;
    protects_list = protects_list || has_mech_list_mic(out.token);
  }
  return 0;
}
