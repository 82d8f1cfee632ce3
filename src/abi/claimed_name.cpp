// A wrapper around a judge, and a thread's place for what it hears.
#include "abi/claimed_name.h"

#include <utility>

namespace opensspi::abi {
namespace {

thread_local std::string* heard = nullptr;

class OverheardAuthority final : public Authority {
 public:
  explicit OverheardAuthority(std::shared_ptr<Authority> judge) : judge_(std::move(judge)) {}

  Result<HostNames> names() override { return judge_->names(); }
  Result<NtlmLogon> validate(const NtlmResponse& response) override {
    if (heard != nullptr) {
      *heard = response.domain.empty() ? response.user : response.domain + '\\' + response.user;
    }
    return judge_->validate(response);
  }
  Result<std::shared_ptr<const AccessToken>> identify(ByteView pac) override {
    return judge_->identify(pac);
  }
  Result<void> change_password(const PasswordChange& change) override {
    return judge_->change_password(change);
  }

 private:
  std::shared_ptr<Authority> judge_;
};

}  // namespace

ClaimedNameScope::ClaimedNameScope(std::string& name) noexcept
    : outer_(std::exchange(heard, &name)) {}
ClaimedNameScope::~ClaimedNameScope() {
  heard = outer_;
}

std::shared_ptr<Authority> overheard(std::shared_ptr<Authority> authority) {
  if (authority == nullptr) return nullptr;
  return std::make_shared<OverheardAuthority>(std::move(authority));
}

}  // namespace opensspi::abi
