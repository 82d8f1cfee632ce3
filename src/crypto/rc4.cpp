// Nettle's arcfour_ctx, living in the bytes of a secret.
#include "crypto/rc4.h"

#include <nettle/arcfour.h>

#include <cassert>
#include <new>
#include <type_traits>

namespace opensspi::crypto {

namespace {

static_assert(sizeof(arcfour_ctx) == 258 && alignof(arcfour_ctx) == 1 &&
              std::is_trivial_v<arcfour_ctx>);

arcfour_ctx* arcfour(std::span<std::uint8_t, sizeof(arcfour_ctx)> state) {
  return std::launder(reinterpret_cast<arcfour_ctx*>(state.data()));
}

}  // namespace

Rc4::Rc4(ByteView key) {
  assert(!key.empty() && key.size() <= ARCFOUR_MAX_KEY_SIZE);
  arcfour_set_key(arcfour(state_.expose_mutable()), key.size(), key.data());
}

Rc4 Rc4::clone() const {
  Rc4 copy;
  copy.state_ = state_.clone();
  return copy;
}

void Rc4::apply(ByteSpan data) {
  apply(data, data);
}

void Rc4::apply(ByteView in, ByteSpan out) {
  assert(out.size() >= in.size());
  arcfour_crypt(arcfour(state_.expose_mutable()), in.size(), out.data(), in.data());
}

}  // namespace opensspi::crypto
