// Connect messages are BER (ITU-T T.125 7), the GCC request inside is PER (ITU-T T.124 8.7), the
// client's data blocks are little-endian structures.
#include "rdp/mcs.h"

#include <algorithm>
#include <array>
#include <initializer_list>
#include <string_view>

namespace opensspi::command::rdp {
namespace {

constexpr std::uint8_t kBoolean = 0x01, kInteger = 0x02, kOctetString = 0x04, kSequence = 0x30;
constexpr std::array<std::uint8_t, 2> kConnectInitial = {0x7F, 0x65};   // [APPLICATION 101]
constexpr std::array<std::uint8_t, 2> kConnectResponse = {0x7F, 0x66};  // [APPLICATION 102]
// PER: choice 8 of DomainMCSPDU in 6 bits, the reason in 3.
constexpr std::uint8_t kUltimatum = 8, kProviderInitiated = 1;

void append(Bytes& to, ByteView bytes) {
  to.insert(to.end(), bytes.begin(), bytes.end());
}

void append_u16(Bytes& to, std::uint32_t value) {
  to.push_back(static_cast<std::uint8_t>(value));
  to.push_back(static_cast<std::uint8_t>(value >> 8));
}

void append_u32(Bytes& to, std::uint32_t value) {
  append_u16(to, value);
  append_u16(to, value >> 16);
}

void append_zeros(Bytes& to, std::size_t size) {
  to.insert(to.end(), size, 0);
}

// X.690 8.1.3, for contents below 64 KB.
void append_element(Bytes& to, ByteView tag, ByteView content) {
  append(to, tag);
  if (content.size() >= 0x80) to.push_back(content.size() > 0xFF ? 0x82 : 0x81);
  if (content.size() > 0xFF) to.push_back(static_cast<std::uint8_t>(content.size() >> 8));
  to.push_back(static_cast<std::uint8_t>(content.size()));
  append(to, content);
}

void append_integer(Bytes& to, std::uint32_t value) {
  Bytes octets;
  for (int shift = 24; shift >= 0; shift -= 8) {
    const auto octet = static_cast<std::uint8_t>(value >> shift);
    if (!octets.empty() || octet != 0 || shift == 0) octets.push_back(octet);
  }
  if ((octets[0] & 0x80) != 0) octets.insert(octets.begin(), 0);
  to.push_back(kInteger);
  to.push_back(static_cast<std::uint8_t>(octets.size()));
  append(to, octets);
}

// DomainParameters: channels, users, tokens, priorities, throughput, height, PDU size, version.
void append_domain_parameters(Bytes& to, std::initializer_list<std::uint32_t> values) {
  Bytes content;
  for (const std::uint32_t value : values) append_integer(content, value);
  append_element(to, std::array{kSequence}, content);
}

// PER lengths, always in the form of two octets.
void append_per_length(Bytes& to, std::size_t size) {
  to.push_back(static_cast<std::uint8_t>(0x80 | size >> 8));
  to.push_back(static_cast<std::uint8_t>(size));
}

// [MS-RDPBCGR] 2.2.1.3.2, with every optional field.
void append_core_data(Bytes& to, std::uint32_t selected_protocol) {
  constexpr std::u16string_view kName = u"opensspi";
  constexpr std::size_t kNameUnits = 16;
  append_u16(to, 0xC001);  // CS_CORE
  append_u16(to, 216);
  append_u32(to, 0x00080004);  // version: RDP 5 and later
  append_u16(to, 1024);        // desktopWidth
  append_u16(to, 768);         // desktopHeight
  append_u16(to, 0xCA01);      // colorDepth: 8 bits, superseded below
  append_u16(to, 0xAA03);      // SASSequence
  append_u32(to, 0x0409);      // keyboardLayout
  append_u32(to, 2600);        // clientBuild
  for (std::size_t i = 0; i < kNameUnits; ++i)
    append_u16(to, i < kName.size() ? kName[i] : 0);  // clientName
  append_u32(to, 4);                                  // keyboardType: 101 or 102 keys
  append_u32(to, 0);                                  // keyboardSubType
  append_u32(to, 12);                                 // keyboardFunctionKey
  append_zeros(to, 64);                               // imeFileName
  append_u16(to, 0xCA01);                             // postBeta2ColorDepth
  append_u16(to, 1);                                  // clientProductId
  append_u32(to, 0);                                  // serialNumber
  append_u16(to, 24);                                 // highColorDepth
  append_u16(to, 7);                                  // supportedColorDepths: 24, 16, 15
  append_u16(to, 1);                                  // earlyCapabilityFlags: error info PDU
  append_zeros(to, 64);                               // clientDigProductId
  append_zeros(to, 2);                                // connectionType, pad1octet
  append_u32(to, selected_protocol);                  // serverSelectedProtocol
}

// [MS-RDPBCGR] 2.2.1.3.3: TLS encrypts, RDP itself nothing.
void append_security_data(Bytes& to) {
  append_u16(to, 0xC002);  // CS_SECURITY
  append_u16(to, 12);
  append_zeros(to, 8);
}

// ITU-T T.124 8.7: ConnectData of a ConferenceCreateRequest named "1" with Microsoft's user data.
Bytes conference_create_request(std::uint32_t selected_protocol) {
  Bytes blocks;
  append_core_data(blocks, selected_protocol);
  append_security_data(blocks);

  Bytes request = {0x00, 0x08, 0x00, 0x10, 0x00, 0x01, 0xC0, 0x00, 'D', 'u', 'c', 'a'};
  append_per_length(request, blocks.size());
  append(request, blocks);

  Bytes connect_data = {0x00, 0x05, 0x00, 0x14, 0x7C, 0x00, 0x01};  // t124Identifier
  append_per_length(connect_data, request.size());
  append(connect_data, request);
  return connect_data;
}

bool begins_with(ByteView bytes, ByteView beginning) {
  return bytes.size() >= beginning.size() &&
         std::equal(beginning.begin(), beginning.end(), bytes.begin());
}

}  // namespace

Bytes connect_initial(std::uint32_t selected_protocol) {
  Bytes content = {kOctetString, 1, 1, kOctetString, 1, 1, kBoolean, 1, 0xFF};  // selectors, upward
  append_domain_parameters(content, {34, 2, 0, 1, 0, 1, 0xFFFF, 2});            // target
  append_domain_parameters(content, {1, 1, 1, 1, 0, 1, 0x420, 2});              // minimum
  append_domain_parameters(content, {0xFFFF, 0xFC17, 0xFFFF, 1, 0, 1, 0xFFFF, 2});  // maximum
  append_element(content, std::array{kOctetString}, conference_create_request(selected_protocol));
  Bytes message;
  append_element(message, kConnectInitial, content);
  return data_tpdu(message);
}

Bytes disconnect_provider_ultimatum() {
  constexpr std::uint16_t kBits = kUltimatum << 10 | kProviderInitiated << 7;
  return data_tpdu(
      std::array{static_cast<std::uint8_t>(kBits >> 8), static_cast<std::uint8_t>(kBits & 0xFF)});
}

McsMessage mcs_message(ByteView frame) {
  const auto payload = data_payload(frame);
  if (!payload || payload->empty()) return McsMessage::Other;
  if (begins_with(*payload, kConnectInitial)) return McsMessage::ConnectInitial;
  if (begins_with(*payload, kConnectResponse)) return McsMessage::ConnectResponse;
  if ((*payload)[0] >> 2 == kUltimatum) return McsMessage::DisconnectProviderUltimatum;
  return McsMessage::Other;
}

const char* name_of(McsMessage message) {
  switch (message) {
    case McsMessage::ConnectInitial:
      return "MCS Connect Initial";
    case McsMessage::ConnectResponse:
      return "MCS Connect Response";
    case McsMessage::DisconnectProviderUltimatum:
      return "MCS Disconnect Provider Ultimatum";
    case McsMessage::Other:
      break;
  }
  return "something else than MCS";
}

}  // namespace opensspi::command::rdp
