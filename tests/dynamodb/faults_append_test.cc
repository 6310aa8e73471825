// SPDX-License-Identifier: Apache-2.0
// An append whose answer does not come: it is stored once, and its caller learns what became of it.
#include <gtest/gtest.h>

#include <ostream>
#include <string>
#include <tuple>

#include <leftfold/aggregate_root.h>
#include <leftfold/dynamodb.h>
#include <leftfold/error.h>
#include <leftfold/repository.h>

#include "dynamodb/faults_fixture.h"

namespace leftfold::test_dynamodb {

struct Rung {};
struct BellState {
  void apply(const Rung&) {}
};
class Bell : public AggregateRoot<BellState, Events<Rung>> {
 public:
  using AggregateRoot::AggregateRoot;
  void ring() { create_event(Rung{}); }
};

namespace {

using Layout = DynamoDbOptions::Layout;
using std::chrono::milliseconds;

/// What a command writes, and by which call.
struct Shape {
  const char* name;
  const char* operation;
  std::size_t events;
  const char* key;
  Layout layout;
  friend void PrintTo(const Shape& shape, std::ostream* out) { *out << shape.name; }  // NOLINT: GoogleTest's name
};
struct NamedFault {
  const char* name;
  Fault fault;
  friend void PrintTo(const NamedFault& named, std::ostream* out) { *out << named.name; }  // NOLINT
};

constexpr auto kPerEvent = Layout::item_per_event;
const auto kShapes = ::testing::Values(Shape{"OneEvent", "PutItem", 1, "", kPerEvent},                       //
                                       Shape{"ThreeEvents", "TransactWriteItems", 3, "", kPerEvent},         //
                                       Shape{"OneEventWithKey", "TransactWriteItems", 1, "key", kPerEvent},  //
                                       Shape{"ThreeEventsInOneItem", "PutItem", 3, "", Layout::item_per_commit});
const auto kDone = ::testing::Values(NamedFault{"Reset", fault::reset_after()},         //
                                     NamedFault{"Status500", fault::error_after(500)},  //
                                     NamedFault{"Status503", fault::error_after(503)},  //
                                     NamedFault{"HalfAnAnswer", fault::half_after()},   //
                                     NamedFault{"BadChecksum", fault::bad_crc()},       //
                                     NamedFault{"Timeout", fault::silence_after()});
const auto kNotDone = ::testing::Values(NamedFault{"Reset", fault::reset_before()},         //
                                        NamedFault{"Status500", fault::error_before(500)},  //
                                        NamedFault{"Timeout", fault::silence_before()});

class Appends : public FaultsTest, public ::testing::WithParamInterface<std::tuple<Shape, NamedFault>> {
 protected:
  [[nodiscard]] static const Shape& shape() { return std::get<0>(GetParam()); }
  [[nodiscard]] static const Fault& fault() { return std::get<1>(GetParam()).fault; }
  [[nodiscard]] static bool takes_time() { return fault().answer == Fault::Answer::withheld; }
  [[nodiscard]] DynamoDbOptions shaped_options() {
    DynamoDbOptions all = options();
    all.layout = shape().layout;
    // Real time, the network's: long enough that a busy machine seldom takes a slow answer for none.
    if (takes_time()) all.request_timeout = milliseconds{500};
    return all;
  }
  [[nodiscard]] AppendRequest request() const { return request_of(cart, Version::none(), shape().events, shape().key); }
  void fail_first(int count) {
    proxy.follow([count, what = fault()](const ProxiedCall& call) {
      return call.operation == shape().operation && call.count <= count ? what : fault::none();
    });
  }
  void expect_stored_once(const AppendRequest& request, const AppendResult& result) {
    const auto* const appended = std::get_if<Appended>(&result);
    ASSERT_NE(appended, nullptr);
    EXPECT_EQ(appended->version, Version{static_cast<std::int64_t>(shape().events) - 1});
    EXPECT_EQ(appended->events, shape().events);
    EXPECT_FALSE(appended->repeated);
    EXPECT_EQ(stored(), ids_of(request));
  }
};

std::string name_of(const ::testing::TestParamInfo<std::tuple<Shape, NamedFault>>& info) {
  return std::string{std::get<0>(info.param).name} + std::get<1>(info.param).name;
}

class AppendsDone : public Appends {};
INSTANTIATE_TEST_SUITE_P(DynamoDbFaults, AppendsDone, ::testing::Combine(kShapes, kDone), name_of);

TEST_P(AppendsDone, AreFoundBySendingThemAgain) {
  DynamoDbStore store{shaped_options()};
  fail_first(1);
  const AppendRequest request = this->request();
  expect_stored_once(request, store.append(request));
  EXPECT_EQ(proxy.faults(), 1);
  if (takes_time()) return;  // a slow machine may need more
  EXPECT_EQ(proxy.calls(), 2);
}

TEST_P(AppendsDone, AreFoundByAReadWhenNoAttemptGetsAnAnswer) {
  const DynamoDbOptions all = shaped_options();
  DynamoDbStore store{all};
  fail_first(all.max_attempts);
  const AppendRequest request = this->request();
  expect_stored_once(request, store.append(request));
  EXPECT_EQ(proxy.faults(), all.max_attempts);
  EXPECT_EQ(proxy.calls(shape().operation), all.max_attempts);
  EXPECT_GE(proxy.calls("GetItem"), 1);
}

class AppendsNotDone : public Appends {};
INSTANTIATE_TEST_SUITE_P(DynamoDbFaults, AppendsNotDone, ::testing::Combine(kShapes, kNotDone), name_of);

TEST_P(AppendsNotDone, AreSentAgain) {
  DynamoDbStore store{shaped_options()};
  fail_first(1);
  const AppendRequest request = this->request();
  expect_stored_once(request, store.append(request));
  EXPECT_EQ(proxy.faults(), 1);
}

TEST_P(AppendsNotDone, AreInDoubtAfterTheLastAttempt) {
  const DynamoDbOptions all = shaped_options();
  DynamoDbStore store{all};
  fail_first(all.max_attempts);
  const AppendRequest request = this->request();
  EXPECT_EQ(code_of(store, request), Errc::in_doubt) << text;
  EXPECT_NE(text.find("it may have been stored"), std::string::npos) << text;
  EXPECT_TRUE(stored().empty());
  expect_stored_once(request, store.append(request));  // the same request again is safe
}

class AppendsInDoubt : public FaultsTest {
 protected:
  /// One attempt, and its request reaches the service only when it is released.
  [[nodiscard]] DynamoDbOptions one_late_attempt(const char* operation) {
    DynamoDbOptions all = options();
    all.max_attempts = 1;
    all.request_timeout = std::chrono::seconds{2};  // real time, and no second attempt for a server that is busy
    proxy.follow(
        [operation](const ProxiedCall& call) { return call.is(operation, 1) ? fault::late() : fault::none(); });
    return all;
  }
};

TEST_F(AppendsInDoubt, ArriveLaterAndStayOne) {
  DynamoDbStore store{one_late_attempt("TransactWriteItems")};
  const AppendRequest request = request_of(cart, Version::none(), 2);
  EXPECT_EQ(code_of(store, request), Errc::in_doubt);
  EXPECT_TRUE(stored().empty());
  EXPECT_EQ(proxy.release(), 1U);
  EXPECT_EQ(stored(), ids_of(request));
  EXPECT_EQ(std::get<Appended>(store.append(request)).version, Version{1});
  EXPECT_EQ(stored(), ids_of(request));
}

TEST_F(AppendsInDoubt, ComeTooLateBehindTheSameRequest) {
  DynamoDbStore store{one_late_attempt("PutItem")};
  const AppendRequest request = request_of(cart, Version::none());
  EXPECT_EQ(code_of(store, request), Errc::in_doubt);
  EXPECT_EQ(std::get<Appended>(store.append(request)).version, Version{0});
  EXPECT_EQ(proxy.release(), 1U);
  EXPECT_EQ(stored(), ids_of(request));
}

TEST_F(AppendsInDoubt, AreConflictsWhenAnotherWriterHasThePlace) {
  DynamoDbOptions all = options();
  DynamoDbStore store{all};
  const AppendRequest other = request_of(cart, Version::none(), 2);
  proxy.follow([&](const ProxiedCall& call) {
    if (call.is("PutItem", all.max_attempts)) (void)direct.append(other);
    return call.operation == "PutItem" ? fault::reset_before() : fault::none();
  });
  const AppendResult result = store.append(request_of(cart, Version::none()));
  EXPECT_EQ(std::get<Conflict>(result).actual, Version{1});
  EXPECT_EQ(stored(), ids_of(other));
}

TEST_F(AppendsInDoubt, WithAKeyThatAnEarlierAppendUsedAreThatAppend) {
  const AppendRequest first = request_of(cart, Version::none(), 2, "key");
  ASSERT_TRUE(std::holds_alternative<Appended>(direct.append(first)));
  DynamoDbOptions all = options();
  DynamoDbStore store{all};
  proxy.follow([&](const ProxiedCall& call) {
    return call.operation == "TransactWriteItems" ? fault::reset_after() : fault::none();
  });
  const AppendResult result = store.append(request_of(cart, Version{1}, 1, "key"));
  EXPECT_EQ(std::get<Appended>(result).version, Version{1});
  EXPECT_TRUE(std::get<Appended>(result).repeated);
  EXPECT_EQ(stored(), ids_of(first));
}

TEST_F(AppendsInDoubt, StayInDoubtWhenTheReadFails) {
  DynamoDbStore store{options()};
  proxy.follow([](const ProxiedCall& call) {
    return call.operation == "PutItem" ? fault::reset_after() : fault::error_before(500);
  });
  const AppendRequest request = request_of(cart, Version::none());
  EXPECT_EQ(code_of(store, request), Errc::in_doubt);
  EXPECT_NE(text.find("reading it back failed"), std::string::npos) << text;
  EXPECT_EQ(stored(), ids_of(request));
}

TEST_F(AppendsInDoubt, StayInDoubtForARepositoryThatIsRefusedAfterwards) {
  DynamoDbStore store{one_late_attempt("PutItem")};
  proxy.follow([](const ProxiedCall& call) {
    if (call.operation != "PutItem") return fault::none();
    return call.count == 1 ? fault::late() : fault::refusal("ThrottlingException");
  });
  try {
    Repository<Bell>{store}.execute(cart, [](Bell& bell) { bell.ring(); });
    FAIL();
  } catch (const Error& e) {
    EXPECT_EQ(e.code(), Errc::in_doubt) << e.what();
  }
  EXPECT_EQ(proxy.calls("PutItem"), 2);
  EXPECT_TRUE(stored().empty());
  EXPECT_EQ(proxy.release(), 1U);
  EXPECT_EQ(stored().size(), 1U);
}

// Between the two reads of the settling, the request arrives.
TEST_F(AppendsInDoubt, ThatArriveWhileTheyAreLookedForAreNoConflict) {
  DynamoDbStore store{one_late_attempt("TransactWriteItems")};
  proxy.follow([this](const ProxiedCall& call) {
    if (call.is("GetItem", 2)) proxy.release();
    return call.is("TransactWriteItems", 1) ? fault::late() : fault::none();
  });
  const AppendRequest request = request_of(cart, Version::none(), 2, "key");
  const AppendResult result = store.append(request);
  ASSERT_TRUE(std::holds_alternative<Appended>(result));
  EXPECT_FALSE(std::get<Appended>(result).repeated);
  EXPECT_EQ(stored(), ids_of(request));
}

}  // namespace
}  // namespace leftfold::test_dynamodb
