// Chains as structures of pointers, and the register of the living ones.
#include "abi/certificate_chains.h"

#include <mutex>
#include <unordered_map>

#include "abi/crypt_error.h"

namespace opensspi::abi {
namespace {

CERT_TRUST_STATUS status_of(std::uint32_t errors, std::uint32_t info) {
  return {errors, info};
}

// What an element's pApplicationUsage points to: uses of the chain.
struct HeldUsage {
  explicit HeldUsage(std::vector<std::string>& usages) {
    for (std::string& one : usages) pointers.push_back(one.data());
    usage = {static_cast<DWORD>(pointers.size()), pointers.empty() ? nullptr : pointers.data()};
  }

  std::vector<LPSTR> pointers;
  CERT_ENHKEY_USAGE usage{};
};

// What a PCCERT_CHAIN_CONTEXT points into.
struct Held {
  CERT_CHAIN_CONTEXT context{};
  CERT_SIMPLE_CHAIN simple{};
  PCERT_SIMPLE_CHAIN simple_pointer = &simple;
  std::vector<CERT_CHAIN_ELEMENT> elements;
  std::vector<PCERT_CHAIN_ELEMENT> element_pointers;
  std::vector<std::unique_ptr<HeldUsage>> usages;
  std::vector<PinnedCertificate> certificates;
  x509::Chain chain;
  std::size_t references = 1;
};

struct Registers {
  std::mutex mutex;
  std::unordered_map<const CERT_CHAIN_CONTEXT*, std::shared_ptr<Held>> chains;

  std::shared_ptr<Held> find(const CERT_CHAIN_CONTEXT* chain) {
    const auto at = chains.find(chain);
    return at != chains.end() ? at->second : nullptr;
  }
};

Registers& registers() {
  // Never destroyed: chains may be released while the process ends.
  static auto& all = *new Registers;
  return all;
}

Result<PinnedCertificate> pinned(PCCERT_CONTEXT context) {
  if (!pin_certificate(context))
    return fail(Status::InvalidHandle, "this is no certificate of the library");
  return PinnedCertificate(context);
}

Result<PinnedCertificate> context_of(const x509::Certificate& certificate) {
  x509::KeyPair pair;
  pair.chain.push_back(certificate);
  TRY_ASSIGN(const PCCERT_CONTEXT context, new_certificate_context(std::move(pair)));
  const CertificateReference reference(context);
  return pinned(context);
}

Result<void> hold_certificates(Held& held, PCCERT_CONTEXT end_entity) {
  TRY_ASSIGN(held.certificates.emplace_back(), pinned(end_entity));
  for (std::size_t i = 1; i < held.chain.elements.size(); ++i) {
    TRY_ASSIGN(held.certificates.emplace_back(), context_of(held.chain.elements[i].certificate));
  }
  return {};
}

void fill(Held& held, DWORD flags) {
  held.elements.resize(held.chain.elements.size());
  for (std::size_t i = 0; i < held.elements.size(); ++i) {
    CERT_CHAIN_ELEMENT& element = held.elements[i];
    element.cbSize = sizeof element;
    element.pCertContext = held.certificates[i].get();
    element.TrustStatus = status_of(held.chain.elements[i].errors, held.chain.elements[i].info);
    if (auto& usages = held.chain.elements[i].usages)
      element.pApplicationUsage =
          &held.usages.emplace_back(std::make_unique<HeldUsage>(*usages))->usage;
    held.element_pointers.push_back(&element);
  }
  held.simple.cbSize = sizeof held.simple;
  held.simple.TrustStatus = status_of(held.chain.errors, held.chain.elements.front().info);
  held.simple.cElement = static_cast<DWORD>(held.elements.size());
  held.simple.rgpElement = held.element_pointers.data();
  held.context.cbSize = sizeof held.context;
  held.context.TrustStatus = held.simple.TrustStatus;
  held.context.cChain = 1;
  held.context.rgpChain = &held.simple_pointer;
  held.context.dwCreateFlags = flags;
}

}  // namespace

Result<PCCERT_CHAIN_CONTEXT> new_chain_context(PCCERT_CONTEXT end_entity, const x509::Chain& chain,
                                               DWORD flags) {
  auto held = std::make_shared<Held>();
  held->chain = chain;
  TRY(hold_certificates(*held, end_entity));
  fill(*held, flags);
  const std::lock_guard lock(registers().mutex);
  registers().chains.emplace(&held->context, held);
  return &held->context;
}

bool add_chain_reference(PCCERT_CHAIN_CONTEXT chain) {
  const std::lock_guard lock(registers().mutex);
  const auto held = registers().find(chain);
  if (held != nullptr) ++held->references;
  return held != nullptr;
}

bool drop_chain_reference(PCCERT_CHAIN_CONTEXT chain) {
  std::shared_ptr<Held> last;  // dies after the lock
  const std::lock_guard lock(registers().mutex);
  last = registers().find(chain);
  if (last != nullptr && --last->references == 0) registers().chains.erase(chain);
  return last != nullptr;
}

std::shared_ptr<const x509::Chain> find_chain(PCCERT_CHAIN_CONTEXT chain) {
  const std::lock_guard lock(registers().mutex);
  const auto held = registers().find(chain);
  return held != nullptr ? std::shared_ptr<const x509::Chain>(held, &held->chain) : nullptr;
}

}  // namespace opensspi::abi
