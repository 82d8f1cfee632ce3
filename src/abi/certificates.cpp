// Registers of living contexts and stores.
#include "abi/certificates.h"

#include <algorithm>
#include <mutex>
#include <unordered_map>

#include "abi/certificate_info.h"

namespace opensspi::abi {
namespace {

struct Held;

// What an HCERTSTORE points to.
struct Store {
  std::vector<std::shared_ptr<Held>> certificates;
};

// What a PCCERT_CONTEXT points into.
struct Held {
  CERT_CONTEXT context{};
  CertificateInfo info;
  std::shared_ptr<const x509::KeyPair> pair;
  std::unique_ptr<Store> chain;  // hCertStore of a context that is in no store of the caller's
};

Result<std::shared_ptr<Held>> hold(x509::KeyPair pair) {
  auto held = std::make_shared<Held>();
  held->pair = std::make_shared<const x509::KeyPair>(std::move(pair));
  const Bytes& der = held->pair->chain.front().der();
  TRY(held->info.read(der));
  held->context.dwCertEncodingType = X509_ASN_ENCODING;
  held->context.pbCertEncoded = const_cast<BYTE*>(der.data());  // Windows' type; nobody writes
  held->context.cbCertEncoded = static_cast<DWORD>(der.size());
  held->context.pCertInfo = held->info.get();
  return held;
}

// One certificate per member of the chain; the first with the key.
Result<std::unique_ptr<Store>> store_of(const x509::KeyPair& pair) {
  auto store = std::make_unique<Store>();
  for (std::size_t i = 0; i < pair.chain.size(); ++i) {
    x509::KeyPair part;
    if (i == 0)
      part = pair;
    else
      part.chain.push_back(pair.chain[i]);
    TRY_ASSIGN(auto held, hold(std::move(part)));
    held->context.hCertStore = store.get();
    store->certificates.push_back(std::move(held));
  }
  return store;
}

struct Registers {
  struct Reference {
    std::shared_ptr<Held> held;
    std::size_t count = 0;
  };

  std::mutex mutex;
  std::unordered_map<const CERT_CONTEXT*, Reference> contexts;
  std::unordered_map<const void*, std::shared_ptr<Store>> stores;
  // The stores that contexts have of their own, by the context whose chain they hold.
  std::unordered_map<const void*, const CERT_CONTEXT*> chains;

  PCCERT_CONTEXT refer(const std::shared_ptr<Held>& held) {
    Reference& reference = contexts[&held->context];
    reference.held = held;
    ++reference.count;
    return &held->context;
  }

  // Null when it is no living store.
  std::shared_ptr<Store> find(const void* store) {
    if (const auto at = stores.find(store); at != stores.end()) return at->second;
    const auto chain = chains.find(store);
    if (chain == chains.end()) return nullptr;
    const auto& owner = contexts.at(chain->second).held;
    return {owner, owner->chain.get()};
  }
};

Registers& registers() {
  // Never destroyed: contexts may be released while the process ends.
  static auto& all = *new Registers;
  return all;
}

}  // namespace

Result<PCCERT_CONTEXT> new_certificate_context(x509::KeyPair pair) {
  if (pair.chain.empty()) return fail(Status::UnknownCredentials, "there is no certificate");
  TRY_ASSIGN(auto chain, store_of(pair));
  TRY_ASSIGN(const auto held, hold(std::move(pair)));
  held->context.hCertStore = chain.get();
  held->chain = std::move(chain);
  const std::lock_guard lock(registers().mutex);
  registers().chains.emplace(held->context.hCertStore, &held->context);
  return registers().refer(held);
}

bool add_certificate_reference(PCCERT_CONTEXT context) {
  const std::lock_guard lock(registers().mutex);
  const auto found = registers().contexts.find(context);
  if (found == registers().contexts.end()) return false;
  ++found->second.count;
  return true;
}

bool drop_certificate_reference(PCCERT_CONTEXT context) {
  std::shared_ptr<Held> last;  // dies after the lock
  const std::lock_guard lock(registers().mutex);
  const auto found = registers().contexts.find(context);
  if (found == registers().contexts.end()) return false;
  if (--found->second.count == 0) {
    last = std::move(found->second.held);
    registers().chains.erase(last->chain.get());
    registers().contexts.erase(found);
  }
  return true;
}

std::shared_ptr<const x509::KeyPair> find_certificate(PCCERT_CONTEXT context) {
  const std::lock_guard lock(registers().mutex);
  const auto found = registers().contexts.find(context);
  return found != registers().contexts.end() ? found->second.held->pair : nullptr;
}

std::shared_ptr<const x509::KeyPair> find_own_certificate(ByteView sha1) {
  const auto is_it = [&](const Held& held) {
    if (held.pair->key == nullptr) return false;
    const auto hash = held.pair->chain.front().sha1_thumbprint();
    return hash && equal(*hash, sha1);
  };
  const std::lock_guard lock(registers().mutex);
  for (const auto& [context, reference] : registers().contexts)
    if (is_it(*reference.held)) return reference.held->pair;
  for (const auto& [handle, store] : registers().stores)
    for (const auto& held : store->certificates)
      if (is_it(*held)) return held->pair;
  return nullptr;
}

Result<HCERTSTORE> new_certificate_store(x509::KeyPair pair) {
  TRY_ASSIGN(std::shared_ptr<Store> store, store_of(pair));
  const std::lock_guard lock(registers().mutex);
  HCERTSTORE handle = store.get();
  registers().stores.emplace(handle, std::move(store));
  return handle;
}

Result<PCCERT_CONTEXT> next_in_store(HCERTSTORE store, PCCERT_CONTEXT previous) {
  std::shared_ptr<Store> found;
  {
    const std::lock_guard lock(registers().mutex);
    found = registers().find(store);
  }
  if (found == nullptr) return fail(Status::InvalidHandle, "this is no open certificate store");
  auto next = found->certificates.begin();
  if (previous != nullptr) {
    next = std::find_if(next, found->certificates.end(),
                        [&](const auto& held) { return &held->context == previous; });
    if (next == found->certificates.end() || !drop_certificate_reference(previous))
      return fail(Status::InvalidHandle, "the certificate is not in this store");
    ++next;
  }
  if (next == found->certificates.end()) return nullptr;
  const std::lock_guard lock(registers().mutex);
  return registers().refer(*next);
}

Result<std::vector<x509::Certificate>> certificates_in(HCERTSTORE store) {
  std::vector<x509::Certificate> certificates;
  const std::lock_guard lock(registers().mutex);
  const std::shared_ptr<Store> found = registers().find(store);
  if (found == nullptr)
    return fail(Status::UnknownCredentials, "this is no open certificate store");
  for (const auto& held : found->certificates) certificates.push_back(held->pair->chain.front());
  return certificates;
}

bool close_store(HCERTSTORE store) {
  std::shared_ptr<Store> last;
  const std::lock_guard lock(registers().mutex);
  const auto found = registers().stores.find(store);
  if (found == registers().stores.end()) return false;
  last = std::move(found->second);
  registers().stores.erase(found);
  return true;
}

}  // namespace opensspi::abi
