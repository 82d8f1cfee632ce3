// The binding hashes, and sealing in the form of [MS-CSSP] 2.2.1: GSS_WrapEx, that is the token
// first and the ciphertext behind it, with no length between.
#include "credssp/pub_key_auth.h"

#include <string_view>
#include <utility>

#include "crypto/digest.h"

namespace opensspi::credssp {
namespace {

using namespace std::string_view_literals;

// [MS-CSSP] 3.1.5: both with their NUL, 38 bytes.
constexpr std::string_view kClientServerHashMagic = "CredSSP Client-To-Server Binding Hash\0"sv;
constexpr std::string_view kServerClientHashMagic = "CredSSP Server-To-Client Binding Hash\0"sv;
static_assert(kClientServerHashMagic.size() == 38 && kServerClientHashMagic.size() == 38);

// The order of the pseudo code; the prose names the key first, no implementation follows it.
Bytes binding_hash(std::string_view magic, const KeyBinding& binding) {
  return copy(crypto::sha256({view(magic), binding.nonce, binding.subject_public_key}));
}

bool is_hashed(const KeyBinding& binding) {
  return binding.version >= kFirstVersionWithNonce;
}

Result<Bytes> seal(MessageProtection& protection, ByteView plaintext) {
  SecretBytes data(plaintext);
  const MessagePart part{data.expose_mutable()};
  Bytes out(protection.sizes().security_trailer);
  TRY_ASSIGN(const std::size_t token_size, protection.seal({&part, 1}, out, Qop::Seal));
  out.resize(token_size);
  append(out, data.expose());
  return out;
}

// Whatever the inner package says of it, a blob that does not open was altered or is not ours.
Result<SecretBytes> unseal(MessageProtection& protection, ByteView blob, const char* why) {
  SecretBytes stream(blob);
  const Result<Unsealed> opened = protection.unseal_stream(stream.expose_mutable());
  if (!opened) return fail(Status::MessageAltered, why);
  return SecretBytes(ByteView(opened->message));
}

}  // namespace

Bytes client_binding(const KeyBinding& binding) {
  if (is_hashed(binding)) return binding_hash(kClientServerHashMagic, binding);
  return copy(binding.subject_public_key);
}

Bytes server_binding(const KeyBinding& binding) {
  if (is_hashed(binding)) return binding_hash(kServerClientHashMagic, binding);
  Bytes key = copy(binding.subject_public_key);
  // No real key starts with 0xFF, where the specification leaves the carry open.
  if (!key.empty()) ++key.front();
  return key;
}

PubKeyAuthVerified::PubKeyAuthVerified(PubKeyAuthVerified&& other) noexcept
    : protection_(std::exchange(other.protection_, nullptr)) {}

PubKeyAuthVerified& PubKeyAuthVerified::operator=(PubKeyAuthVerified&& other) noexcept {
  protection_ = std::exchange(other.protection_, nullptr);
  return *this;
}

Result<Bytes> PubKeyAuthVerified::seal_credentials(const SecretBytes& ts_credentials) && {
  MessageProtection* protection = std::exchange(protection_, nullptr);
  if (protection == nullptr) return fail(Status::InternalError, "the proof is already spent");
  return seal(*protection, ts_credentials.expose());
}

Result<Bytes> PubKeyAuthVerified::answer(const KeyBinding& binding) {
  if (protection_ == nullptr) return fail(Status::InternalError, "the proof is already spent");
  return seal(*protection_, server_binding(binding));
}

Result<SecretBytes> PubKeyAuthVerified::open_credentials(ByteView auth_info) && {
  MessageProtection* protection = std::exchange(protection_, nullptr);
  if (protection == nullptr) return fail(Status::InternalError, "the proof is already spent");
  return unseal(*protection, auth_info, "the client's authInfo does not open");
}

Result<Bytes> make_client_pub_key_auth(MessageProtection& protection, const KeyBinding& binding) {
  return seal(protection, client_binding(binding));
}

Result<PubKeyAuthVerified> verify_server_pub_key_auth(MessageProtection& protection,
                                                      const KeyBinding& binding,
                                                      ByteView pub_key_auth) {
  TRY_ASSIGN(const SecretBytes bound,
             unseal(protection, pub_key_auth, "the server's pubKeyAuth does not open"));
  // [MS-CSSP] 3.1.5: the client compares before it sends any credential.
  if (!equal(bound.expose(), server_binding(binding))) {
    return fail(Status::MutualAuthFailed,
                "the server's pubKeyAuth is not for this TLS key: somebody may stand between");
  }
  return PubKeyAuthVerified(protection);
}

Result<PubKeyAuthVerified> verify_client_pub_key_auth(MessageProtection& protection,
                                                      const KeyBinding& binding,
                                                      ByteView pub_key_auth) {
  TRY_ASSIGN(const SecretBytes bound,
             unseal(protection, pub_key_auth, "the client's pubKeyAuth does not open"));
  // [MS-CSSP] 3.1.5: the server answers only a client that sees the server's own key.
  if (!equal(bound.expose(), client_binding(binding))) {
    return fail(Status::MessageAltered,
                "the client's pubKeyAuth is for another TLS key: somebody may stand between");
  }
  return PubKeyAuthVerified(protection);
}

}  // namespace opensspi::credssp
