// SPDX-License-Identifier: Apache-2.0
#include "publisher/published_table.h"

#include <algorithm>
#include <fstream>
#include <iterator>
#include <mutex>
#include <random>
#include <stdexcept>
#include <thread>
#include <utility>

#include <leftfold/event_copy.h>
#include <leftfold/settings.h>
#include <leftfold/uuid.h>

#include "base/sleep.h"
#include "json/same_document.h"
#include "support/kafka_records.h"

namespace leftfold::test_publisher {
namespace {

using Versions = std::map<std::int64_t, EventCopy>;

constexpr std::chrono::milliseconds kLookEvery{250};
constexpr std::size_t kMostInCommit = 8;

std::map<std::string, Versions> stored_in(const DynamoDbOptions& options) {
  DynamoDbStore store{options};
  std::map<std::string, Versions> all;
  ScanPlace where;
  do {
    const ScanPage page = store.scan(where);
    for (const RecordedEvent& event : page.events) {
      all[std::string{event.aggregate_id}].emplace(event.version.value(), EventCopy{event});
    }
    where.after = page.next;
  } while (!where.after.empty());
  return all;
}

std::string name_of(const EventCopy& event) {
  return "\"" + event.aggregate_id + "\" version " + std::to_string(event.version.value());
}

/// Why `published` is not `stored`; empty when it is.
std::string difference(const EventCopy& stored, const EventCopy& published) {
  if (published.id != stored.id) return "another id";
  if (published.type == kUnpublished) return {};
  if (published.type != stored.type) return "type " + published.type;
  if (published.schema_version != stored.schema_version) return "another schema version";
  if (published.commit_id != stored.commit_id || published.commit_pos != stored.commit_pos) return "another commit";
  if (published.committed_at != stored.committed_at) return "another time";
  if (!json::same_document(stored.payload, published.payload)) return "another payload: " + published.payload;
  return {};
}

NewEvent event_of(std::mt19937& random, std::size_t payload_bytes) {
  return {Uuid::v7(system_clock().now()),
          "Counted",
          "{\"n\":" + std::to_string(random() % 1000) + ",\"text\":\"" + std::string(payload_bytes, 'x') + "\"}",
          {},
          1};
}

/// Appends a commit behind the aggregate's newest event; again after a conflict.
void append_commit(DynamoDbStore& store, AppendRequest request) {
  for (;;) {
    const AppendResult result = store.append(request);
    if (std::holds_alternative<Appended>(result)) return;
    request.expected = std::get<Conflict>(result).actual;
  }
}

}  // namespace

PublishedTable::PublishedTable(int partitions) : topic_{partitions}, topic_options_{topic_.options()} {}

std::unique_ptr<test_support::ChildProcess> PublishedTable::start(std::vector<std::string> arguments) const {
  arguments.insert(arguments.begin(), "publisher");
  return start_program(LEFTFOLD_LFOLD, std::move(arguments));
}

std::unique_ptr<test_support::ChildProcess> PublishedTable::start_program(
    const std::string& program, std::vector<std::string> arguments,
    const std::map<std::string, std::string>& more) const {
  const DynamoDbOptions& table = tables_.options();
  const KafkaOptions& topic = topic_options_;
  constexpr std::size_t kPrefix = 2;  // the variables make the table's name of two parts
  std::map<std::string, std::string> environment{
      {"LEFTFOLD_STORE", "dynamodb:"},
      {"LEFTFOLD_LOG_LEVEL", "info"},
      {"LEFTFOLD_CONFIG", (folder_.path() / "leftfold.toml").string()},
      {"DYNAMODB_PREFIX", table.events_table.substr(0, kPrefix)},
      {"EVENTSTORE_TABLE_NAME", table.events_table.substr(kPrefix)},
      {"AWS_ENDPOINT_URL_DYNAMODB", endpoint_.empty() ? table.endpoint_url : endpoint_},
      {"AWS_ENDPOINT_URL_DYNAMODB_STREAMS", endpoint_.empty() ? table.endpoint_url : endpoint_},
      {"AWS_REGION", table.region},
      {"AWS_ACCESS_KEY_ID", "test"},
      {"AWS_SECRET_ACCESS_KEY", "test"},
      {"KAFKA_BROKERS", topic.brokers},
      {"KAFKA_EVENTS_TOPIC", topic.topic},
  };
  std::ofstream{environment.at("LEFTFOLD_CONFIG"), std::ios::app};  // there, and empty
  for (const auto& [name, value] : settings_) environment[name] = value;
  for (const auto& [name, value] : more) environment[name] = value;
  for (const auto& [name, value] : Settings::process_environment()) {  // of the tests: lfold would not know them
    if (name.starts_with("LEFTFOLD_")) environment.try_emplace(name);
  }
  return std::make_unique<test_support::ChildProcess>(
      test_support::ChildProcess::Start{.program = program,
                                        .arguments = std::move(arguments),
                                        .environment = std::move(environment),
                                        .log = folder_.path() / "log"});
}

std::string PublishedTable::log() const {
  std::ifstream file{folder_.path() / "log"};
  return {std::istreambuf_iterator<char>{file}, {}};
}

void PublishedTable::write(std::size_t events, std::size_t aggregates, std::size_t writers, unsigned seed) const {
  DynamoDbStore store{tables_.options()};
  std::vector<std::jthread> threads;
  std::mutex mutex;
  std::string failure;
  for (std::size_t writer = 0; writer < writers; ++writer) {
    threads.emplace_back([&, writer] {
      try {
        std::mt19937 random{seed * 1000 + static_cast<unsigned>(writer)};
        std::map<std::string, Version> heads;  // as this writer knows them
        for (std::size_t left = events / writers; left > 0;) {
          AppendRequest request;
          request.aggregate_id = "agg-" + std::to_string(random() % aggregates);
          request.expected = heads[request.aggregate_id];
          const std::size_t size = random() % 4 != 0 ? 1 : 2 + random() % (kMostInCommit - 1);
          for (std::size_t i = 0; i < std::min(size, left); ++i)
            request.events.push_back(event_of(random, random() % 40));
          left -= request.events.size();
          for (;;) {
            const AppendResult result = store.append(request);
            if (const auto* appended = std::get_if<Appended>(&result)) {
              heads[request.aggregate_id] = appended->version;
              break;
            }
            request.expected = std::get<Conflict>(result).actual;
          }
        }
      } catch (const std::exception& error) {
        const std::scoped_lock lock{mutex};
        failure = error.what();
      }
    });
  }
  threads.clear();
  if (!failure.empty()) throw std::runtime_error{"a writer failed: " + failure};
}

void PublishedTable::append(const std::string& aggregate, int count, std::size_t payload_bytes) const {
  DynamoDbStore store{tables_.options()};
  std::mt19937 random{7};
  for (int i = 0; i < count; ++i) {
    AppendRequest request;
    request.aggregate_id = aggregate;
    request.events.push_back(event_of(random, payload_bytes));
    append_commit(store, std::move(request));
  }
}

std::map<std::string, std::map<std::int64_t, EventCopy>> PublishedTable::stored() const {
  return stored_in(tables_.options());
}

std::vector<EventCopy> PublishedTable::events() const { return test_support::events_in(topic_options_); }

Compared PublishedTable::compare() const {
  const std::map<std::string, Versions> stored = stored_in(tables_.options());
  Compared compared;
  std::map<std::string, std::int64_t> next;
  for (const EventCopy& event : events()) {
    ++compared.records;
    if (event.type == kUnpublished) ++compared.marks;
    std::int64_t& expected = next[event.aggregate_id];
    const std::int64_t version = event.version.value();
    const auto aggregate = stored.find(event.aggregate_id);
    if (aggregate == stored.end() || !aggregate->second.contains(version)) {
      compared.wrong = name_of(event) + " is in the topic and not in the table";
    } else if (version > expected) {
      compared.wrong = name_of(event) + " comes before version " + std::to_string(expected);
    } else if (std::string why = difference(aggregate->second.at(version), event); !why.empty()) {
      compared.wrong = name_of(event) + " has " + why;
    }
    if (!compared.wrong.empty()) return compared;
    if (version == expected) {
      ++expected;
      ++compared.published;
    }
  }
  for (const auto& [id, versions] : stored) compared.stored += versions.size();
  return compared;
}

Compared PublishedTable::wait_until_published(std::chrono::seconds limit) const {
  Compared compared;
  (void)comes_true(
      [&] {
        compared = compare();
        return !compared.wrong.empty() || compared.published == compared.stored;
      },
      limit);
  return compared;
}

bool PublishedTable::comes_true(const std::function<bool()>& it, std::chrono::seconds limit) {
  const Instant deadline = system_clock().instant() + limit;
  while (!it()) {
    if (system_clock().instant() >= deadline) return false;
    base::sleep_for(system_clock(), kLookEvery);
  }
  return true;
}

}  // namespace leftfold::test_publisher
