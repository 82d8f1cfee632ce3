// Owner and mode of the accounts.
#include "authority/private_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

#include "base/folders.h"

namespace opensspi::authority {
namespace {

constexpr mode_t kOthersWrite = S_IWGRP | S_IWOTH;
constexpr mode_t kOthersAny = S_IRWXG | S_IRWXO;
constexpr const char* kNoAccounts =
    "there is no accounts database yet; 'opensspi account add' makes it";

std::string folder_of(const std::string& path) {
  const std::size_t slash = path.rfind('/');
  if (slash == std::string::npos) return ".";
  return slash == 0 ? "/" : path.substr(0, slash);
}

// Makes the folder and whatever is missing above it, for its owner alone.
Result<void> make_folder(const std::string& folder) {
  for (std::size_t end = folder.find('/', 1);; end = folder.find('/', end + 1)) {
    const std::string part = folder.substr(0, end);
    if (mkdir(part.c_str(), S_IRWXU) != 0 && errno != EEXIST) {
      return fail(Status::InternalError, "the folder of the accounts cannot be made", 0, errno);
    }
    if (end == std::string::npos) return {};
  }
}

Result<void> require_folder(const std::string& folder, Missing missing) {
  struct stat info {};
  if (stat(folder.c_str(), &info) != 0) {
    if (errno != ENOENT) {
      return fail(Status::InternalError, "the folder of the accounts cannot be read", 0, errno);
    }
    if (missing == Missing::Refuse) return fail(Status::NoAuthenticatingAuthority, kNoAccounts);
    TRY(make_folder(folder));
    return require_folder(folder, Missing::Refuse);
  }
  if (!S_ISDIR(info.st_mode)) {
    return fail(Status::InternalError, "the accounts do not lie in a folder");
  }
  if (info.st_uid != geteuid() && info.st_uid != 0) {
    return fail(Status::InternalError, "the folder of the accounts belongs to another user");
  }
  if ((info.st_mode & kOthersWrite) != 0) {
    return fail(
        Status::InternalError,
        "others can write to the folder of the accounts: take that right away (chmod go-w)");
  }
  return {};
}

Result<void> make_file(const std::string& path) {
  const int file = open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, S_IRUSR | S_IWUSR);
  if (file < 0 && errno != EEXIST) {
    return fail(Status::InternalError, "the accounts database cannot be made", 0, errno);
  }
  if (file >= 0) close(file);
  return {};
}

}  // namespace

std::string accounts_path() {
  if (std::string path = environment_variable("OPENSSPI_ACCOUNTS"); !path.empty()) return path;
  if (geteuid() == 0) return "/var/lib/opensspi/accounts.db";
  const std::string folder = data_folder();
  return folder.empty() ? std::string() : folder + "/opensspi/accounts.db";
}

Result<void> require_private_file(const std::string& path, Missing missing) {
  TRY(require_folder(folder_of(path), missing));
  struct stat info {};
  if (lstat(path.c_str(), &info) != 0) {
    if (errno != ENOENT) {
      return fail(Status::InternalError, "the accounts database cannot be read", 0, errno);
    }
    if (missing == Missing::Refuse) return fail(Status::NoAuthenticatingAuthority, kNoAccounts);
    TRY(make_file(path));
    return require_private_file(path, Missing::Refuse);
  }
  if (!S_ISREG(info.st_mode)) {
    return fail(Status::InternalError, "the accounts database is not a regular file");
  }
  if (info.st_uid != geteuid()) {
    return fail(Status::InternalError, "the accounts database belongs to another user");
  }
  if ((info.st_mode & kOthersAny) != 0) {
    return fail(Status::InternalError,
                "others can read or write the accounts database: make it 0600 (chmod go=)");
  }
  return {};
}

}  // namespace opensspi::authority
