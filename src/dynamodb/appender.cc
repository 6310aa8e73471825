// SPDX-License-Identifier: Apache-2.0
#include "dynamodb/appender.h"

#include <algorithm>
#include <limits>
#include <utility>

#include <leftfold/error.h>

#include "core/in_quotes.h"
#include "json/base64.h"

namespace leftfold::inline v0::dynamodb {

struct Commit {
  const AppendRequest& request;
  AppendMarker marker;            // what it will have been
  Uuid commit_id;                 // the first event's
  std::vector<ItemWrite> writes;  // the marker first, when there is a key
  std::string token;

  [[nodiscard]] Version first() const { return request.expected.next(); }
  [[nodiscard]] bool has_key() const { return !request.idempotency_key.empty(); }
};

namespace {

using detail::in_quotes;

[[noreturn]] void refuse(const AppendRequest& request, const std::string& why) {
  throw Error{Errc::invalid_argument, "append to aggregate " + in_quotes(request.aggregate_id) + ": " + why};
}

Expression condition(std::string text) { return {std::move(text), {}, {}}; }

/// Names the transaction: the commit, and the time (which is mostly part of its items), so that the same request made
/// again later is another transaction with the same events. At most 36 characters.
std::string token_of(const Uuid& id, Timestamp committed_at) {
  const auto raw = id.bytes();
  Bytes bytes(raw.size());
  std::ranges::transform(raw, bytes.begin(), [](std::uint8_t b) { return std::byte{b}; });
  std::string token(json::base64_size(bytes.size()), '\0');
  json::write_base64(token.data(), bytes);
  constexpr std::int64_t kFourMonths = 10'000'000'000;  // in ms: ten digits
  return token + std::to_string(committed_at.time_since_epoch().count() % kFourMonths);
}

void check_sizes(const AppendRequest& request, const std::vector<Item>& items) {
  std::size_t all = 0;
  for (std::size_t i = 0; i < items.size(); ++i) {
    const std::size_t size = item_size(items[i]);
    all += size;
    if (size <= kMaxItemBytes) continue;
    const std::string what = items.size() == request.events.size()
                                 ? "event " + std::to_string(i) + " (" + in_quotes(request.events[i].type) + ")"
                                 : "the commit";
    refuse(request, what + " is an item of " + std::to_string(size) + " bytes; DynamoDB holds " +
                        std::to_string(kMaxItemBytes) +
                        ": keep large contents elsewhere and their address in the event");
  }
  const std::size_t writes = items.size() + (request.idempotency_key.empty() ? 0 : 1);
  if (writes > kMaxTransactionItems) {
    refuse(request, std::to_string(items.size()) + " events at once; a transaction of DynamoDB holds 100 items" +
                        (request.idempotency_key.empty() ? "" : ", one of them for the idempotency key") +
                        ": make several commands of it");
  }
  if (writes > 1 && all > kMaxTransactionBytes) {
    refuse(request, "its events have " + std::to_string(all) + " bytes; a transaction of DynamoDB holds " +
                        std::to_string(kMaxTransactionBytes) + ": make several commands of it");
  }
}

}  // namespace

Appender::Appender(EventTable events, std::string second_table)
    : events_{std::move(events)},
      reader_{events_},
      second_table_{std::move(second_table)},
      last_commit_ms_{std::numeric_limits<std::int64_t>::min()} {}

AppendResult Appender::append(const AppendRequest& request, std::optional<Timestamp> recorded_at) {
  validate(request);
  const Commit commit = prepare(request, recorded_at);
  if (!expected_may_hold(request)) return outcome_of_refusal(commit);
  const std::optional<AppendResult> settled = send_or_settle(commit);
  const AppendResult result = settled ? *settled : outcome_of_refusal(commit);
  if (const auto* appended = std::get_if<Appended>(&result)) {
    if (!appended->repeated) events_.known.saw(request.aggregate_id, appended->version);
  }
  return result;
}

std::optional<AppendResult> Appender::send_or_settle(const Commit& commit) {
  try {
    return send(commit);
  } catch (const Error& e) {
    if (e.code() == Errc::invalid_argument) refuse(commit.request, e.what());  // DynamoDB names the table alone
    if (e.code() != Errc::in_doubt) throw;
    return settle(commit, e);
  }
}

/// The store's wall clock, never before an earlier commit of this process.
Timestamp Appender::commit_time() {
  const std::int64_t now = events_.client.options().clock->now().time_since_epoch().count();
  std::int64_t last = last_commit_ms_.load();
  while (last < now && !last_commit_ms_.compare_exchange_weak(last, now)) {
  }
  return Timestamp{std::chrono::milliseconds{std::max(last, now)}};
}

Commit Appender::prepare(const AppendRequest& request, std::optional<Timestamp> recorded_at) {
  Commit commit{request, {}, {}, {}, {}};
  Appended& result = commit.marker.result;
  const Timestamp now = commit_time();
  result.committed_at = recorded_at.value_or(now);
  result.events = request.events.size();
  result.version = Version{request.expected.value() + static_cast<std::int64_t>(request.events.size())};
  if (!request.events.empty()) commit.commit_id = request.events.front().id;
  if (commit.has_key()) commit.marker.append_id = Uuid::v7(now);
  commit.token = token_of(commit.has_key() ? commit.marker.append_id : commit.commit_id, now);

  std::vector<Item> items;
  if (events_.packed && !request.events.empty()) {
    items.push_back(commit_item(request, result.committed_at));
  } else {
    for (std::size_t i = 0; i < request.events.size(); ++i) {
      items.push_back(event_item(request, i, result.committed_at));
    }
  }
  check_sizes(request, items);
  add_writes(commit, std::move(items));
  return commit;
}

void Appender::add_writes(Commit& commit, std::vector<Item> items) const {
  using Kind = ItemWrite::Kind;
  const AppendRequest& request = commit.request;
  if (commit.has_key()) {
    commit.writes.push_back({Kind::put,
                             second_table_,
                             marker_item(request.aggregate_id, request.idempotency_key, commit.marker),
                             condition("attribute_not_exists(k)"),
                             {}});
  }
  for (Item& item : items) {
    commit.writes.push_back(
        {Kind::put, events_.name, std::move(item), condition("attribute_not_exists(aggregateId)"), {}});
  }
  if (items.empty()) {  // then the expected version is what there is to check
    commit.writes.push_back({Kind::check,
                             events_.name,
                             event_key(request.aggregate_id, commit.first()),
                             condition("attribute_not_exists(aggregateId)"),
                             {}});
  }
}

/// False when it is certain that the expected version is not the aggregate's last one. True also when only the write
/// can tell; then the version is known to exist, so that the write leaves no gap.
bool Appender::expected_may_hold(const AppendRequest& request) {
  if (request.expected == Version::none()) return true;
  const auto known = events_.known.find(request.aggregate_id);
  if (known && *known >= request.expected) return *known == request.expected;
  const auto last = reader_.last(request.aggregate_id);
  if (!last) return false;
  events_.known.saw(request.aggregate_id, last->commit_end());
  return last->commit_end() == request.expected;
}

std::optional<AppendResult> Appender::send(const Commit& commit) {
  return commit.writes.size() == 1 ? send_alone(commit) : send_together(commit);
}

std::optional<AppendResult> Appender::send_alone(const Commit& commit) {
  const WriteResult result = events_.client.write(commit.writes.front());
  if (result.applied) return commit.marker.result;
  if (!result.old) return std::nullopt;
  return judged(commit, head_of(commit.request.aggregate_id, *result.old));
}

std::optional<AppendResult> Appender::send_together(const Commit& commit) {
  const TransactResult result = events_.client.transact(commit.writes, commit.token);
  if (result.applied) return commit.marker.result;
  if (commit.has_key()) {
    const auto& item = result.reasons.front().item;
    if (item && !item->empty()) return judged(commit, read_marker(*item));
    return std::nullopt;  // a repetition may be under way that this answer does not show
  }
  for (const CancellationReason& reason : result.reasons) {
    if (!reason.item || reason.item->empty()) continue;
    return judged(commit, head_of(commit.request.aggregate_id, *reason.item));
  }
  return std::nullopt;
}

/// What became of a request that got no answer.
AppendResult Appender::settle(const Commit& commit, const Error& doubt) {
  std::optional<AppendResult> result;
  try {
    // The place first: when another writer has it, the request cannot succeed any more, so that a record of its key
    // that is not there afterwards never will be.
    std::optional<ItemHead> in_the_way;
    if (!commit.request.events.empty()) in_the_way = reader_.at(commit.request.aggregate_id, commit.first());
    if (commit.has_key()) result = stored_before(commit);
    else if (in_the_way) result = judged(commit, *in_the_way);
    if (!result && in_the_way) result = conflict(commit.request.aggregate_id);
  } catch (const Error& reading) {
    throw Error{Errc::in_doubt, std::string{doubt.what()} + "; and reading it back failed: " + reading.what()};
  }
  if (!result) throw doubt;  // not there now, but the request may still be on its way
  return *result;
}

/// This commit, stored by an earlier attempt, or the one that used its key before. Empty: neither is there.
std::optional<AppendResult> Appender::stored_before(const Commit& commit) {
  const AppendRequest& request = commit.request;
  if (commit.has_key()) {
    const auto marker = find(request.aggregate_id, request.idempotency_key);
    if (!marker) return std::nullopt;
    return judged(commit, *marker);
  }
  const auto item = reader_.at(request.aggregate_id, commit.first());
  if (!item) return std::nullopt;
  return judged(commit, *item);
}

/// A condition did not hold: an earlier attempt of ours, a repeated key, or another writer.
AppendResult Appender::outcome_of_refusal(const Commit& commit) {
  if (auto before = stored_before(commit)) return *before;
  return conflict(commit.request.aggregate_id);
}

AppendResult Appender::judged(const Commit& commit, const AppendMarker& marker) const {
  Appended result = marker.result;
  result.repeated = marker.append_id != commit.marker.append_id;
  return result;
}

/// Empty when the item belongs to another writer.
std::optional<AppendResult> Appender::judged(const Commit& commit, const ItemHead& in_the_way) const {
  Appended result = commit.marker.result;
  // An import may bring another commit of that name: then what is there is no proof that this one's last event exists.
  const Version begin{in_the_way.first.value() - in_the_way.commit_pos};
  if (in_the_way.commit_id != commit.commit_id || begin != commit.first() ||
      in_the_way.commit_end() != result.version) {
    return std::nullopt;
  }
  result.committed_at = in_the_way.committed_at;
  return result;
}

Conflict Appender::conflict(std::string_view aggregate_id) {
  const auto last = reader_.last(aggregate_id);
  if (!last) return {Version::none()};
  events_.known.saw(aggregate_id, last->commit_end());
  return {last->commit_end()};
}

std::optional<AppendMarker> Appender::find(std::string_view aggregate_id, std::string_view idempotency_key) {
  const GetResult got = events_.client.get(second_table_, marker_key(aggregate_id, idempotency_key));
  if (!got.item) return std::nullopt;
  AppendMarker marker = read_marker(*got.item);
  marker.result.repeated = true;
  return marker;
}

}  // namespace leftfold::inline v0::dynamodb
