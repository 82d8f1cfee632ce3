// A TLS 1.3 peer changes its keys while the session runs and asks for the same (RFC 8446 4.6.3).
// This library never does, so the KeyUpdate is made here, under keys out of the key log.
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include "abi/credssp/pair.h"

namespace caller {
namespace {

// TSRequests of the client before: NEGOTIATE, AUTHENTICATE with pubKeyAuth, authInfo.
constexpr std::uint8_t kRecordsBefore = 3;

void note_client_secret(const char* line, void* secret) {
  const std::string_view text = line;
  if (text.starts_with("CLIENT_TRAFFIC_SECRET_0 "))
    *static_cast<std::string*>(secret) = text.substr(text.rfind(' ') + 1);
}

Bytes from_hex(std::string_view digits) {
  Bytes bytes;
  for (std::size_t i = 0; i + 1 < digits.size(); i += 2)
    bytes.push_back(
        static_cast<std::uint8_t>(std::stoi(std::string(digits.substr(i, 2)), nullptr, 16)));
  return bytes;
}

// HKDF-Expand-Label of RFC 8446 7.1 with SHA-256, for no more than one block.
Bytes expand_label(const Bytes& secret, const std::string& label, std::uint8_t size) {
  const std::string full = "tls13 " + label;
  Bytes info = {0, size, static_cast<std::uint8_t>(full.size())};
  for (const char c : full) info.push_back(static_cast<std::uint8_t>(c));
  info.push_back(0);
  info.push_back(1);  // the first block
  Bytes block(EVP_MAX_MD_SIZE);
  HMAC(EVP_sha256(), secret.data(), static_cast<int>(secret.size()), info.data(), info.size(),
       block.data(), nullptr);
  block.resize(size);
  return block;
}

// A record of TLS_AES_128_GCM_SHA256.
Bytes seal(const Bytes& secret, std::uint8_t sequence_number, const Bytes& inner) {
  const Bytes key = expand_label(secret, "key", 16);
  Bytes nonce = expand_label(secret, "iv", 12);
  nonce.back() = static_cast<std::uint8_t>(nonce.back() ^ sequence_number);
  Bytes record = {0x17, 3, 3, 0, static_cast<std::uint8_t>(inner.size() + 16)};
  Bytes sealed(inner.size() + 16);
  EVP_CIPHER_CTX* cipher = EVP_CIPHER_CTX_new();
  int size = 0;
  EXPECT_EQ(1, EVP_EncryptInit_ex(cipher, EVP_aes_128_gcm(), nullptr, key.data(), nonce.data()));
  EVP_EncryptUpdate(cipher, nullptr, &size, record.data(), static_cast<int>(record.size()));
  EVP_EncryptUpdate(cipher, sealed.data(), &size, inner.data(), static_cast<int>(inner.size()));
  EVP_EncryptFinal_ex(cipher, sealed.data() + size, &size);
  EXPECT_EQ(1, EVP_CIPHER_CTX_ctrl(cipher, EVP_CTRL_GCM_GET_TAG, 16, sealed.data() + inner.size()));
  EVP_CIPHER_CTX_free(cipher);
  record.insert(record.end(), sealed.begin(), sealed.end());
  return record;
}

TEST(KeyUpdate, IsAnsweredByALegAndTheSessionGoesOn) {
  std::string secret;
  opensspi_set_key_log_callback(note_client_secret, &secret);
  CredSspPair pair(Options{.client_protocols = SP_PROT_TLS1_3_CLIENT});
  ASSERT_LOGGED_ON(pair.client, pair.server);
  opensspi_set_key_log_callback(nullptr, nullptr);
  ASSERT_EQ(64u, secret.size()) << "not TLS_AES_128_GCM_SHA256";

  const Bytes update_requested = {0x18, 0, 0, 1, 1, 0x16};  // KeyUpdate, content type handshake
  Bytes record = seal(from_hex(secret), kRecordsBefore, update_requested);
  EXPECT_STATUS(SEC_I_RENEGOTIATE, decrypt(pair.server, record).status);
  // Until it is answered nothing else may go out.
  std::uint8_t too_little[3];
  SecBuffer out{sizeof too_little, SECBUFFER_TOKEN, too_little};
  SecBufferDesc output{SECBUFFER_VERSION, 1, &out};
  Leg no_room;
  EXPECT_STATUS(SEC_E_INSUFFICIENT_MEMORY, pair.server.call(nullptr, &output, no_room, 0));
  const Leg answer = pair.server.step({});
  EXPECT_STATUS(SEC_E_OK, answer.status);
  ASSERT_FALSE(answer.token.empty());

  Bytes stream = answer.token;
  const Bytes message = encrypt(pair.server, "under new keys");
  stream.insert(stream.end(), message.begin(), message.end());
  Received received = decrypt(pair.client, stream);
  EXPECT_STATUS(SEC_E_OK, received.status);
  EXPECT_EQ("", received.text);
  received = decrypt(pair.client, received.extra);
  EXPECT_STATUS(SEC_E_OK, received.status);
  EXPECT_EQ("under new keys", received.text);
}

}  // namespace
}  // namespace caller
