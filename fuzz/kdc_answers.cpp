// What servers of Kerberos and their proxies answer, before libkrb5 sees it: frames, messages of
// [MS-KKDCP], results of password changes, extended errors.
#include "authority/conversation.h"
#include "authority/kkdcp.h"
#include "kerberos/change_password.h"
#include "kerberos/extended_error.h"
#include "support/fuzzing.h"

namespace {

using namespace opensspi;
using test::require;

constexpr char kRealm[] = "EXAMPLE.TEST";

void check_proxy_message(ByteView bytes) {
  const auto message = authority::parse_proxy_message(kRealm, bytes);
  if (!message) return;
  const auto again =
      authority::parse_proxy_message(kRealm, authority::write_proxy_message(kRealm, *message));
  require(again && equal(*again, *message), "a message that is written is taken");
}

// In pieces as whole.
void check_frames(ByteView bytes, std::size_t width) {
  const auto whole = authority::speak_in_frames({}, width);
  const auto pieces = authority::speak_in_frames({}, width);
  const auto expected = whole->hear(bytes);
  for (const std::uint8_t& byte : bytes) {
    const auto turn = pieces->hear({&byte, 1});
    if (!turn) return require(!expected, "pieces are refused where the whole is");
    if (!turn->answer) continue;
    return require(expected && expected->answer && equal(*expected->answer, *turn->answer),
                   "pieces give what the whole gives");
  }
  require(expected && !expected->answer, "pieces give nothing where the whole does");
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const ByteView bytes{data, size};
  check_proxy_message(bytes);
  check_frames(bytes, sizeof(std::uint16_t));
  check_frames(bytes, sizeof(std::uint32_t));
  static_cast<void>(kerberos::read_change_result(bytes));
  static_cast<void>(kerberos::extended_status(bytes));
  return 0;
}
