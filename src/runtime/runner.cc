// SPDX-License-Identifier: Apache-2.0
#include <leftfold/runner.h>

#include <algorithm>
#include <atomic>
#include <utility>

#include "base/joined.h"
#include "resilience/option_checks.h"
#include "runtime/checkpoint_name.h"
#include "runtime/listener_loop.h"
#include "runtime/node_name.h"
#include "runtime/projector_loop.h"
#include "runtime/redriver.h"
#include "runtime/running.h"
#include "runtime/supervisor.h"

namespace leftfold::inline v0 {

using detail::ListenerLoop;
using detail::ProjectorLoop;
using detail::RegisteredHandler;
using detail::RunContext;
using detail::SubscriptionLoop;
using detail::SubscriptionRun;
using detail::Supervisor;

namespace {

constexpr std::size_t kDefaultBatch = 256;
// How often wait_until_handled looks for what another process has handled. It stores a checkpoint every 100 ms.
constexpr std::chrono::milliseconds kLookElsewhere{20};

[[noreturn]] void refuse(const std::string& what) { throw Error{Errc::invalid_argument, "Runner: " + what}; }

void check_time(const std::string& option, std::chrono::milliseconds time) {
  if (time < time.zero()) refuse(option + " is negative");
  if (time > detail::kLongestOption) refuse(option + " is over 365 days");
}

template <class Names>
std::string list(const Names& names) {
  return names.empty() ? "nothing" : base::joined(names);
}

std::string received(const HandlerTable& table) {
  std::vector<std::string_view> names;
  for (const HandlerTable::Entry& entry : table.entries()) names.push_back(entry.type);
  return list(names);
}

}  // namespace

class Runner::Impl {
 public:
  Impl(EventFeed& f, RunnerOptions o) : feed_{f}, options_{std::move(o)} {}

  void add(detail::HandlerEntry entry);
  void claim();
  void unclaim() noexcept;
  void announce();
  void run(const std::stop_token& stop);  // claimed before; ends the claim
  [[nodiscard]] bool wait_until_handled(Position position, const std::stop_token& stop, Instant deadline);
  [[nodiscard]] std::vector<SubscriptionStatus> status() const;
  [[nodiscard]] detail::HandlerGate& gate_of(const void* handler) const;
  [[nodiscard]] RedriveReport redrive(std::string_view handler, std::string_view sequence, const std::stop_token& stop);
  [[nodiscard]] CircuitBreaker& breaker(std::string_view handler) const;

 private:
  enum class Phase { not_yet, running, ended };

  [[nodiscard]] std::shared_ptr<SubscriptionLoop> make_loop(RegisteredHandler& handler,
                                                            const std::shared_ptr<SubscriptionRun>& run) const;
  [[nodiscard]] RegisteredHandler& named(std::string_view handler) const;
  void prepare_failures(RegisteredHandler& handler) const;
  [[nodiscard]] std::size_t workers(const RegisteredHandler& handler) const;
  [[nodiscard]] Position stored_checkpoint(const RegisteredHandler& handler) const;
  void log_handlers() const;

  EventFeed& feed_;
  const RunnerOptions options_;
  const std::string node_ = detail::node_name();
  detail::HandledSignal signal_;
  std::atomic<Phase> phase_{Phase::not_yet};
  std::atomic<bool> claimed_{false};  // from start() or run() to the end of the run
  mutable std::mutex mutex_;          // of the two lists: read by status() while run() and add() change them
  std::vector<std::unique_ptr<RegisteredHandler>> handlers_;
  std::unique_ptr<Supervisor> last_run_;  // whose threads may not have ended
};

void Runner::Impl::add(detail::HandlerEntry entry) {
  if (claimed_) refuse("add every handler before run(), or after it returned");
  HandlerOptions& own = entry.options;
  if (own.batch == 0) own.batch = kDefaultBatch;
  if (own.name.empty()) own.name = entry.default_name;
  check_time("handler " + own.name + ": checkpoint_every", own.checkpoint_every);
  validate(own.failures);
  auto handler = std::make_unique<RegisteredHandler>();
  handler->name = own.name;
  handler->subscription = options_.group + "." + own.name;
  handler->entry = std::move(entry);
  handler->signal = &signal_;
  handler->workers = handler->entry.is_projector ? 1 : workers(*handler);
  if (handler->kind() == SubscriptionKind::local && handler->entry.options.start == StartFrom::latest) {
    refuse("projector " + handler->name +
           " is in memory and is rebuilt from the first event each time; StartFrom::latest needs a read_model()");
  }
  if (handler->entry.read_model != nullptr) {
    if (const std::string why = detail::refused_name(handler->name); !why.empty()) refuse(why);
  }
  for (const auto& other : handlers_) {
    if (other->name == handler->name) {
      refuse("two handlers are named " + handler->name + "; give one of them another HandlerOptions::name");
    }
    if (other->entry.handler == handler->entry.handler) {
      refuse("handler " + other->name + " was added again as " + handler->name + "; make another object for it");
    }
  }
  prepare_failures(*handler);
  const std::scoped_lock lock{mutex_};
  handlers_.push_back(std::move(handler));
}

// A table in memory is made anew from the first event each time: what it cannot handle stops it, nothing is parked.
void Runner::Impl::prepare_failures(RegisteredHandler& handler) const {
  handler.metrics = std::make_unique<detail::HandlerMetrics>(*options_.metrics, handler.name, handler.kind_name(),
                                                             handler.entry.table);
  detail::FailureHandling::Surroundings around;
  around.clock = options_.clock;
  around.log = options_.log;
  around.metrics = handler.metrics.get();
  around.dead_letters = handler.kind() == SubscriptionKind::local ? nullptr : options_.dead_letters;
  around.node = node_;
  handler.failures = std::make_unique<detail::FailureHandling>(handler.subscription, handler.entry.options.failures,
                                                               std::move(around));
}

std::size_t Runner::Impl::workers(const RegisteredHandler& handler) const {
  if (handler.entry.options.workers > 0) return handler.entry.options.workers;
  return handler.entry.table.is_const() ? options_.workers : 1;
}

std::shared_ptr<SubscriptionLoop> Runner::Impl::make_loop(RegisteredHandler& handler,
                                                          const std::shared_ptr<SubscriptionRun>& run) const {
  const HandlerOptions& own = handler.entry.options;
  if (handler.entry.is_projector) return std::make_shared<ProjectorLoop>(feed_, handler, run, own.batch);
  return std::make_shared<ListenerLoop>(feed_, handler, run, handler.workers,
                                        own.max_in_flight > 0 ? own.max_in_flight : options_.max_in_flight);
}

void Runner::Impl::log_handlers() const {
  if (handlers_.empty()) options_.log->log(LogLevel::warn, "runner", "runs without a handler: nothing will be handled");
  for (const auto& handler : handlers_) {
    const bool latest = handler->entry.options.start == StartFrom::latest;
    options_.log->log(
        LogLevel::info, handler->subscription, "runs",
        {{"kind", std::string{handler->kind_name()}},
         {"table", handler->entry.is_projector ? (handler->entry.read_model ? "read model" : "memory") : "none"},
         {"workers", std::to_string(handler->workers)},
         {"when_exhausted", handler->failures->parks() ? "park" : "fail_fast"},
         {"receives", received(handler->entry.table)},
         {"ignores", list(handler->entry.table.ignored())},
         {"without_checkpoint", latest ? "latest" : "beginning"}});
  }
}

// Two runs at once would share handlers, checkpoints and this object's lists.
void Runner::Impl::claim() {
  if (claimed_.exchange(true)) {
    refuse("it runs already: finish() the Running that start() returned, or end the other run(), and then begin again");
  }
}

// However a run ends: nobody waits for one that is over.
void Runner::Impl::unclaim() noexcept {
  phase_ = Phase::ended;
  signal_.moved();
  claimed_ = false;
}

// A run is about to begin: who waits until something is handled waits for it and not for the last one.
void Runner::Impl::announce() {
  for (const auto& handler : handlers_) handler->done = 0;
  phase_ = Phase::not_yet;
}

void Runner::Impl::run(const std::stop_token& stop) {
  struct AtEnd {
    Impl& self;
    ~AtEnd() { self.unclaim(); }
  };
  const AtEnd at_end{*this};
  if (last_run_) {  // handlers that did not return in time still run on their old threads
    if (!last_run_->run().wait(stop, kNever, [this] { return last_run_->ended(); })) return;
  }
  const auto context = std::make_shared<RunContext>(*options_.clock, *options_.log, options_.drain);
  log_handlers();
  auto made =
      std::make_unique<Supervisor>(feed_, options_, handlers_, context,
                                   [this](RegisteredHandler& handler, const std::shared_ptr<SubscriptionRun>& run) {
                                     return make_loop(handler, run);
                                   });
  Supervisor& supervisor = *made;
  {
    const std::scoped_lock lock{mutex_};
    std::swap(last_run_, made);
  }
  made.reset();
  for (const auto& handler : handlers_) {
    handler->done = 0;
    handler->marks.clear();
  }
  phase_ = Phase::running;
  {
    const std::stop_callback halt_too{stop, [&] { context->halt(); }};
    try {
      supervisor.start();
    } catch (...) {
      context->fail(std::current_exception());
    }
    context->wait_until_halted();
  }
  static_cast<void>(context->drain_deadline());  // counts from now
  options_.log->log(LogLevel::info, "runner", "stops: handlers in progress finish, nothing new starts");
  supervisor.wait_for_end();
  options_.log->log(LogLevel::info, "runner", "stopped");
  if (const std::exception_ptr failure = context->failure()) std::rethrow_exception(failure);
}

// Where another process is with a subscription that it has; what this one finished is known sooner.
Position Runner::Impl::stored_checkpoint(const RegisteredHandler& handler) const {
  try {
    switch (handler.kind()) {
      case SubscriptionKind::shared: return feed_.checkpoint(handler.subscription);
      case SubscriptionKind::gated:
        return handler.entry.read_model->checkpoint(handler.name).value_or(Position::start());
      case SubscriptionKind::local: break;
    }
  } catch (const Error&) {  // does not answer now; looked at again soon
  }
  return Position::start();
}

bool Runner::Impl::wait_until_handled(Position position, const std::stop_token& stop, Instant deadline) {
  std::vector<const RegisteredHandler*> waited_for;
  {
    const std::scoped_lock lock{mutex_};
    for (const auto& handler : handlers_) waited_for.push_back(handler.get());
  }
  const auto handled = [&] {
    return std::all_of(waited_for.begin(), waited_for.end(),
                       [&](const RegisteredHandler* handler) { return handler->done.load() >= position.value(); });
  };
  const auto over = [&] { return handled() || phase_ == Phase::ended; };
  Clock& clock = *options_.clock;
  for (;;) {
    const Instant look = std::min(deadline, clock.instant() + kLookElsewhere);
    if (signal_.wait(clock, stop, look, over)) return handled();
    if (stop.stop_requested() || clock.instant() >= deadline) return handled();
    std::erase_if(waited_for, [&](const RegisteredHandler* handler) {
      return handler->done.load() < position.value() && stored_checkpoint(*handler) >= position;
    });
  }
}

std::vector<SubscriptionStatus> Runner::Impl::status() const {
  const std::scoped_lock lock{mutex_};
  if (last_run_) return last_run_->status();
  std::vector<SubscriptionStatus> all;
  for (const auto& handler : handlers_) {
    SubscriptionStatus status;
    status.name = handler->subscription;
    status.kind = handler->kind_name();
    status.state = "stopped";
    all.push_back(std::move(status));
  }
  return all;
}

RegisteredHandler& Runner::Impl::named(std::string_view handler) const {
  const std::scoped_lock lock{mutex_};
  std::vector<std::string> names;
  for (const auto& registered : handlers_) {
    if (registered->name == handler) return *registered;
    names.push_back(registered->name);
  }
  throw Error{Errc::not_found, "no handler is named " + std::string{handler} + "; handlers: " + list(names)};
}

RedriveReport Runner::Impl::redrive(std::string_view handler, std::string_view sequence, const std::stop_token& stop) {
  using End = detail::RedriveResult::End;
  RegisteredHandler& registered = named(handler);
  if (registered.failures->dead_letters() == nullptr) {
    refuse("handler " + registered.name +
           " has no dead letters: a table in memory is rebuilt instead, others need RunnerOptions::dead_letters");
  }
  const detail::RedriveResult result =
      detail::Redriver{*options_.clock, *options_.log}.redrive(registered, sequence, stop);
  RedriveReport report;
  report.handled = result.handled;
  report.error = result.error;
  report.failure = result.failure;
  switch (result.end) {
    case End::finished: report.end = RedriveReport::End::finished; break;
    case End::failed: report.end = RedriveReport::End::failed; break;
    case End::not_claimed:
    case End::refused: report.end = RedriveReport::End::elsewhere; break;
    case End::stopped: report.end = RedriveReport::End::stopped; break;
  }
  return report;
}

CircuitBreaker& Runner::Impl::breaker(std::string_view handler) const { return named(handler).failures->breaker(); }

detail::HandlerGate& Runner::Impl::gate_of(const void* handler) const {
  const std::scoped_lock lock{mutex_};
  for (const auto& registered : handlers_) {
    if (registered->entry.handler == handler) return registered->gate;
  }
  refuse("read() was given a handler that was not added");
}

Runner::Runner(EventFeed& feed, RunnerOptions options) {
  if (options.group.empty()) refuse("RunnerOptions::group is empty; checkpoints are kept under it");
  if (options.workers == 0) refuse("RunnerOptions::workers is 0; at least 1 is needed");
  if (options.max_in_flight == 0) refuse("RunnerOptions::max_in_flight is 0; at least 1 is needed");
  check_time("RunnerOptions::drain", options.drain);
  if (options.look_every <= options.look_every.zero()) refuse("RunnerOptions::look_every is not positive");
  check_time("RunnerOptions::look_every", options.look_every);
  impl_ = std::make_unique<Impl>(feed, std::move(options));
}
Runner::~Runner() = default;

void Runner::add_entry(detail::HandlerEntry entry) { impl_->add(std::move(entry)); }
void Runner::run(const std::stop_token& stop) {
  impl_->claim();
  impl_->run(stop);
}
Running Runner::start() {
  impl_->claim();
  impl_->announce();
  try {
    return Running{std::make_unique<Running::Impl>([this](const std::stop_token& stop) { impl_->run(stop); })};
  } catch (...) {
    impl_->unclaim();
    throw;
  }
}
bool Runner::wait_until_handled(Position position, const std::stop_token& stop, Instant deadline) {
  return impl_->wait_until_handled(position, stop, deadline);
}
std::vector<SubscriptionStatus> Runner::status() const { return impl_->status(); }
RedriveReport Runner::redrive(std::string_view handler, std::string_view sequence, const std::stop_token& stop) {
  return impl_->redrive(handler, sequence, stop);
}
CircuitBreaker& Runner::breaker(std::string_view handler) const { return impl_->breaker(handler); }
detail::HandlerGate& Runner::gate_of(const void* handler) const { return impl_->gate_of(handler); }

detail::HandlerPause::HandlerPause(HandlerGate& gate) : gate_{gate} { gate_.pause(); }
detail::HandlerPause::~HandlerPause() { gate_.resume(); }

}  // namespace leftfold::inline v0
