/* What the client and the server have in common: the socket, and the stream once TLS stands. */
#ifndef EXAMPLE_SCHANNEL_COMMON_H
#define EXAMPLE_SCHANNEL_COMMON_H

#define SECURITY_WIN32
#include <schannel.h>
#include <security.h>
#include <wincrypt.h>

#ifdef _WIN32
#include <winsock2.h>
#include <ws2tcpip.h>
#else
#include <netdb.h>
#include <sys/socket.h>
#include <unistd.h>
typedef int SOCKET;
#define INVALID_SOCKET (-1)
#define closesocket close
#endif

/* TLS over one connection. What was received and not yet taken is in `buffer`. */
typedef struct {
  SOCKET socket;
  CtxtHandle context;
  SecPkgContext_StreamSizes sizes;
  unsigned char buffer[0x10000];
  DWORD used;
} Stream;

/* SCHANNEL_CRED out of a PKCS#12 file, or without a certificate when `pfx` is NULL; protocols are
 * SP_PROT_ bits, 0 for the defaults. Ends the program when it fails. */
CredHandle acquire(ULONG use, const char *pfx, DWORD protocols, DWORD flags);

/* One SECBUFFER_APPLICATION_PROTOCOLS with one name, in `memory`. */
SecBuffer offer_protocol(const char *name, unsigned char memory[300]);

/* More bytes to the end of the buffer. FALSE when the peer has closed the connection. */
BOOL receive_more(Stream *stream);
BOOL send_all(SOCKET socket, const void *data, DWORD size);
/* Sends a token and gives its memory back. */
BOOL send_token(SOCKET socket, SecBuffer *token);
/* The input of a leg: what was received, and a buffer that tells how much of it is left over. */
void hand_over(Stream *stream, SecBuffer in[2]);
/* Bytes that no call has taken move to the front of the buffer. */
void keep_extra(Stream *stream, const SecBuffer *extra);

/* Of TLS 1.`minor`, for both sides; 0, which is the defaults, when there is none. */
DWORD version_named(const char *minor);

/* What was agreed, as a line on stdout. */
void describe(Stream *stream);

/* The next leg gives the close_notify to send. */
BOOL announce_end(Stream *stream);

BOOL send_message(Stream *stream, const char *data, DWORD size);
/* The next message's bytes into `data`, of 16384 bytes. SEC_E_OK, SEC_I_RENEGOTIATE, which the
 * caller answers with its handshake, SEC_I_CONTEXT_EXPIRED when the peer has closed TLS,
 * SEC_E_INCOMPLETE_MESSAGE when the connection was cut off. */
SECURITY_STATUS receive_message(Stream *stream, char *data, DWORD *size);

#endif
