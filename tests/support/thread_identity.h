// What the kernel says of the thread that asks.
#pragma once

#include <fstream>
#include <sstream>
#include <string>
#include <vector>

namespace opensspi::test {

// The lines of /proc/thread-self/status that say what the thread may.
inline std::string identity_of_thread() {
  std::ifstream status("/proc/thread-self/status");
  std::string line, lines;
  while (std::getline(status, line)) {
    for (const char* name : {"Uid:", "Gid:", "Groups:", "CapInh:", "CapPrm:", "CapEff:", "CapAmb:"})
      if (line.starts_with(name)) lines += line + '\n';
  }
  return lines;
}

// "Uid:" and its like: real, effective, saved, file system.
inline std::vector<unsigned> numbers_of_thread(const std::string& name) {
  std::istringstream lines(identity_of_thread());
  std::string line;
  std::vector<unsigned> numbers;
  while (std::getline(lines, line)) {
    if (!line.starts_with(name)) continue;
    std::istringstream text(line.substr(name.size()));
    for (unsigned number = 0; text >> number;) numbers.push_back(number);
  }
  return numbers;
}

inline bool has_effective_capabilities() {
  return identity_of_thread().find("CapEff:\t0000000000000000") == std::string::npos;
}

}  // namespace opensspi::test
