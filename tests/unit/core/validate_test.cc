// SPDX-License-Identifier: Apache-2.0
#include <leftfold/error.h>
#include <leftfold/event_store.h>

#include <gtest/gtest.h>

#include <functional>

namespace leftfold {
namespace {

AppendRequest good() {
  AppendRequest request;
  request.aggregate_id = "cart-1";
  request.events.push_back({Uuid::v7(Timestamp{}), "CartItemAdded", "{}", {}, 1});
  return request;
}

void expect_refused(const std::function<void(AppendRequest&)>& spoil, std::string_view words) {
  AppendRequest request = good();
  spoil(request);
  try {
    validate(request);
    FAIL() << "accepted; expected: " << words;
  } catch (const Error& e) {
    EXPECT_EQ(e.code(), Errc::invalid_argument);
    EXPECT_NE(std::string_view{e.what()}.find(words), std::string_view::npos) << e.what();
  }
}

TEST(Validate, AcceptsAGoodRequest) { EXPECT_NO_THROW(validate(good())); }

TEST(Validate, AcceptsAKeyWithoutEvents) {
  AppendRequest request = good();
  request.events.clear();
  request.idempotency_key = "k";
  EXPECT_NO_THROW(validate(request));
}

TEST(Validate, AcceptsAllOfUnicodeInAnId) {
  AppendRequest request = good();
  request.aggregate_id = "k\xC3\xA4se-\xF0\x9F\xA7\x80-\xED\x9F\xBF-\xEE\x80\x80-\xF4\x8F\xBF\xBF";
  EXPECT_NO_THROW(validate(request));
}

TEST(Validate, NamesTheRuleThatIsBroken) {
  expect_refused([](AppendRequest& r) { r.aggregate_id.clear(); }, "the aggregate id is empty");
  expect_refused([](AppendRequest& r) { r.aggregate_id.assign(1025, 'x'); }, "1025 bytes; 1024 is the most");
  expect_refused([](AppendRequest& r) { r.aggregate_id = std::string{"a\0b", 3}; }, "not UTF-8 text without NUL");
  expect_refused([](AppendRequest& r) { r.expected = Version{-2}; }, "below Version::none()");
  expect_refused([](AppendRequest& r) { r.idempotency_key.assign(513, 'k'); }, "513 bytes; 512 is the most");
  expect_refused([](AppendRequest& r) { r.events.clear(); }, "no events and no idempotency key");
  expect_refused([](AppendRequest& r) { r.events[0].type.clear(); }, "event 0 (\"\"): its type is empty");
  expect_refused([](AppendRequest& r) { r.events[0].id = {}; }, "nil UUID");
  expect_refused([](AppendRequest& r) { r.events[0].payload.clear(); }, "its payload is empty");
  expect_refused([](AppendRequest& r) { r.events[0].schema_version = 0; }, "schema version is below 1");
}

// The boundary cases of Unicode 15, table 3-7.
TEST(Validate, RefusesTextThatIsNotUtf8) {
  for (const char* bad : {"\x80", "\xC0\xAF", "\xC1\xBF", "\xC3", "\xE0\x9F\xBF", "\xED\xA0\x80", "\xEF\xBF",
                          "\xF0\x8F\xBF\xBF", "\xF4\x90\x80\x80", "\xF5\x80\x80\x80", "\xFF", "ok\xE2\x82"}) {
    expect_refused([bad](AppendRequest& r) { r.aggregate_id = bad; }, "not UTF-8");
    expect_refused([bad](AppendRequest& r) { r.events[0].type = bad; }, "not UTF-8");
    expect_refused([bad](AppendRequest& r) { r.idempotency_key = bad; }, "not UTF-8");
  }
}

}  // namespace
}  // namespace leftfold
