// Policy: a value, and the decisions that follow from it. Protocol rooms ask; only file.cpp knows
// how a policy is written down.
#pragma once

#include <chrono>
#include <cstdint>
#include <string_view>

namespace opensspi::policy {

// Whether Negotiate sends NTLM bare or inside SPNEGO when NTLM is all there is.
enum class RawNtlm {
  Auto,    // bare inside CREDSSP and for TERMSRV/*, else SPNEGO: what real RDP servers need
  Always,
  Never,
};

struct Policy {
  RawNtlm raw_ntlm = RawNtlm::Auto;                  // negotiate.raw_ntlm
  bool allow_key_log_variable = false;               // tls.keylog_env: honour SSLKEYLOGFILE
  bool allow_log_variable = false;                   // log.env: honour OPENSSPI_LOG
  std::chrono::milliseconds authority_deadline{3000};  // authority.deadline_ms
};

// Whether a Negotiate initiator with only NTLM sends it bare to this target (UTF-8 SPN).
[[nodiscard]] bool send_raw_ntlm(const Policy& policy, bool inside_credssp,
                                 std::string_view target_name);

}  // namespace opensspi::policy
