// What an identity says.
#include "sspi/identity.h"

#include <gtest/gtest.h>

namespace opensspi {
namespace {

TEST(Identity, SaysNothingWithThreeEmptyStrings) {
  Identity identity;
  EXPECT_FALSE(says_anything(identity));
  identity.secret.emplace<SecretBytes>();
  EXPECT_FALSE(says_anything(identity));
}

TEST(Identity, SaysSomethingWithAnyOfItsParts) {
  Identity user, domain, password, hash, card;
  user.user = "u";
  domain.domain = "d";
  password.secret = SecretBytes(Bytes{'p', 0});
  hash.secret = NtHash();
  card.secret = SmartCard{};
  for (const Identity* identity : {&user, &domain, &password, &hash, &card})
    EXPECT_TRUE(says_anything(*identity));
}

}  // namespace
}  // namespace opensspi
