// memfd_create(2), and /proc/self/fd to name it.
#include "smartcard/memory_file.h"

#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <utility>

#include "base/secret.h"

namespace opensspi::smartcard {
namespace {

class Mapping {
 public:
  Mapping(int file, std::size_t size)
      : start_(mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0)), size_(size) {}
  Mapping(const Mapping&) = delete;
  Mapping& operator=(const Mapping&) = delete;
  ~Mapping() {
    if (start_ != MAP_FAILED) munmap(start_, size_);
  }

  [[nodiscard]] ByteSpan bytes() const {
    if (start_ == MAP_FAILED) return {};
    return {static_cast<std::uint8_t*>(start_), size_};
  }

 private:
  void* start_;
  std::size_t size_;
};

}  // namespace

Result<MemoryFile> MemoryFile::with(ByteView contents) {
  const int file = memfd_create("opensspi", MFD_CLOEXEC);
  if (file < 0) return fail(Status::InsufficientMemory, "no memory for a file of a key");
  MemoryFile made(file);
  const bool sized = fchmod(file, S_IRUSR | S_IWUSR) == 0 &&
                     ftruncate(file, static_cast<off_t>(contents.size())) == 0;
  const Mapping mapping(file, contents.size());
  if (!sized || mapping.bytes().empty()) {
    return fail(Status::InsufficientMemory, "no memory for a file of a key");
  }
  std::copy(contents.begin(), contents.end(), mapping.bytes().begin());
  return made;
}

MemoryFile::MemoryFile(MemoryFile&& other) noexcept : file_(std::exchange(other.file_, -1)) {}

MemoryFile::~MemoryFile() {
  if (file_ < 0) return;
  struct stat info {};
  if (fstat(file_, &info) == 0 && info.st_size > 0) {
    erase(Mapping(file_, static_cast<std::size_t>(info.st_size)).bytes());
  }
  close(file_);
}

std::string MemoryFile::path() const {
  return "/proc/self/fd/" + std::to_string(file_);
}

}  // namespace opensspi::smartcard
