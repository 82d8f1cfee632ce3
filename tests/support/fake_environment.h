// A world for handshakes in one process: a clock that stands still, randomness from a counter, an
// authority in memory, and a driver that carries tokens between two contexts.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/bytes.h"
#include "base/utf16.h"
#include "ntlm/keys.h"
#include "policy/policy.h"
#include "sspi/authority.h"
#include "sspi/context.h"
#include "sspi/environment.h"
#include "sspi/identity.h"

namespace opensspi::test {

inline constexpr FileTime kFakeNow = 0x01DB000000000000;  // 2024-09-06

inline SecretBytes password_utf16le(std::string_view password) {
  return std::move(*secret_utf8_to_utf16le(view(password)));
}

inline std::shared_ptr<Identity> make_identity(std::string domain, std::string user,
                                               std::string_view password) {
  auto identity = std::make_shared<Identity>();
  identity->user = std::move(user);
  identity->domain = std::move(domain);
  identity->secret = password_utf16le(password);
  return identity;
}

// Accounts in memory. Names compare as Windows compares them; an empty domain finds the user in
// any domain.
class FakeAuthority final : public Authority {
 public:
  void add_user(std::string domain, std::string user, std::string_view password) {
    accounts_.push_back(Account{std::move(domain), std::move(user),
                                ntlm::ntowf_v1(password_utf16le(password).expose()), 0});
  }

  // The account answers a right password with this NTSTATUS.
  void refuse(std::string_view user, std::uint32_t nt_status) {
    for (Account& account : accounts_) {
      if (same_name(account.user, user)) account.refusal = nt_status;
    }
  }

  void set_names(HostNames names) { names_ = std::move(names); }

  Result<HostNames> names() override { return names_; }

  Result<NtlmLogon> validate(const NtlmResponse& response) override {
    ++validations_;
    for (const Account& account : accounts_) {
      const bool same_domain =
          response.domain.empty() || same_name(account.domain, response.domain);
      if (!same_domain || !same_name(account.user, response.user)) continue;
      TRY_ASSIGN(SecretArray<16> key, ntlm::check_response(account.nt_hash, response));
      if (account.refusal != 0) {
        return fail(Status::LogonDenied, "the account is refused", account.refusal);
      }
      return NtlmLogon{token_of(account), std::move(key)};
    }
    return fail(Status::LogonDenied, "no such user", nt_status::kNoSuchUser);
  }

  [[nodiscard]] int validations() const { return validations_; }

 private:
  struct Account {
    std::string domain, user;
    NtHash nt_hash;
    std::uint32_t refusal = 0;
  };

  static std::shared_ptr<const AccessToken> token_of(const Account& account) {
    auto token = std::make_shared<AccessToken>();
    token->domain = account.domain;
    token->user = account.user;
    token->user_sid = "S-1-5-21-1-2-3-1000";
    return token;
  }

  HostNames names_{"SERVER", "DOMAIN", "server.domain.test", "domain.test", true};
  std::vector<Account> accounts_;
  int validations_ = 0;
};

// A network on which nobody answers.
class NoKdcs final : public KdcTransport {
 public:
  Result<Bytes> exchange(const KdcRequest& /*request*/) override {
    return fail(Status::NoAuthenticatingAuthority, "there is no network",
                nt_status::kNoLogonServers);
  }
};

// Every call of the same environment's random() gives other bytes, every run the same ones.
inline std::shared_ptr<Environment> make_environment(std::shared_ptr<Authority> authority) {
  auto environment = std::make_shared<Environment>();
  environment->now = [] { return kFakeNow; };
  environment->random = [counter = std::uint32_t{0}](ByteSpan out) mutable -> Result<void> {
    for (std::uint8_t& byte : out) byte = static_cast<std::uint8_t>(++counter * 0x9E3779B1U >> 24);
    return {};
  };
  environment->host_names = [] {
    return HostNames{"CLIENT", "CLIENT", "client.domain.test", "", false};
  };
  environment->authority = [authority] { return authority; };
  environment->kdc_transport = [] { return std::make_shared<NoKdcs>(); };
  environment->open_card = [](const Identity&) -> Result<CardLogon> {
    return fail(Status::NoCredentials, "there is no smart card", nt_status::kSmartcardNoCard);
  };
  environment->policy = [] { return std::make_shared<const policy::Policy>(); };
  environment->log = [](LogLevel, const char*, const char*, std::int64_t) {};
  return environment;
}

struct HandshakeResult {
  StepOutput client, server;  // each side's last
  std::vector<Bytes> tokens;  // in the order sent; the client speaks first
  bool both_complete = false;
};

// Carries tokens until nobody has anything to say. The bindings may be null. `tamper` sees each
// token, numbered from 0, before it is delivered.
template <class Tamper>
HandshakeResult run_handshake(Context& client, Context& server,
                              const ChannelBindings* bindings_of_client,
                              const ChannelBindings* bindings_of_server, Tamper&& tamper) {
  constexpr std::size_t kMostTokens = 64;
  HandshakeResult result;
  bool client_done = false, server_done = false;
  Bytes token;
  for (bool client_turn = true; result.tokens.size() < kMostTokens; client_turn = !client_turn) {
    Context& side = client_turn ? client : server;
    StepOutput& output = client_turn ? result.client : result.server;
    bool& done = client_turn ? client_done : server_done;
    output = side.step({token, client_turn ? bindings_of_client : bindings_of_server});
    if (!output.progress) break;
    done = *output.progress == Progress::Complete;
    if (output.token.empty()) break;
    result.tokens.push_back(output.token);
    token = output.token;
    tamper(result.tokens.size() - 1, token);
    if (done && (client_turn ? server_done : client_done)) break;
  }
  result.both_complete = client_done && server_done;
  return result;
}

inline HandshakeResult run_handshake(Context& client, Context& server,
                                     const ChannelBindings* bindings_of_client = nullptr,
                                     const ChannelBindings* bindings_of_server = nullptr) {
  return run_handshake(client, server, bindings_of_client, bindings_of_server,
                       [](std::size_t, Bytes&) {});
}

}  // namespace opensspi::test
