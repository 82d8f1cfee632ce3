/* Schannel after the handshake, and the socket below. */
#include "common.h"

#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static PCCERT_CONTEXT read_pfx(const char *path) {
  static const WCHAR kNoPassword[1] = {0};
  static unsigned char bytes[0x10000];
  CRYPT_DATA_BLOB blob = {0, bytes};
  HCERTSTORE store;
  PCCERT_CONTEXT certificate;
  FILE *file = fopen(path, "rb");
  if (file == NULL) return NULL;
  blob.cbData = (DWORD)fread(bytes, 1, sizeof bytes, file);
  fclose(file);
  store = PFXImportCertStore(&blob, kNoPassword, 0);
  if (store == NULL) return NULL;
  certificate = CertEnumCertificatesInStore(store, NULL); /* the end entity comes first */
  CertCloseStore(store, 0);
  return certificate;
}

CredHandle acquire(ULONG use, const char *pfx, DWORD protocols, DWORD flags) {
  SCHANNEL_CRED cred;
  CredHandle credential;
  PCCERT_CONTEXT certificate = NULL;
  SECURITY_STATUS status;
  memset(&cred, 0, sizeof cred);
  if (pfx != NULL && (certificate = read_pfx(pfx)) == NULL) {
    fprintf(stderr, "%s: no certificate with its key\n", pfx);
    exit(2);
  }
  cred.dwVersion = SCHANNEL_CRED_VERSION;
  cred.cCreds = certificate != NULL ? 1 : 0;
  cred.paCred = &certificate;
  cred.grbitEnabledProtocols = protocols;
  cred.dwFlags = flags;
  status = AcquireCredentialsHandleA(NULL, (SEC_CHAR *)UNISP_NAME_A, use, NULL, &cred, NULL, NULL,
                                     &credential, NULL);
  if (certificate != NULL) CertFreeCertificateContext(certificate);
  if (status != SEC_E_OK) {
    fprintf(stderr, "AcquireCredentialsHandle: 0x%08x\n", (unsigned)status);
    exit(2);
  }
  return credential;
}

SecBuffer offer_protocol(const char *name, unsigned char memory[300]) {
  SEC_APPLICATION_PROTOCOLS *all = (SEC_APPLICATION_PROTOCOLS *)memory;
  SEC_APPLICATION_PROTOCOL_LIST *list = all->ProtocolLists;
  const size_t length = strlen(name);
  SecBuffer buffer;
  list->ProtoNegoExt = SecApplicationProtocolNegotiationExt_ALPN;
  list->ProtocolListSize = (USHORT)(length + 1);
  list->ProtocolList[0] = (UCHAR)length;
  memcpy(list->ProtocolList + 1, name, length);
  all->ProtocolListsSize =
      (ULONG)(offsetof(SEC_APPLICATION_PROTOCOL_LIST, ProtocolList) + length + 1);
  buffer.BufferType = SECBUFFER_APPLICATION_PROTOCOLS;
  buffer.cbBuffer = (ULONG)sizeof(ULONG) + all->ProtocolListsSize;
  buffer.pvBuffer = memory;
  return buffer;
}

BOOL receive_more(Stream *stream) {
  const int got = (int)recv(stream->socket, (char *)stream->buffer + stream->used,
                            sizeof stream->buffer - stream->used, 0);
  if (got <= 0) return FALSE;
  stream->used += (DWORD)got;
  return TRUE;
}

BOOL send_all(SOCKET socket, const void *data, DWORD size) {
  const char *next = data;
  while (size != 0) {
    const int sent = (int)send(socket, next, size, 0);
    if (sent <= 0) return FALSE;
    next += sent;
    size -= (DWORD)sent;
  }
  return TRUE;
}

BOOL send_token(SOCKET socket, SecBuffer *token) {
  BOOL sent = TRUE;
  if (token->cbBuffer != 0 && token->pvBuffer != NULL) {
    sent = send_all(socket, token->pvBuffer, token->cbBuffer);
    FreeContextBuffer(token->pvBuffer);
  }
  token->pvBuffer = NULL;
  token->cbBuffer = 0;
  return sent;
}

void hand_over(Stream *stream, SecBuffer in[2]) {
  in[0].BufferType = SECBUFFER_TOKEN;
  in[0].cbBuffer = stream->used;
  in[0].pvBuffer = stream->buffer;
  in[1].BufferType = SECBUFFER_EMPTY;
  in[1].cbBuffer = 0;
  in[1].pvBuffer = NULL;
}

void keep_extra(Stream *stream, const SecBuffer *extra) {
  if (extra != NULL && extra->BufferType == SECBUFFER_EXTRA) {
    memmove(stream->buffer, stream->buffer + (stream->used - extra->cbBuffer), extra->cbBuffer);
    stream->used = extra->cbBuffer;
  } else {
    stream->used = 0;
  }
}

static const DWORD kVersions[] = {SP_PROT_TLS1_0, SP_PROT_TLS1_1, SP_PROT_TLS1_2, SP_PROT_TLS1_3};

DWORD version_named(const char *minor) {
  return minor[0] >= '0' && minor[0] <= '3' ? kVersions[minor[0] - '0'] : 0;
}

static int minor_of(DWORD protocol) {
  int minor = 3;
  while (minor > 0 && !(protocol & kVersions[minor])) --minor;
  return minor;
}

void describe(Stream *stream) {
  SecPkgContext_ConnectionInfo info;
  SecPkgContext_SessionInfo session;
  SecPkgContext_ApplicationProtocol protocol;
  PCCERT_CONTEXT peer = NULL;
  QueryContextAttributesA(&stream->context, SECPKG_ATTR_STREAM_SIZES, &stream->sizes);
  QueryContextAttributesA(&stream->context, SECPKG_ATTR_CONNECTION_INFO, &info);
  QueryContextAttributesA(&stream->context, SECPKG_ATTR_SESSION_INFO, &session);
  QueryContextAttributesA(&stream->context, SECPKG_ATTR_APPLICATION_PROTOCOL, &protocol);
  QueryContextAttributesA(&stream->context, SECPKG_ATTR_REMOTE_CERT_CONTEXT, &peer);
  printf("TLS 1.%d, %s, peer %s, protocol %.*s\n", minor_of(info.dwProtocol),
         (session.dwFlags & SSL_SESSION_RECONNECT) ? "resumed" : "new",
         peer != NULL ? "shown" : "unknown", protocol.ProtocolIdSize, protocol.ProtocolId);
  fflush(stdout);
  if (peer != NULL) CertFreeCertificateContext(peer);
}

BOOL announce_end(Stream *stream) {
  DWORD type = SCHANNEL_SHUTDOWN;
  SecBuffer control = {sizeof type, SECBUFFER_TOKEN, NULL};
  SecBufferDesc input = {SECBUFFER_VERSION, 1, &control};
  control.pvBuffer = &type;
  return ApplyControlToken(&stream->context, &input) == SEC_E_OK;
}

BOOL send_message(Stream *stream, const char *data, DWORD size) {
  static unsigned char memory[0x4800];
  while (size != 0) {
    const DWORD part =
        size < stream->sizes.cbMaximumMessage ? size : stream->sizes.cbMaximumMessage;
    SecBuffer buffers[4] = {
        {stream->sizes.cbHeader, SECBUFFER_STREAM_HEADER, memory},
        {part, SECBUFFER_DATA, memory + stream->sizes.cbHeader},
        {stream->sizes.cbTrailer, SECBUFFER_STREAM_TRAILER, memory + stream->sizes.cbHeader + part},
        {0, SECBUFFER_EMPTY, NULL}};
    SecBufferDesc message = {SECBUFFER_VERSION, 4, buffers};
    memcpy(memory + stream->sizes.cbHeader, data, part);
    if (EncryptMessage(&stream->context, 0, &message, 0) != SEC_E_OK) return FALSE;
    if (!send_all(stream->socket, memory,
                  buffers[0].cbBuffer + buffers[1].cbBuffer + buffers[2].cbBuffer))
      return FALSE;
    data += part;
    size -= part;
  }
  return TRUE;
}

SECURITY_STATUS receive_message(Stream *stream, char *data, DWORD *size) {
  for (;;) {
    SecBuffer buffers[4] = {{stream->used, SECBUFFER_DATA, stream->buffer},
                            {0, SECBUFFER_EMPTY, NULL},
                            {0, SECBUFFER_EMPTY, NULL},
                            {0, SECBUFFER_EMPTY, NULL}};
    SecBufferDesc message = {SECBUFFER_VERSION, 4, buffers};
    const SecBuffer *extra = NULL;
    SECURITY_STATUS status = SEC_E_INCOMPLETE_MESSAGE;
    int i;
    if (stream->used != 0) status = DecryptMessage(&stream->context, &message, 0, NULL);
    if (status == SEC_E_INCOMPLETE_MESSAGE) {
      if (!receive_more(stream)) return status;
      continue;
    }
    if (status != SEC_E_OK && status != SEC_I_RENEGOTIATE) return status;
    *size = 0;
    for (i = 1; i < 4; ++i) {
      if (buffers[i].BufferType == SECBUFFER_DATA) {
        *size = buffers[i].cbBuffer;
        memcpy(data, buffers[i].pvBuffer, *size);
      }
      if (buffers[i].BufferType == SECBUFFER_EXTRA) extra = &buffers[i];
    }
    keep_extra(stream, extra);
    if (status != SEC_E_OK || *size != 0) return status;
  }
}
