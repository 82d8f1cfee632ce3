// [MS-KKDCP] 2.2.2, and how proxies are named.
#include "authority/kkdcp.h"

#include <charconv>
#include <string_view>
#include <utility>

#include "asn1/der_reader.h"
#include "asn1/der_writer.h"
#include "base/reader.h"
#include "base/utf16.h"
#include "base/writer.h"

namespace opensspi::authority {
namespace {

constexpr const char* kDefaultPath = "/KdcProxy";  // [MS-KKDCP] 2.1
constexpr char kNoName[] = "the KDC proxy is not named as host, host:port or host:port:path";
constexpr char kMalformed[] = "the KDC proxy's answer is not well-formed";

// The host at the beginning, which is taken off; empty when there is none.
std::string_view take_host(std::string_view& text, std::string_view ends) {
  const bool bracketed = text.starts_with('[');
  if (bracketed) text.remove_prefix(1);
  const std::size_t end =
      bracketed ? text.find(']') : std::min(text.find_first_of(ends), text.size());
  if (end == std::string_view::npos) return {};
  const std::string_view host = text.substr(0, end);
  text.remove_prefix(end + (bracketed ? 1 : 0));
  return host;
}

// A port behind a colon, which is taken off with it; false for what is no port.
bool take_port(std::string_view& text, std::uint16_t& port) {
  if (!text.starts_with(':')) return true;
  const auto [end, error] = std::from_chars(text.data() + 1, text.data() + text.size(), port);
  if (error != std::errc() || port == 0) return false;
  text.remove_prefix(static_cast<std::size_t>(end - text.data()));
  return true;
}

// What would end the request line or a header stays out of it.
bool is_plain(std::string_view text) {
  return text.find_first_of(std::string_view("\0\r\n\t ", 5)) == std::string_view::npos;
}

tl::unexpected<Error> no_name() {
  return fail(Status::InvalidParameter, kNoName);
}

}  // namespace

Result<ProxyAddress> parse_proxy_name(const std::string& name) {
  std::string_view rest = name;
  ProxyAddress address;
  address.host = take_host(rest, ":");
  if (address.host.empty() || !is_plain(name) || !take_port(rest, address.port)) return no_name();
  if (!rest.empty() && !rest.starts_with(':')) return no_name();
  if (!rest.empty()) rest.remove_prefix(1);
  if (rest.starts_with('/')) rest.remove_prefix(1);
  address.path = rest.empty() ? kDefaultPath : '/' + std::string(rest);
  return address;
}

Result<ProxyAddress> parse_proxy_url(const std::string& url) {
  constexpr std::string_view kScheme = "https://";
  std::string_view rest = url;
  if (!same_name(rest.substr(0, kScheme.size()), kScheme)) return no_name();
  rest.remove_prefix(kScheme.size());
  ProxyAddress address;
  address.host = take_host(rest, ":/");
  if (address.host.empty() || !is_plain(url) || !take_port(rest, address.port)) return no_name();
  if (!rest.empty() && !rest.starts_with('/')) return no_name();
  address.path = rest.empty() ? kDefaultPath : rest;
  return address;
}

Bytes write_proxy_message(const std::string& realm, ByteView message) {
  Writer framed(sizeof(std::uint32_t) + message.size());
  framed.u32_be(static_cast<std::uint32_t>(message.size())).bytes(message);
  asn1::DerWriter out;
  out.nest(asn1::tag::kSequence, [&](asn1::DerWriter& sequence) {
    sequence.nest(asn1::tag::context(0),
                  [&](asn1::DerWriter& field) { field.octet_string(framed.view()); });
    sequence.nest(asn1::tag::context(1), [&](asn1::DerWriter& field) {
      field.element(asn1::tag::kGeneralString, opensspi::view(realm));
    });
  });
  return out.take();
}

Result<Bytes> parse_proxy_message(const std::string& realm, ByteView der) {
  asn1::DerReader outer(der);
  asn1::DerReader sequence = outer.enter(asn1::tag::kSequence);
  TRY(outer.finish(kMalformed));
  asn1::DerReader field = sequence.enter(asn1::tag::context(0));
  Reader framed(field.octet_string());
  TRY(field.finish(kMalformed));
  if (sequence.next_is(asn1::tag::context(1))) {
    asn1::DerReader named = sequence.enter(asn1::tag::context(1));
    const ByteView other = named.element(asn1::tag::kGeneralString);
    TRY(named.finish(kMalformed));
    const std::string_view name(reinterpret_cast<const char*>(other.data()), other.size());
    if (!same_name(name, realm)) {
      return fail(Status::InvalidToken, "the KDC proxy's answer is another realm's");
    }
  }
  if (sequence.next_is(asn1::tag::context(2))) sequence.skip();
  TRY(sequence.finish(kMalformed));
  const std::uint32_t size = framed.u32_be();
  if (size != framed.remaining()) framed.reject();
  Bytes message = copy(framed.rest());
  TRY(framed.finish(kMalformed));
  return message;
}

}  // namespace opensspi::authority
