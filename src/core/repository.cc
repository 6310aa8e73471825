// SPDX-License-Identifier: Apache-2.0
#include <leftfold/repository.h>

#include <algorithm>
#include <chrono>
#include <random>

#include <leftfold/error.h>

#include "base/sleep.h"
#include "core/command_metrics.h"
#include "core/in_quotes.h"
#include "core/place.h"

namespace leftfold::inline v0::detail {

namespace {

// Upper bound of the wait after the first conflict that is waited for; it doubles up to
// RepositoryOptions::max_back_off. Full jitter, as in the AWS Architecture Blog's "Exponential Backoff And Jitter".
constexpr std::chrono::microseconds kBackOffBase{200};

// How often an append whose outcome is unknown is settled by reading before the caller is told.
constexpr int kSettleAttempts = 3;

AppendRequest make_request(const RepositoryOptions& options, const AggregateOps& ops, std::string_view id,
                           const void* root, const CommandOptions& command) {
  AppendRequest request;
  request.aggregate_id = id;
  request.expected = ops.stored_version(root);
  request.idempotency_key = command.idempotency_key;
  ops.encode(root, request.events);
  const std::string metadata = to_metadata_json(command.context);
  const Timestamp now = options.clock->now();
  for (NewEvent& event : request.events) {
    event.id = Uuid::v7(now);
    event.metadata = metadata;
  }
  return request;
}

// What the next snapshot has to know of the events just stored.
void note_appended(LoadTrace& trace, const AppendRequest& request, const Appended& appended) {
  if (request.expected == Version::none()) trace.since = trace.latest = appended.committed_at;
  trace.last_event = request.events.back().id;
  trace.last_committed = appended.committed_at;
  trace.latest = std::max(trace.latest, appended.committed_at);
}

CommandResult to_result(const Appended& appended) {
  return {appended.version, appended.position, appended.events, appended.repeated};
}

// Looks into the store for the outcome of an append that got no answer. Empty: it is not there (yet).
std::optional<AppendResult> settle(EventStore& store, const AppendRequest& request) {
  if (request.events.empty()) {
    if (auto first = store.find_append(request.aggregate_id, request.idempotency_key)) return *first;
    return std::nullopt;
  }
  const EventPage page = store.read_stream(request.aggregate_id, request.expected.next(), request.events.size());
  if (page.empty()) return std::nullopt;
  if (page[0].id != request.events.front().id) return Conflict{page.back().version};
  const Version last{request.expected.value() + static_cast<std::int64_t>(request.events.size())};
  const auto found = [&](const RecordedEvent& event) {
    return Appended{last, event.position, request.events.size(), event.committed_at, false};
  };
  if (page.back().version == last) return found(page.back());
  const EventPage rest = store.read_stream(request.aggregate_id, last, 1);  // a store may end a page early
  if (rest.empty()) {
    throw Error{Errc::corrupt, "aggregate " + in_quotes(request.aggregate_id) + " lacks version " +
                                   std::to_string(last.value()) + ", the last of a commit whose first event it has"};
  }
  return found(rest[0]);
}

AppendResult append_and_settle(EventStore& store, const AppendRequest& request) {
  for (int attempt = 1;; ++attempt) {
    try {
      return store.append(request);
    } catch (const Error& e) {
      if (e.code() != Errc::in_doubt) {
        if (attempt == 1) throw;
        // Of this attempt nothing was stored; the one before it may still be on its way.
        throw Error{Errc::in_doubt,
                    std::string{e.what()} + "; an earlier attempt got no answer and may have been stored"};
      }
      std::optional<AppendResult> outcome;
      try {
        outcome = settle(store, request);
      } catch (const Error& reading) {
        // Not as it is: a code that says "nothing was stored" would invite a second append under another event id.
        throw Error{Errc::in_doubt, std::string{e.what()} + "; and reading it back failed: " + reading.what()};
      }
      if (outcome) return *outcome;
      // Not there: the same request again is safe, its versions and event ids can be stored only once.
      if (attempt >= kSettleAttempts) throw;
    }
  }
}

AppendResult append_and_count(EventStore& store, const RepositoryOptions& options, const AppendRequest& request,
                              const CommandMetrics& metrics) {
  const Instant begin = options.clock->instant();
  try {
    AppendResult result = append_and_settle(store, request);
    const auto* const appended = std::get_if<Appended>(&result);
    if (appended == nullptr) metrics.met_conflict();
    else if (!appended->repeated) metrics.appended(request.events, options.clock->instant() - begin);
    return result;
  } catch (const Error& error) {
    metrics.failed(error.code());
    throw;
  }
}

}  // namespace

std::optional<CommandResult> append(EventStore& store, const RepositoryOptions& options, const AggregateOps& ops,
                                    std::string_view id, void* root, const CommandOptions& command,
                                    const CommandMetrics* metrics, Version& actual) {
  const AppendRequest request = make_request(options, ops, id, root, command);
  if (request.events.empty() && command.idempotency_key.empty()) {
    return CommandResult{request.expected, Position::start(), 0, false};
  }
  const AppendResult result =
      metrics != nullptr ? append_and_count(store, options, request, *metrics) : append_and_settle(store, request);
  if (const auto* conflict = std::get_if<Conflict>(&result)) {
    actual = conflict->actual;
    return std::nullopt;
  }
  const auto& appended = std::get<Appended>(result);
  if (!appended.repeated) {
    ops.mark_saved(root);
    if (!request.events.empty()) note_appended(ops.trace(root), request, appended);
  }
  return to_result(appended);
}

std::optional<CommandResult> find_result(EventStore& store, std::string_view id, const CommandOptions& command) {
  if (command.idempotency_key.empty()) return std::nullopt;
  const auto first = store.find_append(id, command.idempotency_key);
  return first ? std::optional{to_result(*first)} : std::nullopt;
}

void back_off(const RepositoryOptions& options, int attempt) {
  const std::chrono::microseconds longest = options.max_back_off;
  // A conflict means that somebody else made progress: the first one, usually the only one, is not waited for.
  if (attempt == 1 || longest <= longest.zero()) return;
  thread_local std::minstd_rand random{std::random_device{}()};
  const auto cap = std::min(longest, kBackOffBase * (std::int64_t{1} << std::min(attempt - 2, 20)));
  const std::chrono::microseconds wait{std::uniform_int_distribution<std::int64_t>{0, cap.count()}(random)};
  base::sleep_for(*options.clock, wait);
}

void throw_unknown_event(const RecordedEvent& event, std::string_view aggregate) {
  throw Error{Errc::corrupt, "aggregate " + std::string{aggregate} + " has no event for the stored " + place_of(event) +
                                 ": add it to the Events<...> list, or give its struct the old name with event_name"};
}

}  // namespace leftfold::inline v0::detail
