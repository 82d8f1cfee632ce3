// Conversions over utf8cpp. Each walks its input twice: first to check and to measure, then to
// write into a buffer of the exact size, so that a secret leaves no outgrown buffer behind.
#include "base/utf16.h"

#include <utf8cpp/utf8.h>

#include <algorithm>
#include <optional>

#include "base/upcase_table.h"

namespace opensspi {

namespace {

constexpr const char* kBadUtf8 = "text is not well-formed UTF-8";
constexpr const char* kBadUtf16 = "text is not well-formed UTF-16";

bool is_high_surrogate(char16_t unit) {
  return unit >= 0xD800 && unit <= 0xDBFF;
}
bool is_low_surrogate(char16_t unit) {
  return unit >= 0xDC00 && unit <= 0xDFFF;
}

// UTF-16 code units of a string, or of little-endian bytes at any alignment.
class LittleEndianUnits {
 public:
  explicit LittleEndianUnits(ByteView bytes) : bytes_(bytes) {}
  [[nodiscard]] std::size_t size() const { return bytes_.size() / 2; }
  char16_t operator[](std::size_t i) const {
    return static_cast<char16_t>(bytes_[2 * i] | bytes_[2 * i + 1] << 8);
  }

 private:
  ByteView bytes_;
};

// Writes code units as little-endian bytes.
class LittleEndianSink {
 public:
  explicit LittleEndianSink(std::uint8_t* out) : out_(out) {}
  void operator()(char16_t unit) {
    *out_++ = static_cast<std::uint8_t>(unit & 0xFF);
    *out_++ = static_cast<std::uint8_t>(unit >> 8);
  }

 private:
  std::uint8_t* out_;
};

// The number of code units that UTF-8 needs as UTF-16; nothing when it is not well-formed.
std::optional<std::size_t> measure_utf8(ByteView utf8) {
  if (!utf8::is_valid(utf8.begin(), utf8.end())) return std::nullopt;
  std::size_t units = 0;
  for (const std::uint8_t byte : utf8) {
    const bool starts_character = (byte & 0xC0) != 0x80;
    const bool is_supplementary = byte >= 0xF0;
    units += std::size_t{starts_character} + std::size_t{is_supplementary};
  }
  return units;
}

template <class Sink>
void write_utf16(ByteView well_formed_utf8, Sink sink) {
  for (auto at = well_formed_utf8.begin(); at != well_formed_utf8.end();) {
    const std::uint32_t character = utf8::unchecked::next(at);
    if (character < 0x10000) {
      sink(static_cast<char16_t>(character));
    } else {
      sink(static_cast<char16_t>(0xD800 + ((character - 0x10000) >> 10)));
      sink(static_cast<char16_t>(0xDC00 + ((character - 0x10000) & 0x3FF)));
    }
  }
}

// The number of bytes that UTF-16 needs as UTF-8; nothing when a surrogate stands alone.
template <class Units>
std::optional<std::size_t> measure_utf16(const Units& utf16) {
  std::size_t size = 0;
  for (std::size_t i = 0; i < utf16.size(); ++i) {
    const char16_t unit = utf16[i];
    if (is_low_surrogate(unit)) return std::nullopt;
    if (is_high_surrogate(unit)) {
      if (++i == utf16.size() || !is_low_surrogate(utf16[i])) return std::nullopt;
      size += 4;
    } else {
      size += unit < 0x80 ? 1 : unit < 0x800 ? 2 : 3;
    }
  }
  return size;
}

template <class Units, class Octet>
void write_utf8(const Units& well_formed_utf16, Octet* out) {
  for (std::size_t i = 0; i < well_formed_utf16.size(); ++i) {
    std::uint32_t character = well_formed_utf16[i];
    if (is_high_surrogate(well_formed_utf16[i])) {
      const std::uint32_t low = well_formed_utf16[++i];
      character = 0x10000 + ((character - 0xD800) << 10) + (low - 0xDC00);
    }
    out = utf8::unchecked::append(character, out);
  }
}

}  // namespace

Result<Bytes> utf8_to_utf16le(std::string_view utf8) {
  const auto units = measure_utf8(view(utf8));
  if (!units) return fail(Status::InvalidToken, kBadUtf8);
  Bytes out(2 * *units);
  write_utf16(view(utf8), LittleEndianSink(out.data()));
  return out;
}

Result<std::u16string> utf8_to_utf16(std::string_view utf8) {
  const auto units = measure_utf8(view(utf8));
  if (!units) return fail(Status::InvalidToken, kBadUtf8);
  std::u16string out(*units, u'\0');
  write_utf16(view(utf8), [at = out.data()](char16_t unit) mutable { *at++ = unit; });
  return out;
}

Result<std::string> utf16le_to_utf8(ByteView utf16le) {
  const LittleEndianUnits units(utf16le);
  const auto size = measure_utf16(units);
  if (utf16le.size() % 2 != 0 || !size) return fail(Status::InvalidToken, kBadUtf16);
  std::string out(*size, '\0');
  write_utf8(units, out.data());
  return out;
}

Result<std::string> utf16_to_utf8(std::u16string_view utf16) {
  const auto size = measure_utf16(utf16);
  if (!size) return fail(Status::InvalidToken, kBadUtf16);
  std::string out(*size, '\0');
  write_utf8(utf16, out.data());
  return out;
}

Result<SecretBytes> secret_utf8_to_utf16le(ByteView utf8) {
  const auto units = measure_utf8(utf8);
  if (!units) return fail(Status::InvalidToken, kBadUtf8);
  SecretBytes out(2 * *units);
  write_utf16(utf8, LittleEndianSink(out.expose_mutable().data()));
  return out;
}

Result<SecretBytes> secret_utf16le_to_utf8(ByteView utf16le) {
  const LittleEndianUnits units(utf16le);
  const auto size = measure_utf16(units);
  if (utf16le.size() % 2 != 0 || !size) return fail(Status::InvalidToken, kBadUtf16);
  SecretBytes out(*size);
  write_utf8(units, out.expose_mutable().data());
  return out;
}

char16_t upper(char16_t unit) noexcept {
  if (unit < 0x80) return static_cast<char16_t>(unit >= u'a' && unit <= u'z' ? unit - 0x20 : unit);
  const auto runs = upcase_runs();
  const auto run = std::lower_bound(runs.begin(), runs.end(), unit,
                                    [](const UpcaseRun& r, char16_t u) { return r.last < u; });
  if (run == runs.end() || unit < run->first || (unit - run->first) % run->stride != 0) return unit;
  return static_cast<char16_t>(unit + run->delta);
}

std::u16string upper(std::u16string_view text) {
  std::u16string out(text);
  for (char16_t& unit : out) unit = upper(unit);
  return out;
}

bool same_name(std::string_view a, std::string_view b) {
  if (a == b) return true;
  // While both are ASCII, as nearly all names are, nothing needs to be converted.
  for (std::size_t i = 0;; ++i) {
    if (i == a.size() || i == b.size()) return a.size() == b.size();
    const auto unit_a = static_cast<unsigned char>(a[i]);
    const auto unit_b = static_cast<unsigned char>(b[i]);
    if (unit_a >= 0x80 || unit_b >= 0x80) break;
    if (upper(char16_t{unit_a}) != upper(char16_t{unit_b})) return false;
  }
  const auto a_u16 = utf8_to_utf16(a);
  const auto b_u16 = utf8_to_utf16(b);
  return a_u16 && b_u16 && upper(*a_u16) == upper(*b_u16);
}

}  // namespace opensspi
