// A folder of its own for each test's accounts, a clock that is set by hand, and clients'
// responses.
#pragma once

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "authority/accounts.h"
#include "authority/database.h"
#include "ntlm/keys.h"
#include "support/fake_environment.h"
#include "support/hex.h"

namespace opensspi::test {

inline constexpr FileTime kSecond = 10'000'000;
inline constexpr FileTime kMinute = 60 * kSecond;

inline NtHash hash_of(std::string_view password) {
  return ntlm::ntowf_v1(password_utf16le(password).expose());
}

template <class T>
Status status_of(const Result<T>& result) {
  return result ? Status::Ok : result.error().status;
}

template <class T>
std::string why_of(const Result<T>& result) {
  return result ? std::string() : result.error().why;
}

// What a client answers to a challenge of zeros.
struct ClientResponse {
  Bytes bytes;  // NTProofStr || temp
  NtlmResponse response;

  ClientResponse(std::string user, std::string domain, std::string_view password)
      : ClientResponse(std::move(user), std::move(domain), hash_of(password)) {}

  ClientResponse(std::string user, std::string domain, const NtHash& nt_hash) {
    response.user = std::move(user);
    response.domain = std::move(domain);
    const Bytes temp = ntlm::make_temp(kFakeNow, {}, Bytes(4));
    const auto key = ntlm::ntowf_v2(nt_hash, response.user, response.domain);
    const auto proof = ntlm::nt_proof_str(*key, response.server_challenge, temp);
    bytes = copy(proof);
    append(bytes, temp);
    response.nt_response = bytes;
  }
  ClientResponse(const ClientResponse&) = delete;
  ClientResponse& operator=(const ClientResponse&) = delete;
};

class Accounts : public testing::Test {
 protected:
  Accounts() {
    std::string pattern = std::filesystem::temp_directory_path() / "opensspi-XXXXXX";
    folder = mkdtemp(pattern.data());  // 0700
    path = folder / "accounts.db";
  }
  ~Accounts() override { std::filesystem::remove_all(folder); }
  Accounts(const Accounts&) = delete;
  Accounts& operator=(const Accounts&) = delete;

  authority::AccountStore::Options options() {
    return {.path = path,
            .host = {"SERVER", "SERVER", "server.example.test", "example.test", false},
            .now = [this] { return now.load(); },
            .deadline = deadline,
            .trace = trace};
  }

  Result<std::unique_ptr<authority::AccountStore>> try_open(
      authority::Missing missing = authority::Missing::Create) {
    return authority::AccountStore::open(options(), missing);
  }

  std::unique_ptr<authority::AccountStore> open(
      authority::Missing missing = authority::Missing::Create) {
    auto store = try_open(missing);
    if (!store) {
      ADD_FAILURE() << store.error().why << ", " << store.error().value;
      std::abort();
    }
    return *std::move(store);
  }

  // The rows that a statement gives, columns parted by '|', in a connection of its own.
  std::vector<std::string> query(const char* sql, int columns = 1) {
    std::vector<std::string> rows;
    auto database = authority::Database::open(path, std::chrono::milliseconds(1000), {});
    if (!database) return {"cannot be opened"};
    auto statement = database->prepare(sql);
    if (!statement) return {"cannot be prepared"};
    for (Result<bool> row = statement->step(); row && *row; row = statement->step()) {
      rows.push_back(statement->text(0));
      for (int i = 1; i < columns; ++i) rows.back() += '|' + statement->text(i);
    }
    return rows;
  }

  void execute(const char* script) {
    auto database = authority::Database::open(path, std::chrono::milliseconds(1000), {});
    ASSERT_TRUE(database);
    const auto done = database->execute(script);
    ASSERT_TRUE(done) << done.error().why << ", " << done.error().value;
  }

  std::filesystem::path folder, path;
  std::atomic<FileTime> now = kFakeNow;
  std::chrono::milliseconds deadline{3000};
  authority::SqlTrace trace;
};

// A process that runs `body` and ends without tidying up, as a crash does; its exit status is the
// number that `body` returns.
template <class Body>
pid_t start_process(Body&& body) {
  const pid_t child = fork();
  if (child == 0) _exit(body());
  return child;
}

// The exit status, or 1000 and the signal that ended it.
inline int wait_for(pid_t child) {
  int status = 0;
  EXPECT_EQ(waitpid(child, &status, 0), child);
  return WIFEXITED(status) ? WEXITSTATUS(status) : 1000 + WTERMSIG(status);
}

// One process tells another to go on.
class Signal {
 public:
  Signal() { EXPECT_EQ(pipe(ends_), 0); }
  ~Signal() {
    close(ends_[0]);
    close(ends_[1]);
  }
  Signal(const Signal&) = delete;
  Signal& operator=(const Signal&) = delete;

  void give() { EXPECT_EQ(write(ends_[1], "", 1), 1); }
  void await() {
    char byte = 0;
    EXPECT_EQ(read(ends_[0], &byte, 1), 1);
  }

 private:
  int ends_[2] = {-1, -1};
};

}  // namespace opensspi::test
