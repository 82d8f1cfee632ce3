// The properties of a certificate context: those that are read off the certificate, and those that
// were set. wincrypt.h has the rules.
#pragma once

#include "abi/certificates.h"
#include "base/result.h"

namespace opensspi::abi {

// CRYPT_E_NOT_FOUND when there is none. Not for CERT_KEY_PROV_INFO_PROP_ID, which has pointers.
Result<Bytes> certificate_property(const CertificateState& state, DWORD id);
[[nodiscard]] bool has_property(const CertificateState& state, DWORD id);
// 0: the first; 0 after the last.
[[nodiscard]] DWORD property_after(const CertificateState& state, DWORD id);

// Where the key is; a key that nobody said a place of is of this library.
Result<KeyLocation> key_location(const CertificateState& state);
[[nodiscard]] DWORD key_spec_of(const KeyLocation& location);
// The bytes of CRYPT_KEY_PROV_INFO with its texts, as if it lay at `address`.
Result<Bytes> key_location_block(const KeyLocation& location, const void* address);

// The state with the property as `data` has it, by CertSetCertificateContextProperty's rules.
Result<CertificateState> with_property(CertificateState state, DWORD id, const void* data);

}  // namespace opensspi::abi
