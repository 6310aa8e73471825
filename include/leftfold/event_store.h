// SPDX-License-Identifier: Apache-2.0
// Port: where events are kept.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include <leftfold/event_page.h>
#include <leftfold/types.h>
#include <leftfold/uuid.h>

namespace leftfold::inline v0 {

/// One event as a writer hands it in.
struct NewEvent {
  Uuid id;                 ///< unique identity, chosen by the writer (Uuid::v7)
  std::string type;        ///< stored event name; not empty
  std::string payload;     ///< JSON object
  std::string metadata;    ///< JSON object of strings; empty for none
  int schema_version = 1;  ///< version of the event's struct
};

/// The events of one command on one aggregate: stored whole or not at all.
struct AppendRequest {
  std::string aggregate_id;      ///< not empty, valid UTF-8 without NUL, at most kMaxAggregateIdBytes
  Version expected;              ///< the aggregate's last version as the writer saw it; none() for a new one
  std::vector<NewEvent> events;  ///< in order; may be empty only when there is an idempotency key
  std::string idempotency_key;   ///< empty for none; unique within the aggregate, at most kMaxIdempotencyKeyBytes
};

inline constexpr std::size_t kMaxAggregateIdBytes = 1024;  ///< DynamoDB allows 2048 bytes for a partition key
inline constexpr std::size_t kMaxIdempotencyKeyBytes = 512;

/// The events are durable.
struct Appended {
  Version version;           ///< the aggregate's last version after this append
  Position position;         ///< position of the last event appended; start() when there was none
  std::size_t events = 0;    ///< how many events the append stored
  Timestamp committed_at{};  ///< the store's wall clock at the commit
  bool repeated =
      false;  ///< true: the idempotency key was used before, this is the first result, nothing new was stored
};

/// Another writer was first; nothing was stored.
struct Conflict {
  Version actual;  ///< the aggregate's last version at the time of the append
};

using AppendResult = std::variant<Appended, Conflict>;

/// Port: a durable, append-only store of events, ordered by version within an aggregate.
///
/// What every implementation promises, and testing/event_store_suite.h checks:
/// - append stores all events of a request or none; when it returns Appended they survive a crash of the process and,
///   where the medium allows it, of the machine;
/// - versions of an aggregate are 0, 1, 2, ... without a gap; two appends never both get the same one;
/// - a request with an idempotency key that the aggregate has seen returns the first result, whatever it expects; with
/// a
///   new key the expected version counts, also when there are no events;
/// - reads see every append that was acknowledged before they began.
///
/// Any thread. Must outlive everything that was given a reference to it.
class EventStore {
 public:
  virtual ~EventStore() = default;

  /// Appends and waits until the events are durable.
  /// Throws Error(invalid_argument) for a request that breaks the rules above, unavailable, throttled, storage_full,
  /// permission_denied, corrupt: then nothing was stored; and in_doubt: then it may have been, and a read of the
  /// stream tells (the commit's first event id stands at expected.next()).
  [[nodiscard]] virtual AppendResult append(const AppendRequest& request) = 0;

  /// Reads at most `max` events (at least 1 is used) of one aggregate in version order, beginning at version `from`
  /// (Version::none() counts as the first). An aggregate without events gives an empty page that is at_end().
  /// Throws Error(unavailable, corrupt); corrupt also when a version is missing.
  [[nodiscard]] virtual EventPage read_stream(std::string_view aggregate_id, Version from, std::size_t max) = 0;

  /// Reads at most `max` events of all aggregates in the store's order, those after position `after`.
  /// Throws Error(unavailable, corrupt), or unsupported for a store without an order over all aggregates.
  [[nodiscard]] virtual EventPage read_all(Position after, std::size_t max) = 0;

  /// Position of the last event of the store; start() when it is empty. Throws like read_all.
  [[nodiscard]] virtual Position head() = 0;

  /// The result of the append that used this key on this aggregate, with repeated = true; empty if none did.
  /// Throws Error(unavailable, corrupt).
  [[nodiscard]] virtual std::optional<Appended> find_append(std::string_view aggregate_id,
                                                            std::string_view idempotency_key) = 0;

  /// Whether committed_at never decreases along positions, so that a time can be found by halving. False once an
  /// import brought events that are older than those before them. Throws like read_all.
  [[nodiscard]] virtual bool is_in_time_order() { return true; }
};

/// Checks the rules of AppendRequest; every store calls it first.
/// Throws Error(invalid_argument) that names the rule and the event.
void validate(const AppendRequest& request);

}  // namespace leftfold::inline v0
