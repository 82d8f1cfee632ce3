// CERT_CONTEXT and HCERTSTORE: the certificates that callers hold. Both are real pointers, because
// programs read through them; a register knows the living ones, so that others are refused. Every
// context is in a store, and a store lives until it is closed and none of its contexts is held.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "abi/windows_names.h"
#include "base/result.h"
#include "x509/private_key.h"

namespace opensspi::abi {

// CRYPT_KEY_PROV_INFO: where a private key is said to be.
struct KeyLocation {
  std::string container, provider;  // UTF-8; the container is a file's path
  DWORD provider_type = 0, flags = 0, key_spec = 0;
};

// What there is to know of a certificate. It is not changed but replaced.
struct CertificateState {
  std::shared_ptr<const x509::KeyPair> pair;  // the first of its chain is the certificate
  std::optional<KeyLocation> key_location;
  std::map<DWORD, Bytes> properties;  // CERT_…_PROP_ID, as they were set

  [[nodiscard]] const x509::Certificate& certificate() const { return pair->chain.front(); }
  [[nodiscard]] bool has_key() const { return pair->key != nullptr || key_location.has_value(); }
};
using SharedState = std::shared_ptr<const CertificateState>;

// Out of what a caller gives. CRYPT_E_ASN1_ERROR for bytes that are no certificate.
Result<x509::Certificate> certificate_from(DWORD encoding, const BYTE* encoded, DWORD size);
// Dotted numbers. E_INVALIDARG when one is missing.
Result<std::vector<std::string>> usages_from(const CERT_ENHKEY_USAGE& usage);

// ---- Contexts

// A context for this chain, and its key if it has one, with one reference. Its hCertStore holds the
// whole chain.
Result<PCCERT_CONTEXT> new_certificate_context(x509::KeyPair pair);

// One reference more, or one less. False when it is no living context.
bool add_certificate_reference(PCCERT_CONTEXT context);
bool drop_certificate_reference(PCCERT_CONTEXT context);

struct DropReference {
  void operator()(PCCERT_CONTEXT context) const { drop_certificate_reference(context); }
};
using CertificateReference = std::unique_ptr<const CERT_CONTEXT, DropReference>;

// One that outlasts the store's closing by force, and that callers cannot give back in the place of
// their own. False when it is no living context; what is pinned is unpinned.
bool pin_certificate(PCCERT_CONTEXT context);
void unpin_certificate(PCCERT_CONTEXT context);

struct Unpin {
  void operator()(PCCERT_CONTEXT context) const { unpin_certificate(context); }
};
using PinnedCertificate = std::unique_ptr<const CERT_CONTEXT, Unpin>;

// Null when it is no living context.
SharedState find_state(PCCERT_CONTEXT context);
// Puts what `change` makes of the state in its place; no other change comes between. InvalidHandle
// when it is no living context.
using StateChange = std::function<Result<CertificateState>(const CertificateState&)>;
Result<void> change_state(PCCERT_CONTEXT context, const StateChange& change);

// The chain and key behind a context, as it came; null when it is no living context.
std::shared_ptr<const x509::KeyPair> find_certificate(PCCERT_CONTEXT context);
// The one with this SHA-1 and with its key, which is no token's, among all that the process holds
// or has in a store; null when there is none.
std::shared_ptr<const x509::KeyPair> find_own_certificate(ByteView sha1);
// For TLS: the key is fetched from where it is said to be, and a certificate that came alone is
// followed by those of its store that issued it. UnknownCredentials when it is no living context,
// or the key is not there; without any key it has none.
Result<std::shared_ptr<const x509::KeyPair>> usable_certificate(PCCERT_CONTEXT context);

// ---- Stores

enum class StoreAccess { Full, ReadOnly };

// With a context for each of them; it is open once. A certificate that is not as RFC 5280 has it is
// left out of one that is read only, which somebody else filled.
Result<HCERTSTORE> new_certificate_store(std::vector<x509::KeyPair> certificates,
                                         StoreAccess access = StoreAccess::Full);
// One of a chain: the end entity's with its key, and the others alone.
Result<HCERTSTORE> new_certificate_store(const x509::KeyPair& pair);

bool add_store_reference(HCERTSTORE store);
enum class Closed { Whole, Pending, NotOpen };  // Pending: contexts of it are held
// `with_contexts`: those end too, but for pinned ones.
Closed close_store(HCERTSTORE store, bool with_contexts = false);

using CertificateFilter = std::function<bool(const CertificateState&)>;
// The certificate after `previous` (null: the first) that passes, with one reference. The reference
// of `previous` is taken, whatever happens. CRYPT_E_NOT_FOUND at the end.
Result<PCCERT_CONTEXT> next_in_store(HCERTSTORE store, PCCERT_CONTEXT previous,
                                     const CertificateFilter& passes = nullptr);
// All of them, each alone. UnknownCredentials when it is no open store.
Result<std::vector<x509::Certificate>> certificates_in(HCERTSTORE store);

// By a CERT_STORE_ADD_ disposition. What is in the store then, with one reference.
Result<PCCERT_CONTEXT> add_to_store(HCERTSTORE store, CertificateState state, DWORD disposition);
// Takes the reference, whatever happens.
Result<void> delete_from_store(PCCERT_CONTEXT context);

}  // namespace opensspi::abi
