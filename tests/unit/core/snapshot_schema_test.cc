// SPDX-License-Identifier: Apache-2.0
// Which snapshots belong to which program; docs/format/snapshots.md says what the code does.
#include <leftfold/snapshot_schema.h>

#include <gtest/gtest.h>

#include <fstream>
#include <iterator>

#include <leftfold/memory.h>
#include <leftfold/memory_snapshot_store.h>
#include <leftfold/repository.h>
#include <leftfold/snapshots.h>
#include <leftfold/testing/virtual_clock.h>
#include <leftfold/upcast.h>

#include "core/snapshot_body.h"
#include "support/source_dir.h"
#include "unit/core/cart.h"

namespace cart_tests {
namespace {

using namespace std::chrono_literals;
using leftfold::AggregateRoot;
using leftfold::Events;
using leftfold::snapshot_schema;

// Each namespace is another version of one program.
namespace base {
struct Added {
  int n = 0;
};
struct State {
  int sum = 0;
  void apply(const Added&) {}
};
struct Sum : AggregateRoot<State, Events<Added>> {
  using AggregateRoot::AggregateRoot;
};
}  // namespace base
namespace same {
struct Added {
  int n = 7;  // a default is no structure
};
struct OtherName {
  int sum = 0;
  void apply(const Added&) {}
};
struct Sum : AggregateRoot<OtherName, Events<Added>> {
  using AggregateRoot::AggregateRoot;
};
}  // namespace same
namespace other_kind {
using base::Added;
struct State {
  long sum = 0;
  void apply(const Added&) {}
};
struct Sum : AggregateRoot<State, Events<Added>> {
  using AggregateRoot::AggregateRoot;
};
}  // namespace other_kind
namespace other_field {
using base::Added;
struct State {
  int total = 0;
  void apply(const Added&) {}
};
struct Sum : AggregateRoot<State, Events<Added>> {
  using AggregateRoot::AggregateRoot;
};
}  // namespace other_field
namespace other_fold {
using base::Added;
struct State {
  static constexpr int state_version = 2;
  int sum = 0;
  void apply(const Added&) {}
};
struct Sum : AggregateRoot<State, Events<Added>> {
  using AggregateRoot::AggregateRoot;
};
}  // namespace other_fold
namespace other_event {
struct Added {
  int count = 0;
};
struct State {
  int sum = 0;
  void apply(const Added&) {}
};
struct Sum : AggregateRoot<State, Events<Added>> {
  using AggregateRoot::AggregateRoot;
};
}  // namespace other_event
namespace newer_event {
struct Added {
  static constexpr int event_version = 2;
  using Upcasts = leftfold::Upcasts<leftfold::unchanged>;
  int n = 0;
};
struct State {
  int sum = 0;
  void apply(const Added&) {}
};
struct Sum : AggregateRoot<State, Events<Added>> {
  using AggregateRoot::AggregateRoot;
};
}  // namespace newer_event
namespace more_events {
using base::Added;
struct Cleared {};
struct State {
  int sum = 0;
  void apply(const Added&) {}
  void apply(const Cleared&) {}
};
struct Sum : AggregateRoot<State, Events<Added, Cleared>> {
  using AggregateRoot::AggregateRoot;
};
}  // namespace more_events
namespace turned_around {
using base::Added;
using more_events::Cleared;
using more_events::State;
struct Sum : AggregateRoot<State, Events<Cleared, Added>> {
  using AggregateRoot::AggregateRoot;
};
}  // namespace turned_around

TEST(SnapshotSchema, IsTheSameForEveryCompiler) {
  EXPECT_EQ(snapshot_schema<base::Sum>(), "Sum/1/5dc8e58ccf565fc0");
  EXPECT_EQ(snapshot_schema<Cart>(), "Cart/1/3e7017047f8102a9");
}

TEST(SnapshotSchema, ChangesWithWhateverChangesTheFold) {
  const std::string before = snapshot_schema<base::Sum>();
  EXPECT_NE(snapshot_schema<other_kind::Sum>(), before);
  EXPECT_NE(snapshot_schema<other_field::Sum>(), before);
  EXPECT_NE(snapshot_schema<other_fold::Sum>(), before);
  EXPECT_NE(snapshot_schema<other_event::Sum>(), before);
  EXPECT_NE(snapshot_schema<newer_event::Sum>(), before);
  EXPECT_NE(snapshot_schema<more_events::Sum>(), before);
  EXPECT_TRUE(snapshot_schema<other_fold::Sum>().starts_with("Sum/2/"));
}

TEST(SnapshotSchema, StaysWithWhatDoesNot) {
  EXPECT_EQ(snapshot_schema<same::Sum>(), snapshot_schema<base::Sum>());
  EXPECT_EQ(snapshot_schema<turned_around::Sum>(), snapshot_schema<more_events::Sum>());
}

/// A field of this name is stored like any other.
struct OddState {
  int state_version = 5;
  void apply(const base::Added&) {}
};
struct Odd : AggregateRoot<OddState, Events<base::Added>> {
  using AggregateRoot::AggregateRoot;
};
TEST(SnapshotSchema, AFieldCalledStateVersionIsNone) { EXPECT_TRUE(snapshot_schema<Odd>().starts_with("Odd/1/")); }

/// One that was written by the program before is another program's; its own is written beside it.
TEST(SnapshotSchema, AChangedProgramFoldsAndWritesItsOwn) {
  leftfold::MemoryStore store;
  leftfold::MemorySnapshotStore kept;
  leftfold::Snapshots snapshots{kept};
  const leftfold::RepositoryOptions options{.snapshots = &snapshots, .snapshot_policy = {.every = 1}};
  leftfold::AppendRequest request{"sum", {}, {{leftfold::Uuid::v7({}), "Added", R"({"n":3})", {}, 1}}, {}};
  ASSERT_TRUE(std::holds_alternative<leftfold::Appended>(store.append(request)));
  (void)leftfold::Repository<base::Sum>{store, options}.load("sum");
  ASSERT_TRUE(snapshots.flush());
  EXPECT_EQ(leftfold::Repository<other_fold::Sum>(store, options).load("sum").version(), leftfold::Version{0});
  ASSERT_TRUE(snapshots.flush());
  EXPECT_TRUE(kept.load("sum", snapshot_schema<base::Sum>()));
  EXPECT_TRUE(kept.load("sum", snapshot_schema<other_fold::Sum>()));
}

std::string page() {
  std::ifstream file{leftfold::test_support::source_dir() / "docs/format/snapshots.md"};
  return {std::istreambuf_iterator<char>{file}, {}};
}

void expect_on_page(const std::string& text) {
  EXPECT_NE(page().find("```text\n" + text + "\n```"), std::string::npos) << text;
}

TEST(SnapshotFormatPage, ItsExampleIsWhatTheCodeWrites) {
  leftfold::detail::SnapshotBody body;
  body.event_id = *leftfold::Uuid::parse("018f3406-9000-7000-8000-000000000002");
  body.committed_at = body.latest = leftfold::Timestamp{1714564800000ms};
  body.state = R"({"items":{"apple":2},"checked_out":true})";
  const std::string text = leftfold::detail::write_snapshot_body(body);
  expect_on_page(text);
  const auto back = leftfold::detail::read_snapshot_body(text);
  ASSERT_TRUE(back);
  EXPECT_EQ(back->state, body.state);
  EXPECT_EQ(back->event_id, body.event_id);
  EXPECT_EQ(back->latest, body.latest);
}

TEST(SnapshotFormatPage, ItsSchemaIsTheCarts) {
  const std::string text =
      "leftfold snapshot 1\n"
      "state {items:map(string,int32),checked_out:bool}\n"
      "event CartCheckedOut/1 {}\n"
      "event CartItemAdded/1 {product_id:string,quantity:int32}\n"
      "event CartItemRemoved/1 {product_id:string}\n";
  EXPECT_EQ("Cart/1/" + leftfold::detail::hash_text(text), snapshot_schema<Cart>());
  EXPECT_NE(page().find("```text\n" + text + "```"), std::string::npos);
  expect_on_page(snapshot_schema<Cart>());
}

}  // namespace
}  // namespace cart_tests
