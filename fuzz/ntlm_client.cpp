// An NTLM client fed with any CHALLENGE: what it answers is a well-formed AUTHENTICATE.
#include "ntlm/messages.h"
#include "ntlm/package.h"
#include "support/fake_environment.h"
#include "support/fuzzing.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace opensspi;
  AcquireRequest acquire;
  acquire.auth_data.identity = test::make_identity("DOMAIN", "Alice", "Passw0rd!");
  const auto credential = ntlm::make_package(test::make_environment(nullptr))->acquire(acquire);
  ContextRequest request;
  request.flags = ContextFlags::Confidentiality;
  request.target_name = "TERMSRV/server.domain.test";
  const auto client = std::move(*(*credential)->new_context(request));
  test::require(client->step({}).progress.has_value(), "the first leg needs nothing");
  const StepOutput output = client->step({{data, size}});
  test::require(!output.progress || ntlm::AuthenticateMessage::parse(output.token),
                "what the client sends is well-formed");
  return 0;
}
