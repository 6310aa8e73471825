// SPDX-License-Identifier: Apache-2.0
// Properties of librdkafka among the settings, and the broker kafka: that all of them describe.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include <leftfold/app.h>
#include <leftfold/dead_letter_store.h>
#include <leftfold/event_feed.h>
#include <leftfold/log.h>
#include <leftfold/metrics.h>
#include <leftfold/publisher.h>
#include <leftfold/settings.h>

namespace leftfold::inline v0::app {

inline constexpr std::string_view kPropertyTable = "kafka.properties";  ///< of a file, and of names before a dot

/// Throws Error(invalid_config) that names the property and its origin, but not its value, which may be a secret: one
/// that librdkafka does not know, a value that it does not take, one on which a promise stands. Does nothing in a build
/// without Kafka.
void check_property(const KafkaProperty& property);

/// Whether the settings ask for Kafka and do not turn it off.
[[nodiscard]] bool uses_kafka(const Settings& settings);

enum class Purpose { run, look };

/// Where a handler without a checkpoint starts, when the settings say so. A table in memory is always rebuilt.
[[nodiscard]] std::optional<StartFrom> start_in_kafka(const Settings& settings, const HandlerInfo& handler);

/// `letters` if they may be used: Kafka keeps checkpoints for ever, so with dead letters in memory the next start would
/// find the checkpoint behind them and the letters gone; events would be skipped without a trace.
[[nodiscard]] DeadLetterStore* dead_letters_beside(const Settings& settings, DeadLetterStore* letters);

/// Logs what a Runner on Kafka does not do with these settings: nobody should have to wonder why nothing comes or is
/// parked.
void log_limits(const Settings& settings, bool parks, Logger& log);

/// The broker kafka:, and the log of its client when KAFKA_LOG_LEVEL gives it a level of its own.
struct OpenKafka {
  std::unique_ptr<Logger> log;
  std::unique_ptr<EventFeed> feed;  // ends first
  OpenSink open_sink;               // its writing side
};

/// Opens the broker; one who looks makes no topic. `log` and `metrics` must outlive it.
/// Throws Error(invalid_config) that names the setting, and as KafkaBroker's constructor does.
[[nodiscard]] OpenKafka open_kafka(const Settings& settings, Purpose purpose, Logger& log, Metrics& metrics);

}  // namespace leftfold::inline v0::app
