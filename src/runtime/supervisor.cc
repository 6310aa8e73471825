// SPDX-License-Identifier: Apache-2.0
#include "runtime/supervisor.h"

#include <algorithm>
#include <iterator>
#include <map>
#include <utility>

#include "runtime/thread_name.h"

namespace leftfold::inline v0::detail {
namespace {

constexpr std::chrono::seconds kReportEvery{10};

}  // namespace

Supervisor::Supervisor(EventFeed& feed, const RunnerOptions& options,
                       const std::vector<std::unique_ptr<RegisteredHandler>>& handlers, std::shared_ptr<RunContext> run,
                       MakeLoop make_loop)
    : feed_{feed},
      options_{options},
      run_{std::move(run)},
      make_loop_{std::move(make_loop)},
      redriver_{*options.clock, *options.log} {
  if (options.breakers != nullptr && handlers.size() > 1) round_.emplace(*options.breakers);
  for (const auto& handler : handlers) {
    Slot& slot = slots_.emplace_back();
    slot.handler = handler.get();
    if (options.breakers != nullptr) {
      BreakerStore& store = round_ ? static_cast<BreakerStore&>(*round_) : *options.breakers;
      slot.shared = std::make_unique<SharedBreaker>(handler->failures->breaker(), store, SharedBreakerOptions{},
                                                    *options.clock, *options.log);
    }
  }
}

Supervisor::~Supervisor() = default;  // joins

void Supervisor::start() {
  while (options_.controls != nullptr && !read_controls()) {
    run_->wait(run_->halted(), options_.clock->instant() + options_.look_every, [] { return false; });
    if (run_->halted().stop_requested()) return;
  }
  apply_controls();
  const bool others = options_.controls != nullptr || options_.breakers != nullptr || options_.dead_letters != nullptr;
  if (others || options_.metrics != &no_metrics()) start_thread("lf:keeper", &Supervisor::keep, keeper_);
  if (options_.dead_letters != nullptr) start_thread("lf:redrive", &Supervisor::redrive, redrive_thread_);
}

void Supervisor::start_thread(const char* name, void (Supervisor::*body)(), std::jthread& thread) {
  run_->add_thread(live_threads_);
  try {
    thread = std::jthread{[this, name, body] {
      name_this_thread(name);
      try {
        (this->*body)();
      } catch (...) {
        run_->fail(std::current_exception());
      }
      run_->remove_thread(live_threads_);
    }};
  } catch (...) {
    run_->remove_thread(live_threads_);
    throw;
  }
}

// Reads what operators want. False when the store does not answer: what is known stands.
bool Supervisor::read_controls() {
  try {
    controls_ = options_.controls->controls();
    return true;
  } catch (const Error& error) {
    if (!error.retryable()) throw;
    report("read pauses and restarts", error);
    return false;
  }
}

void Supervisor::apply_controls() {
  for (Slot& slot : slots_) {
    const auto at = std::find_if(controls_.begin(), controls_.end(), [&](const SubscriptionControl& control) {
      return control.subscription == slot.handler->subscription;
    });
    const bool paused = at != controls_.end() && at->paused;
    const std::int64_t restarts = at != controls_.end() ? at->restarts : 0;
    std::shared_ptr<SubscriptionLoop> loop;
    {
      const std::scoped_lock lock{mutex_};
      if (paused != slot.paused) {
        options_.log->log(LogLevel::info, slot.handler->subscription, paused ? "is paused" : "is resumed",
                          {{"by", at != controls_.end() ? at->by : ""}});
      }
      slot.paused = paused;
      loop = slot.loop;
    }
    const bool ended = loop && run_->wait(run_->halted(), Instant::min(), [&] { return loop->ended(); });
    if (run_->halted().stop_requested()) return;
    if (!loop) {
      slot.restarts = restarts;
      if (!paused) begin_session(slot);
    } else if (paused || restarts != slot.restarts) {
      if (!ended) {
        loop->end();  // the next look begins anew
      } else if (!paused) {
        slot.restarts = restarts;
        begin_session(slot);
      } else if (loop->has_failed()) {
        slot.restarts = restarts - 1;  // resuming revives it
      }
    } else if (ended && !loop->has_failed()) {
      begin_session(slot);  // it was paused
    }
  }
}

void Supervisor::begin_session(Slot& slot) {
  const auto session =
      std::make_shared<SubscriptionRun>(run_, slot.handler->subscription, slot.handler->failures->options().on_fatal);
  std::shared_ptr<SubscriptionLoop> loop = make_loop_(*slot.handler, session);
  std::shared_ptr<SubscriptionLoop> last;  // its threads have ended
  {
    const std::scoped_lock lock{mutex_};
    last = std::exchange(slot.loop, loop);
  }
  loop->start();
}

void Supervisor::keep() {
  Instant next_controls = options_.clock->instant() + options_.look_every;
  while (run_->wait(run_->halted(), std::min(next_controls, next_look()), [] { return false; }),
         !run_->halted().stop_requested()) {
    tick_breakers();
    if (options_.clock->instant() < next_controls) continue;
    if (options_.controls != nullptr && read_controls()) apply_controls();
    look_at_handlers();
    next_controls = options_.clock->instant() + options_.look_every;
  }
}

// All when one is due: they read together.
void Supervisor::tick_breakers() {
  if (options_.clock->instant() < next_look()) return;
  if (round_) round_->begin();
  for (Slot& slot : slots_) {
    if (slot.shared) slot.shared->tick();
  }
  if (round_) round_->end();
}

Instant Supervisor::next_look() const {
  Instant next = kNever;
  for (const Slot& slot : slots_) {
    if (slot.shared) next = std::min(next, slot.shared->next_tick());
  }
  return next;
}

void Supervisor::look_at_handlers() {
  std::vector<std::shared_ptr<SubscriptionLoop>> loops;
  {
    const std::scoped_lock lock{mutex_};
    for (const Slot& slot : slots_) loops.push_back(slot.paused ? nullptr : slot.loop);
  }
  for (const auto& loop : loops) {
    if (loop) loop->look();
  }
  if (options_.metrics != &no_metrics()) measure(status());
}

void Supervisor::measure(const std::vector<SubscriptionStatus>& status) {
  std::map<std::int32_t, Position> heads;  // of the partitions that some handler has here
  bool answered = true;
  try {
    for (const Slot& slot : slots_) {
      for (const auto& [partition, done] : slot.handler->marks.all()) {
        if (!heads.contains(partition)) heads.emplace(partition, feed_.head(partition));
      }
    }
  } catch (const Error& error) {
    report("read the newest position", error);
    answered = false;
  }
  for (std::size_t i = 0; i < slots_.size(); ++i) {  // in the same order
    HandlerMetrics& metrics = *slots_[i].handler->metrics;
    std::map<std::int32_t, HandlerMetrics::Place> places;
    for (const auto& [partition, done] : slots_[i].handler->marks.all()) {
      const auto head = heads.find(partition);
      if (head != heads.end()) places.emplace(partition, HandlerMetrics::Place{done, head->second});
    }
    if (answered) metrics.places(places, options_.clock->now());
    note_place(slots_[i], status[i], answered ? &places : nullptr);
    metrics.state(status[i].state);
  }
  const std::scoped_lock lock{mutex_};
  measured_ = options_.clock->instant();
}

// Without places the feed did not answer: what is known of the lag stands.
void Supervisor::note_place(Slot& slot, const SubscriptionStatus& status,
                            const std::map<std::int32_t, HandlerMetrics::Place>* places) {
  std::uint64_t finished = status.handled + status.passed + status.parked;
  for (const auto& [partition, done] : slot.handler->marks.all()) finished += static_cast<std::uint64_t>(done.value());
  const std::scoped_lock lock{mutex_};
  if (places != nullptr) {
    slot.lag = 0;
    for (const auto& [partition, place] : *places) {
      slot.lag += std::max<std::int64_t>(0, place.head.value() - place.done.value());
    }
  }
  const bool first_look = !measured_;
  if (slot.lag == 0 || finished != slot.finished || first_look) slot.moved = options_.clock->instant();
  slot.finished = finished;
  // A process is not to be ended for what a pause, a breaker or a store took, nor right after it.
  const bool breaker_lets_pass = status.breaker == "closed" || status.breaker == "disabled";
  const bool free = status.state == "running" && status.waiting == 0 && breaker_lets_pass && places != nullptr &&
                    !slot.loop->is_cut_off();
  if (!free) slot.held = options_.clock->instant();
}

void Supervisor::redrive() {
  for (;;) {
    run_->wait(run_->halted(), options_.clock->instant() + options_.look_every, [] { return false; });
    if (run_->halted().stop_requested()) return;
    for (Slot& slot : slots_) {
      std::shared_ptr<SubscriptionLoop> loop;
      {
        const std::scoped_lock lock{mutex_};
        if (!slot.paused) loop = slot.loop;
      }
      if (!loop || loop->status().state != "running") continue;  // another process has it, or nobody is to handle it
      try {
        redriver_.look_after(*slot.handler, run_->halted());
      } catch (const Error& error) {
        report("look after dead letters", error);
      }
    }
  }
}

void Supervisor::report(std::string_view what, const Error& error) {
  {
    const std::scoped_lock lock{mutex_};
    const Instant now = options_.clock->instant();
    if (now < next_report_) return;
    next_report_ = now + kReportEvery;
  }
  options_.log->log(LogLevel::warn, "runner", "a store does not answer; trying again",
                    {{"call", std::string{what}}, {"cause", error.what()}});
}

bool Supervisor::ended() const {
  const std::scoped_lock lock{mutex_};
  return live_threads_ == 0 &&
         std::all_of(slots_.begin(), slots_.end(), [](const Slot& slot) { return !slot.loop || slot.loop->ended(); });
}

// Poll threads of Listeners end by themselves once the drain is over; a handler that never returns does not.
void Supervisor::wait_for_end() {
  const Instant deadline = run_->drain_deadline();
  if (run_->wait({}, deadline, [this] { return ended(); })) return;
  std::vector<std::shared_ptr<SubscriptionLoop>> late;
  run_->wait({}, kNever, [&] {
    late.clear();
    const std::scoped_lock lock{mutex_};
    for (const Slot& slot : slots_) {
      if (slot.loop && slot.loop->polling()) late.push_back(slot.loop);
    }
    return std::all_of(late.begin(), late.end(), [](const auto& loop) { return loop->handles_on_poll_thread(); });
  });
  for (const auto& loop : late) {
    options_.log->log(LogLevel::warn, loop->handler().subscription, "the handler did not finish in time",
                      {{"drain_ms", std::to_string(options_.drain.count())}});
  }
}

std::vector<SubscriptionStatus> Supervisor::status() const {
  std::vector<SubscriptionStatus> all;
  const auto since = [now = options_.clock->instant()](Instant then) {
    return std::chrono::duration_cast<std::chrono::milliseconds>(std::max(now, then) - then);
  };
  const std::scoped_lock lock{mutex_};
  for (const Slot& slot : slots_) {
    SubscriptionStatus status;
    if (slot.loop) {
      status = slot.loop->status();
    } else {
      status.name = slot.handler->subscription;
      status.kind = slot.handler->kind_name();
      status.state = "stopped";
    }
    if (slot.paused && status.state != "failed") status.state = "paused";
    if (measured_) {
      status.lag = slot.lag;
      if (slot.lag > 0) {
        status.stands = since(slot.moved);
        status.hangs = since(std::max(slot.moved, slot.held));
      }
      status.looked = since(*measured_);
    }
    all.push_back(std::move(status));
  }
  return all;
}

}  // namespace leftfold::inline v0::detail
