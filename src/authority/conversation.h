// What is said to one server to have one answer, without the socket: bytes in, bytes out.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <optional>

#include "base/bytes.h"
#include "base/result.h"

namespace opensspi::authority {

struct Turn {
  std::optional<Bytes> answer;  // that was all
  Bytes to_send{};
  bool needs_stream = false;  // the server has more to say than a datagram holds
};

class Conversation {
 public:
  virtual ~Conversation() = default;

  // What goes out first.
  virtual Result<Bytes> begin() = 0;
  // What has arrived since: of datagrams one whole one. An error ends it.
  virtual Result<Turn> hear(ByteView arrived) = 0;
  // The server sends no more. An error unless that is how its answer ends.
  virtual Result<Bytes> hear_end();
};

enum class Verdict { Take, PassOver, NeedsStream };
using Judge = std::function<Verdict(ByteView answer)>;

inline constexpr std::size_t kMaxAnswer = 1U << 20;

// Messages as datagrams.
[[nodiscard]] std::unique_ptr<Conversation> speak_in_datagrams(Bytes message, Judge judge);
// With their size before them, big-endian, in `width` octets: 4 as in RFC 4120 7.2.2, 2 as in RFC
// 1035 4.2.2.
[[nodiscard]] std::unique_ptr<Conversation> speak_in_frames(ByteView message, std::size_t width);

}  // namespace opensspi::authority
