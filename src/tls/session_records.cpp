// Application data: one message per record, in place on the caller's memory. RFC 5246 6.2.3 and
// RFC 8446 5.2 lay the records out as
//   TLS 1.3          header 5                    data   content type 1, tag 16
//   TLS 1.2 GCM      header 5, explicit nonce 8  data   tag 16
//   TLS 1.2 ChaCha   header 5                    data   tag 16
//   TLS 1.2 CBC      header 5, IV 16             data   MAC, padding 1 to 16; so does TLS 1.1
//   TLS 1.0 CBC      an empty record, header 5   data   MAC, padding 1 to 16
// The empty record keeps an attacker from choosing what is encrypted next (BEAST): in TLS 1.0 the
// IV is the end of the record before.
#include <openssl/err.h>
#include <openssl/ssl.h>

#include <utility>

#include "tls/failure.h"
#include "tls/framing.h"
#include "tls/native.h"
#include "tls/session.h"

namespace opensspi::tls {
namespace {

using State = Session::Native::State;

constexpr std::uint32_t kTag = 16, kBlock = 16, kExplicitNonce = 8, kContentType = 1;

// RFC 6066 4: a client may have asked for short records.
std::uint32_t maximum_message(const SSL* ssl) {
  const std::uint8_t code = SSL_SESSION_get_max_fragment_length(SSL_get0_session(ssl));
  return code == TLSEXT_max_fragment_length_DISABLED ? std::uint32_t{kMaxPlaintext} : 256U << code;
}

bool is_cbc(const SSL* ssl) {
  return SSL_CIPHER_is_aead(SSL_get_current_cipher(ssl)) == 0;
}

// What lies before the ciphertext in a record.
std::uint32_t record_header(const SSL* ssl) {
  const int version = SSL_version(ssl);
  if (version == TLS1_3_VERSION) return kRecordHeaderSize;
  if (is_cbc(ssl)) return kRecordHeaderSize + (version == TLS1_VERSION ? 0 : kBlock);
  const int cipher = SSL_CIPHER_get_cipher_nid(SSL_get_current_cipher(ssl));
  return kRecordHeaderSize + (cipher == NID_chacha20_poly1305 ? 0 : kExplicitNonce);
}

StreamSizes sizes_of(const SSL* ssl) {
  StreamSizes sizes{record_header(ssl), kTag, maximum_message(ssl), 4, kBlock};
  if (SSL_version(ssl) == TLS1_3_VERSION) {
    sizes.trailer += kContentType;
  } else if (is_cbc(ssl)) {
    const int digest = SSL_CIPHER_get_digest_nid(SSL_get_current_cipher(ssl));
    const auto mac = static_cast<std::uint32_t>(EVP_MD_get_size(EVP_get_digestbynid(digest)));
    sizes.trailer = mac + kBlock;
    if (SSL_version(ssl) == TLS1_VERSION)
      sizes.header += record_header(ssl) + kBlock + mac;  // the empty record; RFC 7366: or less
  }
  return sizes;
}

// A server began anew, which TLS 1.3 does not have: libssl has answered with a ClientHello, and
// nothing is sealed until the handshake is done.
void note_renegotiation(Session::Native& native) {
  if (SSL_in_init(native.ssl.get()) != 0 && SSL_version(native.ssl.get()) != TLS1_3_VERSION)
    native.state = State::Handshaking;
}

// A post-handshake message may want an answer (a KeyUpdate) and libssl would put it in front of
// the next record; it is made at once, so that whoever sends next finds it in `pending`.
bool answer_key_update(Session::Native& native) {
  SSL* ssl = native.ssl.get();
  const bool was_closed = (SSL_get_shutdown(ssl) & SSL_SENT_SHUTDOWN) != 0;  // RFC 8446 6.1
  if (was_closed || SSL_get_key_update_type(ssl) == SSL_KEY_UPDATE_NONE) return true;
  native.wire.output = &native.pending;
  return run(native, [](SSL* s) {
           return SSL_key_update(s, SSL_KEY_UPDATE_NOT_REQUESTED) == 1 ? SSL_do_handshake(s) : -1;
         }) == SSL_ERROR_NONE;
}

// What SSL_get_error() says of the one record, whose plaintext goes to `room`.
int read_record(Session::Native& native, ByteView record, ByteSpan room, std::size_t& size) {
  native.wire.input = record;
  native.wire.output = &native.pending;
  native.heard = false;
  std::uint8_t nothing = 0;
  return run(native, [&](SSL* ssl) {
    return room.empty() ? SSL_read_ex(ssl, &nothing, sizeof nothing, &size)
                        : SSL_read_ex(ssl, room.data(), room.size(), &size);
  });
}

Error dead(Session::Native& native, const Error& otherwise) {
  native.state = State::Dead;
  return take_failure(otherwise);
}

Result<void> may_send(const Session::Native& native) {
  if (native.state != State::Established) {
    return fail(Status::ContextExpired, "there is no TLS session to send over");
  }
  if ((SSL_get_shutdown(native.ssl.get()) & SSL_SENT_SHUTDOWN) != 0) {
    return fail(Status::ContextExpired, "the TLS session was closed by this side");
  }
  return {};
}

}  // namespace

StreamSizes Session::stream_sizes() const {
  return native_->has_agreed ? sizes_of(native_->ssl.get()) : StreamSizes{};
}

Result<SealedRecord> Session::seal_record(ByteSpan header, ByteSpan data, ByteSpan trailer) {
  TRY(may_send(*native_));
  const StreamSizes sizes = stream_sizes();
  if (data.size() > sizes.maximum_message) {
    return fail(Status::EncryptFailure, "the message is longer than one TLS record holds");
  }
  if (header.size() < sizes.header || trailer.size() < sizes.trailer) {
    return fail(Status::BufferTooSmall, "the header or trailer is shorter than STREAM_SIZES says");
  }
  if (!native_->pending.empty()) {
    return fail(Status::OutOfSequence, "the answer to the peer's TLS message must be sent first");
  }
  if (data.empty()) return SealedRecord{};
  Wire::Scatter scatter{header.first(sizes.header), data, trailer};
  native_->wire.input = {};
  native_->wire.scatter = &scatter;
  const int outcome = run(*native_, [&](SSL* ssl) {
    std::size_t written = 0;
    return SSL_write_ex(ssl, data.data(), data.size(), &written);
  });
  if (outcome != SSL_ERROR_NONE || !scatter.is_whole()) {
    return fail(dead(*native_, {Status::EncryptFailure, "the message could not be encrypted"}));
  }
  return SealedRecord{sizes.header, data.size(), scatter.trailer_size()};
}

Result<void> Session::seal_to(Bytes& to, ByteView plaintext) {
  TRY(may_send(*native_));
  append(to, native_->pending);
  native_->pending.clear();
  if (plaintext.empty()) return {};
  native_->wire.input = {};
  native_->wire.output = &to;
  const int outcome = run(*native_, [&](SSL* ssl) {
    std::size_t written = 0;
    return SSL_write_ex(ssl, plaintext.data(), plaintext.size(), &written);
  });
  if (outcome != SSL_ERROR_NONE) {
    return fail(dead(*native_, {Status::EncryptFailure, "the message could not be encrypted"}));
  }
  return {};
}

Result<OpenedRecord> Session::open_record(ByteSpan input) {
  if (native_->state != State::Established) {
    return fail(Status::ContextExpired, "there is no TLS session to receive from");
  }
  const Result<Framing> framing = first_record(input);
  if (!framing) {
    native_->state = State::Dead;
    return fail(framing.error());
  }
  OpenedRecord opened;
  opened.missing = framing->missing;
  opened.consumed = framing->size;
  opened.kind = OpenedRecord::Kind::Incomplete;
  if (framing->size == 0) return opened;

  const ByteSpan record = input.first(framing->size);
  const std::size_t header =
      std::min<std::size_t>(record_header(native_->ssl.get()), record.size());
  const ByteSpan room = record.subspan(header);  // libssl has taken the record before it writes
  std::size_t size = 0;
  const int outcome = read_record(*native_, record, room, size);
  opened.kind = OpenedRecord::Kind::Data;
  if (outcome == SSL_ERROR_ZERO_RETURN) {
    opened.kind = OpenedRecord::Kind::Closed;
    return opened;
  }
  // WANT_READ: the record held no application data (a ticket, a KeyUpdate, an empty record).
  if ((outcome != SSL_ERROR_NONE && outcome != SSL_ERROR_WANT_READ) ||
      !native_->wire.input.empty() || size > room.size() || !answer_key_update(*native_)) {
    return fail(dead(*native_, {Status::DecryptFailure, "a TLS record could not be decrypted"}));
  }
  note_renegotiation(*native_);
  if (!native_->pending.empty()) opened.kind = OpenedRecord::Kind::Renegotiate;
  opened.post_handshake = native_->heard;
  opened.header = record.first(header);
  opened.data = room.first(size);
  opened.trailer = room.subspan(size);
  return opened;
}

}  // namespace opensspi::tls
