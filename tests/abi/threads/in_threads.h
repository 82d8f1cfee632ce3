// Several threads that begin together.
#pragma once

#include <atomic>
#include <thread>
#include <vector>

namespace caller {

inline constexpr int kThreads = 8;

// Runs `body`, with its number, in each.
template <class F>
void in_threads(int count, F body) {
  std::atomic<int> waiting = count;
  std::vector<std::thread> threads;
  for (int i = 0; i < count; ++i) {
    threads.emplace_back([&, i] {
      --waiting;
      while (waiting != 0) std::this_thread::yield();
      body(i);
    });
  }
  for (std::thread& thread : threads) thread.join();
}

}  // namespace caller
