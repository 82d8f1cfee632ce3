// Alerts in statuses and words.
#include "tls/failure.h"

#include <gtest/gtest.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/sslerr.h>

#include <string>

namespace opensspi {
namespace {

TEST(TlsFailure, EveryAlertKeepsItsNumberAndHasWords) {
  for (int description = 0; description < 256; ++description) {
    const Error error = tls::alert_received(static_cast<std::uint8_t>(description));
    EXPECT_EQ(error.value, description);
    EXPECT_NE(error.status, Status::Ok);
    EXPECT_GT(std::string(error.why).size(), 10U);
  }
}

TEST(TlsFailure, AlertsHaveSchannelsStatuses) {
  const struct {
    std::uint8_t description;
    Status status;
  } expected[] = {{0, Status::ContextExpired},     {10, Status::IllegalMessage},
                  {20, Status::MessageAltered},    {45, Status::CertExpired},
                  {46, Status::CertUnknown},       {48, Status::UntrustedRoot},
                  {49, Status::IllegalMessage},    {51, Status::DecryptFailure},
                  {71, Status::AlgorithmMismatch}, {120, Status::ApplicationProtocolMismatch},
                  {255, Status::IllegalMessage}};
  for (const auto& one : expected) {
    EXPECT_EQ(tls::alert_received(one.description).status, one.status) << int{one.description};
  }
}

TEST(TlsFailure, TheOldestKnownErrorOfTheQueueIsTheCause) {
  ERR_clear_error();
  ERR_raise(ERR_LIB_EVP, 1);
  ERR_raise(ERR_LIB_SSL, SSL_R_NO_SHARED_CIPHER);
  ERR_raise(ERR_LIB_SSL, SSL_AD_REASON_OFFSET + SSL_AD_ACCESS_DENIED);
  EXPECT_EQ(tls::take_failure({}).status, Status::AlgorithmMismatch);
  EXPECT_EQ(ERR_peek_error(), 0U);
  ERR_raise(ERR_LIB_SSL, SSL_AD_REASON_OFFSET + SSL_AD_ACCESS_DENIED);
  EXPECT_EQ(tls::take_failure({}).value, 49);
  const Error otherwise{Status::DecryptFailure, "otherwise"};
  EXPECT_STREQ(tls::take_failure(otherwise).why, "otherwise");
}

}  // namespace
}  // namespace opensspi
