// A KCM that answers, one that hangs, one that hangs up, one that died, and none.
#include "authority/kcm.h"

#include <gtest/gtest.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <filesystem>
#include <string>
#include <thread>

namespace opensspi::authority {
namespace {

using std::chrono::milliseconds;
using Request = std::array<std::uint8_t, 8>;

constexpr milliseconds kShort{50}, kLong{20'000};

class Kcm : public testing::Test {
 protected:
  Kcm() {
    std::string name = std::filesystem::temp_directory_path() / "opensspi-kcm-XXXXXX";
    if (mkdtemp(name.data()) == nullptr) abort();
    folder_ = name;
    path_ = folder_ / "socket";
  }
  ~Kcm() override {
    stop_listening();
    std::filesystem::remove_all(folder_);
  }

  void listen_at_path() {
    listener_ = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    ASSERT_LT(path_.size(), sizeof address.sun_path);
    std::ranges::copy(path_, address.sun_path);
    ASSERT_EQ(bind(listener_, reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
    ASSERT_EQ(listen(listener_, 1), 0);
  }
  void stop_listening() {
    if (listener_ >= 0) close(listener_);
    listener_ = -1;
  }
  // Takes one connection and its request, and hangs up; after an answer, if there is one.
  Request serve(const std::string& answer) const {
    const int connection = accept(listener_, nullptr, nullptr);
    Request request{};
    recv(connection, request.data(), request.size(), MSG_WAITALL);
    send(connection, answer.data(), answer.size(), MSG_NOSIGNAL);
    close(connection);
    return request;
  }

  std::filesystem::path folder_;
  std::string path_;
  int listener_ = -1;
};

TEST_F(Kcm, AnswersTheRequestThatDoesNothing) {
  listen_at_path();
  Request request{};
  std::thread service([&] { request = serve(std::string(8, '\0')); });
  EXPECT_TRUE(kcm_answers(path_, kLong));
  service.join();
  EXPECT_EQ(request, (Request{0, 0, 0, 4, 2, 0, 0, 0}));
}

TEST_F(Kcm, MayHang) {
  listen_at_path();
  const auto begin = std::chrono::steady_clock::now();
  EXPECT_FALSE(kcm_answers(path_, kShort));
  EXPECT_GE(std::chrono::steady_clock::now() - begin, kShort);
}

TEST_F(Kcm, MayHangWithManyWaitingAlready) {
  listen_at_path();
  for (int i = 0; i < 8; ++i) EXPECT_FALSE(kcm_answers(path_, milliseconds(0)));
}

TEST_F(Kcm, MayHangUp) {
  listen_at_path();
  std::thread service([&] { serve({}); });
  EXPECT_FALSE(kcm_answers(path_, kLong));
  service.join();
}

TEST_F(Kcm, MayHaveDied) {
  listen_at_path();
  stop_listening();
  EXPECT_FALSE(kcm_answers(path_, kLong));
}

TEST_F(Kcm, MayNeverHaveBeen) {
  EXPECT_FALSE(kcm_answers(path_, kLong));
  EXPECT_FALSE(kcm_answers("", kLong));
  EXPECT_FALSE(kcm_answers(std::string(200, '/'), kLong));
}

}  // namespace
}  // namespace opensspi::authority
