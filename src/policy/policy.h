// Policy: a value, and the decisions that follow from it. Protocol rooms ask; only file.cpp knows
// how a policy is written down.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "policy/delegation.h"

namespace opensspi::policy {

// Whether Negotiate sends NTLM bare or inside SPNEGO when NTLM is all there is.
enum class RawNtlm {
  Auto,  // bare inside CREDSSP and for TERMSRV/*, else SPNEGO: what real RDP servers need
  Always,
  Never,
};

// Who judges inbound logons whose credential has no judge of its own; with both, by the domain that
// the client names. Nobody: SEC_E_NO_AUTHENTICATING_AUTHORITY.
struct Authorities {
  bool accounts = true;  // the accounts of this machine
  bool winbind = true;   // the domain that it belongs to

  friend bool operator==(const Authorities&, const Authorities&) = default;
};

// Who may speak CredSSP as it was before CVE-2018-0886 was closed: Windows' AllowEncryptionOracle.
enum class EncryptionOracle {
  Force,       // nobody
  Mitigated,   // clients of this machine's servers
  Vulnerable,  // everybody
};

struct Policy {
  EncryptionOracle encryption_oracle = EncryptionOracle::Force;  // credssp.encryption_oracle
  bool remote_guard = false;  // credssp.remote_guard: servers take tickets instead of passwords
  // delegation: what each of the files says, and all of them must permit.
  std::vector<DelegationRules> delegation = std::vector<DelegationRules>(1);
  RawNtlm raw_ntlm = RawNtlm::Auto;                    // negotiate.raw_ntlm
  std::uint16_t oldest_tls = 0x0303;                   // tls.minimum_version, as on the wire
  bool allow_key_log_variable = false;                 // tls.keylog_env: honour SSLKEYLOGFILE
  bool allow_log_variable = false;                     // log.env: honour OPENSSPI_LOG
  bool allow_ntlm = true;                              // ntlm.allowed
  Authorities authorities;                             // authority.kind
  std::chrono::milliseconds authority_deadline{3000};  // authority.deadline_ms
  std::chrono::milliseconds kdc_timeout{3000};         // kerberos.kdc_timeout_ms
  // smart_card.pkcs11_module: what speaks to cards, a path or a name that dlopen(3) finds; empty:
  // nobody does.
  std::string pkcs11_module = "p11-kit-proxy.so";
  // The line of the error, when the policy file could not be understood: then nothing is permitted.
  // 0 for a file that cannot be read.
  std::optional<std::int64_t> bad_line;
};

// Whether credentials of a package may be acquired. `uses_ntlm`: the package can do nothing but
// NTLM. InternalError when the policy file is bad, UnsupportedFunction (STATUS_NTLM_BLOCKED) for
// NTLM when it is not allowed.
[[nodiscard]] Result<void> may_acquire(const Policy& policy, bool uses_ntlm);

// What holds when the policy file is bad: nobody may do anything.
[[nodiscard]] Policy refuse_everything(std::int64_t bad_line);
// The stricter of both in every key; for the user's file below the system's.
[[nodiscard]] Policy narrowed(const Policy& system, const Policy& user);

// The oldest version of CredSSP that a peer may speak.
[[nodiscard]] std::uint32_t oldest_credssp_version(const Policy& policy, bool peer_is_client);

// Whether a Negotiate initiator with only NTLM sends it bare to this target (UTF-8 SPN).
[[nodiscard]] bool send_raw_ntlm(const Policy& policy, bool inside_credssp,
                                 std::string_view target_name);

}  // namespace opensspi::policy
