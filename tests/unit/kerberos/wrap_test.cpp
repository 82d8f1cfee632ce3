// MIC and Wrap tokens of RFC 4121: MIT's own, both forms of rotation, and what each damage does.
#include "kerberos/wrap.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "support/vectors.h"
#include "unit/kerberos/protected_session.h"

namespace opensspi::kerberos {
namespace {

using test::to_hex;
using test::Vectors;

constexpr std::size_t kHeader = 16;

MessageFormat receiver_of(const std::string& sender) {
  return {sender == "Initiator" ? Role::Server : Role::Client, true};
}

// Rotates the body of a Wrap token further to the right.
Bytes rotated(Bytes token, std::size_t by) {
  std::ranges::rotate(token.begin() + kHeader, token.end() - static_cast<std::ptrdiff_t>(by),
                      token.end());
  token[6] = static_cast<std::uint8_t>(by >> 8);
  token[7] = static_cast<std::uint8_t>(by);
  return token;
}

class WrapVectors : public testing::TestWithParam<std::size_t> {
 protected:
  Vectors vectors_ = Vectors::sections("kerberos/wrap.txt").at(GetParam());
  Bytes key_ = vectors_.bytes("Key");
  std::int32_t enctype_ = static_cast<std::int32_t>(vectors_.number("Enctype"));

  [[nodiscard]] std::unique_ptr<MessageTokens> tokens(MessageFormat format) const {
    return std::move(*make_message_tokens(std::move(*MessageKey::make(enctype_, key_)), format));
  }
};

TEST_P(WrapVectors, AreRead) {
  for (const std::string sender : {"Initiator", "Acceptor"}) {
    const auto receiver = tokens(receiver_of(sender));
    Bytes message = copy(view(kText));
    const MessagePart part{message};
    const Bytes mic = vectors_.bytes(sender + "Mic");
    EXPECT_TRUE(receiver->verify({&part, 1}, mic));
    // Signatures have no confounder: ours are theirs.
    MessageFormat format = receiver_of(sender);
    format.role = format.role == Role::Client ? Role::Server : Role::Client;
    Bytes made(mic.size());
    ASSERT_TRUE(tokens(format)->sign({&part, 1}, *receiver->number_of(mic), made));
    EXPECT_EQ(to_hex(made), to_hex(mic));

    for (const auto& [name, text] :
         {std::pair{"Sealed", kText}, {"Signed", kText}, {"Empty", ""}}) {
      const Bytes token = vectors_.bytes(sender + name);
      for (std::size_t by = 0; by < 3 * token.size(); ++by) {
        Bytes turned = rotated(token, by % (token.size() - kHeader));
        turned[6] = static_cast<std::uint8_t>(by >> 8);
        turned[7] = static_cast<std::uint8_t>(by);
        const auto opened = receiver->unseal_stream(turned);
        ASSERT_TRUE(opened) << name << ' ' << by << ' ' << opened.error().why;
        EXPECT_EQ(to_hex(opened->message), to_hex(view(text)));
        EXPECT_EQ(opened->qop == Qop::SignOnly, std::string_view(name) == "Signed");
      }
    }
  }
  EXPECT_TRUE(vectors_.all_consumed());
}

TEST_P(WrapVectors, AreReadInTwoBuffersWhereverTheyAreCut) {
  const auto receiver = tokens(receiver_of("Initiator"));
  const Bytes token = vectors_.bytes("InitiatorSealed");
  const std::size_t cut = token.size() - kText.size();
  const Bytes split = rotated(token, cut - kHeader - 16);  // all but the message comes first
  for (const Bytes& whole : {token, split}) {
    Bytes data(whole.begin() + static_cast<std::ptrdiff_t>(cut), whole.end());
    const MessagePart part{data};
    ASSERT_TRUE(receiver->unseal({&part, 1}, ByteView(whole).first(cut)));
    EXPECT_EQ(to_hex(data), to_hex(view(kText)));
  }
}

INSTANTIATE_TEST_SUITE_P(EachEnctype, WrapVectors, testing::Range<std::size_t>(0, 4));

// ---- Both sides of ours -------------------------------------------------------------------------

class Wrap : public testing::TestWithParam<std::int32_t> {
 protected:
  ProtectedPair pair_{GetParam()};
};

TEST_P(Wrap, KeepsTheMessageInItsPlace) {
  for (const Qop qop : {Qop::Seal, Qop::SignOnly}) {
    for (const std::size_t size : {0U, 1U, 15U, 16U, 17U, 100U, 5000U}) {
      const Bytes plain(size, 'p');
      Sealed sealed = seal(pair_.client, plain, qop);
      EXPECT_EQ(sealed.data.size(), size);
      if (size != 1) {  // one byte may be encrypted as itself
        EXPECT_EQ(sealed.data == plain, qop == Qop::SignOnly || size == 0);
      }
      const auto opened = unseal(pair_.server, sealed);
      ASSERT_TRUE(opened) << opened.error().why;
      EXPECT_EQ(*opened, qop);
      EXPECT_EQ(sealed.data, plain);
    }
  }
}

// [MS-KILE] 3.4.5.4.1: RRC is 28 sealed and 12 signed with AES and SHA-1, EC 0.
TEST(WrapToken, IsAsWindowsAndFreeRdpTakeIt) {
  ProtectedPair pair(kAes256Sha1);
  const Sealed sealed = seal(pair.client, view(kText), Qop::Seal);
  EXPECT_EQ(sealed.token.size(), 60U);
  EXPECT_EQ(to_hex(ByteView(sealed.token).first(16)), "050406ff0000001c0000000000000007");
  const Sealed signed_only = seal(pair.client, view(kText), Qop::SignOnly);
  EXPECT_EQ(to_hex(ByteView(signed_only.token).first(16)), "050404ff000c000c0000000000000008");
  EXPECT_EQ(signed_only.token.size(), 28U);
  EXPECT_EQ(pair.client.sizes().security_trailer, 76U);
  EXPECT_EQ(pair.client.sizes().max_signature, 28U);
}

// Windows' own: EC 16, and rotated by RRC and EC.
TEST(WrapToken, OfWindowsHasBytesBehindTheMessage) {
  ProtectedPair pair(kAes256Sha1, kEverything, true);
  Sealed sealed = seal(pair.client, view(kText), Qop::Seal);
  EXPECT_EQ(to_hex(ByteView(sealed.token).first(16)), "050406ff0010001c0000000000000007");
  EXPECT_EQ(sealed.token.size(), 76U);
  Bytes stream = sealed.token;
  append(stream, sealed.data);
  ProtectedPair plain(kAes256Sha1);  // a receiver that knows nothing of DCE
  const auto opened = plain.server.unseal_stream(stream);
  ASSERT_TRUE(opened) << opened.error().why;
  EXPECT_EQ(to_hex(opened->message), to_hex(view(kText)));
  ASSERT_TRUE(unseal(pair.server, sealed));
  EXPECT_EQ(to_hex(sealed.data), to_hex(view(kText)));
}

TEST_P(Wrap, CoversHeadersThatItDoesNotSeal) {
  for (const Qop qop : {Qop::Seal, Qop::SignOnly}) {
    Bytes header = copy(view("header")), data = copy(view(kText)), more = copy(view("and more")),
          outside = copy(view("outside")), token(128);
    const MessagePart parts[] = {{header, MessagePart::Cover::SignOnly},
                                 {data},
                                 {outside, MessagePart::Cover::None},
                                 {more}};
    const auto size = pair_.client.seal(parts, token, qop);
    ASSERT_TRUE(size) << size.error().why;
    token.resize(*size);
    EXPECT_EQ(header, copy(view("header")));
    const Bytes sealed = data;
    header[0] ^= 1;
    EXPECT_EQ(status_of(pair_.server.unseal(parts, token)), Status::MessageAltered);
    EXPECT_EQ(data, sealed);
    header[0] ^= 1;
    outside[0] ^= 1;
    ASSERT_TRUE(pair_.server.unseal(parts, token));
    EXPECT_EQ(data, copy(view(kText)));
    EXPECT_EQ(more, copy(view("and more")));
  }
}

TEST_P(Wrap, RefusesEachByteFlippedAndChangesNothing) {
  for (const Qop qop : {Qop::Seal, Qop::SignOnly}) {
    const Sealed good = seal(pair_.client, view(kText), qop);
    for (std::size_t at = 0; at < good.token.size() + good.data.size(); ++at) {
      for (const unsigned bit : {0x01U, 0x80U}) {
        Sealed bad = good;
        std::uint8_t& byte =
            at < good.token.size() ? bad.token[at] : bad.data[at - good.token.size()];
        byte = static_cast<std::uint8_t>(byte ^ bit);
        const Sealed before = bad;
        EXPECT_FALSE(unseal(pair_.server, bad)) << at;
        EXPECT_EQ(bad.data, before.data) << at;
      }
    }
    Sealed last = good;
    EXPECT_TRUE(unseal(pair_.server, last));
  }
}

TEST_P(Wrap, RefusesEveryTruncation) {
  for (const Qop qop : {Qop::Seal, Qop::SignOnly}) {
    const Sealed good = seal(pair_.client, view(kText), qop);
    Bytes stream = good.token;
    append(stream, good.data);
    for (std::size_t size = 0; size < stream.size(); ++size) {
      Bytes cut(stream.begin(), stream.begin() + static_cast<std::ptrdiff_t>(size));
      EXPECT_FALSE(pair_.server.unseal_stream(cut)) << size;
      if (size >= good.token.size()) continue;
      Sealed short_token{good.data, cut};
      EXPECT_FALSE(unseal(pair_.server, short_token)) << size;
    }
    EXPECT_TRUE(pair_.server.unseal_stream(stream));
  }
}

TEST_P(Wrap, SignatureCoversEachByteOfBoth) {
  const Bytes text = copy(view(kText));
  const Bytes good = sign(pair_.client, text);
  EXPECT_EQ(good.size(), pair_.client.sizes().max_signature);
  for (std::size_t at = 0; at < good.size(); ++at) {
    Bytes bad = good;
    bad[at] ^= 1;
    EXPECT_FALSE(verify(pair_.server, text, bad)) << at;
    EXPECT_FALSE(verify(pair_.server, text, ByteView(good).first(at))) << at;
  }
  for (std::size_t at = 0; at < text.size(); ++at) {
    Bytes bad = text;
    bad[at] ^= 1;
    EXPECT_EQ(status_of(verify(pair_.server, bad, good)), Status::MessageAltered) << at;
  }
  EXPECT_TRUE(verify(pair_.server, text, good));
}

TEST_P(Wrap, IsNotTheSendersOwn) {
  Sealed sealed = seal(pair_.client, view(kText), Qop::Seal);
  EXPECT_EQ(status_of(unseal(pair_.client, sealed)), Status::MessageAltered);
  const Bytes text = copy(view(kText));
  EXPECT_EQ(status_of(verify(pair_.client, text, sign(pair_.client, text))),
            Status::MessageAltered);
}

TEST_P(Wrap, IsNoSignatureAndASignatureIsNoMessage) {
  ProtectedPair pair(GetParam(), kProtected);
  const Bytes text = copy(view(kText));
  Sealed as_message{text, sign(pair.client, text)};
  EXPECT_EQ(status_of(unseal(pair.server, as_message)), Status::InvalidToken);
  const Sealed sealed = seal(pair.client, text, Qop::SignOnly);
  EXPECT_EQ(status_of(verify(pair.server, text, sealed.token)), Status::InvalidToken);
}

TEST_P(Wrap, NeedsRoomForItsToken) {
  Bytes data = copy(view(kText));
  const MessagePart part{data};
  const std::size_t sealed = seal(pair_.client, view(kText), Qop::Seal).token.size();
  const std::size_t number_before = pair_.client.sizes().max_signature;
  Bytes token(sealed - 1), mic(number_before - 1);
  EXPECT_EQ(pair_.client.seal({&part, 1}, token, Qop::Seal).error().status, Status::BufferTooSmall);
  EXPECT_EQ(pair_.client.seal({&part, 1}, ByteSpan(token).first(20), Qop::SignOnly).error().status,
            Status::BufferTooSmall);
  EXPECT_EQ(pair_.client.sign({&part, 1}, mic).error().status, Status::BufferTooSmall);
  EXPECT_EQ(data, copy(view(kText)));
}

INSTANTIATE_TEST_SUITE_P(EachEnctype, Wrap,
                         testing::Values(kAes128Sha1, kAes256Sha1, kAes128Sha2, kAes256Sha2));

TEST(MessageKey, IsOfAKnownKindAndLength) {
  EXPECT_EQ(MessageKey::make(99, Bytes(16)).error().status, Status::AlgorithmMismatch);
  EXPECT_EQ(MessageKey::make(kAes256Sha1, Bytes(31)).error().status, Status::AlgorithmMismatch);
  constexpr std::int32_t kDes3 = 16;
  auto des = MessageKey::make(kDes3, Bytes(24, 'k'));
  ASSERT_TRUE(des);
  EXPECT_EQ(make_message_tokens(std::move(*des), {}).error().status, Status::UnsupportedFunction);
}

}  // namespace
}  // namespace opensspi::kerberos
