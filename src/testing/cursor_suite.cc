// SPDX-License-Identifier: Apache-2.0
#include <leftfold/testing/cursor_suite.h>

#include <atomic>
#include <string>
#include <string_view>
#include <utility>

#include <leftfold/testing/expect.h>

#include "testing/cases_of.h"
#include "testing/requests.h"

namespace leftfold::inline v0::testing {
namespace {

// A fresh place with one open store on it.
struct CursorStoreTest {
  explicit CursorStoreTest(const MakeCursorStore& make) : open{make()}, store{open()} {}

  OpenCursorStore open;
  std::shared_ptr<CursorStore> store;
};

void advance_one(CursorStore& store, const std::string& aggregate_id, std::int64_t version) {
  const PublishCursor cursor{aggregate_id, Version{version}};
  store.advance({&cursor, 1});
}

Version load_one(CursorStore& store, std::string_view aggregate_id,
                 std::source_location where = std::source_location::current()) {
  const std::vector<Version> loaded = store.load({&aggregate_id, 1});
  expect_equal(loaded.size(), std::size_t{1}, "number of versions", where);
  return loaded[0];
}

void an_aggregate_without_cursor_has_none(CursorStoreTest& t) {
  expect_equal(load_one(*t.store, "cart-1"), Version::none(), "cursor");
  expect(t.store->load({}).empty(), "the cursors of no aggregates");
  t.store->advance({});
}

void a_cursor_is_loaded_as_it_was_stored(CursorStoreTest& t) {
  const std::string odd = "cart \xE2\x82\xAC '#\"\n";
  advance_one(*t.store, "cart-1", 0);
  advance_one(*t.store, odd, 9'007'199'254'740'993);  // no double holds it
  expect_equal(load_one(*t.store, "cart-1"), Version{0}, "cursor");
  expect_equal(load_one(*t.open(), odd), Version{9'007'199'254'740'993}, "cursor, opened by another");
}

void a_cursor_moves_on(CursorStoreTest& t) {
  for (const std::int64_t version : {0, 1, 5, 1000}) {
    advance_one(*t.store, "cart-1", version);
    expect_equal(load_one(*t.open(), "cart-1"), Version{version}, "cursor");
  }
}

// Any lower bound of what was acknowledged will do, so both are allowed.
void a_lower_cursor_is_kept_or_not(CursorStoreTest& t) {
  advance_one(*t.store, "cart-1", 7);
  advance_one(*t.store, "cart-1", 3);
  const Version loaded = load_one(*t.store, "cart-1");
  expect(loaded == Version{7} || loaded == Version{3}, "it is one of the two that were stored");
  advance_one(*t.store, "cart-1", 8);
  expect_equal(load_one(*t.store, "cart-1"), Version{8}, "cursor");
}

void none_may_be_stored(CursorStoreTest& t) {
  advance_one(*t.store, "cart-1", Version::none().value());
  expect_equal(load_one(*t.store, "cart-1"), Version::none(), "cursor");
}

void aggregates_do_not_meet(CursorStoreTest& t) {
  const std::vector<std::string> ids{"a", "A", "a ", "a#", "#a", "cursor#a"};
  for (std::size_t i = 0; i < ids.size(); ++i) advance_one(*t.store, ids[i], static_cast<std::int64_t>(i));
  for (std::size_t i = 0; i < ids.size(); ++i) {
    expect_equal(load_one(*t.store, ids[i]), Version{static_cast<std::int64_t>(i)}, "cursor of " + ids[i]);
  }
  expect(t.store->remove("a"), "there was one");
  expect_equal(load_one(*t.store, "a#"), Version{3}, "cursor of another");
}

std::vector<PublishCursor> many(std::size_t count, std::int64_t first) {
  std::vector<PublishCursor> cursors;
  for (std::size_t i = 0; i < count; ++i) {
    cursors.push_back({"cart-" + std::to_string(i), Version{first + static_cast<std::int64_t>(i)}});
  }
  return cursors;
}

void expect_all(CursorStore& store, const std::vector<PublishCursor>& cursors) {
  std::vector<std::string_view> ids;
  std::vector<Version> expected;
  // Backwards, with one between that has no cursor, and each twice at the end: the order is the caller's.
  for (auto cursor = cursors.rbegin(); cursor != cursors.rend(); ++cursor) {
    ids.insert(ids.end(), {cursor->aggregate_id, "nobody"});
    expected.insert(expected.end(), {cursor->published, Version::none()});
  }
  ids.insert(ids.end(), {cursors[0].aggregate_id, cursors[0].aggregate_id});
  expected.insert(expected.end(), {cursors[0].published, cursors[0].published});
  const std::vector<Version> loaded = store.load(ids);
  expect_equal(loaded.size(), expected.size(), "number of versions");
  for (std::size_t i = 0; i < expected.size(); ++i) {
    expect_equal(loaded[i], expected[i], "cursor of " + std::string{ids[i]});
  }
}

// More than any store takes in one request.
void many_are_stored_and_loaded_at_once(CursorStoreTest& t) {
  for (const std::size_t count : {2U, 25U, 26U, 51U, 260U}) {
    const std::vector<PublishCursor> cursors = many(count, static_cast<std::int64_t>(count));
    t.store->advance(cursors);
    expect_all(*t.open(), cursors);
  }
}

void a_removed_cursor_is_gone(CursorStoreTest& t) {
  expect(!t.store->remove("cart-1"), "there was none");
  advance_one(*t.store, "cart-1", 7);
  advance_one(*t.store, "cart-2", 8);
  expect(t.store->remove("cart-1"), "there was one");
  expect(!t.store->remove("cart-1"), "it is removed already");
  expect_equal(load_one(*t.open(), "cart-1"), Version::none(), "cursor");
  expect_equal(load_one(*t.store, "cart-2"), Version{8}, "cursor of another");
  advance_one(*t.store, "cart-1", 2);
  expect_equal(load_one(*t.store, "cart-1"), Version{2}, "cursor that begins anew");
}

void an_aggregate_needs_an_id(CursorStoreTest& t) {
  const std::string_view ids[] = {"cart-1", ""};
  expect_error(Errc::invalid_argument, [&] { (void)t.store->load(ids); }, "loading the cursor of \"\"");
  const PublishCursor cursors[] = {{"cart-1", Version{1}}, {"", Version{1}}};
  expect_error(Errc::invalid_argument, [&] { t.store->advance(cursors); }, "advancing the cursor of \"\"");
  expect_error(Errc::invalid_argument, [&] { (void)t.store->remove(""); }, "removing the cursor of \"\"");
}

// Each thread has aggregates of its own and one that all share. The store never has more than was stored, and what a
// thread stored alone is there.
void writers_at_once_lose_nothing_of_their_own(CursorStoreTest& t) {
  constexpr int kThreads = 4;
  constexpr std::int64_t kLast = 12;
  const std::shared_ptr<CursorStore> other = t.open();
  on_threads(kThreads, [&](int thread) {
    CursorStore& store = thread % 2 == 0 ? *t.store : *other;
    const std::string own = "own-" + std::to_string(thread);
    for (std::int64_t version = 0; version <= kLast; ++version) {
      const PublishCursor both[] = {{own, Version{version}}, {"shared", Version{version}}};
      store.advance(both);
      const std::string_view ids[] = {own, "shared"};
      const std::vector<Version> loaded = store.load(ids);
      expect_equal(loaded[0], Version{version}, "own cursor");
      expect(loaded[1] >= Version{0} && loaded[1] <= Version{kLast}, "the shared cursor is one that was stored");
    }
  });
  for (int thread = 0; thread < kThreads; ++thread) {
    expect_equal(load_one(*t.store, "own-" + std::to_string(thread)), Version{kLast}, "own cursor at the end");
  }
}

constexpr NamedCheck<CursorStoreTest> kCases[] = {
    {"an aggregate without a cursor has none", an_aggregate_without_cursor_has_none},
    {"a cursor is loaded as it was stored, by others too", a_cursor_is_loaded_as_it_was_stored},
    {"a cursor moves on", a_cursor_moves_on},
    {"a lower cursor is kept or not", a_lower_cursor_is_kept_or_not},
    {"none may be stored", none_may_be_stored},
    {"aggregates do not meet", aggregates_do_not_meet},
    {"many are stored and loaded at once, in the caller's order", many_are_stored_and_loaded_at_once},
    {"a removed cursor is gone", a_removed_cursor_is_gone},
    {"an aggregate needs an id", an_aggregate_needs_an_id},
    {"writers at once lose nothing of their own", writers_at_once_lose_nothing_of_their_own},
};

}  // namespace

std::vector<Case> cursor_suite(MakeCursorStore make) { return cases_of<CursorStoreTest>(std::move(make), {kCases}); }

}  // namespace leftfold::inline v0::testing
