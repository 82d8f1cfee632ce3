// CERT_CHAIN_CONTEXT: the chains that callers hold, known by their address as certificates are.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "abi/certificates.h"
#include "x509/chain.h"

namespace opensspi::abi {

// With one reference. The chain begins with `end_entity`, to which it keeps a reference.
Result<PCCERT_CHAIN_CONTEXT> new_chain_context(PCCERT_CONTEXT end_entity, const x509::Chain& chain,
                                               DWORD flags);

// One reference more, or one less. False when it is no living chain.
bool add_chain_reference(PCCERT_CHAIN_CONTEXT chain);
bool drop_chain_reference(PCCERT_CHAIN_CONTEXT chain);

// Null when it is no living chain.
std::shared_ptr<const x509::Chain> find_chain(PCCERT_CHAIN_CONTEXT chain);

// What a chain policy forgives, and what it asks besides.
struct ChainPolicy {
  DWORD flags = 0;                  // CERT_CHAIN_POLICY_
  DWORD checks = 0;                 // SECURITY_FLAG_IGNORE_
  std::string usage;                // dotted, that the whole chain must allow; empty: any
  std::optional<std::string> host;  // whose certificate it must be
};

struct PolicyVerdict {
  DWORD error = 0;
  LONG chain = -1, element = -1;
};
[[nodiscard]] PolicyVerdict judge_by_policy(const x509::Chain& chain, const ChainPolicy& policy);

}  // namespace opensspi::abi
