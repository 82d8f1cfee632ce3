// Acquiring never touches the network: in a process that dies of any socket but a local one, with a
// configuration that invites look-ups and names without realms.
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <bit>
#include <cstddef>
#include <functional>

#include "world.h"

namespace opensspi::kerberos {
namespace {

// True when it could be done.
bool forbid_network_sockets() {
  constexpr std::uint32_t kNumber = offsetof(seccomp_data, nr);
  constexpr std::uint32_t kDomain =
      offsetof(seccomp_data, args) + (std::endian::native == std::endian::big ? 4 : 0);
  sock_filter rules[] = {
      BPF_STMT(BPF_LD | BPF_W | BPF_ABS, kNumber),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_socket, 0, 2),
      BPF_STMT(BPF_LD | BPF_W | BPF_ABS, kDomain),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, AF_UNIX, 0, 1),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS),
  };
  const sock_fprog program{sizeof rules / sizeof *rules, rules};
  return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 &&
         prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) == 0;
}

// How a process ends that does this without a network.
int without_network(const std::function<void()>& body) {
  const pid_t child = fork();
  if (child == 0) {
    if (!forbid_network_sockets()) _exit(3);
    body();
    _exit(testing::Test::HasFailure() ? 1 : 0);
  }
  int status = 0;
  waitpid(child, &status, 0);
  return status;
}

class Network : public KerberosTest {
 protected:
  Network() {
    files_.configure(
        "dns_lookup_kdc = true\ndns_lookup_realm = true\ndns_canonicalize_hostname = true\n"
        "rdns = true\nrealm_try_domains = 1\n");
  }
};

TEST_F(Network, WouldBeMissed) {
  const int status = without_network([] { socket(AF_INET, SOCK_DGRAM, 0); });
  EXPECT_TRUE(WIFSIGNALED(status));
}

TEST_F(Network, IsNotAskedForCredentials) {
  files_.make_cache("FILE:" + files_.path("cc"), "alice@EXAMPLE.TEST", {granting(1)});
  files_.make_keytab("keytab", {"HTTP/web.example.test@EXAMPLE.TEST"});
  const int status = without_network([&] {
    for (const char* name : {"", "alice", "bob", "EXAMPLE\\alice", "alice@OTHER.TEST",
                             "host/www.example.test", "HTTP/web.example.test", "HTTP/web"}) {
      for (const CredentialUse use :
           {CredentialUse::Outbound, CredentialUse::Inbound, CredentialUse::Both}) {
        EXPECT_NE(who(request(name, use)), "another status");
      }
    }
    EXPECT_EQ(who("alice"), "alice@EXAMPLE.TEST");
    AcquireRequest supplied = request({}, CredentialUse::Both);
    supplied.auth_data.identity = test::make_identity("", "alice@www.example.test", "secret");
    EXPECT_EQ(who(supplied), "alice@www.example.test");
    session_->set_luid(kSystemLuid);
    EXPECT_NE(who(request({}, CredentialUse::Both)), "another status");
  });
  EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 0) << status;
}

}  // namespace
}  // namespace opensspi::kerberos
