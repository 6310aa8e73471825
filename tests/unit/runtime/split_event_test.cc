// SPDX-License-Identifier: Apache-2.0
// A stored event that upcasts split, through a Runner: retries, dead letters and tables are those of the whole event.
#include <leftfold/memory.h>
#include <leftfold/memory_dead_letter_store.h>
#include <leftfold/runner.h>
#include <leftfold/testing/run_until_idle.h>
#include <leftfold/upcast.h>

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include <leftfold/failure.h>
#include <leftfold/listener.h>
#include <leftfold/projector.h>

namespace split_tests {
namespace {

using leftfold::EventMetadata;
using leftfold::Json;

struct Named {
  std::string name;
};
struct Registered {
  std::string mail;
  static constexpr int event_version = 2;
  static constexpr std::string_view former_names[] = {"SignedUp"};
  static leftfold::Parts<Registered, Named> from_1(Json old) {
    Json name;
    name["name"] = old.take("name");
    leftfold::Parts<Registered, Named> parts;
    parts.add<Registered>(2, std::move(old)).add<Named>(1, std::move(name));
    return parts;
  }
  using Upcasts = leftfold::Upcasts<&from_1>;
};
using UserEvents = leftfold::Events<Registered, Named>;

struct Mails : leftfold::Listener<UserEvents> {
  void on(const Registered& e, const EventMetadata& meta) { note(e.mail, meta); }
  void on(const Named& e, const EventMetadata& meta) {
    if (broken) throw leftfold::Park{"no letters today"};
    note(e.name, meta);
  }
  void note(const std::string& what, const EventMetadata& meta) {
    seen.push_back(what + " " + std::to_string(meta.version.value()) + "/" + std::to_string(meta.part));
  }
  bool broken = false;
  std::vector<std::string> seen;
};
struct NamesAlone : leftfold::Projector<UserEvents> {
  void on(const Named& e) { names.push_back(e.name); }
  void reset() { names.clear(); }
  std::vector<std::string> names;
};

void append(leftfold::MemoryStore& store, std::string type, int version, std::string payload) {
  leftfold::AppendRequest request;
  request.aggregate_id = "user-1";
  const auto page = store.read_stream("user-1", leftfold::Version{0}, 100);
  if (!page.empty()) request.expected = page.back().version;
  request.events.push_back(
      {leftfold::Uuid::v7(leftfold::Timestamp{}), std::move(type), std::move(payload), "", version});
  ASSERT_TRUE(std::holds_alternative<leftfold::Appended>(store.append(request)));
}

using Texts = std::vector<std::string>;

TEST(SplitEvent, ReachesHandlersOfEitherPart) {
  leftfold::MemoryStore store;
  append(store, "SignedUp", 1, R"({"mail":"a@b","name":"Ada"})");
  append(store, "Registered", 2, R"({"mail":"c@d"})");
  append(store, "Named", 1, R"({"name":"Bob"})");
  Mails mails;
  NamesAlone names;
  leftfold::Runner runner{store};
  runner.add(mails).add(names);
  leftfold::testing::run_until_idle(runner, store);
  EXPECT_EQ(mails.seen, (Texts{"a@b 0/0", "Ada 0/1", "c@d 1/0", "Bob 2/0"}));
  EXPECT_EQ(names.names, (Texts{"Ada", "Bob"}));
}

TEST(SplitEvent, IsParkedAndRedrivenAsAWhole) {
  leftfold::MemoryStore store;
  leftfold::MemoryDeadLetterStore letters;
  append(store, "SignedUp", 1, R"({"mail":"a@b","name":"Ada"})");
  append(store, "Registered", 2, R"({"mail":"c@d"})");
  Mails mails;
  mails.broken = true;
  leftfold::RunnerOptions options;
  options.dead_letters = &letters;
  leftfold::Runner runner{store, options};
  runner.add(mails);
  leftfold::testing::run_until_idle(runner, store);
  EXPECT_EQ(mails.seen, Texts{"a@b 0/0"});
  ASSERT_EQ(letters.count({}).letters, 2U);  // the event and its follower

  mails.broken = false;
  EXPECT_EQ(runner.redrive("Mails", "user-1").end, leftfold::RedriveReport::End::finished);
  EXPECT_EQ(mails.seen, (Texts{"a@b 0/0", "a@b 0/0", "Ada 0/1", "c@d 1/0"}));  // its first part again
}

TEST(SplitEvent, IsParkedWhenItsUpcastFails) {
  leftfold::MemoryStore store;
  leftfold::MemoryDeadLetterStore letters;
  append(store, "SignedUp", 1, R"({"mail":"a@b"})");
  Mails mails;
  leftfold::RunnerOptions options;
  options.dead_letters = &letters;
  leftfold::Runner runner{store, options};
  runner.add(mails);
  leftfold::testing::run_until_idle(runner, store);
  EXPECT_EQ(mails.seen, Texts{});
  EXPECT_EQ(letters.count({}).letters, 1U);
}

}  // namespace
}  // namespace split_tests
