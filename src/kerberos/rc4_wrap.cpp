// RFC 4757 7.2 (MIC) and 7.3 (Wrap). The byte order of numbers is RFC 4757's: salts little-endian,
// sequence numbers big-endian.
#include "kerberos/rc4_wrap.h"

#include <algorithm>
#include <array>
#include <utility>

#include "base/reader.h"
#include "base/writer.h"
#include "crypto/digest.h"
#include "crypto/random.h"
#include "crypto/rc4.h"
#include "kerberos/gss_token.h"

namespace opensspi::kerberos {
namespace {

using Parts = std::span<const MessagePart>;
using Cover = MessagePart::Cover;
using Eight = std::array<std::uint8_t, 8>;

constexpr std::uint16_t kMic = 0x0101, kWrap = 0x0201, kHmacMd5 = 0x1100, kRc4 = 0x1000;
constexpr std::uint32_t kMicSalt = 15, kWrapSalt = 13;
constexpr std::size_t kMicSize = 24, kWrapSize = 32;
constexpr char kTooShort[] = "the buffer is too small for the token";

Bytes little_endian(std::uint32_t value) {
  Writer out(4);
  out.u32_le(value);
  return out.take();
}

Bytes big_endian(std::uint32_t value) {
  Writer out(4);
  out.u32_be(value);
  return out.take();
}

// What is encrypted, or summed, in the caller's order.
Bytes joined(Parts parts) {
  Bytes out;
  for (const MessagePart& part : parts) {
    if (part.cover != Cover::None) append(out, part.bytes);
  }
  return out;
}

Eight checksum(ByteView key, std::uint32_t salt, ByteView header, ByteView confounder,
               ByteView message) {
  constexpr char kLabel[] = "signaturekey";  // with its zero
  const auto signing = crypto::secret_hmac_md5(
      key, {{reinterpret_cast<const std::uint8_t*>(kLabel), sizeof kLabel}});
  const auto digest = crypto::md5({little_endian(salt), header, confounder, message});
  const auto sum = crypto::hmac_md5(signing.expose(), {digest});
  Eight first;
  std::copy_n(sum.begin(), first.size(), first.begin());
  return first;
}

crypto::Rc4 number_cipher(ByteView key, const Eight& sum) {
  const auto first = crypto::secret_hmac_md5(key, {little_endian(0)});
  return crypto::Rc4(crypto::secret_hmac_md5(first.expose(), {sum}).expose());
}

crypto::Rc4 message_cipher(ByteView key, std::uint32_t number) {
  SecretBytes local(key);
  for (std::uint8_t& byte : local.expose_mutable()) byte ^= 0xF0;
  const auto first = crypto::secret_hmac_md5(local.expose(), {little_endian(0)});
  return crypto::Rc4(crypto::secret_hmac_md5(first.expose(), {big_endian(number)}).expose());
}

void apply_to_sealed(crypto::Rc4& rc4, Parts parts) {
  for (const MessagePart& part : parts) {
    if (part.cover == Cover::SignAndSeal) rc4.apply(part.bytes);
  }
}

std::size_t size_of(Parts parts) {
  std::size_t size = 0;
  for (const MessagePart& part : parts) {
    if (part.cover == Cover::SignAndSeal) size += part.bytes.size();
  }
  return size;
}

// 60 LENGTH 06 09 OID, where LENGTH counts `rest` bytes behind the OID.
Bytes frame(std::size_t rest) {
  const std::size_t length = 2 + oid::kKerberos.size() + rest;
  Writer out;
  out.u8(kFrameTag);
  if (length < 0x80) {
    out.u8(static_cast<std::uint8_t>(length));
  } else if (length <= 0xFFFF) {
    out.u8(0x82).u16_be(static_cast<std::uint16_t>(length));
  } else {
    out.u8(0x84).u32_be(static_cast<std::uint32_t>(length));
  }
  out.u8(0x06).u8(static_cast<std::uint8_t>(oid::kKerberos.size())).bytes(oid::kKerberos);
  return out.take();
}

}  // namespace

// A token that was read: where its parts are, and its number.
struct Rc4Tokens::Token {
  ByteView header;  // the first 8 bytes
  Eight sum{};
  ByteView confounder;  // empty in a MIC
  std::uint32_t number = 0;
  std::size_t size = 0;  // of all before the message

  [[nodiscard]] bool is_wrap() const { return header[0] == kWrap >> 8; }
  [[nodiscard]] bool sealed() const { return is_wrap() && header[4] != 0xFF; }

  static Result<Token> read(ByteView token, ByteView key, Role reader);
};

Result<Rc4Tokens::Token> Rc4Tokens::Token::read(ByteView token, ByteView key, Role reader) {
  Reader in(token);
  if (in.u8() != kFrameTag) in.reject();
  const std::uint8_t length = in.u8();
  if (length >= 0x80) in.skip(length & 0x7F);  // what it counts differs
  if (in.u8() != 0x06 || in.u8() != oid::kKerberos.size()) in.reject();
  if (!equal(in.bytes(oid::kKerberos.size()), oid::kKerberos)) in.reject();
  Token read;
  read.header = in.bytes(8);
  Eight sequence = in.array<8>();
  read.sum = in.array<8>();
  TRY(in.check("not a token of RFC 4757"));
  Reader header(read.header);
  const std::uint16_t id = header.u16_be(), algorithm = header.u16_be(), seal = header.u16_be();
  const bool fits = id == kMic ? seal == 0xFFFF : id == kWrap && (seal == kRc4 || seal == 0xFFFF);
  if (!fits || algorithm != kHmacMd5 || header.u16_be() != 0xFFFF) {
    return fail(Status::InvalidToken, "not a token of RFC 4757");
  }
  if (id == kWrap) read.confounder = in.bytes(8);
  TRY(in.check("a Wrap token without a confounder"));
  read.size = in.position();
  number_cipher(key, read.sum).apply(sequence);
  Reader numbers(sequence);
  read.number = numbers.u32_be();
  // RFC 4757 7.2: who sent it. A token of our own that comes back is not the peer's.
  if (numbers.u32_be() != (reader == Role::Client ? 0xFFFFFFFF : 0)) {
    return fail(Status::MessageAltered, "a token of the other direction, or altered");
  }
  return read;
}

Sizes Rc4Tokens::sizes() const {
  const auto before = static_cast<std::uint32_t>(frame(0xFFFFFF).size());
  return {kMaxTokenSize, static_cast<std::uint32_t>(frame(0).size() + kMicSize), 1,
          static_cast<std::uint32_t>(before + kWrapSize)};
}

std::size_t Rc4Tokens::padding_size() const {
  return format_.dce_style ? 0 : 1;
}

Result<std::uint64_t> Rc4Tokens::number_of(ByteView token) const {
  TRY_ASSIGN(const Token read, Token::read(token, key_.bytes().expose(), format_.role));
  return read.number;
}

namespace {

// SND_SEQ and SGN_CKSUM.
Bytes number_and_sum(ByteView key, std::uint32_t number, Role sender, const Eight& sum) {
  Writer sequence(8);
  sequence.u32_be(number).u32_be(sender == Role::Client ? 0 : 0xFFFFFFFF);
  Bytes out = sequence.take();
  number_cipher(key, sum).apply(out);
  append(out, sum);
  return out;
}

Bytes header_of(std::uint16_t id, std::uint16_t seal) {
  Writer out(8);
  out.u16_be(id).u16_be(kHmacMd5).u16_be(seal).u16_be(0xFFFF);
  return out.take();
}

}  // namespace

Result<std::size_t> Rc4Tokens::sign(Parts parts, std::uint64_t number, ByteSpan token) const {
  const ByteView key = key_.bytes().expose();
  const Bytes header = header_of(kMic, 0xFFFF);
  const Eight sum = checksum(key, kMicSalt, header, {}, joined(parts));
  Bytes made = frame(kMicSize);
  append(made, header);
  append(made, number_and_sum(key, static_cast<std::uint32_t>(number), format_.role, sum));
  if (token.size() < made.size()) return fail(Status::BufferTooSmall, kTooShort);
  std::ranges::copy(made, token.begin());
  return made.size();
}

Result<void> Rc4Tokens::verify(Parts parts, ByteView token) const {
  const ByteView key = key_.bytes().expose();
  TRY_ASSIGN(const Token read, Token::read(token, key, format_.role));
  if (read.is_wrap()) return fail(Status::InvalidToken, "not a signature of RFC 4757");
  const Eight sum = checksum(key, kMicSalt, read.header, {}, joined(parts));
  if (read.size == token.size() && equal(sum, read.sum)) return {};
  return fail(Status::MessageAltered, "the signature is not the peer's");
}

Result<std::size_t> Rc4Tokens::seal(Parts parts, std::uint64_t number, ByteSpan token,
                                    Qop qop) const {
  const ByteView key = key_.bytes().expose();
  const auto narrow = static_cast<std::uint32_t>(number);
  Bytes made = frame(kWrapSize + (format_.dce_style ? 0 : size_of(parts)));
  if (token.size() < made.size() + kWrapSize) return fail(Status::BufferTooSmall, kTooShort);
  Bytes confounder(8);
  TRY(crypto::random(confounder));
  const Bytes header = header_of(kWrap, qop == Qop::Seal ? kRc4 : std::uint16_t{0xFFFF});
  const Eight sum = checksum(key, kWrapSalt, header, confounder, joined(parts));
  if (qop == Qop::Seal) {
    crypto::Rc4 rc4 = message_cipher(key, narrow);
    rc4.apply(confounder);
    apply_to_sealed(rc4, parts);
  }
  append(made, header);
  append(made, number_and_sum(key, narrow, format_.role, sum));
  append(made, confounder);
  std::ranges::copy(made, token.begin());
  return made.size();
}

Result<Qop> Rc4Tokens::unseal(Parts parts, ByteView token) const {
  const ByteView key = key_.bytes().expose();
  TRY_ASSIGN(const Token read, Token::read(token, key, format_.role));
  if (!read.is_wrap()) {
    return fail(Status::InvalidToken, "a signature in the place of a sealed message");
  }
  Bytes confounder = copy(read.confounder);
  crypto::Rc4 rc4 = message_cipher(key, read.number);
  crypto::Rc4 again = rc4.clone();
  if (read.sealed()) {
    rc4.apply(confounder);
    apply_to_sealed(rc4, parts);
  }
  const Eight sum = checksum(key, kWrapSalt, read.header, confounder, joined(parts));
  if (read.size == token.size() && equal(sum, read.sum)) {
    return read.sealed() ? Qop::Seal : Qop::SignOnly;
  }
  if (read.sealed()) {  // nobody sees plaintext that is not the peer's
    again.apply(confounder);
    apply_to_sealed(again, parts);
  }
  return fail(Status::MessageAltered, "the message is not as the peer sent it");
}

Result<Unsealed> Rc4Tokens::unseal_stream(ByteSpan stream) const {
  TRY_ASSIGN(const Token read, Token::read(stream, key_.bytes().expose(), format_.role));
  const ByteSpan message = stream.subspan(read.size);
  if (message.size() < padding_size()) {
    return fail(Status::MessageAltered, "a Wrap token without its padding");
  }
  const MessagePart part{message, Cover::SignAndSeal};
  TRY_ASSIGN(const Qop qop, unseal({&part, 1}, stream.first(read.size)));
  return Unsealed{message.first(message.size() - padding_size()), qop};
}

}  // namespace opensspi::kerberos
