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
#include "runtime/subscription_loop.h"

namespace leftfold::detail {

class ProjectorLoop final : public SubscriptionLoop {
 public:
  ProjectorLoop(EventFeed& feed, RegisteredHandler& handler, std::shared_ptr<SubscriptionRun> run, std::size_t batch);
  ~ProjectorLoop() override { join(); }

  [[nodiscard]] bool handles_on_poll_thread() const noexcept override { return true; }

 private:
  struct Part {
    std::int64_t epoch = 0;
    Position stored;  // the read model's checkpoint; not used in memory
    Position done;    // may be further, over events of no interest
  };
  using Events = std::span<const RecordedEvent* const>;

  void prepare() override;
  bool turn(Subscription& subscription) override;
  void drain(Subscription& subscription) override;
  bool give_up(const Revocation& revocation) override;
  void accept(const Assignment& assignment) override;
  void add_to(SubscriptionStatus& status) const override;
  [[nodiscard]] bool has_partition() const override;

  [[nodiscard]] bool handle(Subscription& subscription, std::int32_t id, Events events);
  [[nodiscard]] std::optional<EventRun> handle_once(Subscription& subscription, std::int32_t id, Part& part,
                                                    Events events);
  void store_passed(Subscription& subscription, bool all);
  void reopen(Subscription& subscription, std::int32_t id);
  void moved(std::int32_t id, Part& part, Position done, std::size_t finished, std::uint64_t handled);

  const std::size_t batch_;
  std::optional<GatedProjection> gated_;  // empty: the table is in memory
  Subscription* subscription_ = nullptr;
  std::size_t size_ = 1;  // of the next take(): grows to batch_ while handling keeps to its budget
  Instant next_store_{};
  std::map<std::int32_t, Part> parts_;

  mutable std::mutex status_mutex_;
  SubscriptionStatus status_;
  bool assigned_ = false;
};

}  // namespace leftfold::detail
