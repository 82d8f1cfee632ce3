// Reading and writing of the layouts in messages.h. [MS-NLMP] 2.2.1
#include "ntlm/messages.h"

#include <string_view>

#include "base/reader.h"
#include "base/utf16.h"
#include "base/writer.h"

namespace opensspi::ntlm {
namespace {

constexpr std::string_view kSignature{"NTLMSSP\0", 8};
constexpr std::size_t kNegotiateHeaderSize = 40;
constexpr std::size_t kChallengeHeaderSize = 56;
constexpr std::size_t kAuthenticateHeaderSize = 72;  // 88 with the MIC

// Past signature and type, or failed.
Reader open(ByteView message, MessageType type) {
  Reader reader(message);
  if (!equal(reader.bytes(kSignature.size()), view(kSignature))) reader.reject();
  if (reader.u32_le() != static_cast<std::uint32_t>(type)) reader.reject();
  return reader;
}

NegotiateFlags read_flags(Reader& reader) {
  return NegotiateFlags{reader.u32_le()};
}

// The payload item that the fields at the cursor point to. An empty item may point anywhere.
ByteView read_item(Reader& reader) {
  const std::uint16_t size = reader.u16_le();
  reader.skip(2);  // MaxLen
  const std::uint32_t offset = reader.u32_le();
  if (size == 0) return {};
  return reader.slice(offset, size);
}

std::optional<Version> read_version(Reader& reader, NegotiateFlags flags) {
  if (!has(flags, NegotiateFlags::Version)) return std::nullopt;
  Version version;
  version.major = reader.u8();
  version.minor = reader.u8();
  version.build = reader.u16_le();
  reader.skip(3);
  version.revision = reader.u8();
  return version;
}

void write_version(Writer& out, const std::optional<Version>& version) {
  if (!version) {
    out.zeros(8);
    return;
  }
  out.u8(version->major).u8(version->minor).u16_le(version->build).zeros(3).u8(version->revision);
}

NegotiateFlags with_version_flag(NegotiateFlags flags, const std::optional<Version>& version) {
  return (flags & ~NegotiateFlags::Version) |
         (version ? NegotiateFlags::Version : NegotiateFlags::None);
}

// A message that is being written: fields first, then the payload behind the header.
class MessageWriter {
 public:
  MessageWriter(MessageType type, std::size_t header_size) : header_size_(header_size) {
    header_.bytes(view(kSignature)).u32_le(static_cast<std::uint32_t>(type));
  }

  // The position of the next payload item.
  [[nodiscard]] std::size_t position() const { return header_size_ + payload_.size(); }

  std::size_t add(ByteView item) {
    const std::size_t offset = position();
    payload_.bytes(item);
    return offset;
  }

  MessageWriter& fields(ByteView item, std::size_t offset) {
    too_long_ = too_long_ || item.size() > 0xFFFF;
    const auto size = static_cast<std::uint16_t>(item.size());
    header_.u16_le(size).u16_le(size).u32_le(static_cast<std::uint32_t>(offset));
    return *this;
  }

  Writer& header() { return header_; }

  Result<Bytes> take() {
    if (too_long_) return fail(Status::InvalidToken, "an item too long for an NTLM message");
    header_.bytes(payload_.view());
    return header_.take();
  }

 private:
  std::size_t header_size_;
  Writer header_, payload_;
  bool too_long_ = false;
};

// Text of a CHALLENGE or AUTHENTICATE. OEM text is taken when it is ASCII: the client's code page
// is not known here.
Result<std::string> read_text(ByteView text, NegotiateFlags flags) {
  if (has(flags, NegotiateFlags::Unicode)) return utf16le_to_utf8(text);
  for (const std::uint8_t byte : text) {
    if (byte >= 0x80) return fail(Status::InvalidToken, "OEM text that is not ASCII");
  }
  return std::string(text.begin(), text.end());
}

Result<Bytes> text_bytes(std::string_view text, NegotiateFlags flags) {
  if (has(flags, NegotiateFlags::Unicode)) return utf8_to_utf16le(text);
  return copy(view(text));
}

// The MIC, or nothing when the client announced none: by MsvAvFlags bit 0x2, not by offsets.
// [MS-NLMP] 2.2.2.1
Result<std::optional<Mic>> read_mic(ByteView message,
                                    const std::optional<ClientChallenge>& client_challenge) {
  if (!client_challenge) return std::nullopt;
  TRY_ASSIGN(const std::uint32_t flags, client_challenge->av_pairs.flags());
  if ((flags & kAvFlagMicPresent) == 0) return std::nullopt;
  Reader reader(message);
  reader.skip(AuthenticateMessage::kMicOffset);
  const Mic mic = reader.array<Mic{}.size()>();
  TRY(reader.check("AUTHENTICATE announces a MIC that is not there"));
  return mic;
}

}  // namespace

Result<MessageType> message_type(ByteView message) {
  Reader reader(message);
  if (!equal(reader.bytes(kSignature.size()), view(kSignature))) reader.reject();
  const std::uint32_t type = reader.u32_le();
  if (type < 1 || type > 3) reader.reject();
  TRY(reader.check("not an NTLM message"));
  return MessageType{type};
}

Result<void> expect(MessageType awaited, ByteView message) {
  TRY_ASSIGN(const MessageType type, message_type(message));
  if (type == awaited) return {};
  return fail(Status::OutOfSequence, "not the NTLM message that is awaited");
}

Result<NegotiateMessage> NegotiateMessage::parse(ByteView message) {
  Reader reader = open(message, MessageType::Negotiate);
  NegotiateMessage out;
  out.flags = read_flags(reader);
  // Old clients end after the flags or after the names; what is there depends on the flags.
  if (has(out.flags, NegotiateFlags::OemDomainSupplied)) {
    out.domain_name = copy(read_item(reader));
  } else if (!reader.empty()) {
    reader.skip(8);
  }
  if (has(out.flags, NegotiateFlags::OemWorkstationSupplied)) {
    out.workstation = copy(read_item(reader));
  } else if (!reader.empty()) {
    reader.skip(8);
  }
  out.version = read_version(reader, out.flags);
  TRY(reader.check("malformed NEGOTIATE message"));
  return out;
}

Result<Bytes> NegotiateMessage::write() const {
  MessageWriter out(MessageType::Negotiate, kNegotiateHeaderSize);
  out.header().u32_le(static_cast<std::uint32_t>(with_version_flag(flags, version)));
  // Windows: absent names have the offset 0.
  const auto fields = [&out](const Bytes& name, NegotiateFlags supplied) {
    const bool present = supplied != NegotiateFlags::None;
    out.fields(present ? ByteView(name) : ByteView(), present ? out.add(name) : 0);
  };
  fields(domain_name, flags & NegotiateFlags::OemDomainSupplied);
  fields(workstation, flags & NegotiateFlags::OemWorkstationSupplied);
  write_version(out.header(), version);
  return out.take();
}

Result<ChallengeMessage> ChallengeMessage::parse(ByteView message) {
  Reader reader = open(message, MessageType::Challenge);
  ChallengeMessage out;
  const ByteView target_name = read_item(reader);
  out.flags = read_flags(reader);
  out.server_challenge = reader.array<8>();
  ByteView target_info;
  // [MS-NLMP] 2.2.1.2: only NT 4 ends here, and it knows neither TargetInfo nor Version.
  if (has(out.flags, NegotiateFlags::TargetInfo | NegotiateFlags::Version)) {
    reader.skip(8);
    target_info = read_item(reader);
  }
  out.version = read_version(reader, out.flags);
  TRY(reader.check("malformed CHALLENGE message"));
  TRY_ASSIGN(out.target_name, read_text(target_name, out.flags));
  if (has(out.flags, NegotiateFlags::TargetInfo)) {
    TRY_ASSIGN(out.target_info, AvPairs::parse(target_info));
  }
  return out;
}

Result<Bytes> ChallengeMessage::write() const {
  TRY_ASSIGN(const Bytes name, text_bytes(target_name, flags));
  const Bytes info = has(flags, NegotiateFlags::TargetInfo) ? target_info.write() : Bytes{};
  MessageWriter out(MessageType::Challenge, kChallengeHeaderSize);
  out.fields(name, out.add(name));
  out.header().u32_le(static_cast<std::uint32_t>(with_version_flag(flags, version)));
  out.header().bytes(server_challenge).zeros(8);
  out.fields(info, out.add(info));
  write_version(out.header(), version);
  return out.take();
}

Result<AuthenticateMessage> AuthenticateMessage::parse(ByteView message) {
  Reader reader = open(message, MessageType::Authenticate);
  AuthenticateMessage out;
  const ByteView lm = read_item(reader);
  const ByteView nt = read_item(reader);
  const ByteView domain = read_item(reader);
  const ByteView user = read_item(reader);
  const ByteView workstation = read_item(reader);
  const ByteView key = read_item(reader);
  out.flags = read_flags(reader);
  out.version = read_version(reader, out.flags);
  TRY(reader.check("malformed AUTHENTICATE message"));
  out.lm_challenge_response = copy(lm);
  out.nt_challenge_response = copy(nt);
  out.encrypted_random_session_key = copy(key);
  TRY_ASSIGN(out.domain_name, read_text(domain, out.flags));
  TRY_ASSIGN(out.user_name, read_text(user, out.flags));
  TRY_ASSIGN(out.workstation, read_text(workstation, out.flags));
  if (nt.size() > kNtV1ResponseSize) {
    TRY_ASSIGN(out.client_challenge, ClientChallenge::parse(nt));
  }
  TRY_ASSIGN(out.mic, read_mic(message, out.client_challenge));
  return out;
}

Result<Bytes> AuthenticateMessage::write() const {
  TRY_ASSIGN(const Bytes domain, text_bytes(domain_name, flags));
  TRY_ASSIGN(const Bytes user, text_bytes(user_name, flags));
  TRY_ASSIGN(const Bytes station, text_bytes(workstation, flags));
  MessageWriter out(MessageType::Authenticate, kAuthenticateHeaderSize + (mic ? mic->size() : 0));
  // The payload's order is Windows'; the fields' is the specification's.
  const std::size_t domain_at = out.add(domain);
  const std::size_t user_at = out.add(user);
  const std::size_t station_at = out.add(station);
  out.fields(lm_challenge_response, out.add(lm_challenge_response));
  out.fields(nt_challenge_response, out.add(nt_challenge_response));
  out.fields(domain, domain_at).fields(user, user_at).fields(station, station_at);
  out.fields(encrypted_random_session_key, out.add(encrypted_random_session_key));
  out.header().u32_le(static_cast<std::uint32_t>(with_version_flag(flags, version)));
  write_version(out.header(), version);
  if (mic) out.header().bytes(*mic);
  return out.take();
}

Result<ClientChallenge> ClientChallenge::parse(ByteView nt_challenge_response) {
  Reader reader(nt_challenge_response);
  reader.skip(NtProofStr{}.size());
  // [MS-NLMP] 2.2.2.7: RespType and HiRespType MUST be 1.
  if (reader.u8() != 1 || reader.u8() != 1) reader.reject();
  reader.skip(6);
  ClientChallenge out;
  out.timestamp = reader.u64_le();
  out.challenge_from_client = reader.array<8>();
  reader.skip(4);
  const ByteView av_pairs = reader.rest();
  TRY(reader.check("malformed NTLMv2 response"));
  TRY_ASSIGN(out.av_pairs, AvPairs::parse(av_pairs));
  return out;
}

}  // namespace opensspi::ntlm
