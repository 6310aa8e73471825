// SPDX-License-Identifier: Apache-2.0
#include <leftfold/uuid.h>

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <set>
#include <thread>
#include <vector>

namespace leftfold {
namespace {

using namespace std::chrono_literals;

constexpr Timestamp kNow = std::chrono::sys_days{std::chrono::year{2040} / 1 / 2} + 3h;

std::int64_t milliseconds_of(const Uuid& id) {
  std::int64_t value = 0;
  for (std::size_t i = 0; i < 6; ++i) value = value << 8 | id.bytes()[i];
  return value;
}

TEST(Uuid, HasTimeVersionAndVariantOfRfc9562) {
  const Timestamp now = kNow + 1h;
  const Uuid id = Uuid::v7(now);
  EXPECT_EQ(milliseconds_of(id), now.time_since_epoch().count());
  EXPECT_EQ(id.bytes()[6] >> 4, 7);
  EXPECT_EQ(id.bytes()[8] >> 6, 0b10);
  EXPECT_FALSE(id.is_nil());
}

TEST(Uuid, LaterIdsSortAfterEarlierOnesEvenInOneMillisecond) {
  Uuid last = Uuid::v7(kNow);
  for (int i = 0; i < 100'000; ++i) {  // far more than the counter holds in a millisecond
    const Uuid next = Uuid::v7(kNow);
    ASSERT_GT(next, last);
    ASSERT_GT(next.to_string(), last.to_string());
    last = next;
  }
}

TEST(Uuid, AClockSetBackALittleKeepsTheOrder) {
  const Uuid before = Uuid::v7(kNow + 10h);
  EXPECT_GT(Uuid::v7(kNow + 10h - 59s), before);
}

TEST(Uuid, AClockSetBackFarIsBelieved) {
  const Uuid wrong = Uuid::v7(kNow + 24h * 365);
  const Uuid right = Uuid::v7(kNow + 20h);
  EXPECT_NE(wrong, right);
  EXPECT_EQ(milliseconds_of(right), (kNow + 20h).time_since_epoch().count());
}

TEST(Uuid, ATimeBefore1970CountsAsItsStart) {
  const Uuid id = Uuid::v7(Timestamp{-5ms});
  EXPECT_LT(milliseconds_of(id), 60'000);
  (void)Uuid::v7(kNow);
}

TEST(Uuid, RandomBitsDifferBetweenIds) {
  std::set<std::array<std::uint8_t, 8>> tails;
  for (int i = 0; i < 1000; ++i) {
    const Uuid id = Uuid::v7(kNow);
    std::array<std::uint8_t, 8> tail{};
    std::copy(id.bytes().begin() + 8, id.bytes().end(), tail.begin());
    tails.insert(tail);
  }
  EXPECT_EQ(tails.size(), 1000U);
}

TEST(Uuid, ThreadsNeverShareAnIdAndEachSeesItsOwnInOrder) {
  constexpr std::size_t kThreads = 4;
  constexpr std::size_t kEach = 20'000;
  std::vector<std::vector<Uuid>> made(kThreads);
  {
    std::vector<std::jthread> threads;
    for (auto& mine : made) {
      threads.emplace_back([&mine] {
        for (std::size_t i = 0; i < kEach; ++i) mine.push_back(Uuid::v7(kNow));
      });
    }
  }
  std::set<Uuid> all;
  for (const auto& mine : made) {
    EXPECT_TRUE(std::is_sorted(mine.begin(), mine.end()));
    all.insert(mine.begin(), mine.end());
  }
  EXPECT_EQ(all.size(), kThreads * kEach);
}

TEST(Uuid, AForkedChildMakesOtherIds) {
  (void)Uuid::v7(kNow);  // the parent holds random bits that the child gets a copy of
  std::array<int, 2> ends{};
  ASSERT_EQ(::pipe(ends.data()), 0);
  const pid_t child = ::fork();
  ASSERT_GE(child, 0);
  if (child == 0) {
    const Uuid id = Uuid::v7(kNow);
    ::_exit(::write(ends[1], id.bytes().data(), 16) == 16 ? 0 : 1);
  }
  const Uuid mine = Uuid::v7(kNow);
  std::array<std::uint8_t, 16> theirs{};
  ASSERT_EQ(::read(ends[0], theirs.data(), theirs.size()), 16);
  int status = 0;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  EXPECT_EQ(status, 0);
  ::close(ends[0]);
  ::close(ends[1]);
  EXPECT_FALSE(std::equal(theirs.begin() + 8, theirs.end(), mine.bytes().begin() + 8)) << mine.to_string();
}

TEST(Uuid, TextAndBackIsTheSame) {
  const Uuid id = Uuid::v7(kNow);
  EXPECT_EQ(id.to_string().size(), 36U);
  EXPECT_EQ(Uuid::parse(id.to_string()), id);
}

TEST(Uuid, ReadsTheExampleOfRfc9562InEitherCase) {
  const auto id = Uuid::parse("017F22E2-79B0-7CC3-98C4-DC0C0C07398F");  // appendix A.6
  ASSERT_TRUE(id);
  EXPECT_EQ(id->to_string(), "017f22e2-79b0-7cc3-98c4-dc0c0c07398f");
  EXPECT_EQ(milliseconds_of(*id), 0x017F22E279B0);
}

TEST(Uuid, RefusesWhatIsNotAUuid) {
  const std::string good = "017f22e2-79b0-7cc3-98c4-dc0c0c07398f";
  ASSERT_TRUE(Uuid::parse(good));
  EXPECT_FALSE(Uuid::parse(""));
  EXPECT_FALSE(Uuid::parse(good + "0"));
  EXPECT_FALSE(Uuid::parse(good.substr(1)));
  EXPECT_FALSE(Uuid::parse("{" + good.substr(0, 35)));
  for (std::size_t i = 0; i < good.size(); ++i) {
    std::string bad = good;
    bad[i] = 'g';
    EXPECT_FALSE(Uuid::parse(bad)) << bad;
  }
}

TEST(Uuid, NilIsTheDefault) {
  EXPECT_TRUE(Uuid{}.is_nil());
  EXPECT_EQ(Uuid{}.to_string(), "00000000-0000-0000-0000-000000000000");
  EXPECT_EQ(Uuid::parse(Uuid{}.to_string()), Uuid{});
}

}  // namespace
}  // namespace leftfold
