// The layout is that of Windows x64 on every 64-bit machine.
#include "abi/certificate_logon.h"

#include <algorithm>
#include <cstring>
#include <iterator>
#include <utility>

#include "abi/windows_names.h"
#include "base/reader.h"
#include "base/utf16.h"
#include "base/writer.h"

namespace opensspi::abi {
namespace {

constexpr const char* kMalformed = "the packed certificate logon is malformed";
constexpr std::size_t kMaximumString = 0xFFFE;   // bytes
constexpr std::uint64_t kMaximumSize = 0x40000;  // of the whole, as no real one has
constexpr std::size_t kCspHeaderSize = 40;       // up to bBuffer
constexpr std::size_t kCspReservedSize = 4;      // at the start of bBuffer
constexpr std::uint32_t kCspMessageType = 1;
constexpr std::size_t kNumNames = 4;

// What both structures have.
struct Fields {
  UNICODE_STRING domain{}, user{}, pin{};
  std::uint32_t flags = 0;
  std::uint32_t csp_size = 0;
  std::uint64_t csp_offset = 0;
  std::size_t structure_size = 0;
};

template <class T>
std::uint64_t offset_of(T* pointer) {
  return reinterpret_cast<std::uintptr_t>(pointer);
}

std::uint32_t kind_at(const std::uint8_t* start) {
  std::uint32_t kind = 0;
  std::memcpy(&kind, start, sizeof kind);
  return kind;
}

bool is_smart_card_kind(std::uint64_t kind) {
  return kind == KerbSmartCardLogon || kind == KerbSmartCardUnlockLogon;
}

bool is_certificate_kind(std::uint64_t kind) {
  return kind == KerbCertificateLogon || kind == KerbCertificateUnlockLogon;
}

template <class T>
Result<T> structure_of(ByteView buffer) {
  T structure;
  if (buffer.size() < sizeof structure) return fail(Status::InvalidToken, kMalformed);
  std::memcpy(&structure, buffer.data(), sizeof structure);
  return structure;
}

std::size_t structure_size_at(const void* start) {
  return is_smart_card_kind(kind_at(static_cast<const std::uint8_t*>(start)))
             ? sizeof(KERB_SMART_CARD_LOGON)
             : sizeof(KERB_CERTIFICATE_LOGON);
}

Result<Fields> read_fields(ByteView buffer) {
  if (buffer.size() < sizeof(std::uint32_t)) return fail(Status::InvalidToken, kMalformed);
  const std::uint32_t kind = kind_at(buffer.data());
  if (is_smart_card_kind(kind)) {
    TRY_ASSIGN(const auto logon, structure_of<KERB_SMART_CARD_LOGON>(buffer));
    return Fields{{},          {}, logon.Pin, 0, logon.CspDataLength, offset_of(logon.CspData),
                  sizeof logon};
  }
  if (!is_certificate_kind(kind))
    return fail(Status::UnknownCredentials, "the logon buffer is no certificate logon");
  TRY_ASSIGN(const auto logon, structure_of<KERB_CERTIFICATE_LOGON>(buffer));
  return Fields{logon.DomainName,    logon.UserName,           logon.Pin,   logon.Flags,
                logon.CspDataLength, offset_of(logon.CspData), sizeof logon};
}

Result<ByteView> part_of(ByteView buffer, const Fields& fields, std::uint64_t offset,
                         std::size_t size) {
  if (size == 0) return ByteView();
  Reader reader(buffer);
  const ByteView part = reader.slice(offset, size);
  if (!reader.ok() || offset < fields.structure_size) return fail(Status::InvalidToken, kMalformed);
  return part;
}

Result<ByteView> string_of(ByteView buffer, const Fields& fields, const UNICODE_STRING& string) {
  if (string.Length % 2 != 0) return fail(Status::InvalidToken, kMalformed);
  return part_of(buffer, fields, offset_of(string.Buffer), string.Length);
}

Result<std::string> name_from(ByteView utf16le) {
  auto name = utf16le_to_utf8(utf16le);
  if (!name) return fail(Status::InvalidToken, kMalformed);
  return name;
}

// A name in bBuffer, up to its NUL. At 0 lies what is reserved: no name.
Result<std::string> csp_name(ByteView buffer, std::uint32_t offset) {
  if (offset == 0) return std::string();
  Reader reader(buffer);
  reader.skip(2 * std::size_t{offset});
  const ByteView rest = reader.rest();
  for (std::size_t size = 0; size + 2 <= rest.size(); size += 2)
    if (rest[size] == 0 && rest[size + 1] == 0) return name_from(rest.first(size));
  return fail(Status::InvalidToken, kMalformed);
}

Result<void> read_csp_info(ByteView csp_data, SmartCard& card) {
  Reader reader(csp_data);
  const std::uint32_t size = reader.u32_le();
  const std::uint32_t message_type = reader.u32_le();
  reader.skip(8 + 4);
  const std::uint32_t key_spec = reader.u32_le();
  std::uint32_t offsets[kNumNames];
  for (std::uint32_t& offset : offsets) offset = reader.u32_le();
  if (!reader.ok() || size != csp_data.size() || message_type != kCspMessageType)
    return fail(Status::InvalidToken, kMalformed);
  card.key_spec = key_spec;
  const ByteView names = reader.rest();
  TRY_ASSIGN(card.card_name, csp_name(names, offsets[0]));
  TRY_ASSIGN(card.reader_name, csp_name(names, offsets[1]));
  TRY_ASSIGN(card.container_name, csp_name(names, offsets[2]));
  TRY_ASSIGN(card.csp_name, csp_name(names, offsets[3]));
  return {};
}

Result<Bytes> write_csp_info(const SmartCard& card) {
  const std::string* const names[kNumNames] = {&card.card_name, &card.reader_name,
                                               &card.container_name, &card.csp_name};
  std::uint32_t offsets[kNumNames];
  Bytes buffer(kCspReservedSize);
  for (std::size_t i = 0; i < kNumNames; ++i) {
    offsets[i] = static_cast<std::uint32_t>(buffer.size() / 2);
    TRY_ASSIGN(Bytes name, utf8_to_utf16le(*names[i]));
    name.resize(name.size() + 2);
    if (name.size() > kMaximumString)
      return fail(Status::CannotPack, "a name of the smart card is too long");
    append(buffer, name);
  }
  Writer out(kCspHeaderSize + buffer.size());
  out.u32_le(static_cast<std::uint32_t>(kCspHeaderSize + buffer.size())).u32_le(kCspMessageType);
  out.zeros(8 + 4).u32_le(card.key_spec);
  for (const std::uint32_t offset : offsets) out.u32_le(offset);
  return out.bytes(buffer).take();
}

}  // namespace

bool is_certificate_logon(const void* start) {
  std::uint64_t first = 0;
  std::memcpy(&first, start, sizeof first);
  return is_smart_card_kind(first) || is_certificate_kind(first);
}

Result<Identity> read_certificate_logon(ByteView buffer) {
  TRY_ASSIGN(const Fields fields, read_fields(buffer));
  if ((fields.flags & KERB_CERTIFICATE_LOGON_FLAG_USE_CERTIFICATE_INFO) != 0)
    return fail(Status::UnknownCredentials,
                "the certificate logon names a certificate by its hash, which is not supported");
  TRY_ASSIGN(const ByteView domain, string_of(buffer, fields, fields.domain));
  TRY_ASSIGN(const ByteView user, string_of(buffer, fields, fields.user));
  TRY_ASSIGN(const ByteView pin, string_of(buffer, fields, fields.pin));
  TRY_ASSIGN(const ByteView csp_data, part_of(buffer, fields, fields.csp_offset, fields.csp_size));
  Identity identity;
  TRY_ASSIGN(identity.domain, name_from(domain));
  TRY_ASSIGN(identity.user, name_from(user));
  SmartCard card;
  card.pin = SecretBytes(pin);
  if (!csp_data.empty()) TRY(read_csp_info(csp_data, card));
  identity.secret = std::move(card);
  return identity;
}

Result<Identity> read_certificate_logon_at(const void* start) {
  const auto* const bytes = static_cast<const std::uint8_t*>(start);
  TRY_ASSIGN(const Fields fields, read_fields({bytes, structure_size_at(start)}));
  std::uint64_t size = fields.structure_size;
  const auto extend = [&size](std::uint64_t offset, std::uint32_t length) {
    if (length == 0) return true;
    if (offset > kMaximumSize || length > kMaximumSize) return false;
    size = std::max(size, offset + length);
    return true;
  };
  bool packed = extend(fields.csp_offset, fields.csp_size);
  for (const UNICODE_STRING& string : {fields.domain, fields.user, fields.pin})
    packed = packed && extend(offset_of(string.Buffer), string.Length);
  if (!packed)
    return fail(Status::InvalidToken, "the certificate logon is not packed: it holds pointers");
  return read_certificate_logon({bytes, size});
}

Result<SecretBytes> write_certificate_logon(const Identity& identity, const SmartCard& card) {
  TRY_ASSIGN(const Bytes domain, utf8_to_utf16le(identity.domain));
  TRY_ASSIGN(const Bytes user, utf8_to_utf16le(identity.user));
  TRY_ASSIGN(const Bytes csp_info, write_csp_info(card));
  const ByteView strings[] = {domain, user, card.pin.expose()};
  std::size_t size = sizeof(KERB_CERTIFICATE_LOGON) + csp_info.size();
  for (const ByteView string : strings) {
    if (string.size() > kMaximumString)
      return fail(Status::CannotPack, "a part of the credential is too long");
    size += string.size();
  }
  SecretBytes out(size);
  KERB_CERTIFICATE_LOGON logon{};
  logon.MessageType = KerbCertificateLogon;
  std::size_t used = sizeof logon;
  const auto put = [&](ByteView bytes) {
    std::copy(bytes.begin(), bytes.end(), out.expose_mutable().data() + used);
    return std::exchange(used, used + bytes.size());
  };
  UNICODE_STRING* const members[] = {&logon.DomainName, &logon.UserName, &logon.Pin};
  for (std::size_t i = 0; i < std::size(members); ++i) {
    members[i]->Length = members[i]->MaximumLength = static_cast<std::uint16_t>(strings[i].size());
    members[i]->Buffer = reinterpret_cast<PWSTR>(put(strings[i]));
  }
  logon.CspDataLength = static_cast<std::uint32_t>(csp_info.size());
  logon.CspData = reinterpret_cast<PUCHAR>(put(csp_info));
  std::memcpy(out.expose_mutable().data(), &logon, sizeof logon);
  return out;
}

}  // namespace opensspi::abi
