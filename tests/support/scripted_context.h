// An inner context whose legs are written down beforehand, with sealing that needs no key
// agreement: for tests and fuzzers of what is built around a mechanism.
#pragma once

#include <algorithm>
#include <array>
#include <memory>
#include <utility>
#include <vector>

#include "base/bytes.h"
#include "crypto/digest.h"
#include "sspi/context.h"

namespace opensspi::test {

// Seals with a different mask each way; the token is a number per direction and a digest. What one
// role seals only the other one opens, in order.
class ScriptedProtection final : public MessageProtection {
 public:
  static constexpr std::size_t kTokenSize = 16;

  explicit ScriptedProtection(Role role) : role_(role) {}

  [[nodiscard]] Sizes sizes() const override { return {0, kTokenSize, 1, kTokenSize}; }

  Result<std::size_t> sign(std::span<const MessagePart> /*parts*/, ByteSpan /*to*/) override {
    return fail(Status::UnsupportedFunction, "scripted contexts do not sign");
  }
  Result<void> verify(std::span<const MessagePart> /*parts*/, ByteView /*signature*/) override {
    return fail(Status::UnsupportedFunction, "scripted contexts do not sign");
  }

  Result<std::size_t> seal(std::span<const MessagePart> parts, ByteSpan token, Qop) override {
    if (token.size() < kTokenSize) return fail(Status::BufferTooSmall, "the token does not fit");
    const auto made = token_for(parts.front().bytes, role_, sent_++);
    std::copy(made.begin(), made.end(), token.begin());
    mask(parts.front().bytes, role_);
    return kTokenSize;
  }

  Result<std::optional<Qop>> unseal(std::span<const MessagePart> parts, ByteView token) override {
    const Role peer = role_ == Role::Client ? Role::Server : Role::Client;
    mask(parts.front().bytes, peer);
    const auto wanted = token_for(parts.front().bytes, peer, received_);
    if (!equal(token, wanted)) return fail(Status::OutOfSequence, "not the peer's next message");
    ++received_;
    return std::optional<Qop>();
  }

  Result<Unsealed> unseal_stream(ByteSpan stream) override {
    if (stream.size() < kTokenSize) return fail(Status::InvalidToken, "too short");
    const MessagePart part{stream.subspan(kTokenSize)};
    TRY(unseal({&part, 1}, stream.first(kTokenSize)));
    return Unsealed{part.bytes, {}};
  }

 private:
  static void mask(ByteSpan bytes, Role sender) {
    for (std::uint8_t& byte : bytes) byte ^= sender == Role::Client ? 0x5A : 0xA5;
  }

  static std::array<std::uint8_t, kTokenSize> token_for(ByteView plain, Role sender,
                                                        std::uint8_t number) {
    const std::array<std::uint8_t, 2> header{static_cast<std::uint8_t>(sender), number};
    return crypto::md5({header, plain});
  }

  Role role_;
  std::uint8_t sent_ = 0, received_ = 0;
};

// One leg: what it answers, and whether keys exist after it.
struct ScriptedLeg {
  Result<Progress> progress = Progress::ContinueNeeded;
  Bytes token{};
  bool keys = false;
};

class ScriptedTickets final : public DelegatedTickets {
 public:
  [[nodiscard]] const std::string& cache() const override { return name_; }
  [[nodiscard]] const std::string& client() const override { return name_; }
  [[nodiscard]] FileTime expiry() const override { return kNever; }
  [[nodiscard]] Result<void> store(const std::string& /*cache*/) const override { return {}; }

 private:
  std::string name_ = "scripted";
};

class ScriptedContext final : public Context {
 public:
  ScriptedContext(Role role, std::vector<ScriptedLeg> legs)
      : protection_(role), legs_(std::move(legs)) {
    auto token = std::make_shared<AccessToken>();
    token->domain = "DOMAIN";
    token->user = "user";
    access_token_ = std::move(token);
  }

  StepOutput step(const StepInput& input) override {
    inputs_.push_back(copy(input.token));
    StepOutput output;
    if (next_ == legs_.size()) {
      output.progress = fail(Status::OutOfSequence, "the script is at its end");
      return output;
    }
    const ScriptedLeg& leg = legs_[next_++];
    has_keys_ = leg.keys;
    output.progress = leg.progress;
    output.token = leg.token;
    return output;
  }

  MessageProtection* message_protection() override { return has_keys_ ? &protection_ : nullptr; }

  [[nodiscard]] Result<Attribute> query(AttributeId id) const override {
    switch (id) {
      case AttributeId::AccessToken:
        return Attribute{access_token_};
      case AttributeId::Names:
        return Attribute{Names{"DOMAIN\\user"}};
      default:
        return fail(Status::UnsupportedFunction, "not in the script");
    }
  }

  [[nodiscard]] Result<TicketLogon> ticket_logon() const override {
    if (tickets_.empty()) return Context::ticket_logon();
    return TicketLogon{2, tickets_, SecretBytes(tickets_)};
  }
  [[nodiscard]] Result<std::shared_ptr<const DelegatedTickets>> take_tickets(
      const TicketLogon& logon) const override {
    if (tickets_.empty()) return Context::take_tickets(logon);
    if (logon.service_ticket != tickets_) return fail(Status::LogonDenied, "not those tickets");
    return std::make_shared<const ScriptedTickets>();
  }

  // That a client hands over, and a server takes.
  void set_tickets(Bytes tickets) { tickets_ = std::move(tickets); }
  void set_access_token(std::shared_ptr<const AccessToken> token) {
    access_token_ = std::move(token);
  }
  [[nodiscard]] const std::vector<Bytes>& inputs() const { return inputs_; }

 private:
  ScriptedProtection protection_;
  std::vector<ScriptedLeg> legs_;
  std::vector<Bytes> inputs_;
  std::size_t next_ = 0;
  bool has_keys_ = false;
  std::shared_ptr<const AccessToken> access_token_;
  Bytes tickets_;
};

}  // namespace opensspi::test
