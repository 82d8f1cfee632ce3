// ntsecapi.h: which logon sessions there are, and what one of them is. Each answer is one block for
// LsaFreeReturnBuffer.
#include <string>
#include <utility>
#include <vector>

#include "abi/arguments.h"
#include "abi/guard.h"
#include "abi/memory.h"
#include "abi/module.h"
#include "abi/text.h"
#include "authority/account_names.h"
#include "base/writer.h"
#include "ntstatus.h"

namespace opensspi::abi {
namespace {

using logon::SessionInfo;

// The values that Windows' page of LSA's return codes lists.
NTSTATUS nt_status_of(SECURITY_STATUS status) {
  switch (status) {
    case SEC_E_OK:
      return STATUS_SUCCESS;
    case SEC_E_NOT_OWNER:
      return STATUS_ACCESS_DENIED;
    case SEC_E_NO_CREDENTIALS:
      return STATUS_NO_SUCH_LOGON_SESSION;
    case SEC_E_INSUFFICIENT_MEMORY:
      return STATUS_INSUFFICIENT_RESOURCES;
    case SEC_E_INVALID_PARAMETER:
    case SEC_E_INVALID_HANDLE:
      return STATUS_INVALID_PARAMETER;
    default:
      return STATUS_UNSUCCESSFUL;
  }
}

bool is_user(const SessionInfo& session) {
  return session.luid.high == kUserLuidHigh;
}

// [MS-DTYP] 2.4.2.2: revision, number of sub-authorities, authority, sub-authorities. S-1-5-18 and
// S-1-5-7 are Windows' own; S-1-22-1-uid is what Samba gives a Unix user who has no other.
Bytes sid_of(const SessionInfo& session) {
  constexpr std::uint8_t kRevision = 1, kNtAuthority = 5, kUnixAuthority = 22;
  constexpr std::uint32_t kLocalSystem = 18, kAnonymous = 7, kUnixUsers = 1;
  std::vector<std::uint32_t> numbers{session.luid == kSystemLuid ? kLocalSystem : kAnonymous};
  if (is_user(session)) numbers = {kUnixUsers, session.uid};
  Writer sid;
  sid.u8(kRevision).u8(static_cast<std::uint8_t>(numbers.size())).zeros(5);
  sid.u8(is_user(session) ? kUnixAuthority : kNtAuthority);
  for (const std::uint32_t number : numbers) sid.u32_le(number);
  return sid.take();
}

// Whom a session's own credentials are, or whose session it is when it has none.
struct Owner {
  std::string user, domain, upn;
  const char* package = "Negotiate";
  SECURITY_LOGON_TYPE type = Interactive;
  FileTime since = 0, expiry = kNever;
};

Owner owner_of(const SessionInfo& session) {
  const HostNames host = authority::local_host_names();
  Owner owner;
  if (session.luid == kSystemLuid) {
    // Windows: the account of the machine, and the one session that is of no type.
    owner.user = host.netbios_computer + '$';
    owner.domain = host.netbios_domain;
    owner.type = UndefinedLogonType;
  } else if (session.luid == kAnonymousLuid) {
    owner.user = session.owner;
    owner.domain = "NT AUTHORITY";
    owner.package = "NTLM";
    owner.type = Network;
  } else if (session.identities.empty()) {
    owner.user = session.owner;
    owner.domain = host.netbios_computer;
  } else {
    const SessionInfo::Entry& last = session.identities.front();
    owner.user = last.user;
    owner.domain = last.domain;
    if (last.domain.empty() && last.user.find('@') != std::string::npos) owner.upn = last.user;
    owner.since = last.since;
    owner.expiry = last.expiry;
  }
  return owner;
}

LARGE_INTEGER time_of(FileTime utc) {
  LARGE_INTEGER time;
  time.QuadPart = static_cast<LONGLONG>(utc);
  return time;
}

// The fixed part, then the SID, then the texts, each with a zero behind it.
Result<Block<SECURITY_LOGON_SESSION_DATA>> data_of(const SessionInfo& session) {
  using Data = SECURITY_LOGON_SESSION_DATA;
  const Owner owner = owner_of(session);
  const Bytes sid = sid_of(session);
  const std::pair<LSA_UNICODE_STRING Data::*, std::string_view> fields[] = {
      {&Data::UserName, owner.user},
      {&Data::LogonDomain, owner.domain},
      {&Data::AuthenticationPackage, owner.package},
      {&Data::Upn, owner.upn},
      {&Data::LogonServer, {}},
      {&Data::DnsDomainName, {}},
      {&Data::LogonScript, {}},
      {&Data::ProfilePath, {}},
      {&Data::HomeDirectory, {}},
      {&Data::HomeDirectoryDrive, {}}};
  std::vector<std::basic_string<SEC_WCHAR>> texts;
  std::size_t size = sizeof(Data) + sid.size();
  for (const auto& [field, utf8] : fields) {
    TRY_ASSIGN(auto text, text_to<SEC_WCHAR>(utf8));
    size += (text.size() + 1) * sizeof(SEC_WCHAR);
    texts.push_back(std::move(text));
  }

  auto data = make_block<Data>(size);
  data->Size = sizeof(Data);
  data->LogonId = {session.luid.low, session.luid.high};
  data->LogonType = owner.type;
  data->LogonTime = time_of(owner.since);
  data->KickOffTime = time_of(owner.expiry);
  data->LogoffTime = time_of(kNever);
  data->PasswordMustChange = time_of(kNever);
  auto* next = reinterpret_cast<std::uint8_t*>(data.get() + 1);
  data->Sid = next;
  next = std::copy(sid.begin(), sid.end(), next);
  for (std::size_t i = 0; i < texts.size(); ++i) {
    auto* place = reinterpret_cast<SEC_WCHAR*>(next);
    const auto length = static_cast<USHORT>(texts[i].size() * sizeof(SEC_WCHAR));
    texts[i].copy(place, texts[i].size());
    data.get()->*fields[i].first = {length, static_cast<USHORT>(length + sizeof(SEC_WCHAR)), place};
    next += length + sizeof(SEC_WCHAR);
  }
  return data;
}

}  // namespace
}  // namespace opensspi::abi

using namespace opensspi;
using namespace opensspi::abi;

OPENSSPI_EXPORT NTSTATUS NTAPI LsaEnumerateLogonSessions(PULONG LogonSessionCount,
                                                         PLUID* LogonSessionList) {
  return nt_status_of(guard([&]() -> Result<void> {
    TRY(need({LogonSessionCount, LogonSessionList}));
    TRY_ASSIGN(const auto sessions, Module::instance().sessions().list());
    auto luids = make_block<LUID>(sessions.size() * sizeof(LUID));
    for (std::size_t i = 0; i < sessions.size(); ++i)
      luids.get()[i] = {sessions[i].luid.low, sessions[i].luid.high};
    *LogonSessionCount = static_cast<ULONG>(sessions.size());
    *LogonSessionList = luids.release();
    return {};
  }));
}

OPENSSPI_EXPORT NTSTATUS NTAPI
LsaGetLogonSessionData(PLUID LogonId, PSECURITY_LOGON_SESSION_DATA* ppLogonSessionData) {
  return nt_status_of(guard([&]() -> Result<void> {
    TRY(need({LogonId, ppLogonSessionData}));
    TRY_ASSIGN(const SessionInfo session,
               Module::instance().sessions().info({LogonId->LowPart, LogonId->HighPart}));
    TRY_ASSIGN(auto data, data_of(session));
    *ppLogonSessionData = data.release();
    return {};
  }));
}

OPENSSPI_EXPORT NTSTATUS NTAPI LsaFreeReturnBuffer(PVOID Buffer) {
  if (Buffer != nullptr && free_block(Buffer)) return STATUS_SUCCESS;
  return nt_status_of(
      refuse({Status::InvalidHandle, "this memory is not the library's, or was freed"}));
}
