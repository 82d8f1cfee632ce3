/*
 * A whole CREDSSP logon in C99, through the function table alone: the headers are used from C for
 * real. Both sides are in this program; what goes from one to the other would go over a network.
 */
#define SECURITY_WIN32
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "credssp.h"
#include "opensspi.h"
#include "schannel.h"
#include "security.h"
#include "wincrypt.h"

#define CHECK(condition)                                                        \
  do {                                                                          \
    if (!(condition)) {                                                         \
      opensspi_error error;                                                     \
      opensspi_last_error(&error);                                              \
      fprintf(stderr, "line %d: %s; %s: %s\n", __LINE__, #condition,            \
              opensspi_status_name(error.status), error.why);                   \
      exit(1);                                                                  \
    }                                                                           \
  } while (0)

enum { MAX_BYTES = 80000 };

typedef struct side {
  PSecurityFunctionTableA table;
  CredHandle credential;
  CtxtHandle context;
  int has_context;
  int is_server;
  unsigned char inbox[MAX_BYTES];
  size_t received;
} side;

static uint32_t find_hash(const char *user, const char *domain, uint8_t nt_hash[16], void *data) {
  (void)domain;
  if (strcmp(user, (const char *)data) != 0) return 0xC0000064u; /* STATUS_NO_SUCH_USER */
  return opensspi_nt_hash("Through the looking-glass", nt_hash) == SEC_E_OK ? 0 : 0xC0000001u;
}

static void acquire_client(side *client) {
  char user[] = "alice", domain[] = "WONDERLAND", password[] = "Through the looking-glass";
  SEC_WINNT_AUTH_IDENTITY_A identity = {0};
  CREDSSP_CRED cred = {0};
  TimeStamp expiry;
  identity.User = (unsigned char *)user;
  identity.UserLength = (ULONG)strlen(user);
  identity.Domain = (unsigned char *)domain;
  identity.DomainLength = (ULONG)strlen(domain);
  identity.Password = (unsigned char *)password;
  identity.PasswordLength = (ULONG)strlen(password);
  identity.Flags = SEC_WINNT_AUTH_IDENTITY_ANSI;
  cred.Type = CredsspSubmitBufferBoth;
  cred.pSpnegoCred = &identity;
  CHECK(client->table->AcquireCredentialsHandleA(NULL, (SEC_CHAR *)"CREDSSP", SECPKG_CRED_OUTBOUND,
                                                 NULL, &cred, NULL, NULL, &client->credential,
                                                 &expiry) == SEC_E_OK);
}

static void acquire_server(side *server) {
  char *pem = NULL, *key = NULL;
  size_t pem_size = 0, key_size = 0;
  PCCERT_CONTEXT certificate = NULL;
  SCHANNEL_CRED schannel = {0};
  CREDSSP_CRED cred = {0};
  opensspi_authority authority = {0};
  authority.size = sizeof authority;
  authority.nt_hash = find_hash;
  authority.user_data = (void *)"alice";
  CHECK(opensspi_set_authority(&authority) == SEC_E_OK);
  CHECK(opensspi_make_self_signed("looking-glass", &pem, &pem_size, &key, &key_size) == SEC_E_OK);
  CHECK(opensspi_certificate_from_pem(pem, pem_size, key, key_size, NULL, &certificate) ==
        SEC_E_OK);
  opensspi_free(pem);
  opensspi_free(key);
  schannel.dwVersion = SCHANNEL_CRED_VERSION;
  schannel.cCreds = 1;
  schannel.paCred = &certificate;
  cred.Type = CredsspSubmitBufferBoth;
  cred.pSchannelCred = &schannel;
  CHECK(server->table->AcquireCredentialsHandleA(NULL, (SEC_CHAR *)"CREDSSP", SECPKG_CRED_INBOUND,
                                                 NULL, &cred, NULL, NULL, &server->credential,
                                                 NULL) == SEC_E_OK);
  CertFreeCertificateContext(certificate);
}

/* One leg with all that has arrived; what it says goes to `peer`. */
static SECURITY_STATUS leg(side *self, side *peer) {
  SecBuffer in[2] = {{0}}, out = {0};
  SecBufferDesc input = {SECBUFFER_VERSION, 2, in}, output = {SECBUFFER_VERSION, 1, &out};
  CtxtHandle *existing = self->has_context ? &self->context : NULL;
  ULONG attributes = 0;
  SECURITY_STATUS status;
  in[0].BufferType = SECBUFFER_TOKEN;
  in[0].pvBuffer = self->inbox;
  in[0].cbBuffer = (ULONG)self->received;
  in[1].BufferType = SECBUFFER_EMPTY;
  out.BufferType = SECBUFFER_TOKEN;
  if (self->is_server)
    status = self->table->AcceptSecurityContext(
        &self->credential, existing, &input, ASC_REQ_ALLOCATE_MEMORY | ASC_REQ_STREAM,
        SECURITY_NATIVE_DREP, &self->context, &output, &attributes, NULL);
  else
    status = self->table->InitializeSecurityContextA(
        &self->credential, existing, (SEC_CHAR *)"TERMSRV/looking-glass",
        ISC_REQ_ALLOCATE_MEMORY | ISC_REQ_STREAM | ISC_REQ_DELEGATE | ISC_REQ_MUTUAL_AUTH, 0,
        SECURITY_NATIVE_DREP, existing != NULL ? &input : NULL, 0, &self->context, &output,
        &attributes, NULL);
  CHECK(status >= 0);
  self->has_context = 1;
  self->received = 0;
  if (in[1].BufferType == SECBUFFER_EXTRA) {
    memmove(self->inbox, in[1].pvBuffer, in[1].cbBuffer);
    self->received = in[1].cbBuffer;
  }
  CHECK(peer->received + out.cbBuffer <= MAX_BYTES);
  if (out.cbBuffer != 0) memcpy(peer->inbox + peer->received, out.pvBuffer, out.cbBuffer);
  peer->received += out.cbBuffer;
  CHECK(self->table->FreeContextBuffer(out.pvBuffer) == SEC_E_OK);
  return status;
}

static void say(side *from, side *to, const char *text) {
  SecPkgContext_StreamSizes sizes;
  unsigned char memory[1024];
  SecBuffer buffers[4] = {{0}};
  SecBufferDesc message = {SECBUFFER_VERSION, 4, buffers};
  const ULONG length = (ULONG)strlen(text);
  int i;
  CHECK(from->table->QueryContextAttributesA(&from->context, SECPKG_ATTR_STREAM_SIZES, &sizes) ==
        SEC_E_OK);
  memcpy(memory + sizes.cbHeader, text, length);
  buffers[0].BufferType = SECBUFFER_STREAM_HEADER;
  buffers[0].cbBuffer = sizes.cbHeader;
  buffers[0].pvBuffer = memory;
  buffers[1].BufferType = SECBUFFER_DATA;
  buffers[1].cbBuffer = length;
  buffers[1].pvBuffer = memory + sizes.cbHeader;
  buffers[2].BufferType = SECBUFFER_STREAM_TRAILER;
  buffers[2].cbBuffer = sizes.cbTrailer;
  buffers[2].pvBuffer = memory + sizes.cbHeader + length;
  buffers[3].BufferType = SECBUFFER_EMPTY;
  CHECK(from->table->EncryptMessage(&from->context, 0, &message, 0) == SEC_E_OK);

  buffers[0].cbBuffer += buffers[1].cbBuffer + buffers[2].cbBuffer;
  buffers[0].BufferType = SECBUFFER_DATA;
  for (i = 1; i < 4; ++i) {
    buffers[i].BufferType = SECBUFFER_EMPTY;
    buffers[i].cbBuffer = 0;
    buffers[i].pvBuffer = NULL;
  }
  CHECK(to->table->DecryptMessage(&to->context, &message, 0, NULL) == SEC_E_OK);
  CHECK(buffers[1].BufferType == SECBUFFER_DATA && buffers[1].cbBuffer == length);
  CHECK(memcmp(buffers[1].pvBuffer, text, length) == 0);
}

static void end(side *self) {
  CHECK(self->table->DeleteSecurityContext(&self->context) == SEC_E_OK);
  CHECK(self->table->FreeCredentialsHandle(&self->credential) == SEC_E_OK);
}

int main(void) {
  static side client, server;
  SECURITY_STATUS of_client = SEC_I_CONTINUE_NEEDED, of_server = SEC_I_CONTINUE_NEEDED;
  SecPkgContext_NamesA names;
  int turn;
  client.table = server.table = InitSecurityInterfaceA();
  CHECK(client.table != NULL && client.table->dwVersion == 1);
  server.is_server = 1;
  acquire_client(&client);
  acquire_server(&server);
  for (turn = 0; turn < 10 && of_server == SEC_I_CONTINUE_NEEDED; ++turn) {
    of_client = leg(&client, &server);
    of_server = leg(&server, &client);
  }
  CHECK(of_client == SEC_E_OK && of_server == SEC_E_OK);
  say(&client, &server, "How nice it would be");
  say(&server, &client, "if we could only get through");
  CHECK(server.table->QueryContextAttributesA(&server.context, SECPKG_ATTR_NAMES, &names) ==
        SEC_E_OK);
  CHECK(strcmp(names.sUserName, "WONDERLAND\\alice") == 0);
  CHECK(server.table->FreeContextBuffer(names.sUserName) == SEC_E_OK);
  end(&client);
  end(&server);
  puts("logged on");
  return 0;
}
