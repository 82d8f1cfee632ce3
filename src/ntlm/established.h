// What both sides have once they trust each other, and what can be asked of it.
#pragma once

#include <memory>
#include <string>

#include "base/result.h"
#include "ntlm/flags.h"
#include "ntlm/keys.h"
#include "ntlm/session_security.h"
#include "sspi/attribute.h"
#include "sspi/context.h"
#include "sspi/types.h"

namespace opensspi::ntlm {

// How long a context is said to last: MaxLifetime of [MS-NLMP] 3.1.1.1, 36 hours.
inline constexpr FileTime kMaxLifetime = FileTime{36} * 60 * 60 * 10'000'000;

struct Established {
  SessionSecurity security;
  Key exported_session_key;
  ContextFlags granted = ContextFlags::None;
  Names names;    // of the client
  Target target;  // the SPN the client named; may be empty
  FileTime start = 0;
  std::shared_ptr<const AccessToken> token;  // acceptor only

  // Null when the mechanism gives no integrity.
  [[nodiscard]] MechListMic* mech_list_mic();
  [[nodiscard]] Result<Attribute> query(AttributeId id) const;
  [[nodiscard]] FileTime expiry() const { return start + kMaxLifetime; }
};

// UnsupportedFunction for what neither role offers: a datagram context, and a null session inside
// CREDSSP.
Result<void> check_request(const ContextRequest& request);

// DOMAIN\user, or the user alone.
[[nodiscard]] std::string qualified_name(const std::string& domain, const std::string& user);

// What a caller asks for that NTLM grants without anything on the wire.
inline constexpr ContextFlags kEchoed =
    ContextFlags::Connection | ContextFlags::UseDceStyle | ContextFlags::Identify;

// The flags that SIGN on the wire stands for.
inline constexpr ContextFlags kSigning =
    ContextFlags::Integrity | ContextFlags::ReplayDetect | ContextFlags::SequenceDetect;

inline constexpr char kAnonymousName[] = "NT AUTHORITY\\ANONYMOUS LOGON";

}  // namespace opensspi::ntlm
