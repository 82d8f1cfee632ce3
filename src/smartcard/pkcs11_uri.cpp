// RFC 7512 2.3: attributes of the path, which narrow the choice, and of the query, which do not.
#include "smartcard/pkcs11_uri.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <set>

namespace opensspi::smartcard {
namespace {

constexpr std::string_view kScheme = "pkcs11:";
constexpr std::size_t kMostPinBytes = 4096;

tl::unexpected<Error> malformed(const char* why) {
  return fail(Status::InvalidParameter, why);
}

std::optional<std::uint8_t> octet_of(std::string_view digits) {
  std::uint8_t octet = 0;
  const auto [end, error] =
      std::from_chars(digits.data(), digits.data() + digits.size(), octet, 16);
  const bool all = digits.size() == 2 && error == std::errc() && end == digits.data() + 2;
  return all ? std::optional(octet) : std::nullopt;
}

// RFC 3986 2.1. Its buffer does not grow: the value may be a PIN.
Result<Bytes> decoded(std::string_view text) {
  Bytes value;
  value.reserve(text.size());
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (text[at] != '%') {
      value.push_back(static_cast<std::uint8_t>(text[at]));
      continue;
    }
    const auto octet = octet_of(text.substr(at + 1, 2));
    if (!octet) {
      erase(value);
      return malformed("a % of the PKCS#11 URI is not followed by two hexadecimal digits");
    }
    value.push_back(*octet);
    at += 2;
  }
  return value;
}

Result<std::string> text_of(std::string_view value) {
  TRY_ASSIGN(const Bytes bytes, decoded(value));
  return std::string(bytes.begin(), bytes.end());
}

Result<unsigned long> number_of(std::string_view value) {
  unsigned long number = 0;
  const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), number);
  if (error != std::errc() || end != value.data() + value.size() || value.empty())
    return malformed("the slot-id of the PKCS#11 URI is not a number");
  return number;
}

Result<Pkcs11Uri::Type> type_of(std::string_view value) {
  if (value == "cert") return Pkcs11Uri::Type::Certificate;
  if (value == "private") return Pkcs11Uri::Type::PrivateKey;
  return malformed("the PKCS#11 URI is not that of a certificate or a private key (type)");
}

Result<void> set_of_path(Pkcs11Uri& uri, std::string_view name, std::string_view value) {
  struct Text {
    std::string_view name;
    std::optional<std::string> Pkcs11Uri::*member;
  };
  static constexpr Text kTexts[] = {
      {"token", &Pkcs11Uri::token},
      {"manufacturer", &Pkcs11Uri::manufacturer},
      {"model", &Pkcs11Uri::model},
      {"serial", &Pkcs11Uri::serial},
      {"slot-description", &Pkcs11Uri::slot_description},
      {"slot-manufacturer", &Pkcs11Uri::slot_manufacturer},
      {"object", &Pkcs11Uri::object},
  };
  const auto* text =
      std::ranges::find_if(kTexts, [&](const Text& row) { return row.name == name; });
  if (text != std::end(kTexts)) {
    TRY_ASSIGN(uri.*text->member, text_of(value));
  } else if (name == "id") {
    TRY_ASSIGN(uri.id, decoded(value));
  } else if (name == "slot-id") {
    TRY_ASSIGN(uri.slot_id, number_of(value));
  } else if (name == "type") {
    TRY_ASSIGN(uri.type, type_of(value));
  } else {
    return malformed("the PKCS#11 URI has an attribute that is not known here");
  }
  return {};
}

// Others of the query say nothing of which object it is, but for a module by another name than its
// path.
Result<void> set_of_query(Pkcs11Uri& uri, std::string_view name, std::string_view value) {
  if (name == "module-path") {
    TRY_ASSIGN(uri.module_path, text_of(value));
  } else if (name == "pin-source") {
    TRY_ASSIGN(uri.pin_source, text_of(value));
  } else if (name == "pin-value") {
    TRY_ASSIGN(Bytes pin, decoded(value));
    uri.pin = SecretBytes(pin);
    erase(pin);
  } else if (name == "module-name") {
    return malformed("the PKCS#11 URI has a module-name: here modules go by module-path");
  }
  return {};
}

// Each "name=value" of a list once.
template <class Set>
Result<void> read_list(std::string_view list, char separator, Set set) {
  std::set<std::string_view> seen;
  for (bool more = !list.empty(); more;) {
    const std::size_t end = list.find(separator);
    const std::string_view attribute = list.substr(0, end);
    more = end != std::string_view::npos;
    if (more) list.remove_prefix(end + 1);
    const std::size_t equals = attribute.find('=');
    if (equals == std::string_view::npos || equals == 0)
      return malformed("an attribute of the PKCS#11 URI is not of the form name=value");
    const std::string_view name = attribute.substr(0, equals);
    if (!seen.insert(name).second) return malformed("the PKCS#11 URI has one attribute twice");
    TRY(set(name, attribute.substr(equals + 1)));
  }
  return {};
}

class File {
 public:
  explicit File(const char* path) : file_(open(path, O_RDONLY | O_CLOEXEC)) {}
  File(const File&) = delete;
  File& operator=(const File&) = delete;
  ~File() {
    if (file_ >= 0) close(file_);
  }

  // As much as there is and there is room for; nothing when it cannot be read.
  [[nodiscard]] std::optional<std::size_t> read_into(ByteSpan room) const {
    std::size_t size = 0;
    while (size < room.size()) {
      const ssize_t got = read(file_, room.data() + size, room.size() - size);
      if (got < 0) return std::nullopt;
      if (got == 0) break;
      size += static_cast<std::size_t>(got);
    }
    return size;
  }

 private:
  int file_;
};

// RFC 7512 2.4: a file's name, or its URI. A program ("|") is run for nobody.
Result<std::string> path_of(const std::string& source) {
  constexpr std::string_view kFile = "file:", kLocal = "//";
  std::string_view path = source;
  const bool is_uri = path.starts_with(kFile);
  if (is_uri) path.remove_prefix(kFile.size());
  if (is_uri && path.starts_with(kLocal)) path.remove_prefix(kLocal.size());
  if (!path.starts_with('/'))
    return malformed("the pin-source of the PKCS#11 URI is no absolute path or file: URI");
  return is_uri ? text_of(path) : std::string(path);
}

Result<SecretBytes> pin_in(const std::string& source) {
  TRY_ASSIGN(const std::string path, path_of(source));
  SecretBytes room(kMostPinBytes);
  const auto size = File(path.c_str()).read_into(room.expose_mutable());
  if (!size)
    return fail(Status::NoCredentials, "the PIN's file (pin-source of the URI) cannot be read");
  const ByteView text = room.expose().first(*size);
  const auto end =
      std::ranges::find_if(text, [](std::uint8_t byte) { return byte == '\n' || byte == '\r'; });
  return SecretBytes(text.first(static_cast<std::size_t>(end - text.begin())));
}

}  // namespace

Result<Pkcs11Uri> Pkcs11Uri::parse(std::string_view text) {
  if (!text.starts_with(kScheme)) return malformed("a PKCS#11 URI begins with pkcs11:");
  text.remove_prefix(kScheme.size());
  const std::size_t question = std::min(text.find('?'), text.size());
  Pkcs11Uri uri;
  TRY(read_list(text.substr(0, question), ';',
                [&](auto name, auto value) { return set_of_path(uri, name, value); }));
  TRY(read_list(text.substr(std::min(question + 1, text.size())), '&',
                [&](auto name, auto value) { return set_of_query(uri, name, value); }));
  if (uri.pin && uri.pin_source)
    return malformed("the PKCS#11 URI has a pin-value and a pin-source");
  return uri;
}

bool Pkcs11Uri::names(const Token& candidate) const {
  const auto is = [](const auto& wanted, const auto& value) { return !wanted || *wanted == value; };
  return is(token, candidate.label) && is(manufacturer, candidate.manufacturer) &&
         is(model, candidate.model) && is(serial, candidate.serial) &&
         is(slot_description, candidate.reader) &&
         is(slot_manufacturer, candidate.reader_manufacturer) && is(slot_id, candidate.slot);
}

Result<SecretBytes> Pkcs11Uri::own_pin() const {
  if (pin) return pin->clone();
  return pin_source ? pin_in(*pin_source) : SecretBytes();
}

}  // namespace opensspi::smartcard
