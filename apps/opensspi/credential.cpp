// CREDSSP_CRED with its Schannel and SPNEGO parts.
#include "credential.h"

#include <credssp.h>
#include <schannel.h>
#include <wincred.h>

#include "status.h"

namespace opensspi::command {
namespace {

// The library reads through these pointers and does not write.
unsigned char* text_of(const std::string& text) {
  return reinterpret_cast<unsigned char*>(const_cast<char*>(text.data()));
}

ULONG size_of(const std::string& text) {
  return static_cast<ULONG>(text.size());
}

}  // namespace

std::shared_ptr<Credential> Credential::outbound(const UserName& user, const SecretText& password,
                                                 bool guarded) {
  SEC_WINNT_AUTH_IDENTITY_A identity{};
  identity.User = text_of(user.user);
  identity.UserLength = size_of(user.user);
  identity.Domain = text_of(user.domain);
  identity.DomainLength = size_of(user.domain);
  identity.Password = text_of(password.expose());
  identity.PasswordLength = size_of(password.expose());
  identity.Flags = SEC_WINNT_AUTH_IDENTITY_ANSI;  // which is UTF-8 here
  SCHANNEL_CRED schannel{};
  schannel.dwVersion = SCHANNEL_CRED_VERSION;
  return std::shared_ptr<Credential>(new Credential(false, &schannel, &identity, guarded));
}

std::shared_ptr<Credential> Credential::outbound(const Certificate& certificate, bool guarded) {
  CERT_CREDENTIAL_INFO info{};
  info.cbSize = sizeof info;
  DWORD size = sizeof info.rgbHashOfCert;
  char* name = nullptr;
  if (!CertGetCertificateContextProperty(certificate.get(), CERT_HASH_PROP_ID, info.rgbHashOfCert,
                                         &size) ||
      !CredMarshalCredentialA(CertCredential, &info, &name)) {
    check(last_error().status, "the certificate", ExitCode::Usage);
  }
  const std::unique_ptr<char, decltype(&CredFree)> owned(name, CredFree);
  return outbound({name, {}}, SecretText(), guarded);
}

std::shared_ptr<Credential> Credential::outbound(const UserName& user,
                                                 const opensspi_smart_card& card, bool guarded) {
  void* logon = nullptr;
  std::size_t size = 0;
  check(opensspi_pack_smart_card(user.user.c_str(), user.domain.c_str(), &card, &logon, &size),
        "the smart card", ExitCode::Usage);
  const std::unique_ptr<void, decltype(&opensspi_free)> owned(logon, opensspi_free);
  SCHANNEL_CRED schannel{};
  schannel.dwVersion = SCHANNEL_CRED_VERSION;
  return std::shared_ptr<Credential>(new Credential(false, &schannel, logon, guarded));
}

std::shared_ptr<Credential> Credential::of_session(bool guarded) {
  SCHANNEL_CRED schannel{};
  schannel.dwVersion = SCHANNEL_CRED_VERSION;
  return std::shared_ptr<Credential>(new Credential(false, &schannel, nullptr, guarded));
}

std::shared_ptr<Credential> Credential::inbound(const Certificate& certificate) {
  PCCERT_CONTEXT context = certificate.get();
  SCHANNEL_CRED schannel{};
  schannel.dwVersion = SCHANNEL_CRED_VERSION;
  schannel.cCreds = 1;
  schannel.paCred = &context;
  return std::shared_ptr<Credential>(new Credential(true, &schannel, nullptr, false));
}

Credential::Credential(bool inbound, void* schannel, void* spnego, bool guarded)
    : inbound_(inbound), of_session_(!inbound && spnego == nullptr) {
  CREDSSP_CRED_EX parts{};
  parts.Type = CredsspCredEx;
  parts.Version = CREDSSP_CRED_EX_VERSION;
  parts.Flags = guarded ? CREDSSP_FLAG_REDIRECT : 0;
  parts.Cred.Type = CredsspSubmitBufferBoth;
  parts.Cred.pSchannelCred = schannel;
  parts.Cred.pSpnegoCred = spnego;
  char package[] = "CREDSSP";
  TimeStamp expiry{};
  const SECURITY_STATUS status = AcquireCredentialsHandleA(
      nullptr, package, inbound ? SECPKG_CRED_INBOUND : SECPKG_CRED_OUTBOUND, nullptr, &parts,
      nullptr, nullptr, &handle_, &expiry);
  if (of_session_ && status == SEC_E_NO_CREDENTIALS) {
    throw CommandError(ExitCode::Usage, reason_of(last_error()) + ": " + kHowToLogOn);
  }
  // A name that is no UTF-8 is the caller's mistake; whatever else fails here is forbidden here.
  check(status, inbound ? "the server's credential" : "the credential",
        status == SEC_E_UNKNOWN_CREDENTIALS ? ExitCode::Usage : ExitCode::Policy);
}

std::string Credential::name() const {
  SecPkgCredentials_NamesA names{};
  if (QueryCredentialsAttributesA(&handle_, SECPKG_CRED_ATTR_NAMES, &names) != SEC_E_OK) return {};
  std::string name = names.sUserName;
  FreeContextBuffer(names.sUserName);
  return name;
}

}  // namespace opensspi::command
