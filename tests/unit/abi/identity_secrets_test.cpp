// Identities come, change their form and go, and no freed memory has the password in it.
#include <gtest/gtest.h>

#include <cstring>

#include "abi/auth_identity.h"
#include "abi/identity_block.h"
#include "abi/identity_cipher.h"
#include "abi/logon_buffer.h"
#include "abi/wide_text.h"
#include "base/utf16.h"
#include "support/freed_memory.h"

namespace opensspi::abi {
namespace {

// Made at run time, so that it is in no constant.
std::string narrow_password() {
  std::string password;
  for (int i = 0; i < 12; ++i) password += static_cast<char>('a' + (i * 7 + 3) % 26);
  return password;
}

void go_through_every_form(std::string& password) {
  SEC_WINNT_AUTH_IDENTITY_A plain{};
  plain.Password = reinterpret_cast<UCHAR*>(password.data());
  plain.PasswordLength = static_cast<ULONG>(password.size());
  plain.Flags = SEC_WINNT_AUTH_IDENTITY_ANSI;
  ASSERT_TRUE(read_auth_identity(&plain));

  const auto parts = read_identity(&plain).value();
  const auto block = write_identity_block(parts).value();
  const ByteView bytes = identity_block_at(block.get()).value();
  ASSERT_TRUE(encrypt_identity_block({block.get(), bytes.size()}));
  ASSERT_TRUE(read_auth_identity(block.get()));
  ASSERT_TRUE(decrypt_identity_block({block.get(), bytes.size()}));
  ASSERT_TRUE(read_identity_block(bytes));

  const LogonStrings strings{{}, {}, parts.password->expose()};
  const std::size_t size = logon_buffer_size(strings).value();
  const auto logon = make_block<std::uint8_t>(size);
  write_logon_buffer(strings, {logon.get(), size});
  ASSERT_TRUE(read_submit_buffer(logon.get()));
  ASSERT_TRUE(secret_text_to<SEC_CHAR>(parts.password->expose()));
  ASSERT_TRUE(secret_utf16_from(password.c_str()));
}

TEST(IdentitySecrets, LeaveNothingBehind) {
  std::string password = narrow_password();
  const Bytes wide = utf8_to_utf16le(password).value();
  for (const ByteView pattern : {view(password), ByteView(wide)}) {
    const test::FreedMemory freed(pattern);
    go_through_every_form(password);
    EXPECT_EQ(freed.num_blocks_with_pattern(), 0);
  }
  const test::FreedMemory freed(wide);
  {
    const Bytes unprotected = copy(wide);
    asm volatile("" : : "r"(unprotected.data()) : "memory");
  }
  EXPECT_EQ(freed.num_blocks_with_pattern(), 1) << "the test sees it";
}

}  // namespace
}  // namespace opensspi::abi
