// Reading and writing the frame.
#include "kerberos/gss_token.h"

#include "asn1/der_reader.h"
#include "asn1/der_writer.h"
#include "base/reader.h"
#include "base/writer.h"

namespace opensspi::kerberos {
namespace {

static_assert(kFrameTag == asn1::tag::application(0));

bool is_ours(ByteView mechanism) {
  return equal(mechanism, oid::kKerberos) || equal(mechanism, oid::kMicrosoftKerberos) ||
         equal(mechanism, oid::kUserToUser);
}

}  // namespace

Bytes write_gss_token(const GssToken& token) {
  Writer id(2);
  id.u16_be(static_cast<std::uint16_t>(token.id));
  asn1::DerWriter out;
  out.nest(kFrameTag,
           [&](asn1::DerWriter& frame) { frame.oid(token.oid).raw(id.view()).raw(token.message); });
  return out.take();
}

Result<GssToken> parse_gss_token(ByteView token) {
  asn1::DerReader outer(token);
  asn1::DerReader frame = outer.enter(kFrameTag);
  GssToken parsed;
  parsed.oid = frame.element(asn1::tag::kOid);
  Reader rest(frame.rest());
  parsed.id = static_cast<TokenId>(rest.u16_be());
  parsed.message = rest.rest();
  TRY(outer.finish("not a GSS token"));
  TRY(rest.check("a GSS token without a message"));
  if (!frame.ok() || !is_ours(parsed.oid)) {
    return fail(Status::InvalidToken, "a GSS token of another mechanism than Kerberos");
  }
  return parsed;
}

}  // namespace opensspi::kerberos
