// The two plain ways to send a message.
#include "authority/conversation.h"

#include <utility>

#include "base/reader.h"
#include "base/writer.h"
#include "sspi/types.h"

namespace opensspi::authority {
namespace {

class Datagrams final : public Conversation {
 public:
  Datagrams(Bytes message, Judge judge) : message_(std::move(message)), judge_(std::move(judge)) {}

  Result<Bytes> begin() override { return message_; }

  Result<Turn> hear(ByteView arrived) override {
    switch (judge_(arrived)) {
      case Verdict::Take:
        return Turn{copy(arrived)};
      case Verdict::NeedsStream:
        return Turn{.answer = {}, .needs_stream = true};
      case Verdict::PassOver:
        break;
    }
    return Turn{};
  }

 private:
  Bytes message_;
  Judge judge_;
};

class Frames final : public Conversation {
 public:
  Frames(ByteView message, std::size_t width) : width_(width) {
    Writer out(width + message.size());
    if (width == sizeof(std::uint16_t)) {
      out.u16_be(static_cast<std::uint16_t>(message.size()));
    } else {
      out.u32_be(static_cast<std::uint32_t>(message.size()));
    }
    framed_ = out.bytes(message).take();
  }

  Result<Bytes> begin() override { return framed_; }

  Result<Turn> hear(ByteView arrived) override {
    append(arrived_, arrived);
    if (arrived_.size() < width_) return Turn{};
    Reader reader(arrived_);
    const std::size_t size = width_ == sizeof(std::uint16_t) ? reader.u16_be() : reader.u32_be();
    if (size > kMaxAnswer) {
      return fail(Status::NoAuthenticatingAuthority, "a KDC's answer is longer than any",
                  nt_status::kNoLogonServers);
    }
    if (reader.remaining() < size) return Turn{};
    return Turn{copy(reader.bytes(size))};
  }

 private:
  std::size_t width_;
  Bytes framed_, arrived_;
};

}  // namespace

Result<Bytes> Conversation::hear_end() {
  return fail(Status::NoAuthenticatingAuthority, "a KDC hung up before its answer",
              nt_status::kNoLogonServers);
}

std::unique_ptr<Conversation> speak_in_datagrams(Bytes message, Judge judge) {
  return std::make_unique<Datagrams>(std::move(message), std::move(judge));
}

std::unique_ptr<Conversation> speak_in_frames(ByteView message, std::size_t width) {
  return std::make_unique<Frames>(message, width);
}

}  // namespace opensspi::authority
