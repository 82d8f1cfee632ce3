// Runs a fuzz target over the files of its corpus, for builds without libFuzzer.
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <vector>

#include "support/fuzzing.h"

int main(int argc, char** argv) {
  int num_files = 0;
  for (int i = 1; i < argc; ++i) {
    for (const auto& entry : std::filesystem::directory_iterator(argv[i])) {
      std::ifstream file(entry.path(), std::ios::binary);
      const std::vector<char> input{std::istreambuf_iterator<char>(file), {}};
      // A copy of the exact size, so that a sanitizer sees a read past its end.
      const std::vector<std::uint8_t> bytes(input.begin(), input.end());
      std::printf("%s: %zu bytes\n", entry.path().filename().c_str(), bytes.size());
      std::fflush(stdout);
      LLVMFuzzerTestOneInput(bytes.data(), bytes.size());
      ++num_files;
    }
  }
  if (num_files == 0) std::fprintf(stderr, "no corpus\n");
  return num_files == 0 ? 1 : 0;
}
