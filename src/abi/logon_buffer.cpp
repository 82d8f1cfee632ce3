// The layout is that of Windows x64 on every 64-bit machine.
#include "abi/logon_buffer.h"

#include <algorithm>
#include <cstring>

#include "base/reader.h"

namespace opensspi::abi {
namespace {

using Logon = KERB_INTERACTIVE_LOGON;

constexpr const char* kMalformed = "the packed logon buffer is malformed";
constexpr std::size_t kMaximumString = 0xFFFE;  // bytes
// Three strings and the structure, with some room between.
constexpr std::uint64_t kMaximumSize = 0x40000;

std::uint64_t offset_of(const UNICODE_STRING& string) {
  return reinterpret_cast<std::uintptr_t>(string.Buffer);
}

class Packer {
 public:
  explicit Packer(ByteSpan out) : out_(out) {}

  void put(UNICODE_STRING& string, ByteView bytes) {
    string.Length = string.MaximumLength = static_cast<std::uint16_t>(bytes.size());
    string.Buffer = reinterpret_cast<PWSTR>(used_);
    if (!bytes.empty()) std::memcpy(out_.data() + used_, bytes.data(), bytes.size());
    used_ += bytes.size();
  }

 private:
  ByteSpan out_;
  std::uintptr_t used_ = sizeof(Logon);
};

Result<Logon> read_logon(ByteView buffer) {
  Logon logon;
  if (buffer.size() < sizeof logon) return fail(Status::InvalidToken, kMalformed);
  std::memcpy(&logon, buffer.data(), sizeof logon);
  // Not as an enumeration, whose values it need not have.
  std::uint32_t kind = 0;
  std::memcpy(&kind, buffer.data(), sizeof kind);
  switch (kind) {
    case KerbInteractiveLogon:
    case KerbWorkstationUnlockLogon:
      return logon;
    case KerbSmartCardLogon:
    case KerbSmartCardUnlockLogon:
    case KerbCertificateLogon:
    case KerbCertificateUnlockLogon:
      return fail(Status::UnknownCredentials, "the logon buffer holds a smart card, no password");
    case KerbTicketLogon:
    case KerbTicketUnlockLogon:
      return fail(Status::UnknownCredentials, "the logon buffer holds a ticket, no password");
    default:
      return fail(Status::UnknownCredentials, "the logon buffer is of an unknown kind");
  }
}

Result<ByteView> read_string(ByteView buffer, const UNICODE_STRING& string) {
  if (string.Length == 0) return ByteView();
  Reader reader(buffer);
  const std::uint64_t offset = offset_of(string);
  const ByteView text = reader.slice(offset, string.Length);
  if (!reader.ok() || offset < sizeof(Logon) || string.Length % 2 != 0)
    return fail(Status::InvalidToken, kMalformed);
  return text;
}

}  // namespace

Result<std::size_t> logon_buffer_size(const LogonStrings& strings) {
  std::size_t size = sizeof(Logon);
  for (const ByteView string : {strings.domain, strings.user, strings.password}) {
    if (string.size() > kMaximumString)
      return fail(Status::CannotPack, "a part of the credential is too long");
    size += string.size();
  }
  return size;
}

void write_logon_buffer(const LogonStrings& strings, ByteSpan out) {
  Logon logon{};
  logon.MessageType = KerbInteractiveLogon;
  Packer packer(out);
  packer.put(logon.LogonDomainName, strings.domain);
  packer.put(logon.UserName, strings.user);
  packer.put(logon.Password, strings.password);
  std::memcpy(out.data(), &logon, sizeof logon);
}

bool is_logon_buffer(const void* start) {
  std::uint64_t first = 0;
  std::memcpy(&first, start, sizeof first);
  return first >= KerbInteractiveLogon && first <= KerbLuidLogon;
}

Result<IdentityParts> read_logon_buffer(ByteView buffer) {
  TRY_ASSIGN(const Logon logon, read_logon(buffer));
  TRY_ASSIGN(const ByteView domain, read_string(buffer, logon.LogonDomainName));
  TRY_ASSIGN(const ByteView user, read_string(buffer, logon.UserName));
  TRY_ASSIGN(const ByteView password, read_string(buffer, logon.Password));
  IdentityParts parts;
  parts.domain = copy(domain);
  parts.user = copy(user);
  parts.password = SecretBytes(password);
  return parts;
}

Result<IdentityParts> read_logon_buffer_at(const void* start) {
  const auto* const bytes = static_cast<const std::uint8_t*>(start);
  TRY_ASSIGN(const Logon logon, read_logon({bytes, sizeof(Logon)}));
  std::uint64_t size = sizeof(Logon);
  for (const UNICODE_STRING& string : {logon.LogonDomainName, logon.UserName, logon.Password}) {
    if (string.Length == 0) continue;
    if (offset_of(string) > kMaximumSize)
      return fail(Status::InvalidToken, "the logon buffer is not packed: it holds pointers");
    size = std::max(size, offset_of(string) + string.Length);
  }
  return read_logon_buffer({bytes, size});
}

}  // namespace opensspi::abi
