// What a server is handed of the credential that a client delegated.
#include "abi/delegated.h"

#include <gtest/gtest.h>

#include <memory>

#include "abi/certificate_logon.h"
#include "abi/identity_block.h"
#include "abi/logon_buffer.h"
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

  static Identity with_password(const char* user, const char* domain) {
    Identity identity;
    identity.user = user;
    identity.domain = domain;
    identity.secret = SecretBytes(utf8_to_utf16le("p\u00e4ss").value());
    return identity;
  }

  using Write = Result<void> (*)(const ContextEntry&, SecPkgContext_ClientCreds&);
  // The buffer of AuthBuffer, which is freed.
  Bytes creds(Identity identity, Write write) {
    SecPkgContext_ClientCreds creds{};
    const auto written = write(*entry_for(std::move(identity)), creds);
    EXPECT_TRUE(written);
    const Bytes buffer(creds.AuthBuffer, creds.AuthBuffer + creds.AuthBufferLen);
    free_block(creds.AuthBuffer);
    return buffer;
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

TEST_F(Delegated, OnlineIdentityIsAMarshalledBlockForCreds2) {
  for (const char* provider : {"MicrosoftAccount", "microsoftaccount", "AzureAD"}) {
    SCOPED_TRACE(provider);
    const Bytes block = creds(with_password("alice@live.example", provider), write_client_creds_2);
    const auto header = read_identity_header(block);
    ASSERT_TRUE(header) << header.error().why;
    EXPECT_EQ(header->cbStructureLength, block.size());
    EXPECT_EQ(header->Flags,
              ULONG{SEC_WINNT_AUTH_IDENTITY_UNICODE | SEC_WINNT_AUTH_IDENTITY_MARSHALLED |
                    SEC_WINNT_AUTH_IDENTITY_FLAGS_ID_PROVIDER});
    const auto parts = read_identity_block(block);
    ASSERT_TRUE(parts) << parts.error().why;
    EXPECT_EQ(*parts->user, utf8_to_utf16le("alice@live.example").value());
    EXPECT_EQ(*parts->domain, utf8_to_utf16le(provider).value());
    EXPECT_TRUE(equal(parts->password->expose(), utf8_to_utf16le("p\u00e4ss").value()));
  }
}

TEST_F(Delegated, OnlineIdentityIsALogonForCreds) {
  const Bytes buffer = creds(with_password("alice", "MicrosoftAccount"), write_client_creds);
  const auto parts = read_logon_buffer(buffer);
  ASSERT_TRUE(parts) << parts.error().why;
  EXPECT_EQ(*parts->domain, utf8_to_utf16le("MicrosoftAccount").value());
}

TEST_F(Delegated, OthersAreTheSameForCredsAndCreds2) {
  for (const char* domain : {"", "WONDERLAND", "MicrosoftAccounts"}) {
    SCOPED_TRACE(domain);
    EXPECT_EQ(creds(with_password("alice", domain), write_client_creds),
              creds(with_password("alice", domain), write_client_creds_2));
  }
  EXPECT_EQ(creds(card_holder(), write_client_creds), creds(card_holder(), write_client_creds_2));
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
