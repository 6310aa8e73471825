// SPDX-License-Identifier: Apache-2.0
// The event store on Amazon DynamoDB, beside services that use the Node library on the same tables.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <leftfold/breaker_store.h>
#include <leftfold/clock.h>
#include <leftfold/control_store.h>
#include <leftfold/dead_letter_store.h>
#include <leftfold/dynamodb_call.h>
#include <leftfold/event_import.h>
#include <leftfold/event_scan.h>
#include <leftfold/event_store.h>
#include <leftfold/log.h>
#include <leftfold/metrics.h>
#include <leftfold/published_store.h>
#include <leftfold/read_tables.h>
#include <leftfold/snapshot_store.h>

namespace leftfold::inline v0 {

/// AWS keys that the program gives itself. Plain value.
struct DynamoDbKeys {
  std::string access_key_id;
  std::string secret_access_key;
  std::string session_token;  ///< empty for long-lived keys
};

/// Which tables, and how they are asked. Plain value.
struct DynamoDbOptions {
  enum class Tables {
    create,      ///< creates the tables that are missing and waits until they can be used
    must_exist,  ///< throws Error(not_found) when one is missing; throws too when it is no table of leftfold
    unchecked,   ///< asks nothing; the first append or read tells
  };
  enum class Layout {
    item_per_event,   ///< what the Node library reads and writes
    item_per_commit,  ///< fewer write units for commits of several events; the Node library cannot read them
  };

  std::string events_table = "v1EventStore";
  std::string second_table;  ///< of everything that is no event; empty: the events table's name + "Leftfold"
  Tables tables = Tables::create;
  bool deletion_protection = false;     ///< of tables that are created
  bool point_in_time_recovery = false;  ///< of tables that are created
  Layout layout = Layout::item_per_event;

  std::string endpoint_url;  ///< empty: by AWS's rules (AWS_ENDPOINT_URL_DYNAMODB, ...)
  /// Of the tables' streams, which AWS serves at another address; empty: endpoint_url when there is one, else by AWS's
  /// rules (AWS_ENDPOINT_URL_DYNAMODB_STREAMS, ...).
  std::string streams_endpoint_url;
  std::string region;                ///< empty: by AWS's rules (AWS_REGION, ...)
  std::string profile;               ///< instead of AWS_PROFILE
  std::optional<DynamoDbKeys> keys;  ///< empty: by AWS's chain of sources

  int max_attempts = 4;  ///< of one request, the first included
  std::chrono::milliseconds connect_timeout{3'000};
  std::chrono::milliseconds request_timeout{10'000};  ///< of one attempt
  Clock* clock = &system_clock();                     ///< must outlive the store
  Logger* log = &no_log();                            ///< must outlive the store
  Metrics* metrics = &no_metrics();                   ///< counts calls, throttling, units; must outlive the store
  DynamoDbObserver on_call;                           ///< told of every call, from any thread

  /// `second_table`, or the name that an empty one stands for.
  [[nodiscard]] std::string second_table_name() const;

  /// By DYNAMODB_PREFIX (v1), EVENTSTORE_TABLE_NAME (EventStore), AWS_MAX_ATTEMPTS and, with DYNAMODB_LOCAL=true,
  /// DYNAMODB_URL (http://localhost:8000); an empty variable counts as one that is not set, as in the Node library.
  /// Throws Error(invalid_config) that names the variable and its value.
  [[nodiscard]] static DynamoDbOptions from(const std::map<std::string, std::string>& environment);
  /// By this process's environment.
  [[nodiscard]] static DynamoDbOptions from_environment();
};

/// Keeps events in one DynamoDB table, one item an event (docs/stores/dynamodb.md): the table's items are the Node
/// library's. What a command does is one request, or one transaction. There is no order over all aggregates: read_all
/// and head throw Error(unsupported), and every Position is start().
/// append also throws Error(invalid_argument), before anything is sent, for what DynamoDB cannot hold: an item over
/// 400 KB, more than 100 events at once (99 with an idempotency key), 4 MB, JSON nested deeper than 32 levels, numbers
/// of more than 38 digits. JSON comes back with the same values, not the same bytes: members may change their order.
/// Writers of one table must be in one region. Any thread.
class DynamoDbStore final : public EventStore, public EventScan, public EventImport {
 public:
  /// Checks or creates the tables, as options.tables says. Throws Error(invalid_config, permission_denied, unavailable,
  /// not_found), unsupported for a table with another key, and what aws credentials throw.
  explicit DynamoDbStore(DynamoDbOptions options);
  ~DynamoDbStore() override;

  [[nodiscard]] AppendResult append(const AppendRequest& request) override;
  /// A page also ends once it holds 16 MiB of text; it is then not at_end().
  [[nodiscard]] EventPage read_stream(std::string_view aggregate_id, Version from, std::size_t max) override;
  [[nodiscard]] EventPage read_all(Position after, std::size_t max) override;
  [[nodiscard]] Position head() override;
  [[nodiscard]] std::optional<Appended> find_append(std::string_view aggregate_id,
                                                    std::string_view idempotency_key) override;
  /// One request a commit, one after the other. Throws too what append throws for what DynamoDB cannot hold; the
  /// commits before that one are stored then.
  [[nodiscard]] std::vector<AppendResult> import_commits(std::vector<RecordedCommit> commits) override;

  /// Reads one page (1 MB) of everything, eventually consistent: half the price. Events of one aggregate mostly come
  /// together and by version, but nothing promises it; what is appended meanwhile may be missing.
  /// Throws Error(invalid_argument) for a segment that is none, unavailable, throttled, and corrupt for a table that is
  /// none of events.
  [[nodiscard]] ScanPage scan(const ScanPlace& where) override;
  /// The table's items, as DynamoDB counted them some hours ago; 0 when it does not say.
  [[nodiscard]] std::uint64_t rough_size() override;

  /// Snapshots in the second table, one item each, at most 400 KB deflated: 1 write unit a KB, half a unit to read 2
  /// KB. A save whose answer was lost and that is sent again may return false though it was kept. Lives as long as the
  /// store.
  [[nodiscard]] SnapshotStore& snapshots() noexcept;

  /// Pauses and restarts in the second table, one item a subscription: 1 read unit for each 4 KB of them to look, which
  /// a Runner does every `look_every`. SubscriptionControl::at is by the clock of who asked, for people only.
  /// controls() answers or fails within a second, as breakers(); the others take the time the options allow. Lives as
  /// long as the store.
  [[nodiscard]] ControlStore& controls() noexcept;

  /// Records of shared breakers in the second table, one item each: nothing is written while all are healthy. A call
  /// answers or fails within a second, whatever the options' timeouts allow: an attempt ends after 0.7 s, a new
  /// connection included, and only what failed at once is tried again. Lives as long as the store.
  [[nodiscard]] BreakerStore& breakers() noexcept;
  /// Read tables in the second table, exactly once: a projector's rows and its checkpoint are one transaction of
  /// DynamoDB's, so a projector that handles events in this process sees only what is committed, and another process
  /// that got in between makes commit() throw Error(unavailable). At most 100 items and 4 MB a transaction, of which an
  /// event may write 90 rows; a row is an item of at most 400 KB. Their shadow is
  /// generations of rows in the same table, swapped in by one transaction: so it takes as many items as the projector
  /// has tables and partitions, at most some 90 together, and the last one to open a shadow builds it. A transaction
  /// must end before the next one of its thread begins. docs/stores/dynamodb.md: costs and limits. Lives as long as the
  /// store.
  [[nodiscard]] ReadTables& read_tables() noexcept;

  /// Dead letters in the second table. One call that parks takes as many letters as there are, of up to 99 sequences
  /// (49 for import_letters); a letter may have 1.25 MB deflated: more is Error(invalid_argument) before anything is
  /// stored, and so is a subscription's name that is no UTF-8 text of 1 to 1024 bytes. A claim ends for those who saw
  /// it unchanged for its whole lease, by their own clock: a process that comes later waits for that long, see
  /// docs/stores/dynamodb.md. Lists and filters know the first 1023 bytes of an event's and an error's type. Lives as
  /// long as the store.
  [[nodiscard]] DeadLetterStore& dead_letters() noexcept;

  /// What a Publisher of this name needs: cursors and leases in the second table, the events table's stream, and an
  /// outbox when the table has the Node library's index of `published` and `committedAt` (else null). Publishers of
  /// different names do not see each other's cursors; their leases lie in groups. `changes` is never null: its shards()
  /// throws Error(not_found) with the next step while the table has no stream. Lives as long as the store.
  /// Throws Error(invalid_argument) for an empty name, not_found when there is no events table, unavailable, throttled,
  /// permission_denied.
  [[nodiscard]] PublishedStore published(std::string_view name = "publisher");

  /// What all calls of this store consumed so far. Refused requests consume too, but DynamoDB does not say how much.
  [[nodiscard]] CapacityUnits consumed() const;
  [[nodiscard]] const DynamoDbOptions& options() const noexcept;  ///< with second_table filled in

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace leftfold::inline v0
