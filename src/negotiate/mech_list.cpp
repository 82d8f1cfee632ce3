// When a mechListMIC is due, and whether the peer's is good. RFC 4178 5.
#include "negotiate/mech_list.h"

namespace opensspi::negotiate {

bool MechListProtection::required(Context& inner) const {
  // RFC 4178 5: without integrity in the mechanism "no mechlistMIC token is used".
  const MechListMic* mic = inner.mech_list_mic();
  if (mic == nullptr) return false;
  return demanded_ || mic->required();
}

Result<Bytes> MechListProtection::make(Context& inner) {
  MechListMic* mic = inner.mech_list_mic();
  if (mic == nullptr) return fail(Status::InternalError, "the mechanism makes no mechListMIC");
  sent_ = true;
  return mic->make(mech_types_);
}

Result<MechListAgreed> MechListProtection::check(Context& inner,
                                                 const std::optional<ByteView>& mic) const {
  if (mic) {
    MechListMic* verifier = inner.mech_list_mic();
    if (verifier == nullptr) {
      return fail(Status::InvalidToken, "a mechListMIC of a mechanism without integrity");
    }
    TRY(verifier->verify(mech_types_, *mic));
    return MechListAgreed();
  }
  // RFC 4178 5(b)(IV), 5(c)(III): missing though required, "the negotiation SHALL be terminated".
  if (required(inner)) return fail(Status::InvalidToken, "the mechListMIC is missing");
  return MechListAgreed();
}

}  // namespace opensspi::negotiate
