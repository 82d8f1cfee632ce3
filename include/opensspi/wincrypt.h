/*
 * wincrypt.h: the part of Windows' wincrypt.h that TLS programs use: algorithm numbers, certificates
 * and their stores, verdicts about chains, and certificates out of PFX files.
 */
#ifndef OPENSSPI_WINCRYPT_H
#define OPENSSPI_WINCRYPT_H

#include "wintypes.h"

#include "wincrypt/certificates.h"
#include "wincrypt/chains.h"
#include "wincrypt/names.h"
#include "wincrypt/stores.h"

#ifdef __cplusplus
extern "C" {
#endif

/* ---- Algorithm numbers: class, bits 13 to 15; type, bits 9 to 12; identifier, bits 0 to 8 ------ */

typedef unsigned int ALG_ID;

#define GET_ALG_CLASS(x) ((x) & (7 << 13))
#define GET_ALG_TYPE(x) ((x) & (15 << 9))
#define GET_ALG_SID(x) ((x)&511)

#define ALG_CLASS_ANY 0
#define ALG_CLASS_SIGNATURE (1 << 13)
#define ALG_CLASS_MSG_ENCRYPT (2 << 13)
#define ALG_CLASS_DATA_ENCRYPT (3 << 13)
#define ALG_CLASS_HASH (4 << 13)
#define ALG_CLASS_KEY_EXCHANGE (5 << 13)
#define ALG_CLASS_ALL (7 << 13)

#define ALG_TYPE_ANY 0
#define ALG_TYPE_DSS (1 << 9)
#define ALG_TYPE_RSA (2 << 9)
#define ALG_TYPE_BLOCK (3 << 9)
#define ALG_TYPE_STREAM (4 << 9)
#define ALG_TYPE_DH (5 << 9)
#define ALG_TYPE_SECURECHANNEL (6 << 9)
#define ALG_TYPE_ECDH (7 << 9)

#define CALG_MD2 0x8001
#define CALG_MD4 0x8002
#define CALG_MD5 0x8003
#define CALG_SHA 0x8004
#define CALG_SHA1 0x8004
#define CALG_MAC 0x8005
#define CALG_SSL3_SHAMD5 0x8008
#define CALG_HMAC 0x8009
#define CALG_TLS1PRF 0x800a
#define CALG_SHA_256 0x800c
#define CALG_SHA_384 0x800d
#define CALG_SHA_512 0x800e

#define CALG_NO_SIGN 0x2000
#define CALG_DSS_SIGN 0x2200
#define CALG_ECDSA 0x2203
#define CALG_RSA_SIGN 0x2400

#define CALG_ECMQV 0xa001
#define CALG_RSA_KEYX 0xa400
#define CALG_DH_SF 0xaa01
#define CALG_DH_EPHEM 0xaa02
#define CALG_AGREEDKEY_ANY 0xaa03
#define CALG_KEA_KEYX 0xaa04
#define CALG_ECDH 0xaa05
#define CALG_ECDH_EPHEM 0xae06

#define CALG_NULLCIPHER 0x6000
#define CALG_DES 0x6601
#define CALG_RC2 0x6602
#define CALG_3DES 0x6603
#define CALG_DESX 0x6604
#define CALG_3DES_112 0x6609
#define CALG_RC5 0x660d
#define CALG_AES_128 0x660e
#define CALG_AES_192 0x660f
#define CALG_AES_256 0x6610
#define CALG_AES 0x6611
#define CALG_RC4 0x6801

#define CALG_SSL3_MASTER 0x4c01
#define CALG_SCHANNEL_MASTER_HASH 0x4c02
#define CALG_SCHANNEL_MAC_KEY 0x4c03
#define CALG_PCT1_MASTER 0x4c04
#define CALG_SSL2_MASTER 0x4c05
#define CALG_TLS1_MASTER 0x4c06
#define CALG_SCHANNEL_ENC_KEY 0x4c07

#ifdef __cplusplus
}
#endif

#endif /* OPENSSPI_WINCRYPT_H */
