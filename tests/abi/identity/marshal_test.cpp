// Identities as bytes, and encrypted in place.
#include "abi/identity/identity.h"

namespace caller {
namespace {

Bytes marshal(PSEC_WINNT_AUTH_IDENTITY_OPAQUE identity) {
  ULONG size = 0;
  char* bytes = nullptr;
  EXPECT_STATUS(SEC_E_OK, SspiMarshalAuthIdentity(identity, &size, &bytes));
  Bytes out(bytes, bytes + size);
  SspiLocalFree(bytes);
  return out;
}

SECURITY_STATUS unmarshal(const Bytes& bytes, Identity& out) {
  Bytes exact = bytes;  // so that the sanitizers see a read past the end
  exact.shrink_to_fit();
  return SspiUnmarshalAuthIdentity(static_cast<ULONG>(exact.size()),
                                   reinterpret_cast<char*>(exact.data()), out.out());
}

TEST(Marshal, RoundTrip) {
  IdentityA plain;
  const Bytes bytes = marshal(plain.get());
  Identity identity;
  ASSERT_STATUS(SEC_E_OK, unmarshal(bytes, identity));
  EXPECT_EQ(decode(identity), kAlice);
  EXPECT_EQ(marshal(identity.get()), bytes);
}

TEST(Marshal, NeedsItsArguments) {
  const Identity identity = encode();
  ULONG size = 0;
  char* bytes = nullptr;
  Identity out;
  EXPECT_STATUS(SEC_E_INVALID_PARAMETER, SspiMarshalAuthIdentity(nullptr, &size, &bytes));
  EXPECT_STATUS(SEC_E_INVALID_PARAMETER, SspiMarshalAuthIdentity(identity.get(), nullptr, &bytes));
  EXPECT_STATUS(SEC_E_INVALID_PARAMETER, SspiMarshalAuthIdentity(identity.get(), &size, nullptr));
  EXPECT_STATUS(SEC_E_INVALID_PARAMETER, SspiUnmarshalAuthIdentity(48, nullptr, out.out()));
}

TEST(Unmarshal, RefusesEveryCut) {
  const Bytes bytes = marshal(encode().get());
  for (std::size_t size = 1; size < bytes.size(); ++size) {
    Identity out;
    const Bytes cut(bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(size));
    EXPECT_STATUS(SEC_E_INVALID_TOKEN, unmarshal(cut, out)) << size;
    EXPECT_EQ(out.get(), nullptr);
  }
}

TEST(Unmarshal, SurvivesEveryFlippedByte) {
  const Bytes bytes = marshal(encode().get());
  for (std::size_t at = 0; at < bytes.size(); ++at)
    for (const int mask : {0x01, 0x10, 0x80, 0xFF}) {
      Bytes changed = bytes;
      changed[at] = static_cast<std::uint8_t>(changed[at] ^ mask);
      Identity out;
      if (unmarshal(changed, out) != SEC_E_OK) continue;
      EXPECT_STATUS(SEC_E_OK, SspiValidateAuthIdentity(out.get()));
    }
}

// The forms with pointers never come from elsewhere.
TEST(Unmarshal, TakesNoPointers) {
  IdentityW plain;
  Bytes bytes(sizeof *plain.get());
  std::memcpy(bytes.data(), plain.get(), bytes.size());
  Identity out;
  EXPECT_STATUS(SEC_E_INVALID_TOKEN, unmarshal(bytes, out));
}

TEST(Encrypt, HidesInPlaceAndGivesBack) {
  const Identity identity = encode();
  const Bytes clear = identity.bytes();
  EXPECT_EQ(FALSE, SspiIsAuthIdentityEncrypted(identity.get()));
  ASSERT_STATUS(SEC_E_OK, SspiEncryptAuthIdentity(identity.get()));
  EXPECT_EQ(TRUE, SspiIsAuthIdentityEncrypted(identity.get()));
  const Bytes secret = identity.bytes();
  constexpr SEC_WCHAR kStart[] = u"Queen";
  const auto* start = reinterpret_cast<const std::uint8_t*>(kStart);
  EXPECT_EQ(std::search(secret.begin(), secret.end(), start, start + 10), secret.end());
  EXPECT_STATUS(SEC_E_OK, SspiValidateAuthIdentity(identity.get()));

  ASSERT_STATUS(SEC_E_OK, SspiDecryptAuthIdentity(identity.get()));
  EXPECT_EQ(FALSE, SspiIsAuthIdentityEncrypted(identity.get()));
  EXPECT_EQ(identity.bytes(), clear);
}

TEST(Encrypt, StaysOverCopiesAndBytes) {
  const Identity identity = encode();
  ASSERT_STATUS(SEC_E_OK, SspiEncryptAuthIdentityEx(SEC_WINNT_AUTH_IDENTITY_ENCRYPT_SAME_PROCESS,
                                                    identity.get()));
  Identity copy, back;
  ASSERT_STATUS(SEC_E_OK, SspiCopyAuthIdentity(identity.get(), copy.out()));
  ASSERT_STATUS(SEC_E_OK, unmarshal(marshal(copy.get()), back));
  EXPECT_EQ(TRUE, SspiIsAuthIdentityEncrypted(back.get()));
  ASSERT_STATUS(SEC_E_OK, SspiDecryptAuthIdentityEx(SEC_WINNT_AUTH_IDENTITY_ENCRYPT_SAME_PROCESS,
                                                    back.get()));
  EXPECT_EQ(decode(back), kAlice);
}

TEST(Encrypt, ForOthersIsRefused) {
  const Identity identity = encode();
  for (const ULONG option : {ULONG{SEC_WINNT_AUTH_IDENTITY_ENCRYPT_SAME_LOGON},
                             ULONG{SEC_WINNT_AUTH_IDENTITY_ENCRYPT_FOR_SYSTEM}}) {
    EXPECT_STATUS(SEC_E_UNSUPPORTED_FUNCTION, SspiEncryptAuthIdentityEx(option, identity.get()));
    EXPECT_STATUS(SEC_E_UNSUPPORTED_FUNCTION, SspiDecryptAuthIdentityEx(option, identity.get()));
    EXPECT_STRNE("", why());
  }
  EXPECT_STATUS(SEC_E_INVALID_PARAMETER, SspiEncryptAuthIdentityEx(0, identity.get()));
  EXPECT_STATUS(SEC_E_INVALID_PARAMETER, SspiEncryptAuthIdentityEx(3, identity.get()));
  EXPECT_STATUS(SEC_E_INVALID_PARAMETER, SspiEncryptAuthIdentity(nullptr));
  EXPECT_STATUS(SEC_E_INVALID_PARAMETER, SspiDecryptAuthIdentity(nullptr));
  EXPECT_EQ(FALSE, SspiIsAuthIdentityEncrypted(nullptr));
}

// In the caller's own structures there is no room to do it well.
TEST(Encrypt, OnlyOfOneBlock) {
  IdentityW plain;
  EXPECT_STATUS(SEC_E_INVALID_PARAMETER, SspiEncryptAuthIdentity(plain.get()));
  EXPECT_NE(std::string(why()).find("SspiCopyAuthIdentity"), std::string::npos);
  EXPECT_EQ(decode(plain.get()), kAlice);
}

TEST(Decrypt, FindsChanges) {
  const Identity identity = encode();
  ASSERT_STATUS(SEC_E_OK, SspiEncryptAuthIdentity(identity.get()));
  static_cast<std::uint8_t*>(identity.get())[60] ^= 1;
  EXPECT_STATUS(SEC_E_DECRYPT_FAILURE, SspiDecryptAuthIdentity(identity.get()));
  EXPECT_STATUS(SEC_E_DECRYPT_FAILURE, SspiValidateAuthIdentity(identity.get()));
  static_cast<std::uint8_t*>(identity.get())[60] ^= 1;
  ASSERT_STATUS(SEC_E_OK, SspiDecryptAuthIdentity(identity.get()));
  EXPECT_EQ(decode(identity), kAlice);
}

}  // namespace
}  // namespace caller
