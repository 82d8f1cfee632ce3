// wincrypt.h: chains and the policies that judge them.
#include <cstring>

#include "abi/arguments.h"
#include "abi/certificate_chains.h"
#include "abi/certificate_compare.h"
#include "abi/crypt_error.h"
#include "abi/file_time.h"
#include "abi/text.h"

namespace opensspi::abi {
namespace {

using Revocation = x509::ChainRequest::Revocation;

// A copy of a structure that begins with its size. E_INVALIDARG when its caller knows less of it.
template <class T>
Result<T> sized(const T* given) {
  DWORD size = 0;
  std::memcpy(&size, given, sizeof size);
  if (size < sizeof(T)) return fail_crypt(E_INVALIDARG, "cbSize is smaller than the structure");
  T copy;
  std::memcpy(&copy, given, sizeof copy);
  return copy;
}

constexpr DWORD kFlags =
    CERT_CHAIN_CACHE_END_CERT | CERT_CHAIN_THREAD_STORE_SYNC | CERT_CHAIN_CACHE_ONLY_URL_RETRIEVAL |
    CERT_CHAIN_DISABLE_PASS1_QUALITY_FILTERING | CERT_CHAIN_RETURN_LOWER_QUALITY_CONTEXTS |
    CERT_CHAIN_DISABLE_AUTH_ROOT_AUTO_UPDATE | CERT_CHAIN_TIMESTAMP_TIME |
    CERT_CHAIN_ENABLE_PEER_TRUST | CERT_CHAIN_DISABLE_MY_PEER_TRUST | CERT_CHAIN_DISABLE_MD2_MD4 |
    CERT_CHAIN_DISABLE_AIA | CERT_CHAIN_REVOCATION_ACCUMULATIVE_TIMEOUT |
    CERT_CHAIN_REVOCATION_CHECK_END_CERT | CERT_CHAIN_REVOCATION_CHECK_CHAIN |
    CERT_CHAIN_REVOCATION_CHECK_CHAIN_EXCLUDE_ROOT | CERT_CHAIN_REVOCATION_CHECK_CACHE_ONLY;

Revocation revocation_of(DWORD flags) {
  if ((flags & CERT_CHAIN_REVOCATION_CHECK_CHAIN) != 0) return Revocation::Chain;
  if ((flags & CERT_CHAIN_REVOCATION_CHECK_CHAIN_EXCLUDE_ROOT) != 0)
    return Revocation::ChainWithoutRoot;
  if ((flags & CERT_CHAIN_REVOCATION_CHECK_END_CERT) != 0) return Revocation::EndCertificate;
  return Revocation::None;
}

Result<void> read_usage(const CERT_CHAIN_PARA& parameters, x509::ChainRequest& request) {
  const CERT_USAGE_MATCH& match = parameters.RequestedUsage;
  if (match.dwType != USAGE_MATCH_TYPE_AND && match.dwType != USAGE_MATCH_TYPE_OR)
    return fail_crypt(E_INVALIDARG, "the kind of usage match is unknown");
  request.any_usage = match.dwType == USAGE_MATCH_TYPE_OR;
  TRY_ASSIGN(request.usages, usages_from(match.Usage));
  return {};
}

std::int64_t unix_time(const FILETIME& time) {
  const auto ticks = static_cast<std::int64_t>(time_of(time));
  return (ticks - static_cast<std::int64_t>(kUnixEpoch)) / static_cast<std::int64_t>(kSecond);
}

Result<void> add_issuers(HCERTSTORE store, std::vector<x509::Certificate>& issuers) {
  auto certificates = certificates_in(store);
  if (!certificates)
    return fail_crypt(E_INVALIDARG, "the additional store is no open certificate store");
  issuers.insert(issuers.end(), certificates->begin(), certificates->end());
  return {};
}

Result<PCCERT_CHAIN_CONTEXT> build(HCERTCHAINENGINE engine, PCCERT_CONTEXT context,
                                   const FILETIME* time, HCERTSTORE additional,
                                   const CERT_CHAIN_PARA* parameters, DWORD flags) {
  if (engine != HCCE_CURRENT_USER && engine != HCCE_LOCAL_MACHINE &&
      engine != HCCE_SERIAL_LOCAL_MACHINE)
    return fail_crypt(E_INVALIDARG, "chains are built by the system's engine only");
  if ((flags & ~kFlags) != 0) return fail_crypt(E_INVALIDARG, "dwFlags has an unknown bit");
  const SharedState state = find_state(context);
  if (state == nullptr) return fail(Status::InvalidHandle, "this is no certificate of the library");
  TRY_ASSIGN(const CERT_CHAIN_PARA copy, sized(parameters));
  x509::ChainRequest request;
  TRY(read_usage(copy, request));
  request.revocation = revocation_of(flags);
  if (time != nullptr) request.time = unix_time(*time);
  if (additional != nullptr) TRY(add_issuers(additional, request.issuers));
  TRY(add_issuers(context->hCertStore, request.issuers));
  return new_chain_context(context, x509::build_chain(state->certificate(), request), flags);
}

Result<void> read_ssl_parameters(const void* given, ChainPolicy& policy) {
  if (given == nullptr) return {};
  TRY_ASSIGN(const auto extra, sized(static_cast<const SSL_EXTRA_CERT_CHAIN_POLICY_PARA*>(given)));
  if (extra.dwAuthType != AUTHTYPE_SERVER && extra.dwAuthType != AUTHTYPE_CLIENT)
    return fail_crypt(E_INVALIDARG, "dwAuthType is neither a server's nor a client's");
  policy.checks = extra.fdwChecks;
  policy.usage =
      extra.dwAuthType == AUTHTYPE_SERVER ? szOID_PKIX_KP_SERVER_AUTH : szOID_PKIX_KP_CLIENT_AUTH;
  if (extra.pwszServerName == nullptr) return {};
  TRY_ASSIGN(policy.host, text_from(extra.pwszServerName));
  return {};
}

Result<ChainPolicy> policy_for(LPCSTR policy_id, const CERT_CHAIN_POLICY_PARA* parameters) {
  if (policy_id != CERT_CHAIN_POLICY_BASE && policy_id != CERT_CHAIN_POLICY_SSL)
    return fail_crypt(ERROR_FILE_NOT_FOUND, "the policies are BASE and SSL");
  ChainPolicy policy;
  if (parameters == nullptr) return policy;
  TRY_ASSIGN(const CERT_CHAIN_POLICY_PARA copy, sized(parameters));
  policy.flags = copy.dwFlags;
  if (policy_id == CERT_CHAIN_POLICY_SSL) TRY(read_ssl_parameters(copy.pvExtraPolicyPara, policy));
  return policy;
}

Result<void> verify(LPCSTR policy_id, PCCERT_CHAIN_CONTEXT context,
                    const CERT_CHAIN_POLICY_PARA* parameters, CERT_CHAIN_POLICY_STATUS* status) {
  TRY_ASSIGN(const ChainPolicy policy, policy_for(policy_id, parameters));
  TRY(need({status}));
  TRY(sized(status));
  const auto chain = find_chain(context);
  if (chain == nullptr) return fail(Status::InvalidHandle, "this is no chain of the library");
  const PolicyVerdict verdict = judge_by_policy(*chain, policy);
  status->dwError = verdict.error;
  status->lChainIndex = verdict.chain;
  status->lElementIndex = verdict.element;
  return {};
}

}  // namespace
}  // namespace opensspi::abi

using namespace opensspi;
using namespace opensspi::abi;

OPENSSPI_EXPORT BOOL WINAPI CertGetCertificateChain(HCERTCHAINENGINE hChainEngine,
                                                    PCCERT_CONTEXT pCertContext, LPFILETIME pTime,
                                                    HCERTSTORE hAdditionalStore,
                                                    PCERT_CHAIN_PARA pChainPara, DWORD dwFlags,
                                                    LPVOID pvReserved,
                                                    PCCERT_CHAIN_CONTEXT* ppChainContext) {
  return guard_crypt_bool([&]() -> Result<void> {
    TRY(need({pChainPara, ppChainContext}));
    if (pvReserved != nullptr) return fail_crypt(E_INVALIDARG, "pvReserved is not NULL");
    TRY_ASSIGN(*ppChainContext,
               build(hChainEngine, pCertContext, pTime, hAdditionalStore, pChainPara, dwFlags));
    return {};
  });
}

OPENSSPI_EXPORT PCCERT_CHAIN_CONTEXT WINAPI
CertDuplicateCertificateChain(PCCERT_CHAIN_CONTEXT pChainContext) {
  return add_chain_reference(pChainContext) ? pChainContext : nullptr;
}

OPENSSPI_EXPORT VOID WINAPI CertFreeCertificateChain(PCCERT_CHAIN_CONTEXT pChainContext) {
  drop_chain_reference(pChainContext);
}

OPENSSPI_EXPORT BOOL WINAPI CertVerifyCertificateChainPolicy(
    LPCSTR pszPolicyOID, PCCERT_CHAIN_CONTEXT pChainContext, PCERT_CHAIN_POLICY_PARA pPolicyPara,
    PCERT_CHAIN_POLICY_STATUS pPolicyStatus) {
  return guard_crypt_bool(
      [&] { return verify(pszPolicyOID, pChainContext, pPolicyPara, pPolicyStatus); });
}
