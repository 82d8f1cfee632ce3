/* The layer that signs and seals a bound LDAP connection. [MS-ADTS] 5.1.1.1.2: each message is its
 * length in four bytes, most significant first, and what EncryptMessage makes of it. */
#ifndef LAYER_H
#define LAYER_H

#define SECURITY_WIN32
#include <security.h>

#include <lber.h>

/* Puts the layer of an established context below a connection; the context must outlive it. */
SECURITY_STATUS add_layer(Sockbuf* connection, CtxtHandle* context);

#endif
