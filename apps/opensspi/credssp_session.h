// One CredSSP authentication over a TCP stream, and the encrypted messages after it: the loops
// around InitializeSecurityContext, AcceptSecurityContext, EncryptMessage and DecryptMessage.
#pragma once

#include <opensspi.h>

#include <memory>
#include <string>

#include "credential.h"
#include "tcp_stream.h"

namespace opensspi::command {

class CredSspSession {
 public:
  // Server when the credential is inbound. `target`: "TERMSRV/host", for clients, who may ask for
  // more than others do (ISC_REQ_…).
  CredSspSession(std::shared_ptr<const Credential> credential, TcpStream& stream,
                 std::string target = "", ULONG more_flags = 0);
  CredSspSession(const CredSspSession&) = delete;
  CredSspSession& operator=(const CredSspSession&) = delete;
  ~CredSspSession();

  // Legs until there is a verdict: SEC_E_OK, or a negative status; then error() says why. What the
  // library wants to be sent is sent, except a client's last message: it carries the password and
  // waits for send_credentials(). NetworkError when the peer leaves or the deadline passes.
  SECURITY_STATUS handshake(Deadline deadline);
  void send_credentials(Deadline deadline);

  // After SEC_E_OK. One encrypted message; how many bytes it took.
  std::size_t send(ByteView message, Deadline deadline);
  enum class Received {
    Data,
    Closed,   // by the peer, in whatever way
    Refused,  // by an alert, or something that is no TLS; error() says why
  };
  // Appends the next message.
  Received receive(Bytes& to, Deadline deadline);

  [[nodiscard]] const opensspi_error& error() const { return error_; }
  [[nodiscard]] unsigned num_legs() const { return num_legs_; }
  // A client: whether its credentials go to the server. Those of the session may be kept from it by
  // policy, and of tickets alone there is nothing to send: then the logon goes on without.
  [[nodiscard]] bool delegates() const { return delegates_; }
  // Null before the first leg went well.
  [[nodiscard]] PCtxtHandle context() { return has_context_ ? &context_ : nullptr; }

 private:
  SECURITY_STATUS run_leg(Bytes& token);
  SECURITY_STATUS call(SecBufferDesc* input, SecBufferDesc* output);
  SECURITY_STATUS decrypt(Bytes& to);
  void remember_error(SECURITY_STATUS status);
  void answer_post_handshake(Deadline deadline);

  std::shared_ptr<const Credential> credential_;
  TcpStream& stream_;
  std::string target_;
  ULONG more_flags_;
  CtxtHandle context_{};
  bool has_context_ = false;
  bool delegates_ = true;
  unsigned num_legs_ = 0;
  Bytes received_;    // from the network, not yet taken by the library
  Bytes last_token_;  // a client's last message
  opensspi_error error_{};
};

}  // namespace opensspi::command
