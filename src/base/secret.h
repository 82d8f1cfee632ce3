// Secrets as types: passwords, hashes and keys that are moved, never copied by accident, erased
// when they die, and read only where the code says `expose()`.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>

#include "base/bytes.h"

namespace opensspi {

// Overwrites memory in a way that the optimiser must keep.
void erase(ByteSpan bytes) noexcept;

// A secret of any length. The buffer is allocated once and never grows, so no erased-by-realloc
// copy is left behind.
class SecretBytes {
 public:
  SecretBytes() = default;
  explicit SecretBytes(std::size_t size);
  explicit SecretBytes(ByteView bytes);
  SecretBytes(SecretBytes&& other) noexcept;
  SecretBytes& operator=(SecretBytes&& other) noexcept;
  SecretBytes(const SecretBytes&) = delete;
  SecretBytes& operator=(const SecretBytes&) = delete;
  ~SecretBytes();

  [[nodiscard]] SecretBytes clone() const { return SecretBytes(expose()); }
  [[nodiscard]] ByteView expose() const noexcept { return {data_.get(), size_}; }
  [[nodiscard]] ByteSpan expose_mutable() noexcept { return {data_.get(), size_}; }
  [[nodiscard]] std::size_t size() const noexcept { return size_; }
  [[nodiscard]] bool empty() const noexcept { return size_ == 0; }

 private:
  std::unique_ptr<std::uint8_t[]> data_;
  std::size_t size_ = 0;
};

// A secret of fixed length: keys and hashes.
template <std::size_t N>
class SecretArray {
 public:
  SecretArray() = default;
  explicit SecretArray(std::span<const std::uint8_t, N> bytes) {
    std::copy(bytes.begin(), bytes.end(), data_.begin());
  }
  SecretArray(SecretArray&& other) noexcept : data_(other.data_) { erase(other.data_); }
  SecretArray& operator=(SecretArray&& other) noexcept {
    if (this != &other) {
      data_ = other.data_;
      erase(other.data_);
    }
    return *this;
  }
  SecretArray(const SecretArray&) = delete;
  SecretArray& operator=(const SecretArray&) = delete;
  ~SecretArray() { erase(data_); }

  [[nodiscard]] SecretArray clone() const { return SecretArray(expose()); }
  [[nodiscard]] std::span<const std::uint8_t, N> expose() const noexcept { return data_; }
  [[nodiscard]] std::span<std::uint8_t, N> expose_mutable() noexcept { return data_; }

 private:
  std::array<std::uint8_t, N> data_{};
};

}  // namespace opensspi
