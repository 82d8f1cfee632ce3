// SPNEGO messages. What is taken is written again as a message with the same meaning.
#include "negotiate/tokens.h"

#include <algorithm>

#include "support/fuzzing.h"

namespace {

using namespace opensspi;
using namespace opensspi::negotiate;
using test::require;

bool same(const std::optional<ByteView>& a, const std::optional<ByteView>& b) {
  return a.has_value() == b.has_value() && (!a || equal(*a, *b));
}

void check_init(ByteView token) {
  const auto init = parse_neg_token_init(token);
  if (!init) return;
  const auto kind = classify(token).kind;
  require(kind == FirstToken::Kind::NegTokenInit, "what parses is classified so");
  const Bytes written = write(*init);
  const auto again = parse_neg_token_init(written);
  require(again.has_value(), "what is written is taken");
  require(std::ranges::equal(init->mech_types, again->mech_types,
                             [](ByteView a, ByteView b) { return equal(a, b); }),
          "the mechanisms stay");
  require(equal(init->mech_types_der, again->mech_types_der), "the list stays to the byte");
  require(same(init->mech_token, again->mech_token), "mechToken stays");
  require(same(init->mech_list_mic, again->mech_list_mic), "mechListMIC stays");
  require(init->neg_hints.has_value() == again->neg_hints.has_value(), "negHints stay");
  if (init->neg_hints) {
    require(same(init->neg_hints->hint_name, again->neg_hints->hint_name), "hintName stays");
  }
  require(write(*again) == written, "writing is canonical");
}

void check_resp(ByteView token) {
  const auto resp = parse_neg_token_resp(token);
  if (!resp) return;
  require(classify(token).kind == FirstToken::Kind::NegTokenResp, "what parses is classified so");
  const Bytes written = write(*resp);
  const auto again = parse_neg_token_resp(written);
  require(again.has_value(), "what is written is taken");
  require(resp->neg_state == again->neg_state, "negState stays");
  require(same(resp->supported_mech, again->supported_mech), "supportedMech stays");
  require(same(resp->response_token, again->response_token), "responseToken stays");
  require(same(resp->mech_list_mic, again->mech_list_mic), "mechListMIC stays");
  require(write(*again) == written, "writing is canonical");
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const ByteView token{data, size};
  static_cast<void>(classify(token));
  check_init(token);
  check_resp(token);
  return 0;
}
