// SPDX-License-Identifier: Apache-2.0
#include "cli/publisher_watch.h"

#include <chrono>
#include <utility>

#include <leftfold/clock.h>
#include <leftfold/error.h>

#include "base/sleep.h"
#include "cli/confirm.h"
#include "cli/metrics_file.h"

namespace leftfold::inline v0::cli {
namespace {

constexpr std::chrono::seconds kLookEvery{1};
constexpr std::uint64_t kWriteEvery = 10;  // looks
constexpr std::uint64_t kLogEvery = 60;

}  // namespace

std::string line_of(const PublisherStatus& status) {
  std::string line = status.state + ": " + std::to_string(status.published) + " published, " +
                     std::to_string(status.on_the_way) + " on the way";
  if (status.oldest.count() > 0) line += ", the oldest for " + std::to_string(status.oldest.count()) + " ms";
  if (!status.blocked.empty()) line += ", " + counted(status.blocked.size(), "aggregate") + " blocked";
  if (!status.failure.empty()) line += "; " + status.failure;
  return line;
}

PublisherWatch::PublisherWatch(const Publisher& publisher, const Metrics& metrics, std::filesystem::path metrics_file,
                               Logger& log)
    : publisher_{publisher}, metrics_{metrics}, metrics_file_{std::move(metrics_file)}, log_{log} {
  if (!metrics_file_.empty()) write_metrics_file(metrics_file_, metrics_);
  thread_ = std::jthread{[this](const std::stop_token& stop) { run(stop); }};
}

void PublisherWatch::run(const std::stop_token& stop) {
  while (!stop.stop_requested()) {
    look();
    (void)base::pause_until(system_clock(), system_clock().instant() + kLookEvery, stop);
  }
  manager_.stopping();
  write_metrics();
}

void PublisherWatch::look() {
  const PublisherStatus status = publisher_.status();
  if (status.state != "starting" && !std::exchange(ready_, true)) manager_.ready();
  // A loop that stands still is not alive, however well this thread is.
  if (std::exchange(turns_, status.turns) != status.turns) manager_.alive();
  manager_.status(line_of(status));
  ++looks_;
  if (looks_ % kWriteEvery == 0) write_metrics();
  if (looks_ % kLogEvery == 0) log_.log(LogLevel::info, "publisher", line_of(status));
}

void PublisherWatch::write_metrics() {
  if (metrics_file_.empty()) return;
  try {
    write_metrics_file(metrics_file_, metrics_);
    file_failed_ = false;
  } catch (const std::exception& error) {  // a full disk must not end the publishing
    if (!std::exchange(file_failed_, true)) log_.log(LogLevel::error, "publisher", error.what());
  }
}

}  // namespace leftfold::inline v0::cli
