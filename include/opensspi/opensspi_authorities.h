/*
 * opensspi_authorities.h: who vouches for a server's clients, how KDCs are reached, and the accounts
 * of this machine. A part of opensspi.h, by whose rules it goes; programs include that.
 */
#ifndef OPENSSPI_OPENSSPI_AUTHORITIES_H
#define OPENSSPI_OPENSSPI_AUTHORITIES_H

#include "opensspi.h"

#ifdef __cplusplus
extern "C" {
#endif

/* ---- Who vouches for clients ------------------------------------------------------------------- */
/* Inbound credentials ask the authority that the policy names (the accounts of this machine), unless
 * the program judges itself. */

/* An NTLMv2 logon to judge. Everything lives as long as the call. */
typedef struct opensspi_logon {
  const char *user;        /* as the client sent them */
  const char *domain;      /* "" when the client sent none; refuse those that you do not serve: the
                              client's Unix user is looked up by both names (docs/tokens.md) */
  const char *workstation;
  uint8_t server_challenge[8];
  const uint8_t *nt_response; /* NTProofStr (16 bytes) and what it covers */
  size_t nt_response_size;
} opensspi_logon;

/* Gives the NT hash of a user: opensspi_nt_hash() of the password. Returns 0 and the hash when the
 * account may log on; STATUS_NO_SUCH_USER (0xC0000064) when there is none; any other NTSTATUS, with
 * the hash filled in, refuses for that reason, which the client learns only if its password was
 * right (STATUS_ACCOUNT_DISABLED 0xC0000072, …). STATUS_NO_LOGON_SERVERS (0xC000005E): whoever knows
 * could not be asked, which is SEC_E_NO_AUTHENTICATING_AUTHORITY on both sides. */
typedef uint32_t (*opensspi_nt_hash_callback)(const char *user, const char *domain,
                                              uint8_t nt_hash[16], void *user_data);

/* Judges by itself: 0 and the session base key ([MS-NLMP] 3.3.2) when accepted, else the NTSTATUS
 * of the refusal; STATUS_NO_LOGON_SERVERS as above. */
typedef uint32_t (*opensspi_logon_callback)(const opensspi_logon *logon,
                                            uint8_t session_base_key[16], void *user_data);

typedef struct opensspi_authority {
  uint32_t size;                     /* sizeof(opensspi_authority) */
  opensspi_nt_hash_callback nt_hash; /* exactly one of the two callbacks is set */
  opensspi_logon_callback logon;
  void *user_data;                   /* handed to the callbacks */
  void (*release)(void *user_data);  /* called once when nobody can call any more; may be NULL */
  const char *netbios_computer;      /* what the machine calls itself; NULL: its own names */
  const char *netbios_domain;
  const char *dns_computer;
  const char *dns_domain;
} opensspi_authority;

/* The authority of the process, asked by every logon that begins from now on and whose credential
 * has none of its own. NULL: back to the policy's. The structure and its texts are copied. Callbacks
 * come from the threads that call AcceptSecurityContext, several at once, and must not call on the
 * context that is being accepted. In a thread that acts as a client (ImpersonateSecurityContext) they
 * run as the process. Without any authority (no accounts, none set) logons with NTLM are
 * refused with SEC_E_NO_AUTHENTICATING_AUTHORITY, and so are inbound credentials of CREDSSP where
 * there is no keytab either. */
OPENSSPI_API SECURITY_STATUS opensspi_set_authority(const opensspi_authority *authority);

/* Which of the authorities that the policy permits may judge in this process: "accounts", "winbind",
 * or "auto", both, by the domain that the client names (docs/policy.md, authority.kind). NULL is
 * "auto". Counts for credentials that are acquired from now on and logons that begin from now on; what
 * policy forbids stays forbidden. SEC_E_INVALID_PARAMETER for any other word. */
OPENSSPI_API SECURITY_STATUS opensspi_limit_authority(const char *kind);

/* The keytab of this process's servers, as libkrb5 names it ("/etc/xrdp/keytab", "FILE:…"), for
 * credentials that are acquired from now on without a password. NULL: what KRB5_KTNAME names, else
 * krb5.conf. It is not looked at: Acquire says what is wrong with it. */
OPENSSPI_API SECURITY_STATUS opensspi_set_keytab(const char *name);

/* AcquireCredentialsHandle for a server whose credential brings its own authority, which the
 * contexts made from it ask instead of the process's. `auth_data` is what pAuthData is for the
 * package; `expiry` may be NULL. */
OPENSSPI_API SECURITY_STATUS opensspi_acquire_inbound(const char *package, void *auth_data,
                                                      const opensspi_authority *authority,
                                                      PCredHandle credential, PTimeStamp expiry);

/* The NT hash of a password: MD4 of its UTF-16LE. SEC_E_INVALID_PARAMETER when it is not UTF-8. */
OPENSSPI_API SECURITY_STATUS opensspi_nt_hash(const char *password, uint8_t nt_hash[16]);

/* ---- The way to KDCs ---------------------------------------------------------------------------- */
/* Kerberos asks the KDCs that krb5.conf names or DNS knows, over UDP, TCP or HTTPS, unless the program
 * carries the messages itself. */

#define OPENSSPI_KDC_TICKETS 0          /* to a KDC: RFC 4120 */
#define OPENSSPI_KDC_PASSWORD_CHANGES 1 /* to a server for passwords: RFC 3244 */
#define OPENSSPI_KDC_MAX_ANSWER 1048576 /* bytes */

/* One message to a realm. Everything lives as long as the call. */
typedef struct opensspi_kdc_request {
  const char *realm;
  uint32_t service;           /* OPENSSPI_KDC_TICKETS or OPENSSPI_KDC_PASSWORD_CHANGES */
  const uint8_t *message;     /* as in a datagram: without the length that goes before it over TCP */
  size_t message_size;
  const char *const *servers; /* as krb5.conf names them (host, host:port, tcp/host, https://host/…), in
                                 its order; NULL after the last */
  const char *proxy;          /* SetCredentialsAttributes(KDC_PROXY_SETTINGS); NULL: none */
  int32_t proxy_forced;       /* not 0: nobody is asked but the proxy */
  uint32_t deadline_ms;       /* kerberos.kdc_timeout_ms of the policy, for the callback to keep */
} opensspi_kdc_request;

/* Returns 0 with the server's answer, without the length before it, and its size; an NTSTATUS,
 * STATUS_NO_LOGON_SERVERS (0xC000005E) for one, when there is none, which is
 * SEC_E_NO_AUTHENTICATING_AUTHORITY. `answer` has room for *answer_size bytes,
 * OPENSSPI_KDC_MAX_ANSWER; a longer answer counts as none. A change of a password must reach one server
 * only, and once. */
typedef uint32_t (*opensspi_kdc_callback)(const opensspi_kdc_request *request, uint8_t *answer,
                                          size_t *answer_size, void *user_data);

typedef struct opensspi_kdc_transport {
  uint32_t size;                    /* sizeof(opensspi_kdc_transport) */
  opensspi_kdc_callback exchange;
  void *user_data;                  /* handed to the callback */
  void (*release)(void *user_data); /* called once when nobody can call any more; may be NULL */
} opensspi_kdc_transport;

/* The way to KDCs of the process, for every message from now on. NULL: back to the network. The
 * structure is copied. Callbacks come from the threads that step contexts of Kerberos or change
 * passwords, several at once, in the place of the library's own asking: silent realms are theirs to
 * remember. They must not call on the context that is being stepped, and run as the process.
 * SEC_E_INVALID_PARAMETER for a structure of another size or without a callback. */
OPENSSPI_API SECURITY_STATUS opensspi_set_kdc_transport(const opensspi_kdc_transport *transport);

/* ---- Accounts of this machine ------------------------------------------------------------------- */
/* User and domain names compare without regard to case. A NULL or empty domain is this machine. All
 * times are FILETIME: 100 ns since 1601-01-01 UTC; 0: never. */

typedef struct opensspi_accounts opensspi_accounts;

/* Opens the accounts, and makes the file (mode 0600) if it is not there. `path` NULL:
 * $OPENSSPI_ACCOUNTS, else /var/lib/opensspi/accounts.db for root and the user's data folder
 * otherwise. */
OPENSSPI_API SECURITY_STATUS opensspi_accounts_open(const char *path, opensspi_accounts **accounts);
OPENSSPI_API void opensspi_accounts_close(opensspi_accounts *accounts);

/* Where the accounts lie; lives as long as `accounts`. */
OPENSSPI_API const char *opensspi_accounts_path(const opensspi_accounts *accounts);

/* SEC_E_INVALID_PARAMETER when the account is there already, or a name is not fit for one. */
OPENSSPI_API SECURITY_STATUS opensspi_account_add(opensspi_accounts *accounts, const char *user,
                                                  const char *domain, const char *password);
OPENSSPI_API SECURITY_STATUS opensspi_account_add_hash(opensspi_accounts *accounts,
                                                       const char *user, const char *domain,
                                                       const uint8_t nt_hash[16]);
/* The rest: SEC_E_TARGET_UNKNOWN when there is no such account. */
OPENSSPI_API SECURITY_STATUS opensspi_account_set_password(opensspi_accounts *accounts,
                                                           const char *user, const char *domain,
                                                           const char *password);
/* Enabling also lifts a lockout. */
OPENSSPI_API SECURITY_STATUS opensspi_account_set_enabled(opensspi_accounts *accounts,
                                                          const char *user, const char *domain,
                                                          int enabled);
OPENSSPI_API SECURITY_STATUS opensspi_account_set_must_change(opensspi_accounts *accounts,
                                                              const char *user, const char *domain,
                                                              int must_change);
OPENSSPI_API SECURITY_STATUS opensspi_account_set_expiry(opensspi_accounts *accounts,
                                                         const char *user, const char *domain,
                                                         uint64_t expires);
/* Which user of this machine the account stands for; only so may it be root. NULL or "": the user
 * who has its name, in its domain if it has one. Whether there is such a user is seen when a client's
 * token is read. SEC_E_INVALID_PARAMETER when that is no name of a Unix user. */
OPENSSPI_API SECURITY_STATUS opensspi_account_set_unix_user(opensspi_accounts *accounts,
                                                            const char *user, const char *domain,
                                                            const char *unix_user);
OPENSSPI_API SECURITY_STATUS opensspi_account_remove(opensspi_accounts *accounts, const char *user,
                                                     const char *domain);

typedef struct opensspi_account {
  const char *user;
  const char *domain;        /* "" for this machine */
  int32_t enabled;
  int32_t must_change;       /* the password */
  uint64_t expires;          /* 0: never */
  uint64_t last_logon;       /* 0: never */
  uint32_t failures;         /* wrong passwords since the last right one */
  uint64_t locked_until;     /* 0: not locked */
  const char *unix_user;     /* "" when nobody said */
} opensspi_account;

/* Called for each account, by domain and name. The account lives as long as the call; what it
 * returns other than 0 ends the list. */
typedef int (*opensspi_account_callback)(const opensspi_account *account, void *user);
OPENSSPI_API SECURITY_STATUS opensspi_account_list(opensspi_accounts *accounts,
                                                   opensspi_account_callback callback, void *user);

/* Takes lines of smbpasswd or of a FreeRDP SAM file; an account that is there already gets the new
 * hash. `imported` and `skipped` count lines; comments and empty lines do not count. All or nothing:
 * a database error leaves the accounts as they were. */
OPENSSPI_API SECURITY_STATUS opensspi_account_import(opensspi_accounts *accounts, const char *text,
                                                     size_t size, uint32_t *imported,
                                                     uint32_t *skipped);

/* After `threshold` wrong passwords an account is locked for `minutes`; threshold 0: never. Peers
 * are told what they are told of a wrong password, whichever they try. */
typedef struct opensspi_lockout_policy {
  uint32_t threshold;
  uint32_t minutes;
} opensspi_lockout_policy;
OPENSSPI_API SECURITY_STATUS opensspi_accounts_lockout(opensspi_accounts *accounts,
                                                       opensspi_lockout_policy *policy);
OPENSSPI_API SECURITY_STATUS opensspi_accounts_set_lockout(opensspi_accounts *accounts,
                                                           const opensspi_lockout_policy *policy);

/* Last logons and failures are written up to a second late; this writes what this process still
 * holds. A server calls it before it exits. */
OPENSSPI_API SECURITY_STATUS opensspi_accounts_flush(void);

#ifdef __cplusplus
}
#endif

#endif /* OPENSSPI_OPENSSPI_AUTHORITIES_H */
