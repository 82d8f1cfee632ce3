// Sealing and opening between two sessions of ours.
#include <gtest/gtest.h>

#include <algorithm>
#include <string>

#include "support/tls_loopback.h"

namespace opensspi {
namespace {

using test::Loopback;
using tls::OpenedRecord;
using tls::Version;

tls::Options only(Version version) {
  tls::Options options;
  options.minimum = options.maximum = version;
  return options;
}

Bytes sealed(tls::Session& session, ByteView message) {
  Bytes record;
  EXPECT_TRUE(session.seal_to(record, message));
  return record;
}

class TlsRecords : public ::testing::TestWithParam<Version> {
 protected:
  void SetUp() override { ASSERT_TRUE(sides_.establish()); }
  Loopback sides_{only(GetParam())};
};

TEST_P(TlsRecords, LongerThanARecordIsAnEncryptFailureThatChangesNothing) {
  Bytes header(13), data(16385), trailer(17);
  const Bytes before = data;
  EXPECT_EQ(sides_.client->seal_record(header, data, trailer).error().status,
            Status::EncryptFailure);
  EXPECT_EQ(data, before);
  EXPECT_TRUE(test::carries(*sides_.client, *sides_.server, Bytes(3, 1)));
}

TEST_P(TlsRecords, ShortHeaderOrTrailerIsTooSmallAndChangesNothing) {
  const tls::StreamSizes sizes = sides_.client->stream_sizes();
  Bytes header(sizes.header), data(10), trailer(sizes.trailer);
  const auto status = [&](ByteSpan h, ByteSpan t) {
    return sides_.client->seal_record(h, data, t).error().status;
  };
  EXPECT_EQ(status(ByteSpan(header).first(sizes.header - 1), trailer), Status::BufferTooSmall);
  EXPECT_EQ(status(header, ByteSpan(trailer).first(sizes.trailer - 1)), Status::BufferTooSmall);
  EXPECT_EQ(data, Bytes(10));
  EXPECT_TRUE(test::carries(*sides_.client, *sides_.server, Bytes(3, 1)));
}

TEST_P(TlsRecords, RoomierBuffersThanNeededAreFine) {
  Bytes header(64, 0xEE), data(10, 7), trailer(64, 0xEE);
  const auto lengths = sides_.client->seal_record(header, data, trailer);
  ASSERT_TRUE(lengths) << lengths.error().why;
  EXPECT_EQ(lengths->header, sides_.client->stream_sizes().header);
  EXPECT_EQ(lengths->trailer, sides_.client->stream_sizes().trailer);
  EXPECT_EQ(header[lengths->header], 0xEE);
  EXPECT_EQ(trailer[lengths->trailer], 0xEE);
}

TEST_P(TlsRecords, AnEmptyMessageMakesNoRecord) {
  Bytes header(13), trailer(17);
  const auto lengths = sides_.client->seal_record(header, {}, trailer);
  ASSERT_TRUE(lengths);
  EXPECT_EQ(lengths->header + lengths->data + lengths->trailer, 0U);
  EXPECT_TRUE(sealed(*sides_.client, {}).empty());
  EXPECT_TRUE(test::carries(*sides_.client, *sides_.server, Bytes(3, 1)));
}

TEST_P(TlsRecords, OpensInPlaceAndSaysWhatFollows) {
  Bytes stream = sealed(*sides_.client, view("first"));
  const std::size_t first = stream.size();
  append(stream, sealed(*sides_.client, view("second")));
  const auto opened = sides_.server->open_record(stream);
  ASSERT_TRUE(opened) << opened.error().why;
  EXPECT_EQ(opened->kind, OpenedRecord::Kind::Data);
  EXPECT_EQ(opened->consumed, first);
  EXPECT_EQ(opened->header.data(), stream.data());
  EXPECT_EQ(opened->header.size(), sides_.server->stream_sizes().header);
  EXPECT_EQ(opened->data.data(), opened->header.data() + opened->header.size());
  EXPECT_EQ(copy(opened->data), copy(view("first")));
  EXPECT_EQ(opened->trailer.data(), opened->data.data() + 5);
  EXPECT_EQ(opened->trailer.size(), sides_.server->stream_sizes().trailer);
}

TEST_P(TlsRecords, AnIncompleteRecordIsLeftAsItIs) {
  Bytes record = sealed(*sides_.client, view("message"));
  const Bytes before = record;
  for (std::size_t size = 0; size < record.size(); ++size) {
    const auto opened = sides_.server->open_record(ByteSpan(record).first(size));
    ASSERT_TRUE(opened) << opened.error().why;
    EXPECT_EQ(opened->kind, OpenedRecord::Kind::Incomplete);
    EXPECT_EQ(opened->consumed, 0U);
    EXPECT_EQ(opened->missing, (size < 5 ? 5 : record.size()) - size);
  }
  EXPECT_EQ(record, before);
  EXPECT_EQ(copy(sides_.server->open_record(record)->data), copy(view("message")));
}

TEST_P(TlsRecords, LongPlaintextTakesSeveralRecords) {
  Bytes message(40000);
  for (std::size_t i = 0; i < message.size(); ++i) message[i] = static_cast<std::uint8_t>(i / 7);
  Bytes stream = sealed(*sides_.server, message);
  Bytes received;
  int records = 0;
  for (ByteSpan rest(stream); !rest.empty(); ++records) {
    const auto opened = sides_.client->open_record(rest);
    ASSERT_TRUE(opened) << opened.error().why;
    append(received, opened->data);
    rest = rest.subspan(opened->consumed);
  }
  EXPECT_EQ(received, message);
  EXPECT_EQ(records, 3);
}

TEST_P(TlsRecords, AnyChangedByteIsNoticedAndEndsTheSession) {
  const std::size_t size = sealed(*sides_.client, view("message")).size();
  for (std::size_t at = 0; at < size; ++at) {
    Loopback sides(only(GetParam()));
    ASSERT_TRUE(sides.establish());
    Bytes record = sealed(*sides.client, view("message"));
    record[at] ^= 0x10;
    record.resize(record.size() + (at == 3 || at == 4 ? 5000 : 0));  // let a longer length be whole
    const auto opened = sides.server->open_record(record);
    ASSERT_FALSE(opened) << at;
    const Status status = opened.error().status;
    EXPECT_TRUE(at < 5 || status == Status::MessageAltered) << at;
    EXPECT_EQ(sides.server->open_record(record).error().status, Status::ContextExpired) << at;
  }
}

TEST_P(TlsRecords, AReplayedOrReorderedRecordIsAltered) {
  Bytes first = sealed(*sides_.client, view("first"));
  Bytes again = first;
  ASSERT_TRUE(sides_.server->open_record(first));
  EXPECT_EQ(sides_.server->open_record(again).error().status, Status::MessageAltered);
}

// The failing side's alert comes out of handshake(); the other side learns its number.
TEST_P(TlsRecords, TheAlertOfAFailureReachesThePeer) {
  Bytes record = sealed(*sides_.client, view("message"));
  record.back() ^= 1;
  ASSERT_FALSE(sides_.server->open_record(record));
  tls::HandshakeStep step = sides_.server->handshake({});
  EXPECT_EQ(step.done.error().status, Status::ContextExpired);
  ASSERT_FALSE(step.token.empty());
  const auto opened = sides_.client->open_record(step.token);
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().status, Status::MessageAltered);
  EXPECT_EQ(opened.error().value, 20);  // bad_record_mac
  EXPECT_TRUE(sides_.server->handshake({}).token.empty());
}

TEST_P(TlsRecords, CloseNotifyEndsOneDirection) {
  Bytes alert = sides_.server->alert(1, 0).value();
  const auto closed = sides_.client->open_record(alert);
  ASSERT_TRUE(closed) << closed.error().why;
  EXPECT_EQ(closed->kind, OpenedRecord::Kind::Closed);
  EXPECT_EQ(closed->consumed, alert.size());
  Bytes buffer(64);
  EXPECT_EQ(sides_.server->seal_to(buffer, buffer).error().status, Status::ContextExpired);
  EXPECT_TRUE(test::carries(*sides_.client, *sides_.server, Bytes(3, 1)));
  alert = sides_.client->alert(1, 0).value();
  EXPECT_EQ(sides_.server->open_record(alert)->kind, OpenedRecord::Kind::Closed);
}

TEST_P(TlsRecords, OtherAlertsAreNotOffered) {
  EXPECT_EQ(sides_.server->alert(2, 49).error().status, Status::UnsupportedFunction);
  EXPECT_EQ(sides_.server->alert(2, 0).error().status, Status::UnsupportedFunction);
  EXPECT_TRUE(test::carries(*sides_.server, *sides_.client, Bytes(3, 1)));
}

TEST_P(TlsRecords, WhatIsNotARecordIsAnInvalidToken) {
  Bytes text = copy(view("plain text"));
  EXPECT_EQ(sides_.client->open_record(text).error().status, Status::InvalidToken);
}

TEST_P(TlsRecords, AHeaderWithoutContentsIsRefused) {
  Bytes record = {0x17, 3, 3, 0, 0};
  EXPECT_FALSE(sides_.client->open_record(record));
}

std::string name_of(const ::testing::TestParamInfo<Version>& version) {
  return version.param == Version::Tls12 ? "Tls12" : "Tls13";
}

INSTANTIATE_TEST_SUITE_P(Versions, TlsRecords, ::testing::Values(Version::Tls12, Version::Tls13),
                         name_of);

}  // namespace
}  // namespace opensspi
