// Test vectors as data: files below tests/vectors, read through OPENSSPI_TEST_DATA.
//
//     # The source: specification and section, or the capture.
//     [A title, where one file holds several cases]
//     Challenge = 0123456789abcdef
//     User = User
//     Long = 00112233
//       44556677                  (an indented line goes on with the value before it)
//
// A test asks for each attribute by name and ends with EXPECT_TRUE(vectors.all_consumed()), so
// that a vector nobody looks at is a failure.
#pragma once

#include <gtest/gtest.h>

#include <cstdint>
#include <fstream>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/bytes.h"
#include "support/hex.h"

namespace opensspi::test {

class Vectors {
 public:
  // A file without titles.
  explicit Vectors(const std::string& file) : where_(file) {
    std::vector<Vectors> cases = sections(file);
    if (cases.size() == 1 && cases.front().title_.empty()) {
      values_ = std::move(cases.front().values_);
    } else {
      ADD_FAILURE() << file << " has " << cases.size() << " cases; use Vectors::sections()";
    }
  }

  // The cases of a file, in its order.
  static std::vector<Vectors> sections(const std::string& file) {
    std::ifstream in(std::string(OPENSSPI_TEST_DATA) + "/" + file);
    EXPECT_TRUE(in.is_open()) << "no such vectors: " << file;
    std::vector<Vectors> cases;
    std::string* last = nullptr;
    for (std::string line; std::getline(in, line);) {
      const std::string text = trimmed(line);
      if (text.empty() || text.front() == '#') continue;
      if (line.front() == '[') {
        cases.push_back(Vectors(file, text.substr(1, text.size() - 2)));
        last = nullptr;
        continue;
      }
      if (cases.empty()) cases.push_back(Vectors(file, ""));
      if (line.front() == ' ' || line.front() == '\t') {
        EXPECT_NE(last, nullptr) << file << ": nothing to go on with: " << line;
        if (last != nullptr) *last += text;
      } else {
        last = cases.back().add(text);
      }
    }
    return cases;
  }

  [[nodiscard]] const std::string& title() const { return title_; }
  [[nodiscard]] bool has(std::string_view name) const { return values_.contains(name); }

  // The value as it is written.
  std::string text(std::string_view name) {
    const auto found = values_.find(name);
    if (found == values_.end()) {
      ADD_FAILURE() << where_ << " has no " << name;
      return {};
    }
    found->second.consumed = true;
    return found->second.text;
  }

  // The value as hexadecimal bytes.
  Bytes bytes(std::string_view name) { return from_hex(text(name)); }

  // The value as a number: decimal, or hexadecimal after 0x.
  std::uint64_t number(std::string_view name) { return std::stoull(text(name), nullptr, 0); }

  [[nodiscard]] testing::AssertionResult all_consumed() const {
    for (const auto& [name, value] : values_) {
      if (!value.consumed) return testing::AssertionFailure() << where_ << ": unused " << name;
    }
    return testing::AssertionSuccess();
  }

 private:
  struct Value {
    std::string text;
    bool consumed = false;
  };

  Vectors(const std::string& file, const std::string& title)
      : where_(title.empty() ? file : file + " [" + title + "]"), title_(title) {}

  // Adds `Name = value`; where the value is kept, for the lines that go on with it.
  std::string* add(const std::string& line) {
    const std::size_t equals = line.find('=');
    const std::string name = trimmed(line.substr(0, equals));
    if (equals == std::string::npos || name.empty()) {
      ADD_FAILURE() << where_ << ": not `Name = value`: " << line;
      return nullptr;
    }
    const auto [place, is_new] = values_.try_emplace(name, Value{trimmed(line.substr(equals + 1))});
    EXPECT_TRUE(is_new) << where_ << ": twice " << name;
    return &place->second.text;
  }

  static std::string trimmed(const std::string& text) {
    const std::size_t first = text.find_first_not_of(" \t\r");
    if (first == std::string::npos) return {};
    return text.substr(first, text.find_last_not_of(" \t\r") - first + 1);
  }

  std::string where_;
  std::string title_;
  std::map<std::string, Value, std::less<>> values_;
};

}  // namespace opensspi::test
