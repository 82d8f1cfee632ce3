// An NTLM server fed with any tokens. The input is a sequence of {size u16 little-endian, token}.
// The world stands still, so one seed is a whole good logon.
#include "base/reader.h"
#include "ntlm/package.h"
#include "support/fake_environment.h"
#include "support/fuzzing.h"

namespace opensspi {
namespace {

std::unique_ptr<Context> make_server() {
  auto authority = std::make_shared<test::FakeAuthority>();
  authority->add_user("DOMAIN", "Alice", "Passw0rd!");
  AcquireRequest acquire;
  acquire.use = CredentialUse::Inbound;
  const auto credential = ntlm::make_package(test::make_environment(authority))->acquire(acquire);
  ContextRequest request;
  request.role = Role::Server;
  return std::move(*(*credential)->new_context(request));
}

}  // namespace
}  // namespace opensspi

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace opensspi;
  const auto server = make_server();
  Reader reader({data, size});
  bool dead = false;
  while (!reader.empty()) {
    const std::uint16_t token_size = reader.u16_le();
    const ByteView token = reader.bytes(std::min<std::size_t>(token_size, reader.remaining()));
    const StepOutput output = server->step({token});
    test::require(!dead || !output.progress, "a dead context stays dead");
    dead = dead || !output.progress;
    test::require(!dead || server->message_protection() == nullptr, "and lends no keys");
  }
  return 0;
}
