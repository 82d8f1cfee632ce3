// Text at the border: W strings are UTF-16, A strings are UTF-8, inside all is UTF-8. What the A
// and W twins of functions and structures have in common is written once over the character type.
#pragma once

#include <string>
#include <string_view>

#include "abi/memory.h"
#include "abi/windows_names.h"
#include "base/result.h"

namespace opensspi::abi {

// NULL gives an empty string. InvalidParameter when the text is not well-formed.
Result<std::string> text_from(const SEC_CHAR* text);
Result<std::string> text_from(const SEC_WCHAR* text);

// The bytes of a string of Windows' width, with its terminating zero.
template <class Char>
Result<std::basic_string<Char>> text_to(std::string_view utf8);

// The same in a block for FreeContextBuffer.
template <class Char>
Result<Block<Char>> text_block(std::string_view utf8) {
  auto text = text_to<Char>(utf8);
  if (!text) return fail(text.error());
  auto block = make_block<Char>((text->size() + 1) * sizeof(Char));
  text->copy(block.get(), text->size());
  return block;
}

}  // namespace opensspi::abi
