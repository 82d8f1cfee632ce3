/* A CredSSP server over TCP: takes one logon, says who it is, answers one message.
 *
 *   opensspi account add alice && server 3390
 *
 * Accounts come from the accounts of this machine; opensspi_set_authority() puts a judge of your own in
 * their place. Listens on the loopback only. */
#define SECURITY_WIN32
#include <security.h>

#include <credssp.h>
#include <netinet/in.h>
#include <opensspi.h>
#include <schannel.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static int fail(const char *what, SECURITY_STATUS status) {
  opensspi_error error;
  opensspi_last_error(&error);
  fprintf(stderr, "%s: %s: %s (%s)\n", what, opensspi_status_name(status), error.why,
          opensspi_nt_status_name(error.nt_status));
  return 1;
}

/* A server needs a certificate. This one is made on the spot; opensspi_certificate_from_pem and
 * PFXImportCertStore read one from files. */
static SECURITY_STATUS acquire(CredHandle *credential) {
  char *certificate, *key;
  size_t certificate_size, key_size;
  PCCERT_CONTEXT context = NULL;
  SECURITY_STATUS status =
      opensspi_make_self_signed("localhost", &certificate, &certificate_size, &key, &key_size);
  if (status != SEC_E_OK) return status;
  status = opensspi_certificate_from_pem(certificate, certificate_size, key, key_size, NULL,
                                         &context);
  opensspi_free(certificate);
  opensspi_free(key);
  if (status != SEC_E_OK) return status;
  SCHANNEL_CRED tls = {0};
  tls.dwVersion = SCHANNEL_CRED_VERSION;
  tls.cCreds = 1;
  tls.paCred = &context;
  CREDSSP_CRED cred = {CredsspSubmitBufferBoth, &tls, NULL};
  status = AcquireCredentialsHandleA(NULL, (SEC_CHAR *)"CREDSSP", SECPKG_CRED_INBOUND, NULL, &cred,
                                     NULL, NULL, credential, NULL);
  CertFreeCertificateContext(context);
  return status;
}

static int accept_one(unsigned short port) {
  struct sockaddr_in address = {0};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  int listener = socket(AF_INET, SOCK_STREAM, 0), yes = 1;
  setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
  if (bind(listener, (struct sockaddr *)&address, sizeof address) != 0 || listen(listener, 1) != 0)
    return -1;
  fprintf(stderr, "listening on 127.0.0.1:%u\n", port);
  int connection = accept(listener, NULL, NULL);
  close(listener);
  return connection;
}

static SECURITY_STATUS take_logon(int connection, CredHandle *credential, CtxtHandle *context,
                                  char *buffer, ULONG capacity, ULONG *size) {
  SECURITY_STATUS status = SEC_I_CONTINUE_NEEDED;
  int first = 1;
  while (status == SEC_I_CONTINUE_NEEDED || status == SEC_E_INCOMPLETE_MESSAGE) {
    if (*size == 0 || status == SEC_E_INCOMPLETE_MESSAGE) {
      ssize_t got = recv(connection, buffer + *size, capacity - *size, 0);
      if (got <= 0) return SEC_E_ILLEGAL_MESSAGE; /* closed in the middle */
      *size += (ULONG)got;
    }
    SecBuffer in[2] = {{*size, SECBUFFER_TOKEN, buffer}, {0, SECBUFFER_EMPTY, NULL}};
    SecBuffer out = {0, SECBUFFER_TOKEN, NULL};
    SecBufferDesc input = {SECBUFFER_VERSION, 2, in}, output = {SECBUFFER_VERSION, 1, &out};
    ULONG attributes = 0;
    status = AcceptSecurityContext(credential, first ? NULL : context, &input,
                                   ASC_REQ_ALLOCATE_MEMORY | ASC_REQ_STREAM, SECURITY_NATIVE_DREP,
                                   context, &output, &attributes, NULL);
    if (status == SEC_E_INCOMPLETE_MESSAGE) continue;
    if (out.cbBuffer > 0) send(connection, out.pvBuffer, out.cbBuffer, 0);
    FreeContextBuffer(out.pvBuffer);
    ULONG left = in[1].BufferType == SECBUFFER_EXTRA ? in[1].cbBuffer : 0;
    memmove(buffer, buffer + (*size - left), left);
    *size = left;
    first = 0;
  }
  return status;
}

/* Reads one message and sends its bytes back in capitals. */
static int answer(int connection, CtxtHandle *context, char *buffer, ULONG capacity, ULONG size) {
  SecPkgContext_StreamSizes sizes;
  SECURITY_STATUS status = QueryContextAttributesA(context, SECPKG_ATTR_STREAM_SIZES, &sizes);
  SecBuffer in[4];
  for (;;) {
    memset(in, 0, sizeof in);
    in[0].cbBuffer = size;
    in[0].BufferType = SECBUFFER_DATA;
    in[0].pvBuffer = buffer;
    SecBufferDesc message = {SECBUFFER_VERSION, 4, in};
    status = DecryptMessage(context, &message, 0, NULL);
    if (status != SEC_E_INCOMPLETE_MESSAGE) break;
    ssize_t got = recv(connection, buffer + size, capacity - size, 0);
    if (got <= 0) return fail("recv", SEC_E_ILLEGAL_MESSAGE);
    size += (ULONG)got;
  }
  if (status != SEC_E_OK) return fail("DecryptMessage", status);
  char *text = in[1].pvBuffer, header[64], trailer[64];
  for (ULONG i = 0; i < in[1].cbBuffer; ++i)
    if (text[i] >= 'a' && text[i] <= 'z') text[i] = (char)(text[i] - 'a' + 'A');
  SecBuffer out[4] = {{sizes.cbHeader, SECBUFFER_STREAM_HEADER, header},
                      {in[1].cbBuffer, SECBUFFER_DATA, text},
                      {sizes.cbTrailer, SECBUFFER_STREAM_TRAILER, trailer},
                      {0, SECBUFFER_EMPTY, NULL}};
  SecBufferDesc message = {SECBUFFER_VERSION, 4, out};
  status = EncryptMessage(context, 0, &message, 0);
  if (status != SEC_E_OK) return fail("EncryptMessage", status);
  for (int i = 0; i < 3; ++i) send(connection, out[i].pvBuffer, out[i].cbBuffer, 0);
  return 0;
}

int main(int argc, char **argv) {
  static char buffer[65536];
  CredHandle credential;
  CtxtHandle context;
  SECURITY_STATUS status = acquire(&credential);
  if (status != SEC_E_OK) return fail("AcquireCredentialsHandle", status);
  int connection = accept_one((unsigned short)(argc > 1 ? atoi(argv[1]) : 3390));
  if (connection < 0) return fail("listen", SEC_E_INTERNAL_ERROR);

  ULONG size = 0;
  SecInvalidateHandle(&context);
  status = take_logon(connection, &credential, &context, buffer, sizeof buffer, &size);
  int result = 1;
  opensspi_identity delegated;
  if (status != SEC_E_OK) {
    result = fail("logon", status);
  } else if (opensspi_delegated_credential(&context, &delegated) == SEC_E_OK) {
    printf("%s logged on and delegated %zu bytes of password\n", delegated.user,
           delegated.password_size);
    opensspi_identity_free(&delegated);
    result = answer(connection, &context, buffer, sizeof buffer, size);
  }
  DeleteSecurityContext(&context);
  FreeCredentialsHandle(&credential);
  close(connection);
  return result;
}
