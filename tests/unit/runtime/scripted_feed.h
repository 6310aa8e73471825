// SPDX-License-Identifier: Apache-2.0
// A feed that does what a test says: assignments, revocations, events and failures in the order they were put in.
#pragma once

#include <atomic>
#include <condition_variable>
#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include <leftfold/error.h>
#include <leftfold/event_feed.h>

#include "support.h"

namespace leftfold::runtime_test {

class ScriptedFeed final : public EventFeed {
 public:
  using Stored = std::pair<std::int32_t, std::int64_t>;  // partition and position, or partition and epoch

  explicit ScriptedFeed(Clock& clock = system_clock()) : clock_{clock} {}

  void assign(std::int32_t partition, std::int64_t epoch, std::int64_t checkpoint = 0) {
    put(Assignment{partition, epoch, Position{checkpoint}});
  }
  void revoke(std::int32_t partition, std::int64_t epoch) { put(Revocation{partition, epoch, false}); }
  void lose(std::int32_t partition, std::int64_t epoch) { put(Revocation{partition, epoch, true}); }
  // An event; its number and its version are its position unless they are given.
  void event(std::int32_t partition, std::int64_t position, std::string aggregate, int n, std::string type = "Counted",
             std::string payload = {}, std::optional<Version> version = {}) {
    if (payload.empty()) payload = "{\"n\":" + std::to_string(n) + "}";
    put(Event{partition,
              position,
              version.value_or(Version{position}),
              std::move(aggregate),
              std::move(type),
              std::move(payload),
              {}});
  }
  // A record that nobody can read.
  void unreadable(std::int32_t partition, std::int64_t position, std::string key, std::string bytes) {
    put(Event{partition, position, Version::none(), std::move(key), std::string{kUnreadable}, std::move(bytes),
              R"({"unreadable":"Topic/0/)" + std::to_string(position - 1) + R"(: it is garbage"})"});
  }
  // What stands for an event that could not be published.
  void unpublished(std::int32_t partition, std::int64_t position, std::string aggregate, int version) {
    put(Event{partition, position, Version{version}, std::move(aggregate), std::string{kUnpublished}, "{}",
              R"({"unpublished":"it is too large"})"});
  }
  void event(std::int64_t position, const std::string& aggregate) {
    event(0, position, aggregate, static_cast<int>(position));
  }
  // The next take() throws.
  void fail_take(Errc code) { put(Failure{code}); }
  // checkpoint() throws this until it is told otherwise.
  void fail_checkpoints(std::optional<Errc> code) {
    const std::scoped_lock lock{mutex_};
    checkpoint_failure_ = code;
  }
  // checkpoint() returns false for this epoch.
  void fence(std::int64_t epoch) {
    const std::scoped_lock lock{mutex_};
    fenced_.insert(epoch);
  }

  [[nodiscard]] std::vector<Stored> checkpoints() const {
    const std::scoped_lock lock{mutex_};
    return checkpoints_;
  }
  // {-1, -1} when there is none.
  [[nodiscard]] Stored last_checkpoint() const {
    const std::scoped_lock lock{mutex_};
    return checkpoints_.empty() ? Stored{-1, -1} : checkpoints_.back();
  }
  [[nodiscard]] std::vector<Stored> releases() const {
    const std::scoped_lock lock{mutex_};
    return releases_;
  }
  [[nodiscard]] std::vector<Stored> seeks() const {
    const std::scoped_lock lock{mutex_};
    return seeks_;
  }
  // Partition and 1 or 0, in their order.
  [[nodiscard]] std::vector<Stored> holds() const {
    const std::scoped_lock lock{mutex_};
    return holds_;
  }
  [[nodiscard]] int taken() const {
    const std::scoped_lock lock{mutex_};
    return taken_;
  }
  [[nodiscard]] int takes() const {
    const std::scoped_lock lock{mutex_};
    return takes_;
  }
  [[nodiscard]] bool wait_for_checkpoint(std::int32_t partition, std::int64_t position) {
    return wait([&] { return contains(checkpoints_, {partition, position}); });
  }
  [[nodiscard]] bool wait_for_release(std::int32_t partition, std::int64_t epoch) {
    return wait([&] { return contains(releases_, {partition, epoch}); });
  }
  [[nodiscard]] bool wait_for_refused(int count) {
    return wait([&] { return refused_ >= count; });
  }
  [[nodiscard]] bool wait_for_hold(std::int32_t partition, bool on) {
    return wait([&] { return contains(holds_, {partition, on ? 1 : 0}); });
  }
  [[nodiscard]] bool has_checkpoint(std::int32_t partition, std::int64_t position) const {
    const std::scoped_lock lock{mutex_};
    return contains(checkpoints_, {partition, position});
  }
  // Waits until everything put in was taken and a take() waits for more, which nobody has woken.
  [[nodiscard]] bool wait_until_idle() {
    return wait([&] { return waiting_ && !woken_ && script_.empty(); });
  }
  // Waits until a take() waits that asks for at most `max` events, and which nobody has woken.
  [[nodiscard]] bool wait_until_it_waits(std::size_t max) {
    return wait([&] { return waiting_ && !woken_ && waiting_max_ <= max; });
  }

  std::unique_ptr<Subscription> subscribe(const SubscriptionOptions&) override;
  Position head(std::int32_t) override {
    if (heads_fail_) throw Error{Errc::unavailable, "the scripted feed knows no head"};
    return head_;
  }
  void fail_heads(bool fail) { heads_fail_ = fail; }
  bool may_repeat() const noexcept override { return repeats_; }
  // Events may come again and out of their order. Set before the run.
  void let_repeat() { repeats_ = true; }
  Position checkpoint(std::string_view) override { return elsewhere_; }
  // What another process has stored for every subscription. Set before the run.
  void handled_elsewhere(std::int64_t position) { elsewhere_ = Position{position}; }
  // Where the events end, as head() says it; until then far behind whatever a test assigns. Set before the run.
  void end_at(std::int64_t position) { head_ = Position{position}; }

 private:
  struct Event {
    std::int32_t partition;
    std::int64_t position;
    Version version;
    std::string aggregate;
    std::string type;
    std::string payload;
    std::string metadata;
  };
  struct Failure {
    Errc code;
  };
  using Step = std::variant<Assignment, Revocation, Event, Failure>;
  class Reader;

  static bool contains(const std::vector<Stored>& all, Stored one) {
    return std::find(all.begin(), all.end(), one) != all.end();
  }
  template <class Done>
  bool wait(Done done) {
    std::unique_lock lock{mutex_};
    return observed_.wait_for(lock, kLong, done);
  }
  void put(Step step) {
    const std::scoped_lock lock{mutex_};
    script_.push_back(std::move(step));
    changed_.notify_all();
  }

  Clock& clock_;
  Position head_{INT64_MAX};
  std::atomic<bool> heads_fail_{false};
  Position elsewhere_;
  mutable std::mutex mutex_;
  std::condition_variable_any changed_;
  std::condition_variable observed_;
  std::deque<Step> script_;
  std::vector<Stored> checkpoints_, releases_, seeks_, holds_;
  std::set<std::int64_t> fenced_;
  std::optional<Errc> checkpoint_failure_;
  bool repeats_ = false;
  int refused_ = 0;
  int taken_ = 0;
  int takes_ = 0;
  bool waiting_ = false;
  bool woken_ = false;
  std::size_t waiting_max_ = 0;
};

class ScriptedFeed::Reader final : public Subscription {
 public:
  explicit Reader(ScriptedFeed& feed) : feed_{feed} {}

  Taken take(std::size_t max, const std::stop_token& stop, Instant deadline) override {
    std::unique_lock lock{feed_.mutex_};
    ++feed_.takes_;
    const auto ready = [&] {
      if (feed_.woken_) return true;
      return !feed_.script_.empty() && (max > 0 || !std::holds_alternative<Event>(feed_.script_.front()));
    };
    feed_.waiting_ = true;
    feed_.waiting_max_ = max;
    if (!ready()) feed_.observed_.notify_all();
    feed_.clock_.wait_until(lock, feed_.changed_, stop, deadline, ready);
    feed_.waiting_ = false;
    feed_.woken_ = false;
    Taken taken;
    while (!feed_.script_.empty()) {
      Step& step = feed_.script_.front();
      if (const auto* failure = std::get_if<Failure>(&step)) {
        if (!taken.events.empty() || !taken.assigned.empty() || !taken.revoked.empty()) break;
        const Errc code = failure->code;
        feed_.script_.pop_front();
        throw Error{code, "the scripted feed fails"};
      }
      if (const auto* event = std::get_if<Event>(&step)) {
        if (taken.events.size() >= max) break;
        RecordedEvent record;
        record.partition = event->partition;
        record.position = Position{event->position};
        record.version = event->version;
        record.aggregate_id = event->aggregate;
        record.type = event->type;
        record.payload = event->payload;
        record.metadata = event->metadata;
        taken.events.add(record);
        ++feed_.taken_;
      } else if (!taken.events.empty()) {
        break;  // assignments and revocations come before events
      } else if (const auto* assignment = std::get_if<Assignment>(&step)) {
        taken.assigned.push_back(*assignment);
      } else {
        taken.revoked.push_back(std::get<Revocation>(step));
      }
      feed_.script_.pop_front();
    }
    return taken;
  }

  void wake() noexcept override {
    const std::scoped_lock lock{feed_.mutex_};
    feed_.woken_ = true;
    feed_.changed_.notify_all();
  }
  void seek(std::int32_t partition, std::int64_t, Position done) override {
    const std::scoped_lock lock{feed_.mutex_};
    feed_.seeks_.emplace_back(partition, done.value());
  }
  void hold(std::int32_t partition, std::int64_t, bool on) override {
    const std::scoped_lock lock{feed_.mutex_};
    feed_.holds_.emplace_back(partition, on ? 1 : 0);
    feed_.observed_.notify_all();
  }
  bool checkpoint(std::int32_t partition, std::int64_t epoch, Position done) override {
    const std::scoped_lock lock{feed_.mutex_};
    if (feed_.checkpoint_failure_ || feed_.fenced_.contains(epoch)) {
      ++feed_.refused_;
      feed_.observed_.notify_all();
    }
    if (feed_.checkpoint_failure_) throw Error{*feed_.checkpoint_failure_, "the scripted feed stores nothing"};
    if (feed_.fenced_.contains(epoch)) return false;
    feed_.checkpoints_.emplace_back(partition, done.value());
    feed_.observed_.notify_all();
    return true;
  }
  void release(std::int32_t partition, std::int64_t epoch) override {
    const std::scoped_lock lock{feed_.mutex_};
    feed_.releases_.emplace_back(partition, epoch);
    feed_.observed_.notify_all();
  }

 private:
  ScriptedFeed& feed_;
};

inline std::unique_ptr<Subscription> ScriptedFeed::subscribe(const SubscriptionOptions&) {
  return std::make_unique<Reader>(*this);
}

}  // namespace leftfold::runtime_test
