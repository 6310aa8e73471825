// SPDX-License-Identifier: Apache-2.0
#include "runtime/publisher/lease_keeper.h"

#include <iterator>
#include <utility>

#include "runtime/thread_name.h"

namespace leftfold::inline v0::runtime {

LeaseKeeper::LeaseKeeper(LeaseStore& leases, ChangeStream& changes, LeaseRoundsOptions options,
                         std::function<void()> changed)
    : clock_{*options.clock},
      changed_{std::move(changed)},
      search_{changes, clock_,
              [this] {
                const std::scoped_lock lock{mutex_};
                answered_ = true;
                told_.notify_all();
              }},
      rounds_{leases, search_, std::move(options)} {}

LeaseKeeper::~LeaseKeeper() = default;  // joins

void LeaseKeeper::start() {
  thread_ = std::jthread{[this](const std::stop_token& stop) {
    detail::name_this_thread("lf:leases");
    std::exception_ptr failure;
    try {
      run(stop);
    } catch (...) {
      failure = std::current_exception();
    }
    rounds_.release();
    publish_state();
    if (!failure) return;
    {
      const std::scoped_lock lock{mutex_};
      ended_ = failure;
    }
    changed_();
  }};
}

void LeaseKeeper::run(const std::stop_token& stop) {
  const auto listen = [&] {
    answered_ = false;  // the next tick takes the answers
    if (!taking_) rounds_.stop_taking();
    if (auto why = std::exchange(missed_, std::nullopt)) rounds_.need_repair(std::move(*why));
    for (const HoldProgress& progress : std::exchange(progress_, {})) rounds_.progress(progress);
  };
  while (!stop.stop_requested()) {
    rounds_.tick();
    publish_state();
    std::unique_lock lock{mutex_};
    (void)clock_.wait_until(lock, told_, stop, rounds_.next(),
                            [&] { return !progress_.empty() || missed_ || answered_; });
    listen();
  }
  const std::scoped_lock lock{mutex_};
  listen();
}

void LeaseKeeper::publish_state() {
  std::vector<HoldChange> changes = rounds_.take_changes();
  std::vector<PublisherPart> parts = rounds_.parts();
  const bool news = !changes.empty();
  {
    const std::scoped_lock lock{mutex_};
    changes_.insert(changes_.end(), std::make_move_iterator(changes.begin()), std::make_move_iterator(changes.end()));
    parts_ = std::move(parts);
    failure_ = rounds_.failure();
  }
  if (news) changed_();
}

void LeaseKeeper::release() {
  thread_.request_stop();
  if (thread_.joinable()) thread_.join();
}

void LeaseKeeper::stop_taking() {
  const std::scoped_lock lock{mutex_};
  taking_ = false;
}

void LeaseKeeper::progress(HoldProgress progress) {
  const std::scoped_lock lock{mutex_};
  progress_.push_back(std::move(progress));
  told_.notify_all();
}

void LeaseKeeper::need_repair(std::string why) {
  const std::scoped_lock lock{mutex_};
  missed_ = std::move(why);
  told_.notify_all();
}

std::vector<HoldChange> LeaseKeeper::take_changes() {
  const std::scoped_lock lock{mutex_};
  if (ended_) std::rethrow_exception(std::exchange(ended_, nullptr));
  return std::exchange(changes_, {});
}

std::vector<PublisherPart> LeaseKeeper::parts() const {
  const std::scoped_lock lock{mutex_};
  return parts_;
}

std::string LeaseKeeper::failure() const {
  const std::scoped_lock lock{mutex_};
  return failure_;
}

}  // namespace leftfold::inline v0::runtime
