// What main() puts together. A benchmark is called ROW/SIDE: report.py sets the sides of one row
// beside each other.
#pragma once

#include <benchmark/benchmark.h>
#include <malloc.h>

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "context_pair.h"
#include "opensspi.h"

namespace bench {

inline constexpr const char* kOurs = "opensspi";

void register_ntlm_benchmarks();
void register_credssp_benchmarks();

// The one user that all measured logons are of.
class User {
 public:
  User();
  [[nodiscard]] SEC_WINNT_AUTH_IDENTITY_W* identity() { return &identity_; }
  [[nodiscard]] const std::array<std::uint8_t, 16>& nt_hash() const { return nt_hash_; }
  [[nodiscard]] static User& instance();

  static constexpr const char* kName = "alice";
  static constexpr const char* kDomain = "EXAMPLE";
  static constexpr const char* kPassword = "Correct-Horse-7";

 private:
  std::array<std::uint16_t, 32> name_{}, domain_{}, password_{};
  SEC_WINNT_AUTH_IDENTITY_W identity_{};
  std::array<std::uint8_t, 16> nt_hash_{};
};

// A server's credential that asks this program for NT hashes, so that no database is measured.
[[nodiscard]] std::unique_ptr<Credential> acquire_inbound(const char* package, void* auth_data);

[[nodiscard]] const SecurityFunctionTableW& our_table();

// Measures `work` under ROW/SIDE, when it has worked once: a program opens its accounts, loads its
// algorithms and warms its heap once.
template <class Work>
void add(const std::string& row, const std::string& side, Work work) {
  const auto measure = [work](benchmark::State& state) mutable {
    work();
    for ([[maybe_unused]] auto _ : state) work();
  };
  benchmark::RegisterBenchmark((row + "/" + side).c_str(), measure);
}

// Heap bytes of one live `T`, as the mean over many that live together.
template <class Make>
void add_memory(const std::string& row, const std::string& side, Make make) {
  auto measure = [make](benchmark::State& state) {
    constexpr std::size_t kNumAlive = 200;
    std::vector<decltype(make())> alive;
    alive.reserve(kNumAlive);
    make();  // what is made once stays out of the figure
    for ([[maybe_unused]] auto _ : state) {
      const auto used = [] { return mallinfo2().uordblks + mallinfo2().hblkhd; };
      const std::size_t before = used();
      while (alive.size() < kNumAlive) alive.push_back(make());
      state.counters["bytes"] = static_cast<double>(used() - before) / kNumAlive;
    }
  };
  benchmark::RegisterBenchmark((row + "/" + side).c_str(), measure)->Iterations(1)->Repetitions(1);
}

}  // namespace bench
