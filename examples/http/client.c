/* Gets a page from a web server that wants `Negotiate`: IIS, Apache with mod_auth_gssapi, server.c.
 *
 *   echo 'Passw0rd!' | http_client server 80 /secret 'CORP\alice'
 *   http_client server 80 /secret                # as who has logged on: opensspi login, kinit
 *
 * The target's name is HTTP/server. Without TLS there is no channel to bind the logon to. */
#define SECURITY_WIN32
#include <security.h>

#include <netdb.h>
#include <opensspi.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "message.h"

static struct message answer;

static int fail(const char* what, SECURITY_STATUS status) {
  opensspi_error error;
  opensspi_last_error(&error);
  fprintf(stderr, "%s: %s: %s\n", what, opensspi_status_name(status), error.why);
  return 1;
}

static int connect_to(const char* host, const char* port) {
  struct addrinfo hints = {0}, *found = NULL;
  hints.ai_socktype = SOCK_STREAM;
  if (getaddrinfo(host, port, &hints, &found) != 0) return -1;
  int connection = -1;
  for (struct addrinfo *one = found; one != NULL && connection < 0; one = one->ai_next) {
    connection = socket(one->ai_family, SOCK_STREAM, 0);
    if (connection >= 0 && connect(connection, one->ai_addr, one->ai_addrlen) != 0) {
      close(connection);
      connection = -1;
    }
  }
  freeaddrinfo(found);
  return connection;
}

/* Asks for the page; `token` may be NULL. */
static int ask(int connection, const char* host, const char* page, const SecBuffer* token) {
  static char request[MESSAGE_MAX], base64[MESSAGE_MAX / 2];
  base64[0] = '\0';
  if (token != NULL) text_of(token->pvBuffer, token->cbBuffer, base64);
  int size = snprintf(request, sizeof request, "GET %s HTTP/1.1\r\nHost: %s\r\n%s%s%s\r\n", page,
                      host, token != NULL ? "Authorization: Negotiate " : "", base64,
                      token != NULL ? "\r\n" : "");
  if (size < 0 || (size_t)size >= sizeof request) return -1;
  return send_all(connection, request, (size_t)size);
}

/* One leg: the server's token in, ours out by ask(). */
static SECURITY_STATUS leg(int connection, CredHandle* credential, CtxtHandle* context,
                           const char* target, const char* page, unsigned char* token, int size) {
  SecBuffer in = {(ULONG)size, SECBUFFER_TOKEN, token}, out = {0, SECBUFFER_TOKEN, NULL};
  SecBufferDesc input = {SECBUFFER_VERSION, 1, &in}, output = {SECBUFFER_VERSION, 1, &out};
  ULONG attributes = 0;
  int first = !SecIsValidHandle(context);
  SECURITY_STATUS status = InitializeSecurityContextA(
      credential, first ? NULL : context, (SEC_CHAR*)target,
      ISC_REQ_MUTUAL_AUTH | ISC_REQ_ALLOCATE_MEMORY, 0, SECURITY_NATIVE_DREP, first ? NULL : &input,
      0, context, &output, &attributes, NULL);
  if (status >= 0 && out.cbBuffer > 0 && ask(connection, target + strlen("HTTP/"), page, &out) != 0)
    status = SEC_E_ILLEGAL_MESSAGE;
  FreeContextBuffer(out.pvBuffer);
  return status;
}

static int is_answered(const char* status) {
  return strncmp(answer.text + strcspn(answer.text, " "), status, strlen(status)) == 0;
}

/* The page, with a logon if the server wants one; `answer` is the server's last. SEC_E_OK: the
 * server wanted none, or has proven itself too. */
static SECURITY_STATUS get(int connection, CredHandle* credential, CtxtHandle* context,
                           const char* target, const char* page) {
  static unsigned char token[MESSAGE_MAX];
  if (ask(connection, target + strlen("HTTP/"), page, NULL) != 0) return SEC_E_ILLEGAL_MESSAGE;
  SECURITY_STATUS status = SEC_E_OK; /* nobody has asked for a logon yet */
  for (;;) {
    if (read_message(connection, &answer) != 0) return SEC_E_ILLEGAL_MESSAGE;
    const char* value = header(&answer, "WWW-Authenticate", "Negotiate");
    int size = value != NULL ? token_of(value, token, sizeof token) : 0;
    if (size < 0) return SEC_E_INVALID_TOKEN;
    int begun = SecIsValidHandle(context);
    if (value == NULL || (begun && (size == 0 || status == SEC_E_OK))) break;
    status = leg(connection, credential, context, target, page, token, size);
    if (status < 0 || !is_answered(" 401")) break; /* the page came with the last token */
  }
  if (status == SEC_I_CONTINUE_NEEDED && is_answered(" 200")) return SEC_E_MUTUAL_AUTH_FAILED;
  return status;
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
  if (argc < 4 || argc > 5 || (argc == 5 && fgets(password, sizeof password, stdin) == NULL)) {
    fprintf(stderr, "usage: [echo PASSWORD |] %s HOST PORT PAGE [[DOMAIN\\]USER]\n", argv[0]);
    return 2;
  }
  password[strcspn(password, "\n")] = '\0';
  snprintf(target, sizeof target, "HTTP/%s", argv[1]);
  CredHandle credential;
  CtxtHandle context;
  SECURITY_STATUS status = acquire(argc == 5 ? argv[4] : NULL, password, &credential);
  explicit_bzero(password, sizeof password); /* the library has its own copy */
  if (status != SEC_E_OK) return fail("AcquireCredentialsHandle", status);

  int connection = connect_to(argv[1], argv[2]);
  if (connection < 0) return fail("connect", SEC_E_TARGET_UNKNOWN);
  SecInvalidateHandle(&context);
  status = get(connection, &credential, &context, target, argv[3]);
  int result = status < 0 ? fail("logon", status) : !is_answered(" 200");
  if (status >= 0) {
    fprintf(stderr, "%.*s\n", (int)strcspn(answer.text, "\r"), answer.text);
    fwrite(answer.body, 1, answer.body_size, stdout);
  }
  if (SecIsValidHandle(&context)) DeleteSecurityContext(&context);
  FreeCredentialsHandle(&credential);
  close(connection);
  return result;
}
