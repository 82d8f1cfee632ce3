// One CredSSP authentication of either side as a Context: TLS first, the protocol inside it next,
// and after Complete the TLS stream, whose keys protect what the application says. [MS-CSSP] 3.1.5
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <variant>

#include "credssp/channel.h"
#include "credssp/protocol.h"
#include "sspi/context.h"
#include "tls/session.h"

namespace opensspi::credssp {

class CredSspContext final : public Context, private StreamProtection {
 public:
  CredSspContext(const ContextRequest& request, std::unique_ptr<tls::Session> session,
                 std::unique_ptr<Protocol> protocol);

  StepOutput step(const StepInput& input) override;
  StreamProtection* stream_protection() override;
  [[nodiscard]] Result<Attribute> query(AttributeId id) const override;

 private:
  // What both sides had agreed on, for whoever asks why it failed.
  struct AgreedUntilThen {
    std::optional<tls::ConnectionInfo> tls{};
    std::uint32_t version = 0;
    std::optional<MechanismInUse> mechanism{};
  };
  // What is awaited.
  struct AwaitTls {
    std::unique_ptr<Protocol> protocol;
  };
  struct AwaitTsRequest {
    std::unique_ptr<Protocol> protocol;
    Channel channel;
    tls::ConnectionInfo tls;
  };
  struct Established {
    Outcome outcome;
  };
  struct Dead {
    Error error;
    AgreedUntilThen agreed;
  };
  using State = std::variant<AwaitTls, AwaitTsRequest, Established, Dead>;

  StepOutput step(AwaitTls& state, ByteView token);
  StepOutput step(AwaitTsRequest& state, ByteView token);
  StepOutput step(Established& state, ByteView token);
  StepOutput step(Dead& state, ByteView token);

  void begin(std::unique_ptr<Protocol> protocol, ByteView rest, StepOutput& output);
  void receive(AwaitTsRequest& state, ByteView token, bool took_some, StepOutput& output);
  bool answer(AwaitTsRequest& state, Reply reply, StepOutput& output);
  void refuse(const Error& error, StepOutput& output);
  void die(const Error& error, StepOutput& output);

  [[nodiscard]] ContextFlags granted() const;
  [[nodiscard]] ContextFlags granted_by(const Outcome& outcome) const;
  [[nodiscard]] AgreedUntilThen agreed() const;
  [[nodiscard]] Result<Attribute> query_agreed(AttributeId id) const;
  [[nodiscard]] Result<Attribute> query_outcome(const Outcome& outcome, AttributeId id) const;

  [[nodiscard]] tls::StreamSizes stream_sizes() const override;
  Result<tls::SealedRecord> seal_record(ByteSpan header, ByteSpan data, ByteSpan trailer) override;
  Result<tls::OpenedRecord> open_record(ByteSpan input) override;

  Role role_;
  ContextFlags requested_;
  std::unique_ptr<tls::Session> session_;
  State state_;
};

}  // namespace opensspi::credssp
