// SPDX-License-Identifier: Apache-2.0
// leftfold and services that use the Node library, on the same table: interop.js is the other side.
#include <gtest/gtest.h>
#include <sys/wait.h>

#include <cstdio>
#include <cstdlib>
#include <map>
#include <optional>
#include <set>
#include <stdexcept>
#include <string>
#include <vector>

#include <leftfold/aggregate_root.h>
#include <leftfold/dynamodb.h>
#include <leftfold/repository.h>

#include "dynamodb/service.h"

namespace interop {

struct Number {
  int n = 0;
  friend bool operator==(const Number&, const Number&) = default;
};
struct Inner {
  std::map<std::string, int> empty;
  std::vector<Number> list;
  std::optional<int> nothing;
  friend bool operator==(const Inner&, const Inner&) = default;
};
struct Noted {
  std::string text;
  std::int64_t count = 0;
  double ratio = 0;
  bool sure = false;
  std::vector<std::string> tags;
  Inner inner;
  friend bool operator==(const Noted&, const Noted&) = default;
};
struct Closed {};
using NoteEvents = leftfold::Events<Noted, Closed>;

struct NoteState {
  std::vector<Noted> notes;
  int closed = 0;
  void apply(const Noted& e) { notes.push_back(e); }
  void apply(const Closed&) { ++closed; }
};
struct Note : leftfold::AggregateRoot<NoteState, NoteEvents> {
  using AggregateRoot::AggregateRoot;
  void note(Noted e) { create_event(std::move(e)); }
  void close() { create_event(Closed{}); }
};

Noted noted(std::string text, std::int64_t count) {
  return {std::move(text), count, 0.1, true, {"a", "", "ü"}, {{}, {{1}, {-2}}, {}}};
}

constexpr const char* kText = "née 日本 🚀 \"\\\n";
constexpr std::int64_t kOverDouble = 9007199254740993;  // 2^53 + 1

}  // namespace interop

namespace leftfold {
namespace {

using interop::kOverDouble;
using interop::kText;
using interop::noted;

/// interop.js, running. One thread.
class Node {
 public:
  Node(const std::string& environment, const std::string& command) {
    const std::string line =
        environment + " NODE_PATH='" INTEROP_MODULES "' node '" INTEROP_SCRIPT "' " + command + " 2>&1";
    pipe_ = ::popen(line.c_str(), "r");
    if (pipe_ == nullptr) throw std::runtime_error{"no process for node"};
  }
  Node(const Node&) = delete;
  Node& operator=(const Node&) = delete;
  ~Node() {
    if (pipe_ != nullptr) ::pclose(pipe_);
  }

  /// Waits for its end; what it complained about, empty when it ended well.
  [[nodiscard]] std::string finish() {
    std::string said;
    for (int c = std::fgetc(pipe_); c != EOF; c = std::fgetc(pipe_)) said += static_cast<char>(c);
    const int status = ::pclose(pipe_);
    pipe_ = nullptr;
    return WIFEXITED(status) && WEXITSTATUS(status) == 0 ? std::string{} : "node failed: " + said;
  }

 private:
  std::FILE* pipe_;
};

/// A table that the Node side made, by the environment that both sides read.
class NodeInterop : public ::testing::Test {
 protected:
  NodeInterop() {
    const DynamoDbOptions service = test_dynamodb::service_options();  // its table name is used by no other test
    environment_ = {{"DYNAMODB_LOCAL", "true"},
                    {"DYNAMODB_URL", service.endpoint_url},
                    {"DYNAMODB_PREFIX", service.events_table + "-"},
                    {"EVENTSTORE_TABLE_NAME", ""}};
    options_ = DynamoDbOptions::from(environment_);
  }
  ~NodeInterop() override { test_dynamodb::delete_tables(options_); }
  void SetUp() override { ASSERT_EQ(node("create-table"), ""); }

  [[nodiscard]] Node start(const std::string& command) const {
    std::string words;
    for (const auto& [name, value] : environment_) words += name + "='" + value + "' ";
    return {words, command};
  }
  [[nodiscard]] std::string node(const std::string& command) const { return start(command).finish(); }
  [[nodiscard]] const DynamoDbOptions& options() const { return options_; }

 private:
  std::map<std::string, std::string> environment_;
  DynamoDbOptions options_;
};

AppendRequest one(const std::string& id, Version expected, const std::string& type, const std::string& payload) {
  AppendRequest request{id, expected, {}, {}};
  request.events.push_back({Uuid::v7(system_clock().now()), type, payload, {}, 1});
  return request;
}

TEST_F(NodeInterop, AStreamOfTheNodeLibraryIsLoadedAndGoesOn) {
  ASSERT_EQ(node("write"), "");
  DynamoDbStore store{options()};
  const Repository<interop::Note> notes{store};
  const interop::Note note = notes.load("from-node");
  EXPECT_EQ(note.version(), Version{5});
  EXPECT_EQ(note.state().closed, 1);
  const std::vector<interop::Noted> expected = {noted(kText, kOverDouble), noted("", INT64_MIN),
                                                noted("third", INT64_MAX)};
  EXPECT_EQ(note.state().notes, expected);

  EXPECT_EQ(notes.execute("from-node", [](interop::Note& n) { n.note(noted("seventh", 7)); }).version, Version{6});
  const auto several = [](interop::Note& n) {
    n.note(noted("eighth", 8));
    n.close();
  };
  EXPECT_EQ(notes.execute("from-node", several).version, Version{8});
  EXPECT_EQ(notes.load("from-node").state().notes.size(), 5U);
  EXPECT_EQ(node("read-after-own"), "");
}

TEST_F(NodeInterop, TheNodeLibraryReadsWhatWeAppend) {
  DynamoDbStore store{options()};
  const Repository<interop::Note> notes{store};
  (void)notes.execute("from-leftfold", [](interop::Note& n) { n.note(noted(kText, kOverDouble)); });
  (void)notes.execute("from-leftfold", [](interop::Note& n) {
    n.note(noted("", INT64_MIN));
    n.note(noted(std::string(100000, 'x'), INT64_MAX));
    n.close();
  });
  const AppendResult measured = store.append(
      one("from-leftfold", Version{3}, "Measured",
          R"({"pi":3.1415926535897932384626433832795028841,"big":12345678901234567890123456789012345678})"));
  ASSERT_TRUE(std::holds_alternative<Appended>(measured));
  EXPECT_EQ(node("read"), "");
}

TEST_F(NodeInterop, NeitherReplacesWhatTheOtherWrote) {
  DynamoDbStore store{options()};
  const Repository<interop::Note> notes{store};
  (void)notes.execute("locked", [](interop::Note& n) {
    n.note(noted("ours", 1));
    n.note(noted("ours too", 2));
  });
  EXPECT_EQ(node("lock"), "");
  const AppendResult late = store.append(one("locked", Version{1}, "Closed", "{}"));
  ASSERT_TRUE(std::holds_alternative<Conflict>(late));
  EXPECT_EQ(std::get<Conflict>(late).actual, Version{2});
}

TEST_F(NodeInterop, BothWriteOneAggregateAtOnce) {
  DynamoDbStore store{options()};
  Node other = start("race");
  Version expected = Version::none();
  for (int n = 0; n < 25;) {
    const AppendResult result =
        store.append(one("raced", expected, "Raced", R"({"by":"leftfold","n":)" + std::to_string(n) + "}"));
    if (const auto* conflict = std::get_if<Conflict>(&result)) {
      expected = conflict->actual;
      continue;
    }
    expected = std::get<Appended>(result).version;
    ++n;
  }
  EXPECT_EQ(other.finish(), "");
  const EventPage page = store.read_stream("raced", Version{0}, 100);
  ASSERT_EQ(page.size(), 50U);
  std::set<std::string> payloads;
  for (std::size_t i = 0; i < page.size(); ++i) {
    EXPECT_EQ(page[i].version, Version{static_cast<std::int64_t>(i)});
    EXPECT_TRUE(payloads.insert(std::string{page[i].payload}).second) << page[i].payload;
  }
}

}  // namespace
}  // namespace leftfold
