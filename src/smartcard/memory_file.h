// A file in memory that libraries can open by its name while this lives: nothing touches a disk, no
// other user can open it, and it is erased.
#pragma once

#include <string>

#include "base/bytes.h"
#include "base/result.h"

namespace opensspi::smartcard {

class MemoryFile {
 public:
  static Result<MemoryFile> with(ByteView contents);
  MemoryFile(MemoryFile&& other) noexcept;
  MemoryFile& operator=(MemoryFile&&) = delete;
  ~MemoryFile();

  [[nodiscard]] std::string path() const;

 private:
  explicit MemoryFile(int file) : file_(file) {}

  int file_;  // -1: moved away
};

}  // namespace opensspi::smartcard
