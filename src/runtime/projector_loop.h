// SPDX-License-Identifier: Apache-2.0
// A Projector's subscription: one thread that takes and handles, batch by batch.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <vector>

#include "runtime/gated_projection.h"
#include "runtime/held_events.h"
#include "runtime/subscription_loop.h"

namespace leftfold::inline v0::detail {

/// While nothing waits, events are handled in the order they came, and what is kept of a partition is a number. From
/// the first event that has to wait until none does, HeldEvents knows what is unfinished.
class ProjectorLoop final : public SubscriptionLoop {
 public:
  ProjectorLoop(EventFeed& feed, RegisteredHandler& handler, std::shared_ptr<SubscriptionRun> run, std::size_t batch);
  ~ProjectorLoop() override { join(); }

  [[nodiscard]] bool handles_on_poll_thread() const noexcept override { return true; }
  void look() override;

 private:
  struct Part {
    std::int64_t epoch = 0;
    GatedProjection::Place place;    // of the read model; not used in memory
    Position done;                   // the watermark; may be further, over events of no interest
    std::optional<HeldEvents> held;  // once something waits
    bool full = false;               // so much waits that its events stay in the feed
    [[nodiscard]] Position last() const { return held ? held->window().last() : done; }
  };
  struct Plan {
    std::size_t max;   // events that may be taken
    Instant deadline;  // when there is something else to do
  };

  void prepare() override;
  bool turn(Subscription& subscription) override;
  void attach(Subscription* subscription) override;
  void drain(Subscription& subscription) override;
  bool give_up(const Revocation& revocation) override;
  void accept(const Assignment& assignment) override;
  void add_to(SubscriptionStatus& status) const override;
  [[nodiscard]] bool has_partition() const override;

  [[nodiscard]] Plan plan();
  void hold_if_full(std::int32_t id, Part& part);
  [[nodiscard]] bool resume(Subscription& subscription);
  [[nodiscard]] bool push(Subscription& subscription, const EventPage& events);
  void store_passed(Subscription& subscription, bool all);
  void look_at_tables(Subscription& subscription);
  void settle_places(Subscription& subscription, const std::vector<std::int32_t>& behind,
                     const std::vector<std::int32_t>& elsewhere);
  void reopen(Subscription& subscription, std::int32_t id);
  void report();

  // What becomes of events; those that return bool: false when the session is halted. In projector_handling.cc.
  [[nodiscard]] bool deliver(Subscription& subscription, std::int32_t id, Deliveries todo);
  [[nodiscard]] std::optional<GatedProjection::Commit> run_once(std::int32_t id, Part& part, Deliveries& todo,
                                                                EventRun& run);
  void sort_out(Part& part, Deliveries& todo);
  [[nodiscard]] bool settle(Part& part, Deliveries& todo, const EventRun& run);
  void block(Part& part, Deliveries& todo);
  void hold(Part& part, Deliveries& todo);
  void wait_first(Part& part, Deliveries& todo, Instant until);
  void park_if_many_wait(HeldEvents& held, std::string_view aggregate);
  void finish(std::int32_t id, Part& part, std::span<const Delivery> finished);
  [[nodiscard]] bool catch_up(Subscription& subscription, std::int32_t id, Deliveries& todo);
  [[nodiscard]] bool receives(const Delivery& delivery) const;
  [[nodiscard]] bool concerns(const Delivery& delivery) const;
  [[nodiscard]] bool comes_before(HeldEvents& held, const RecordedEvent& event) const;
  void moved(std::int32_t id, Part& part, Position done);

  FailureHandling& failures_;
  const std::size_t batch_;
  const bool may_repeat_;
  std::optional<GatedProjection> gated_;    // empty: the table is in memory
  std::optional<MemoryVersions> versions_;  // of a table in memory, when the feed may repeat
  Subscription* subscription_ = nullptr;
  std::size_t size_ = 1;  // of the next take(): grows to batch_ while handling keeps to its budget
  Instant next_store_{};
  Instant next_look_{};  // at tables that may have been changed by others
  std::map<std::int32_t, Part> parts_;

  mutable std::mutex status_mutex_;
  SubscriptionStatus status_;
  bool assigned_ = false;
  bool breaker_waits_ = false;         // the thread waits for the breaker
  Subscription* to_wake_ = nullptr;    // while there is one
  std::optional<Instant> busy_since_;  // the time a run began
  bool told_ = false;                  // that it takes long
};

}  // namespace leftfold::inline v0::detail
