// Text in the place of a user's name: whatever is a credential is written as text that is the same.
#include "abi/marshalled_credential.h"
#include "support/fuzzing.h"

using namespace opensspi;
using test::require;

namespace {

bool same(const abi::MarshalledCredential& a, const abi::MarshalledCredential& b) {
  if (a.index() != b.index()) return false;
  if (const auto* hash = std::get_if<abi::CertificateHash>(&a)) {
    return hash->sha1 == std::get<abi::CertificateHash>(b).sha1;
  }
  return std::get<abi::UserNameTarget>(a).user == std::get<abi::UserNameTarget>(b).user;
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto credential =
      abi::read_marshalled(std::string_view(reinterpret_cast<const char*>(data), size));
  if (!credential) return 0;
  const auto written = abi::write_marshalled(*credential);
  require(written.has_value() && written->size() == size, "what we read, we write");
  const auto again = abi::read_marshalled(*written);
  require(again && same(*again, *credential), "what we write means the same");
  return 0;
}
