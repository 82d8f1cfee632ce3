// A security mechanism that can be any mechanism: so many tokens long, with or without integrity,
// with or without a will to protect the list. Its tokens are its name and a number, so whatever is
// not the next one of the same mechanism is refused.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "sspi/package.h"

namespace opensspi::test {

struct FakeTraits {
  std::string name{};
  std::vector<Bytes> oids{};
  int num_tokens = 3;  // in all; the client sends the first
  bool integrity = true;
  bool mic_required = false;
  std::optional<Status> acquire_fails{};
  std::optional<Status> context_fails{};
  std::optional<Status> client_start_fails{};
  Bytes client_starts_with{};  // despite client_start_fails: the OID that its error asks for
  std::optional<Status> server_start_fails{};
  std::optional<Status> kdc_proxy_fails = Status::UnsupportedFunction;
  std::string refusal_token{};  // what a failing side tells its peer
};

// What the contexts of a mechanism were given.
struct FakeWitness {
  int acquired = 0;  // credentials
  std::vector<ContextRequest> requests;
  std::vector<Bytes> bindings;           // application data of each step; empty: none
  std::vector<std::string> kdc_proxies;  // of the credential of each context; empty: none
};

class FakeContext final : public Context, public MechListMic, public MessageProtection {
 public:
  FakeContext(const FakeTraits& traits, const ContextRequest& request, FakeWitness& witness)
      : traits_(traits),
        role_(request.role),
        flags_(request.flags),
        mechanism_oid_(request.mechanism_oid),
        witness_(witness) {}

  StepOutput step(const StepInput& input) override {
    const ChannelBindings* bindings = input.channel_bindings;
    witness_.bindings.push_back(bindings == nullptr ? Bytes{} : bindings->application_data);
    StepOutput out;
    out.granted = flags_;
    out.expiry = 1234;
    const bool starts = sent_ == 0;
    if (role_ == Role::Client && starts && traits_.client_start_fails &&
        (mechanism_oid_.empty() || !equal(mechanism_oid_, traits_.client_starts_with))) {
      const bool other_way = !traits_.client_starts_with.empty();
      return refuse(*traits_.client_start_fails, other_way ? nt_status::kUserToUserRequired : 0);
    }
    if (role_ == Role::Server && starts && traits_.server_start_fails) {
      return refuse(*traits_.server_start_fails);
    }
    const bool speaks_first = role_ == Role::Client && starts;
    if (complete_) return refuse(Status::OutOfSequence);
    if (speaks_first) {
      if (!input.token.empty()) return refuse(Status::InvalidToken);
    } else if (!equal(input.token, view(token(++sent_)))) {
      return refuse(Status::LogonDenied);
    }
    if (sent_ < traits_.num_tokens) out.token = copy(view(token(++sent_)));
    complete_ = sent_ == traits_.num_tokens;
    out.progress = complete_ ? Progress::Complete : Progress::ContinueNeeded;
    return out;
  }

  MessageProtection* message_protection() override { return complete_ ? this : nullptr; }
  MechListMic* mech_list_mic() override { return complete_ && traits_.integrity ? this : nullptr; }
  [[nodiscard]] Result<Attribute> query(AttributeId id) const override {
    if (id == AttributeId::Names) return Names{traits_.name + "\\user"};
    if (id == AttributeId::Sizes) return sizes();
    return Context::query(id);
  }

  [[nodiscard]] bool required() const override { return traits_.mic_required; }
  Result<Bytes> make(ByteView mech_types) override { return mic(role_, mech_types); }
  Result<void> verify(ByteView mech_types, ByteView peer_mic) override {
    const Role peer = role_ == Role::Client ? Role::Server : Role::Client;
    if (!equal(peer_mic, mic(peer, mech_types))) return fail(Status::MessageAltered, "wrong MIC");
    return {};
  }

  [[nodiscard]] Sizes sizes() const override { return {100, 10, 0, 11}; }
  Result<std::size_t> sign(std::span<const MessagePart>, ByteSpan) override { return refused(); }
  Result<void> verify(std::span<const MessagePart>, ByteView) override { return refused(); }
  Result<std::size_t> seal(std::span<const MessagePart>, ByteSpan, Qop) override {
    return refused();
  }
  Result<std::optional<Qop>> unseal(std::span<const MessagePart>, ByteView) override {
    return refused();
  }
  Result<Unsealed> unseal_stream(ByteSpan) override { return refused(); }

  // FNV-1a of role and list: what an editor of the list on the wire is taken not to know.
  static Bytes mic(Role role, ByteView mech_types) {
    std::uint64_t hash = 0xCBF29CE484222325;
    const auto add = [&hash](std::uint8_t byte) { hash = (hash ^ byte) * 0x100000001B3; };
    add(role == Role::Client ? 'c' : 's');
    for (const std::uint8_t byte : mech_types) add(byte);
    Bytes out;
    for (int i = 0; i < 8; ++i) out.push_back(static_cast<std::uint8_t>(hash >> (8 * i)));
    return out;
  }

 private:
  [[nodiscard]] std::string token(int number) const {
    return traits_.name + " " + std::to_string(number);
  }
  static tl::unexpected<Error> refused() { return fail(Status::UnsupportedFunction, "a fake"); }
  [[nodiscard]] StepOutput refuse(Status status, std::uint32_t nt_status = 0) const {
    StepOutput out;
    out.progress = fail(status, "the fake mechanism refuses", nt_status);
    out.token = copy(view(traits_.refusal_token));
    return out;
  }

  const FakeTraits& traits_;
  Role role_;
  ContextFlags flags_;
  ByteView mechanism_oid_;
  FakeWitness& witness_;
  int sent_ = 0;  // tokens of both sides so far
  bool complete_ = false;
};

class FakeCredential final : public Credential {
 public:
  FakeCredential(const FakeTraits& traits, FakeWitness& witness, std::string kdc_proxy = {})
      : traits_(traits), witness_(witness), kdc_proxy_(std::move(kdc_proxy)) {}

  Result<std::unique_ptr<Context>> new_context(const ContextRequest& request) const override {
    if (traits_.context_fails) return fail(*traits_.context_fails, "the fake credential refuses");
    witness_.requests.push_back(request);
    witness_.kdc_proxies.push_back(kdc_proxy_);
    return std::make_unique<FakeContext>(traits_, request, witness_);
  }
  [[nodiscard]] FileTime expiry() const override { return 5000; }
  [[nodiscard]] Result<Names> names() const override { return Names{traits_.name + "\\me"}; }
  [[nodiscard]] Result<std::shared_ptr<const Credential>> with_kdc_proxy(
      const KdcProxy& proxy) const override {
    if (traits_.kdc_proxy_fails) return fail(*traits_.kdc_proxy_fails, "the fake takes no proxy");
    return std::make_shared<FakeCredential>(traits_, witness_, proxy.server);
  }

 private:
  const FakeTraits& traits_;
  FakeWitness& witness_;
  std::string kdc_proxy_;
};

class FakeMechanism final : public SecurityPackage {
 public:
  explicit FakeMechanism(FakeTraits traits) : traits_(std::move(traits)) {
    info_.name = traits_.name;
    info_.rpc_id = 99;
    for (const Bytes& oid : traits_.oids) info_.mechanism_oids.emplace_back(oid);
  }
  FakeMechanism(const FakeMechanism&) = delete;
  FakeMechanism& operator=(const FakeMechanism&) = delete;

  [[nodiscard]] const PackageInfo& info() const override { return info_; }
  Result<std::shared_ptr<Credential>> acquire(const AcquireRequest& /*request*/) const override {
    if (traits_.acquire_fails) return fail(*traits_.acquire_fails, "the fake package refuses");
    ++witness_.acquired;
    return std::make_shared<FakeCredential>(traits_, witness_);
  }

  [[nodiscard]] const FakeWitness& witness() const { return witness_; }

 private:
  FakeTraits traits_;
  PackageInfo info_;
  mutable FakeWitness witness_;
};

}  // namespace opensspi::test
