// An independent peer: OpenSSL's own SSL object over memory BIOs, in its default context.
#pragma once

#include <gtest/gtest.h>
#include <openssl/err.h>
#include <openssl/ssl.h>

#include <memory>

#include "support/certificates.h"
#include "tls/session.h"

namespace opensspi::test {

class PlainPeer {
 public:
  // A server shows this certificate; a client has none.
  explicit PlainPeer(const Issued* server = nullptr)
      : ctx_(SSL_CTX_new(server == nullptr ? TLS_client_method() : TLS_server_method()),
             SSL_CTX_free) {
    if (server != nullptr) {
      SSL_CTX_use_certificate(ctx_.get(), server->x509.get());
      SSL_CTX_use_PrivateKey(ctx_.get(), server->key.get());
    }
  }

  [[nodiscard]] SSL_CTX* ctx() { return ctx_.get(); }  // before the first use of ssl()
  SSL* ssl() {
    if (ssl_ == nullptr) {
      ssl_.reset(SSL_new(ctx_.get()));
      in_ = BIO_new(BIO_s_mem());
      out_ = BIO_new(BIO_s_mem());
      SSL_set_bio(ssl_.get(), in_, out_);
      if (SSL_is_server(ssl_.get()) != 0) {
        SSL_set_accept_state(ssl_.get());
      } else {
        SSL_set_connect_state(ssl_.get());
      }
    }
    return ssl_.get();
  }

  void give(ByteView bytes) {
    ssl();
    BIO_write(in_, bytes.data(), static_cast<int>(bytes.size()));
  }
  Bytes take() {
    Bytes bytes(BIO_ctrl_pending(out_));
    if (!bytes.empty()) BIO_read(out_, bytes.data(), static_cast<int>(bytes.size()));
    return bytes;
  }
  Bytes handshake(ByteView bytes) {
    give(bytes);
    ERR_clear_error();
    SSL_do_handshake(ssl());
    return take();
  }
  Bytes seal(ByteView message) {
    EXPECT_EQ(SSL_write(ssl(), message.data(), static_cast<int>(message.size())),
              static_cast<int>(message.size()));
    return take();
  }
  Bytes open(ByteView record) {
    give(record);
    Bytes message(32768);
    ERR_clear_error();
    const int size = SSL_read(ssl(), message.data(), static_cast<int>(message.size()));
    message.resize(size < 0 ? 0 : static_cast<std::size_t>(size));
    return message;
  }

  // Both sides, until ours is established and has taken all.
  ::testing::AssertionResult establish(tls::Session& ours) {
    Bytes from_ours = ours.handshake({}).token;  // a server of ours gives nothing
    for (int leg = 0; leg < 10; ++leg) {
      const Bytes from_plain = handshake(from_ours);
      if (from_plain.empty()) return ::testing::AssertionFailure() << "the plain peer is silent";
      tls::HandshakeStep step = ours.handshake(from_plain);
      if (!step.done) return ::testing::AssertionFailure() << step.done.error().why;
      from_ours = step.token;
      if (*step.done) {
        left_over_ =
            Bytes(from_plain.end() - static_cast<std::ptrdiff_t>(step.unread), from_plain.end());
        if (!from_ours.empty()) append(left_over_, handshake(from_ours));
        return SSL_is_init_finished(ssl()) != 0
                   ? ::testing::AssertionSuccess()
                   : ::testing::AssertionFailure() << "the plain peer is not established";
      }
    }
    return ::testing::AssertionFailure() << "no end";
  }
  // What the plain peer sent beyond the handshake: session tickets.
  [[nodiscard]] const Bytes& left_over() const { return left_over_; }

 private:
  std::unique_ptr<SSL_CTX, decltype(&SSL_CTX_free)> ctx_;
  std::unique_ptr<SSL, decltype(&SSL_free)> ssl_{nullptr, SSL_free};
  BIO* in_ = nullptr;   // owned by ssl_
  BIO* out_ = nullptr;  // owned by ssl_
  Bytes left_over_;
};

}  // namespace opensspi::test
