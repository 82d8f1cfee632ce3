// The register of living contexts and stores, under one lock.
#include "abi/certificates.h"

#include <algorithm>
#include <mutex>
#include <unordered_map>
#include <utility>

#include "abi/certificate_info.h"
#include "abi/crypt_error.h"
#include "base/utf16.h"
#include "x509/chain.h"
#include "x509/files.h"

namespace opensspi::abi {
namespace {

struct Store;

// What a PCCERT_CONTEXT points into.
struct Held {
  explicit Held(x509::Certificate its) : certificate(std::move(its)) {}

  const x509::Certificate certificate;  // the context points into this one, whatever the state has
  CERT_CONTEXT context{};
  CertificateInfo info;
  SharedState state;
  std::size_t references = 0;
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

Result<std::shared_ptr<Held>> hold(CertificateState state) {
  auto held = std::make_shared<Held>(state.certificate());
  held->state = std::make_shared<const CertificateState>(std::move(state));
  const Bytes& der = held->certificate.der();
  TRY(held->info.read(der));
  held->context.dwCertEncodingType = X509_ASN_ENCODING;
  held->context.pbCertEncoded = const_cast<BYTE*>(der.data());  // Windows' type; nobody writes
  held->context.cbCertEncoded = static_cast<DWORD>(der.size());
  held->context.pCertInfo = held->info.get();
  return held;
}

CertificateState state_of(x509::KeyPair pair) {
  CertificateState state;
  if (!pair.friendly_name.empty()) {
    if (auto name = utf8_to_utf16le(pair.friendly_name)) {
      name->resize(name->size() + sizeof(WCHAR));  // its zero
      state.properties.emplace(CERT_FRIENDLY_NAME_PROP_ID, *std::move(name));
    }
  }
  state.pair = std::make_shared<const x509::KeyPair>(std::move(pair));
  return state;
}

// One per member of the chain; the first has all of it.
std::vector<x509::KeyPair> parts_of(const x509::KeyPair& pair) {
  std::vector<x509::KeyPair> parts{pair};
  for (std::size_t i = 1; i < pair.chain.size(); ++i) {
    parts.emplace_back();
    parts.back().chain.push_back(pair.chain[i]);
  }
  return parts;
}

void put(Store& store, const std::shared_ptr<Held>& held) {
  store.certificates.push_back(held);
  held->store = &store;
  held->context.hCertStore = &store;
}

Result<std::shared_ptr<Store>> store_of(std::vector<x509::KeyPair> certificates,
                                        StoreAccess access) {
  auto store = std::make_shared<Store>();
  store->access = access;
  for (x509::KeyPair& pair : certificates) {
    const auto held = hold(state_of(std::move(pair)));
    if (held)
      put(*store, *held);
    else if (access == StoreAccess::Full)
      return fail(held.error());
  }
  return store;
}

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

Registers& registers() {
  // Never destroyed: contexts may be released while the process ends.
  static auto& all = *new Registers;
  return all;
}

struct Remove {
  void operator()(const Store* store) const { registers().remove(*store); }
};

void Registers::add(const std::shared_ptr<Store>& store) {
  stores.emplace(store.get(), store);
  std::unique_ptr<const Store, Remove> half(store.get());  // when memory runs out on the way
  for (const auto& held : store->certificates) contexts.emplace(&held->context, held);
  half.release();
}

void Registers::remove(const Store& store) {
  for (const auto& held : store.certificates) contexts.erase(&held->context);
  stores.erase(&store);
}

PCCERT_CONTEXT refer(Held& held) {
  ++held.references;
  ++held.store->references;
  return &held.context;
}

void forget_deleted(Store& store, const std::shared_ptr<Held>& held) {
  registers().contexts.erase(&held->context);
  std::erase(store.certificates, held);
}

// The first behind `held` (null: of all) that is not deleted; null at the end.
std::shared_ptr<Held> behind(const Store& store, const std::shared_ptr<Held>& held) {
  auto at = store.certificates.begin();
  if (held != nullptr) {
    at = std::ranges::find(store.certificates, held);
    if (at != store.certificates.end()) ++at;
  }
  at = std::find_if(at, store.certificates.end(), [](const auto& one) { return !one->deleted; });
  return at != store.certificates.end() ? *at : nullptr;
}

std::shared_ptr<Held> same_in(const Store& store, const x509::Certificate& certificate) {
  const auto at = std::ranges::find_if(store.certificates, [&](const auto& held) {
    return !held->deleted && held->certificate.der() == certificate.der();
  });
  return at != store.certificates.end() ? *at : nullptr;
}

// `state`, with what it lacks and `more` has.
CertificateState merged(CertificateState state, const CertificateState& more) {
  state.properties.insert(more.properties.begin(), more.properties.end());
  if (!state.has_key() && more.has_key()) {
    state.pair = more.pair;
    state.key_location = more.key_location;
  }
  return state;
}

std::vector<x509::Certificate> others_in_store(PCCERT_CONTEXT context) {
  std::vector<x509::Certificate> others;
  const std::lock_guard lock(registers().mutex);
  if (const auto held = registers().find(context)) {
    for (const auto& other : held->store->certificates)
      if (other != held && !other->deleted) others.push_back(other->certificate);
  }
  return others;
}

tl::unexpected<Error> no_store() {
  return fail_crypt(E_INVALIDARG, "this is no open certificate store");
}
tl::unexpected<Error> no_context() {
  return fail(Status::InvalidHandle, "this is no certificate of the library");
}
tl::unexpected<Error> read_only() {
  return fail_crypt(ERROR_ACCESS_DENIED, "this store is a copy of what lies on this machine");
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
  std::shared_ptr<Store> last;  // dies after the lock
  const std::lock_guard lock(registers().mutex);
  const auto held = registers().find(context);
  if (held == nullptr) return false;
  Store& store = *held->store;
  --store.references;
  if (--held->references == 0 && held->deleted) forget_deleted(store, held);
  if (store.opened == 0 && store.references == 0) {
    last = registers().find_store(&store);
    registers().remove(store);
  }
  return true;
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

Result<HCERTSTORE> new_certificate_store(std::vector<x509::KeyPair> certificates,
                                         StoreAccess access) {
  TRY_ASSIGN(const auto store, store_of(std::move(certificates), access));
  store->opened = 1;
  const std::lock_guard lock(registers().mutex);
  registers().add(store);
  return store.get();
}

Result<HCERTSTORE> new_certificate_store(const x509::KeyPair& pair) {
  return new_certificate_store(parts_of(pair));
}

bool add_store_reference(HCERTSTORE store) {
  const std::lock_guard lock(registers().mutex);
  const auto found = registers().find_store(store);
  if (found != nullptr) ++found->opened;
  return found != nullptr;
}

Closed close_store(HCERTSTORE store, bool with_contexts) {
  std::shared_ptr<Store> last;  // dies after the lock
  const std::lock_guard lock(registers().mutex);
  const auto found = registers().find_store(store);
  if (found == nullptr || found->opened == 0) return Closed::NotOpen;
  if (--found->opened != 0) return Closed::Whole;
  if (found->references != 0 && !with_contexts) return Closed::Pending;
  last = found;
  registers().remove(*found);
  return Closed::Whole;
}

Result<PCCERT_CONTEXT> next_in_store(HCERTSTORE store, PCCERT_CONTEXT previous,
                                     const CertificateFilter& passes) {
  const CertificateReference taken(previous);
  std::shared_ptr<Held> at;
  for (bool first = true;; first = false) {
    SharedState state;
    {
      const std::lock_guard lock(registers().mutex);
      const auto found = registers().find_store(store);
      if (found == nullptr) return no_store();
      if (first && previous != nullptr) {
        at = registers().find(previous);
        if (at == nullptr || at->store != found.get())
          return fail_crypt(E_INVALIDARG, "the certificate is not in this store");
      }
      at = behind(*found, at);
      if (at == nullptr)
        return fail_crypt(CRYPT_E_NOT_FOUND, "the store has no such certificate, or no more");
      if (passes == nullptr) return refer(*at);
      state = at->state;
    }
    if (!passes(*state)) continue;
    const std::lock_guard lock(registers().mutex);
    if (registers().find_store(store) != nullptr && !at->deleted) return refer(*at);
  }
}

Result<std::vector<x509::Certificate>> certificates_in(HCERTSTORE store) {
  std::vector<x509::Certificate> certificates;
  const std::lock_guard lock(registers().mutex);
  const std::shared_ptr<Store> found = registers().find_store(store);
  if (found == nullptr)
    return fail(Status::UnknownCredentials, "this is no open certificate store");
  for (const auto& held : found->certificates)
    if (!held->deleted) certificates.push_back(held->certificate);
  return certificates;
}

Result<PCCERT_CONTEXT> add_to_store(HCERTSTORE store, CertificateState state, DWORD disposition) {
  if (disposition < CERT_STORE_ADD_NEW || disposition > CERT_STORE_ADD_NEWER_INHERIT_PROPERTIES)
    return fail_crypt(E_INVALIDARG, "the disposition is unknown");
  TRY_ASSIGN(const auto added, hold(state));
  const std::lock_guard lock(registers().mutex);
  const auto found = registers().find_store(store);
  if (found == nullptr) return no_store();
  if (found->access == StoreAccess::ReadOnly) return read_only();
  const auto existing =
      disposition == CERT_STORE_ADD_ALWAYS ? nullptr : same_in(*found, added->certificate);
  if (existing != nullptr) {
    if (disposition == CERT_STORE_ADD_USE_EXISTING) {
      existing->state = std::make_shared<const CertificateState>(merged(*existing->state, state));
      return refer(*existing);
    }
    // The same certificate is never newer.
    if (disposition != CERT_STORE_ADD_REPLACE_EXISTING &&
        disposition != CERT_STORE_ADD_REPLACE_EXISTING_INHERIT_PROPERTIES)
      return fail_crypt(CRYPT_E_EXISTS, "the certificate is in the store already");
    if (disposition == CERT_STORE_ADD_REPLACE_EXISTING_INHERIT_PROPERTIES)
      added->state = std::make_shared<const CertificateState>(merged(state, *existing->state));
  }
  found->certificates.reserve(found->certificates.size() + 1);
  registers().contexts.emplace(&added->context, added);
  put(*found, added);
  if (existing != nullptr) {
    existing->deleted = true;
    if (existing->references == 0) forget_deleted(*found, existing);
  }
  return refer(*added);
}

Result<void> delete_from_store(PCCERT_CONTEXT context) {
  const CertificateReference taken(context);
  const std::lock_guard lock(registers().mutex);
  const auto held = registers().find(context);
  if (held == nullptr) return no_context();
  if (held->store->access == StoreAccess::ReadOnly) return read_only();
  held->deleted = true;
  return {};
}

}  // namespace opensspi::abi
