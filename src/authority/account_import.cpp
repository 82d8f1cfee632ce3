// One line at a time; what is told of a line is its number, never its text.
#include "authority/account_import.h"

#include <algorithm>
#include <optional>

#include "authority/blank_hash.h"

namespace opensspi::authority {
namespace {

constexpr std::size_t kHashDigits = 32;

std::vector<std::string_view> split(std::string_view line) {
  std::vector<std::string_view> fields;
  for (;;) {
    const std::size_t colon = line.find(':');
    fields.push_back(line.substr(0, colon));
    if (colon == std::string_view::npos) return fields;
    line.remove_prefix(colon + 1);
  }
}

std::optional<std::uint8_t> hex_digit(char c) {
  if (c >= '0' && c <= '9') return static_cast<std::uint8_t>(c - '0');
  if (c >= 'a' && c <= 'f') return static_cast<std::uint8_t>(c - 'a' + 10);
  if (c >= 'A' && c <= 'F') return static_cast<std::uint8_t>(c - 'A' + 10);
  return std::nullopt;
}

std::optional<NtHash> parse_hash(std::string_view digits) {
  NtHash hash;
  if (digits.size() != kHashDigits) return std::nullopt;
  for (std::size_t i = 0; i < digits.size(); i += 2) {
    const auto high = hex_digit(digits[i]);
    const auto low = hex_digit(digits[i + 1]);
    if (!high || !low) return std::nullopt;
    hash.expose_mutable()[i / 2] = static_cast<std::uint8_t>(*high << 4 | *low);
  }
  return hash;
}

// smbpasswd(5) fills a hash that there is not with X, after "NO PASSWORD" where it says so.
bool is_no_hash(std::string_view digits) {
  return digits.empty() || digits == std::string(kHashDigits, 'X') ||
         digits.starts_with("NO PASSWORD");
}

bool is_number(std::string_view field) {
  return !field.empty() &&
         std::all_of(field.begin(), field.end(), [](char c) { return c >= '0' && c <= '9'; });
}

// Adds what the line says; false when it is of neither form.
bool parse_line(std::string_view line, std::int64_t number, ImportedAccounts& imported) {
  constexpr std::size_t kUser = 0, kDomain = 1, kNt = 3, kFlags = 4, kMinFields = 5;
  const std::vector<std::string_view> fields = split(line);
  if (fields.size() < kMinFields || fields[kUser].empty()) return false;
  std::string_view flags = fields[kFlags];
  if (flags.starts_with('[') != flags.ends_with(']')) return false;
  if (!flags.starts_with('[')) flags = {};
  const auto has = [flags](char flag) { return flags.find(flag) != std::string_view::npos; };
  // smbpasswd(5): W and S are the accounts of machines, I those of trusting domains.
  if (is_no_hash(fields[kNt]) || has('N') || has('W') || has('S') || has('I')) {
    ++imported.skipped;
    return true;
  }
  std::optional<NtHash> hash = parse_hash(fields[kNt]);
  if (!hash) return false;
  if (is_blank(*hash)) {
    ++imported.skipped;
    return true;
  }
  ImportedAccount account;
  account.name.user = fields[kUser];
  if (!is_number(fields[kDomain])) account.name.domain = fields[kDomain];
  account.nt_hash = std::move(*hash);
  account.enabled = !has('D');
  account.line = number;
  imported.accounts.push_back(std::move(account));
  return true;
}

}  // namespace

Result<ImportedAccounts> parse_accounts(std::string_view text) {
  constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
  if (text.starts_with(kByteOrderMark)) text.remove_prefix(kByteOrderMark.size());
  ImportedAccounts imported;
  for (std::int64_t number = 1; !text.empty(); ++number) {
    const std::size_t end = text.find('\n');
    std::string_view line = text.substr(0, end);
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    if (line.ends_with('\r')) line.remove_suffix(1);
    if (line.empty() || line.starts_with('#')) continue;
    if (!parse_line(line, number, imported)) {
      return fail(Status::InvalidParameter, "a line is neither of smbpasswd nor of a SAM file", 0,
                  number);
    }
  }
  return imported;
}

}  // namespace opensspi::authority
