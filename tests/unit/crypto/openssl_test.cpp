// The library's context beside a host program's. Runs once more as unit_crypto_in_hostile_host,
// where OPENSSL_CONF takes every algorithm from the host's own context.
#include "crypto/openssl.h"

#include <gtest/gtest.h>
#include <openssl/evp.h>

#include <cstdlib>
#include <memory>
#include <set>
#include <thread>
#include <vector>

#include "crypto/digest.h"
#include "support/hex.h"

namespace opensspi::crypto {
namespace {

bool has_sha256(OSSL_LIB_CTX* context) {
  const std::unique_ptr<EVP_MD, decltype(&EVP_MD_free)> digest(
      EVP_MD_fetch(context, "SHA256", nullptr), EVP_MD_free);
  return digest != nullptr;
}

TEST(LibraryContext, IsOneForAllThreads) {
  std::vector<OSSL_LIB_CTX*> seen(8);
  std::vector<std::thread> threads;
  for (OSSL_LIB_CTX*& place : seen) {
    threads.emplace_back([&place] {
      place = library_context();
      static_cast<void>(sha256({}));
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(std::set(seen.begin(), seen.end()).size(), 1u);
  EXPECT_NE(seen.front(), nullptr);
}

TEST(LibraryContext, WorksWhereTheHostHasNoAlgorithms) {
  ASSERT_EQ(EVP_set_default_properties(nullptr, "fips=yes"), 1);
  EXPECT_FALSE(has_sha256(nullptr)) << "the host's context should have lost its algorithms";
  EXPECT_TRUE(has_sha256(library_context()));
  ASSERT_EQ(EVP_set_default_properties(nullptr, ""), 1);
}

TEST(LibraryContext, ReadsNoConfigurationFile) {
  const bool is_hostile = std::getenv("OPENSSL_CONF") != nullptr;
  ASSERT_EQ(OPENSSL_init_crypto(OPENSSL_INIT_LOAD_CONFIG, nullptr), 1);
  EXPECT_EQ(has_sha256(nullptr), !is_hostile);
  EXPECT_TRUE(has_sha256(library_context()));
  EXPECT_EQ(test::to_hex(sha256({view("abc")})),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

}  // namespace
}  // namespace opensspi::crypto
