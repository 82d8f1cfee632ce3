// The extension by OpenSSL's decoder.
#include "x509/usages.h"

#include <openssl/err.h>
#include <openssl/x509v3.h>

#include <algorithm>

#include "x509/native.h"

namespace opensspi::x509 {
namespace {

using OwnedUsages = std::unique_ptr<EXTENDED_KEY_USAGE, FreedBy<EXTENDED_KEY_USAGE_free>>;

constexpr const char* kAnyUsage = "2.5.29.37.0";

}  // namespace

std::optional<std::vector<std::string>> extended_key_usage(const Certificate& its) {
  X509* const x509 = its.native().x509.get();
  if (X509_get_ext_by_NID(x509, NID_ext_key_usage, -1) < 0) return std::nullopt;
  const OwnedUsages listed(static_cast<EXTENDED_KEY_USAGE*>(
      X509_get_ext_d2i(x509, NID_ext_key_usage, nullptr, nullptr)));
  ERR_clear_error();
  std::vector<std::string> usages;
  for (int i = 0; i < sk_ASN1_OBJECT_num(listed.get()); ++i)
    usages.push_back(dotted(sk_ASN1_OBJECT_value(listed.get(), i)));
  return usages;
}

Usages usages_of(const Certificate& certificate) {
  auto listed = extended_key_usage(certificate);
  if (listed && std::ranges::find(*listed, kAnyUsage) != listed->end()) listed.reset();
  return listed;
}

bool allows(const Usages& usages, const std::string& usage) {
  return !usages || std::ranges::find(*usages, usage) != usages->end();
}

Usages common(const Usages& a, const Usages& b) {
  if (!a) return b;
  Usages both = a;
  std::erase_if(*both, [&](const std::string& usage) { return !allows(b, usage); });
  return both;
}

}  // namespace opensspi::x509
