// With libkrb5's own containers.
#include "kerberos/ap_options.h"

#include <krb5.h>

#include <array>

#include "base/reader.h"
#include "kerberos/errors.h"

namespace opensspi::kerberos {
namespace {

constexpr std::uint32_t kCbt = 0x4000;

}  // namespace

void FreeAuthdata::operator()(_krb5_authdata** list) const {
  krb5_free_authdata(context, list);
}

Result<OwnAuthdata> write_ap_options(const Library& library) {
  std::array<krb5_octet, 4> value{0, kCbt >> 8, 0, 0};
  krb5_authdata options{KV5M_AUTHDATA, KRB5_AUTHDATA_AP_OPTIONS, value.size(), value.data()};
  krb5_authdata* const list[] = {&options, nullptr};
  krb5_authdata** made = nullptr;
  const auto code = krb5_encode_authdata_container(library.get(), KRB5_AUTHDATA_IF_RELEVANT,
                                                   static_cast<krb5_authdata* const*>(list), &made);
  if (code != 0) return ap_failure(code);
  return OwnAuthdata(made, FreeAuthdata{library.get()});
}

Result<bool> knows_bindings(const Library& library, _krb5_authdata* const* list) {
  krb5_authdata** read = nullptr;
  const auto code =
      krb5_find_authdata(library.get(), nullptr, list, KRB5_AUTHDATA_AP_OPTIONS, &read);
  if (code != 0) return ap_failure(code);
  const OwnAuthdata found(read, FreeAuthdata{library.get()});
  for (krb5_authdata** each = read; each != nullptr && *each != nullptr; ++each) {
    Reader in({(*each)->contents, (*each)->length});
    const std::uint32_t options = in.u32_le();
    TRY(in.check("the authenticator's options are malformed"));
    if ((options & kCbt) != 0) return true;
  }
  return false;
}

}  // namespace opensspi::kerberos
