// Whether a certificate is a host's. X509_check_host and X509_check_ip take more than hosts are
// called: ".example" for every name below, " 192.0.2.1" for an address.
#include <openssl/err.h>
#include <openssl/x509v3.h>

#include <algorithm>

#include "x509/native.h"
#include "x509/trust.h"

namespace opensspi::x509 {
namespace {

using OwnedOctets = std::unique_ptr<ASN1_OCTET_STRING, FreedBy<ASN1_OCTET_STRING_free>>;

constexpr std::string_view kDigits = "0123456789";
constexpr std::string_view kOfAddresses6 = "0123456789ABCDEFabcdef:.";

// Four numbers as they are printed: without signs, blanks and zeros before them.
bool is_address4(std::string_view text) {
  std::size_t numbers = 1;
  for (std::size_t start = 0;; ++numbers) {
    const std::string_view number = text.substr(start, text.find('.', start) - start);
    if (number.empty() || number.size() > 3 || (number.size() > 1 && number[0] == '0') ||
        number.find_first_not_of(kDigits) != std::string_view::npos ||
        (number.size() == 3 && number > "255"))
      return false;
    start += number.size();
    if (start == text.size()) return numbers == 4;
    ++start;
  }
}

// The last part of an IPv6 address may be an IPv4 one (RFC 4291 2.2).
bool may_be_address6(std::string_view text) {
  const std::size_t last = text.rfind(':');
  return last != std::string_view::npos &&
         text.find_first_not_of(kOfAddresses6) == std::string_view::npos &&
         (text.find('.') == std::string_view::npos || is_address4(text.substr(last + 1)));
}

bool is_of_name(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return byte > 0x7F || (byte >= '0' && byte <= '9') || (byte >= 'a' && byte <= 'z') ||
         (byte >= 'A' && byte <= 'Z') || byte == '.' || byte == '-' || byte == '_';
}

bool is_name(std::string_view text) {
  return !text.empty() && text.front() != '.' && std::ranges::all_of(text, is_of_name);
}

bool has_alternative_names(X509* x509) {
  return X509_get_ext_by_NID(x509, NID_subject_alt_name, -1) >= 0;
}

}  // namespace

bool is_address(std::string_view host) {
  return is_address4(host) || may_be_address6(host);
}

bool is_of_host(const Certificate& certificate, std::string_view host) {
  X509* const x509 = certificate.native().x509.get();
  std::string name(host);
  if (!name.empty() && name.back() == '.') name.pop_back();
  bool matches = false;
  if (is_address(name)) {
    matches = X509_check_ip_asc(x509, name.c_str(), 0) == 1;
  } else if (is_name(name)) {
    // RFC 6125 6.4.4: the common name is the last resort.
    const unsigned int flags =
        X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS |
        (has_alternative_names(x509) ? X509_CHECK_FLAG_NEVER_CHECK_SUBJECT : 0U);
    matches = X509_check_host(x509, name.data(), name.size(), flags, nullptr) == 1;
  }
  ERR_clear_error();
  return matches;
}

}  // namespace opensspi::x509
