/*
 * sspi/buffers.h, a part of sspi.h: SecBuffer, its types, and the structures that buffers of some
 * types carry. Arrays of one element stand for as many as the size before them says. The payloads
 * of TLS follow RFC 7301, RFC 5764 and RFC 8446.
 */
#ifndef OPENSSPI_SSPI_BUFFERS_H
#define OPENSSPI_SSPI_BUFFERS_H

#include "types.h"

typedef struct _SecBuffer {
  ULONG cbBuffer;   /* bytes */
  ULONG BufferType; /* SECBUFFER_, with attribute bits */
  void *pvBuffer;
} SecBuffer, *PSecBuffer;

typedef struct _SecBufferDesc {
  ULONG ulVersion; /* SECBUFFER_VERSION */
  ULONG cBuffers;
  PSecBuffer pBuffers;
} SecBufferDesc, *PSecBufferDesc;

#define SECBUFFER_VERSION 0

#define SECBUFFER_EMPTY 0      /* may become MISSING or EXTRA */
#define SECBUFFER_DATA 1       /* the message */
#define SECBUFFER_TOKEN 2      /* what goes to the peer or comes from it; a signature */
#define SECBUFFER_PKG_PARAMS 3 /* the package's own */
#define SECBUFFER_MISSING 4    /* cbBuffer: about how many more bytes are needed */
#define SECBUFFER_EXTRA 5      /* the last cbBuffer bytes of the input were not taken */
#define SECBUFFER_STREAM_TRAILER 6
#define SECBUFFER_STREAM_HEADER 7
#define SECBUFFER_NEGOTIATION_INFO 8 /* SEC_NEGOTIATION_INFO */
#define SECBUFFER_PADDING 9
#define SECBUFFER_STREAM 10 /* a whole protected message */
#define SECBUFFER_MECHLIST 11
#define SECBUFFER_MECHLIST_SIGNATURE 12
#define SECBUFFER_TARGET 13
#define SECBUFFER_CHANNEL_BINDINGS 14 /* SEC_CHANNEL_BINDINGS or _EX with its data */
#define SECBUFFER_CHANGE_PASS_RESPONSE 15
#define SECBUFFER_TARGET_HOST 16
#define SECBUFFER_ALERT 17                           /* a TLS alert for the peer */
#define SECBUFFER_APPLICATION_PROTOCOLS 18           /* SEC_APPLICATION_PROTOCOLS */
#define SECBUFFER_SRTP_PROTECTION_PROFILES 19        /* SEC_SRTP_PROTECTION_PROFILES */
#define SECBUFFER_SRTP_MASTER_KEY_IDENTIFIER 20      /* SEC_SRTP_MASTER_KEY_IDENTIFIER */
#define SECBUFFER_TOKEN_BINDING 21                   /* SEC_TOKEN_BINDING */
#define SECBUFFER_PRESHARED_KEY 22                   /* SEC_PRESHAREDKEY */
#define SECBUFFER_PRESHARED_KEY_IDENTITY 23          /* SEC_PRESHAREDKEY_IDENTITY */
#define SECBUFFER_DTLS_MTU 24                        /* SEC_DTLS_MTU */
#define SECBUFFER_SEND_GENERIC_TLS_EXTENSION 25      /* an extension to send */
#define SECBUFFER_SUBSCRIBE_GENERIC_TLS_EXTENSION 26 /* extensions to hand out */
#define SECBUFFER_FLAGS 27                           /* SEC_FLAGS */
#define SECBUFFER_TRAFFIC_SECRETS 28                 /* SEC_TRAFFIC_SECRETS */
#define SECBUFFER_CERTIFICATE_REQUEST_CONTEXT 29     /* SEC_CERTIFICATE_REQUEST_CONTEXT */
#define SECBUFFER_CHANNEL_BINDINGS_RESULT 30         /* SEC_CHANNEL_BINDINGS_RESULT */
#define SECBUFFER_APP_SESSION_STATE 31               /* SEC_APP_SESSION_STATE, server */
#define SECBUFFER_SESSION_TICKET 32                  /* SEC_SESSION_TICKET, client */

/* Bits of BufferType beside the type. */
#define SECBUFFER_ATTRMASK 0xF0000000
#define SECBUFFER_READONLY 0x80000000               /* neither changed nor protected */
#define SECBUFFER_READONLY_WITH_CHECKSUM 0x10000000 /* not changed, but protected */
#define SECBUFFER_RESERVED 0x60000000

typedef struct _SECPKG_APP_MODE_INFO {
  ULONG UserFunction;
  ULONG_PTR Argument1;
  ULONG_PTR Argument2;
  SecBuffer UserData;
  BOOLEAN ReturnToLsa;
} SECPKG_APP_MODE_INFO, *PSECPKG_APP_MODE_INFO;

/* ---- Hints for Negotiate -------------------------------------------------------------------- */

typedef struct _SEC_NEGOTIATION_INFO {
  ULONG Size;       /* bytes of the structure */
  ULONG NameLength; /* bytes */
  SEC_WCHAR *Name;
  void *Reserved;
} SEC_NEGOTIATION_INFO, *PSEC_NEGOTIATION_INFO;

/* ---- Channel bindings ----------------------------------------------------------------------- */

/* Offsets count bytes from the start of the structure; lengths are in bytes. A binding of TLS fills
 * the application data only: "tls-unique:" or "tls-server-end-point:" and what they name. */
typedef struct _SEC_CHANNEL_BINDINGS {
  ULONG dwInitiatorAddrType;
  ULONG cbInitiatorLength;
  ULONG dwInitiatorOffset;
  ULONG dwAcceptorAddrType;
  ULONG cbAcceptorLength;
  ULONG dwAcceptorOffset;
  ULONG cbApplicationDataLength;
  ULONG dwApplicationDataOffset;
} SEC_CHANNEL_BINDINGS, *PSEC_CHANNEL_BINDINGS;

typedef struct _SEC_CHANNEL_BINDINGS_EX {
  ULONG magicNumber;       /* SEC_CHANNEL_BINDINGS_EX_MAGIC */
  ULONG flags;             /* SEC_CHANNEL_BINDINGS_AUDIT_BINDINGS */
  ULONG cbHeaderLength;    /* bytes of the structure */
  ULONG cbStructureLength; /* bytes with the data */
  ULONG dwInitiatorAddrType;
  ULONG cbInitiatorLength;
  ULONG dwInitiatorOffset;
  ULONG dwAcceptorAddrType;
  ULONG cbAcceptorLength;
  ULONG dwAcceptorOffset;
  ULONG cbApplicationDataLength;
  ULONG dwApplicationDataOffset;
} SEC_CHANNEL_BINDINGS_EX, *PSEC_CHANNEL_BINDINGS_EX;

#define SEC_CHANNEL_BINDINGS_EX_MAGIC 0x58454243
#define SEC_CHANNEL_BINDINGS_AUDIT_BINDINGS 0x00000001
#define SEC_CHANNEL_BINDINGS_VALID_FLAGS SEC_CHANNEL_BINDINGS_AUDIT_BINDINGS

/* How the acceptor judged the client's bindings. */
typedef struct _SEC_CHANNEL_BINDINGS_RESULT {
  ULONG flags; /* SEC_CHANNEL_BINDINGS_RESULT_ */
} SEC_CHANNEL_BINDINGS_RESULT, *PSEC_CHANNEL_BINDINGS_RESULT;

#define SEC_CHANNEL_BINDINGS_RESULT_CLIENT_SUPPORT 0x00000001
#define SEC_CHANNEL_BINDINGS_RESULT_ABSENT 0x00000002
#define SEC_CHANNEL_BINDINGS_RESULT_NOTVALID_MISMATCH 0x00000004
#define SEC_CHANNEL_BINDINGS_RESULT_NOTVALID_MISSING 0x00000008
#define SEC_CHANNEL_BINDINGS_RESULT_VALID_MATCHED 0x00000010
#define SEC_CHANNEL_BINDINGS_RESULT_VALID_PROXY 0x00000020
#define SEC_CHANNEL_BINDINGS_RESULT_VALID_MISSING 0x00000040
#define SEC_CHANNEL_BINDINGS_RESULT_VALID                                                \
  (SEC_CHANNEL_BINDINGS_RESULT_VALID_MATCHED | SEC_CHANNEL_BINDINGS_RESULT_VALID_PROXY | \
   SEC_CHANNEL_BINDINGS_RESULT_VALID_MISSING)
#define SEC_CHANNEL_BINDINGS_RESULT_NOTVALID \
  (SEC_CHANNEL_BINDINGS_RESULT_NOTVALID_MISMATCH | SEC_CHANNEL_BINDINGS_RESULT_NOTVALID_MISSING)

/* ---- TLS ------------------------------------------------------------------------------------ */

typedef enum _SEC_APPLICATION_PROTOCOL_NEGOTIATION_EXT OPENSSPI_ENUM32 {
  SecApplicationProtocolNegotiationExt_None,
  SecApplicationProtocolNegotiationExt_NPN,
  SecApplicationProtocolNegotiationExt_ALPN
} SEC_APPLICATION_PROTOCOL_NEGOTIATION_EXT, *PSEC_APPLICATION_PROTOCOL_NEGOTIATION_EXT;

/* Sizes are in bytes. Each id of a list is led by a byte with its size. */
typedef struct _SEC_APPLICATION_PROTOCOL_LIST {
  SEC_APPLICATION_PROTOCOL_NEGOTIATION_EXT ProtoNegoExt;
  USHORT ProtocolListSize;
  UCHAR ProtocolList[1];
} SEC_APPLICATION_PROTOCOL_LIST, *PSEC_APPLICATION_PROTOCOL_LIST;

typedef struct _SEC_APPLICATION_PROTOCOLS {
  ULONG ProtocolListsSize; /* bytes of all lists */
  SEC_APPLICATION_PROTOCOL_LIST ProtocolLists[1];
} SEC_APPLICATION_PROTOCOLS, *PSEC_APPLICATION_PROTOCOLS;

typedef struct _SEC_SRTP_PROTECTION_PROFILES {
  USHORT ProfilesSize; /* bytes */
  USHORT ProfilesList[1];
} SEC_SRTP_PROTECTION_PROFILES, *PSEC_SRTP_PROTECTION_PROFILES;

typedef struct _SEC_SRTP_MASTER_KEY_IDENTIFIER {
  UCHAR MasterKeyIdentifierSize;
  UCHAR MasterKeyIdentifier[1];
} SEC_SRTP_MASTER_KEY_IDENTIFIER, *PSEC_SRTP_MASTER_KEY_IDENTIFIER;

typedef struct _SEC_TOKEN_BINDING {
  UCHAR MajorVersion;
  UCHAR MinorVersion;
  USHORT KeyParametersSize;
  UCHAR KeyParameters[1];
} SEC_TOKEN_BINDING, *PSEC_TOKEN_BINDING;

typedef struct _SEC_PRESHAREDKEY {
  USHORT KeySize;
  UCHAR Key[1];
} SEC_PRESHAREDKEY, *PSEC_PRESHAREDKEY;

typedef struct _SEC_PRESHAREDKEY_IDENTITY {
  USHORT KeyIdentitySize;
  UCHAR KeyIdentity[1];
} SEC_PRESHAREDKEY_IDENTITY, *PSEC_PRESHAREDKEY_IDENTITY;

typedef struct _SEC_DTLS_MTU {
  USHORT PathMTU; /* bytes */
} SEC_DTLS_MTU, *PSEC_DTLS_MTU;

/* The upper half of the context requirements. */
typedef struct _SEC_FLAGS {
  ULONGLONG Flags; /* the lower 32 bits are zero */
} SEC_FLAGS, *PSEC_FLAGS;

typedef struct _SEC_CERTIFICATE_REQUEST_CONTEXT {
  UCHAR cbCertificateRequestContext;
  UCHAR rgCertificateRequestContext[1];
} SEC_CERTIFICATE_REQUEST_CONTEXT, *PSEC_CERTIFICATE_REQUEST_CONTEXT;

typedef struct _SEC_APP_SESSION_STATE {
  USHORT AppSessionStateSize;
  UCHAR AppSessionState[1];
} SEC_APP_SESSION_STATE, *PSEC_APP_SESSION_STATE;

typedef struct _SEC_SESSION_TICKET {
  USHORT SessionTicketSize;
  UCHAR SessionTicket[1];
} SEC_SESSION_TICKET, *PSEC_SESSION_TICKET;

typedef enum _SEC_TRAFFIC_SECRET_TYPE OPENSSPI_ENUM32 {
  SecTrafficSecret_None,
  SecTrafficSecret_Client,
  SecTrafficSecret_Server
} SEC_TRAFFIC_SECRET_TYPE, *PSEC_TRAFFIC_SECRET_TYPE;

#ifndef SZ_ALG_MAX_SIZE
#define SZ_ALG_MAX_SIZE 64
#endif

typedef struct _SEC_TRAFFIC_SECRETS {
  WCHAR SymmetricAlgId[SZ_ALG_MAX_SIZE];
  WCHAR ChainingMode[SZ_ALG_MAX_SIZE];
  WCHAR HashAlgId[SZ_ALG_MAX_SIZE];
  USHORT KeySize; /* bytes */
  USHORT IvSize;  /* bytes */
  USHORT MsgSequenceStart;
  USHORT MsgSequenceEnd;
  SEC_TRAFFIC_SECRET_TYPE TrafficSecretType;
  USHORT TrafficSecretSize; /* bytes */
  UCHAR TrafficSecret[1];
} SEC_TRAFFIC_SECRETS, *PSEC_TRAFFIC_SECRETS;

#endif /* OPENSSPI_SSPI_BUFFERS_H */
