// Signatures and seals: the vectors, Windows' rules on buffers, and what a failure leaves behind.
#include "ntlm/session_security.h"

#include <gtest/gtest.h>

#include <tuple>

#include "support/vectors.h"
#include "unit/ntlm/vector_keys.h"

namespace opensspi::ntlm {
namespace {

using test::key_of;
using test::to_hex;
using test::Vectors;
using Cover = MessagePart::Cover;

constexpr NegotiateFlags kSignSeal = NegotiateFlags::Sign | NegotiateFlags::Seal;
constexpr NegotiateFlags kUsual = kSignSeal | NegotiateFlags::KeyExch;

Key some_key() {
  Key key;
  for (std::uint8_t& byte : key.expose_mutable()) byte = 0x55;
  return key;
}

// Both ends of a session.
struct Pair {
  explicit Pair(NegotiateFlags flags = kUsual)
      : client(Role::Client, flags, some_key(), true),
        server(Role::Server, flags, some_key(), true) {}
  SessionSecurity client, server;
};

struct Sealed {
  Bytes data;
  Bytes signature;
};

Sealed seal(SessionSecurity& sender, ByteView plaintext, Qop qop = Qop::Seal) {
  Sealed out{copy(plaintext), Bytes(kSignatureSize)};
  const MessagePart part{out.data};
  EXPECT_TRUE(sender.seal({&part, 1}, out.signature, qop));
  return out;
}

Result<std::optional<Qop>> unseal(SessionSecurity& receiver, Sealed& message) {
  const MessagePart part{message.data};
  return receiver.unseal({&part, 1}, message.signature);
}

Bytes sign(SessionSecurity& sender, Bytes data) {
  Bytes signature(kSignatureSize);
  const MessagePart part{data};
  EXPECT_TRUE(sender.sign({&part, 1}, signature));
  return signature;
}

Result<void> verify(SessionSecurity& receiver, Bytes data, ByteView signature) {
  const MessagePart part{data};
  return receiver.verify({&part, 1}, signature);
}

template <class T>
Status status_of(const Result<T>& result) {
  return result ? Status::Ok : result.error().status;
}

const Bytes kText = copy(view("a message"));

TEST(SessionSecurity, TwoMessagesEachWayOfTheVectors) {
  auto cases = Vectors::sections("ntlm/session_security.txt");
  Pair pair(NegotiateFlags{static_cast<std::uint32_t>(cases[0].number("Flags"))});
  for (const auto& [v, sender] : {std::pair{&cases[1], &pair.client}, {&cases[2], &pair.server}}) {
    const Bytes plaintext = v->bytes("Plaintext");
    const Sealed first = seal(*sender, plaintext), second = seal(*sender, plaintext);
    EXPECT_EQ(to_hex(first.data), v->text("FirstData"));
    EXPECT_EQ(to_hex(first.signature), v->text("FirstSignature"));
    EXPECT_EQ(to_hex(second.data), v->text("SecondData"));
    EXPECT_EQ(to_hex(second.signature), v->text("SecondSignature"));
    EXPECT_TRUE(v->all_consumed());
  }
  Pair fresh;
  EXPECT_EQ(to_hex(sign(fresh.client, cases[3].bytes("Plaintext"))), cases[3].text("Signature"));
}

TEST(SessionSecurity, MechListMicPutsTheKeyStreamBackButNotTheSequenceNumber) {
  auto cases = Vectors::sections("ntlm/session_security.txt");
  Pair pair;
  for (const auto& [v, sender, receiver] : {std::tuple{&cases[4], &pair.client, &pair.server},
                                            std::tuple{&cases[5], &pair.server, &pair.client}}) {
    const Bytes mech_types = v->bytes("MechTypes");
    const auto mic = sender->make(mech_types);
    ASSERT_TRUE(mic);
    EXPECT_EQ(to_hex(*mic), v->text("Mic"));
    EXPECT_TRUE(receiver->verify(mech_types, *mic));
    const Bytes plaintext = v->bytes("Plaintext");
    Sealed sealed = seal(*sender, plaintext);
    EXPECT_EQ(to_hex(sealed.data), v->text("Data"));
    EXPECT_EQ(to_hex(sealed.signature), v->text("Signature"));
    EXPECT_TRUE(unseal(*receiver, sealed));
    EXPECT_EQ(sealed.data, plaintext);
    EXPECT_TRUE(v->all_consumed());
  }
}

TEST(SessionSecurity, MechListMicOfSomethingElseIsRefusedAndChangesNothing) {
  Pair pair;
  const auto mic = pair.client.make(view("mechanisms"));
  ASSERT_TRUE(mic);
  EXPECT_EQ(status_of(pair.server.verify(view("mechanismz"), *mic)), Status::MessageAltered);
  EXPECT_EQ(status_of(pair.server.verify(view("mechanisms"), ByteView(*mic).first(15))),
            Status::MessageAltered);
  EXPECT_TRUE(pair.server.verify(view("mechanisms"), *mic));
  EXPECT_TRUE(pair.client.required());
}

TEST(SessionSecurity, WithoutKeyExchangeTheChecksumIsNotEncrypted) {
  Vectors v("ntlm/ess_without_key_exchange.txt");
  const auto flags = NegotiateFlags{static_cast<std::uint32_t>(v.number("Flags"))};
  const Key exported = key_of(v, "KeyExchangeKey");
  EXPECT_EQ(test::hex(sign_key(exported, Direction::ClientToServer)), v.text("ClientSignKey"));
  const Key seal_key = key_of(v, "ClientSealKey");
  SessionSecurity client(flags, {key_of(v, "ClientSignKey"), seal_key},
                         {key_of(v, "ClientSignKey"), seal_key});
  Sealed sealed = seal(client, v.bytes("Plaintext"));
  EXPECT_EQ(to_hex(sealed.data), v.text("SealedData"));
  EXPECT_EQ(to_hex(sealed.signature), v.text("Signature"));
  EXPECT_TRUE(unseal(client, sealed));
  EXPECT_EQ(sealed.data, v.bytes("Plaintext"));
  EXPECT_TRUE(v.all_consumed());
}

TEST(SessionSecurity, EveryMixOfFlagsThatProtectsGoesBothWays) {
  for (const NegotiateFlags flags :
       {kUsual, kSignSeal, NegotiateFlags::Seal, NegotiateFlags::Seal | NegotiateFlags::KeyExch}) {
    Pair pair(flags);
    for (int i = 0; i < 3; ++i) {
      Sealed there = seal(pair.client, kText), back = seal(pair.server, kText);
      EXPECT_NE(there.data, kText);
      EXPECT_TRUE(unseal(pair.server, there));
      EXPECT_TRUE(unseal(pair.client, back));
      EXPECT_EQ(there.data, kText);
      EXPECT_TRUE(verify(pair.server, kText, sign(pair.client, kText)));
    }
  }
}

TEST(SessionSecurity, SignOnlyNeverSeals) {
  for (const NegotiateFlags flags :
       {NegotiateFlags::Sign, NegotiateFlags::Sign | NegotiateFlags::KeyExch}) {
    Pair pair(flags);
    Bytes data = kText, signature(kSignatureSize);
    const MessagePart part{data};
    const auto refused = pair.client.seal({&part, 1}, signature, Qop::Seal);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().status, Status::UnsupportedFunction);
    Sealed plain = seal(pair.client, kText, Qop::SignOnly);
    EXPECT_EQ(plain.data, kText);
    EXPECT_TRUE(unseal(pair.server, plain));
    EXPECT_TRUE(verify(pair.client, kText, sign(pair.server, kText)));
  }
}

TEST(SessionSecurity, WithNeitherSignNorSealThereIsADummy) {
  Pair pair(NegotiateFlags::AlwaysSign | NegotiateFlags::KeyExch);
  const Bytes dummy = test::from_hex("01000000000000000000000000000000");
  EXPECT_EQ(sign(pair.client, kText), dummy);
  EXPECT_EQ(sign(pair.client, kText), dummy);
  EXPECT_TRUE(verify(pair.server, kText, dummy));
  Bytes wrong = dummy;
  wrong[9] = 1;
  EXPECT_EQ(status_of(verify(pair.server, kText, wrong)), Status::MessageAltered);
  Bytes data = kText;
  const MessagePart part{data};
  for (const Qop qop : {Qop::Seal, Qop::SignOnly}) {
    Bytes token(kSignatureSize);
    const auto sealed = pair.client.seal({&part, 1}, token, qop);
    ASSERT_FALSE(sealed);
    EXPECT_EQ(sealed.error().status, Status::UnsupportedFunction);
  }
  EXPECT_EQ(status_of(pair.server.unseal({&part, 1}, dummy)), Status::UnsupportedFunction);
}

TEST(SessionSecurity, SignOnlyQopOnASealingContext) {
  Pair pair;
  Sealed plain = seal(pair.client, kText, Qop::SignOnly);
  EXPECT_EQ(plain.data, kText);
  EXPECT_TRUE(unseal(pair.server, plain));
  EXPECT_EQ(plain.data, kText);
  Sealed sealed = seal(pair.client, kText);
  EXPECT_TRUE(unseal(pair.server, sealed)) << "the key streams are still in step";
  EXPECT_EQ(sealed.data, kText);
}

// Windows: headers are signed but not encrypted, read-only buffers are neither.
TEST(SessionSecurity, PartsAreCoveredAsTheySay) {
  Pair pair;
  Bytes header = copy(view("header")), data = copy(view("data")), more = copy(view("more"));
  Bytes untouched = copy(view("untouched"));
  const std::array parts{MessagePart{header, Cover::SignOnly}, MessagePart{data},
                         MessagePart{untouched, Cover::None}, MessagePart{more}};
  Bytes token(kSignatureSize);
  ASSERT_TRUE(pair.client.seal(parts, token, Qop::Seal));
  EXPECT_EQ(header, copy(view("header")));
  EXPECT_EQ(untouched, copy(view("untouched")));
  EXPECT_NE(data, copy(view("data")));
  EXPECT_NE(more, copy(view("more")));

  header[0] ^= 1;
  EXPECT_EQ(status_of(pair.server.unseal(parts, token)), Status::MessageAltered);
  header[0] ^= 1;
  untouched[0] ^= 1;
  EXPECT_TRUE(pair.server.unseal(parts, token));
  EXPECT_EQ(data, copy(view("data")));
  EXPECT_EQ(more, copy(view("more")));
}

TEST(SessionSecurity, AnEmptyMessageAndNoMessageHaveTheSameSignature) {
  Pair a, b;
  Bytes signature(kSignatureSize);
  ASSERT_TRUE(a.client.sign({}, signature));
  EXPECT_EQ(signature, sign(b.client, {}));
}

// Every bit of a sealed message: the failure leaves the ciphertext as it came, and the good message
// still opens afterwards.
TEST(SessionSecurity, AFailedUnsealLeavesEverythingAsItWas) {
  for (const NegotiateFlags flags : {kUsual, kSignSeal}) {
    Pair pair(flags);
    const Sealed good = seal(pair.client, kText);
    for (std::size_t bit = 0; bit < 8 * (good.data.size() + kSignatureSize); ++bit) {
      Sealed bad = good;
      Bytes& where = bit / 8 < kSignatureSize ? bad.signature : bad.data;
      const std::size_t at = bit / 8 < kSignatureSize ? bit / 8 : bit / 8 - kSignatureSize;
      where[at] = static_cast<std::uint8_t>(where[at] ^ 1U << bit % 8);
      const Bytes before = bad.data;
      const bool in_number = bit / 8 >= 12 && bit / 8 < 16;
      EXPECT_EQ(status_of(unseal(pair.server, bad)),
                in_number ? Status::OutOfSequence : Status::MessageAltered)
          << bit;
      EXPECT_EQ(bad.data, before) << bit;
    }
    Sealed kept = good;
    EXPECT_TRUE(unseal(pair.server, kept));
    EXPECT_EQ(kept.data, kText);
    Sealed next = seal(pair.client, kText);
    EXPECT_TRUE(unseal(pair.server, next));
    EXPECT_EQ(next.data, kText);
  }
}

TEST(SessionSecurity, ReplayedAndSkippedMessagesAreOutOfSequence) {
  Pair pair;
  const Sealed first = seal(pair.client, kText), second = seal(pair.client, kText);
  Sealed early = second;
  EXPECT_EQ(status_of(unseal(pair.server, early)), Status::OutOfSequence);
  EXPECT_EQ(early.data, second.data);
  Sealed now = first;
  EXPECT_TRUE(unseal(pair.server, now));
  Sealed again = first;
  EXPECT_EQ(status_of(unseal(pair.server, again)), Status::OutOfSequence);
  Sealed then = second;
  EXPECT_TRUE(unseal(pair.server, then));
  EXPECT_EQ(then.data, kText);
}

TEST(SessionSecurity, AMessageReflectedToItsSenderIsRefused) {
  Pair pair;
  Sealed sealed = seal(pair.client, kText);
  EXPECT_EQ(status_of(unseal(pair.client, sealed)), Status::MessageAltered);
}

TEST(SessionSecurity, SignaturesOfAnotherSizeAreRefused) {
  Pair pair;
  const Bytes signature = sign(pair.client, kText);
  Bytes longer = signature;
  longer.push_back(0);
  for (const std::size_t size : {0U, 1U, 4U, 15U}) {
    EXPECT_EQ(status_of(verify(pair.server, kText, ByteView(signature).first(size))),
              Status::MessageAltered);
  }
  EXPECT_EQ(status_of(verify(pair.server, kText, longer)), Status::MessageAltered);
  EXPECT_TRUE(verify(pair.server, kText, signature));
}

TEST(SessionSecurity, AShortTokenBufferChangesNothing) {
  Pair pair;
  Bytes data = kText, token(kSignatureSize - 1);
  const MessagePart part{data};
  EXPECT_EQ(pair.client.seal({&part, 1}, token, Qop::Seal).error().status, Status::BufferTooSmall);
  EXPECT_EQ(pair.client.sign({&part, 1}, token).error().status, Status::BufferTooSmall);
  EXPECT_EQ(data, kText);
  Sealed sealed = seal(pair.client, kText);
  EXPECT_TRUE(unseal(pair.server, sealed));
}

TEST(SessionSecurity, StreamsAreSignatureThenData) {
  Pair pair;
  const Sealed sealed = seal(pair.client, kText);
  Bytes stream = sealed.signature;
  append(stream, sealed.data);
  EXPECT_EQ(pair.server.unseal_stream(ByteSpan(stream).first(15)).error().status,
            Status::MessageAltered);
  const auto data = pair.server.unseal_stream(stream);
  ASSERT_TRUE(data);
  EXPECT_EQ(data->message.data(), stream.data() + kSignatureSize);
  EXPECT_EQ(copy(data->message), kText);
}

TEST(SessionSecurity, SizesAreWindows) {
  const Sizes sizes = Pair().client.sizes();
  EXPECT_EQ(sizes.max_token, 2888U);
  EXPECT_EQ(sizes.max_signature, 16U);
  EXPECT_EQ(sizes.block_size, 0U);
  EXPECT_EQ(sizes.security_trailer, 16U);
}

}  // namespace
}  // namespace opensspi::ntlm
