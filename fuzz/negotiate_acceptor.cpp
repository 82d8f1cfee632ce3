// The acceptor against a client who sends what the input says: messages, each behind its length in
// two octets, little-endian. The client does not know the password, so it is never let in.
#include <algorithm>

#include "base/reader.h"
#include "negotiate/package.h"
#include "ntlm/package.h"
#include "support/fake_environment.h"
#include "support/fuzzing.h"

using namespace opensspi;
using test::require;

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  constexpr int kMostLegs = 8;
  const auto authority = std::make_shared<test::FakeAuthority>();
  authority->add_user("DOMAIN", "user", "a password that no input was made with");
  const auto environment = test::make_environment(authority);
  const auto ntlm = ntlm::make_package(environment);
  const auto negotiate = negotiate::make_package(environment, {ntlm.get()});
  AcquireRequest acquire;
  acquire.use = CredentialUse::Inbound;
  ContextRequest request;
  request.role = Role::Server;
  const auto acceptor = std::move(*(*negotiate->acquire(acquire))->new_context(request));

  Reader in({data, size});
  bool dead = false;
  for (int leg = 0; leg < kMostLegs && !in.empty(); ++leg) {
    const std::size_t wanted = in.u16_le();
    const StepOutput out = acceptor->step({in.bytes(std::min(wanted, in.remaining()))});
    require(out.progress != Progress::Complete, "nobody is let in");
    require(!dead || (!out.progress && out.token.empty()), "a dead context stays dead");
    require(acceptor->message_protection() == nullptr, "there are no keys");
    dead = !out.progress;
  }
  return 0;
}
