// Text that is erased when it is no longer needed. Reserve before growing: what a string moves away
// from is not erased.
#pragma once

#include <string.h>

#include <string>
#include <string_view>
#include <utility>

namespace opensspi::command {

class SecretText {
 public:
  SecretText() = default;
  explicit SecretText(std::string_view text) : text_(text) {}
  SecretText(SecretText&& other) noexcept { swap(other); }
  SecretText& operator=(SecretText&& other) noexcept {
    SecretText taken(std::move(other));
    swap(taken);
    return *this;
  }
  ~SecretText() { explicit_bzero(text_.data(), text_.capacity()); }

  [[nodiscard]] std::string& expose() { return text_; }
  [[nodiscard]] const std::string& expose() const { return text_; }

 private:
  // A short string lies in the object itself: exchanging, not moving, leaves no copy behind.
  void swap(SecretText& other) noexcept { text_.swap(other.text_); }

  std::string text_;
};

}  // namespace opensspi::command
