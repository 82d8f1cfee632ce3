/* A blocking TLS server over Schannel, as programs for Windows are written: one client after the
 * other, whose lines it sends back.
 *
 *   server port server.pfx [-c 1] [-a protocol] [-v 0..3] [-n clients]
 *
 * -c 1 asks clients for a certificate. */
#include "common.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#ifndef _WIN32
#include <arpa/inet.h>
#include <netinet/in.h>
#endif

#define FLAGS                                                                  \
  (ASC_REQ_SEQUENCE_DETECT | ASC_REQ_REPLAY_DETECT | ASC_REQ_CONFIDENTIALITY | \
   ASC_REQ_EXTENDED_ERROR | ASC_REQ_ALLOCATE_MEMORY | ASC_REQ_STREAM)

static struct {
  const char *pfx, *protocol;
  DWORD versions, flags;
  int clients;
} options = {NULL, NULL, 0, FLAGS, 1};

static SOCKET listen_on(const char *port) {
  struct sockaddr_in address;
  const int yes = 1;
  SOCKET listener = socket(AF_INET, SOCK_STREAM, 0);
  memset(&address, 0, sizeof address);
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons((unsigned short)atoi(port));
  setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, (const char *)&yes, sizeof yes);
  if (bind(listener, (struct sockaddr *)&address, sizeof address) != 0 || listen(listener, 4) != 0)
    return INVALID_SOCKET;
  return listener;
}

/* Of a new connection, or after SEC_I_RENEGOTIATE, which needs nothing to be read first. */
static SECURITY_STATUS handshake(CredHandle *credential, Stream *stream, BOOL first) {
  SECURITY_STATUS status = SEC_I_CONTINUE_NEEDED;
  unsigned char memory[300];
  BOOL may_read = first;
  while (status == SEC_I_CONTINUE_NEEDED || status == SEC_E_INCOMPLETE_MESSAGE) {
    SecBuffer in[3], token = {0, SECBUFFER_TOKEN, NULL};
    SecBufferDesc input = {SECBUFFER_VERSION, 2, in}, output = {SECBUFFER_VERSION, 1, &token};
    DWORD attributes = 0;
    if (may_read && (stream->used == 0 || status == SEC_E_INCOMPLETE_MESSAGE) &&
        !receive_more(stream))
      return SEC_E_INCOMPLETE_MESSAGE;
    may_read = TRUE;
    hand_over(stream, in);
    if (options.protocol != NULL) {
      in[2] = offer_protocol(options.protocol, memory);
      input.cBuffers = 3;
    }
    status =
        AcceptSecurityContext(credential, first ? NULL : &stream->context, &input, options.flags,
                              SECURITY_NATIVE_DREP, &stream->context, &output, &attributes, NULL);
    if (status == SEC_E_OK || status == SEC_I_CONTINUE_NEEDED ||
        (FAILED(status) && (attributes & ASC_RET_EXTENDED_ERROR))) {
      if (!send_token(stream->socket, &token)) return SEC_E_INTERNAL_ERROR;
    }
    if (status == SEC_E_OK || status == SEC_I_CONTINUE_NEEDED) {
      first = FALSE;
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
  if (AcceptSecurityContext(credential, &stream->context, NULL, options.flags, SECURITY_NATIVE_DREP,
                            NULL, &output, &attributes, NULL) == SEC_E_OK)
    send_token(stream->socket, &token);
}

static void serve(CredHandle *credential, Stream *stream) {
  static char data[16384];
  DWORD size = 0;
  SECURITY_STATUS status;
  SecInvalidateHandle(&stream->context);
  status = handshake(credential, stream, TRUE);
  if (status == SEC_E_OK) describe(stream);
  while (status == SEC_E_OK) {
    status = receive_message(stream, data, &size);
    if (status == SEC_I_RENEGOTIATE)
      status = handshake(credential, stream, FALSE);
    else if (status == SEC_E_OK && !send_message(stream, data, size))
      break;
  }
  if (status == SEC_I_CONTEXT_EXPIRED) {
    say_goodbye(credential, stream);
    printf("closed\n");
  } else if (status == SEC_E_INCOMPLETE_MESSAGE) {
    printf("cut off\n");
  } else {
    printf("ended with 0x%08x\n", (unsigned)status);
  }
  fflush(stdout);
  if (SecIsValidHandle(&stream->context)) DeleteSecurityContext(&stream->context);
}

int main(int argc, char **argv) {
  static Stream stream;
  CredHandle credential;
  SOCKET listener;
  int i;
  if (argc < 3) {
    fprintf(stderr, "server port server.pfx [-c 1] [-a protocol] [-v 0..3] [-n clients]\n");
    return 2;
  }
#ifdef _WIN32
  WSADATA data;
  WSAStartup(MAKEWORD(2, 2), &data);
#endif
  options.pfx = argv[2];
  for (i = 3; i + 1 < argc; i += 2) {
    if (strcmp(argv[i], "-c") == 0) options.flags |= ASC_REQ_MUTUAL_AUTH;
    if (strcmp(argv[i], "-a") == 0) options.protocol = argv[i + 1];
    if (strcmp(argv[i], "-n") == 0) options.clients = atoi(argv[i + 1]);
    if (strcmp(argv[i], "-v") == 0) options.versions = version_named(argv[i + 1]);
  }
  credential = acquire(SECPKG_CRED_INBOUND, options.pfx, options.versions, 0);
  listener = listen_on(argv[1]);
  if (listener == INVALID_SOCKET) {
    fprintf(stderr, "port %s cannot be listened on\n", argv[1]);
    return 2;
  }
  while (options.clients-- > 0) {
    stream.socket = accept(listener, NULL, NULL);
    stream.used = 0;
    serve(&credential, &stream);
    closesocket(stream.socket);
  }
  closesocket(listener);
  FreeCredentialsHandle(&credential);
  return 0;
}
