// SPDX-License-Identifier: Apache-2.0
#include "cli/redriving.h"

#include <utility>

#include <leftfold/error.h>

#include "app/address.h"
#include "base/rfc3339.h"
#include "base/sleep.h"
#include "cli/confirm.h"
#include "cli/envelope.h"
#include "cli/exit_code.h"
#include "cli/numbers.h"
#include "cli/outwait.h"

namespace leftfold::inline v0::cli {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds kLookForAnswer{100};

/// Waits for `time`, or the stop.
void wait_for(std::chrono::nanoseconds time, const std::stop_token& stop) {
  (void)base::pause_until(system_clock(), system_clock().instant() + time, stop);
}

/// What became of a list of aggregates. One thread.
class Redriving {
 public:
  Redriving(Context& context, const Opened& opened, const Subscriptions& names, std::string subscription,
            const Selection& chosen, const RedrivePlan& plan)
      : context_{context},
        opened_{opened},
        subscription_{std::move(subscription)},
        handler_{names.shown(subscription_)},
        chosen_{chosen},
        plan_{plan},
        stop_{context.signals.token()},
        canary_{plan.canary && chosen.sequences.size() > 1},
        rows_{context, "redriven", {{"AGGREGATE"}, {"LETTERS", true}, {"HANDLED", true}, {"RESULT"}, {"ERROR"}}} {}

  int here(const std::string& name) {
    Runner& runner = context_.program.app->runner();
    for (const DeadSequence& each : chosen_.sequences) {
      if (!go_on()) break;
      RedriveReport report;
      const auto take = [&] {
        report = runner.redrive(name, each.sequence, stop_);
        return report.end != RedriveReport::End::elsewhere;
      };
      if (chosen_.sequences.size() > 1) take();  // one that somebody has keeps nobody from the others
      else outwait_claim(context_, opened_, subscription_, each.sequence, take);
      note(each, report);
    }
    return finish();
  }

  int by_service() {
    hint(context_, context_.program.name + " has no handler of " + subscription_ +
                       ": the service that runs it is asked to re-drive");
    Timestamp at = system_clock().now();
    for (const DeadSequence& each : chosen_.sequences) {
      if (!go_on(false)) break;
      if (!opened_.dead_letters->request_retry(subscription_, each.sequence, at)) {
        row(each, 0, "gone", {});
        ++elsewhere_;
      } else if (canary_) {
        wait_for_answer(each);
        at = system_clock().now();
      } else {
        row(each, 0, "asked", {});
        ++worked_;
        at += std::chrono::duration_cast<milliseconds>(plan_.pause);
      }
      ++tried_;
    }
    return finish();
  }

  void fail(const Error& error) { rows_.fail(code_of(error), error.what(), facts()); }

 private:
  [[nodiscard]] bool go_on(bool pause = true) {
    if (pause && tried_ > 0 && tried_ < chosen_.sequences.size()) wait_for(plan_.pause, stop_);
    return !give_up_ && !stop_.stop_requested();
  }

  void note(const DeadSequence& each, const RedriveReport& report) {
    ++tried_;
    switch (report.end) {
      case RedriveReport::End::finished:
        row(each, report.handled, "handled", {});
        ++worked_;
        canary_ = false;
        break;
      case RedriveReport::End::failed:
        row(each, report.handled, "failed again", report.error);
        failed(report.error);
        // What the handler needs is down, or nothing will work: the next ones would only fail too.
        if (report.failure == FailureClass::unavailable || report.failure == FailureClass::fatal) give_up_ = true;
        break;
      case RedriveReport::End::elsewhere:
        row(each, report.handled, "gone, or in other hands", {});
        ++elsewhere_;
        break;
      case RedriveReport::End::stopped: row(each, report.handled, "stopped", {}); break;
    }
    rows_.flush();
  }

  /// Looks until the service has re-driven the canary.
  void wait_for_answer(const DeadSequence& asked) {
    DeadLetterFilter one;
    one.subscription = subscription_;
    one.sequence = asked.sequence;
    const Instant deadline = system_clock().instant() + plan_.wait;
    while (!stop_.stop_requested()) {
      const std::vector<DeadSequence> now = opened_.dead_letters->list(one, 0, 1);
      if (now.empty()) {
        row(asked, asked.letters, "handled", {});
        ++worked_;
        canary_ = false;
        return;
      }
      const bool moved = now.front().first != asked.first;
      if (!now.front().claimed_by && now.front().redrives > (moved ? 0 : asked.redrives)) {
        row(asked, asked.letters - std::min(asked.letters, now.front().letters), "failed again",
            now.front().error_message);
        failed(now.front().error_message);
        return;
      }
      if (system_clock().instant() >= deadline) {
        throw Error{Errc::stopped,
                    "no running service re-drove \"" + asked.sequence + "\" of " + handler_ + " within " +
                        std::to_string(plan_.wait.count()) +
                        " ms, so the others were not asked for; it will be re-driven when a service with "
                        "this handler runs. To ask for all at once: --no-canary"};
      }
      wait_for(kLookForAnswer, stop_);
    }
  }

  void failed(const std::string& error) {
    ++failed_;
    if (first_error_.empty()) first_error_ = error;
    if (canary_) give_up_ = true;
  }

  void row(const DeadSequence& each, std::size_t handled, std::string_view result, const std::string& error) {
    JsonObject object;
    object.text("aggregate", each.sequence)
        .count("letters", each.letters)
        .count("handled", handled)
        .text("result", result)
        .text("error", error);
    rows_.add({each.sequence, std::to_string(each.letters), std::to_string(handled), std::string{result},
               error.empty() ? "-" : error},
              object);
  }

  [[nodiscard]] std::size_t not_tried() const { return chosen_.sequences.size() - tried_; }

  [[nodiscard]] JsonObject facts() const {
    JsonObject more;
    more.text("handler", handler_).text("subscription", subscription_).count("not_tried", not_tried());
    return more;
  }

  int finish() {
    const std::size_t left = not_tried();
    if (failed_ > 0) {
      std::string message =
          std::to_string(failed_) + " of " + counted(tried_, "aggregate") + " of " + handler_ + " failed again";
      if (left > 0) message += ", " + std::to_string(left) + " were not tried" + (canary_ ? " (canary)" : "");
      throw Error{Errc::handler_failed, message + "; all that failed stay parked: " + first_error_};
    }
    if (stop_.stop_requested() && left > 0) {
      rows_.finish(facts());
      return kSignal + context_.signals.received();
    }
    if (worked_ == 0 && elsewhere_ > 0) {
      throw Error{Errc::fenced, "nothing of " + handler_ +
                                    " was re-driven: it is gone, or another re-drive has it; see: " +
                                    context_.program.name + " dlq ls --handler " + handler_};
    }
    rows_.finish(facts());
    return kSuccess;
  }

  Context& context_;
  const Opened& opened_;
  const std::string subscription_;
  const std::string handler_;
  const Selection& chosen_;
  const RedrivePlan& plan_;
  const std::stop_token stop_;
  bool canary_;  // nothing has worked yet, and something has to before the others are touched
  Rows rows_;
  bool give_up_ = false;
  std::size_t tried_ = 0;
  std::size_t worked_ = 0;
  std::size_t failed_ = 0;
  std::size_t elsewhere_ = 0;
  std::string first_error_;
};

}  // namespace

RedrivePlan read_redrive_plan(const Flags& flags) {
  RedrivePlan plan;
  plan.canary = flags.count("--no-canary") == 0;
  if (flags.count("--rate") > 0) {
    const std::int64_t rate = positive_number(flags, "--rate", "/s", 1'000'000, "aggregates a second, such as 10/s");
    plan.pause = std::chrono::nanoseconds{std::chrono::seconds{1}} / rate;
  }
  if (flags.count("--wait") > 0) {
    Setting wait;
    wait.name = "wait";
    wait.value = flags.value("--wait");
    wait.origin = "flag --wait";
    wait.allowed = "a duration such as 500ms, 10s or 5m, at most 24h";
    plan.wait = app::duration_value(wait);
  }
  return plan;
}

int redrive(Context& context, const Opened& opened, const Subscriptions& names, const std::string& subscription,
            const Selection& chosen, const RedrivePlan& plan) {
  Redriving redriving{context, opened, names, subscription, chosen, plan};
  const HandlerInfo* const own = names.handler(subscription);
  try {
    return own != nullptr ? redriving.here(own->name) : redriving.by_service();
  } catch (const Error& error) {
    redriving.fail(error);
    throw;
  }
}

}  // namespace leftfold::inline v0::cli
