// The function in AWS's own Runtime Interface Emulator, which scripts/services installs.
#include <gtest/gtest.h>
#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <fstream>
#include <map>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include <leftfold/error.h>

#include "http/client.h"
#include "lambda/child_process.h"
#include "lambda/publisher_function.h"
#include "support/kafka_mock.h"
#include "support/kafka_records.h"
#include "support/source_dir.h"
#include "support/stream_records.h"
#include "support/temporary_folder.h"

namespace leftfold::test_lambda {
namespace {

using namespace std::chrono_literals;
using test_support::batch_of;
using test_support::inserted;
using test_support::StreamRecord;

constexpr const char* kAllDone = R"({"batchItemFailures":[]})";

std::string emulator() {
  const char* const given = std::getenv("LEFTFOLD_TEST_LAMBDA_RIE");  // NOLINT(concurrency-mt-unsafe)
  if (given != nullptr && *given != '\0') return given;
  std::ifstream file{test_support::source_dir() / "build/services/lambda.env"};
  const std::string key = "LEFTFOLD_TEST_LAMBDA_RIE=";
  for (std::string line; std::getline(file, line);) {
    if (line.starts_with(key)) return line.substr(key.size());
  }
  throw std::runtime_error{"the Runtime Interface Emulator is not installed; run scripts/services up lambda"};
}

/// An address of this machine for this process alone, so that nobody takes the emulator's ports before it does.
std::string own_host() {
  const auto id = static_cast<unsigned>(::getpid());
  return "127." + std::to_string(1 + id / 65'536 % 200) + '.' + std::to_string(id / 256 % 256) + '.' +
         std::to_string(id % 256);
}

class LambdaEmulator : public ::testing::Test {
 protected:
  // That the emulator is ready is said by its answer alone.
  std::string invoke(const std::string& payload) {
    const http::Request request{.method = "POST",
                                .url = "http://" + host_ + ":8080/2015-03-31/functions/function/invocations",
                                .body = payload,
                                .timeout = http::kNoTimeout};
    for (;;) {
      try {
        return client_.send(request).body;
      } catch (const Error& error) {
        if (error.code() != Errc::unavailable) throw;
        std::this_thread::sleep_for(20ms);  // asking again: the test's own time limit ends it
      }
    }
  }
  std::map<std::string, std::string> environment() {
    std::map<std::string, std::string> variables = publishing_to(topic_);
    variables["AWS_LAMBDA_FUNCTION_TIMEOUT"] = "60";
    return variables;
  }
  [[nodiscard]] std::size_t published() const { return test_support::events_in(topic_).size(); }

  test_support::TemporaryFolder folder_;
  test_support::MockKafka kafka_;
  KafkaOptions topic_ = kafka_.topic("events", 3);
  std::string host_ = own_host();
  http::Client client_;
  std::string log_ = (folder_.path() / "log").string();
  ChildProcess emulator_{{emulator(), "--runtime-interface-emulator-address", host_ + ":8080", "--runtime-api-address",
                          host_ + ":9001", bootstrap()},
                         environment(),
                         log_};
};

TEST_F(LambdaEmulator, PublishesBatchesOfOneToAThousand) {
  std::size_t sent = 0;
  for (const std::size_t size : {1U, 10U, 100U, 1000U}) {
    std::vector<StreamRecord> records;
    for (std::size_t i = 0; i < size; ++i, ++sent) {
      records.push_back(
          inserted("cart-" + std::to_string(size), Version{static_cast<std::int64_t>(i)}, std::to_string(1000 + sent)));
    }
    EXPECT_EQ(invoke(batch_of(records)), kAllDone) << std::ifstream{log_}.rdbuf();
    EXPECT_EQ(published(), sent);
  }
}

TEST_F(LambdaEmulator, ABatchInPartAndAnErrorAreWhatTheInvokerGets) {
  StreamRecord bad = inserted("cart-1", Version{1}, "2");
  bad.image = "{}";
  EXPECT_EQ(invoke(batch_of({inserted("cart-1", Version{0}, "1"), bad})),
            R"({"batchItemFailures":[{"itemIdentifier":"2"}]})");
  const std::string error = invoke("[1]");
  EXPECT_NE(error.find(R"("errorType":"leftfold.invalid_data")"), std::string::npos) << error;
  EXPECT_NE(error.find(R"("stackTrace":[])"), std::string::npos) << error;
  EXPECT_EQ(invoke(batch_of({inserted("cart-1", Version{1}, "2")})), kAllDone);
}

}  // namespace
}  // namespace leftfold::test_lambda
