// lambda-event-publisher: publishes the events of a DynamoDB stream to Kafka, as an AWS Lambda function.
// docs/operations/lambda.md says how to deploy it and which variables it reads.
#include <csignal>
#include <exception>
#include <map>
#include <memory>
#include <string>
#include <string_view>

#include <netdb.h>
#include <nss.h>
#include <unistd.h>

#include <leftfold/dynamodb_changes.h>
#include <leftfold/error.h>
#include <leftfold/lambda.h>
#include <leftfold/lambda_stream.h>

#include "publisher.h"

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

LambdaHandler make_handler(const std::map<std::string, std::string>& environment, Logger& log) {
  KafkaOptions options = KafkaOptions::from(environment);
  options.log = &log;
  trust_the_system(options);
  const auto publisher = std::make_shared<Publisher>(std::move(options));
  return lambda_stream_handler(
      [](std::string_view payload) { return read_dynamodb_event(payload, system_clock().now()); },
      [publisher](const ChangePage& page, Instant deadline) { return publisher->publish(page, deadline); });
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
