// Contexts and stores that are released, and what tests ask of them.
#pragma once

#include "abi/support.h"

#define EXPECT_ERROR(code) EXPECT_EQ(static_cast<DWORD>(code), opensspi_get_last_error())

namespace caller {

class Context {
 public:
  explicit Context(PCCERT_CONTEXT context = nullptr) : context_(context) {}
  Context(Context&& other) noexcept : context_(std::exchange(other.context_, nullptr)) {}
  Context& operator=(Context&&) = delete;
  ~Context() { EXPECT_TRUE(CertFreeCertificateContext(context_)); }

  [[nodiscard]] PCCERT_CONTEXT get() const { return context_; }
  PCCERT_CONTEXT operator->() const { return context_; }

 private:
  PCCERT_CONTEXT context_;
};

class Store {
 public:
  explicit Store(HCERTSTORE store) : store_(store) {}
  Store(Store&& other) noexcept : store_(other.release()) {}
  Store& operator=(Store&&) = delete;
  ~Store() { EXPECT_TRUE(CertCloseStore(store_, CERT_CLOSE_STORE_CHECK_FLAG)); }

  [[nodiscard]] HCERTSTORE get() const { return store_; }
  HCERTSTORE release() { return std::exchange(store_, nullptr); }

 private:
  HCERTSTORE store_;
};

inline std::string name_of(PCCERT_CONTEXT context, DWORD type, DWORD flags = 0,
                           const void* parameter = nullptr) {
  char text[512];
  const DWORD size =
      CertGetNameStringA(context, type, flags, const_cast<void*>(parameter), text, sizeof text);
  return {text, size - 1};
}
inline std::string display_name(PCCERT_CONTEXT context) {
  return name_of(context, CERT_NAME_SIMPLE_DISPLAY_TYPE);
}

// Its bytes; "none" and the error stays when there is none.
inline std::string property_of(PCCERT_CONTEXT context, DWORD id) {
  DWORD size = 0;
  if (!CertGetCertificateContextProperty(context, id, nullptr, &size)) return "none";
  std::string value(size, '\0');
  EXPECT_TRUE(CertGetCertificateContextProperty(context, id, value.data(), &size));
  return value;
}

}  // namespace caller
