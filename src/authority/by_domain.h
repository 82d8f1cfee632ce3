// The judge that sends each logon to the accounts of this machine or to its domain, by the name
// that the client sent.
#pragma once

#include <memory>

#include "sspi/authority.h"

namespace opensspi::authority {

class ByDomain final : public Authority {
 public:
  ByDomain(std::shared_ptr<Authority> accounts, std::shared_ptr<Authority> domain);

  // The domain's, as the domain insists; the accounts' while the domain does not tell.
  Result<HostNames> names() override;
  // The accounts judge whoever names this machine; whoever names nothing, if they know the name;
  // the domain judges the rest.
  Result<NtlmLogon> validate(const NtlmResponse& response) override;
  // Tickets are the domain's.
  Result<std::shared_ptr<const AccessToken>> identify(ByteView pac) override;
  Result<void> change_password(const PasswordChange& change) override;

 private:
  template <class Answer, class Question>
  Answer route(const Question& question, Answer (Authority::*ask)(const Question&));

  const std::shared_ptr<Authority> accounts_, domain_;
};

}  // namespace opensspi::authority
