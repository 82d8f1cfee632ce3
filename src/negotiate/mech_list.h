// The mechanism list and its protection: who could have edited what the initiator offered, and the
// mechListMIC that shows nobody did. RFC 4178 5, [MS-SPNG] 3.1.5.
#pragma once

#include <memory>
#include <optional>

#include "base/bytes.h"
#include "base/result.h"
#include "sspi/context.h"
#include "sspi/package.h"

namespace opensspi::negotiate {

// One entry of the list: a mechanism and the credential to do it with. A package with several OIDs
// stands there once for each.
struct Mechanism {
  ByteView oid;  // static memory
  const PackageInfo* package = nullptr;
  std::shared_ptr<const Credential> credential;
};

// Proof that the list was not edited on the way, or that RFC 4178 5 asks for no proof. Whoever
// wants to be established has to bring one, and only MechListProtection::check() makes them.
class MechListAgreed {
 public:
  MechListAgreed(MechListAgreed&&) noexcept = default;
  MechListAgreed& operator=(MechListAgreed&&) noexcept = default;
  MechListAgreed(const MechListAgreed&) = delete;
  MechListAgreed& operator=(const MechListAgreed&) = delete;
  ~MechListAgreed() = default;

 private:
  friend class MechListProtection;
  MechListAgreed() = default;
};

// One side's part in the exchange of mechListMICs. `inner` is the selected mechanism's context,
// with keys.
class MechListProtection {
 public:
  // The list as the initiator's NegTokenInit has it on the wire.
  void set_mech_types(Bytes der) { mech_types_ = std::move(der); }
  [[nodiscard]] ByteView mech_types() const { return mech_types_; }

  // The exchange is not optional: request-mic, or not the initiator's first choice.
  void demand() { demanded_ = true; }
  [[nodiscard]] bool required(Context& inner) const;

  Result<Bytes> make(Context& inner);
  [[nodiscard]] bool sent() const { return sent_; }

  // Judges the peer's last word. MessageAltered when its MIC is wrong, InvalidToken when it is
  // missing though required.
  Result<MechListAgreed> check(Context& inner, const std::optional<ByteView>& mic) const;

 private:
  Bytes mech_types_;
  bool demanded_ = false;
  bool sent_ = false;
};

}  // namespace opensspi::negotiate
