// One TLS session of either side as a Context: its handshake, then the stream. What the sides do
// differently is in client.cpp and server.cpp. RFC 5246, RFC 8446
#pragma once

#include <memory>
#include <optional>
#include <variant>

#include "schannel/credential.h"
#include "sspi/context.h"
#include "tls/session.h"

namespace opensspi::schannel {

class SchannelContext : public Context, private StreamProtection {
 public:
  StepOutput step(const StepInput& input) final;
  StreamProtection* stream_protection() final;
  Result<void> control(const ControlToken& token) final;
  Result<void> prepare_keying_material(const KeyingMaterialInfo& info) final;
  [[nodiscard]] Result<Attribute> query(AttributeId id) const final;

 protected:
  SchannelContext(const ContextRequest& request, std::unique_ptr<tls::Session> session);

  [[nodiscard]] tls::Session& session() const { return *session_; }

  // The first leg.
  virtual Result<void> begin(const StepInput& input) = 0;
  // The peer asks who this side is. False: the caller is asked first.
  virtual Result<bool> identify(const StepInput& input, bool again) = 0;
  // The handshake is over.
  virtual Result<void> accept_peer() = 0;
  // After the handshake and each record.
  virtual void keep_resumptions() = 0;
  // The established session is not to be taken up again.
  virtual Result<void> forget_resumptions() = 0;
  // The session that was taken up again, if any, was no good.
  virtual void fail_handshake() = 0;
  // Whether the peer proved who it is, to somebody's satisfaction.
  [[nodiscard]] virtual bool peer_is_proven() const = 0;
  [[nodiscard]] virtual Result<CertificateVerdict> verdict() const = 0;

 private:
  // What is awaited.
  struct AwaitHello {};
  struct AwaitFlight {};
  struct AwaitIdentity {
    Bytes input;  // which may come again
    std::size_t taken = 0;
    Bytes token;  // what TLS had to say until then
  };
  struct Established {};
  struct Dead {
    Error error;
  };
  using State = std::variant<AwaitHello, AwaitFlight, AwaitIdentity, Established, Dead>;

  StepOutput step(AwaitHello& state, const StepInput& input);
  StepOutput step(AwaitFlight& state, const StepInput& input);
  StepOutput step(AwaitIdentity& state, const StepInput& input);
  StepOutput step(Established& state, const StepInput& input);
  StepOutput step(Dead& state, const StepInput& input);

  StepOutput advance(const StepInput& input, ByteView token, Bytes said = {});
  StepOutput conclude(const StepInput& input, ByteView token, tls::HandshakeStep leg, Bytes said);
  void establish(StepOutput& output);
  void die(const Error& error, StepOutput& output);
  void leave_to_next_leg(ByteView input, tls::OpenedRecord& opened);
  [[nodiscard]] Result<void> check_no_leg_is_due() const;
  // How much of what was heard the input begins with.
  [[nodiscard]] std::size_t heard_again(ByteView input) const;
  [[nodiscard]] std::size_t missing_after(std::size_t known) const;
  [[nodiscard]] StepOutput begun() const;
  [[nodiscard]] StepOutput awaiting(std::size_t missing) const;
  [[nodiscard]] StepOutput say_farewell();
  [[nodiscard]] ContextFlags granted() const;
  [[nodiscard]] FileTime expiry() const;
  [[nodiscard]] Result<Attribute> query_established(AttributeId id) const;
  [[nodiscard]] Result<Attribute> keying_material() const;

  [[nodiscard]] tls::StreamSizes stream_sizes() const final;
  Result<tls::SealedRecord> seal_record(ByteSpan header, ByteSpan data, ByteSpan trailer) final;
  Result<tls::OpenedRecord> open_record(ByteSpan input) final;

  Role role_;
  ContextFlags requested_;
  std::unique_ptr<tls::Session> session_;
  State state_ = AwaitHello{};
  bool was_established_ = false;
  bool leg_is_due_ = false;        // what is of TLS's own has arrived
  Bytes heard_;                    // what of it was taken and comes back
  std::optional<Bytes> farewell_;  // the alert that control() made and no leg has given yet
  bool closed_ = false;
  std::optional<KeyingMaterialInfo> keying_material_;
};

}  // namespace opensspi::schannel
