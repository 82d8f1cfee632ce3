// Distinguished Encoding Rules, writing: strict DER, inside out.
#pragma once

#include <cstdint>
#include <utility>

#include "asn1/der_reader.h"
#include "base/bytes.h"

namespace opensspi::asn1 {

// Appends elements to a byte string. Constructed elements are written by a function that receives
// the writer: `out.nest(tag::kSequence, [&](DerWriter& s) { s.integer(6); })`.
class DerWriter {
 public:
  DerWriter& element(std::uint8_t tag, ByteView contents);
  DerWriter& octet_string(ByteView contents) { return element(tag::kOctetString, contents); }
  DerWriter& oid(ByteView contents) { return element(tag::kOid, contents); }
  // A non-negative INTEGER, minimal.
  DerWriter& integer(std::uint32_t value, std::uint8_t tag = tag::kInteger);
  // An INTEGER of exactly four octets, as CredSSP's errorCode is sent.
  DerWriter& integer_four_octets(std::uint32_t value);
  DerWriter& raw(ByteView der);  // already encoded

  template <class Fill>
  DerWriter& nest(std::uint8_t tag, Fill&& fill) {
    DerWriter inner;
    std::forward<Fill>(fill)(inner);
    return element(tag, inner.view());
  }

  [[nodiscard]] ByteView view() const { return out_; }
  [[nodiscard]] Bytes take() { return std::move(out_); }
  [[nodiscard]] bool empty() const { return out_.empty(); }

  DerWriter() = default;
  DerWriter(const DerWriter&) = delete;
  DerWriter& operator=(const DerWriter&) = delete;
  ~DerWriter();  // erases: TSCredentials pass through here

 private:
  Bytes out_;
};

}  // namespace opensspi::asn1
