// The bytes of channel bindings that are hashed. RFC 4121 4.1.1.2, [MS-NLMP] 2.2.2.1
#include "sspi/channel_bindings.h"

#include <gtest/gtest.h>

#include "crypto/digest.h"
#include "support/vectors.h"

namespace opensspi {
namespace {

using test::to_hex;

TEST(ChannelBindings, NoneAreFiveZeros) {
  EXPECT_EQ(ChannelBindings().hash_input(), Bytes(20));
}

TEST(ChannelBindings, EveryFieldInItsPlace) {
  ChannelBindings bindings;
  bindings.initiator_address_type = 0x01020304;
  bindings.initiator_address = {0xAA};
  bindings.acceptor_address_type = 0x11121314;
  bindings.acceptor_address = {0xBB, 0xBB};
  bindings.application_data = {0xCC, 0xCC, 0xCC};
  EXPECT_EQ(to_hex(bindings.hash_input()),
            "04030201"
            "01000000"
            "aa"
            "14131211"
            "02000000"
            "bbbb"
            "03000000"
            "cccccc");
}

TEST(ChannelBindings, OfACertificate) {
  test::Vectors v("ntlm/full_exchange.txt");
  ChannelBindings bindings;
  bindings.application_data = copy(view("tls-server-end-point:"));
  append(bindings.application_data, v.bytes("CertificateHash"));
  EXPECT_EQ(to_hex(crypto::md5({bindings.hash_input()})), v.text("ChannelBindings"));
}

}  // namespace
}  // namespace opensspi
