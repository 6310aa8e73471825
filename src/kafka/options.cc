// SPDX-License-Identifier: Apache-2.0
#include "kafka/options.h"

#include <charconv>
#include <system_error>

#include <leftfold/error.h>

#include "base/kafka_property.h"
#include "kafka/client_config.h"

namespace leftfold::inline v0::kafka {
namespace {

constexpr int kMostPartitions = 100'000;  // librdkafka's own limits
constexpr int kMostReplicas = 10'000;

[[noreturn]] void refuse(std::string_view what, std::string_view value, std::string_view why) {
  throw Error{Errc::invalid_config, std::string{what}.append("=\"").append(value).append("\": ").append(why)};
}

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view kSpace = " \t\r\n";
  const std::size_t first = text.find_first_not_of(kSpace);
  if (first == text.npos) return {};
  return text.substr(first, text.find_last_not_of(kSpace) - first + 1);
}

bool is_number(std::string_view text, int least, int most, int& number) {
  const auto [rest, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  return error == std::errc{} && rest == text.data() + text.size() && number >= least && number <= most;
}

// HOST, HOST:PORT, [IPV6] or [IPV6]:PORT, each also behind "SASL_SSL://" and the like.
bool is_address(std::string_view text) {
  if (const std::size_t scheme = text.find("://"); scheme != text.npos) text.remove_prefix(scheme + 3);
  std::size_t host_end = text.find(':');
  if (text.starts_with('[')) {
    host_end = text.find(']');
    if (host_end == text.npos || host_end == 1) return false;
    ++host_end;
  }
  const std::string_view host = text.substr(0, host_end);
  if (host.empty() || host.find_first_of(" \t\r\n/@") != host.npos) return false;
  if (host_end >= text.size()) return true;
  int port = 0;
  return text[host_end] == ':' && is_number(text.substr(host_end + 1), 1, 65'535, port);
}

std::string_view value_of(const std::map<std::string, std::string>& environment, const std::string& name) {
  const auto found = environment.find(name);
  return found == environment.end() ? std::string_view{} : std::string_view{found->second};
}

void read_number(const std::map<std::string, std::string>& environment, const char* name, int most, int& option) {
  const std::string_view value = value_of(environment, name);
  if (value.empty()) return;
  if (!is_number(value, 1, most, option)) refuse(name, value, "use a whole number from 1 to " + std::to_string(most));
}

// Looked at one by one, so that the error names the variable.
void read_properties(const std::map<std::string, std::string>& environment, KafkaOptions& options) {
  for (auto at = environment.lower_bound(std::string{base::kKafkaPropertyPrefix}); at != environment.end(); ++at) {
    const auto& [variable, value] = *at;
    if (!variable.starts_with(base::kKafkaPropertyPrefix)) break;
    if (value.empty()) continue;
    std::string property = base::kafka_property_of(variable);
    KafkaOptions alone;
    alone.properties.emplace(property, value);
    try {
      check_properties(alone);
    } catch (const Error& error) {
      throw Error{Errc::invalid_config, variable + ": " + error.what()};
    }
    options.properties.insert_or_assign(std::move(property), value);
  }
}

}  // namespace

std::string_view why_no_topic_name(std::string_view name) {
  constexpr std::string_view kAllowed = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-";
  constexpr std::size_t kLongest = 249;  // org.apache.kafka.common.internals.Topic
  if (!name.empty() && name.size() <= kLongest && name.find_first_not_of(kAllowed) == name.npos && name != "." &&
      name != "..") {
    return {};
  }
  return "a topic's name has 1 to 249 of the characters a-z, A-Z, 0-9, \".\", \"_\" and \"-\", and is neither \".\" "
         "nor "
         "\"..\"";
}

std::string checked_brokers(std::string_view brokers, std::string_view what) {
  std::string checked;
  for (std::string_view rest = brokers;;) {
    const std::size_t comma = rest.find(',');
    const std::string_view address = trimmed(rest.substr(0, comma));
    if (!is_address(address)) {
      refuse(what, brokers,
             "\"" + std::string{address} + "\" is no address; use HOST:PORT, several with commas between them");
    }
    checked.append(checked.empty() ? "" : ",").append(address);
    if (comma == rest.npos) return checked;
    rest.remove_prefix(comma + 1);
  }
}

void check_options(const KafkaOptions& options) {
  static_cast<void>(checked_brokers(options.brokers, "KafkaOptions::brokers"));
  if (const auto why = why_no_topic_name(options.topic); !why.empty()) {
    refuse("KafkaOptions::topic", options.topic, why);
  }
  if (options.partitions < 1 || options.partitions > kMostPartitions) {
    refuse("KafkaOptions::partitions", std::to_string(options.partitions), "use 1 to 100000");
  }
  if (options.replication != -1 && (options.replication < 1 || options.replication > kMostReplicas)) {
    refuse("KafkaOptions::replication", std::to_string(options.replication),
           "use 1 to 10000, or -1 for the brokers' default");
  }
  if (options.start_timeout <= std::chrono::milliseconds::zero()) {
    refuse("KafkaOptions::start_timeout", std::to_string(options.start_timeout.count()) + " ms", "use more than 0");
  }
}

}  // namespace leftfold::inline v0::kafka

namespace leftfold::inline v0 {

KafkaOptions KafkaOptions::from(const std::map<std::string, std::string>& environment) {
  using kafka::value_of;
  KafkaOptions options;
  if (const auto brokers = value_of(environment, "KAFKA_BROKERS"); !brokers.empty()) {
    options.brokers = kafka::checked_brokers(brokers, "KAFKA_BROKERS");
  }
  if (const auto topic = value_of(environment, "KAFKA_EVENTS_TOPIC"); !topic.empty()) {
    if (const auto why = kafka::why_no_topic_name(topic); !why.empty()) kafka::refuse("KAFKA_EVENTS_TOPIC", topic, why);
    options.topic = topic;
  }
  options.client_id = value_of(environment, "KAFKA_CLIENT_ID");
  const auto create = value_of(environment, "KAFKA_AUTO_CREATE_TOPICS");
  if (create == "false") {
    options.create = Topic::must_exist;
  } else if (!create.empty() && create != "true") {
    kafka::refuse("KAFKA_AUTO_CREATE_TOPICS", create, "use true or false");
  }
  kafka::read_number(environment, "LEFTFOLD_KAFKA_PARTITIONS", kafka::kMostPartitions, options.partitions);
  kafka::read_number(environment, "LEFTFOLD_KAFKA_REPLICATION", kafka::kMostReplicas, options.replication);
  kafka::read_properties(environment, options);
  return options;
}

std::string kafka_group_of(const SubscriptionOptions& options) {
  if (options.kind == SubscriptionKind::local) return {};
  std::string group = options.name;
  // The last dot: a handler is named like a struct, a group as the user likes.
  const std::size_t dot = group.rfind('.');
  if (options.kind == SubscriptionKind::gated && dot != group.npos) group[dot] = '_';
  return group;
}

}  // namespace leftfold::inline v0
