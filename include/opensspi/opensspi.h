/*
 * opensspi.h: what OpenSSPI offers that Windows has no name for. Everything else is in security.h,
 * credssp.h, schannel.h and wincrypt.h, with Windows' own names.
 *
 * Rules of every function here:
 *  - Text is UTF-8 with a terminating zero, in and out, unless a size stands beside it.
 *  - A function that returns SECURITY_STATUS answers SEC_E_OK or a negative SEC_E_ code, and then
 *    opensspi_last_error() says more. Outputs are written on SEC_E_OK only.
 *  - Pointers that a function hands out are released with the function that its comment names;
 *    `const char *` results are static text of the library and are never released.
 *  - Any function may be called from any thread.
 */
#ifndef OPENSSPI_OPENSSPI_H
#define OPENSSPI_OPENSSPI_H

#if !defined(SECURITY_WIN32) && !defined(SECURITY_KERNEL) && !defined(SECURITY_MAC)
#define SECURITY_WIN32
#endif

#include <stddef.h>
#include <stdint.h>

#include "security.h"
#include "wincrypt.h"

#ifdef __cplusplus
extern "C" {
#endif

/* ---- The library and its words --------------------------------------------------------------- */

/* The version of the library that is running, "0.1.0". */
OPENSSPI_API const char *opensspi_version(void);

/* "SEC_E_LOGON_DENIED", and a sentence about it. For a code that is not known: "unknown status" and
 * an empty string. Never NULL. */
OPENSSPI_API const char *opensspi_status_name(SECURITY_STATUS status);
OPENSSPI_API const char *opensspi_status_text(SECURITY_STATUS status);

/* The same for NTSTATUS values: "STATUS_WRONG_PASSWORD". */
OPENSSPI_API const char *opensspi_nt_status_name(uint32_t nt_status);
OPENSSPI_API const char *opensspi_nt_status_text(uint32_t nt_status);

/* ---- Why a call failed ----------------------------------------------------------------------- */

typedef struct opensspi_error {
  SECURITY_STATUS status; /* what the call returned */
  uint32_t nt_status;     /* the true reason of a refusal as NTSTATUS; 0: there is none. For the
                             server's own eyes: the peer is told less */
  int64_t value;          /* a figure that helps (a TLS alert, a clock skew in seconds, a Win32
                             error, the bytes that a token needs), or 0 */
  const char *why;        /* static text, a sentence for a person; "" when nothing failed */
} opensspi_error;

/* What the last failing call of this thread left behind; all zero and "" when none failed yet.
 * A call that succeeds does not clear it. */
OPENSSPI_API void opensspi_last_error(opensspi_error *error);

/* The last failure on this context, whichever thread met it. SEC_E_INVALID_HANDLE for a handle
 * that is no context. Works on a context whose authentication failed, until it is deleted. */
OPENSSPI_API SECURITY_STATUS opensspi_context_error(PCtxtHandle context, opensspi_error *error);

/* ---- Watching ---------------------------------------------------------------------------------- */

enum { OPENSSPI_CLIENT = 0, OPENSSPI_SERVER = 1 };

/* One leg of one authentication: one call of InitializeSecurityContext or AcceptSecurityContext. */
typedef struct opensspi_event {
  uint64_t context;       /* a number that all legs of one context share, unique in the process */
  int32_t side;           /* OPENSSPI_CLIENT or OPENSSPI_SERVER */
  uint32_t leg;           /* from 1 */
  const char *package;    /* "CREDSSP" */
  const char *received;   /* what kind of message came in, static text; "" when nothing came */
  const char *sent;       /* what kind of message goes out, static text; "" when nothing does */
  size_t bytes_in;        /* bytes of input that were taken; what is returned as EXTRA not counted */
  size_t bytes_out;
  uint64_t nanoseconds;   /* how long the call took */
  SECURITY_STATUS status; /* what the call returns */
} opensspi_event;

/* Called before the call of the leg returns, in its thread. The event lives as long as the call; its
 * texts are static. Calls that only ask for more input (SEC_E_INCOMPLETE_MESSAGE) are not told. */
typedef void (*opensspi_event_callback)(const opensspi_event *event, void *user);

/* Replaces the callback of the process; NULL: none. Legs that are under way may still be told to
 * the old one. */
OPENSSPI_API void opensspi_set_event_callback(opensspi_event_callback callback, void *user);

enum {
  OPENSSPI_LOG_ERROR = 0,
  OPENSSPI_LOG_WARNING = 1,
  OPENSSPI_LOG_INFO = 2,
  OPENSSPI_LOG_DEBUG = 3
};

/* A line of the log: static texts and a number, never bytes of a message, never a name. */
typedef void (*opensspi_log_callback)(int32_t level, const char *room, const char *text,
                                      int64_t value, void *user);

/* Replaces the log sink of the process; NULL: none. Lines above `maximum_level` are dropped. */
OPENSSPI_API void opensspi_set_log_callback(opensspi_log_callback callback, int32_t maximum_level,
                                            void *user);

/* One line of an NSS key log, without line end. Whoever has these lines can decrypt the session. */
typedef void (*opensspi_key_log_callback)(const char *line, void *user);

/* Key logging for the TLS of credentials that are acquired from now on; NULL: none. */
OPENSSPI_API void opensspi_set_key_log_callback(opensspi_key_log_callback callback, void *user);

/* Reads the policy files again; contexts that live keep the old policy. SEC_E_INVALID_PARAMETER
 * when a file has an error: the old policy stays. */
OPENSSPI_API SECURITY_STATUS opensspi_reload_policy(void);

/* One key of the policy, as docs/policy.md names them. */
typedef struct opensspi_policy_setting {
  const char *key;   /* "ntlm.allowed" */
  const char *value; /* as TOML */
  const char *file;  /* the file that says so; "" for the default */
} opensspi_policy_setting;

/* Called for each key, in the order of docs/policy.md. The setting lives as long as the call; what
 * it returns other than 0 ends the list. */
typedef int (*opensspi_policy_callback)(const opensspi_policy_setting *setting, void *user);

/* What the policy files say now to this process; the policy in force does not change. A list of
 * `delegation` that two files name comes twice: of allow_… holds what both allow, of deny_… what
 * either denies. SEC_E_INVALID_PARAMETER when a file has an error: `problem`, which may be NULL, is
 * then "path:line:column: what is wrong", released with opensspi_free; else it is set to NULL. */
OPENSSPI_API SECURITY_STATUS opensspi_policy_list(opensspi_policy_callback callback, void *user,
                                                  char **problem);

/* ---- The machine ------------------------------------------------------------------------------- */

#define OPENSSPI_FINDING_OK 0
#define OPENSSPI_FINDING_NOTE 1    /* not set up, which is no fault where nobody needs it */
#define OPENSSPI_FINDING_WARNING 2 /* works, and should not stay so */
#define OPENSSPI_FINDING_PROBLEM 3 /* what needs it fails */

/* What was found out about one part of this machine. */
typedef struct opensspi_finding {
  uint32_t size;      /* what the library fills in: later versions may fill in more */
  int32_t verdict;    /* OPENSSPI_FINDING_* */
  const char *area;   /* "policy", "packages", "keyring", "credentials", "accounts", "winbind",
                         "krb5.conf", "kdc", "clock", "keytab", "target" */
  const char *found;  /* what there is, in words, with names of files, hosts and principals */
  const char *advice; /* what to do; "" when there is nothing to do */
  int64_t value;      /* a figure behind it, or 0: of "clock" the KDC's time less ours in seconds, of
                         "keytab" the keys' version */
} opensspi_finding;

/* Called for each finding as it is made; an area may have several, or none. The finding lives as
 * long as the call; what it returns other than 0 ends the examination. */
typedef int (*opensspi_finding_callback)(const opensspi_finding *finding, void *user);

/* Looks over what logons need on this machine, for the calling user. `target`, an SPN or NULL, is
 * resolved, and a Kerberos ticket for it is asked for with the user's own credentials. Asks winbind,
 * KDCs and name servers and waits for them; changes nothing but that this ticket goes into the
 * user's cache. */
OPENSSPI_API SECURITY_STATUS opensspi_examine_machine(const char *target,
                                                      opensspi_finding_callback callback,
                                                      void *user);

/* ---- Contexts -------------------------------------------------------------------------------- */
/* These work at any time between the first leg and DeleteSecurityContext, also when the
 * authentication failed, and answer SEC_E_UNSUPPORTED_FUNCTION while nothing is known yet. */

/* The CredSSP version that both sides speak: 2 to 6. */
OPENSSPI_API SECURITY_STATUS opensspi_credssp_version(PCtxtHandle context, uint32_t *version);

typedef struct opensspi_tls_info {
  uint16_t protocol;        /* 0x0303, 0x0304 */
  uint16_t cipher_suite;    /* IANA number */
  const char *version;      /* "TLS 1.3" */
  char cipher_suite_name[64]; /* IANA name */
} opensspi_tls_info;

OPENSSPI_API SECURITY_STATUS opensspi_tls(PCtxtHandle context, opensspi_tls_info *info);

/* Which mechanism does the work: "Kerberos", "Kerberos-U2U" (user-to-user: under the key of a ticket
 * that the server showed) or "NTLM"; static text. Of a logon that failed, the one that it failed
 * with. */
OPENSSPI_API SECURITY_STATUS opensspi_mechanism(PCtxtHandle context, const char **mechanism);

/* Server: the name that the client gave itself, "DOMAIN\user" or "user", also when it was refused.
 * A claim, not a fact: SECPKG_ATTR_NAMES gives the name that was proven. Control characters are
 * replaced by '?'. At most `size` bytes with the terminating zero, cut at a character. */
OPENSSPI_API SECURITY_STATUS opensspi_claimed_name(PCtxtHandle context, char *name, size_t size);

/* A smart card and the PIN that opens it, as [MS-CSSP] 2.2.1.2.2 delegates them. Names are "" when
 * the client did not say them. */
typedef struct opensspi_smart_card {
  char *pin;       /* UTF-8 with a terminating zero */
  size_t pin_size; /* bytes without the zero */
  char *card_name;
  char *reader_name;
  char *container_name;
  char *csp_name;
  uint32_t key_spec; /* AT_KEYEXCHANGE, AT_SIGNATURE */
} opensspi_smart_card;

typedef struct opensspi_identity {
  char *user;           /* never NULL; beside a smart card a hint, which may be "" */
  char *domain;         /* "" when there is none */
  char *password;       /* UTF-8 with a terminating zero; NULL when none was delegated */
  size_t password_size; /* bytes without the zero */
  opensspi_smart_card *smart_card; /* NULL when none was delegated */
} opensspi_identity;

/* CREDSSP server, after SEC_E_OK: the credential that the client delegated, ready for use.
 * Release it with opensspi_identity_free, which erases it. SEC_E_NO_CREDENTIALS when the client
 * delegated nothing. */
OPENSSPI_API SECURITY_STATUS opensspi_delegated_credential(PCtxtHandle context,
                                                           opensspi_identity *identity);
OPENSSPI_API void opensspi_identity_free(opensspi_identity *identity);

/* A logon with a smart card as AcquireCredentialsHandle takes it: a packed KERB_CERTIFICATE_LOGON
 * with its KERB_SMARTCARD_CSP_INFO, which no public header declares. It goes into pAuthData of
 * Negotiate and Kerberos, and into pSpnegoCred of CREDSSP, which delegates it. reader_name, card_name
 * (the token's label) and container_name (the certificate's label, or its id in hexadecimal digits)
 * choose a card, and a certificate on it; "" or NULL is any. csp_name is only delegated; key_spec 0 is
 * AT_KEYEXCHANGE. `user` and `domain` (NULL: none) are delegated as hints, and name the account;
 * without them the certificate's user principal name does. Release with opensspi_free, which erases
 * it.
 * SEC_E_CANNOT_PACK: a part is longer than 65534 bytes in UTF-16. */
OPENSSPI_API SECURITY_STATUS opensspi_pack_smart_card(const char *user, const char *domain,
                                                      const opensspi_smart_card *card, void **logon,
                                                      size_t *size);

/* ---- Certificates ------------------------------------------------------------------------------ */

/* A certificate with its private key for SCHANNEL_CRED.paCred. `certificate` is PEM: the end entity
 * first, then the intermediates; `key` is PEM, PKCS#8 or traditional, and may be the same text.
 * `password` opens an encrypted key, else NULL. Release with CertFreeCertificateContext; credentials
 * made from it keep what they need. SEC_E_UNKNOWN_CREDENTIALS when a part cannot be read or the key
 * is not the certificate's. */
OPENSSPI_API SECURITY_STATUS opensspi_certificate_from_pem(const void *certificate,
                                                           size_t certificate_size,
                                                           const void *key, size_t key_size,
                                                           const char *password,
                                                           PCCERT_CONTEXT *context);

/* The same with the key on a PKCS#11 token, a smart card or an HSM, where it stays and signs. `uri`
 * is an RFC 7512 one: token, manufacturer, model, serial, slot-id, slot-description and
 * slot-manufacturer choose the token, id and object (the certificate's label; with type=private the
 * key's) what is on it. Certificate and key have the same id; certificates of the token that issued
 * it complete the chain. module-path names the module, which is loaded into this process: whoever
 * writes the URI is trusted with that; without it policy's smart_card.pkcs11_module is asked. `pin`
 * is UTF-8; NULL: the URI's pin-value or pin-source, a file, else none. It is kept for as long as the
 * key lives, and one that is refused is not shown again.
 * SEC_E_INVALID_PARAMETER: the URI is none, or narrows the choice by what is not known here.
 * SEC_E_UNSUPPORTED_FUNCTION: no such module, or the program itself has it open.
 * SEC_E_NO_CREDENTIALS: no such token, certificate or key, or no PIN (STATUS_SMARTCARD_NO_CARD,
 * _NO_CERTIFICATE, _IO_ERROR). SEC_E_LOGON_DENIED: the token refuses the PIN, or any
 * (STATUS_SMARTCARD_WRONG_PIN, _CARD_BLOCKED). SEC_E_UNKNOWN_CREDENTIALS: more than one fits, or the
 * token has no mechanism for it.
 * A handshake whose token does not sign fails with SEC_E_NO_CREDENTIALS or SEC_E_LOGON_DENIED. */
OPENSSPI_API SECURITY_STATUS opensspi_certificate_from_pkcs11(const char *uri, const char *pin,
                                                              PCCERT_CONTEXT *context);

/* A self-signed RSA-2048 certificate as Windows makes one for Remote Desktop: CN = common_name, six
 * months, server authentication. Both PEM texts are released with opensspi_free; sizes are in bytes
 * without the terminating zero. The key is not encrypted. */
OPENSSPI_API SECURITY_STATUS opensspi_make_self_signed(const char *common_name,
                                                       char **certificate,
                                                       size_t *certificate_size, char **key,
                                                       size_t *key_size);

/* SHA-256 over the DER of the certificate. */
OPENSSPI_API SECURITY_STATUS opensspi_certificate_sha256(PCCERT_CONTEXT context,
                                                         uint8_t digest[32]);

/* The subject in one line, "CN=host", released with opensspi_free. */
OPENSSPI_API SECURITY_STATUS opensspi_certificate_subject(PCCERT_CONTEXT context, char **subject);

/* Erases and releases what a function of this header handed out. NULL is allowed. */
OPENSSPI_API void opensspi_free(void *pointer);

/* ---- Identities ---------------------------------------------------------------------------------- */

/* A flag of SEC_WINNT_AUTH_IDENTITY in all of its forms, for services that hold no password: the
 * password is the NT hash of it, written as 32 hexadecimal digits in the width of the other texts.
 * NTLM logs on with it. Kerberos does not, and CREDSSP has no password to delegate then. */
#define OPENSSPI_AUTH_IDENTITY_NT_HASH 0x00800000

/* ---- Logon sessions ------------------------------------------------------------------------------ */
/* What a user's programs log on with when they name nobody: a credential that is acquired without
 * identity finds it here. A Unix user has one session, which all processes of that user share, and
 * whose number (pvLogonId) is HighPart 1, LowPart uid. 0x3E7 is the machine's, 0x3E6 nobody's, as on
 * Windows. Another user's session is for effective root only, or who has CAP_SETUID and
 * CAP_DAC_READ_SEARCH: SEC_E_NOT_OWNER for everybody else. CREDSSP delegates what is in a session
 * only where policy lets it (delegation.allow_default).
 *
 * Passwords and hashes are kept by the kernel, in the user's keyring, and never on a disk. They
 * outlive the process, and go with their time, with opensspi_logout, with the machine, and when the
 * user's keyring was not used for as long as /proc/sys/kernel/keys/persistent_keyring_expiry says.
 * All times are FILETIME: 100 ns since 1601-01-01 UTC; 0: never. */

/* Logs `user` on in the caller's own session, in place of who has the same name there; who logged on
 * last is whom credentials are made for. Nobody checks the password. `user` may be user@domain, with
 * `domain` NULL or empty; neither has a backslash in it. `lifetime` in seconds, which the kernel
 * counts whole, so that it may end up to one early; 0: as long as the keyring. `session` may be NULL.
 * SEC_E_INVALID_PARAMETER: no user or password, more than 256 characters in either or 255 in the
 * domain, or not UTF-8. SEC_E_INSUFFICIENT_MEMORY: the user's quota of keys is used up.
 * SEC_E_UNSUPPORTED_FUNCTION: the kernel refuses keyrings here, as in many containers; Kerberos
 * caches are used all the same. */
OPENSSPI_API SECURITY_STATUS opensspi_login(const char *user, const char *domain,
                                            const char *password, uint32_t lifetime, LUID *session);
/* With the NT hash of the password (opensspi_nt_hash): good for NTLM; CREDSSP has no password to
 * delegate then. */
OPENSSPI_API SECURITY_STATUS opensspi_login_hash(const char *user, const char *domain,
                                                 const uint8_t nt_hash[16], uint32_t lifetime,
                                                 LUID *session);

/* Takes who has that name (DOMAIN\user, user@domain, or user in any domain) out of the caller's own
 * session; NULL or an empty name: everybody. SEC_E_NO_CREDENTIALS when there is nobody to take. */
OPENSSPI_API SECURITY_STATUS opensspi_logout(const char *name);

typedef struct opensspi_session_identity {
  const char *user;
  const char *domain; /* "" when there is none */
  uint64_t since;
  uint64_t expires;   /* 0: as long as the keyring */
} opensspi_session_identity;

typedef struct opensspi_session {
  uint32_t size;            /* what the library fills in: later versions may fill in more */
  uint32_t uid;
  LUID luid;
  const char *owner;        /* the Unix user, or "SYSTEM" */
  int32_t refuses_keyrings; /* not 0: the kernel does, so that nobody can log on */
  uint32_t num_identities;
  const opensspi_session_identity *identities; /* the last to log on first */
} opensspi_session;

/* Called for each session that the caller may see: its own first, then, for who may use those of
 * others, the machine's and that of each user who has logged on. The session lives as long as the
 * call; what it returns other than 0 ends the list. */
typedef int (*opensspi_session_callback)(const opensspi_session *session, void *user);
OPENSSPI_API SECURITY_STATUS opensspi_session_list(opensspi_session_callback callback, void *user);

/* ---- Tokens: who a client is ------------------------------------------------------------------- */
/* QuerySecurityContextToken hands out the token of a server's client as a HANDLE, which is good in
 * every thread, also after its context is gone, until it is closed: CloseHandle of windows.h, which is
 * opensspi_close_handle of wintypes.h. The attributes SECPKG_ATTR_ACCESS_TOKEN, _C_ACCESS_TOKEN and
 * _C_FULL_ACCESS_TOKEN lend one, all the same, that ends with the context. docs/tokens.md: which Unix
 * user it is, and impersonation. */

typedef struct opensspi_token {
  uint32_t size;            /* what the library fills in: later versions may fill in more */
  int32_t anonymous;        /* not 0: the client did not say who it is */
  const char *user;         /* as the authority spells it */
  const char *domain;       /* "" when there is none */
  const char *user_sid;     /* "S-1-5-21-…"; "" when the authority has none */
  const char *const *group_sids;
  uint32_t num_group_sids;
  uint32_t num_groups;
  const uint32_t *groups;   /* all of the Unix user's, gid among them */
  const char *unix_user;    /* "" when no user of this machine stands for the client: then uid and
                               gid are 0xFFFFFFFF and there are no groups */
  uint32_t uid;
  uint32_t gid;
  const char *no_unix_user; /* why there is none, static text; "" when there is one */
  uint64_t tickets_expire;  /* the last of the Kerberos tickets that the client handed over
                               (ASC_RET_DELEGATE), FILETIME; 0: it handed over none */
} opensspi_token;

/* One block for opensspi_free. The first that is read of a context, and the first impersonation, asks
 * the machine's user database, and waits for it. SEC_E_INVALID_HANDLE for whatever is no open handle
 * of a token. */
OPENSSPI_API SECURITY_STATUS opensspi_token_read(HANDLE token, opensspi_token **contents);

/* Copies the Kerberos tickets that the client handed over into a credential cache, for programs that
 * are started for it. `cache` is libkrb5's name of it: "FILE:/run/user/1000/krb5cc_session",
 * "KEYRING:persistent:1000:session", "KCM:1000:session"; name one of the client's own, for what was in
 * it is gone. It belongs to the user as whom the thread acts, who alone may read it: impersonate the
 * client first (ImpersonateSecurityContext), or its programs cannot. They live as long as the cache,
 * whatever becomes of the token. SEC_E_INVALID_HANDLE: no token. SEC_E_NO_CREDENTIALS: the client
 * handed over none. SEC_E_INVALID_PARAMETER: no name of a cache. SEC_E_NOT_OWNER: a cache that the
 * thread may not write. SEC_E_INTERNAL_ERROR with libkrb5's code as value: it could not be written. */
OPENSSPI_API SECURITY_STATUS opensspi_token_store_tickets(HANDLE token, const char *cache);

#ifdef __cplusplus
}
#endif

#include "opensspi_authorities.h"

#endif /* OPENSSPI_OPENSSPI_H */
