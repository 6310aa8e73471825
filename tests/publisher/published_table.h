// SPDX-License-Identifier: Apache-2.0
// A table of events, a topic they are published to, and what must hold between them.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include <leftfold/dynamodb.h>
#include <leftfold/event_copy.h>

#include "dynamodb/service.h"
#include "kafka/service.h"
#include "support/child_process.h"
#include "support/temporary_folder.h"

namespace leftfold::test_publisher {

/// What a comparison of the topic with the table found.
struct Compared {
  std::size_t stored = 0;     ///< events in the table
  std::size_t published = 0;  ///< of these, how many are in the topic
  std::size_t records = 0;    ///< in the topic, repeats included
  std::size_t marks = 0;      ///< of type kUnpublished
  std::string wrong;          ///< empty: every aggregate's first occurrences are its versions from 0 on, each as stored
};

/// One table, one topic, and publisher processes between them; all end with it. One thread at a time.
class PublishedTable {
 public:
  explicit PublishedTable(int partitions = 6);

  [[nodiscard]] const test_dynamodb::TestTables& tables() const { return tables_; }
  [[nodiscard]] const DynamoDbOptions& table() const { return tables_.options(); }
  [[nodiscard]] const KafkaOptions& topic() const { return topic_options_; }
  /// Of the processes that are started from here on: "http://127.0.0.1:1234"; empty for the table's own.
  void go_through(std::string endpoint_url) { endpoint_ = std::move(endpoint_url); }
  /// Added to the settings of the processes that are started from here on.
  std::map<std::string, std::string>& settings() { return settings_; }

  /// `lfold publisher VERB ARGUMENTS...`.
  [[nodiscard]] std::unique_ptr<test_support::ChildProcess> start(std::vector<std::string> arguments = {"run"}) const;
  /// Another program with the same settings, and `more`.
  [[nodiscard]] std::unique_ptr<test_support::ChildProcess> start_program(
      const std::string& program, std::vector<std::string> arguments,
      const std::map<std::string, std::string>& more = {}) const;
  /// What all of them logged, for the message of a test that fails.
  [[nodiscard]] std::string log() const;

  /// Appends `events` events of `aggregates` aggregates by `writers` threads: single ones, and commits of several.
  void write(std::size_t events, std::size_t aggregates, std::size_t writers, unsigned seed = 1) const;
  /// Appends `count` events to one aggregate, one by one.
  void append(const std::string& aggregate, int count, std::size_t payload_bytes = 10) const;

  /// Looks again and again at what other processes do, until `it` holds or a minute has passed; returns whether it
  /// held.
  [[nodiscard]] static bool comes_true(const std::function<bool()>& it,
                                       std::chrono::seconds limit = std::chrono::seconds{60});
  /// Where all of them keep files; deleted with this unless keep_files() was called.
  [[nodiscard]] const std::filesystem::path& folder() const { return folder_.path(); }
  void keep_files() { folder_.keep(); }
  /// What the table holds now, by aggregate and version.
  [[nodiscard]] std::map<std::string, std::map<std::int64_t, EventCopy>> stored() const;
  /// What the topic holds now.
  [[nodiscard]] std::vector<EventCopy> events() const;
  [[nodiscard]] Compared compare() const;
  /// Compares again and again until everything is published, or `limit` has passed; returns the last comparison.
  [[nodiscard]] Compared wait_until_published(std::chrono::seconds limit = std::chrono::seconds{120}) const;

 private:
  test_dynamodb::TestTables tables_;
  test_kafka::TestTopic topic_;
  const KafkaOptions topic_options_;
  test_support::TemporaryFolder folder_;
  std::string endpoint_;
  std::map<std::string, std::string> settings_;
};

}  // namespace leftfold::test_publisher
