// A logon session in memory: one identity, and what is saved for targets.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "sspi/logon_session.h"

namespace opensspi::test {

class FakeSession final : public LogonSession {
 public:
  FakeSession() = default;
  explicit FakeSession(std::shared_ptr<const Identity> own, FileTime expiry = kNever)
      : own_(std::move(own)), expiry_(expiry) {}

  void save(const std::string& target, std::shared_ptr<const Identity> identity) {
    saved_[target] = std::move(identity);
  }
  void set_luid(Luid luid) { luid_ = luid; }
  // The name of a user of this machine whom the caller may not act for.
  void set_other_user(std::string name) { other_user_ = std::move(name); }
  void set_kerberos_caches(std::vector<std::string> names) { kerberos_caches_ = std::move(names); }

  void set_delegated_tickets(std::shared_ptr<const DelegatedTickets> tickets) {
    delegated_tickets_ = std::move(tickets);
  }

  [[nodiscard]] Luid luid() const override { return luid_; }
  [[nodiscard]] Result<StoredIdentity> identity(std::string_view name) const override {
    if (own_ != nullptr && (name.empty() || name == own_->user))
      return StoredIdentity{own_, expiry_};
    if (!other_user_.empty() && name == other_user_)
      return fail(Status::NotOwner, "that name is another user's");
    return fail(Status::NoCredentials, "nobody has logged on");
  }
  [[nodiscard]] Result<StoredIdentity> saved(std::string_view target_name) const override {
    const auto found = saved_.find(std::string(target_name));
    if (found != saved_.end()) return StoredIdentity{found->second, kNever};
    return fail(Status::NoCredentials, "nothing is saved");
  }
  [[nodiscard]] bool has_saved() const override { return !saved_.empty(); }
  [[nodiscard]] std::vector<std::string> kerberos_caches() const override {
    return kerberos_caches_;
  }
  [[nodiscard]] std::shared_ptr<const DelegatedTickets> delegated_tickets() const override {
    return delegated_tickets_;
  }

 private:
  std::shared_ptr<const Identity> own_;
  FileTime expiry_ = kNever;
  std::map<std::string, std::shared_ptr<const Identity>> saved_;
  std::string other_user_;
  std::vector<std::string> kerberos_caches_;
  std::shared_ptr<const DelegatedTickets> delegated_tickets_;
  Luid luid_{1000, kUserLuidHigh};
};

}  // namespace opensspi::test
