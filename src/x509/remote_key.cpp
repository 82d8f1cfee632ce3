// The provider, as provider(7), provider-keymgmt(7) have it. Nothing may fly through its functions.
#include "x509/remote_key.h"

#include <openssl/core_dispatch.h>
#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/params.h>
#include <openssl/provider.h>

#include <cstring>
#include <new>

#include "crypto/openssl.h"

namespace opensspi::x509 {
namespace {

using OwnedPkeyCtx = std::unique_ptr<EVP_PKEY_CTX, FreedBy<EVP_PKEY_CTX_free>>;

constexpr const char* kProvider = "opensspi-remote";
constexpr const char* kProperties = "provider=opensspi-remote";
constexpr const char* kAddress = "remote-key";  // parameter: the address of a RemoteKeyData

const RemoteKeyData& data_of(const void* data) {
  return *static_cast<const RemoteKeyData*>(data);
}

bool wants_private(int selection) {
  return (selection & OSSL_KEYMGMT_SELECT_PRIVATE_KEY) != 0;
}

// ---- Keys

void* new_data(void* /*provider*/) {
  return new (std::nothrow) RemoteKeyData;
}

void free_data(void* data) {
  delete static_cast<RemoteKeyData*>(data);
}

int has(const void* data, int selection) {
  const RemoteKey* key = data_of(data).get();
  return key != nullptr && (!wants_private(selection) || key->signer != nullptr) ? 1 : 0;
}

int match(const void* one, const void* other, int selection) {
  const RemoteKey *first = data_of(one).get(), *second = data_of(other).get();
  if (first == nullptr || second == nullptr || wants_private(selection)) return 0;
  return EVP_PKEY_eq(first->public_key.get(), second->public_key.get()) == 1 ? 1 : 0;
}

// A public key that somebody else has, to be compared.
RemoteKeyData imported(const char* type, int selection, const OSSL_PARAM params[]) {
  const OwnedPkeyCtx ctx(EVP_PKEY_CTX_new_from_name(crypto::library_context(), type, nullptr));
  EVP_PKEY* key = nullptr;
  if (ctx == nullptr || EVP_PKEY_fromdata_init(ctx.get()) != 1 ||
      EVP_PKEY_fromdata(ctx.get(), &key, selection, const_cast<OSSL_PARAM*>(params)) != 1) {
    return nullptr;
  }
  OwnedPkey owned(key);
  return std::make_shared<const RemoteKey>(RemoteKey{std::move(owned), nullptr});
}

int import(void* data, int selection, const OSSL_PARAM params[], const char* type) {
  auto& key = *static_cast<RemoteKeyData*>(data);
  const OSSL_PARAM* own = OSSL_PARAM_locate_const(params, kAddress);
  if (own != nullptr) {
    const void* given = nullptr;
    std::memcpy(&given, own->data, sizeof given);
    key = data_of(given);
    return 1;
  }
  if (wants_private(selection)) return 0;
  try {
    key = imported(type, selection, params);
  } catch (const std::bad_alloc&) {
    return 0;
  }
  return key != nullptr ? 1 : 0;
}

int import_rsa(void* data, int selection, const OSSL_PARAM params[]) {
  return import(data, selection, params, "RSA");
}

int import_ec(void* data, int selection, const OSSL_PARAM params[]) {
  return import(data, selection, params, "EC");
}

int export_public(void* data, int selection, OSSL_CALLBACK* take, void* context) {
  const RemoteKey* key = data_of(data).get();
  if (key == nullptr || wants_private(selection)) return 0;
  return EVP_PKEY_export(key->public_key.get(), selection, take, context);
}

const OSSL_PARAM* exported_types(int /*selection*/) {
  static const OSSL_PARAM types[] = {
      OSSL_PARAM_BN(OSSL_PKEY_PARAM_RSA_N, nullptr, 0),
      OSSL_PARAM_BN(OSSL_PKEY_PARAM_RSA_E, nullptr, 0),
      OSSL_PARAM_utf8_string(OSSL_PKEY_PARAM_GROUP_NAME, nullptr, 0),
      OSSL_PARAM_octet_string(OSSL_PKEY_PARAM_PUB_KEY, nullptr, 0),
      OSSL_PARAM_END,
  };
  return types;
}

int get_params(void* data, OSSL_PARAM params[]) {
  const RemoteKey* key = data_of(data).get();
  return key != nullptr ? EVP_PKEY_get_params(key->public_key.get(), params) : 0;
}

const OSSL_PARAM* gettable_params(void* /*provider*/) {
  static const OSSL_PARAM params[] = {
      OSSL_PARAM_int(OSSL_PKEY_PARAM_BITS, nullptr),
      OSSL_PARAM_int(OSSL_PKEY_PARAM_SECURITY_BITS, nullptr),
      OSSL_PARAM_int(OSSL_PKEY_PARAM_MAX_SIZE, nullptr),
      OSSL_PARAM_utf8_string(OSSL_PKEY_PARAM_DEFAULT_DIGEST, nullptr, 0),
      OSSL_PARAM_BN(OSSL_PKEY_PARAM_RSA_N, nullptr, 0),
      OSSL_PARAM_BN(OSSL_PKEY_PARAM_RSA_E, nullptr, 0),
      OSSL_PARAM_utf8_string(OSSL_PKEY_PARAM_GROUP_NAME, nullptr, 0),
      OSSL_PARAM_octet_string(OSSL_PKEY_PARAM_PUB_KEY, nullptr, 0),
      OSSL_PARAM_octet_string(OSSL_PKEY_PARAM_ENCODED_PUBLIC_KEY, nullptr, 0),
      OSSL_PARAM_utf8_string(OSSL_PKEY_PARAM_EC_POINT_CONVERSION_FORMAT, nullptr, 0),
      OSSL_PARAM_END,
  };
  return params;
}

const char* rsa_operation(int operation) {
  return operation == OSSL_OP_SIGNATURE ? "RSA" : nullptr;
}

const char* ec_operation(int operation) {
  return operation == OSSL_OP_SIGNATURE ? "ECDSA" : nullptr;
}

struct KeyManagement {
  OSSL_DISPATCH functions[12];

  template <class Import, class Operation>
  KeyManagement(Import* import_data, Operation* operation_name)
      : functions{dispatch(OSSL_FUNC_KEYMGMT_NEW, new_data),
                  dispatch(OSSL_FUNC_KEYMGMT_FREE, free_data),
                  dispatch(OSSL_FUNC_KEYMGMT_HAS, has),
                  dispatch(OSSL_FUNC_KEYMGMT_MATCH, match),
                  dispatch(OSSL_FUNC_KEYMGMT_IMPORT, import_data),
                  dispatch(OSSL_FUNC_KEYMGMT_IMPORT_TYPES, exported_types),
                  dispatch(OSSL_FUNC_KEYMGMT_EXPORT, export_public),
                  dispatch(OSSL_FUNC_KEYMGMT_EXPORT_TYPES, exported_types),
                  dispatch(OSSL_FUNC_KEYMGMT_GET_PARAMS, get_params),
                  dispatch(OSSL_FUNC_KEYMGMT_GETTABLE_PARAMS, gettable_params),
                  dispatch(OSSL_FUNC_KEYMGMT_QUERY_OPERATION_NAME, operation_name),
                  {0, nullptr}} {}
};

// ---- The provider

// Of the names OpenSSL's own, so that it takes the keys for what they are.
constexpr const char* kRsaNames = "RSA:rsaEncryption:1.2.840.113549.1.1.1";
constexpr const char* kEcNames = "EC:id-ecPublicKey:1.2.840.10045.2.1";

const OSSL_ALGORITHM* query(void* /*provider*/, int operation, int* uncached) {
  static const KeyManagement rsa(import_rsa, rsa_operation), ec(import_ec, ec_operation);
  static const OSSL_ALGORITHM keys[] = {
      {kRsaNames, kProperties, rsa.functions, nullptr},
      {kEcNames, kProperties, ec.functions, nullptr},
      {nullptr, nullptr, nullptr, nullptr},
  };
  static const OSSL_ALGORITHM signatures[] = {
      {kRsaNames, kProperties, remote_rsa_signature(), nullptr},
      {"ECDSA", kProperties, remote_ecdsa_signature(), nullptr},
      {nullptr, nullptr, nullptr, nullptr},
  };
  *uncached = 0;
  switch (operation) {
    case OSSL_OP_KEYMGMT:
      return keys;
    case OSSL_OP_SIGNATURE:
      return signatures;
    default:
      return nullptr;
  }
}

int begin(const OSSL_CORE_HANDLE* /*handle*/, const OSSL_DISPATCH* /*core*/,
          const OSSL_DISPATCH** functions, void** provider) {
  static const OSSL_DISPATCH own[] = {dispatch(OSSL_FUNC_PROVIDER_QUERY_OPERATION, query),
                                      {0, nullptr}};
  static char nothing;
  *functions = own;
  *provider = &nothing;
  return 1;
}

OSSL_LIB_CTX* make_context() {
  OSSL_LIB_CTX* const context = OSSL_LIB_CTX_new();
  if (context == nullptr || OSSL_PROVIDER_add_builtin(context, kProvider, begin) != 1 ||
      OSSL_PROVIDER_load(context, kProvider) == nullptr) {
    OSSL_LIB_CTX_free(context);
    throw std::bad_alloc();
  }
  return context;
}

// Never freed, as crypto::library_context() is not.
OSSL_LIB_CTX* context_of_provider() {
  static OSSL_LIB_CTX* const context = make_context();
  return context;
}

OwnedPkey key_with(const RemoteKeyData& data, const char* type) {
  const OwnedPkeyCtx ctx(EVP_PKEY_CTX_new_from_name(context_of_provider(), type, nullptr));
  const void* address = &data;
  OSSL_PARAM params[] = {
      OSSL_PARAM_construct_octet_string(kAddress, static_cast<void*>(&address), sizeof address),
      OSSL_PARAM_construct_end()};
  EVP_PKEY* key = nullptr;
  const bool made = ctx != nullptr && EVP_PKEY_fromdata_init(ctx.get()) == 1 &&
                    EVP_PKEY_fromdata(ctx.get(), &key, EVP_PKEY_KEYPAIR, params) == 1;
  ERR_clear_error();
  if (!made) throw std::bad_alloc();
  return OwnedPkey(key);
}

bool is_usable(const Signer& signer, int type) {
  using Operation = Signer::Operation;
  if (type == EVP_PKEY_EC) return signer.can(Operation::Ecdsa);
  return type == EVP_PKEY_RSA && (signer.can(Operation::RsaPkcs1) ||
                                  signer.can(Operation::RsaPss) || signer.can(Operation::RsaRaw));
}

}  // namespace

Result<OwnedPkey> make_remote_key(const Certificate& certificate,
                                  std::shared_ptr<const Signer> signer) {
  OwnedPkey public_key(X509_get_pubkey(certificate.native().x509.get()));
  ERR_clear_error();
  const int type = public_key != nullptr ? EVP_PKEY_get_base_id(public_key.get()) : EVP_PKEY_NONE;
  if (!is_usable(*signer, type)) {
    return fail(Status::UnknownCredentials,
                "the key's token has no signature mechanism that TLS needs (RSA or ECDSA)");
  }
  const auto data =
      std::make_shared<const RemoteKey>(RemoteKey{std::move(public_key), std::move(signer)});
  return key_with(data, type == EVP_PKEY_RSA ? "RSA" : "EC");
}

}  // namespace opensspi::x509
