// SPDX-License-Identifier: Apache-2.0
// lambda-event-publisher: publishes the events of a DynamoDB stream to Kafka, as an AWS Lambda function.
// docs/operations/lambda.md says how to deploy it and which variables it reads.
#include <algorithm>
#include <chrono>
#include <csignal>
#include <exception>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include <netdb.h>
#include <nss.h>
#include <unistd.h>

#include <leftfold/batch_publisher.h>
#include <leftfold/dynamodb.h>
#include <leftfold/dynamodb_changes.h>
#include <leftfold/error.h>
#include <leftfold/kafka.h>
#include <leftfold/lambda.h>
#include <leftfold/lambda_stream.h>

namespace leftfold::lambda_publisher {
namespace {

std::map<std::string, std::string> process_environment() {
  std::map<std::string, std::string> variables;
  for (char** entry = environ; entry != nullptr && *entry != nullptr; ++entry) {
    const std::string_view text{*entry};
    if (const auto equals = text.find('='); equals != text.npos) {
      variables.emplace(text.substr(0, equals), text.substr(equals + 1));
    }
  }
  return variables;
}

/// Where Lambda's system keeps the certificate authorities; librdkafka in one static file finds none by itself.
void trust_the_system(KafkaOptions& options) {
  constexpr const char* kBundle = "/etc/pki/tls/certs/ca-bundle.crt";
  if (access(kBundle, R_OK) == 0) options.properties.try_emplace("ssl.ca.location", kBundle);
}

std::string value_or(const std::map<std::string, std::string>& environment, const std::string& name,
                     const std::string& otherwise) {
  const auto found = environment.find(name);
  return found == environment.end() || found->second.empty() ? otherwise : found->second;
}

Unpublishable unpublishable_of(const std::map<std::string, std::string>& environment) {
  const std::string name = "LEFTFOLD_PUBLISHER_UNPUBLISHABLE";
  const std::string value = value_or(environment, name, "block");
  if (value != "block" && value != "mark") {
    throw Error{Errc::invalid_config, name + "=\"" + value + "\": use block or mark"};
  }
  return value == "mark" ? Unpublishable::mark : Unpublishable::block;
}

/// What one process keeps from batch to batch. Nothing is connected before the first one: the initialisation is quick,
/// and a broker or a table that is away is an error of a batch, which comes again.
class Function {
 public:
  Function(const std::map<std::string, std::string>& environment, Logger& log)
      : kafka_{KafkaOptions::from(environment)},
        name_{value_or(environment, "LEFTFOLD_PUBLISHER_NAME", "publisher")},
        store_{table_options(environment, log)} {
    kafka_.log = &log;
    trust_the_system(kafka_);
    batches_.unpublishable = unpublishable_of(environment);
    batches_.log = &log;
  }

  std::size_t publish(const ChangePage& page, Instant deadline) {
    if (!publisher_) publisher_.emplace(store_.published(name_), [this] { return open_sink(); }, batches_);
    deadline_ = deadline;
    return publisher_->publish(page, deadline);
  }

 private:
  static DynamoDbOptions table_options(const std::map<std::string, std::string>& environment, Logger& log) {
    DynamoDbOptions options = DynamoDbOptions::from(environment);
    options.tables = DynamoDbOptions::Tables::unchecked;
    options.log = &log;
    return options;
  }

  std::unique_ptr<EventSink> open_sink() {
    if (!broker_) {
      KafkaOptions options = kafka_;
      using std::chrono::milliseconds;
      const auto left = std::chrono::duration_cast<milliseconds>(deadline_ - options.clock->instant());
      options.start_timeout = std::clamp(left, milliseconds{1}, options.start_timeout);
      broker_.emplace(std::move(options));
    }
    return broker_->open_sink();
  }

  KafkaOptions kafka_;
  const std::string name_;
  DynamoDbStore store_;
  BatchPublisherOptions batches_;
  Instant deadline_{};
  std::optional<KafkaBroker> broker_;
  std::optional<BatchPublisher> publisher_;
};

LambdaHandler make_handler(const std::map<std::string, std::string>& environment, Logger& log) {
  const auto function = std::make_shared<Function>(environment, log);
  return lambda_stream_handler(
      [](std::string_view payload) { return read_stream_records(payload); },
      [function](const ChangePage& page, Instant deadline) { return function->publish(page, deadline); });
}

LogLevel level_of(const std::map<std::string, std::string>& environment) {
  const auto found = environment.find("LEFTFOLD_LOG_LEVEL");
  return found == environment.end() || found->second.empty() ? LogLevel::info : parse_log_level(found->second);
}

int run() {
  std::signal(SIGPIPE, SIG_IGN);  // of OpenSSL's writes to a connection that has ended
  // In one static file the C library must load no name service of a system that it does not know.
  __nss_configure_lookup("hosts", "files dns");
  const std::map<std::string, std::string> environment = process_environment();
  LambdaOptions options = LambdaOptions::from(environment);
  std::unique_ptr<StderrLogger> log;  // made in the initialisation, so that a bad level is reported
  run_lambda(
      [&] {
        log = std::make_unique<StderrLogger>(level_of(environment), LogFormat::json);
        return make_handler(environment, *log);
      },
      options);
  return 0;
}

}  // namespace
}  // namespace leftfold::lambda_publisher

int main() {
  try {
    return leftfold::lambda_publisher::run();
  } catch (const std::exception& error) {
    leftfold::StderrLogger{}.log(leftfold::LogLevel::error, "lambda", error.what());
    return 1;
  }
}
