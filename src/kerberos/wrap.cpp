// RFC 4121 4.2.4 (what is encrypted and summed), 4.2.5 (rotation), 4.2.6 (layout).
#include "kerberos/wrap.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "base/reader.h"
#include "base/writer.h"

namespace opensspi::kerberos {

// The 16 bytes before every checksum and body.
struct WrapTokens::Header {
  static constexpr std::size_t kSize = 16;
  static constexpr std::uint16_t kMic = 0x0404, kWrap = 0x0504;
  static constexpr std::uint8_t kSentByAcceptor = 1, kSealed = 2, kAcceptorSubkey = 4;

  std::uint16_t id = kWrap;
  std::uint8_t flags = 0;
  std::uint16_t extra_count = 0, rotation = 0;  // 0xFFFF both in a MIC
  std::uint64_t number = 0;

  [[nodiscard]] bool sealed() const { return (flags & kSealed) != 0; }
  [[nodiscard]] Qop qop() const { return sealed() ? Qop::Seal : Qop::SignOnly; }
  [[nodiscard]] Bytes write() const {
    Writer out(kSize);
    out.u16_be(id).u8(flags).u8(0xFF).u16_be(extra_count).u16_be(rotation).u64_be(number);
    return out.take();
  }
  // As it is summed: RFC 4121 4.2.4, RRC is 0, and EC too where nothing is sealed.
  [[nodiscard]] Bytes write_summed() const {
    Header summed = *this;
    summed.rotation = 0;
    if (!sealed()) summed.extra_count = 0;
    return summed.write();
  }
};

namespace {

using Parts = std::span<const MessagePart>;
using Kind = KeyInput::Kind;
using Cover = MessagePart::Cover;

constexpr char kTooShort[] = "the buffer is too small for the token";
constexpr char kMisfit[] = "the token does not fit the message";

// Behind the message Windows takes only bytes that are its block's, in the style of DCE.
constexpr std::size_t kDceExtraCount = 16;

std::size_t sealed_size(Parts parts) {
  std::size_t size = 0;
  for (const MessagePart& part : parts) {
    if (part.cover == Cover::SignAndSeal) size += part.bytes.size();
  }
  return size;
}

// What a signature covers, in the caller's order.
void add_signed(std::vector<KeyInput>& input, Parts parts) {
  for (const MessagePart& part : parts) {
    if (part.cover != Cover::None) input.push_back({Kind::Data, part.bytes});
  }
}

// The same where the message lies elsewhere: `message` in the place of the sealed parts.
void add_elsewhere(std::vector<KeyInput>& input, Parts parts, ByteSpan message, Kind signed_only) {
  for (const MessagePart& part : parts) {
    if (part.cover == Cover::SignAndSeal) {
      input.push_back({Kind::Data, message.first(part.bytes.size())});
      message = message.subspan(part.bytes.size());
    } else if (part.cover == Cover::SignOnly) {
      input.push_back({signed_only, part.bytes});
    }
  }
}

void copy_into(Parts parts, ByteView message) {
  for (const MessagePart& part : parts) {
    if (part.cover != Cover::SignAndSeal) continue;
    std::copy_n(message.begin(), part.bytes.size(), part.bytes.begin());
    message = message.subspan(part.bytes.size());
  }
}

}  // namespace

Sizes WrapTokens::sizes() const {
  const std::size_t signature = Header::kSize + key_.checksum_size();
  // Windows leaves room for EC, which it may use: 76 bytes with AES and SHA-1.
  const std::size_t trailer = Header::kSize + kDceExtraCount + Header::kSize +
                              key_.integrity_size() + key_.confounder_size();
  return {kMaxTokenSize, static_cast<std::uint32_t>(signature), 1,
          static_cast<std::uint32_t>(trailer)};
}

KeyUsage WrapTokens::usage(Purpose purpose, Direction direction) const {
  const bool initiator = (format_.role == Role::Client) == (direction == Direction::Sending);
  if (purpose == Purpose::Seal) return initiator ? KeyUsage::InitiatorSeal : KeyUsage::AcceptorSeal;
  return initiator ? KeyUsage::InitiatorSign : KeyUsage::AcceptorSign;
}

std::uint8_t WrapTokens::flags(Direction direction) const {
  const bool acceptor = (format_.role == Role::Server) == (direction == Direction::Sending);
  return static_cast<std::uint8_t>((acceptor ? Header::kSentByAcceptor : 0) |
                                   (format_.acceptor_subkey ? Header::kAcceptorSubkey : 0));
}

std::size_t WrapTokens::extra_count() const {
  return format_.dce_style ? kDceExtraCount : 0;
}

// What a body has beside its message.
std::size_t WrapTokens::overhead(const Header& header) const {
  if (!header.sealed()) return key_.checksum_size();
  return key_.confounder_size() + header.extra_count + Header::kSize + key_.integrity_size();
}

Result<WrapTokens::Header> WrapTokens::read_header(ByteView token) const {
  Reader in(token);
  Header header;
  header.id = in.u16_be();
  header.flags = in.u8();
  const std::uint8_t filler = in.u8();
  header.extra_count = in.u16_be();
  header.rotation = in.u16_be();
  header.number = in.u64_be();
  TRY(in.check("a token takes at least 16 bytes"));
  if ((header.id != Header::kMic && header.id != Header::kWrap) || filler != 0xFF) {
    return fail(Status::InvalidToken, "not a token of RFC 4121");
  }
  // RFC 4121 4.2.2: a token of our own that comes back is not the peer's, nor is one under another
  // key than both use.
  constexpr std::uint8_t kKnown = Header::kSentByAcceptor | Header::kAcceptorSubkey;
  if ((header.flags & kKnown) != flags(Direction::Receiving)) {
    return fail(Status::MessageAltered, "a token of the other direction, or under another key");
  }
  return header;
}

Result<WrapTokens::Header> WrapTokens::read_wrap_header(ByteView token) const {
  TRY_ASSIGN(const Header header, read_header(token));
  if (header.id != Header::kWrap) {
    return fail(Status::InvalidToken, "a signature in the place of a sealed message");
  }
  if (!header.sealed() && header.extra_count != key_.checksum_size()) {
    return fail(Status::MessageAltered, "a checksum of another length");
  }
  return header;
}

Result<std::uint64_t> WrapTokens::number_of(ByteView token) const {
  TRY_ASSIGN(const Header header, read_header(token));
  return header.number;
}

Result<std::size_t> WrapTokens::sign(Parts parts, std::uint64_t number, ByteSpan token) const {
  const std::size_t size = Header::kSize + key_.checksum_size();
  if (token.size() < size) return fail(Status::BufferTooSmall, kTooShort);
  Bytes header = Header{Header::kMic, flags(Direction::Sending), 0xFFFF, 0xFFFF, number}.write();
  std::ranges::copy(header, token.begin());
  std::vector<KeyInput> input;
  add_signed(input, parts);
  input.push_back({Kind::Data, header});
  input.push_back({Kind::Checksum, token.subspan(Header::kSize, key_.checksum_size())});
  TRY(key_.sum(usage(Purpose::Sign, Direction::Sending), input));
  return size;
}

Result<void> WrapTokens::verify(Parts parts, ByteView token) const {
  TRY_ASSIGN(const Header header, read_header(token));
  if (header.id != Header::kMic || header.extra_count != 0xFFFF || header.rotation != 0xFFFF) {
    return fail(Status::InvalidToken, "not a signature of RFC 4121");
  }
  if (token.size() != Header::kSize + key_.checksum_size()) {
    return fail(Status::MessageAltered, "a signature of another length");
  }
  Bytes bytes = copy(token);
  std::vector<KeyInput> input;
  add_signed(input, parts);
  input.push_back({Kind::Data, ByteSpan(bytes).first(Header::kSize)});
  input.push_back({Kind::Checksum, ByteSpan(bytes).subspan(Header::kSize)});
  return key_.check(usage(Purpose::Sign, Direction::Receiving), input);
}

Result<std::size_t> WrapTokens::seal(Parts parts, std::uint64_t number, ByteSpan token,
                                     Qop qop) const {
  if (qop == Qop::SignOnly) return seal_only_signed(parts, number, token);
  Header header{Header::kWrap,
                static_cast<std::uint8_t>(flags(Direction::Sending) | Header::kSealed),
                static_cast<std::uint16_t>(extra_count()),
                static_cast<std::uint16_t>(Header::kSize + key_.integrity_size()), number};
  const std::size_t size = Header::kSize + overhead(header);
  if (token.size() < size) return fail(Status::BufferTooSmall, kTooShort);
  // Rotated by RRC and, in the style of DCE, by EC too: so Windows reads it.
  Bytes trailer(header.extra_count);
  append(trailer, header.write_summed());
  std::ranges::copy(header.write(), token.begin());
  std::ranges::copy(trailer, token.begin() + Header::kSize);
  const ByteSpan rest = token.subspan(Header::kSize + trailer.size());

  std::vector<KeyInput> input;
  input.push_back({Kind::Confounder, rest.subspan(key_.integrity_size(), key_.confounder_size())});
  for (const MessagePart& part : parts) {
    if (part.cover == Cover::None) continue;
    input.push_back({part.cover == Cover::SignOnly ? Kind::SignOnly : Kind::Data, part.bytes});
  }
  input.push_back({Kind::Data, token.subspan(Header::kSize, trailer.size())});
  input.push_back({Kind::Checksum, rest.first(key_.integrity_size())});
  TRY(key_.encrypt(usage(Purpose::Seal, Direction::Sending), input));
  return size;
}

Result<std::size_t> WrapTokens::seal_only_signed(Parts parts, std::uint64_t number,
                                                 ByteSpan token) const {
  const auto checksum = static_cast<std::uint16_t>(key_.checksum_size());
  const Header header{Header::kWrap, flags(Direction::Sending), checksum, checksum, number};
  const std::size_t size = Header::kSize + checksum;
  if (token.size() < size) return fail(Status::BufferTooSmall, kTooShort);
  std::ranges::copy(header.write(), token.begin());
  Bytes summed = header.write_summed();
  std::vector<KeyInput> input;
  add_signed(input, parts);
  input.push_back({Kind::Data, summed});
  input.push_back({Kind::Checksum, token.subspan(Header::kSize, checksum)});
  TRY(key_.sum(usage(Purpose::Seal, Direction::Sending), input));
  return size;
}

Result<Qop> WrapTokens::unseal(Parts parts, ByteView token) const {
  TRY_ASSIGN(const Header header, read_wrap_header(token));
  Bytes body = copy(token.subspan(Header::kSize));
  for (const MessagePart& part : parts) {
    if (part.cover == Cover::SignAndSeal) append(body, part.bytes);
  }
  if (body.size() != overhead(header) + sealed_size(parts)) {
    return fail(Status::MessageAltered, kMisfit);
  }
  TRY_ASSIGN(const SecretBytes opened, open_rotated(header, body, parts));
  const std::size_t before = header.sealed() ? key_.confounder_size() : 0;
  copy_into(parts, opened.expose().subspan(before));
  return header.qop();
}

Result<Unsealed> WrapTokens::unseal_stream(ByteSpan stream) const {
  TRY_ASSIGN(const Header header, read_wrap_header(stream));
  const ByteSpan body = stream.subspan(Header::kSize);
  if (body.size() < overhead(header)) return fail(Status::MessageAltered, kMisfit);
  const std::size_t before = header.sealed() ? key_.confounder_size() : 0;
  const ByteSpan message = body.subspan(before, body.size() - overhead(header));
  const MessagePart part{message, Cover::SignAndSeal};
  TRY_ASSIGN(const SecretBytes opened, open_rotated(header, body, {&part, 1}));
  copy_into({&part, 1}, opened.expose().subspan(before));
  return Unsealed{message, header.qop()};
}

// RFC 4121 4.2.5 undone. Windows: what is sealed is rotated by RRC and EC ([MS-KILE] 3.4.5.4.1),
// which nothing in the token tells from RFC 4121's way but that its checksum is right.
Result<SecretBytes> WrapTokens::open_rotated(const Header& header, ByteView body,
                                             Parts parts) const {
  const auto open_by = [&](std::size_t rotation) -> Result<SecretBytes> {
    SecretBytes straight(body);
    const ByteSpan bytes = straight.expose_mutable();
    if (!bytes.empty()) {
      const auto first = static_cast<std::ptrdiff_t>(rotation % bytes.size());
      std::rotate(bytes.begin(), bytes.begin() + first, bytes.end());
    }
    TRY(open(header, bytes, parts));
    return straight;
  };
  Result<SecretBytes> opened = open_by(header.rotation);
  if (opened || header.extra_count == 0) return opened;
  return open_by(std::size_t{header.rotation} + header.extra_count);
}

Result<void> WrapTokens::open(const Header& header, ByteSpan body, Parts parts) const {
  return header.sealed() ? open_sealed(header, body, parts) : open_signed(header, body, parts);
}

Result<void> WrapTokens::open_sealed(const Header& header, ByteSpan body, Parts parts) const {
  const std::size_t confounder = key_.confounder_size();
  const ByteSpan checksum = body.last(key_.integrity_size());
  const ByteSpan message = body.subspan(confounder, sealed_size(parts));
  const ByteSpan trailer =
      body.subspan(confounder + message.size(), header.extra_count + Header::kSize);
  std::vector<KeyInput> input{{Kind::Confounder, body.first(confounder)}};
  add_elsewhere(input, parts, message, Kind::SignOnly);
  input.push_back({Kind::Data, trailer});
  input.push_back({Kind::Checksum, checksum});
  TRY(key_.decrypt(usage(Purpose::Seal, Direction::Receiving), input));
  // RFC 4121 4.2.4: the header is sealed too, and must be the one outside.
  if (equal(trailer.last(Header::kSize), header.write_summed())) return {};
  return fail(Status::MessageAltered, "the header is not as the peer sent it");
}

Result<void> WrapTokens::open_signed(const Header& header, ByteSpan body, Parts parts) const {
  const ByteSpan checksum = body.last(key_.checksum_size());
  Bytes summed = header.write_summed();
  std::vector<KeyInput> input;
  add_elsewhere(input, parts, body.first(body.size() - checksum.size()), Kind::Data);
  input.push_back({Kind::Data, summed});
  input.push_back({Kind::Checksum, checksum});
  return key_.check(usage(Purpose::Seal, Direction::Receiving), input);
}

}  // namespace opensspi::kerberos
