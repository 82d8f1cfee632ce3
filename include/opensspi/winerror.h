/*
 * winerror.h: the codes of winerror.h that the security interfaces use, with Windows' values:
 * Win32 errors (ERROR_, unsigned), HRESULTs (negative is failure) and, the most of them, the SEC_E_
 * and SEC_I_ codes that a SECURITY_STATUS holds. [MS-ERREF] 2.1 and 2.2.
 *
 * A status is a success when it is not negative. SEC_E_INCOMPLETE_MESSAGE is negative and yet no
 * failure: read more and call again. SEC_I_INVALID_SESSION_STATE is negative in spite of its name.
 * What each SEC_ code means, in words: opensspi_status_text() of opensspi.h.
 */
#ifndef OPENSSPI_WINERROR_H
#define OPENSSPI_WINERROR_H

#include "wintypes.h"

/* ---- Making and testing HRESULTs ------------------------------------------------------------ */

#define _HRESULT_TYPEDEF_(code) ((HRESULT)(code))

#define FACILITY_WIN32       7
#define FACILITY_SSPI        9
#define FACILITY_SECURITY    9
#define FACILITY_CERT        11
#define FACILITY_SCARD       16
#define FACILITY_NULL        0
#define FACILITY_ITF         4
#define FACILITY_NT_BIT      0x10000000
#define SEVERITY_SUCCESS     0
#define SEVERITY_ERROR       1

#define SUCCEEDED(result) ((HRESULT)(result) >= 0)
#define FAILED(result) ((HRESULT)(result) < 0)
#define IS_ERROR(status) (((uint32_t)(status) >> 31) == SEVERITY_ERROR)
#define HRESULT_CODE(result) ((uint32_t)(result) & 0xffffU)
#define HRESULT_FACILITY(result) (((uint32_t)(result) >> 16) & 0x1fffU)
#define HRESULT_SEVERITY(result) (((uint32_t)(result) >> 31) & 1U)
#define MAKE_HRESULT(severity, facility, code) \
  ((HRESULT)(((uint32_t)(severity) << 31) | ((uint32_t)(facility) << 16) | (uint32_t)(code)))
#define HRESULT_FROM_NT(status) ((HRESULT)((uint32_t)(status) | FACILITY_NT_BIT))

/* A Win32 error as HRESULT; what is no Win32 error stays as it is. */
#define HRESULT_FROM_WIN32(error)                                                  \
  ((HRESULT)(error) <= 0                                                           \
       ? (HRESULT)(error)                                                          \
       : (HRESULT)(((uint32_t)(error) & 0xffffU) | ((uint32_t)FACILITY_WIN32 << 16) | \
                   0x80000000U))

/* ---- Win32 errors --------------------------------------------------------------------------- */

#define ERROR_SUCCESS                      0
#define NO_ERROR                           0
#define ERROR_INVALID_FUNCTION             1
#define ERROR_FILE_NOT_FOUND               2
#define ERROR_PATH_NOT_FOUND               3
#define ERROR_ACCESS_DENIED                5
#define ERROR_INVALID_HANDLE               6
#define ERROR_NOT_ENOUGH_MEMORY            8
#define ERROR_INVALID_DATA                 13
#define ERROR_OUTOFMEMORY                  14
#define ERROR_NOT_READY                    21
#define ERROR_BAD_LENGTH                   24
#define ERROR_NOT_SUPPORTED                50
#define ERROR_INVALID_PASSWORD             86
#define ERROR_INVALID_PARAMETER            87
#define ERROR_CALL_NOT_IMPLEMENTED         120
#define ERROR_INSUFFICIENT_BUFFER          122
#define ERROR_INVALID_NAME                 123
#define ERROR_ALREADY_EXISTS               183
#define ERROR_MORE_DATA                    234
#define ERROR_NO_MORE_ITEMS                259
#define ERROR_INVALID_FLAGS                1004
#define ERROR_NO_TOKEN                     1008
#define ERROR_NO_UNICODE_TRANSLATION       1113
#define ERROR_NOT_FOUND                    1168
#define ERROR_INVALID_PASSWORDNAME         1216
#define ERROR_CANCELLED                    1223
#define ERROR_NOT_AUTHENTICATED            1244
#define ERROR_SMARTCARD_SUBSYSTEM_FAILURE  1264
#define ERROR_DOWNGRADE_DETECTED           1265
#define ERROR_NO_LOGON_SERVERS             1311
#define ERROR_NO_SUCH_LOGON_SESSION        1312
#define ERROR_PRIVILEGE_NOT_HELD           1314
#define ERROR_INVALID_ACCOUNT_NAME         1315
#define ERROR_NO_SUCH_USER                 1317
#define ERROR_WRONG_PASSWORD               1323
#define ERROR_LOGON_FAILURE                1326
#define ERROR_ACCOUNT_RESTRICTION          1327
#define ERROR_INVALID_LOGON_HOURS          1328
#define ERROR_INVALID_WORKSTATION          1329
#define ERROR_PASSWORD_EXPIRED             1330
#define ERROR_ACCOUNT_DISABLED             1331
#define ERROR_NONE_MAPPED                  1332
#define ERROR_BAD_IMPERSONATION_LEVEL      1346
#define ERROR_CANT_ACCESS_DOMAIN_INFO      1351
#define ERROR_NO_SUCH_DOMAIN               1355
#define ERROR_INTERNAL_ERROR               1359
#define ERROR_NO_SUCH_PACKAGE              1364
#define ERROR_LOGON_NOT_GRANTED            1380
#define ERROR_LOGON_TYPE_NOT_GRANTED       1385
#define ERROR_TIME_SKEW                    1398
#define RPC_X_BAD_STUB_DATA                1783
#define ERROR_INVALID_USER_BUFFER          1784
#define ERROR_ACCOUNT_EXPIRED              1793
#define ERROR_PASSWORD_MUST_CHANGE         1907
#define ERROR_ACCOUNT_LOCKED_OUT           1909
#define ERROR_BAD_USERNAME                 2202

/* ---- HRESULTs of every facility ------------------------------------------------------------- */

#define S_OK                                 _HRESULT_TYPEDEF_(0x00000000U)
#define S_FALSE                              _HRESULT_TYPEDEF_(0x00000001U)
#define E_NOTIMPL                            _HRESULT_TYPEDEF_(0x80004001U)
#define E_NOINTERFACE                        _HRESULT_TYPEDEF_(0x80004002U)
#define E_POINTER                            _HRESULT_TYPEDEF_(0x80004003U)
#define E_ABORT                              _HRESULT_TYPEDEF_(0x80004004U)
#define E_FAIL                               _HRESULT_TYPEDEF_(0x80004005U)
#define E_UNEXPECTED                         _HRESULT_TYPEDEF_(0x8000FFFFU)
#define E_ACCESSDENIED                       _HRESULT_TYPEDEF_(0x80070005U)
#define E_HANDLE                             _HRESULT_TYPEDEF_(0x80070006U)
#define E_OUTOFMEMORY                        _HRESULT_TYPEDEF_(0x8007000EU)
#define E_INVALIDARG                         _HRESULT_TYPEDEF_(0x80070057U)
#define E_PENDING                            _HRESULT_TYPEDEF_(0x8000000AU)

/* ---- Security codes ------------------------------------------------------------------------- */

#define SEC_E_OK                             _HRESULT_TYPEDEF_(0x00000000U)
#define SEC_E_INSUFFICIENT_MEMORY            _HRESULT_TYPEDEF_(0x80090300U)
#define SEC_E_INVALID_HANDLE                 _HRESULT_TYPEDEF_(0x80090301U)
#define SEC_E_UNSUPPORTED_FUNCTION           _HRESULT_TYPEDEF_(0x80090302U)
#define SEC_E_TARGET_UNKNOWN                 _HRESULT_TYPEDEF_(0x80090303U)
#define SEC_E_INTERNAL_ERROR                 _HRESULT_TYPEDEF_(0x80090304U)
#define SEC_E_SECPKG_NOT_FOUND               _HRESULT_TYPEDEF_(0x80090305U)
#define SEC_E_NOT_OWNER                      _HRESULT_TYPEDEF_(0x80090306U)
#define SEC_E_CANNOT_INSTALL                 _HRESULT_TYPEDEF_(0x80090307U)
#define SEC_E_INVALID_TOKEN                  _HRESULT_TYPEDEF_(0x80090308U)
#define SEC_E_CANNOT_PACK                    _HRESULT_TYPEDEF_(0x80090309U)
#define SEC_E_QOP_NOT_SUPPORTED              _HRESULT_TYPEDEF_(0x8009030AU)
#define SEC_E_NO_IMPERSONATION               _HRESULT_TYPEDEF_(0x8009030BU)
#define SEC_E_LOGON_DENIED                   _HRESULT_TYPEDEF_(0x8009030CU)
#define SEC_E_UNKNOWN_CREDENTIALS            _HRESULT_TYPEDEF_(0x8009030DU)
#define SEC_E_NO_CREDENTIALS                 _HRESULT_TYPEDEF_(0x8009030EU)
#define SEC_E_MESSAGE_ALTERED                _HRESULT_TYPEDEF_(0x8009030FU)
#define SEC_E_OUT_OF_SEQUENCE                _HRESULT_TYPEDEF_(0x80090310U)
#define SEC_E_NO_AUTHENTICATING_AUTHORITY    _HRESULT_TYPEDEF_(0x80090311U)
#define SEC_I_CONTINUE_NEEDED                _HRESULT_TYPEDEF_(0x00090312U)
#define SEC_I_COMPLETE_NEEDED                _HRESULT_TYPEDEF_(0x00090313U)
#define SEC_I_COMPLETE_AND_CONTINUE          _HRESULT_TYPEDEF_(0x00090314U)
#define SEC_I_LOCAL_LOGON                    _HRESULT_TYPEDEF_(0x00090315U)
#define SEC_I_GENERIC_EXTENSION_RECEIVED     _HRESULT_TYPEDEF_(0x00090316U)
#define SEC_E_BAD_PKGID                      _HRESULT_TYPEDEF_(0x80090316U)
#define SEC_E_CONTEXT_EXPIRED                _HRESULT_TYPEDEF_(0x80090317U)
#define SEC_I_CONTEXT_EXPIRED                _HRESULT_TYPEDEF_(0x00090317U)
#define SEC_E_INCOMPLETE_MESSAGE             _HRESULT_TYPEDEF_(0x80090318U)
#define SEC_E_INCOMPLETE_CREDENTIALS         _HRESULT_TYPEDEF_(0x80090320U)
#define SEC_E_BUFFER_TOO_SMALL               _HRESULT_TYPEDEF_(0x80090321U)
#define SEC_I_INCOMPLETE_CREDENTIALS         _HRESULT_TYPEDEF_(0x00090320U)
#define SEC_I_RENEGOTIATE                    _HRESULT_TYPEDEF_(0x00090321U)
#define SEC_E_WRONG_PRINCIPAL                _HRESULT_TYPEDEF_(0x80090322U)
#define SEC_I_NO_LSA_CONTEXT                 _HRESULT_TYPEDEF_(0x00090323U)
#define SEC_E_TIME_SKEW                      _HRESULT_TYPEDEF_(0x80090324U)
#define SEC_E_UNTRUSTED_ROOT                 _HRESULT_TYPEDEF_(0x80090325U)
#define SEC_E_ILLEGAL_MESSAGE                _HRESULT_TYPEDEF_(0x80090326U)
#define SEC_E_CERT_UNKNOWN                   _HRESULT_TYPEDEF_(0x80090327U)
#define SEC_E_CERT_EXPIRED                   _HRESULT_TYPEDEF_(0x80090328U)
#define SEC_E_ENCRYPT_FAILURE                _HRESULT_TYPEDEF_(0x80090329U)
#define SEC_E_DECRYPT_FAILURE                _HRESULT_TYPEDEF_(0x80090330U)
#define SEC_E_ALGORITHM_MISMATCH             _HRESULT_TYPEDEF_(0x80090331U)
#define SEC_E_SECURITY_QOS_FAILED            _HRESULT_TYPEDEF_(0x80090332U)
#define SEC_E_UNFINISHED_CONTEXT_DELETED     _HRESULT_TYPEDEF_(0x80090333U)
#define SEC_E_NO_TGT_REPLY                   _HRESULT_TYPEDEF_(0x80090334U)
#define SEC_E_NO_IP_ADDRESSES                _HRESULT_TYPEDEF_(0x80090335U)
#define SEC_E_WRONG_CREDENTIAL_HANDLE        _HRESULT_TYPEDEF_(0x80090336U)
#define SEC_E_CRYPTO_SYSTEM_INVALID          _HRESULT_TYPEDEF_(0x80090337U)
#define SEC_E_MAX_REFERRALS_EXCEEDED         _HRESULT_TYPEDEF_(0x80090338U)
#define SEC_E_MUST_BE_KDC                    _HRESULT_TYPEDEF_(0x80090339U)
#define SEC_E_STRONG_CRYPTO_NOT_SUPPORTED    _HRESULT_TYPEDEF_(0x8009033AU)
#define SEC_E_TOO_MANY_PRINCIPALS            _HRESULT_TYPEDEF_(0x8009033BU)
#define SEC_E_NO_PA_DATA                     _HRESULT_TYPEDEF_(0x8009033CU)
#define SEC_E_PKINIT_NAME_MISMATCH           _HRESULT_TYPEDEF_(0x8009033DU)
#define SEC_E_SMARTCARD_LOGON_REQUIRED       _HRESULT_TYPEDEF_(0x8009033EU)
#define SEC_E_SHUTDOWN_IN_PROGRESS           _HRESULT_TYPEDEF_(0x8009033FU)
#define SEC_E_KDC_INVALID_REQUEST            _HRESULT_TYPEDEF_(0x80090340U)
#define SEC_E_KDC_UNABLE_TO_REFER            _HRESULT_TYPEDEF_(0x80090341U)
#define SEC_E_KDC_UNKNOWN_ETYPE              _HRESULT_TYPEDEF_(0x80090342U)
#define SEC_E_UNSUPPORTED_PREAUTH            _HRESULT_TYPEDEF_(0x80090343U)
#define SEC_E_DELEGATION_REQUIRED            _HRESULT_TYPEDEF_(0x80090345U)
#define SEC_E_BAD_BINDINGS                   _HRESULT_TYPEDEF_(0x80090346U)
#define SEC_E_MULTIPLE_ACCOUNTS              _HRESULT_TYPEDEF_(0x80090347U)
#define SEC_E_NO_KERB_KEY                    _HRESULT_TYPEDEF_(0x80090348U)
#define SEC_E_CERT_WRONG_USAGE               _HRESULT_TYPEDEF_(0x80090349U)
#define SEC_E_DOWNGRADE_DETECTED             _HRESULT_TYPEDEF_(0x80090350U)
#define SEC_E_SMARTCARD_CERT_REVOKED         _HRESULT_TYPEDEF_(0x80090351U)
#define SEC_E_ISSUING_CA_UNTRUSTED           _HRESULT_TYPEDEF_(0x80090352U)
#define SEC_E_REVOCATION_OFFLINE_C           _HRESULT_TYPEDEF_(0x80090353U)
#define SEC_E_PKINIT_CLIENT_FAILURE          _HRESULT_TYPEDEF_(0x80090354U)
#define SEC_E_SMARTCARD_CERT_EXPIRED         _HRESULT_TYPEDEF_(0x80090355U)
#define SEC_E_NO_S4U_PROT_SUPPORT            _HRESULT_TYPEDEF_(0x80090356U)
#define SEC_E_CROSSREALM_DELEGATION_FAILURE  _HRESULT_TYPEDEF_(0x80090357U)
#define SEC_E_REVOCATION_OFFLINE_KDC         _HRESULT_TYPEDEF_(0x80090358U)
#define SEC_E_ISSUING_CA_UNTRUSTED_KDC       _HRESULT_TYPEDEF_(0x80090359U)
#define SEC_E_KDC_CERT_EXPIRED               _HRESULT_TYPEDEF_(0x8009035AU)
#define SEC_E_KDC_CERT_REVOKED               _HRESULT_TYPEDEF_(0x8009035BU)
#define SEC_I_SIGNATURE_NEEDED               _HRESULT_TYPEDEF_(0x0009035CU)
#define SEC_E_INVALID_PARAMETER              _HRESULT_TYPEDEF_(0x8009035DU)
#define SEC_E_DELEGATION_POLICY              _HRESULT_TYPEDEF_(0x8009035EU)
#define SEC_E_POLICY_NLTM_ONLY               _HRESULT_TYPEDEF_(0x8009035FU)
#define SEC_I_NO_RENEGOTIATION               _HRESULT_TYPEDEF_(0x00090360U)
#define SEC_E_NO_CONTEXT                     _HRESULT_TYPEDEF_(0x80090361U)
#define SEC_E_PKU2U_CERT_FAILURE             _HRESULT_TYPEDEF_(0x80090362U)
#define SEC_E_MUTUAL_AUTH_FAILED             _HRESULT_TYPEDEF_(0x80090363U)
#define SEC_I_MESSAGE_FRAGMENT               _HRESULT_TYPEDEF_(0x00090364U)
#define SEC_E_ONLY_HTTPS_ALLOWED             _HRESULT_TYPEDEF_(0x80090365U)
#define SEC_I_CONTINUE_NEEDED_MESSAGE_OK     _HRESULT_TYPEDEF_(0x00090366U)
#define SEC_E_APPLICATION_PROTOCOL_MISMATCH  _HRESULT_TYPEDEF_(0x80090367U)
#define SEC_I_ASYNC_CALL_PENDING             _HRESULT_TYPEDEF_(0x00090368U)
#define SEC_E_INVALID_UPN_NAME               _HRESULT_TYPEDEF_(0x80090369U)
#define SEC_E_EXT_BUFFER_TOO_SMALL           _HRESULT_TYPEDEF_(0x8009036AU)
#define SEC_E_INSUFFICIENT_BUFFERS           _HRESULT_TYPEDEF_(0x8009036BU)
#define SEC_I_INVALID_SESSION_STATE          _HRESULT_TYPEDEF_(0x8009036CU)

/* Other names of two of them. */
#define SEC_E_NO_SPM                         SEC_E_INTERNAL_ERROR
#define SEC_E_NOT_SUPPORTED                  SEC_E_UNSUPPORTED_FUNCTION

/* ---- Keys, certificates and smart cards ----------------------------------------------------- */

#define NTE_BAD_UID                          _HRESULT_TYPEDEF_(0x80090001U)
#define NTE_BAD_HASH                         _HRESULT_TYPEDEF_(0x80090002U)
#define NTE_BAD_KEY                          _HRESULT_TYPEDEF_(0x80090003U)
#define NTE_BAD_LEN                          _HRESULT_TYPEDEF_(0x80090004U)
#define NTE_BAD_DATA                         _HRESULT_TYPEDEF_(0x80090005U)
#define NTE_BAD_SIGNATURE                    _HRESULT_TYPEDEF_(0x80090006U)
#define NTE_BAD_VER                          _HRESULT_TYPEDEF_(0x80090007U)
#define NTE_BAD_ALGID                        _HRESULT_TYPEDEF_(0x80090008U)
#define NTE_BAD_FLAGS                        _HRESULT_TYPEDEF_(0x80090009U)
#define NTE_BAD_TYPE                         _HRESULT_TYPEDEF_(0x8009000AU)
#define NTE_PERM                             _HRESULT_TYPEDEF_(0x80090010U)
#define NTE_NO_MEMORY                        _HRESULT_TYPEDEF_(0x8009000EU)
#define NTE_NOT_FOUND                        _HRESULT_TYPEDEF_(0x80090011U)
#define NTE_FAIL                             _HRESULT_TYPEDEF_(0x80090020U)
#define NTE_INVALID_HANDLE                   _HRESULT_TYPEDEF_(0x80090026U)
#define NTE_INVALID_PARAMETER                _HRESULT_TYPEDEF_(0x80090027U)
#define NTE_BUFFER_TOO_SMALL                 _HRESULT_TYPEDEF_(0x80090028U)
#define NTE_NOT_SUPPORTED                    _HRESULT_TYPEDEF_(0x80090029U)
#define NTE_INTERNAL_ERROR                   _HRESULT_TYPEDEF_(0x8009002DU)
#define NTE_BAD_KEYSET                       _HRESULT_TYPEDEF_(0x80090016U)
#define NTE_SILENT_CONTEXT                   _HRESULT_TYPEDEF_(0x80090022U)
#define NTE_KEYSET_NOT_DEF                   _HRESULT_TYPEDEF_(0x80090019U)
#define NTE_BAD_KEY_STATE                    _HRESULT_TYPEDEF_(0x8009000BU)
#define NTE_BAD_PROV_TYPE                    _HRESULT_TYPEDEF_(0x80090014U)
#define NTE_NO_KEY                           _HRESULT_TYPEDEF_(0x8009000DU)
#define NTE_EXISTS                           _HRESULT_TYPEDEF_(0x8009000FU)

#define CRYPT_E_MSG_ERROR                    _HRESULT_TYPEDEF_(0x80091001U)
#define CRYPT_E_UNKNOWN_ALGO                 _HRESULT_TYPEDEF_(0x80091002U)
#define CRYPT_E_BAD_LEN                      _HRESULT_TYPEDEF_(0x80092001U)
#define CRYPT_E_BAD_ENCODE                   _HRESULT_TYPEDEF_(0x80092002U)
#define CRYPT_E_FILE_ERROR                   _HRESULT_TYPEDEF_(0x80092003U)
#define CRYPT_E_NOT_FOUND                    _HRESULT_TYPEDEF_(0x80092004U)
#define CRYPT_E_EXISTS                       _HRESULT_TYPEDEF_(0x80092005U)
#define CRYPT_E_NO_PROVIDER                  _HRESULT_TYPEDEF_(0x80092006U)
#define CRYPT_E_SELF_SIGNED                  _HRESULT_TYPEDEF_(0x80092007U)
#define CRYPT_E_DELETED_PREV                 _HRESULT_TYPEDEF_(0x80092008U)
#define CRYPT_E_NO_MATCH                     _HRESULT_TYPEDEF_(0x80092009U)
#define CRYPT_E_NO_KEY_PROPERTY              _HRESULT_TYPEDEF_(0x8009200BU)
#define CRYPT_E_NO_DECRYPT_CERT              _HRESULT_TYPEDEF_(0x8009200CU)
#define CRYPT_E_BAD_MSG                      _HRESULT_TYPEDEF_(0x8009200DU)
#define CRYPT_E_PENDING_CLOSE                _HRESULT_TYPEDEF_(0x8009200FU)
#define CRYPT_E_REVOKED                      _HRESULT_TYPEDEF_(0x80092010U)
#define CRYPT_E_NO_REVOCATION_DLL            _HRESULT_TYPEDEF_(0x80092011U)
#define CRYPT_E_NO_REVOCATION_CHECK          _HRESULT_TYPEDEF_(0x80092012U)
#define CRYPT_E_REVOCATION_OFFLINE           _HRESULT_TYPEDEF_(0x80092013U)
#define CRYPT_E_NOT_IN_REVOCATION_DATABASE   _HRESULT_TYPEDEF_(0x80092014U)
#define CRYPT_E_INVALID_NUMERIC_STRING       _HRESULT_TYPEDEF_(0x80092020U)
#define CRYPT_E_ASN1_ERROR                   _HRESULT_TYPEDEF_(0x80093100U)
#define CRYPT_E_ASN1_BADTAG                  _HRESULT_TYPEDEF_(0x8009310BU)
#define CRYPT_E_ASN1_EOD                     _HRESULT_TYPEDEF_(0x80093102U)
#define CRYPT_E_SECURITY_SETTINGS            _HRESULT_TYPEDEF_(0x80092026U)

#define CERT_E_EXPIRED                       _HRESULT_TYPEDEF_(0x800B0101U)
#define CERT_E_VALIDITYPERIODNESTING         _HRESULT_TYPEDEF_(0x800B0102U)
#define CERT_E_ROLE                          _HRESULT_TYPEDEF_(0x800B0103U)
#define CERT_E_PATHLENCONST                  _HRESULT_TYPEDEF_(0x800B0104U)
#define CERT_E_CRITICAL                      _HRESULT_TYPEDEF_(0x800B0105U)
#define CERT_E_PURPOSE                       _HRESULT_TYPEDEF_(0x800B0106U)
#define CERT_E_ISSUERCHAINING                _HRESULT_TYPEDEF_(0x800B0107U)
#define CERT_E_MALFORMED                     _HRESULT_TYPEDEF_(0x800B0108U)
#define CERT_E_UNTRUSTEDROOT                 _HRESULT_TYPEDEF_(0x800B0109U)
#define CERT_E_CHAINING                      _HRESULT_TYPEDEF_(0x800B010AU)
#define TRUST_E_FAIL                         _HRESULT_TYPEDEF_(0x800B010BU)
#define CERT_E_REVOKED                       _HRESULT_TYPEDEF_(0x800B010CU)
#define CERT_E_UNTRUSTEDTESTROOT             _HRESULT_TYPEDEF_(0x800B010DU)
#define CERT_E_REVOCATION_FAILURE            _HRESULT_TYPEDEF_(0x800B010EU)
#define CERT_E_CN_NO_MATCH                   _HRESULT_TYPEDEF_(0x800B010FU)
#define CERT_E_WRONG_USAGE                   _HRESULT_TYPEDEF_(0x800B0110U)
#define TRUST_E_EXPLICIT_DISTRUST            _HRESULT_TYPEDEF_(0x800B0111U)
#define CERT_E_UNTRUSTEDCA                   _HRESULT_TYPEDEF_(0x800B0112U)
#define CERT_E_INVALID_POLICY                _HRESULT_TYPEDEF_(0x800B0113U)
#define CERT_E_INVALID_NAME                  _HRESULT_TYPEDEF_(0x800B0114U)
#define TRUST_E_CERT_SIGNATURE               _HRESULT_TYPEDEF_(0x80096004U)
#define TRUST_E_BASIC_CONSTRAINTS            _HRESULT_TYPEDEF_(0x80096019U)
#define TRUST_E_SYSTEM_ERROR                 _HRESULT_TYPEDEF_(0x80096001U)
#define TRUST_E_NOSIGNATURE                  _HRESULT_TYPEDEF_(0x800B0100U)

#define SCARD_E_INVALID_HANDLE               _HRESULT_TYPEDEF_(0x80100003U)
#define SCARD_E_NO_SMARTCARD                 _HRESULT_TYPEDEF_(0x8010000CU)
#define SCARD_W_WRONG_CHV                    _HRESULT_TYPEDEF_(0x8010006BU)
#define SCARD_W_CHV_BLOCKED                  _HRESULT_TYPEDEF_(0x8010006CU)
#define SCARD_W_CANCELLED_BY_USER            _HRESULT_TYPEDEF_(0x8010006EU)
#define SCARD_E_NO_SERVICE                   _HRESULT_TYPEDEF_(0x8010001DU)
#define SCARD_F_INTERNAL_ERROR               _HRESULT_TYPEDEF_(0x80100001U)

#endif /* OPENSSPI_WINERROR_H */
