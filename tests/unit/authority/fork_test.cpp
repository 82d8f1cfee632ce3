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

// A child that tidies up must not end what its parent has open.
TEST_F(Fork, AChildsEndIsNotTheParents) {
  auto store = open();
  ASSERT_TRUE(store->add({"alice", ""}, hash_of("secret")));
  for (const bool child_uses_it : {false, true}) {
    EXPECT_EQ(wait_for(start_process([&] {
                if (child_uses_it && !store->set_must_change({"alice", ""}, true)) return 1;
                store.reset();
                return 0;
              })),
              0);
    EXPECT_EQ(store->find({"alice", ""})->must_change, child_uses_it);
    ASSERT_TRUE(store->add({child_uses_it ? "carol" : "bob", ""}, hash_of("secret")));
  }
  EXPECT_EQ(open()->list()->size(), 3U);
}

TEST_F(Fork, AChildsChildHasItsOwnToo) {
  auto store = open();
  ASSERT_TRUE(store->add({"parent", ""}, hash_of("secret")));
  EXPECT_EQ(wait_for(start_process([&] {
              if (!store->add({"child", ""}, hash_of("secret"))) return 1;
              const int below = wait_for(start_process([&] {
                if (!store->add({"grandchild", ""}, hash_of("secret"))) return 2;
                store.reset();
                return 0;
              }));
              if (!store->find({"grandchild", ""})) return 3;
              store.reset();
              return below;
            })),
            0);
  EXPECT_EQ(store->list()->size(), 3U);
}

// A transaction of the parent's is not the child's.
TEST_F(Fork, InTheMiddleOfAWrite) {
  deadline = std::chrono::milliseconds(50);
  auto store = open();
  ASSERT_TRUE(store->add({"alice", ""}, hash_of("secret")));
  auto writer = Database::open(path, deadline, {});
  ASSERT_TRUE(writer && writer->execute("BEGIN IMMEDIATE"));
  Signal refused, committed;
  const pid_t child = start_process([&] {
    const bool changed = store->set_must_change({"alice", ""}, true).has_value();
    refused.give();
    committed.await();
    if (changed) return 1;  // the parent held it
    return store->set_must_change({"alice", ""}, true) ? 0 : 2;
  });
  refused.await();
  ASSERT_TRUE(writer->execute("UPDATE accounts SET enabled = 0; COMMIT"));
  committed.give();
  EXPECT_EQ(wait_for(child), 0);
  EXPECT_TRUE(store->find({"alice", ""})->must_change);
  EXPECT_FALSE(store->find({"alice", ""})->enabled);
}

}  // namespace
}  // namespace opensspi::authority
