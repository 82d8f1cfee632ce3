// One TLS session without I/O: the caller's bytes in, bytes to send out. TLS 1.2 and 1.3, and
// 1.0 and 1.1 where Options say so, both sides. No OpenSSL type shows here.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"
#include "base/secret.h"
#include "tls/algorithms.h"
#include "tls/connection_info.h"
#include "tls/record.h"
#include "x509/certificate.h"
#include "x509/private_key.h"

namespace opensspi::tls {

// What a session is set up with; made once per credential (it is expensive), shared by sessions.
struct Options {
  Version minimum = Version::Tls12, maximum = Version::Tls13;
  Algorithms algorithms;
  // A server's; optional for a client. One for each kind of key, out of which the peer's
  // algorithms choose.
  std::vector<std::shared_ptr<const x509::KeyPair>> key_pairs;
  bool send_root = false;        // the root of a certificate's chain goes to the peer too
  bool session_tickets = false;  // sessions can be taken up again; CREDSSP: never
  std::uint32_t session_lifespan_s = 36'000;
  // A client's: whether it follows a TLS 1.2 server that wants to begin anew. A server never does.
  bool renegotiates = false;
  // A server's: who may issue the certificates that it asks for; none: anybody.
  std::vector<x509::Certificate> client_authorities;
  // Receives NSS key log lines; empty: none.
  std::function<void(std::string_view line)> key_log;
};

class Parameters {
 public:
  // AlgorithmMismatch when the options leave no algorithm, or none for the key of a certificate;
  // UnknownCredentials when TLS cannot use a certificate, or not beside another. Like options
  // without a certificate and a key log share one object.
  static Result<std::shared_ptr<const Parameters>> client(const Options& options);
  // Without a key pair it is good for being looked at only.
  static Result<std::shared_ptr<const Parameters>> server(const Options& options);
  ~Parameters();

  // What the options came to: a version that no cipher suite is left of is not spoken, and suites
  // of a version that is not spoken are not among the algorithms.
  [[nodiscard]] const Options& options() const;
  [[nodiscard]] bool speaks(Version version) const;
  [[nodiscard]] bool has_certificate() const;
  // The soonest end of a certificate's validity, in seconds since 1970-01-01 UTC.
  [[nodiscard]] std::optional<std::int64_t> not_after() const;

  struct Native;
  explicit Parameters(std::unique_ptr<Native> native);
  [[nodiscard]] const Native& native() const { return *native_; }

 private:
  std::unique_ptr<Native> native_;
};

// What it takes to take a session up again. Its owner keeps it with the server's name and the
// identity of the session, for neither is asked for again.
class Resumption {
 public:
  [[nodiscard]] bool is_current() const;
  // RFC 8446 C.4: a ticket of TLS 1.3 is shown once.
  [[nodiscard]] bool is_for_once() const;

  struct Native;
  explicit Resumption(std::unique_ptr<const Native> native);
  ~Resumption();
  [[nodiscard]] const Native& native() const { return *native_; }

 private:
  std::unique_ptr<const Native> native_;
};

// What a client's session is told beside its parameters.
struct ClientSetup {
  // Judges the server by the certificate that it shows, or had shown in the session that is taken
  // up again. An error ends the handshake. None: the caller judges.
  std::function<Result<void>(const x509::Certificate& server)> judge;
  std::shared_ptr<const Resumption> resumption;
  // Whether a server that asks for a certificate makes the handshake wait for show(), when the
  // parameters have none.
  bool awaits_identity = false;
};

struct ServerSetup {
  bool asks_for_certificate = false;  // and goes on without one
};

// One leg of a handshake.
struct HandshakeStep {
  Result<bool> done = false;    // true when established; a failure leaves a dead session
  Bytes token;                  // to send; the alert on failure
  std::size_t unread = 0;       // bytes at the end of the input that belong to what follows
  std::size_t missing = 0;      // not 0: the input ends inside a record; nothing was taken
  bool wants_identity = false;  // the server asks for a certificate: show() comes next
};

class Session {
 public:
  // `host` (SNI) may be empty; a name that is an address sends no SNI.
  static Result<std::unique_ptr<Session>> client(std::shared_ptr<const Parameters> parameters,
                                                 std::string_view host, ClientSetup setup = {});
  // NoCredentials without a certificate.
  static Result<std::unique_ptr<Session>> server(std::shared_ptr<const Parameters> parameters,
                                                 ServerSetup setup = {});
  ~Session();

  // RFC 7301: the names, each with its length in front, by preference. Before the first
  // handshake(). InvalidToken when it is no such list.
  Result<void> offer_protocols(ByteView names);
  // Answers `wants_identity`: with the certificate of `identity` (null, or without one: with none).
  Result<void> show(std::shared_ptr<const Parameters> identity);
  // Whether the session may be taken up again. A server's word counts for tickets yet to be sent.
  void set_resumable(bool resumable);
  // A client's: what arrived since it was last asked.
  [[nodiscard]] std::vector<std::shared_ptr<const Resumption>> take_resumptions();

  // Only whole records are taken. When the input ends inside a record, the whole ones before it are
  // taken and the beginning of it is `unread`; when there is none before it, `missing` is not 0 and
  // the caller brings the same bytes and more. Never takes application data: records after the
  // handshake stay unread. Once established it takes nothing and gives what waits to be sent.
  // After Kind::Renegotiate it is first called with what follows, or nothing.
  // Fails with InvalidToken for bytes that are not TLS, AlgorithmMismatch, MessageAltered,
  // IllegalMessage, or what the peer's alert means; then `value` is the alert's number.
  HandshakeStep handshake(ByteView input);

  [[nodiscard]] StreamSizes stream_sizes() const;
  // Seals `data` in place into one record and writes header and trailer. EncryptFailure when data
  // is longer than maximum_message, BufferTooSmall when header or trailer is too short.
  Result<SealedRecord> seal_record(ByteSpan header, ByteSpan data, ByteSpan trailer);
  // Opens the first record of `input` in place. MessageAltered when it was changed on the way, what
  // the peer's fatal alert means (`value` = its number), InvalidToken when it is not TLS; all leave
  // a dead session, and handshake() gives the alert to send.
  Result<OpenedRecord> open_record(ByteSpan input);

  // One record with this plaintext, appended to `to`; longer plaintext takes several records.
  Result<void> seal_to(Bytes& to, ByteView plaintext);
  // An alert record. Any before anything is encrypted, which ends the handshake. Later libssl
  // offers close_notify (level 1, description 0) and no other: UnsupportedFunction for those.
  // Nothing can be sealed after it; receiving goes on.
  Result<Bytes> alert(std::uint8_t level, std::uint8_t description);

  [[nodiscard]] ConnectionInfo connection_info() const;
  [[nodiscard]] std::optional<x509::Certificate> peer_certificate() const;
  [[nodiscard]] std::optional<x509::Certificate> local_certificate() const;
  // The application data of SEC_CHANNEL_BINDINGS: "tls-unique:" and the first Finished (RFC 5929 3)
  // up to TLS 1.2, "tls-exporter:" and 32 bytes (RFC 9266) for TLS 1.3, where tls-unique is
  // undefined.
  [[nodiscard]] Result<Bytes> unique_binding() const;
  // RFC 5216 2.3 for TLS 1.2: Key_Material, 128 bytes, and IV, 64 bytes. UnsupportedFunction for
  // TLS 1.3, which has no IV and other keys for each EAP type (RFC 9190 2.3).
  [[nodiscard]] Result<SecretBytes> eap_key_block() const;
  // RFC 5705, RFC 8446 7.5. Without a context TLS 1.2 exports other keys than with an empty one.
  [[nodiscard]] Result<SecretBytes> export_keys(std::string_view label,
                                                std::optional<ByteView> context,
                                                std::size_t size) const;
  // RFC 5929 4: "tls-server-end-point:" and the hash of the server's certificate.
  [[nodiscard]] Result<Bytes> end_point_binding() const;
  [[nodiscard]] Bytes session_id() const;
  [[nodiscard]] Bytes protocol() const;  // RFC 7301; empty: none was agreed
  // DER of the names whose certificates the server wants; empty: anybody's.
  [[nodiscard]] std::vector<Bytes> wanted_authorities() const;

  struct Native;
  explicit Session(std::unique_ptr<Native> native);

 private:
  std::unique_ptr<Native> native_;
};

}  // namespace opensspi::tls
