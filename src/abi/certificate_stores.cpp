// Stores of certificates: walking through them, adding and deleting.
#include <algorithm>

#include "abi/certificate_register.h"

namespace opensspi::abi {
namespace {

using namespace certificates;

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

tl::unexpected<Error> no_store() {
  return fail_crypt(E_INVALIDARG, "this is no open certificate store");
}
tl::unexpected<Error> read_only() {
  return fail_crypt(ERROR_ACCESS_DENIED, "this store is a copy of what lies on this machine");
}

// To the next certificate of the store, or from null to the first.
Result<SharedState> advance(HCERTSTORE store, CertificateReference& at) {
  CertificateReference next;
  SharedState state;
  {
    const std::lock_guard lock(registers().mutex);
    const auto found = registers().find_store(store);
    if (found == nullptr) return no_store();
    const auto before = registers().find(at.get());
    if (at != nullptr && (before == nullptr || before->store != found.get()))
      return fail_crypt(E_INVALIDARG, "the certificate is not in this store");
    const auto held = behind(*found, before);
    if (held == nullptr)
      return fail_crypt(CRYPT_E_NOT_FOUND, "the store has no such certificate, or no more");
    next.reset(refer(*held));
    state = held->state;
  }
  at = std::move(next);
  return state;
}

// Chains keep theirs.
void end_unpinned(Store& store) {
  store.references = 0;
  for (const auto& held : store.certificates) {
    held->references = held->pins;
    store.references += held->pins;
  }
}

}  // namespace

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
  end_unpinned(*found);
  last = found;
  if (found->references == 0) registers().remove(*found);
  return Closed::Whole;
}

Result<PCCERT_CONTEXT> next_in_store(HCERTSTORE store, PCCERT_CONTEXT previous,
                                     const CertificateFilter& passes) {
  CertificateReference at(previous);  // while it is held it keeps its place
  for (;;) {
    TRY_ASSIGN(const SharedState state, advance(store, at));
    if (passes == nullptr || passes(*state)) return at.release();
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
  std::shared_ptr<Held> existing;  // dies after the lock: its key may be a token's
  const std::lock_guard lock(registers().mutex);
  const auto found = registers().find_store(store);
  if (found == nullptr) return no_store();
  if (found->access == StoreAccess::ReadOnly) return read_only();
  if (disposition != CERT_STORE_ADD_ALWAYS) existing = same_in(*found, added->certificate);
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
