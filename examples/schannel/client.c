/* A blocking TLS client over Schannel, as programs for Windows are written.
 *
 *   client host port [-p client.pfx] [-a protocol] [-v 0..3] [-n times]
 *
 * Sends one line on each connection and prints what comes back, until the server has closed. */
#include "common.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FLAGS                                                                  \
  (ISC_REQ_SEQUENCE_DETECT | ISC_REQ_REPLAY_DETECT | ISC_REQ_CONFIDENTIALITY | \
   ISC_REQ_EXTENDED_ERROR | ISC_REQ_ALLOCATE_MEMORY | ISC_REQ_STREAM)

static struct {
  const char *host, *port, *pfx, *protocol;
  DWORD versions;
  int times;
} options = {NULL, NULL, NULL, NULL, 0, 1};

static SOCKET dial(void) {
  struct addrinfo hints, *found = NULL, *each;
  SOCKET connection = INVALID_SOCKET;
  memset(&hints, 0, sizeof hints);
  hints.ai_socktype = SOCK_STREAM;
  if (getaddrinfo(options.host, options.port, &hints, &found) != 0) return INVALID_SOCKET;
  for (each = found; each != NULL && connection == INVALID_SOCKET; each = each->ai_next) {
    connection = socket(each->ai_family, each->ai_socktype, each->ai_protocol);
    if (connection != INVALID_SOCKET && connect(connection, each->ai_addr, each->ai_addrlen) != 0) {
      closesocket(connection);
      connection = INVALID_SOCKET;
    }
  }
  freeaddrinfo(found);
  return connection;
}

static SECURITY_STATUS first_leg(CredHandle *credential, Stream *stream) {
  unsigned char memory[300];
  SecBuffer offer, token = {0, SECBUFFER_TOKEN, NULL};
  SecBufferDesc input = {SECBUFFER_VERSION, 1, &offer}, output = {SECBUFFER_VERSION, 1, &token};
  DWORD attributes;
  SECURITY_STATUS status;
  if (options.protocol != NULL) offer = offer_protocol(options.protocol, memory);
  status = InitializeSecurityContextA(
      credential, NULL, (SEC_CHAR *)options.host, FLAGS, 0, SECURITY_NATIVE_DREP,
      options.protocol != NULL ? &input : NULL, 0, &stream->context, &output, &attributes, NULL);
  if (status == SEC_I_CONTINUE_NEEDED && !send_token(stream->socket, &token))
    status = SEC_E_INTERNAL_ERROR;
  return status;
}

/* The legs of a handshake after the first. `may_read`: there is nothing in the buffer to begin
 * with, and the server speaks next. */
static SECURITY_STATUS handshake(CredHandle *credential, Stream *stream, BOOL may_read) {
  SECURITY_STATUS status = SEC_I_CONTINUE_NEEDED;
  DWORD flags = FLAGS;
  while (status == SEC_I_CONTINUE_NEEDED || status == SEC_E_INCOMPLETE_MESSAGE ||
         status == SEC_I_INCOMPLETE_CREDENTIALS) {
    SecBuffer in[2], token = {0, SECBUFFER_TOKEN, NULL};
    SecBufferDesc input = {SECBUFFER_VERSION, 2, in}, output = {SECBUFFER_VERSION, 1, &token};
    DWORD attributes = 0;
    if (may_read && (stream->used == 0 || status == SEC_E_INCOMPLETE_MESSAGE) &&
        !receive_more(stream))
      return SEC_E_INCOMPLETE_MESSAGE;
    may_read = TRUE;
    hand_over(stream, in);
    status = InitializeSecurityContextA(credential, &stream->context, NULL, flags, 0,
                                        SECURITY_NATIVE_DREP, &input, 0, NULL, &output, &attributes,
                                        NULL);
    if (status == SEC_E_OK || status == SEC_I_CONTINUE_NEEDED ||
        (FAILED(status) && (attributes & ISC_RET_EXTENDED_ERROR))) {
      if (!send_token(stream->socket, &token)) return SEC_E_INTERNAL_ERROR;
    }
    if (status == SEC_I_INCOMPLETE_CREDENTIALS) {
      flags |= ISC_REQ_USE_SUPPLIED_CREDS; /* there is no other certificate: the same again */
      may_read = FALSE;
    } else if (status == SEC_E_OK || status == SEC_I_CONTINUE_NEEDED) {
      keep_extra(stream, &in[1]);
    }
  }
  return status;
}

static void say_goodbye(CredHandle *credential, Stream *stream) {
  DWORD attributes;
  SecBuffer token = {0, SECBUFFER_TOKEN, NULL};
  SecBufferDesc output = {SECBUFFER_VERSION, 1, &token};
  if (!announce_end(stream)) return;
  if (InitializeSecurityContextA(credential, &stream->context, NULL, FLAGS, 0, SECURITY_NATIVE_DREP,
                                 NULL, 0, NULL, &output, &attributes, NULL) == SEC_E_OK)
    send_token(stream->socket, &token);
}

/* Prints what the server says, up to the first line's end. */
static SECURITY_STATUS converse(CredHandle *credential, Stream *stream) {
  static const char kLine[] = "Off with their heads\n";
  static char data[16384];
  DWORD size = 0;
  SECURITY_STATUS status;
  if (!send_message(stream, kLine, sizeof kLine - 1)) return SEC_E_INTERNAL_ERROR;
  do {
    status = receive_message(stream, data, &size);
    if (status == SEC_I_RENEGOTIATE) {
      status = handshake(credential, stream, FALSE);
      if (status == SEC_E_OK) printf("renegotiated\n");
      size = 0;
    }
    if (status == SEC_E_OK) fwrite(data, 1, size, stdout);
    fflush(stdout);
  } while (status == SEC_E_OK && (size == 0 || data[size - 1] != '\n'));
  return status;
}

static int visit(CredHandle *credential) {
  static Stream stream;
  SECURITY_STATUS status;
  stream.used = 0;
  stream.socket = dial();
  if (stream.socket == INVALID_SOCKET) {
    fprintf(stderr, "no connection to %s\n", options.host);
    return 1;
  }
  status = first_leg(credential, &stream);
  if (status == SEC_I_CONTINUE_NEEDED) {
    status = handshake(credential, &stream, TRUE);
    if (status == SEC_E_OK) {
      describe(&stream);
      status = converse(credential, &stream);
      if (status == SEC_E_OK) say_goodbye(credential, &stream);
    }
    DeleteSecurityContext(&stream.context);
  }
  closesocket(stream.socket);
  if (status == SEC_E_OK) return 0;
  printf("ended with 0x%08x\n", (unsigned)status);
  return 1;
}

int main(int argc, char **argv) {
  CredHandle credential;
  int i, failed = 0;
  if (argc < 3) {
    fprintf(stderr, "client host port [-p client.pfx] [-a protocol] [-v 0..3] [-n times]\n");
    return 2;
  }
#ifdef _WIN32
  WSADATA data;
  WSAStartup(MAKEWORD(2, 2), &data);
#endif
  options.host = argv[1];
  options.port = argv[2];
  for (i = 3; i + 1 < argc; i += 2) {
    if (strcmp(argv[i], "-p") == 0) options.pfx = argv[i + 1];
    if (strcmp(argv[i], "-a") == 0) options.protocol = argv[i + 1];
    if (strcmp(argv[i], "-n") == 0) options.times = atoi(argv[i + 1]);
    if (strcmp(argv[i], "-v") == 0) options.versions = version_named(argv[i + 1]);
  }
  credential =
      acquire(SECPKG_CRED_OUTBOUND, options.pfx, options.versions, SCH_CRED_NO_DEFAULT_CREDS);
  while (options.times-- > 0) failed |= visit(&credential);
  FreeCredentialsHandle(&credential);
  return failed;
}
