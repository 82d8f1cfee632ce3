// QueryContextAttributes: what a context answers becomes the SecPkgContext_ structure that the
// number stands for. Strings and structures in it are blocks for FreeContextBuffer.
#pragma once

#include <cstddef>
#include <cstdint>
#include <variant>

#include "abi/objects.h"
#include "sspi/attribute.h"

namespace opensspi::abi {

// What the context says to a question whose answer is a T.
template <class T>
Result<T> ask(const ContextEntry& entry, AttributeId id) {
  TRY_ASSIGN(Attribute answer, entry.context->query(id));
  T* value = std::get_if<T>(&answer);
  if (value == nullptr)
    return fail(Status::InternalError, "the package answered with another attribute");
  return std::move(*value);
}

// Fills the structure at `buffer`, which has `size` bytes. Char tells the A from the W form.
// UnsupportedFunction for an attribute that the context does not have, BufferTooSmall.
template <class Char>
Result<void> write_attribute(const ContextEntry& entry, std::uint32_t attribute, void* buffer,
                             std::size_t size);

}  // namespace opensspi::abi
