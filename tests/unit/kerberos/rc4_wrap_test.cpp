// MIC and Wrap tokens of RFC 4757: [MS-KILE]'s vector, and what both sides of ours make of them.
#include "kerberos/rc4_wrap.h"

#include <gtest/gtest.h>

#include "support/vectors.h"
#include "unit/kerberos/protected_session.h"

namespace opensspi::kerberos {
namespace {

using test::to_hex;
using test::Vectors;

constexpr std::int32_t kRc4Hmac = 23;

TEST(Rc4Wrap, OfTheSpecificationIsRead) {
  Vectors v("kerberos/rc4_wrap.txt");
  const auto server = make_message_tokens(std::move(*MessageKey::make(kRc4Hmac, v.bytes("Key"))),
                                          {Role::Server, true});
  ASSERT_TRUE(server) << server.error().why;
  Bytes stream = v.bytes("Token");
  EXPECT_EQ((*server)->number_of(stream), v.number("Number"));
  append(stream, v.bytes("Data"));
  const auto opened = (*server)->unseal_stream(stream);
  ASSERT_TRUE(opened) << opened.error().why;
  EXPECT_EQ(to_hex(opened->message), v.text("Plaintext"));
  EXPECT_TRUE(v.all_consumed());
}

TEST(Rc4Wrap, OfMitIsRead) {
  Vectors v("kerberos/rc4_wrap_mit.txt");
  const Bytes key = v.bytes("Key");
  for (const auto& [sender, receiver_role] :
       {std::pair{std::string("Initiator"), Role::Server}, {"Acceptor", Role::Client}}) {
    const auto tokens = [&](Role role) {
      return std::move(
          *make_message_tokens(std::move(*MessageKey::make(kRc4Hmac, key)), {role, true}));
    };
    const auto receiver = tokens(receiver_role);
    Bytes message = copy(view(kText));
    const MessagePart part{message};
    const Bytes mic = v.bytes(sender + "Mic");
    EXPECT_TRUE(receiver->verify({&part, 1}, mic));
    // Signatures have no confounder: ours are theirs.
    Bytes made(mic.size());
    const Role sender_role = receiver_role == Role::Client ? Role::Server : Role::Client;
    ASSERT_TRUE(tokens(sender_role)->sign({&part, 1}, *receiver->number_of(mic), made));
    EXPECT_EQ(to_hex(made), to_hex(mic));
    for (const auto& [name, text] :
         {std::pair{"Sealed", kText}, {"Signed", kText}, {"Empty", ""}}) {
      Bytes token = v.bytes(sender + name);
      const auto opened = receiver->unseal_stream(token);
      ASSERT_TRUE(opened) << name << ' ' << opened.error().why;
      EXPECT_EQ(to_hex(opened->message), to_hex(view(text)));
      EXPECT_EQ(opened->qop == Qop::SignOnly, std::string_view(name) == "Signed");
    }
  }
  EXPECT_TRUE(v.all_consumed());
}

TEST(Rc4Wrap, KeepsTheMessageInItsPlace) {
  ProtectedPair pair(kRc4Hmac);
  for (const Qop qop : {Qop::Seal, Qop::SignOnly}) {
    for (const std::size_t size : {0U, 1U, 15U, 100U, 5000U, 70000U}) {
      const Bytes plain(size, 'p');
      Sealed sealed = seal(pair.client, plain, qop);
      const auto opened = unseal(pair.server, sealed);
      ASSERT_TRUE(opened) << opened.error().why;
      EXPECT_EQ(*opened, qop);
      EXPECT_EQ(sealed.data, plain);
    }
  }
}

TEST(Rc4Wrap, AsAStreamEndsWithAByteOne) {
  ProtectedPair pair(kRc4Hmac);
  EXPECT_EQ(pair.client.padding_size(), 1U);
  Bytes padded = copy(view(kText));
  padded.push_back(1);
  Sealed sealed = seal(pair.client, padded, Qop::Seal);
  append(sealed.token, sealed.data);
  const auto opened = pair.server.unseal_stream(sealed.token);
  ASSERT_TRUE(opened) << opened.error().why;
  EXPECT_EQ(to_hex(opened->message), to_hex(view(kText)));
  EXPECT_EQ(ProtectedPair(kRc4Hmac, kEverything, true).client.padding_size(), 0U);
}

TEST(Rc4Wrap, RefusesEachByteFlippedAndChangesNothing) {
  for (const Qop qop : {Qop::Seal, Qop::SignOnly}) {
    ProtectedPair pair(kRc4Hmac);
    const Sealed good = seal(pair.client, view(kText), qop);
    const Bytes text = copy(view(kText));
    const Bytes mic = sign(pair.client, text);
    for (std::size_t at = 0; at < good.token.size() + good.data.size(); ++at) {
      if (at == 1) continue;  // LENGTH, which differs between styles
      Sealed bad = good;
      (at < good.token.size() ? bad.token[at] : bad.data[at - good.token.size()]) ^= 1;
      const Bytes before = bad.data;
      EXPECT_FALSE(unseal(pair.server, bad)) << at;
      EXPECT_EQ(bad.data, before) << at;
      Sealed cut = good;
      cut.token.resize(std::min(at, cut.token.size() - 1));
      EXPECT_FALSE(unseal(pair.server, cut)) << at;
    }
    Sealed last = good;
    EXPECT_TRUE(unseal(pair.server, last));
    for (std::size_t at = 0; at < mic.size(); ++at) {
      if (at == 1) continue;
      Bytes bad = mic;
      bad[at] ^= 1;
      EXPECT_FALSE(verify(pair.server, text, bad)) << at;
      EXPECT_FALSE(verify(pair.server, text, ByteView(mic).first(at))) << at;
    }
    EXPECT_FALSE(verify(pair.server, copy(view("another")), mic));
    EXPECT_TRUE(verify(pair.server, text, mic));
  }
}

TEST(Rc4Wrap, CountsAndKnowsDirections) {
  ProtectedPair pair(kRc4Hmac);
  Sealed first = seal(pair.server, view(kText), Qop::Seal);
  const Sealed again = first, second = seal(pair.server, view(kText), Qop::Seal);
  Sealed late = second, replay = again, own = again;
  EXPECT_EQ(status_of(unseal(pair.client, late)), Status::OutOfSequence);
  EXPECT_TRUE(unseal(pair.client, first));
  EXPECT_EQ(status_of(unseal(pair.client, replay)), Status::OutOfSequence);
  EXPECT_TRUE(unseal(pair.client, late));  // its number wrapped around
  EXPECT_EQ(status_of(unseal(pair.server, own)), Status::MessageAltered);
}

TEST(Rc4Wrap, NeedsRoomForItsToken) {
  ProtectedPair pair(kRc4Hmac);
  Bytes data = copy(view(kText)), token(44);
  const MessagePart part{data};
  EXPECT_EQ(pair.client.seal({&part, 1}, token, Qop::Seal).error().status, Status::BufferTooSmall);
  EXPECT_EQ(data, copy(view(kText)));
  EXPECT_EQ(pair.client.sign({&part, 1}, ByteSpan(token).first(36)).error().status,
            Status::BufferTooSmall);
}

}  // namespace
}  // namespace opensspi::kerberos
