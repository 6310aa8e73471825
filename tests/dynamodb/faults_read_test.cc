// SPDX-License-Identifier: Apache-2.0
// Reads that see a part of a transaction, pages without items, and answers that do not come.
#include <gtest/gtest.h>

#include <chrono>
#include <limits>
#include <ostream>
#include <string>
#include <vector>

#include <leftfold/dynamodb.h>
#include <leftfold/error.h>

#include "dynamodb/faults_fixture.h"

namespace leftfold::test_dynamodb {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

/// One event, then a commit of three: versions 0 | 1, 2, 3.
class TornReads : public FaultsTest {
 protected:
  TornReads() {
    for (const auto& [expected, events] : {std::pair{Version::none(), 1U}, std::pair{Version{0}, 3U}}) {
      const AppendRequest request = request_of(cart, expected, events);
      EXPECT_TRUE(std::holds_alternative<Appended>(direct.append(request)));
      for (const Uuid& id : ids_of(request)) all.push_back(id);
    }
  }
  /// The first Query, or each, sees the aggregate without some items of its answer.
  void tear(std::size_t first, std::size_t lost, int queries = 1) {
    proxy.follow([=](const ProxiedCall& call) {
      return call.operation == "Query" && call.count <= queries ? fault::torn(first, lost) : fault::none();
    });
  }
  [[nodiscard]] std::vector<Uuid> read(Version from, std::size_t max = 100) {
    const EventPage page = store.read_stream(cart, from, max);
    std::vector<Uuid> ids;
    for (const RecordedEvent& event : page) ids.push_back(event.id);
    at_end = page.at_end();
    return ids;
  }
  [[nodiscard]] std::vector<Uuid> from(std::ptrdiff_t version) const { return {all.begin() + version, all.end()}; }

  static constexpr int kAlways = std::numeric_limits<int>::max();
  std::vector<Uuid> all;
  bool at_end = false;
  DynamoDbStore store{options()};
};

TEST_F(TornReads, WithoutTheLastEventsAreReadAgain) {
  tear(2, 2);
  EXPECT_EQ(read(Version{0}), all);
  EXPECT_TRUE(at_end);
  EXPECT_EQ(proxy.calls("Query"), 2);
  EXPECT_LE(clock.passed(), milliseconds{10});
}

TEST_F(TornReads, WithAHoleAreReadAgain) {
  tear(2, 1);
  EXPECT_EQ(read(Version{0}), all);
  EXPECT_EQ(proxy.calls("Query"), 2);
}

TEST_F(TornReads, WithoutTheFirstEventAreReadAgain) {
  tear(1, 1);
  EXPECT_EQ(read(Version{0}), all);
}

TEST_F(TornReads, FromTheMiddleOfTheCommitAreReadAgain) {
  tear(0, 1);
  EXPECT_EQ(read(Version{2}), from(2));
  tear(1, 1);
  EXPECT_EQ(read(Version{2}), from(2));
}

TEST_F(TornReads, AreReadAgainUntilTheyAreWhole) {
  tear(2, 2, 5);
  EXPECT_EQ(read(Version{0}), all);
}

TEST_F(TornReads, WithoutTheWholeCommitAreFromBeforeIt) {
  tear(1, 3);
  EXPECT_EQ(read(Version{0}), std::vector<Uuid>{all.front()});
  EXPECT_TRUE(at_end);
  EXPECT_EQ(proxy.calls("Query"), 1);
}

TEST_F(TornReads, OfAPageThatEndsBeforeTheHoleAreWhole) {
  tear(3, 1);
  EXPECT_EQ(read(Version{0}, 2), (std::vector<Uuid>{all[0], all[1]}));
  EXPECT_FALSE(at_end);
}

TEST_F(TornReads, ThatNeverEndAreCorruptAndNameTheVersion) {
  // What came is kept: the next queries begin behind it, and their first item is the missing one.
  proxy.follow([](const ProxiedCall& call) {
    if (call.operation != "Query") return fault::none();
    return call.count == 1 ? fault::torn(3, 1) : fault::torn(0, 1);
  });
  try {
    (void)read(Version{0});
    FAIL();
  } catch (const Error& e) {
    EXPECT_EQ(e.code(), Errc::corrupt);
    EXPECT_NE(std::string{e.what()}.find("lacks version 3"), std::string::npos) << e.what();
    EXPECT_NE(std::string{e.what()}.find(cart), std::string::npos) << e.what();
  }
  EXPECT_GT(clock.passed(), seconds{1});
  EXPECT_LT(clock.passed(), seconds{2});
}

TEST_F(TornReads, TellAnAppendWhereTheCommitEnds) {
  // Of the commit under way, the newest item to be seen is the one before the last.
  tear(0, 1);
  DynamoDbOptions fresh = options();
  DynamoDbStore knows_nothing{fresh};
  EXPECT_EQ(std::get<Appended>(knows_nothing.append(request_of(cart, Version{3}))).version, Version{4});
  EXPECT_EQ(proxy.calls("Query"), 2);
}

class EmptyPages : public TornReads {};

TEST_F(EmptyPages, AreNotTheEndOfAStream) {
  proxy.follow([](const ProxiedCall& call) {
    return call.operation == "Query" && call.count <= 3 ? fault::empty_page() : fault::none();
  });
  EXPECT_EQ(read(Version{0}), all);
  EXPECT_TRUE(at_end);
  EXPECT_EQ(proxy.calls("Query"), 4);
}

TEST_F(EmptyPages, AreNotTheEndOfALookForTheLastVersion) {
  proxy.follow([](const ProxiedCall& call) { return call.is("Query", 1) ? fault::empty_page() : fault::none(); });
  EXPECT_EQ(std::get<Appended>(store.append(request_of(cart, Version{3}))).version, Version{4});
  EXPECT_EQ(proxy.calls("Query"), 2);
  EXPECT_EQ(std::get<Conflict>(store.append(request_of(cart, Version{3}))).actual, Version{4});
}

TEST_F(EmptyPages, OfAScanSayThatMoreFollows) {
  proxy.follow([](const ProxiedCall& call) { return call.is("Scan", 1) ? fault::empty_page() : fault::none(); });
  const ScanPage first = store.scan({});
  EXPECT_TRUE(first.events.empty());
  EXPECT_FALSE(first.events.at_end());
  ASSERT_FALSE(first.next.empty());
  std::vector<Uuid> found;
  for (ScanPlace where{0, 1, first.next}; !where.after.empty();) {
    const ScanPage page = store.scan(where);
    for (const RecordedEvent& event : page.events) {
      if (event.aggregate_id == cart) found.push_back(event.id);
    }
    where.after = page.next;
  }
  EXPECT_EQ(found, all);
}

struct ReadFault {
  const char* name;
  Fault fault;
  Errc in_the_end;
  friend void PrintTo(const ReadFault& shown, std::ostream* out) { *out << shown.name; }  // NOLINT: GoogleTest's name
};

class ReadFaults : public TornReads, public ::testing::WithParamInterface<ReadFault> {
 protected:
  void fail_first(int count) {
    proxy.follow([count](const ProxiedCall& call) { return call.count <= count ? GetParam().fault : fault::none(); });
  }
};
INSTANTIATE_TEST_SUITE_P(DynamoDbFaults, ReadFaults,
                         ::testing::Values(ReadFault{"Reset", fault::reset_before(), Errc::unavailable},
                                           ReadFault{"Status500", fault::error_before(500), Errc::unavailable},
                                           ReadFault{"BadChecksum", fault::bad_crc(), Errc::unavailable},
                                           ReadFault{"HalfAnAnswer", fault::half_after(), Errc::unavailable},
                                           ReadFault{"Throttling", fault::refusal("ThrottlingException"),
                                                     Errc::throttled}),
                         [](const auto& param) { return std::string{param.param.name}; });

TEST_P(ReadFaults, AreTriedAgain) {
  fail_first(3);
  EXPECT_EQ(read(Version{0}), all);
  EXPECT_EQ(attempts, 4);
}

TEST_P(ReadFaults, ThatLastAreNeverInDoubt) {
  fail_first(kAlways);
  try {
    (void)read(Version{0});
    FAIL();
  } catch (const Error& e) {
    EXPECT_EQ(e.code(), GetParam().in_the_end) << e.what();
  }
  EXPECT_EQ(attempts, 4);
}

}  // namespace
}  // namespace leftfold::test_dynamodb
