// What a security package says of itself: SecPkgInfo, and what Negotiate must know of it.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "base/bytes.h"

namespace opensspi {

enum class AuthDataKind {
  None,
  Identity,   // SEC_WINNT_AUTH_IDENTITY and its kin
  Schannel,   // SCHANNEL_CRED, SCH_CREDENTIALS
  CredSsp,    // CREDSSP_CRED
};

struct PackageInfo {
  std::string_view name;     // ASCII, Windows' spelling
  std::string_view comment;  // ASCII
  std::uint32_t capabilities = 0;  // SECPKG_FLAG_*
  std::uint16_t version = 1;
  std::uint16_t rpc_id = 0;
  std::uint32_t max_token = 0;     // bytes
  AuthDataKind auth_data = AuthDataKind::None;
  std::vector<ByteView> mechanism_oids;  // SPNEGO mechanisms, DER contents of the OID; static memory
};

}  // namespace opensspi
