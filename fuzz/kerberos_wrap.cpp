// MIC and Wrap tokens of RFC 4121 and RFC 4757 as a receiver reads them: never a crash, and what is
// refused leaves the message as it was. The first byte says how long the token before the message
// is.
#include "kerberos/message_tokens.h"

#include <algorithm>

#include "support/fuzzing.h"

namespace {

using namespace opensspi;
using namespace opensspi::kerberos;
using test::require;

std::unique_ptr<MessageTokens> receiver(std::int32_t enctype, std::size_t key_size) {
  auto key = MessageKey::make(enctype, Bytes(key_size, 0x55));
  return std::move(*make_message_tokens(std::move(*key), {Role::Server, true}));
}

void check(const MessageTokens& tokens, ByteView token, ByteView message) {
  Bytes data = copy(message);
  const MessagePart part{data};
  (void)tokens.number_of(token);
  (void)tokens.verify({&part, 1}, token);
  if (!tokens.unseal({&part, 1}, token)) {
    require(equal(data, message), "what is refused stays");
  }
  Bytes stream = copy(token);
  append(stream, message);
  if (const auto opened = tokens.unseal_stream(stream)) {
    require(opened->message.size() <= stream.size(), "a message lies inside its stream");
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const auto aes = receiver(18, 32), rc4 = receiver(23, 16);
  if (size == 0) return 0;
  const ByteView bytes(data + 1, size - 1);
  const std::size_t cut = std::min<std::size_t>(data[0], bytes.size());
  for (const auto* tokens : {aes.get(), rc4.get()})
    check(*tokens, bytes.first(cut), bytes.subspan(cut));
  return 0;
}
