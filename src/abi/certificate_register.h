// The living contexts and stores behind certificates.h, for the files that implement it.
#pragma once

#include <mutex>
#include <unordered_map>
#include <vector>

#include "abi/certificate_info.h"
#include "abi/certificates.h"
#include "abi/crypt_error.h"

namespace opensspi::abi::certificates {

struct Store;

// What a PCCERT_CONTEXT points into.
struct Held {
  explicit Held(x509::Certificate its) : certificate(std::move(its)) {}

  const x509::Certificate certificate;  // the context points into this one, whatever the state has
  CERT_CONTEXT context{};
  CertificateInfo info;
  SharedState state;
  std::size_t references = 0;
  std::size_t pins = 0;  // of those, chains'
  Store* store = nullptr;
  bool deleted = false;  // and still held: it keeps its place, for enumerations go on from there
};

// What an HCERTSTORE points to.
struct Store {
  std::vector<std::shared_ptr<Held>> certificates;
  StoreAccess access = StoreAccess::Full;
  std::size_t opened = 0;      // by callers who will close it
  std::size_t references = 0;  // of all its contexts
};

// A context that is in no store yet.
Result<std::shared_ptr<Held>> hold(CertificateState state);
void put(Store& store, const std::shared_ptr<Held>& held);
// A context for each, and a store with them; a bad one is left out of a store that is read only.
Result<std::shared_ptr<Store>> store_of(std::vector<x509::KeyPair> certificates,
                                        StoreAccess access);
// One per member of the chain; the first has all of it.
std::vector<x509::KeyPair> parts_of(const x509::KeyPair& pair);

// All of the process. What is in it is read and changed under its lock.
struct Registers {
  std::mutex mutex;
  std::unordered_map<const void*, std::shared_ptr<Store>> stores;
  std::unordered_map<const CERT_CONTEXT*, std::shared_ptr<Held>> contexts;  // of those stores

  void add(const std::shared_ptr<Store>& store);
  void remove(const Store& store);

  // Null when it is none.
  std::shared_ptr<Store> find_store(const void* store) {
    const auto at = stores.find(store);
    return at != stores.end() ? at->second : nullptr;
  }
  // Null when it is no context, or nobody holds it.
  std::shared_ptr<Held> find(const CERT_CONTEXT* context) {
    const auto at = contexts.find(context);
    return at != contexts.end() && at->second->references != 0 ? at->second : nullptr;
  }
};

Registers& registers();

// Under the lock. One reference more.
PCCERT_CONTEXT refer(Held& held);
// Under the lock. A deleted one that nobody holds any more.
void forget_deleted(Store& store, const std::shared_ptr<Held>& held);

tl::unexpected<Error> no_context();

}  // namespace opensspi::abi::certificates
