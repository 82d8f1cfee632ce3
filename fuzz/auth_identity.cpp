// Identities in one block and packed logon buffers: whatever is read is written as a block that
// reads the same, in the clear and encrypted.
#include "abi/identity_block.h"
#include "abi/identity_cipher.h"
#include "abi/logon_buffer.h"
#include "abi/packed_credentials.h"
#include "support/fuzzing.h"

using namespace opensspi;
using test::require;

namespace {

bool same(const abi::IdentityParts& a, const abi::IdentityParts& b) {
  if (a.password.has_value() != b.password.has_value()) return false;
  if (a.password && !equal(a.password->expose(), b.password->expose())) return false;
  return a.user == b.user && a.domain == b.domain && a.package_list == b.package_list &&
         a.flags == b.flags && equal(a.packed.expose(), b.packed.expose());
}

void round_trip(const abi::IdentityParts& parts) {
  const auto block = abi::write_identity_block(parts);
  if (!block) return;  // a part that is too long with what is put around it
  const auto bytes = abi::identity_block_at(block->get());
  require(bytes.has_value(), "what we write is well-formed");
  const ByteSpan place(block->get(), bytes->size());
  const auto clear = abi::read_identity_block(place);
  require(clear && same(*clear, parts), "what we write, we read");
  require(abi::encrypt_identity_block(place).has_value(), "what we write has room");
  const auto encrypted = abi::read_identity_block(place);
  require(encrypted && same(*encrypted, parts), "encrypting loses nothing");
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const ByteView bytes(data, size);
  if (const auto parts = abi::read_identity_block(bytes)) {
    if (!parts->packed.empty()) (void)abi::no_password(parts->packed.expose());
    round_trip(*parts);
  }
  if (const auto parts = abi::read_logon_buffer(bytes)) round_trip(*parts);
  (void)abi::read_packed_credentials(bytes);
  Bytes copy_of_it = copy(bytes);
  (void)abi::decrypt_identity_block(copy_of_it);
  return 0;
}
