// TSRequests in TLS records, over a real TLS session.
#include "credssp/channel.h"

#include <gtest/gtest.h>

#include "support/tls_loopback.h"

namespace opensspi::credssp {
namespace {

using test::Loopback;

class ChannelTest : public testing::Test {
 protected:
  void SetUp() override { ASSERT_TRUE(tls.establish()); }

  Bytes record(ByteView plaintext) {
    Bytes out;
    EXPECT_TRUE(tls.client->seal_to(out, plaintext));
    return out;
  }

  static TsRequest request_of(std::size_t size) {
    TsRequest request;
    request.auth_info = Bytes(size, 7);
    return request;
  }

  Loopback tls;
  Channel channel{*tls.server};
};

TEST_F(ChannelTest, OneRecordIsOneMessage) {
  Bytes sent;
  ASSERT_TRUE(Channel(*tls.client).send(sent, request_of(100)));
  const std::size_t size = sent.size();
  EXPECT_EQ(size, 5 + request_of(100).write().size() + tls.client->stream_sizes().trailer);
  append(sent, view("what follows"));
  const auto received = channel.receive(sent);
  ASSERT_TRUE(received) << received.error().why;
  ASSERT_TRUE(received->message);
  EXPECT_EQ(received->message->auth_info, Bytes(100, 7));
  EXPECT_EQ(received->consumed, size);
}

TEST_F(ChannelTest, ACutRecordIsNotTaken) {
  Bytes sent;
  ASSERT_TRUE(Channel(*tls.client).send(sent, request_of(100)));
  for (std::size_t size = 0; size < sent.size(); ++size) {
    Bytes part(sent.begin(), sent.begin() + static_cast<std::ptrdiff_t>(size));
    const auto received = channel.receive(part);
    ASSERT_TRUE(received);
    EXPECT_EQ(received->consumed, 0U);
    EXPECT_GT(received->missing, 0U);
    EXPECT_LE(size + received->missing, sent.size());
  }
  EXPECT_TRUE(channel.receive(sent)->message);
}

TEST_F(ChannelTest, AMessageMayBeSpreadOverRecords) {
  const Bytes der = request_of(100).write();
  for (std::size_t i = 0; i < der.size(); ++i) {
    Bytes sent = record(ByteView(der).subspan(i, 1));
    const auto received = channel.receive(sent);
    ASSERT_TRUE(received);
    EXPECT_EQ(received->consumed, sent.size());
    EXPECT_EQ(received->message.has_value(), i + 1 == der.size());
  }
}

TEST_F(ChannelTest, AMessageLongerThanARecordTakesSeveral) {
  Bytes sent;
  ASSERT_TRUE(Channel(*tls.client).send(sent, request_of(40000)));
  int num_records = 0;
  std::optional<TsRequest> message;
  for (ByteSpan left = sent; !left.empty(); ++num_records) {
    auto received = channel.receive(left);
    ASSERT_TRUE(received);
    ASSERT_GT(received->consumed, 0U);
    left = left.subspan(received->consumed);
    message = std::move(received->message);
  }
  EXPECT_EQ(num_records, 3);
  ASSERT_TRUE(message);
  EXPECT_EQ(message->auth_info->size(), 40000U);
}

TEST_F(ChannelTest, BytesBehindTheMessageInItsRecordAreRefused) {
  Bytes der = request_of(10).write();
  der.push_back(0);
  Bytes sent = record(der);
  const auto received = channel.receive(sent);
  ASSERT_FALSE(received);
  EXPECT_EQ(received.error().status, Status::InvalidToken);
}

TEST_F(ChannelTest, AnOverlongMessageIsRefusedAtItsHeader) {
  Bytes sent = record(Bytes{0x30, 0x83, 0x02, 0x00, 0x00});
  const auto received = channel.receive(sent);
  ASSERT_FALSE(received);
  EXPECT_EQ(received.error().status, Status::InvalidToken);
}

TEST_F(ChannelTest, WhatIsNoMessageIsRefused) {
  Bytes sent = record(view("GET / HTTP/1.1\r\n"));
  EXPECT_FALSE(channel.receive(sent));
}

TEST_F(ChannelTest, AnAlteredRecordIsRefused) {
  Bytes sent;
  ASSERT_TRUE(Channel(*tls.client).send(sent, request_of(10)));
  sent.back() ^= 1;
  EXPECT_FALSE(channel.receive(sent));
}

TEST_F(ChannelTest, TheEndOfTlsIsARefusal) {
  Bytes closed = tls.client->alert(1, 0).value();
  const auto received = channel.receive(closed);
  ASSERT_FALSE(received);
  EXPECT_EQ(received.error().status, Status::ContextExpired);
}

TEST(AsLogonError, AccessDeniedIsARefusedLogon) {
  EXPECT_EQ(as_logon_error({Status::IllegalMessage, "", 0, 49}).status, Status::LogonDenied);
  EXPECT_EQ(as_logon_error({Status::IllegalMessage, "", 0, 40}).status, Status::IllegalMessage);
}

}  // namespace
}  // namespace opensspi::credssp
