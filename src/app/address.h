// SPDX-License-Identifier: Apache-2.0
// What the texts of the settings mean. Each function throws Error(invalid_config) that names the value, where it comes
// from and what is allowed.
#pragma once

#include <chrono>
#include <cstddef>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include <leftfold/event_feed.h>
#include <leftfold/log.h>
#include <leftfold/publisher.h>
#include <leftfold/settings.h>

namespace leftfold::inline v0::app {

enum class StoreKind { memory, sqlite, dynamodb };

/// Which store, and where.
struct StoreAddress {
  StoreKind kind = StoreKind::memory;
  std::filesystem::path file;  ///< sqlite only
};

enum class BrokerKind { embedded, kafka, none };

/// The stores and brokers that this build contains: "memory", "sqlite", ...
[[nodiscard]] std::vector<std::string_view> built_stores();
[[nodiscard]] std::vector<std::string_view> built_brokers();

/// Reads `memory:`, `sqlite:FILE` or `dynamodb:`. Throws Error(unsupported) for a store that this build does not
/// contain.
[[nodiscard]] StoreAddress store_address(const Setting& setting);
/// Reads `embedded:`, `kafka:` or `none:`. Throws Error(unsupported) for a broker that this build does not contain.
[[nodiscard]] BrokerKind broker_kind(const Setting& setting);
/// Reads a count: digits alone.
[[nodiscard]] std::size_t count_value(const Setting& setting, std::size_t least = 1, std::size_t most = 1'000'000);
/// Reads a number that may have a fraction: "0.5".
[[nodiscard]] double number_value(const Setting& setting, double least, double most);
/// Reads "500ms", "10s", "5m", "1h" or "30d".
[[nodiscard]] std::chrono::milliseconds duration_value(const Setting& setting, std::chrono::milliseconds least = {},
                                                       std::chrono::milliseconds most = std::chrono::hours{24});
[[nodiscard]] LogLevel log_level_value(const Setting& setting);
[[nodiscard]] LogFormat log_format_value(const Setting& setting);
/// Reads `auto`, `always` or `never`.
[[nodiscard]] LogTime log_time_value(const Setting& setting);
/// Reads what stands between commas; none for a setting that was left out.
[[nodiscard]] std::vector<std::string> list_value(const Setting& setting);
/// Reads true or false, in these letters alone.
[[nodiscard]] bool bool_value(const Setting& setting);

inline constexpr std::size_t kMostKafkaPartitions = 100'000;  ///< librdkafka's own limits
inline constexpr std::size_t kMostKafkaReplicas = 10'000;
/// Reads `beginning` or `latest`.
[[nodiscard]] StartFrom start_value(const Setting& setting);
/// Reads NOTHING, ERROR, WARN, INFO or DEBUG in any case.
[[nodiscard]] LogLevel kafka_log_level_value(const Setting& setting);
/// Reads `stream` or `poll`.
[[nodiscard]] PublisherOptions::From publish_from_value(const Setting& setting);
/// Reads `block` or `mark`.
[[nodiscard]] Unpublishable unpublishable_value(const Setting& setting);
/// Whether nobody said anything, of a setting that has no value by default. An empty flag is malformed like any other.
[[nodiscard]] bool is_left_out(const Setting& setting) noexcept;

/// Throws Error(invalid_config): `log_level is "loud" (environment LEFTFOLD_LOG_LEVEL); use ...`, with `hint` after it.
[[noreturn]] void refuse(const Setting& setting, const std::string& hint = {});

}  // namespace leftfold::inline v0::app
