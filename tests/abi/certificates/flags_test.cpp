// Bits of dwFlags that nobody has defined are refused.
#include "material.h"
#include "stores.h"

namespace caller {
namespace {

TEST(UnknownFlags, AreRefused) {
  const Context context(from_pem(self_signed().certificate, self_signed().key));
  CERT_CHAIN_PARA parameters{};
  parameters.cbSize = sizeof parameters;
  PCCERT_CHAIN_CONTEXT chain = nullptr;
  EXPECT_FALSE(CertGetCertificateChain(nullptr, context.get(), nullptr, nullptr, &parameters,
                                       0x00F00000, nullptr, &chain));
  EXPECT_ERROR(E_INVALIDARG);
  EXPECT_EQ(nullptr, chain);
  EXPECT_FALSE(CertSetCertificateContextProperty(context.get(), CERT_FRIENDLY_NAME_PROP_ID,
                                                 0x00F00000, nullptr));
  EXPECT_ERROR(E_INVALIDARG);

  const Files files("flags");
  files.openssl("pkcs12 -export -in $certificate -inkey $key -out $out -passout pass:sesame");
  std::string pfx = files.read();
  CRYPT_DATA_BLOB blob{static_cast<DWORD>(pfx.size()), reinterpret_cast<BYTE*>(pfx.data())};
  EXPECT_EQ(nullptr, PFXImportCertStore(&blob, u"sesame", 0x00002000));
  EXPECT_ERROR(E_INVALIDARG);

  const Store store(CertOpenStore(CERT_STORE_PROV_MEMORY, 0, 0, 0, nullptr));
  EXPECT_FALSE(CertCloseStore(store.get(), 0x00F00000));
  EXPECT_ERROR(E_INVALIDARG);
}

}  // namespace
}  // namespace caller
