// A store that is used on both sides of a fork.
#include <gtest/gtest.h>

#include "unit/authority/world.h"

namespace opensspi::authority {
namespace {

using test::hash_of;
using test::Signal;
using test::start_process;
using test::wait_for;

class Fork : public test::Accounts {};

// A server's master opens the accounts and forks workers; then it dies, and an administrator's
// command comes and goes. What SQLite remembers of the master's locks must not be taken for the
// worker's: the last to close would take the write-ahead log away under it.
TEST_F(Fork, AWorkerOutlivesItsMaster) {
  auto store = open();
  ASSERT_TRUE(store->add({"alice", ""}, hash_of("secret")));
  Signal worker_is_up, master_is_gone;
  const pid_t worker = start_process([&] {
    if (!store->find({"alice", ""})) return 1;
    worker_is_up.give();
    master_is_gone.await();
    if (!store->find({"bob", ""})) return 2;
    if (!store->add({"carol", ""}, hash_of("secret"))) return 3;
    return 0;
  });
  worker_is_up.await();
  store.reset();
  ASSERT_TRUE(open()->add({"bob", ""}, hash_of("secret")));
  master_is_gone.give();
  EXPECT_EQ(wait_for(worker), 0);
  EXPECT_TRUE(open()->find({"carol", ""}));
}

}  // namespace
}  // namespace opensspi::authority
