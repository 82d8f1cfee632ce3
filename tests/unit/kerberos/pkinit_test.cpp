// Whom the PIN is told.
#include "kerberos/pkinit.h"

#include <krb5.h>

#include <array>
#include <memory>
#include <optional>
#include <string>

#include "world.h"

namespace opensspi::kerberos {
namespace {

constexpr char kPin[] = "123456";

class PkinitPrompt : public KerberosTest {
 protected:
  void SetUp() override {
    const auto environment = test::make_environment(nullptr);
    environment->open_card = [](const Identity&) -> Result<CardLogon> {
      return CardLogon{"", "PKCS11:module_name=card.so", SecretBytes(view(kPin)), nullptr};
    };
    auto identity = std::make_shared<Identity>();
    identity->secret = SmartCard{};
    pkinit_ = Pkinit::begin(*environment,
                            Source{.where = std::shared_ptr<const Identity>(identity),
                                   .principal = {},
                                   .name = {},
                                   .configuration = Configuration::Callers},
                            *library_)
                  .value();
  }

  // What is told to who asks so; nothing when that is nothing.
  std::optional<std::string> told(std::optional<krb5_prompt_type> type, const char* name = nullptr,
                                  const char* banner = nullptr, int count = 1, unsigned room = 64) {
    std::string told(room, '\0');
    krb5_data reply{KV5M_DATA, room, told.data()};
    std::array<krb5_prompt, 2> prompts{};
    std::array<krb5_prompt_type, 2> types{};
    prompts.fill({nullptr, 1, &reply});
    types.fill(type.value_or(0));
    const auto code =
        pkinit_->answer(type ? types.data() : nullptr, name, banner, count, prompts.data());
    if (code != 0) return std::nullopt;
    return told.substr(0, reply.length);
  }

  Result<Library> library_ = Library::open(Configuration::Callers);
  std::unique_ptr<Pkinit> pkinit_;
};

TEST_F(PkinitPrompt, IsAnsweredOnce) {
  EXPECT_EQ(told(KRB5_PROMPT_TYPE_PREAUTH), kPin);
  EXPECT_EQ(told(KRB5_PROMPT_TYPE_PREAUTH), std::nullopt);
}

TEST_F(PkinitPrompt, OfAnotherKindIsNot) {
  EXPECT_EQ(told(KRB5_PROMPT_TYPE_PASSWORD), std::nullopt);
  EXPECT_EQ(told(std::nullopt), std::nullopt);
  EXPECT_EQ(told(KRB5_PROMPT_TYPE_PREAUTH, "SAM Authentication"), std::nullopt);
  EXPECT_EQ(told(KRB5_PROMPT_TYPE_PREAUTH, nullptr, "Challenge from authentication server"),
            std::nullopt);
  EXPECT_EQ(told(KRB5_PROMPT_TYPE_PREAUTH, nullptr, nullptr, 2), std::nullopt);
  EXPECT_EQ(told(KRB5_PROMPT_TYPE_PREAUTH, nullptr, nullptr, 1, sizeof kPin - 2), std::nullopt);
  EXPECT_EQ(told(KRB5_PROMPT_TYPE_PREAUTH), kPin);  // it was kept all the time
}

TEST_F(PkinitPrompt, OutsideOfAQuestionOfLibkrb5sIsNot) {
  std::array<char, 64> room{};
  krb5_data reply{KV5M_DATA, room.size(), room.data()};
  krb5_prompt prompt{nullptr, 1, &reply};
  EXPECT_EQ(Pkinit::prompt(library_->get(), pkinit_.get(), nullptr, nullptr, 1, &prompt),
            KRB5_LIBOS_CANTREADPWD);
  EXPECT_EQ(Pkinit::prompt(library_->get(), pkinit_.get(), "title", "banner", 0, nullptr), 0);
}

}  // namespace
}  // namespace opensspi::kerberos
