#include "publisher.h"

#include <algorithm>
#include <chrono>
#include <stop_token>
#include <unordered_map>
#include <vector>

#include <leftfold/error.h>

namespace leftfold::lambda_publisher {
namespace {

/// Which changes of a batch still miss receipts.
class Outstanding {
 public:
  explicit Outstanding(std::size_t changes) : left_(changes) {}

  void sent(std::uint64_t ticket, std::size_t change) {
    change_of_.emplace(ticket, change);
    ++left_[change];
  }
  /// Returns how many of them failed.
  std::size_t received(const std::vector<SinkReceipt>& receipts) {
    std::size_t failed = 0;
    for (const SinkReceipt& receipt : receipts) {
      const auto found = change_of_.find(receipt.ticket);
      if (found == change_of_.end()) continue;
      if (receipt.acknowledged) --left_[found->second];
      else ++failed;
      change_of_.erase(found);
    }
    return failed;
  }
  /// How many changes from the first on miss none, of those up to `end`.
  [[nodiscard]] std::size_t done(std::size_t end) const {
    const auto last = left_.begin() + static_cast<std::ptrdiff_t>(end);
    return static_cast<std::size_t>(std::find_if(left_.begin(), last, [](std::size_t n) { return n > 0; }) -
                                    left_.begin());
  }

 private:
  std::unordered_map<std::uint64_t, std::size_t> change_of_;
  std::vector<std::size_t> left_;
};

}  // namespace

std::size_t Publisher::publish(const ChangePage& page, Instant deadline) {
  try {
    connect(deadline);
    return send_all(page, deadline);
  } catch (...) {
    sink_.reset();  // gives up what is on the way: nothing may be sent after the answer
    throw;
  }
}

void Publisher::connect(Instant deadline) {
  if (!broker_) {
    using std::chrono::milliseconds;
    KafkaOptions options = options_;
    const auto left = std::chrono::duration_cast<milliseconds>(deadline - options.clock->instant());
    options.start_timeout = std::clamp(left, milliseconds{1}, options.start_timeout);
    broker_.emplace(std::move(options));
  }
  if (!sink_) sink_ = broker_->open_sink();
}

std::size_t Publisher::send_all(const ChangePage& page, Instant deadline) {
  Outstanding outstanding{page.changes.size()};
  const std::stop_token no_stop;
  std::size_t failed = 0, change = 0;
  const auto late = [&] { return options_.clock->instant() >= deadline; };
  for (; change < page.changes.size() && failed == 0 && !late(); ++change) {
    const Change& next = page.changes[change];
    if (!next.unreadable.empty()) {
      options_.log->log(LogLevel::error, "publisher", "a record cannot be read; it and all after it wait",
                        {{"sequence", next.sequence}, {"why", next.unreadable}});
      break;
    }
    for (const RecordedEvent& event : page.events.events().subspan(next.first_event, next.events)) {
      if (event.type == kSnapshotNote) continue;
      std::uint64_t ticket = 0;
      while ((ticket = sink_->send(event)) == 0 && failed == 0 && !late()) {
        failed += outstanding.received(sink_->receipts(no_stop, deadline));
      }
      if (ticket == 0) return outstanding.received(sink_->close(deadline)), sink_.reset(), outstanding.done(change);
      outstanding.sent(ticket, change);
    }
  }
  while (sink_->on_the_way() > 0 && failed == 0 && !late()) {
    failed += outstanding.received(sink_->receipts(no_stop, deadline));
  }
  if (failed > 0 || sink_->on_the_way() > 0) {
    // What comes after a failure may lie in the broker without it, so nothing more goes through this producer.
    failed += outstanding.received(sink_->close(options_.clock->instant()));
    sink_.reset();
    options_.log->log(LogLevel::warn, "publisher", "Kafka did not acknowledge all in time; the rest comes again",
                      {{"failed", std::to_string(failed)}});
  }
  return outstanding.done(change);
}

}  // namespace leftfold::lambda_publisher
