// What a server is handed of the credential that a client delegated.
#include "abi/delegated.h"

#include <gtest/gtest.h>

#include <memory>

#include "abi/certificate_logon.h"
#include "abi/memory.h"
#include "base/utf16.h"
#include "negotiate/package.h"

namespace opensspi::abi {
namespace {

// An established context that has this identity to give, and nothing else.
class Delegating final : public Context {
 public:
  explicit Delegating(std::shared_ptr<const Identity> identity) : identity_(std::move(identity)) {}

  StepOutput step(const StepInput& /*input*/) override { return {}; }
  [[nodiscard]] Result<Attribute> query(AttributeId id) const override {
    if (id != AttributeId::DelegatedCredential)
      return fail(Status::UnsupportedFunction, "not asked here");
    return Attribute{identity_};
  }

 private:
  std::shared_ptr<const Identity> identity_;
};

struct Delegated : testing::Test {
  std::unique_ptr<SecurityPackage> package = negotiate::make_package(nullptr, {});

  std::unique_ptr<ContextEntry> entry_for(Identity identity) {
    ContextRequest request;
    request.role = Role::Server;
    auto entry = std::make_unique<ContextEntry>(*package, request);
    entry->context = std::make_unique<Delegating>(std::make_shared<Identity>(std::move(identity)));
    return entry;
  }

  static Identity card_holder() {
    Identity identity;
    identity.user = "alice";
    SmartCard card;
    card.pin = SecretBytes(utf8_to_utf16le("12\u266534").value());
    card.container_name = "container";
    identity.secret = std::move(card);
    return identity;
  }
};

TEST_F(Delegated, SmartCardIsAPackedCertificateLogon) {
  const auto entry = entry_for(card_holder());
  SecPkgContext_ClientCreds creds{};
  ASSERT_TRUE(write_client_creds(*entry, creds));
  const auto read = read_certificate_logon({creds.AuthBuffer, creds.AuthBufferLen});
  ASSERT_TRUE(read) << read.error().why;
  EXPECT_EQ(read->user, "alice");
  EXPECT_EQ(read->smart_card()->container_name, "container");
  EXPECT_TRUE(free_block(creds.AuthBuffer));
}

TEST_F(Delegated, SmartCardIsTextForServices) {
  const auto entry = entry_for(card_holder());
  opensspi_identity identity{};
  ASSERT_TRUE(write_identity(*entry, identity));
  EXPECT_EQ(identity.password, nullptr);
  ASSERT_NE(identity.smart_card, nullptr);
  EXPECT_STREQ(identity.smart_card->pin, "12\u266534");
  EXPECT_EQ(identity.smart_card->pin_size, 7u);
  EXPECT_STREQ(identity.smart_card->container_name, "container");
  EXPECT_STREQ(identity.smart_card->reader_name, "");
  EXPECT_EQ(identity.smart_card->key_spec, 1u);
  opensspi_identity_free(&identity);
  EXPECT_EQ(identity.smart_card, nullptr);
}

TEST_F(Delegated, CardWithoutNamesIsSomethingStill) {
  Identity identity;
  identity.secret = SmartCard{};
  SecPkgContext_ClientCreds creds{};
  EXPECT_TRUE(write_client_creds(*entry_for(std::move(identity)), creds));
  free_block(creds.AuthBuffer);
  EXPECT_EQ(write_client_creds(*entry_for(Identity{}), creds).error().status,
            Status::NoCredentials);
}

}  // namespace
}  // namespace opensspi::abi
