// SPDX-License-Identifier: Apache-2.0
#include <leftfold/dead_letter_store.h>

#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <string_view>

namespace leftfold {
namespace {

RecordedEvent event(Version version, std::int32_t partition, std::int64_t position) {
  RecordedEvent e;
  e.version = version;
  e.partition = partition;
  e.position = Position{position};
  return e;
}

TEST(EventCopy, KeepsEveryFieldAfterThePageIsGone) {
  std::string texts = "cart-1|CartItemAdded|{\"n\":1}|{\"a\":\"b\"}";
  const std::string_view all{texts};
  RecordedEvent original;
  original.position = Position{7};
  original.partition = 2;
  original.schema_version = 3;
  original.version = Version{4};
  original.committed_at = Timestamp{std::chrono::milliseconds{5}};
  original.id = Uuid::parse("0198f2f0-0000-7000-8000-000000000001").value();
  original.commit_id = Uuid::parse("0198f2f0-0000-7000-8000-000000000002").value();
  original.commit_pos = 1;
  original.commit_size = 6;
  original.aggregate_id = all.substr(0, 6);
  original.type = all.substr(7, 13);
  original.payload = all.substr(21, 7);
  original.metadata = all.substr(29, 9);
  const EventCopy copy{original};
  texts.assign(texts.size(), 'x');

  const EventCopy moved_about = copy;
  const RecordedEvent view = moved_about.view();
  EXPECT_EQ(view.position, Position{7});
  EXPECT_EQ(view.partition, 2);
  EXPECT_EQ(view.schema_version, 3);
  EXPECT_EQ(view.version, Version{4});
  EXPECT_EQ(view.committed_at, Timestamp{std::chrono::milliseconds{5}});
  EXPECT_EQ(view.id, original.id);
  EXPECT_EQ(view.commit_id, original.commit_id);
  EXPECT_EQ(view.commit_pos, 1);
  EXPECT_EQ(view.commit_size, 6);
  EXPECT_EQ(view.aggregate_id, "cart-1");
  EXPECT_EQ(view.type, "CartItemAdded");
  EXPECT_EQ(view.payload, R"({"n":1})");
  EXPECT_EQ(view.metadata, R"({"a":"b"})");
}

TEST(EventCopy, KeepsBytesThatAreNoText) {
  const std::string bytes{"\0\xFF{", 3};
  RecordedEvent original;
  original.payload = bytes;
  EXPECT_EQ(EventCopy{original}.view().payload, bytes);
  EXPECT_EQ(EventCopy{}.view().version, Version::none());
}

TEST(LetterKey, OrdersByVersionAndThoseWithoutOneByPlaceInFront) {
  const LetterKey unversioned = LetterKey::of(event(Version::none(), 1, 9));
  EXPECT_LT(LetterKey::of(event(Version::none(), 0, 10)), unversioned);
  EXPECT_LT(unversioned, LetterKey::of(event(Version::none(), 1, 10)));
  EXPECT_LT(unversioned, LetterKey::of(event(Version{0}, 0, 1)));
  EXPECT_LT(LetterKey::of(event(Version{0}, 3, 50)), LetterKey::of(event(Version{1}, 0, 1)));
}

TEST(LetterKey, IsTheSameWhereverTheEventWasDelivered) {
  EXPECT_EQ(LetterKey::of(event(Version{4}, 0, 10)), LetterKey::of(event(Version{4}, 3, 99)));
}

}  // namespace
}  // namespace leftfold
