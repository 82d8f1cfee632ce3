// What contexts, credentials and declared packages answer unless a package says otherwise.
#include <gtest/gtest.h>

#include "sspi/context.h"
#include "sspi/identity.h"
#include "sspi/package.h"

namespace opensspi {
namespace {

class PlainContext final : public Context {
 public:
  StepOutput step(const StepInput& /*input*/) override { return {}; }
};

class PlainCredential final : public Credential {
 public:
  Result<std::unique_ptr<Context>> new_context(const ContextRequest& /*request*/) const override {
    return std::make_unique<PlainContext>();
  }
};

TEST(Context, HasNothingOfItsOwn) {
  PlainContext context;
  EXPECT_EQ(context.message_protection(), nullptr);
  EXPECT_EQ(context.stream_protection(), nullptr);
  EXPECT_EQ(context.mech_list_mic(), nullptr);
  for (const AttributeId id : {AttributeId::Sizes, AttributeId::Names, AttributeId::AccessToken,
                               AttributeId::SessionKey, AttributeId::ProtocolVersion}) {
    const auto attribute = context.query(id);
    ASSERT_FALSE(attribute);
    EXPECT_EQ(attribute.error().status, Status::UnsupportedFunction);
  }
}

TEST(StepOutput, GoesOnAndGrantsNothing) {
  const StepOutput output = PlainContext().step({});
  ASSERT_TRUE(output.progress);
  EXPECT_EQ(*output.progress, Progress::ContinueNeeded);
  EXPECT_TRUE(output.token.empty());
  EXPECT_EQ(output.granted, ContextFlags::None);
  EXPECT_EQ(output.unread, 0U);
  EXPECT_EQ(output.missing, 0U);
  EXPECT_EQ(output.expiry, kNever);
  EXPECT_STREQ(output.received, "");
  EXPECT_STREQ(output.sent, "");
}

TEST(Credential, HasNoNameAndNeverExpires) {
  const auto credential = std::make_shared<PlainCredential>();
  EXPECT_EQ(credential->names().error().status, Status::NoCredentials);
  EXPECT_EQ(credential->expiry(), kNever);
  EXPECT_EQ(credential->with_kdc_proxy({}).error().status, Status::UnsupportedFunction);
  const std::shared_ptr<const Credential> kept = credential->shared_from_this();
  EXPECT_EQ(kept, credential);
}

TEST(Identity, HasOneSecretOrNone) {
  Identity identity;
  EXPECT_EQ(identity.password(), nullptr);
  EXPECT_EQ(identity.nt_hash(), nullptr);
  identity.secret = SecretBytes(ByteView(Bytes{1, 2}));
  ASSERT_NE(identity.password(), nullptr);
  EXPECT_EQ(identity.password()->size(), 2U);
  EXPECT_EQ(identity.nt_hash(), nullptr);
  identity.secret = NtHash();
  EXPECT_EQ(identity.password(), nullptr);
  EXPECT_NE(identity.nt_hash(), nullptr);
}

}  // namespace
}  // namespace opensspi
