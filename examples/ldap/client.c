/* Searches an Active Directory, signed and sealed:
 *
 *   echo 'Passw0rd!' | ldap_client ldap://dc1.ad.example DC=ad,DC=example '(cn=bob)' 'AD\alice'
 *   ldap_client ldap://dc1.ad.example DC=ad,DC=example '(cn=bob)'   # as who has logged on: kinit
 *
 * and prints the names of what it found. [MS-ADTS] 5.1.1.1: a SASL bind with GSS-SPNEGO. */
#include <ldap.h>
#include <opensspi.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "layer.h"

static int fail(const char* what, SECURITY_STATUS status) {
  opensspi_error error;
  opensspi_last_error(&error);
  fprintf(stderr, "%s: %s: %s\n", what, opensspi_status_name(status), error.why);
  return 1;
}

static int fail_ldap(const char* what, int result) {
  fprintf(stderr, "%s: %s\n", what, ldap_err2string(result));
  return 1;
}

/* One leg: a token out, the server's answer in. `in` is freed, and becomes what came. */
static SECURITY_STATUS leg(LDAP* ldap, CredHandle* credential, CtxtHandle* context,
                           const char* target, struct berval** in, int* bound) {
  SecBuffer token = {*in != NULL ? (ULONG)(*in)->bv_len : 0, SECBUFFER_TOKEN,
                     *in != NULL ? (*in)->bv_val : NULL};
  SecBuffer out = {0, SECBUFFER_TOKEN, NULL};
  SecBufferDesc input = {SECBUFFER_VERSION, 1, &token}, output = {SECBUFFER_VERSION, 1, &out};
  ULONG attributes = 0;
  int first = !SecIsValidHandle(context);
  SECURITY_STATUS status = InitializeSecurityContextA(
      credential, first ? NULL : context, (SEC_CHAR*)target,
      ISC_REQ_MUTUAL_AUTH | ISC_REQ_INTEGRITY | ISC_REQ_CONFIDENTIALITY | ISC_REQ_SEQUENCE_DETECT |
          ISC_REQ_ALLOCATE_MEMORY,
      0, SECURITY_NATIVE_DREP, first ? NULL : &input, 0, context, &output, &attributes, NULL);
  ber_bvfree(*in);
  *in = NULL;
  if (status >= 0 && out.cbBuffer > 0) {
    struct berval credentials = {out.cbBuffer, out.pvBuffer};
    *bound = ldap_sasl_bind_s(ldap, NULL, "GSS-SPNEGO", &credentials, NULL, NULL, in);
    if (*bound != LDAP_SUCCESS && *bound != LDAP_SASL_BIND_IN_PROGRESS) status = SEC_E_LOGON_DENIED;
  }
  FreeContextBuffer(out.pvBuffer);
  return status;
}

/* SEC_E_OK when both sides say so; `bound` is what LDAP said last. */
static SECURITY_STATUS log_on(LDAP* ldap, CredHandle* credential, CtxtHandle* context,
                              const char* target, int* bound) {
  struct berval* in = NULL;
  SECURITY_STATUS status;
  do {
    status = leg(ldap, credential, context, target, &in, bound);
  } while (status == SEC_I_CONTINUE_NEEDED && in != NULL);
  /* The server's last word, with its last token, when ours was not the last leg. */
  if (status == SEC_E_OK && in != NULL && in->bv_len > 0) status = SEC_E_INVALID_TOKEN;
  ber_bvfree(in);
  if (status == SEC_E_OK && *bound != LDAP_SUCCESS) status = SEC_E_LOGON_DENIED;
  return status == SEC_I_CONTINUE_NEEDED ? SEC_E_MUTUAL_AUTH_FAILED : status;
}

static int search(LDAP* ldap, const char* base, const char* filter) {
  LDAPMessage* found = NULL;
  char* names_only[] = {LDAP_NO_ATTRS, NULL};
  int result = ldap_search_ext_s(ldap, base, LDAP_SCOPE_SUBTREE, filter, names_only, 0, NULL, NULL,
                                 NULL, LDAP_NO_LIMIT, &found);
  for (LDAPMessage* entry = ldap_first_entry(ldap, found); entry != NULL;
       entry = ldap_next_entry(ldap, entry)) {
    char* name = ldap_get_dn(ldap, entry);
    puts(name);
    ldap_memfree(name);
  }
  ldap_msgfree(found);
  return result == LDAP_SUCCESS ? 0 : fail_ldap("search", result);
}

static int bind_and_search(LDAP* ldap, CredHandle* credential, const char* target, char** argv) {
  CtxtHandle context;
  SecInvalidateHandle(&context);
  int bound = LDAP_SUCCESS, result = 1;
  SECURITY_STATUS status = log_on(ldap, credential, &context, target, &bound);
  Sockbuf* connection = NULL;
  if (bound != LDAP_SUCCESS) {
    fail_ldap("bind", bound);
  } else if (status != SEC_E_OK) {
    fail("logon", status);
  } else if (ldap_get_option(ldap, LDAP_OPT_SOCKBUF, &connection) == LDAP_OPT_SUCCESS &&
             (status = add_layer(connection, &context)) == SEC_E_OK) {
    result = search(ldap, argv[2], argv[3]);
  } else {
    fail("the layer", status);
  }
  ldap_unbind_ext_s(ldap, NULL, NULL);
  if (SecIsValidHandle(&context)) DeleteSecurityContext(&context);
  return result;
}

static SECURITY_STATUS acquire(char* user, char* password, CredHandle* credential) {
  SEC_WINNT_AUTH_IDENTITY_A who = {0};
  char* name = user != NULL ? strchr(user, '\\') : NULL;
  if (name != NULL) {
    *name++ = '\0';
    who.Domain = (unsigned char*)user;
    who.DomainLength = (ULONG)strlen(user);
  } else {
    name = user;
  }
  who.User = (unsigned char*)name;
  who.UserLength = name != NULL ? (ULONG)strlen(name) : 0;
  who.Password = (unsigned char*)password;
  who.PasswordLength = (ULONG)strlen(password);
  who.Flags = SEC_WINNT_AUTH_IDENTITY_ANSI; /* 8-bit strings: UTF-8 */
  return AcquireCredentialsHandleA(NULL, (SEC_CHAR*)"Negotiate", SECPKG_CRED_OUTBOUND, NULL,
                                   user != NULL ? &who : NULL, NULL, NULL, credential, NULL);
}

int main(int argc, char** argv) {
  char password[256] = "", target[256];
  LDAPURLDesc* url = NULL;
  if (argc < 4 || argc > 5 || ldap_url_parse(argv[1], &url) != 0 || url->lud_host == NULL ||
      (argc == 5 && fgets(password, sizeof password, stdin) == NULL)) {
    fprintf(stderr, "usage: [echo PASSWORD |] %s ldap://HOST BASE FILTER [[DOMAIN\\]USER]\n",
            argv[0]);
    return 2;
  }
  password[strcspn(password, "\n")] = '\0';
  snprintf(target, sizeof target, "ldap/%s", url->lud_host);
  ldap_free_urldesc(url);
  CredHandle credential;
  SECURITY_STATUS status = acquire(argc == 5 ? argv[4] : NULL, password, &credential);
  explicit_bzero(password, sizeof password); /* the library has its own copy */
  if (status != SEC_E_OK) return fail("AcquireCredentialsHandle", status);

  LDAP* ldap = NULL;
  int version = LDAP_VERSION3, result = ldap_initialize(&ldap, argv[1]);
  if (result != LDAP_SUCCESS) {
    fail_ldap("ldap_initialize", result);
  } else {
    ldap_set_option(ldap, LDAP_OPT_PROTOCOL_VERSION, &version);
    ldap_set_option(ldap, LDAP_OPT_REFERRALS, LDAP_OPT_OFF);
    result = bind_and_search(ldap, &credential, target, argv);
  }
  FreeCredentialsHandle(&credential);
  return result;
}
