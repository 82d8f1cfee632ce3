// Payloads of saved credentials.
#include "logon/saved_payload.h"

#include <gtest/gtest.h>

#include "support/fake_environment.h"

namespace opensspi::logon {
namespace {

SavedCredential something() {
  SavedCredential credential;
  credential.type = SavedType::DomainPassword;
  credential.flags = 4;
  credential.persist = 3;
  credential.target = "TERMSRV/m\u00fcller.example";
  credential.target_alias = "M\u00dcLLER";
  credential.comment = "a comment";
  credential.user = "CORP\\alice";
  credential.last_written = 0x0123456789ABCDEF;
  credential.blob = test::password_utf16le("secret");
  credential.attributes.push_back({"keyword", 7, {1, 2, 3}});
  credential.attributes.push_back({"empty", 0, {}});
  return credential;
}

TEST(SavedPayload, ComesBackAsItWas) {
  const SavedCredential credential = something();
  const auto payload = write_saved(credential);
  ASSERT_TRUE(payload);
  const auto back = parse_saved(payload->expose());
  ASSERT_TRUE(back);
  EXPECT_EQ(back->type, credential.type);
  EXPECT_EQ(back->flags, credential.flags);
  EXPECT_EQ(back->persist, credential.persist);
  EXPECT_EQ(back->target, credential.target);
  EXPECT_EQ(back->target_alias, credential.target_alias);
  EXPECT_EQ(back->comment, credential.comment);
  EXPECT_EQ(back->user, credential.user);
  EXPECT_EQ(back->last_written, credential.last_written);
  EXPECT_TRUE(equal(back->blob.expose(), credential.blob.expose()));
  ASSERT_EQ(back->attributes.size(), 2U);
  EXPECT_EQ(back->attributes[0].keyword, "keyword");
  EXPECT_EQ(back->attributes[0].flags, 7U);
  EXPECT_EQ(back->attributes[0].value, (Bytes{1, 2, 3}));
  EXPECT_EQ(back->attributes[1].value, Bytes());
}

// The blob is what is left, so only what comes before it can be missed.
TEST(SavedPayload, IsRefusedWhenItIsCut) {
  SavedCredential credential = something();
  credential.blob = SecretBytes();
  const auto payload = write_saved(credential);
  ASSERT_TRUE(payload);
  for (std::size_t size = 0; size < payload->size(); ++size) {
    EXPECT_FALSE(parse_saved(payload->expose().first(size))) << size;
  }
}

TEST(SavedPayload, HoldsWellFormedTextOnly) {
  SavedCredential credential = something();
  credential.comment = "\xED\xA0\x80";  // a surrogate
  const auto payload = write_saved(credential);
  ASSERT_TRUE(payload);
  const auto back = parse_saved(payload->expose());
  ASSERT_FALSE(back);
  EXPECT_EQ(back.error().status, Status::InternalError);
}

TEST(SavedPayload, IsNoLargerThanAKey) {
  SavedCredential credential = something();
  credential.attributes.clear();
  credential.comment.clear();
  const std::size_t others = write_saved(credential)->size();
  credential.comment.assign(32767 - others, 'c');
  EXPECT_TRUE(write_saved(credential));
  for (const std::size_t size : {32767 - others + 1, std::size_t{65536}, std::size_t{70000}}) {
    credential.comment.assign(size, 'c');
    const auto payload = write_saved(credential);
    ASSERT_FALSE(payload) << size;
    EXPECT_EQ(payload.error().status, Status::InsufficientMemory);
  }
}

}  // namespace
}  // namespace opensspi::logon
