// Clients and servers of Kerberos without a KDC: alice@EXAMPLE.TEST has a ticket for
// HTTP/web.example.test, and the server the keytab that opens it. The time stands still.
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <utility>

#include "kerberos/package.h"
#include "support/fake_environment.h"
#include "support/fake_session.h"
#include "support/kerberos_files.h"

namespace opensspi::test {

inline constexpr std::int64_t kNow =
    static_cast<std::int64_t>(kFakeNow / 10'000'000) - 11'644'473'600;
inline constexpr std::int64_t kHour = 3600;
inline constexpr char kAlice[] = "alice@EXAMPLE.TEST";
inline constexpr char kWeb[] = "HTTP/web.example.test@EXAMPLE.TEST";
inline constexpr char kSpn[] = "HTTP/web.example.test";
inline constexpr FileTime kSecond = 10'000'000;

inline constexpr ContextFlags kMutual = ContextFlags::MutualAuth;
inline constexpr ContextFlags kAll = kMutual | ContextFlags::Confidentiality |
                                     ContextFlags::ReplayDetect | ContextFlags::SequenceDetect;

class KerberosWorld {
 public:
  KerberosWorld() {
    files_.configure("[domain_realm]\nexample.test = EXAMPLE.TEST\n");
    files_.variables().set("KRB5RCACHENAME", "file2:" + files_.path("replays"));
    session_->set_kerberos_caches({""});
    files_.make_cache(cache(), kAlice, {});
    files_.make_keytab("keytab", {kWeb});
    add_ticket({kAlice, kWeb, kNow - kHour, kNow + kHour});
    environment_->now = [this] { return now_; };
  }

  [[nodiscard]] std::string cache() const { return "FILE:" + files_.path("cc"); }
  KerberosFiles& files() { return files_; }
  void set_authority(std::shared_ptr<Authority> authority) {
    environment_->authority = [authority = std::move(authority)] { return authority; };
  }
  // In the place of the ticket that there is.
  void replace_ticket(const GoodTicket& ticket) {
    files_.make_cache(cache(), kAlice, {});
    forget_replays();
    add_ticket(ticket);
  }
  [[nodiscard]] const SecurityPackage& package() const { return *package_; }
  [[nodiscard]] std::shared_ptr<Environment> environment() const { return environment_; }
  [[nodiscard]] std::shared_ptr<FakeSession> session() const { return session_; }
  void forget_replays() const { std::filesystem::remove(files_.path("replays")); }
  void set_now(FileTime now) { now_ = now; }
  void add_ticket(const GoodTicket& ticket, const std::string& keytab = "keytab",
                  const std::string& key_of = {}) {
    files_.add_ticket(cache(), ticket, keytab, key_of);
  }
  // The first message of a client that is not ours.
  [[nodiscard]] Bytes made_ap_req(const MadeRequest& request) const {
    return copy(view(files_.make_ap_req(cache(), kWeb, kNow, request)));
  }

  std::unique_ptr<Context> client(ContextFlags flags = kAll, const std::string& target = kSpn) {
    return context(Role::Client, flags, target, {});
  }
  std::unique_ptr<Context> server(ContextFlags flags = ContextFlags::None,
                                  const std::string& principal = {}) {
    return context(Role::Server, flags, {}, principal);
  }

 private:
  std::unique_ptr<Context> context(Role role, ContextFlags flags, const std::string& target,
                                   const std::string& principal) {
    AcquireRequest acquire;
    acquire.use = role == Role::Client ? CredentialUse::Outbound : CredentialUse::Inbound;
    acquire.session = session_;
    acquire.principal = principal;
    const auto credential = package_->acquire(acquire);
    if (!credential) {
      ADD_FAILURE() << credential.error().why;
      return nullptr;
    }
    ContextRequest request;
    request.role = role;
    request.flags = flags;
    request.target_name = target;
    auto made = (*credential)->new_context(request);
    if (!made) ADD_FAILURE() << made.error().why;
    return made ? std::move(*made) : nullptr;
  }

  KerberosFiles files_;
  FileTime now_ = kFakeNow;
  std::shared_ptr<FakeSession> session_ = std::make_shared<FakeSession>();
  std::shared_ptr<Environment> environment_ = make_environment(nullptr);
  std::unique_ptr<SecurityPackage> package_ =
      kerberos::make_package(environment_, [](const std::string&) { return false; });
};

template <class T>
T attribute(const Context& context, AttributeId id) {
  const auto answer = context.query(id);
  EXPECT_TRUE(answer) << answer.error().why;
  const T* value = answer ? std::get_if<T>(&*answer) : nullptr;
  EXPECT_NE(value, nullptr);
  if constexpr (std::is_copy_constructible_v<T>) {
    return value == nullptr ? T{} : *value;
  } else {
    return value == nullptr ? T{} : T{value->key.clone()};
  }
}

}  // namespace opensspi::test
