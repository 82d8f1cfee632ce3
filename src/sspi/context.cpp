// What every context answers unless its package says otherwise.
#include "sspi/context.h"

namespace opensspi {

Result<void> Context::control(const ControlToken& /*token*/) {
  return fail(Status::UnsupportedFunction, "this context takes no control tokens");
}

Result<void> Context::prepare_keying_material(const KeyingMaterialInfo& /*info*/) {
  return fail(Status::UnsupportedFunction, "this context exports no keys");
}

Result<Attribute> Context::query(AttributeId /*id*/) const {
  return fail(Status::UnsupportedFunction, "this context does not have that attribute");
}

Result<TicketLogon> Context::ticket_logon() const {
  return fail(Status::UnsupportedFunction,
              "remote credential guard needs Kerberos, which was not negotiated");
}

Result<std::shared_ptr<const DelegatedTickets>> Context::take_tickets(
    const TicketLogon& /*logon*/) const {
  return fail(Status::UnsupportedFunction,
              "remote credential guard needs Kerberos, which was not negotiated");
}

}  // namespace opensspi
