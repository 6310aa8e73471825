// SPDX-License-Identifier: Apache-2.0
// A store, a sink and pages of changes that do what a test says.
#pragma once

#include <algorithm>
#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <stop_token>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <leftfold/change_stream.h>
#include <leftfold/error.h>
#include <leftfold/event_copy.h>
#include <leftfold/event_sink.h>
#include <leftfold/event_store.h>
#include <leftfold/testing/virtual_clock.h>

namespace leftfold::runtime_test {

using EventName = std::pair<std::string, std::int64_t>;  // aggregate and version

inline EventCopy event_of(const std::string& aggregate, std::int64_t version) {
  EventCopy event;
  event.aggregate_id = aggregate;
  event.version = Version{version};
  event.type = "Happened";
  event.payload = "{\"n\":" + std::to_string(version) + "}";
  event.committed_at = Timestamp{std::chrono::milliseconds{1000 + version}};
  std::array<std::uint8_t, 16> id{};
  id[0] = static_cast<std::uint8_t>(version + 1);
  id[1] = static_cast<std::uint8_t>(std::hash<std::string>{}(aggregate));
  event.id = event.commit_id = Uuid{id};
  return event;
}

/// Streams of events, of which reads may see only a part.
class ScriptedStore final : public EventStore {
 public:
  /// The aggregate has events up to this version.
  void fill(const std::string& aggregate, std::int64_t newest) { newest_[aggregate] = newest; }
  /// Reads end before the first hidden version, as if it were not written yet.
  std::set<EventName> hidden;
  std::set<EventName> corrupt;
  int reads = 0;
  std::size_t largest_read = 0;

  AppendResult append(const AppendRequest&) override { throw Error{Errc::unsupported, "it only reads"}; }
  EventPage read_stream(std::string_view aggregate, Version from, std::size_t max) override {
    ++reads;
    largest_read = std::max(largest_read, max);
    const std::string name{aggregate};
    EventPage page;
    page.set_at_end(true);
    for (std::int64_t version = std::max<std::int64_t>(from.value(), 0); version <= newest(name); ++version) {
      if (hidden.contains({name, version})) break;
      if (page.size() >= max) {
        page.set_at_end(false);
        break;
      }
      if (corrupt.contains({name, version})) {
        throw Error{Errc::corrupt, "event " + std::to_string(version) + " of " + name + " cannot be read"};
      }
      page.add(event_of(name, version).view());
    }
    return page;
  }
  EventPage read_all(Position, std::size_t) override { throw Error{Errc::unsupported, "it has no order"}; }
  Position head() override { throw Error{Errc::unsupported, "it has no order"}; }
  std::optional<Appended> find_append(std::string_view, std::string_view) override { return std::nullopt; }

  [[nodiscard]] std::int64_t newest(const std::string& aggregate) const {
    const auto at = newest_.find(aggregate);
    return at == newest_.end() ? -1 : at->second;
  }

 private:
  std::map<std::string, std::int64_t> newest_;
};

/// Acknowledges what a test lets it. Nothing else runs while it waits: it calls on_wait, or lets the time pass.
class ScriptedSink final : public EventSink {
 public:
  explicit ScriptedSink(testing::VirtualClock& clock) : clock_{clock} {}

  std::size_t room = 1000;
  bool acknowledges = true;  ///< everything at once; false: what acknowledge() and fail() say
  std::set<EventName> too_large;
  std::function<void()> on_wait;  ///< when receipts() has none
  std::vector<EventCopy> sent;    ///< the event with ticket t is at t - 1
  std::size_t waits = 0;

  void acknowledge(std::uint64_t ticket) { due_.push_back({ticket, true, 0, Position{1}, {}}); }
  void fail(std::uint64_t ticket) { due_.push_back({ticket, false, 0, {}, "it is away"}); }

  std::uint64_t send(const RecordedEvent& event) override {
    if (too_large.contains({std::string{event.aggregate_id}, event.version.value()}) && event.type != kUnpublished) {
      throw Error{Errc::invalid_argument, "event " + std::to_string(event.version.value()) + " is too large"};
    }
    if (on_the_way_ >= room) return 0;
    sent.emplace_back(event);
    ++on_the_way_;
    if (acknowledges) acknowledge(sent.size());
    return sent.size();
  }
  std::vector<SinkReceipt> receipts(const std::stop_token& stop, Instant deadline) override {
    if (due_.empty() && !stop.stop_requested() && !std::exchange(woken_, false)) {
      ++waits;
      if (on_wait) on_wait();
      else if (deadline == kNever) throw Error{Errc::internal, "this test would wait for ever"};
      if (due_.empty() && deadline != kNever) clock_.advance(deadline - clock_.instant());
    }
    on_the_way_ -= due_.size();
    return std::exchange(due_, {});
  }
  void wake() noexcept override { woken_ = true; }
  std::size_t on_the_way() const override { return on_the_way_; }
  std::vector<SinkReceipt> close(Instant) override { return std::exchange(due_, {}); }

  /// What was sent: "a0 a1 b0".
  [[nodiscard]] std::string text() const {
    std::string all;
    for (const EventCopy& event : sent) {
      if (!all.empty()) all += ' ';
      all += event.aggregate_id + std::to_string(event.version.value());
      if (event.type == kUnpublished) all += '!';
    }
    return all;
  }

 private:
  testing::VirtualClock& clock_;
  std::vector<SinkReceipt> due_;
  std::size_t on_the_way_ = 0;
  bool woken_ = false;
};

/// A page, change by change. Sequences are "1", "2", ... over all pages of one `Changes`.
class Changes {
 public:
  /// One event, or a commit of several from `version` on.
  Changes& add(const std::string& aggregate, std::int64_t version, std::size_t events = 1) {
    Change& change = begin();
    change.events = events;
    for (std::size_t i = 0; i < events; ++i) {
      page_.events.add(event_of(aggregate, version + static_cast<std::int64_t>(i)).view());
    }
    return *this;
  }
  Changes& unreadable(const std::string& aggregate, std::int64_t version) {
    Change& change = begin();
    change.events = 1;
    change.unreadable = "no number";
    RecordedEvent event;
    event.aggregate_id = aggregate;
    event.version = Version{version};
    page_.events.add(event);
    return *this;
  }
  Changes& other() {
    begin();
    return *this;
  }
  [[nodiscard]] ChangePage page() { return std::exchange(page_, {}); }

 private:
  Change& begin() {
    Change& change = page_.changes.emplace_back();
    change.sequence = std::to_string(++sequence_);
    change.first_event = page_.events.size();
    return change;
  }
  ChangePage page_;
  int sequence_ = 0;
};

}  // namespace leftfold::runtime_test
