// Application protocols, RFC 7301.
#include "pair.h"

namespace caller {
namespace {

Bytes protocols(std::initializer_list<std::string_view> names) {
  Bytes list;
  for (const std::string_view name : names) {
    list.push_back(static_cast<std::uint8_t>(name.size()));
    list.insert(list.end(), name.begin(), name.end());
  }
  const std::size_t header = offsetof(SEC_APPLICATION_PROTOCOL_LIST, ProtocolList);
  Bytes bytes(sizeof(ULONG) + header);
  const auto size = static_cast<ULONG>(header + list.size());
  const auto kind = std::uint32_t{SecApplicationProtocolNegotiationExt_ALPN};
  const auto list_size = static_cast<USHORT>(list.size());
  std::memcpy(bytes.data(), &size, sizeof size);
  std::memcpy(bytes.data() + sizeof size, &kind, sizeof kind);
  std::memcpy(bytes.data() + sizeof size + sizeof kind, &list_size, sizeof list_size);
  bytes.insert(bytes.end(), list.begin(), list.end());
  return bytes;
}

class Alpn : public SchannelTest {
 protected:
  static std::string agreed(Party& party) {
    const auto protocol =
        queried<SecPkgContext_ApplicationProtocol>(party, SECPKG_ATTR_APPLICATION_PROTOCOL);
    const bool any = protocol.ProtoNegoStatus == SecApplicationProtocolNegotiationStatus_Success;
    EXPECT_EQ(any, protocol.ProtoNegoExt == SecApplicationProtocolNegotiationExt_ALPN);
    return {protocol.ProtocolId, protocol.ProtocolId + protocol.ProtocolIdSize};
  }
};
FOR_BOTH_VERSIONS(Alpn);

TEST_P(Alpn, AgreesOnTheServersFirst) {  // W:schannel:1591-1742
  struct Row {
    std::initializer_list<std::string_view> client, server;
    const char* agreed;
  };
  for (const Row& row :
       {Row{{"http/1.1", "h2"}, {"http/1.1", "h2"}, "http/1.1"},
        Row{{"http/1.1", "h2"}, {"h2"}, "h2"}, Row{{"http/1.1", "h2"}, {"h2", "http/1.1"}, "h2"}}) {
    SchannelPair pair(options());
    pair.client.application_protocols = protocols(row.client);
    pair.server.application_protocols = protocols(row.server);
    ASSERT_LOGGED_ON(pair.client, pair.server);
    EXPECT_EQ(agreed(pair.client), row.agreed);
    EXPECT_EQ(agreed(pair.server), row.agreed);
  }
}

TEST_P(Alpn, IsNotNeeded) {
  SchannelPair pair(options());
  pair.client.application_protocols = protocols({"h2"});
  ASSERT_LOGGED_ON(pair.client, pair.server);
  EXPECT_EQ(agreed(pair.client), "");
  EXPECT_EQ(agreed(pair.server), "");
}

TEST_P(Alpn, HasAnAnswerWhenNothingIsShared) {
  SchannelPair pair(options());
  pair.client.application_protocols = protocols({"h2"});
  pair.server.application_protocols = protocols({"ldap"});
  talk(pair.client, pair.server);
  EXPECT_STATUS(SEC_E_APPLICATION_PROTOCOL_MISMATCH, pair.server.status());
  EXPECT_STATUS(SEC_E_APPLICATION_PROTOCOL_MISMATCH, pair.client.status());
}

TEST_P(Alpn, RefusesListsThatAreNone) {
  const Bytes good = protocols({"h2"});
  for (std::size_t size = 1; size < good.size(); ++size) {
    SchannelPair pair(options());
    pair.client.application_protocols = Bytes(good.begin(), good.begin() + std::ptrdiff_t(size));
    EXPECT_STATUS(SEC_E_INVALID_TOKEN, pair.client.run().status);
  }
  Bytes empty_name = protocols({""});
  SchannelPair pair(options());
  pair.client.application_protocols = empty_name;
  EXPECT_STATUS(SEC_E_INVALID_TOKEN, pair.client.run().status);
}

}  // namespace
}  // namespace caller
