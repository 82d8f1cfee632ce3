// Which messages a context takes, as its flags ask: lost, repeated and swapped ones.
#include "unit/kerberos/protected_session.h"

namespace opensspi::kerberos {
namespace {

constexpr ContextFlags kReplay = kProtected | ContextFlags::ReplayDetect;
constexpr ContextFlags kSequence = kProtected | ContextFlags::SequenceDetect;

// What each of these numbers gives, in order: '+' for a good one.
std::string judged(SequenceWindow window, std::initializer_list<std::uint64_t> numbers) {
  std::string out;
  for (const std::uint64_t number : numbers) {
    const bool good = window.check(number).has_value();
    if (good) window.accept(number);
    out += good ? '+' : '-';
  }
  return out;
}

TEST(SequenceWindow, WithoutFlagsTakesAnything) {
  EXPECT_EQ(judged({5, ContextFlags::None}, {5, 5, 4, 900, 5}), "+++++");
}

TEST(SequenceWindow, InSequenceTakesTheNextAlone) {
  EXPECT_EQ(judged({5, ContextFlags::SequenceDetect}, {6, 4, 5, 5, 7, 6, 7}), "--+--++");
  EXPECT_EQ(judged({5, ContextFlags::SequenceDetect | ContextFlags::ReplayDetect}, {5, 7, 6}),
            "+-+");
}

TEST(SequenceWindow, AgainstReplayTakesEachOnce) {
  EXPECT_EQ(judged({5, ContextFlags::ReplayDetect}, {5, 5, 8, 6, 8, 6, 7, 7}), "+-++--+-");
  // What is from before the first, or older than the window.
  EXPECT_EQ(judged({5, ContextFlags::ReplayDetect}, {4, 5, 4, 7, 4, 6, 0}), "-+-+-+-");
  EXPECT_EQ(judged({5, ContextFlags::ReplayDetect}, {100, 36, 37, 37, 101, 37, 38}), "+-+-+-+");
  EXPECT_EQ(judged({5, ContextFlags::ReplayDetect}, {5, 1'000'000, 999'999, 5}), "+++-");
}

TEST(SequenceWindow, NumbersWrapAround) {
  constexpr std::uint64_t kLast = ~std::uint64_t{0};
  EXPECT_EQ(judged({kLast, ContextFlags::ReplayDetect}, {kLast, 0, kLast, 1, 0}), "++-+-");
  EXPECT_EQ(judged({kLast, ContextFlags::SequenceDetect}, {kLast, 0, 1}), "+++");
  const SequenceWindow window(0x1'0000'0002, ContextFlags::None);
  EXPECT_EQ(window.widened(0xFFFFFFFF), 0xFFFFFFFFU);
  EXPECT_EQ(window.widened(3), 0x1'0000'0003U);
}

TEST(Sequence, OfSealedMessagesAndSignaturesIsOne) {
  ProtectedPair pair(kAes256Sha1, kSequence);
  const Bytes text = copy(view(kText));
  Sealed first = seal(pair.client, text, Qop::Seal);
  const Bytes second = sign(pair.client, text);
  Sealed third = seal(pair.client, text, Qop::SignOnly);
  EXPECT_EQ(status_of(verify(pair.server, text, second)), Status::OutOfSequence);
  const Bytes sealed = third.data;
  EXPECT_EQ(status_of(unseal(pair.server, third)), Status::OutOfSequence);
  EXPECT_EQ(third.data, sealed);
  EXPECT_TRUE(unseal(pair.server, first));
  EXPECT_TRUE(verify(pair.server, text, second));
  EXPECT_TRUE(unseal(pair.server, third));
  EXPECT_EQ(status_of(verify(pair.server, text, second)), Status::OutOfSequence);
}

TEST(Sequence, AMessageThatIsReplayedIsNotOpened) {
  ProtectedPair pair(kAes256Sha1, kReplay);
  const Sealed sent = seal(pair.client, view(kText), Qop::Seal);
  Sealed first = sent, again = sent;
  EXPECT_TRUE(unseal(pair.server, first));
  EXPECT_EQ(status_of(unseal(pair.server, again)), Status::OutOfSequence);
  EXPECT_EQ(again.data, sent.data);
  Bytes stream = sent.token;
  append(stream, sent.data);
  EXPECT_EQ(pair.server.unseal_stream(stream).error().status, Status::OutOfSequence);
}

TEST(Sequence, AForgedNumberDoesNotCount) {
  ProtectedPair pair(kAes256Sha1, kReplay);
  const Sealed sent = seal(pair.client, view(kText), Qop::Seal);
  Sealed forged = sent, good = sent;
  forged.token[14] = 0x7F;
  EXPECT_EQ(status_of(unseal(pair.server, forged)), Status::MessageAltered);
  EXPECT_TRUE(unseal(pair.server, good));
}

TEST(Sequence, MechListMicIsAMessageOfIt) {
  ProtectedPair pair(kAes256Sha1, kEverything);
  const auto mic = pair.client.make(view("mechanisms"));
  ASSERT_TRUE(mic);
  EXPECT_EQ(status_of(pair.server.verify(view("mechanismz"), *mic)), Status::MessageAltered);
  EXPECT_TRUE(pair.server.verify(view("mechanisms"), *mic));
  EXPECT_EQ(status_of(pair.server.verify(view("mechanisms"), *mic)), Status::OutOfSequence);
  Sealed next = seal(pair.client, view(kText), Qop::Seal);
  EXPECT_TRUE(unseal(pair.server, next));
  EXPECT_FALSE(pair.client.required());
}

TEST(Protection, IsWhatWasNegotiated) {
  const Bytes text = copy(view(kText));
  Bytes data = text, token(128);
  const MessagePart part{data};
  ProtectedPair signing(kAes256Sha1, ContextFlags::Integrity);
  EXPECT_EQ(signing.client.seal({&part, 1}, token, Qop::Seal).error().status,
            Status::UnsupportedFunction);
  EXPECT_TRUE(signing.client.seal({&part, 1}, token, Qop::SignOnly));
  ProtectedPair none(kAes256Sha1, ContextFlags::MutualAuth);
  EXPECT_EQ(none.client.seal({&part, 1}, token, Qop::SignOnly).error().status,
            Status::UnsupportedFunction);
  EXPECT_EQ(none.client.sign({&part, 1}, token).error().status, Status::UnsupportedFunction);
  EXPECT_EQ(status_of(none.server.verify({&part, 1}, token)), Status::UnsupportedFunction);
  EXPECT_EQ(status_of(none.server.unseal({&part, 1}, token)), Status::UnsupportedFunction);
  EXPECT_EQ(none.server.unseal_stream(token).error().status, Status::UnsupportedFunction);
  EXPECT_EQ(data, text);
}

}  // namespace
}  // namespace opensspi::kerberos
