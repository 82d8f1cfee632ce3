// base's text conversions side by side with the C library's iconv, which is as strict: the input is
// taken for UTF-8 and for UTF-16LE. What is taken comes back the same, and the conversions of
// secrets agree with the others.
#include "base/utf16.h"

#include <iconv.h>

#include <optional>
#include <string>

#include "support/fuzzing.h"

namespace {

using namespace opensspi;
using test::require;

std::optional<Bytes> by_iconv(const char* to, const char* from, ByteView input) {
  const iconv_t converter = iconv_open(to, from);
  require(converter != iconv_t(-1), "iconv knows both");
  std::string text(input.begin(), input.end());
  std::string out(4 * input.size() + 4, '\0');
  char* in_at = text.data();
  char* out_at = out.data();
  std::size_t in_left = text.size();
  std::size_t out_left = out.size();
  const bool ok = iconv(converter, &in_at, &in_left, &out_at, &out_left) == 0 && in_left == 0;
  iconv_close(converter);
  if (!ok) return std::nullopt;
  return copy(view(out).first(out.size() - out_left));
}

void take_for_utf8(ByteView input) {
  const std::string text(input.begin(), input.end());
  const auto wide = utf8_to_utf16le(text);
  const auto secret = secret_utf8_to_utf16le(input);
  const auto expected = by_iconv("UTF-16LE", "UTF-8", input);
  require(wide.has_value() == expected.has_value(), "UTF-8 is well-formed to both or to none");
  require(secret.has_value() == wide.has_value() && utf8_to_utf16(text).has_value() == !!wide,
          "UTF-8 is well-formed to all conversions or to none");
  if (!wide) return;
  require(equal(*wide, *expected), "UTF-8 has one meaning");
  require(equal(secret->expose(), *wide), "a secret converts as other text");
  require(utf16le_to_utf8(*wide) == text, "UTF-8 comes back");
  require(same_name(text, text), "a name is itself");
}

void take_for_utf16(ByteView input) {
  const auto narrow = utf16le_to_utf8(input);
  const auto secret = secret_utf16le_to_utf8(input);
  const auto expected = by_iconv("UTF-8", "UTF-16LE", input);
  require(narrow.has_value() == expected.has_value(), "UTF-16 is well-formed to both or to none");
  require(secret.has_value() == narrow.has_value(), "a secret is text or not as any other");
  if (!narrow) return;
  require(equal(view(*narrow), *expected), "UTF-16 has one meaning");
  require(equal(secret->expose(), *expected), "a secret converts as other text");
  const auto wide = utf8_to_utf16le(*narrow);
  require(wide && equal(*wide, input), "UTF-16 comes back");
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  take_for_utf8({data, size});
  take_for_utf16({data, size});
  return 0;
}
