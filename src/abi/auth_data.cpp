// Which structure it is, and what goes where.
#include "abi/auth_data.h"

#include "abi/auth_identity.h"
#include "abi/certificate_logon.h"
#include "abi/schannel_cred.h"
#include "abi/windows_names.h"

namespace opensspi::abi {
namespace {

struct CredSspParts {
  CREDSPP_SUBMIT_TYPE type{};
  const void* schannel = nullptr;
  const void* spnego = nullptr;
  bool remote_guard = false;
};

Result<CredSspParts> read_credssp_cred(const void* auth_data) {
  if (auth_data == nullptr) return CredSspParts{CredsspSubmitBufferBoth};
  const CREDSSP_CRED* cred = static_cast<const CREDSSP_CRED*>(auth_data);
  bool remote_guard = false;
  if (cred->Type == CredsspCredEx) {
    const auto* extended = static_cast<const CREDSSP_CRED_EX*>(auth_data);
    if (extended->Version != CREDSSP_CRED_EX_VERSION)
      return fail(Status::UnknownCredentials, "CREDSSP_CRED_EX has an unknown version");
    if ((extended->Flags & ~DWORD{CREDSSP_FLAG_REDIRECT}) != 0)
      return fail(Status::UnknownCredentials, "CREDSSP_CRED_EX has unknown flags");
    cred = &extended->Cred;
    remote_guard = (extended->Flags & CREDSSP_FLAG_REDIRECT) != 0;
  }
  return CredSspParts{cred->Type, cred->pSchannelCred, cred->pSpnegoCred, remote_guard};
}

Result<AuthData> read_spnego(const CredSspParts& parts) {
  switch (parts.type) {
    case CredsspPasswordCreds:
    case CredsspSchannelCreds:
      if (parts.spnego != nullptr && is_certificate_logon(parts.spnego))
        return fail(Status::UnknownCredentials, "that type of CREDSSP_CRED holds no certificate");
      return read_auth_identity(parts.spnego);
    case CredsspCertificateCreds:
      return read_certificate(parts.spnego);
    case CredsspSubmitBufferBoth:
    case CredsspSubmitBufferBothOld:
      return read_submit_buffer(parts.spnego);
    default:
      return fail(Status::UnknownCredentials, "CREDSSP_CRED has an unknown type");
  }
}

Result<AuthData> read_credssp(CredentialUse use, const void* auth_data, const TlsRules& rules) {
  TRY_ASSIGN(const CredSspParts parts, read_credssp_cred(auth_data));
  TRY_ASSIGN(AuthData data, read_spnego(parts));
  TRY_ASSIGN(data.tls, read_schannel_cred(TlsSpeaker::CredSsp, use, parts.schannel, rules));
  data.remote_guard = parts.remote_guard;
  return data;
}

}  // namespace

Result<AuthData> read_auth_data(AuthDataKind kind, CredentialUse use, const void* auth_data,
                                const TlsRules& rules) {
  switch (kind) {
    case AuthDataKind::Identity:
      return read_auth_identity(auth_data);
    case AuthDataKind::CredSsp:
      return read_credssp(use, auth_data, rules);
    case AuthDataKind::Schannel: {
      AuthData data;
      TRY_ASSIGN(data.tls, read_schannel_cred(TlsSpeaker::Schannel, use, auth_data, rules));
      return data;
    }
    case AuthDataKind::None:
      break;
  }
  return AuthData{};
}

}  // namespace opensspi::abi
