// One credential's clients take the same TLS sessions up again at once. Run under ThreadSanitizer
// too.
#include "abi/schannel/pair.h"
#include "abi/threads/in_threads.h"

namespace caller {
namespace {

class Threads : public SchannelTest {};
FOR_BOTH_VERSIONS(Threads);

TEST_P(Threads, TakeSessionsUpAgain) {
  Credential from = acquire_schannel(SECPKG_CRED_OUTBOUND, nullptr, GetParam());
  Credential to = acquire_schannel(SECPKG_CRED_INBOUND, server_certificate(), 0, 0);
  std::atomic<int> resumed = 0;
  in_threads(kThreads, [&](int number) {
    for (int i = 0; i < 5; ++i) {
      Party client = Party::client(from, kClientFlags, kTarget);
      Party server = Party::server(to, kServerFlags);
      talk(client, server);
      ASSERT_STATUS(SEC_E_OK, client.status()) << number;
      expect_to_speak(client, server);
      if (is_resumed(client)) ++resumed;
    }
  });
  EXPECT_GT(resumed, 0);
}

}  // namespace
}  // namespace caller
