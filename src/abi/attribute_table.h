// Attributes by number, of contexts and of credentials: one row each, with the function that fills
// its structure.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "base/result.h"

namespace opensspi::abi {

template <class Subject>
struct AttributeRow {
  std::uint32_t attribute;
  std::size_t size;  // bytes
  Result<void> (*write)(const Subject& subject, void* buffer);
};

// The row of a function that fills a structure of type Out.
template <class Subject, class Out, Result<void> (*kWrite)(const Subject&, Out&)>
constexpr AttributeRow<Subject> attribute_row(std::uint32_t attribute) {
  return {attribute, sizeof(Out), [](const Subject& subject, void* buffer) {
            return kWrite(subject, *static_cast<Out*>(buffer));
          }};
}

// `without_buffer`: what it is when the caller gives no place. BufferTooSmall; UnsupportedFunction
// when no row has that number.
template <class Subject>
Result<void> write_attribute_of(const Subject& subject, std::span<const AttributeRow<Subject>> rows,
                                std::uint32_t attribute, void* buffer, std::size_t size,
                                Status without_buffer) {
  for (const AttributeRow<Subject>& row : rows) {
    if (row.attribute != attribute) continue;
    if (buffer == nullptr) return fail(without_buffer, "there is no place for the attribute");
    if (size < row.size)
      return fail(Status::BufferTooSmall, "the buffer is too small for the attribute");
    return row.write(subject, buffer);
  }
  return fail(Status::UnsupportedFunction, "there is no such attribute here");
}

}  // namespace opensspi::abi
