// CERT_CONTEXT and HCERTSTORE: the certificates that callers hold. Both are real pointers, because
// programs read through them; a register knows the living ones, so that others are refused.
#pragma once

#include <memory>
#include <vector>

#include "abi/windows_names.h"
#include "base/result.h"
#include "x509/private_key.h"

namespace opensspi::abi {

// A context for this chain, and its key if it has one, with one reference. Its hCertStore holds the
// whole chain and lives as long as the context.
Result<PCCERT_CONTEXT> new_certificate_context(x509::KeyPair pair);

// One reference more, or one less. False when it is no living context.
bool add_certificate_reference(PCCERT_CONTEXT context);
bool drop_certificate_reference(PCCERT_CONTEXT context);

// The chain and key behind a context; null when it is no living context.
std::shared_ptr<const x509::KeyPair> find_certificate(PCCERT_CONTEXT context);

// The one with this hash and with its key, among all that the process holds; null when there is
// none.
std::shared_ptr<const x509::KeyPair> find_own_certificate(ByteView sha1);

// A store with the certificates of `pair`, the end entity's with its key.
Result<HCERTSTORE> new_certificate_store(x509::KeyPair pair);
// The certificate after `previous` (null: the first) with one reference; null at the end. Takes the
// reference of `previous`.
Result<PCCERT_CONTEXT> next_in_store(HCERTSTORE store, PCCERT_CONTEXT previous);
// All of them, each alone. UnknownCredentials when it is no open store.
Result<std::vector<x509::Certificate>> certificates_in(HCERTSTORE store);
bool close_store(HCERTSTORE store);

}  // namespace opensspi::abi
