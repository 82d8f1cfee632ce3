// A set-uid process, which is this program again: who starts it must not choose its policy.
#include <gtest/gtest.h>
#include <sys/auxv.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <string>

#include "policy/file.h"

namespace opensspi::policy {
namespace {

constexpr const char* kFilter = "--gtest_filter=SetUidProcess.ObeysNoVariable";
constexpr uid_t kOwner = 61234, kCaller = 61235;

// Starts the copy as somebody else than its owner, with an environment of his.
[[noreturn]] void start(const std::string& program) {
  const char* const arguments[] = {program.c_str(), kFilter, nullptr};
  const char* const environment[] = {"HOME=/somebody", "XDG_CONFIG_HOME=/somebody/config",
                                     "OPENSSPI_POLICY=/somebody/policy.toml", nullptr};
  if (setresgid(kCaller, kCaller, kCaller) == 0 && setresuid(kCaller, kCaller, kCaller) == 0) {
    execve(program.c_str(), const_cast<char* const*>(arguments),
           const_cast<char* const*>(environment));
  }
  _exit(2);
}

TEST(SetUidProcess, ObeysNoVariable) {
  if (getenv("HOME") == std::string("/somebody")) {  // the copy
    ASSERT_NE(getauxval(AT_SECURE), 0U);
    const Paths paths = standard_paths();
    EXPECT_EQ(paths.system, "/etc/opensspi/policy.toml");
    EXPECT_EQ(paths.user, "");  // its owner has no home
    EXPECT_EQ(paths.only, "");
    _exit(HasFailure() ? 1 : 0);  // before LeakSanitizer, which may not look at a set-uid process
  }
  const std::filesystem::path folder = std::filesystem::temp_directory_path();
  struct statvfs where {};
  if (geteuid() != 0 || statvfs(folder.c_str(), &where) != 0 || (where.f_flag & ST_NOSUID) != 0 ||
      prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) != 0) {
    GTEST_SKIP() << "no set-uid program can be made here";
  }
  std::string pattern = folder / "opensspi-set-uid-XXXXXX";
  const std::filesystem::path own = mkdtemp(pattern.data());
  const std::string program = own / "program";
  std::filesystem::copy_file("/proc/self/exe", program);
  ASSERT_EQ(chmod(own.c_str(), 0755), 0);
  ASSERT_EQ(chown(program.c_str(), kOwner, kOwner), 0);
  ASSERT_EQ(chmod(program.c_str(), 04755), 0);
  const pid_t child = fork();
  if (child == 0) start(program);
  int status = 0;
  EXPECT_EQ(waitpid(child, &status, 0), child);
  EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 0) << status;
  std::filesystem::remove_all(own);
}

}  // namespace
}  // namespace opensspi::policy
