// SPDX-License-Identifier: Apache-2.0
#include "testing/requests.h"

#include <exception>
#include <latch>
#include <mutex>
#include <thread>
#include <variant>

#include <leftfold/clock.h>

#include "json/same_document.h"

namespace leftfold::inline v0::testing {
namespace {

void expect_json(std::string_view stored, std::string_view written, const char* what,
                 const EventStoreSuiteOptions& options, std::source_location where) {
  // No text and an empty object are different things to a store.
  const bool same =
      !options.keeps_json_text && !stored.empty() && !written.empty() && json::same_document(stored, written);
  if (!same) expect_equal(stored, written, what, where);
}

}  // namespace

NewEvent new_event(int n) {
  return {Uuid::v7(system_clock().now()), "Happened", "{\"n\":" + std::to_string(n) + "}", {}, 1};
}

AppendRequest new_request(std::string_view aggregate_id, Version expected, std::size_t count, int first) {
  AppendRequest request{std::string{aggregate_id}, expected, {}, {}};
  for (std::size_t i = 0; i < count; ++i) request.events.push_back(new_event(first + static_cast<int>(i)));
  return request;
}

Appended must_append(EventStore& store, const AppendRequest& request, std::source_location where) {
  const AppendResult result = store.append(request);
  if (const auto* conflict = std::get_if<Conflict>(&result)) {
    throw ExpectationFailed{"append to " + request.aggregate_id + " expecting " + show(request.expected) +
                                ": conflict, the store has " + show(conflict->actual),
                            where};
  }
  return std::get<Appended>(result);
}

Appended must_append(EventStore& store, std::string_view aggregate_id, std::size_t count, std::source_location where) {
  const auto events = static_cast<int>(read_whole_stream(store, aggregate_id).size());
  return must_append(store, new_request(aggregate_id, Version{events - 1}, count, events), where);
}

Version must_conflict(EventStore& store, const AppendRequest& request, std::source_location where) {
  const AppendResult result = store.append(request);
  if (const auto* conflict = std::get_if<Conflict>(&result)) return conflict->actual;
  throw ExpectationFailed{"append to " + request.aggregate_id + " expecting " + show(request.expected) +
                              ": a conflict was expected, but it was appended up to " +
                              show(std::get<Appended>(result).version),
                          where};
}

std::vector<EventCopy> read_whole_stream(EventStore& store, std::string_view aggregate_id, std::size_t page_size) {
  std::vector<EventCopy> events;
  for (Version from{0};;) {
    const EventPage page = store.read_stream(aggregate_id, from, page_size);
    for (const RecordedEvent& event : page) events.emplace_back(event);
    if (page.at_end()) return events;
    expect(!page.empty(), "a page that is not at the end holds an event");
    from = page.back().version.next();
  }
}

std::vector<EventCopy> read_whole_store(EventStore& store, std::size_t page_size) {
  std::vector<EventCopy> events;
  for (Position after;;) {
    const EventPage page = store.read_all(after, page_size);
    for (const RecordedEvent& event : page) events.emplace_back(event);
    if (page.at_end()) return events;
    expect(!page.empty(), "a page that is not at the end holds an event");
    after = page.back().position;
  }
}

void expect_stored(const RecordedEvent& event, const AppendRequest& request, std::size_t i, const Appended& result,
                   std::source_location where, const EventStoreSuiteOptions& options) {
  const NewEvent& written = request.events.at(i);
  const auto place = static_cast<std::int64_t>(i);
  expect_equal(event.aggregate_id, request.aggregate_id, "aggregate_id", where);
  expect_equal(event.id, written.id, "id", where);
  expect_equal(event.type, written.type, "type", where);
  expect_json(event.payload, written.payload, "payload", options, where);
  expect_json(event.metadata, written.metadata, "metadata", options, where);
  expect_equal(event.schema_version, written.schema_version, "schema_version", where);
  expect_equal(event.version, Version{request.expected.value() + 1 + place}, "version", where);
  expect_equal(event.commit_id, request.events.front().id, "commit_id", where);
  expect_equal(event.commit_pos, static_cast<std::int32_t>(i), "commit_pos", where);
  expect_equal(event.commit_size, static_cast<std::int32_t>(request.events.size()), "commit_size", where);
  expect_equal(event.committed_at, result.committed_at, "committed_at", where);
  const auto behind = static_cast<std::int64_t>(request.events.size()) - 1 - place;
  expect_equal(event.version, Version{result.version.value() - behind}, "version, by the append's result", where);
  const Position position = options.reads_all ? Position{result.position.value() - behind} : Position::start();
  expect_equal(event.position, position, "position, by the append's result", where);
}

void on_threads(int count, const std::function<void(int)>& work) {
  std::mutex mutex;
  std::exception_ptr failure;
  std::latch start{count};
  {
    std::vector<std::jthread> threads;
    for (int i = 0; i < count; ++i) {
      threads.emplace_back([&, i] {
        start.arrive_and_wait();
        try {
          work(i);
        } catch (...) {
          const std::scoped_lock lock{mutex};
          if (failure == nullptr) failure = std::current_exception();
        }
      });
    }
  }
  if (failure != nullptr) std::rethrow_exception(failure);
}

}  // namespace leftfold::inline v0::testing
