/* A CredSSP client over TCP: logs on to examples/server.c, says hello, prints the answer.
 *
 *   echo 'Passw0rd!' | client 127.0.0.1 3390 alice
 *
 * The tokens go over the connection as they are. An RDP client sends X.224 messages first; see the
 * `connect` command. Error handling is what a program needs, and no more. */
#define SECURITY_WIN32
#include <security.h>

#include <credssp.h>
#include <netdb.h>
#include <opensspi.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static int fail(const char *what, SECURITY_STATUS status) {
  opensspi_error error;
  opensspi_last_error(&error);
  fprintf(stderr, "%s: %s: %s\n", what, opensspi_status_name(status), error.why);
  return 1;
}

static int connect_to(const char *host, const char *port) {
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

/* The logon. `buffer` collects what the server sends; bytes that are left over at the end belong to
 * the application and stay in it. */
static SECURITY_STATUS log_on(int connection, CredHandle *credential, CtxtHandle *context,
                              const char *target, char *buffer, ULONG capacity, ULONG *size) {
  SECURITY_STATUS status = SEC_I_CONTINUE_NEEDED;
  int first = 1;
  while (status == SEC_I_CONTINUE_NEEDED || status == SEC_E_INCOMPLETE_MESSAGE) {
    if (!first && (*size == 0 || status == SEC_E_INCOMPLETE_MESSAGE)) {
      ssize_t got = recv(connection, buffer + *size, capacity - *size, 0);
      if (got <= 0) return SEC_E_ILLEGAL_MESSAGE; /* closed in the middle */
      *size += (ULONG)got;
    }
    SecBuffer in[2] = {{*size, SECBUFFER_TOKEN, buffer}, {0, SECBUFFER_EMPTY, NULL}};
    SecBuffer out = {0, SECBUFFER_TOKEN, NULL};
    SecBufferDesc input = {SECBUFFER_VERSION, 2, in}, output = {SECBUFFER_VERSION, 1, &out};
    ULONG attributes = 0;
    status = InitializeSecurityContextA(
        credential, first ? NULL : context, (SEC_CHAR *)target,
        ISC_REQ_DELEGATE | ISC_REQ_MUTUAL_AUTH | ISC_REQ_ALLOCATE_MEMORY | ISC_REQ_STREAM, 0,
        SECURITY_NATIVE_DREP, first ? NULL : &input, 0, context, &output, &attributes, NULL);
    if (status == SEC_E_INCOMPLETE_MESSAGE) continue;
    /* A token goes out whatever the status is: a refusal tells the server why. */
    if (out.cbBuffer > 0) send(connection, out.pvBuffer, out.cbBuffer, 0);
    FreeContextBuffer(out.pvBuffer);
    ULONG left = in[1].BufferType == SECBUFFER_EXTRA ? in[1].cbBuffer : 0;
    memmove(buffer, buffer + (*size - left), left);
    *size = left;
    first = 0;
  }
  return status;
}

static int say_hello(int connection, CtxtHandle *context, char *buffer, ULONG capacity,
                     ULONG size) {
  SecPkgContext_StreamSizes sizes;
  SECURITY_STATUS status = QueryContextAttributesA(context, SECPKG_ATTR_STREAM_SIZES, &sizes);
  if (status != SEC_E_OK) return fail("QueryContextAttributes", status);
  char header[64], text[] = "hello", trailer[64];
  SecBuffer parts[4] = {{sizes.cbHeader, SECBUFFER_STREAM_HEADER, header},
                        {sizeof text - 1, SECBUFFER_DATA, text},
                        {sizes.cbTrailer, SECBUFFER_STREAM_TRAILER, trailer},
                        {0, SECBUFFER_EMPTY, NULL}};
  SecBufferDesc message = {SECBUFFER_VERSION, 4, parts};
  status = EncryptMessage(context, 0, &message, 0);
  if (status != SEC_E_OK) return fail("EncryptMessage", status);
  for (int i = 0; i < 3; ++i) send(connection, parts[i].pvBuffer, parts[i].cbBuffer, 0);

  for (;;) {
    SecBuffer in[4] = {{size, SECBUFFER_DATA, buffer}, {0}, {0}, {0}};
    SecBufferDesc answer = {SECBUFFER_VERSION, 4, in};
    status = DecryptMessage(context, &answer, 0, NULL);
    if (status == SEC_E_OK) {
      printf("server says: %.*s\n", (int)in[1].cbBuffer, (const char *)in[1].pvBuffer);
      return 0;
    }
    if (status != SEC_E_INCOMPLETE_MESSAGE) return fail("DecryptMessage", status);
    ssize_t got = recv(connection, buffer + size, capacity - size, 0);
    if (got <= 0) return fail("recv", SEC_E_ILLEGAL_MESSAGE);
    size += (ULONG)got;
  }
}

int main(int argc, char **argv) {
  static char buffer[65536];
  char password[256], target[256];
  if (argc != 4 || fgets(password, sizeof password, stdin) == NULL) {
    fprintf(stderr, "usage: echo PASSWORD | %s HOST PORT USER\n", argv[0]);
    return 2;
  }
  password[strcspn(password, "\n")] = '\0';
  snprintf(target, sizeof target, "TERMSRV/%s", argv[1]);

  SEC_WINNT_AUTH_IDENTITY_A who = {0};
  who.User = (unsigned char *)argv[3];
  who.UserLength = (ULONG)strlen(argv[3]);
  who.Password = (unsigned char *)password;
  who.PasswordLength = (ULONG)strlen(password);
  who.Flags = SEC_WINNT_AUTH_IDENTITY_ANSI; /* 8-bit strings: UTF-8 */
  CREDSSP_CRED cred = {CredsspSubmitBufferBoth, NULL, &who};
  CredHandle credential;
  CtxtHandle context;
  SECURITY_STATUS status = AcquireCredentialsHandleA(NULL, (SEC_CHAR *)"CREDSSP", SECPKG_CRED_OUTBOUND, NULL,
                                                     &cred, NULL, NULL, &credential, NULL);
  explicit_bzero(password, sizeof password); /* the library has its own copy */
  if (status != SEC_E_OK) return fail("AcquireCredentialsHandle", status);

  ULONG size = 0;
  int connection = connect_to(argv[1], argv[2]);
  if (connection < 0) return fail("connect", SEC_E_TARGET_UNKNOWN);
  SecInvalidateHandle(&context);
  status = log_on(connection, &credential, &context, target, buffer, sizeof buffer, &size);
  int result = status == SEC_E_OK ? say_hello(connection, &context, buffer, sizeof buffer, size)
                                  : fail("logon", status);
  DeleteSecurityContext(&context);
  FreeCredentialsHandle(&credential);
  close(connection);
  return result;
}
