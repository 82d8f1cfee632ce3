// Certificates that lie on this machine as files. Everything is read anew at each call.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "x509/private_key.h"

namespace opensspi::x509 {

// Each certificate of a file, alone, in its order: PEM, or one in DER. Those whose private key
// stands in the same PEM, unencrypted, have it. Damaged PEM is left out.
//   TargetUnknown       there is no such file
//   UnknownCredentials  it cannot be read, or has no certificate
Result<std::vector<KeyPair>> certificates_of_file(const std::string& path);

// The first private key of a PEM file. UnknownCredentials when there is none, or it is encrypted.
Result<PrivateKey> private_key_of_file(const std::string& path);

// Those of every file of the folder whose name ends in .pem, .crt or .cer, by name. What cannot be
// read is left out; a missing folder is an empty one.
std::vector<KeyPair> certificates_of_folder(const std::string& path);

// Windows' system stores of certificates that nobody trusts for being there. docs/certificates.md
enum class StoreOwner { User, Machine };
// Those of the store of this lower-case name, "my" or "ca".
std::vector<KeyPair> certificates_of_store(StoreOwner owner, const std::string& store);
// All of the store "ca", the user's and the machine's: what a chain may go through.
std::vector<Certificate> system_issuers();

// The authorities that TrustStore::system() trusts, each once.
std::vector<KeyPair> system_authorities();

}  // namespace opensspi::x509
