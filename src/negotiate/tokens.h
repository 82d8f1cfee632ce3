// The messages of SPNEGO: RFC 4178 4.2, and the NegTokenInit2 of [MS-SPNG] 2.2.1. Parsed messages
// are views into the token they came from; written ones are strict DER.
//
//   60 len 06 06 2b0601050502 (NegTokenInit)        only the initiator's first token has the header
//   [0] { mechTypes [0], reqFlags [1], mechToken [2], mechListMIC [3] }              NegTokenInit
//   [0] { mechTypes [0], reqFlags [1], mechToken [2], negHints [3], mechListMIC [4] }  …Init2
//   [1] { negState [0], supportedMech [1], responseToken [2], mechListMIC [3] }      NegTokenResp
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"

namespace opensspi::negotiate {

// Object identifiers, the contents of their DER.
namespace oid {
inline constexpr std::array<std::uint8_t, 6> kSpnego = {0x2B, 6, 1, 5, 5, 2};
inline constexpr std::array<std::uint8_t, 10> kNtlm = {0x2B, 6, 1, 4, 1, 0x82, 0x37, 2, 2, 0x0A};
inline constexpr std::array<std::uint8_t, 10> kNegoEx = {0x2B, 6, 1, 4, 1, 0x82, 0x37, 2, 2, 0x1E};
inline constexpr std::array<std::uint8_t, 9> kKerberos = {0x2A, 0x86, 0x48, 0x86, 0xF7,
                                                          0x12, 1,    2,    2};
// [MS-SPNG] 1.9: an encoding error of old that is still the first choice of Windows clients.
inline constexpr std::array<std::uint8_t, 9> kMsKerberos = {0x2A, 0x86, 0x48, 0x82, 0xF7,
                                                            0x12, 1,    2,    2};
inline constexpr std::array<std::uint8_t, 10> kKerberosUserToUser = {0x2A, 0x86, 0x48, 0x86, 0xF7,
                                                                     0x12, 1,    2,    2,    3};
}  // namespace oid

enum class NegState : std::uint8_t {
  AcceptCompleted = 0,
  AcceptIncomplete = 1,
  Reject = 2,
  RequestMic = 3,  // only in the acceptor's first reply
};

// The hintName of every NegTokenInit2. [MS-SPNG] 2.2.1
inline constexpr std::string_view kHintName = "not_defined_in_RFC4178@please_ignore";

struct NegHints {
  std::optional<ByteView> hint_name;     // GeneralString
  std::optional<ByteView> hint_address;  // OCTET STRING, never sent
};

// NegTokenInit, and NegTokenInit2 when `neg_hints` is there. reqFlags are neither sent nor read.
struct NegTokenInit {
  std::vector<ByteView> mech_types;  // the initiator's order; not used by write()
  ByteView mech_types_der;  // MechTypeList as it is on the wire, what mechListMIC is made over
  std::optional<ByteView> mech_token;
  std::optional<NegHints> neg_hints;
  std::optional<ByteView> mech_list_mic;
};

struct NegTokenResp {
  std::optional<NegState> neg_state{};
  std::optional<ByteView> supported_mech{};
  std::optional<ByteView> response_token{};
  std::optional<ByteView> mech_list_mic{};
};

// What an acceptor's first token is.
struct FirstToken {
  enum class Kind {
    NegTokenInit,  // with the GSS header, or bare
    NegTokenResp,
    BareMechanism,  // NTLMSSP, or a GSS token of another mechanism than SPNEGO
    Unknown,
  };
  Kind kind = Kind::Unknown;
  ByteView mechanism{};  // of BareMechanism: its OID
};
[[nodiscard]] FirstToken classify(ByteView token);

// InvalidToken when the token is something else or malformed. Fields behind those known are
// skipped, as the extension markers of RFC 4178 appendix A ask.
Result<NegTokenInit> parse_neg_token_init(ByteView token);
Result<NegTokenResp> parse_neg_token_resp(ByteView token);

Bytes write_mech_types(std::span<const ByteView> mech_types);
Bytes write(const NegTokenInit& init);  // with the GSS header
Bytes write(const NegTokenResp& resp);

}  // namespace opensspi::negotiate
