// NTLM messages: each parser takes any bytes, and what it accepts survives being written and read
// again. [MS-NLMP] 2.2.1
#include "ntlm/messages.h"
#include "support/fuzzing.h"

namespace opensspi::ntlm {
namespace {

// Writing is canonical: what was written reads as the same message. An item may be too long to be
// written when several fields pointed to the same bytes.
template <class Message>
void round_trip(ByteView bytes) {
  const auto first = Message::parse(bytes);
  if (!first) return;
  const auto written = first->write();
  if (!written) return;
  const auto second = Message::parse(*written);
  test::require(second && *second->write() == *written, "what was written reads as the same");
}

}  // namespace
}  // namespace opensspi::ntlm

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace opensspi::ntlm;
  const opensspi::ByteView bytes(data, size);
  round_trip<NegotiateMessage>(bytes);
  round_trip<ChallengeMessage>(bytes);
  round_trip<AuthenticateMessage>(bytes);
  return 0;
}
