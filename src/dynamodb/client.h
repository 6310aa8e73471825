// SPDX-License-Identifier: Apache-2.0
// The client of DynamoDB's API: the calls leftfold makes, with retries.
#pragma once

#include <atomic>
#include <chrono>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <leftfold/clock.h>
#include <leftfold/dynamodb_call.h>
#include <leftfold/log.h>
#include <leftfold/metrics.h>

#include "dynamodb/call_metrics.h"
#include "dynamodb/requests.h"
#include "dynamodb/retry.h"
#include "dynamodb/transport.h"

namespace leftfold::inline v0::dynamodb {

struct ClientOptions {
  int max_attempts = 4;                                            ///< the first included; AWS_MAX_ATTEMPTS
  std::chrono::milliseconds transient_wait{25};                    ///< base of the wait after a fault
  std::chrono::milliseconds throttled_wait{1000};                  ///< base of the wait after a refusal because of load
  std::chrono::milliseconds retry_within{std::chrono::hours{24}};  ///< no retry begins so long after a call's begin
  Clock* clock = &system_clock();
  Logger* log = &no_log();
  Metrics* metrics = &no_metrics();
  DynamoDbObserver observer;
};

/// Every call may throw Error: unavailable and throttled after the last attempt, when nothing was changed; in_doubt
/// when a write may have been; not_found for a table that is not there; permission_denied; invalid_argument for what
/// the service refuses; invalid_data for an answer that does not decode; and what aws::CredentialsSource throws.
/// Retries are safe for conditional writes whose caller can tell its own item; a condition that does not hold is a
/// result, not an error. Any thread. The transport must outlive it.
class Client {
 public:
  Client(Transport& transport, ClientOptions options);

  /// Put, delete or update of one item.
  [[nodiscard]] WriteResult write(const ItemWrite& request);
  /// All or nothing. `token` names the transaction: repeating it within 10 minutes does nothing.
  [[nodiscard]] TransactResult transact(std::span<const ItemWrite> items, std::string_view token);
  [[nodiscard]] GetResult get(std::string_view table, const Item& key,
                              Consistency consistency = Consistency::consistent);
  [[nodiscard]] ItemPage query(const QueryRequest& request);
  [[nodiscard]] ItemPage scan(const ScanRequest& request);
  /// The items with these keys that there are, in any order, read consistently. At most kMostGets keys, no two alike.
  /// What DynamoDB leaves out of an answer is asked for again, like a throttled request.
  [[nodiscard]] std::vector<Item> get_all(std::string_view table, std::span<const Item> keys);
  /// Puts these items, each by itself and without a condition. At most kMostPuts, no two of one key. When it throws,
  /// some may be stored.
  void put_all(std::string_view table, std::span<const Item> items);
  /// Deletes the items with these keys, as put_all puts: at most kMostPuts, no two alike. When it throws, some may be
  /// gone.
  void remove_all(std::string_view table, std::span<const Item> keys);

  /// On-demand billing. Throws Error(invalid_argument) for a table that is there; already_there() tells.
  void create_table(const CreateTableRequest& request);
  /// Empty when there is no such table.
  [[nodiscard]] std::optional<TableDescription> describe_table(std::string_view table);
  void delete_table(std::string_view table);
  void enable_point_in_time_recovery(std::string_view table);
  /// `attribute` holds the epoch second at which an item ends.
  void enable_time_to_live(std::string_view table, std::string_view attribute);
  /// The attribute of a table's time to live; empty when it is off.
  [[nodiscard]] std::string time_to_live(std::string_view table);

  /// Of a client whose transport leads to the streams' endpoint. One page of a stream's shards, behind the shard
  /// `after`; only the children of the shard `children_of` when it is not empty, if the service can tell them apart.
  [[nodiscard]] ShardPage describe_stream(std::string_view stream, std::string_view after,
                                          std::string_view children_of = {});
  /// Where to read what follows the record `after` of a shard; from its oldest record when it is empty.
  [[nodiscard]] std::string shard_iterator(std::string_view stream, std::string_view shard, std::string_view after);
  /// Throws Error(invalid_data) too for a record that is none, see stream_records.h. `stream` is for the error's text.
  [[nodiscard]] RecordPage get_records(std::string_view stream, std::string_view iterator, std::size_t max);

  /// All units consumed by calls of this client so far.
  [[nodiscard]] CapacityUnits consumed() const;
  [[nodiscard]] const ClientOptions& options() const noexcept { return options_; }

 private:
  enum class Effect { reads, writes };
  struct Call;
  struct Answer;
  struct Trouble;

  [[nodiscard]] Answer call(Call& call);
  [[nodiscard]] std::optional<Trouble> attempt(Call& call, Answer& answer);
  [[nodiscard]] std::optional<Trouble> judged(Call& call, Exchange& exchange, Answer& answer);
  [[nodiscard]] bool may_retry(Call& call, const Trouble& trouble);
  [[noreturn]] void give_up(Call& call, Trouble& trouble);
  void wait_before_retry(const Trouble& trouble, int retry);
  [[nodiscard]] bool correct_clock(const Call& call, const http::Response& response);
  template <class Visit>
  CapacityUnits parse(Call& call, Answer& answer, Visit visit);
  [[nodiscard]] ItemPage page(Call& call, Documents documents);
  void write_all(std::string_view table, std::string list);
  void wait_for_the_rest(const Call& call, int round);
  void report(const Call& call, CapacityUnits consumed, bool failed);

  Transport& transport_;
  const ClientOptions options_;
  RetryQuota quota_;
  CallMetrics metrics_;
  std::atomic<std::int64_t> skew_ms_{0};  // the service's clock minus ours
  std::atomic<double> read_units_{0};
  std::atomic<double> write_units_{0};
};

inline constexpr std::size_t kMostGets = 100;
inline constexpr std::size_t kMostPuts = 25;
inline constexpr std::size_t kMostRecords = 1000;

/// True for an error that is the service's refusal of this type ("ResourceInUseException").
[[nodiscard]] bool is_refusal(const Error& error, std::string_view type);
/// True for the refusal of create_table because the table is there already.
[[nodiscard]] bool already_there(const Error& error);
/// True for the refusal of enable_point_in_time_recovery because the table is too new for it.
[[nodiscard]] bool not_ready_yet(const Error& error);

}  // namespace leftfold::inline v0::dynamodb
