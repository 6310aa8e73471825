// SPDX-License-Identifier: Apache-2.0
#include "kafka/worker.h"

#include <stdexcept>
#include <utility>

namespace leftfold::test_kafka {
namespace {

template <class Options, class Visit>
void each_text(Options& options, Visit visit) {
  visit("brokers", options.brokers);
  visit("topic", options.topic);
  visit("group", options.group);
}

template <class Options, class Visit>
void each_number(Options& options, Visit visit) {
  visit("workers", options.workers);
  visit("max_in_flight", options.max_in_flight);
  visit("handler_ms", options.handler_ms);
  visit("session_ms", options.session_ms);
  visit("max_poll_ms", options.max_poll_ms);
  visit("commit_ms", options.commit_ms);
  visit("drain_ms", options.drain_ms);
}

}  // namespace

std::vector<std::string> WorkerOptions::to_arguments() const {
  std::vector<std::string> arguments{"folder=" + folder.string()};
  each_text(*this, [&](const std::string& name, const std::string& value) { arguments.push_back(name + "=" + value); });
  each_number(*this,
              [&](const std::string& name, int value) { arguments.push_back(name + "=" + std::to_string(value)); });
  return arguments;
}

WorkerOptions WorkerOptions::from_arguments(const std::vector<std::string>& arguments) {
  WorkerOptions options;
  for (const std::string& argument : arguments) {
    const std::size_t at = argument.find('=');
    if (at == std::string::npos) throw std::invalid_argument{argument + ": write NAME=VALUE"};
    const std::string name = argument.substr(0, at);
    const std::string value = argument.substr(at + 1);
    bool known = name == "folder";
    if (known) options.folder = value;
    each_text(options, [&](const std::string& text, std::string& into) {
      if (text == name) into = value;
      known = known || text == name;
    });
    each_number(options, [&](const std::string& number, int& into) {
      if (number == name) into = std::stoi(value);
      known = known || number == name;
    });
    if (!known) throw std::invalid_argument{argument + ": no such option"};
  }
  return options;
}

}  // namespace leftfold::test_kafka
