// The register of living contexts and stores, under one lock.
#include "abi/certificate_register.h"

#include <utility>

#include "base/utf16.h"

namespace opensspi::abi::certificates {
namespace {

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

struct Remove {
  void operator()(const Store* store) const { registers().remove(*store); }
};

}  // namespace

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

std::vector<x509::KeyPair> parts_of(const x509::KeyPair& pair) {
  std::vector<x509::KeyPair> parts{pair};
  for (std::size_t i = 1; i < pair.chain.size(); ++i) {
    parts.emplace_back();
    parts.back().chain.push_back(pair.chain[i]);
  }
  return parts;
}

Registers& registers() {
  // Never destroyed: contexts may be released while the process ends.
  static auto& all = *new Registers;
  return all;
}

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

tl::unexpected<Error> no_context() {
  return fail(Status::InvalidHandle, "this is no certificate of the library");
}

}  // namespace opensspi::abi::certificates
