// The buffers of the two calls that establish a context, and of the four that protect messages, row
// by row as the Windows tests have them.
#include "abi/buffers.h"

#include <gtest/gtest.h>

#include <array>
#include <cstring>
#include <vector>

#include "abi/memory.h"
#include "abi/message_buffers.h"

namespace opensspi::abi {
namespace {

// A description over its own buffers.
struct Description {
  explicit Description(std::vector<SecBuffer> list) : buffers(std::move(list)) {
    desc.ulVersion = SECBUFFER_VERSION;
    desc.cBuffers = static_cast<ULONG>(buffers.size());
    desc.pBuffers = buffers.data();
  }
  std::vector<SecBuffer> buffers;
  SecBufferDesc desc{};
};

SecBuffer buffer(ULONG type, void* memory, std::size_t size) {
  SecBuffer out{};
  out.BufferType = type;
  out.pvBuffer = memory;
  out.cbBuffer = static_cast<ULONG>(size);
  return out;
}

SecBuffer empty() {
  return buffer(SECBUFFER_EMPTY, nullptr, 0);
}

struct Bindings {
  SEC_CHANNEL_BINDINGS header{};
  char data[16] = "tls-unique:abcd";
};

Bindings bindings() {
  Bindings out;
  out.header.cbApplicationDataLength = 15;
  out.header.dwApplicationDataOffset = sizeof(SEC_CHANNEL_BINDINGS);
  return out;
}

TEST(LegInput, NothingIsAnEmptyToken) {
  const auto input = LegInput::read(nullptr, BufferStyle::Token);
  ASSERT_TRUE(input);
  EXPECT_TRUE(input->token().empty());
  EXPECT_EQ(input->step_input().channel_bindings, nullptr);
}

TEST(LegInput, RefusesUnknownVersionsAndMissingMemory) {
  Description d({empty()});
  d.desc.ulVersion = 1;
  EXPECT_EQ(LegInput::read(&d.desc, BufferStyle::Token).error().status, Status::InvalidToken);
  d.desc.ulVersion = SECBUFFER_VERSION;
  d.desc.pBuffers = nullptr;
  EXPECT_EQ(LegInput::read(&d.desc, BufferStyle::Token).error().status, Status::InvalidToken);
  Description no_memory({buffer(SECBUFFER_TOKEN, nullptr, 7)});
  EXPECT_EQ(LegInput::read(&no_memory.desc, BufferStyle::Token).error().status,
            Status::InvalidToken);
}

TEST(LegInput, TakesTheTokenWhateverItsAttributes) {
  char token[] = "abc";
  Description d({buffer(SECBUFFER_TOKEN | SECBUFFER_READONLY, token, 3)});
  EXPECT_EQ(LegInput::read(&d.desc, BufferStyle::Token)->token().size(), 3u);
}

TEST(LegInput, TakesChannelBindingsAloneAndBesideTheToken) {
  Bindings b = bindings();
  char token[] = "abc";
  Description alone({buffer(SECBUFFER_CHANNEL_BINDINGS, &b, sizeof b)});
  Description beside(
      {buffer(SECBUFFER_TOKEN, token, 3), buffer(SECBUFFER_CHANNEL_BINDINGS, &b, sizeof b)});
  for (Description* d : {&alone, &beside}) {
    const auto input = LegInput::read(&d->desc, BufferStyle::Token);
    ASSERT_TRUE(input);
    const ChannelBindings* read = input->step_input().channel_bindings;
    ASSERT_NE(read, nullptr);
    EXPECT_TRUE(equal(read->application_data, view("tls-unique:abcd")));
  }
}

TEST(LegInput, TakesTheExtendedFormOfChannelBindings) {
  struct {
    SEC_CHANNEL_BINDINGS_EX header{};
    char data[4] = {'d', 'a', 't', 'a'};
  } b;
  b.header.magicNumber = SEC_CHANNEL_BINDINGS_EX_MAGIC;
  b.header.cbApplicationDataLength = 4;
  b.header.dwApplicationDataOffset = sizeof b.header;
  Description d({buffer(SECBUFFER_CHANNEL_BINDINGS, &b, sizeof b)});
  const auto input = LegInput::read(&d.desc, BufferStyle::Token);
  ASSERT_TRUE(input);
  EXPECT_TRUE(equal(input->step_input().channel_bindings->application_data, view("data")));
}

TEST(LegInput, RefusesChannelBindingsThatPointOutside) {
  struct {
    std::uint32_t offset, size, given;
  } const rows[] = {
      {32, 17, 47}, {48, 1, 48}, {0xFFFFFFFF, 2, 48}, {32, 0xFFFFFFFF, 48}, {0, 0, 31}};
  for (const auto& row : rows) {
    Bindings b = bindings();
    b.header.dwApplicationDataOffset = row.offset;
    b.header.cbApplicationDataLength = row.size;
    Description d({buffer(SECBUFFER_CHANNEL_BINDINGS, &b, row.given)});
    const auto input = LegInput::read(&d.desc, BufferStyle::Token);
    ASSERT_FALSE(input) << row.offset << ' ' << row.size;
    EXPECT_EQ(input.error().status, Status::InvalidToken);
  }
}

// Schannel on Windows: partial input turns the EMPTY into MISSING, 5 with no data, 1 with 4 bytes.
TEST(LegInput, ReportsWhatIsMissing) {
  char token[8] = {};
  struct {
    std::size_t given, missing, expected;
  } const rows[] = {{0, 0, 5}, {4, 0, 1}, {5, 100, 100}};
  for (const auto& row : rows) {
    Description d({buffer(SECBUFFER_TOKEN, token, row.given), empty()});
    auto input = LegInput::read(&d.desc, BufferStyle::Stream);
    ASSERT_TRUE(input);
    input->report_missing(row.missing);
    EXPECT_EQ(d.buffers[1].BufferType, ULONG{SECBUFFER_MISSING});
    EXPECT_EQ(d.buffers[1].cbBuffer, row.expected);
  }
}

TEST(LegInput, ReportsExtraAsTheTail) {
  char token[8] = {};
  Description d({buffer(SECBUFFER_TOKEN, token, 8), empty()});
  auto input = LegInput::read(&d.desc, BufferStyle::Stream);
  ASSERT_TRUE(input);
  input->report_extra(0);
  EXPECT_EQ(d.buffers[1].BufferType, ULONG{SECBUFFER_EMPTY});
  input->report_extra(3);
  EXPECT_EQ(d.buffers[1].BufferType, ULONG{SECBUFFER_EXTRA});
  EXPECT_EQ(d.buffers[1].cbBuffer, 3u);
  EXPECT_EQ(d.buffers[1].pvBuffer, token + 5);
}

// W:schannel: a second input EMPTY with junk cbBuffer.
TEST(LegInput, RefusesAnEmptyBufferWithASize) {
  char token[8] = {};
  Description d({buffer(SECBUFFER_TOKEN, token, 8), buffer(SECBUFFER_EMPTY, nullptr, 4)});
  EXPECT_EQ(LegInput::read(&d.desc, BufferStyle::Stream).error().status, Status::InvalidToken);
  EXPECT_TRUE(LegInput::read(&d.desc, BufferStyle::Token));
}

// What pOutput may look like, and what becomes of a token of four bytes.
struct OutputRow {
  const char* what;
  BufferStyle style;
  bool allocate;
  ULONG type;
  bool memory;
  ULONG size;
  Status expected;
};

class LegOutputTest : public testing::TestWithParam<OutputRow> {};

TEST_P(LegOutputTest, DeliversOrRefuses) {
  const OutputRow& row = GetParam();
  std::array<char, 16> memory{};
  Description d({buffer(row.type, row.memory ? memory.data() : nullptr, row.size)});
  Status status = Status::Ok;
  auto output = LegOutput::read(&d.desc, row.style, row.allocate);
  if (!output) {
    status = output.error().status;
  } else if (const auto delivered = output->deliver(view("ABCD")); !delivered) {
    status = delivered.error().status;
  }
  EXPECT_EQ(status, row.expected);
  if (status != Status::Ok) return;
  ASSERT_EQ(d.buffers[0].cbBuffer, 4u);
  EXPECT_EQ(d.buffers[0].BufferType, row.type);
  EXPECT_EQ(std::memcmp(d.buffers[0].pvBuffer, "ABCD", 4), 0);
  if (d.buffers[0].pvBuffer != memory.data()) {
    EXPECT_TRUE(free_block(d.buffers[0].pvBuffer));
  }
}

constexpr BufferStyle kToken = BufferStyle::Token, kStream = BufferStyle::Stream;
INSTANTIATE_TEST_SUITE_P(
    Windows, LegOutputTest,
    testing::Values(
        OutputRow{"room", kToken, false, SECBUFFER_TOKEN, true, 16, Status::Ok},
        OutputRow{"no size, W:ntlm:390", kToken, false, SECBUFFER_TOKEN, true, 0,
                  Status::BufferTooSmall},
        OutputRow{"too small", kToken, false, SECBUFFER_TOKEN, true, 3, Status::BufferTooSmall},
        OutputRow{"DATA, W:ntlm:402", kToken, false, SECBUFFER_DATA, true, 16,
                  Status::BufferTooSmall},
        OutputRow{"no memory, W:ntlm:378", kToken, false, SECBUFFER_TOKEN, false, 16,
                  Status::InternalError},
        OutputRow{"allocated", kToken, true, SECBUFFER_TOKEN, false, 0, Status::Ok},
        OutputRow{"allocated over memory", kToken, true, SECBUFFER_TOKEN, true, 16, Status::Ok},
        OutputRow{"room", kStream, false, SECBUFFER_TOKEN, true, 16, Status::Ok},
        OutputRow{"no size, W:schannel:656", kStream, false, SECBUFFER_TOKEN, true, 0,
                  Status::InsufficientMemory},
        OutputRow{"too small", kStream, false, SECBUFFER_TOKEN, true, 3,
                  Status::InsufficientMemory},
        OutputRow{"no memory, W:schannel:1941", kStream, false, SECBUFFER_TOKEN, false, 1000,
                  Status::Ok},
        OutputRow{"allocated, W:schannel:662", kStream, true, SECBUFFER_TOKEN, true, 16,
                  Status::Ok},
        OutputRow{"no TOKEN, W:schannel:1068", kStream, false, SECBUFFER_DATA, true, 16,
                  Status::InvalidToken}));

TEST(LegOutput, WithoutBuffersOnlyAnEmptyTokenGoesOut) {
  auto output = LegOutput::read(nullptr, kToken, false);
  ASSERT_TRUE(output);
  EXPECT_TRUE(output->deliver({}));
  EXPECT_EQ(output->deliver(view("A")).error().status, Status::BufferTooSmall);
  EXPECT_EQ(LegOutput::read(nullptr, kStream, false).error().status, Status::InvalidToken);
}

TEST(LegOutput, AnEmptyTokenEmptiesTheBuffer) {
  char memory[8];
  Description d({buffer(SECBUFFER_TOKEN, memory, 8), buffer(SECBUFFER_ALERT, memory, 8)});
  ASSERT_TRUE(LegOutput::read(&d.desc, kStream, false)->deliver({}));
  EXPECT_EQ(d.buffers[0].cbBuffer, 0u);
  EXPECT_EQ(d.buffers[1].cbBuffer, 0u) << "W:schannel:673: ALERT on success";
}

TEST(LegOutput, AnAlertBufferNeedsRoom) {
  char memory[8];
  Description d({buffer(SECBUFFER_TOKEN, memory, 8), buffer(SECBUFFER_ALERT, nullptr, 0)});
  EXPECT_EQ(LegOutput::read(&d.desc, kStream, false).error().status, Status::InsufficientMemory);
  EXPECT_TRUE(LegOutput::read(&d.desc, kStream, true));
}

// [DATA READONLY_WITH_CHECKSUM][DATA][DATA READONLY][TOKEN]: W:ntlm:1184-1215.
TEST(TokenMessage, SortsPartsByTheirAttributes) {
  char data[3][4] = {}, token[16] = {};
  Description d({buffer(SECBUFFER_DATA | SECBUFFER_READONLY_WITH_CHECKSUM, data[0], 4),
                 buffer(SECBUFFER_DATA, data[1], 4),
                 buffer(SECBUFFER_DATA | SECBUFFER_READONLY, data[2], 4),
                 buffer(SECBUFFER_TOKEN, token, 16)});
  const auto message = TokenMessage::read(&d.desc);
  ASSERT_TRUE(message);
  ASSERT_EQ(message->parts().size(), 3u);
  EXPECT_EQ(message->parts()[0].cover, MessagePart::Cover::SignOnly);
  EXPECT_EQ(message->parts()[1].cover, MessagePart::Cover::SignAndSeal);
  EXPECT_EQ(message->parts()[2].cover, MessagePart::Cover::None);
  EXPECT_EQ(message->token_bytes.size(), 16u);
}

TEST(TokenMessage, RefusesIncompleteSets) {
  char memory[4] = {};
  const std::vector<std::vector<SecBuffer>> sets = {
      {},
      {buffer(SECBUFFER_DATA, memory, 4)},   // W:ntlm:1001: no TOKEN
      {buffer(SECBUFFER_TOKEN, memory, 4)},  // no DATA
      {buffer(SECBUFFER_TOKEN, memory, 4), buffer(SECBUFFER_TOKEN, memory, 4),
       buffer(SECBUFFER_DATA, memory, 4)},
      {buffer(SECBUFFER_TOKEN, nullptr, 4), buffer(SECBUFFER_DATA, memory, 4)},
      std::vector<SecBuffer>(TokenMessage::kMaximumParts + 1, buffer(SECBUFFER_DATA, memory, 4)),
  };
  for (const auto& set : sets) {
    Description d(set);
    const auto message = TokenMessage::read(&d.desc);
    ASSERT_FALSE(message);
    EXPECT_EQ(message.error().status, Status::InvalidToken);
  }
  EXPECT_EQ(TokenMessage::read(nullptr).error().status, Status::InvalidToken);
}

TEST(StreamMessage, WantsHeaderDataAndTrailerInAnyOrder) {
  char memory[4] = {};
  const auto header = buffer(SECBUFFER_STREAM_HEADER, memory, 4),
             data = buffer(SECBUFFER_DATA, memory, 4),
             trailer = buffer(SECBUFFER_STREAM_TRAILER, memory, 4);
  Description shuffled({trailer, empty(), data, header});
  EXPECT_TRUE(StreamMessage::read(&shuffled.desc));
  for (const auto& set : std::vector<std::vector<SecBuffer>>{
           {header, data}, {data, trailer}, {header, trailer}, {header, data, data, trailer}}) {
    Description d(set);
    EXPECT_EQ(StreamMessage::read(&d.desc).error().status, Status::InvalidToken);
  }
}

// W:schannel:1354-1370: fewer than 4 buffers, no DATA, two DATA, too few EMPTY.
TEST(ReceivedStream, WantsOneDataAndThreeEmpty) {
  char memory[4] = {};
  const auto data = buffer(SECBUFFER_DATA, memory, 4);
  for (const auto& set : std::vector<std::vector<SecBuffer>>{{data, empty(), empty()},
                                                             {empty(), empty(), empty(), empty()},
                                                             {data, data, empty(), empty()},
                                                             {data, empty(), empty(), data}}) {
    Description d(set);
    EXPECT_EQ(ReceivedStream::read(&d.desc).error().status, Status::InvalidToken);
  }
  Description good({data, empty(), empty(), empty()});
  EXPECT_TRUE(ReceivedStream::read(&good.desc));
}

TEST(ReceivedStream, RetypesTheBuffers) {
  std::array<std::uint8_t, 20> memory{};
  Description d({buffer(SECBUFFER_DATA, memory.data(), 20), empty(), empty(), empty()});
  auto stream = ReceivedStream::read(&d.desc);
  ASSERT_TRUE(stream);
  tls::OpenedRecord record;
  const ByteSpan bytes = stream->bytes();
  record.header = bytes.first(5);
  record.data = bytes.subspan(5, 6);
  record.trailer = bytes.subspan(11, 4);
  record.consumed = 15;
  stream->report(record);
  const ULONG types[] = {SECBUFFER_STREAM_HEADER, SECBUFFER_DATA, SECBUFFER_STREAM_TRAILER,
                         SECBUFFER_EXTRA};
  const ULONG sizes[] = {5, 6, 4, 5};
  for (std::size_t i = 0; i < 4; ++i) {
    EXPECT_EQ(d.buffers[i].BufferType, types[i]);
    EXPECT_EQ(d.buffers[i].cbBuffer, sizes[i]);
  }
  EXPECT_EQ(d.buffers[3].pvBuffer, memory.data() + 15);
}

// W:schannel:1376: buffer 0 becomes MISSING.
TEST(ReceivedStream, ReportsWhatIsMissing) {
  char memory[4] = {};
  Description d({buffer(SECBUFFER_DATA, memory, 0), empty(), empty(), empty()});
  auto stream = ReceivedStream::read(&d.desc);
  ASSERT_TRUE(stream);
  stream->report_missing(5);
  EXPECT_EQ(d.buffers[0].BufferType, ULONG{SECBUFFER_MISSING});
  EXPECT_EQ(d.buffers[0].cbBuffer, 5u);
}

}  // namespace
}  // namespace opensspi::abi
