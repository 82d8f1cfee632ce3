// Properties, by what they are made of.
#include "abi/certificate_properties.h"

#include <cstring>

#include "abi/crypt_error.h"
#include "abi/text.h"

namespace opensspi::abi {
namespace {

constexpr const char* kOwnProvider = "OpenSSPI";

template <class T>
Bytes bytes_of(const T& value) {
  const auto* first = reinterpret_cast<const std::uint8_t*>(&value);
  return Bytes(first, first + sizeof value);
}

tl::unexpected<Error> none() {
  return fail_crypt(CRYPT_E_NOT_FOUND, "the certificate has no such property");
}

bool is_key_handle(DWORD id) {
  return id == CERT_KEY_PROV_HANDLE_PROP_ID || id == CERT_KEY_CONTEXT_PROP_ID ||
         id == CERT_NCRYPT_KEY_HANDLE_PROP_ID || id == CERT_HCRYPTPROV_OR_NCRYPT_KEY_HANDLE_PROP_ID;
}

bool is_hash(DWORD id) {
  return id == CERT_SHA1_HASH_PROP_ID || id == CERT_MD5_HASH_PROP_ID ||
         id == CERT_SHA256_HASH_PROP_ID;
}

// What is read off the certificate; nothing for properties that are only set.
Result<Bytes> computed(const CertificateState& state, DWORD id) {
  switch (id) {
    case CERT_SHA1_HASH_PROP_ID:
      return state.certificate().sha1_thumbprint();
    case CERT_MD5_HASH_PROP_ID:
      return state.certificate().fingerprint("MD5");
    case CERT_SHA256_HASH_PROP_ID:
      return state.certificate().fingerprint("SHA256");
    case CERT_KEY_IDENTIFIER_PROP_ID:
      return state.certificate().key_identifier();
    case CERT_ACCESS_STATE_PROP_ID:
      return bytes_of(DWORD{0});
    case CERT_KEY_SPEC_PROP_ID: {
      TRY_ASSIGN(const KeyLocation location, key_location(state));
      return bytes_of(key_spec_of(location));
    }
    default:
      return none();
  }
}

Result<KeyLocation> read_key_location(const CRYPT_KEY_PROV_INFO& info) {
  if (info.cProvParam != 0)
    return fail_crypt(ERROR_NOT_SUPPORTED, "a key's provider cannot be given parameters");
  KeyLocation location;
  TRY_ASSIGN(location.container, text_from(info.pwszContainerName));
  TRY_ASSIGN(location.provider, text_from(info.pwszProvName));
  location.provider_type = info.dwProvType;
  location.flags = info.dwFlags;
  location.key_spec = info.dwKeySpec;
  return location;
}

Result<Bytes> read_value(DWORD id, const void* data) {
  if (id == CERT_DATE_STAMP_PROP_ID) {
    FILETIME time;
    std::memcpy(&time, data, sizeof time);
    return bytes_of(time);
  }
  CRYPT_DATA_BLOB blob;
  std::memcpy(&blob, data, sizeof blob);
  if (blob.cbData != 0 && blob.pbData == nullptr)
    return fail_crypt(E_INVALIDARG, "the property counts bytes that it lacks");
  return blob.cbData == 0 ? Bytes() : Bytes(blob.pbData, blob.pbData + blob.cbData);
}

}  // namespace

DWORD key_spec_of(const KeyLocation& location) {
  return location.key_spec != 0 ? location.key_spec : AT_KEYEXCHANGE;
}

// Whoever looks for a hash must not be led to another certificate.
Result<Bytes> certificate_property(const CertificateState& state, DWORD id) {
  const auto set = state.properties.find(id);
  if (set != state.properties.end() && !is_hash(id)) return set->second;
  return computed(state, id);
}

bool has_property(const CertificateState& state, DWORD id) {
  return id == CERT_KEY_PROV_INFO_PROP_ID ? state.has_key()
                                          : certificate_property(state, id).has_value();
}

DWORD property_after(const CertificateState& state, DWORD id) {
  const auto next = state.properties.upper_bound(id);
  const DWORD set = next != state.properties.end() ? next->first : 0;
  const bool key_is_next = id < CERT_KEY_PROV_INFO_PROP_ID && state.has_key() &&
                           (set == 0 || set > CERT_KEY_PROV_INFO_PROP_ID);
  return key_is_next ? CERT_KEY_PROV_INFO_PROP_ID : set;
}

Result<KeyLocation> key_location(const CertificateState& state) {
  if (state.key_location) return *state.key_location;
  if (state.pair->key == nullptr) return none();
  KeyLocation own;
  own.provider = kOwnProvider;
  own.key_spec = AT_KEYEXCHANGE;
  return own;
}

Result<Bytes> key_location_block(const KeyLocation& location, const void* address) {
  TRY_ASSIGN(const auto container, text_to<SEC_WCHAR>(location.container));
  TRY_ASSIGN(const auto provider, text_to<SEC_WCHAR>(location.provider));
  const std::size_t container_size = (container.size() + 1) * sizeof(WCHAR);
  const std::size_t provider_size = (provider.size() + 1) * sizeof(WCHAR);
  const auto start = reinterpret_cast<std::uintptr_t>(address);
  CRYPT_KEY_PROV_INFO info{};
  info.pwszContainerName = reinterpret_cast<LPWSTR>(start + sizeof info);
  info.pwszProvName = reinterpret_cast<LPWSTR>(start + sizeof info + container_size);
  info.dwProvType = location.provider_type;
  info.dwFlags = location.flags;
  info.dwKeySpec = key_spec_of(location);
  Bytes block = bytes_of(info);
  block.resize(sizeof info + container_size + provider_size);
  std::memcpy(block.data() + sizeof info, container.data(), container_size);
  std::memcpy(block.data() + sizeof info + container_size, provider.data(), provider_size);
  return block;
}

Result<CertificateState> with_property(CertificateState state, DWORD id, const void* data) {
  if (id == 0 || id > CERT_LAST_USER_PROP_ID || id == CERT_ACCESS_STATE_PROP_ID ||
      id == CERT_KEY_SPEC_PROP_ID)
    return fail_crypt(E_INVALIDARG, "there is no such property, or it cannot be set");
  if (is_key_handle(id)) {
    if (data == nullptr) return state;
    return fail_crypt(ERROR_NOT_SUPPORTED, "there are no keys by their handles");
  }
  if (id == CERT_KEY_PROV_INFO_PROP_ID) {
    x509::KeyPair without = *state.pair;
    without.key = nullptr;
    state.pair = std::make_shared<const x509::KeyPair>(std::move(without));
    state.key_location.reset();
    if (data == nullptr) return state;
    CRYPT_KEY_PROV_INFO info;
    std::memcpy(&info, data, sizeof info);
    TRY_ASSIGN(state.key_location, read_key_location(info));
    return state;
  }
  state.properties.erase(id);
  if (data == nullptr) return state;
  TRY_ASSIGN(Bytes value, read_value(id, data));
  state.properties.emplace(id, std::move(value));
  return state;
}

}  // namespace opensspi::abi
