/* A web server of one page that wants `Negotiate` and says who came:
 *
 *   http_server 8080        # accounts: opensspi account add alice
 *   curl --negotiate -u : http://localhost:8080/
 *
 * A logon belongs to its connection, as browsers have it. One connection at a time: what a real
 * server does about that is its own affair. */
#define SECURITY_WIN32
#include <security.h>

#include <arpa/inet.h>
#include <opensspi.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "message.h"

static struct message request;

static void complain(const char* what, SECURITY_STATUS status) {
  opensspi_error error;
  opensspi_last_error(&error);
  fprintf(stderr, "%s: %s: %s\n", what, opensspi_status_name(status), error.why);
}

static int answer(int connection, const char* status, const SecBuffer* token, const char* body) {
  static char text[MESSAGE_MAX], base64[MESSAGE_MAX / 2];
  base64[0] = '\0';
  if (token != NULL) text_of(token->pvBuffer, token->cbBuffer, base64);
  int wanted = strcmp(status, "401 Unauthorized") == 0;
  int size = snprintf(text, sizeof text, "HTTP/1.1 %s\r\n%s%s%sContent-Length: %zu\r\n\r\n%s",
                      status, wanted || base64[0] != '\0' ? "WWW-Authenticate: Negotiate " : "",
                      base64, wanted || base64[0] != '\0' ? "\r\n" : "", strlen(body), body);
  return size > 0 && (size_t)size < sizeof text ? send_all(connection, text, (size_t)size) : -1;
}

/* The page for whom the context knows. */
static int greet(int connection, CtxtHandle* context, const SecBuffer* token) {
  SecPkgContext_NamesA names;
  SECURITY_STATUS status = QueryContextAttributesA(context, SECPKG_ATTR_NAMES, &names);
  if (status != SEC_E_OK) {
    complain("QueryContextAttributes", status);
    return answer(connection, "500 Internal Server Error", NULL, "");
  }
  char body[1024];
  snprintf(body, sizeof body, "hello %s\n", names.sUserName);
  FreeContextBuffer(names.sUserName);
  return answer(connection, "200 OK", token, body);
}

/* One leg of the logon; SEC_E_OK when the page was sent. */
static SECURITY_STATUS leg(int connection, CredHandle* credential, CtxtHandle* context,
                           const char* value) {
  static unsigned char token[MESSAGE_MAX];
  int size = token_of(value, token, sizeof token);
  SecBuffer in = {size > 0 ? (ULONG)size : 0, SECBUFFER_TOKEN, token},
            out = {0, SECBUFFER_TOKEN, NULL};
  SecBufferDesc input = {SECBUFFER_VERSION, 1, &in}, output = {SECBUFFER_VERSION, 1, &out};
  ULONG attributes = 0;
  SECURITY_STATUS status = AcceptSecurityContext(
      credential, SecIsValidHandle(context) ? context : NULL, &input, ASC_REQ_ALLOCATE_MEMORY,
      SECURITY_NATIVE_DREP, context, &output, &attributes, NULL);
  if (status < 0) complain("logon", status);
  /* A token goes out whatever the status is: a refusal tells the client why. */
  int sent = status == SEC_E_OK
                 ? greet(connection, context, &out)
                 : answer(connection, "401 Unauthorized", out.cbBuffer > 0 ? &out : NULL, "");
  FreeContextBuffer(out.pvBuffer);
  return sent == 0 ? status : SEC_E_ILLEGAL_MESSAGE;
}

static void serve(int connection, CredHandle* credential) {
  CtxtHandle context;
  SecInvalidateHandle(&context);
  int known = 0;
  while (read_message(connection, &request) == 0) {
    const char* value = header(&request, "Authorization", "Negotiate");
    if (value != NULL && !known) {
      SECURITY_STATUS status = leg(connection, credential, &context, value);
      if (status < 0) break;
      known = status == SEC_E_OK;
    } else if ((known ? greet(connection, &context, NULL)
                      : answer(connection, "401 Unauthorized", NULL, "")) != 0) {
      break;
    }
  }
  if (SecIsValidHandle(&context)) DeleteSecurityContext(&context);
}

int main(int argc, char** argv) {
  if (argc != 2) {
    fprintf(stderr, "usage: %s PORT\n", argv[0]);
    return 2;
  }
  CredHandle credential;
  SECURITY_STATUS status = AcquireCredentialsHandleA(
      NULL, (SEC_CHAR*)"Negotiate", SECPKG_CRED_INBOUND, NULL, NULL, NULL, NULL, &credential, NULL);
  if (status != SEC_E_OK) {
    complain("AcquireCredentialsHandle", status);
    return 1;
  }
  struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr = {htonl(INADDR_LOOPBACK)}};
  at.sin_port = htons((uint16_t)atoi(argv[1]));
  int one = 1, listener = socket(AF_INET, SOCK_STREAM, 0);
  setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
  if (bind(listener, (struct sockaddr*)&at, sizeof at) != 0 || listen(listener, 16) != 0) {
    perror("listen");
    return 1;
  }
  for (;;) {
    int connection = accept(listener, NULL, NULL);
    if (connection < 0) continue;
    serve(connection, &credential);
    close(connection);
  }
}
