/*
 * What Windows programs do with text: TEXT(), _T(), the names of packages, and functions whose name
 * follows UNICODE. Compiled, not run.
 */
#define SECURITY_WIN32
#include <credssp.h>
#include <schannel.h>
#include <security.h>
#include <tchar.h>
#include <windows.h>

#define PRODUCT "TERMSRV"

static const TCHAR target[] = TEXT(PRODUCT) TEXT("/host");
static const WCHAR package[] = CREDSSP_NAME;
static LPCTSTR names[] = {TEXT("NTLM"), NEGOSSP_NAME, UNISP_NAME, _T("Schannel"), _TEXT("x")};
#if __SIZEOF_WCHAR_T__ == 2
static LPCWSTR wide = L"CREDSSP";
#else
static LPCWSTR wide = u"CREDSSP";
#endif

SECURITY_STATUS acquire(CredHandle *credential, TimeStamp *expiry);

SECURITY_STATUS acquire(CredHandle *credential, TimeStamp *expiry) {
  static SEC_WINNT_AUTH_IDENTITY_W identity;
  CREDSSP_CRED cred = {CredsspPasswordCreds, NULL, NULL};
  TCHAR writable[16];
  PSecPkgInfo info = NULL;
  SECURITY_STATUS status;

  cred.pSpnegoCred = &identity;
  identity.Flags = SEC_WINNT_AUTH_IDENTITY_UNICODE;
  writable[0] = names[0][0];
  writable[1] = TEXT('\0');
  status = QuerySecurityPackageInfo(writable, &info);
  if (status != SEC_E_OK) return status;
  FreeContextBuffer(info);
  if (sizeof target / sizeof target[0] != 13) return SEC_E_INTERNAL_ERROR;
  if (target[0] == names[0][0]) return SEC_E_INTERNAL_ERROR;
  if (wide[0] != package[0]) return SEC_E_INTERNAL_ERROR;
  return AcquireCredentialsHandleW(NULL, (SEC_WCHAR *)package, SECPKG_CRED_OUTBOUND, NULL, &cred,
                                   NULL, NULL, credential, expiry);
}
