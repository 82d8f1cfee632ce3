// Parsing and writing of SPNEGO messages. RFC 4178 4.2 and appendix A, [MS-SPNG] 2.2.1.
#include "negotiate/tokens.h"

#include <algorithm>

#include "asn1/der_reader.h"
#include "asn1/der_writer.h"

namespace opensspi::negotiate {
namespace {

using asn1::DerReader;
using asn1::DerWriter;
namespace tag = asn1::tag;

constexpr std::uint8_t kGssToken = tag::application(0);  // RFC 2743 3.1
constexpr std::uint8_t kNegTokenInitChoice = tag::context(0);
constexpr std::uint8_t kNegTokenRespChoice = tag::context(1);
constexpr std::string_view kNtlmSignature{"NTLMSSP\0", 8};

// Takes the EXPLICIT field [number], whole with its own tag `wanted`; nothing when it is absent.
std::optional<ByteView> optional_element(DerReader& fields, unsigned number, std::uint8_t wanted) {
  if (!fields.next_is(tag::context(number))) return std::nullopt;
  DerReader field = fields.enter(tag::context(number));
  const ByteView element = field.element_with_header(wanted);
  if (!field.finish("")) fields.reject();
  return element;
}

// The same, but the contents only.
std::optional<ByteView> optional_contents(DerReader& fields, unsigned number, std::uint8_t wanted) {
  const std::optional<ByteView> element = optional_element(fields, number, wanted);
  if (!element) return std::nullopt;
  return DerReader(*element).element(wanted);
}

// RFC 4178 appendix A: "..." stands behind the last field of every message.
void skip_extensions(DerReader& fields, unsigned first_number) {
  while (!fields.empty()) {
    if (fields.peek() < tag::context(first_number)) fields.reject();
    fields.skip();
  }
}

// The SEQUENCE inside the CHOICE alternative `choice`, which must be all that there is.
DerReader enter_message(DerReader& token, std::uint8_t choice) {
  DerReader alternative = token.enter(choice);
  DerReader fields = alternative.enter(tag::kSequence);
  if (!token.finish("") || !alternative.finish("")) fields.reject();
  return fields;
}

void read_mech_types(DerReader& fields, NegTokenInit& init) {
  const auto list = optional_element(fields, 0, tag::kSequence);
  if (!list) return;
  init.mech_types_der = *list;
  DerReader oids = DerReader(*list).enter(tag::kSequence);
  while (!oids.empty()) init.mech_types.push_back(oids.element(tag::kOid));
  if (!oids.ok()) fields.reject();
}

void read_neg_hints(DerReader& fields, NegTokenInit& init) {
  const auto sequence = optional_contents(fields, 3, tag::kSequence);
  if (!sequence) return;
  DerReader hints(*sequence);
  init.neg_hints.emplace();
  init.neg_hints->hint_name = optional_contents(hints, 0, tag::kGeneralString);
  init.neg_hints->hint_address = optional_contents(hints, 1, tag::kOctetString);
  skip_extensions(hints, 2);
  if (!hints.ok()) fields.reject();
}

// Whether field [3] holds negHints: the same number is mechListMIC in a plain NegTokenInit.
bool has_neg_hints(DerReader fields) {
  return fields.next_is(tag::context(3)) && fields.enter(tag::context(3)).next_is(tag::kSequence);
}

Result<NegTokenInit> read_init_fields(DerReader fields) {
  NegTokenInit init;
  read_mech_types(fields, init);
  optional_contents(fields, 1, tag::kBitString);  // RFC 4178 4.2.1: reqFlags are ignored
  init.mech_token = optional_contents(fields, 2, tag::kOctetString);
  const bool second = has_neg_hints(fields);
  if (second) read_neg_hints(fields, init);
  const unsigned mic = second ? 4 : 3;
  init.mech_list_mic = optional_contents(fields, mic, tag::kOctetString);
  skip_extensions(fields, mic + 1);
  TRY(fields.finish("the NegTokenInit is malformed"));
  return init;
}

std::optional<NegState> read_neg_state(DerReader& fields) {
  const auto contents = optional_contents(fields, 0, tag::kEnumerated);
  if (!contents) return std::nullopt;
  constexpr auto kLast = static_cast<std::uint8_t>(NegState::RequestMic);
  if (contents->size() != 1 || contents->front() > kLast) {
    fields.reject();
    return std::nullopt;
  }
  return static_cast<NegState>(contents->front());
}

void write_octets(DerWriter& fields, unsigned number, const std::optional<ByteView>& value,
                  std::uint8_t type = tag::kOctetString) {
  if (!value) return;
  fields.nest(tag::context(number), [&](DerWriter& field) { field.element(type, *value); });
}

void write_neg_hints(DerWriter& fields, const NegHints& neg_hints) {
  fields.nest(tag::context(3), [&](DerWriter& field) {
    field.nest(tag::kSequence, [&](DerWriter& hints) {
      write_octets(hints, 0, neg_hints.hint_name, tag::kGeneralString);
      write_octets(hints, 1, neg_hints.hint_address);
    });
  });
}

}  // namespace

FirstToken classify(ByteView token) {
  using Kind = FirstToken::Kind;
  if (token.size() >= kNtlmSignature.size() &&
      equal(token.first(kNtlmSignature.size()), view(kNtlmSignature))) {
    return {Kind::BareMechanism, oid::kNtlm};
  }
  DerReader reader(token);
  if (reader.next_is(kNegTokenInitChoice)) return {Kind::NegTokenInit};
  if (reader.next_is(kNegTokenRespChoice)) return {Kind::NegTokenResp};
  if (!reader.next_is(kGssToken)) return {};
  DerReader gss = reader.enter(kGssToken);
  const ByteView mechanism = gss.element(tag::kOid);
  if (!reader.ok() || !gss.ok()) return {};
  if (equal(mechanism, oid::kSpnego)) return {Kind::NegTokenInit};
  return {Kind::BareMechanism, mechanism};
}

Result<NegTokenInit> parse_neg_token_init(ByteView token) {
  DerReader reader(token);
  // Windows: a NegTokenInit without the GSS header is taken too.
  if (!reader.next_is(kGssToken))
    return read_init_fields(enter_message(reader, kNegTokenInitChoice));
  DerReader gss = reader.enter(kGssToken);
  TRY(reader.finish("the GSS header does not cover the whole token"));
  if (!equal(gss.element(tag::kOid), oid::kSpnego)) {
    return fail(Status::InvalidToken, "the GSS token is not of SPNEGO");
  }
  return read_init_fields(enter_message(gss, kNegTokenInitChoice));
}

Result<NegTokenResp> parse_neg_token_resp(ByteView token) {
  DerReader reader(token);
  DerReader fields = enter_message(reader, kNegTokenRespChoice);
  NegTokenResp resp;
  resp.neg_state = read_neg_state(fields);
  resp.supported_mech = optional_contents(fields, 1, tag::kOid);
  resp.response_token = optional_contents(fields, 2, tag::kOctetString);
  resp.mech_list_mic = optional_contents(fields, 3, tag::kOctetString);
  skip_extensions(fields, 4);
  TRY(fields.finish("the NegTokenResp is malformed"));
  return resp;
}

Bytes write_mech_types(std::span<const ByteView> mech_types) {
  DerWriter out;
  out.nest(tag::kSequence, [&](DerWriter& list) {
    for (const ByteView mechanism : mech_types) list.oid(mechanism);
  });
  return out.take();
}

Bytes write(const NegTokenInit& init) {
  DerWriter out;
  out.nest(kGssToken, [&](DerWriter& gss) {
    gss.oid(oid::kSpnego).nest(kNegTokenInitChoice, [&](DerWriter& choice) {
      choice.nest(tag::kSequence, [&](DerWriter& fields) {
        if (!init.mech_types_der.empty()) fields.element(tag::context(0), init.mech_types_der);
        write_octets(fields, 2, init.mech_token);
        if (init.neg_hints) write_neg_hints(fields, *init.neg_hints);
        write_octets(fields, init.neg_hints ? 4 : 3, init.mech_list_mic);
      });
    });
  });
  return out.take();
}

Bytes write(const NegTokenResp& resp) {
  DerWriter out;
  out.nest(kNegTokenRespChoice, [&](DerWriter& choice) {
    choice.nest(tag::kSequence, [&](DerWriter& fields) {
      if (resp.neg_state) {
        const auto state = static_cast<std::uint8_t>(*resp.neg_state);
        write_octets(fields, 0, ByteView(&state, 1), tag::kEnumerated);
      }
      write_octets(fields, 1, resp.supported_mech, tag::kOid);
      write_octets(fields, 2, resp.response_token);
      write_octets(fields, 3, resp.mech_list_mic);
    });
  });
  return out.take();
}

}  // namespace opensspi::negotiate
