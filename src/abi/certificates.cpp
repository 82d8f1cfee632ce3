// What callers do with a context: count it, read it, change what is known of it.
#include "abi/certificates.h"

#include <utility>

#include "abi/certificate_register.h"
#include "x509/chain.h"
#include "x509/files.h"

namespace opensspi::abi {
namespace {

using namespace certificates;

std::vector<x509::Certificate> others_in_store(PCCERT_CONTEXT context) {
  std::vector<x509::Certificate> others;
  const std::lock_guard lock(registers().mutex);
  if (const auto held = registers().find(context)) {
    for (const auto& other : held->store->certificates)
      if (other != held && !other->deleted) others.push_back(other->certificate);
  }
  return others;
}

// Under the lock. Gives one reference back; the store when it was the last one's.
std::shared_ptr<Store> release(const std::shared_ptr<Held>& held) {
  Store& store = *held->store;
  --store.references;
  if (--held->references == 0 && held->deleted) forget_deleted(store, held);
  if (store.opened != 0 || store.references != 0) return nullptr;
  auto last = registers().find_store(&store);
  registers().remove(store);
  return last;
}

}  // namespace

Result<PCCERT_CONTEXT> new_certificate_context(x509::KeyPair pair) {
  if (pair.chain.empty()) return fail(Status::UnknownCredentials, "there is no certificate");
  TRY_ASSIGN(const auto store, store_of(parts_of(pair), StoreAccess::Full));
  const std::lock_guard lock(registers().mutex);
  registers().add(store);
  return refer(*store->certificates.front());
}

bool add_certificate_reference(PCCERT_CONTEXT context) {
  const std::lock_guard lock(registers().mutex);
  const auto held = registers().find(context);
  if (held != nullptr) refer(*held);
  return held != nullptr;
}

bool drop_certificate_reference(PCCERT_CONTEXT context) {
  std::shared_ptr<Store> last;  // these die after the lock: a key may be a token's
  std::shared_ptr<Held> held;
  const std::lock_guard lock(registers().mutex);
  held = registers().find(context);
  if (held == nullptr || held->references == held->pins) return false;
  last = release(held);
  return true;
}

bool pin_certificate(PCCERT_CONTEXT context) {
  const std::lock_guard lock(registers().mutex);
  const auto held = registers().find(context);
  if (held == nullptr) return false;
  refer(*held);
  ++held->pins;
  return true;
}

void unpin_certificate(PCCERT_CONTEXT context) {
  std::shared_ptr<Store> last;  // these die after the lock: a key may be a token's
  std::shared_ptr<Held> held;
  const std::lock_guard lock(registers().mutex);
  held = registers().find(context);
  --held->pins;
  last = release(held);
}

SharedState find_state(PCCERT_CONTEXT context) {
  const std::lock_guard lock(registers().mutex);
  const auto held = registers().find(context);
  return held != nullptr ? held->state : nullptr;
}

Result<void> change_state(PCCERT_CONTEXT context, const StateChange& change) {
  SharedState before;  // dies after the lock
  const std::lock_guard lock(registers().mutex);
  const auto held = registers().find(context);
  if (held == nullptr) return no_context();
  TRY_ASSIGN(CertificateState state, change(*held->state));
  before = std::exchange(held->state, std::make_shared<const CertificateState>(std::move(state)));
  return {};
}

std::shared_ptr<const x509::KeyPair> find_certificate(PCCERT_CONTEXT context) {
  const SharedState state = find_state(context);
  return state != nullptr ? state->pair : nullptr;
}

std::shared_ptr<const x509::KeyPair> find_own_certificate(ByteView sha1) {
  const std::lock_guard lock(registers().mutex);
  for (const auto& [context, held] : registers().contexts) {
    const auto& key = held->state->pair->key;
    if (held->deleted || key == nullptr || key->is_remote()) continue;
    const auto hash = held->certificate.sha1_thumbprint();
    if (hash && equal(*hash, sha1)) return held->state->pair;
  }
  return nullptr;
}

Result<std::shared_ptr<const x509::KeyPair>> usable_certificate(PCCERT_CONTEXT context) {
  const SharedState state = find_state(context);
  if (state == nullptr)
    return fail(Status::UnknownCredentials, "this is no certificate of the library");
  x509::KeyPair pair = *state->pair;
  if (pair.key == nullptr && state->key_location) {
    auto key = x509::private_key_of_file(state->key_location->container);
    if (!key || !x509::is_key_of(*key, pair.chain.front()))
      return fail(Status::UnknownCredentials,
                  "the container of the certificate's key is no PEM file with that key");
    pair.key = std::make_shared<const x509::PrivateKey>(*std::move(key));
  }
  if (pair.chain.size() == 1)
    pair.chain = x509::with_issuers(pair.chain.front(), others_in_store(context));
  return std::make_shared<const x509::KeyPair>(std::move(pair));
}

}  // namespace opensspi::abi
