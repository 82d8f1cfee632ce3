// wincrypt.h: the chains in a store that a list of issuers asks for.
#define CERT_CHAIN_FIND_BY_ISSUER_PARA_HAS_EXTRA_FIELDS
#include <algorithm>
#include <cstddef>
#include <cstring>
#include <span>

#include "abi/certificate_chains.h"
#include "abi/certificate_compare.h"
#include "abi/certificate_properties.h"
#include "abi/certificates.h"
#include "abi/crypt_error.h"
#include "x509/usages.h"

namespace opensspi::abi {
namespace {

using Wanted = CERT_CHAIN_FIND_BY_ISSUER_PARA;

constexpr std::size_t kOldSize = offsetof(Wanted, pdwIssuerChainIndex);
constexpr DWORD kFlags =
    CERT_CHAIN_FIND_BY_ISSUER_COMPARE_KEY_FLAG | CERT_CHAIN_FIND_BY_ISSUER_COMPLEX_CHAIN_FLAG |
    CERT_CHAIN_FIND_BY_ISSUER_CACHE_ONLY_URL_FLAG | CERT_CHAIN_FIND_BY_ISSUER_LOCAL_MACHINE_FLAG |
    CERT_CHAIN_FIND_BY_ISSUER_NO_KEY_FLAG | CERT_CHAIN_FIND_BY_ISSUER_CACHE_ONLY_FLAG;

struct DropChain {
  void operator()(PCCERT_CHAIN_CONTEXT chain) const { drop_chain_reference(chain); }
};
using ChainReference = std::unique_ptr<const CERT_CHAIN_CONTEXT, DropChain>;

// A caller may know the structure without its last two fields.
Result<Wanted> read(const void* given) {
  DWORD size = 0;
  if (given != nullptr) std::memcpy(&size, given, sizeof size);
  if (size < kOldSize)
    return fail_crypt(E_INVALIDARG, "CERT_CHAIN_FIND_BY_ISSUER_PARA is missing, or too small");
  Wanted wanted{};
  std::memcpy(&wanted, given, size < sizeof wanted ? kOldSize : sizeof wanted);
  if (wanted.cIssuer != 0 && wanted.rgIssuer == nullptr)
    return fail_crypt(E_INVALIDARG, "issuers are counted and not given");
  return wanted;
}

bool has_key(const CertificateState& state, const Wanted& wanted, DWORD flags) {
  if (wanted.dwKeySpec == 0)
    return state.has_key() || (flags & CERT_CHAIN_FIND_BY_ISSUER_NO_KEY_FLAG) != 0;
  if (state.key_location) return key_spec_of(*state.key_location) == wanted.dwKeySpec;
  return state.has_key() && wanted.dwKeySpec == AT_KEYEXCHANGE;
}

bool allows_use(const CertificateState& state, const Wanted& wanted) {
  return wanted.pszUsageIdentifier == nullptr ||
         x509::allows(x509::usages_of(state.certificate()), wanted.pszUsageIdentifier);
}

// The place of the first certificate that a wanted authority issued.
std::optional<DWORD> place_of_issuer(const CERT_SIMPLE_CHAIN& chain, const Wanted& wanted) {
  if (wanted.cIssuer == 0) return 0;
  const std::span wanted_names(wanted.rgIssuer, wanted.cIssuer);
  for (DWORD i = 0; i < chain.cElement; ++i) {
    const ByteView issuer = view_of(chain.rgpElement[i]->pCertContext->pCertInfo->Issuer);
    const auto is_issuer = [&](const auto& name) { return same_bytes(view_of(name), issuer); };
    if (std::ranges::any_of(wanted_names, is_issuer)) return i;
  }
  return std::nullopt;
}

Result<PCCERT_CHAIN_CONTEXT> find(HCERTSTORE store, DWORD flags, const Wanted& wanted,
                                  CertificateReference at) {
  x509::ChainRequest request;
  if ((flags & CERT_CHAIN_FIND_BY_ISSUER_CACHE_ONLY_FLAG) == 0) {
    TRY_ASSIGN(request.issuers, certificates_in(store));
  }
  const auto fits = [&](const CertificateState& state) {
    return has_key(state, wanted, flags) && allows_use(state, wanted);
  };
  for (;;) {
    TRY_ASSIGN(const PCCERT_CONTEXT next, next_in_store(store, at.release(), fits));
    at.reset(next);
    if (wanted.pfnFindCallback != nullptr && !wanted.pfnFindCallback(next, wanted.pvFindArg))
      continue;
    const SharedState state = find_state(next);
    if (state == nullptr) continue;
    TRY_ASSIGN(const PCCERT_CHAIN_CONTEXT built,
               new_chain_context(next, x509::build_chain(state->certificate(), request), 0));
    ChainReference chain(built);
    const auto place = place_of_issuer(*chain->rgpChain[0], wanted);
    if (!place) continue;
    if (wanted.pdwIssuerChainIndex != nullptr) *wanted.pdwIssuerChainIndex = 0;
    if (wanted.pdwIssuerElementIndex != nullptr) *wanted.pdwIssuerElementIndex = *place;
    return chain.release();
  }
}

// Where the search goes on: at the end entity of the chain that was found last.
Result<CertificateReference> end_entity_of(PCCERT_CHAIN_CONTEXT chain) {
  if (chain == nullptr) return CertificateReference();
  if (find_chain(chain) == nullptr)
    return fail(Status::InvalidHandle, "this is no chain of the library");
  const PCCERT_CONTEXT end_entity = chain->rgpChain[0]->rgpElement[0]->pCertContext;
  add_certificate_reference(end_entity);
  return CertificateReference(end_entity);
}

}  // namespace
}  // namespace opensspi::abi

using namespace opensspi;
using namespace opensspi::abi;

OPENSSPI_EXPORT PCCERT_CHAIN_CONTEXT WINAPI CertFindChainInStore(
    HCERTSTORE hCertStore, DWORD /*dwCertEncodingType*/, DWORD dwFindFlags, DWORD dwFindType,
    const void* pvFindPara, PCCERT_CHAIN_CONTEXT pPrevChainContext) {
  return guard_crypt<PCCERT_CHAIN_CONTEXT>(nullptr, [&]() -> Result<PCCERT_CHAIN_CONTEXT> {
    const ChainReference previous(pPrevChainContext);
    if (dwFindType != CERT_CHAIN_FIND_BY_ISSUER || (dwFindFlags & ~kFlags) != 0)
      return fail_crypt(E_INVALIDARG, "chains are found by their issuers only");
    TRY_ASSIGN(const Wanted wanted, read(pvFindPara));
    TRY_ASSIGN(CertificateReference at, end_entity_of(previous.get()));
    return find(hCertStore, dwFindFlags, wanted, std::move(at));
  });
}
