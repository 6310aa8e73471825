// SPDX-License-Identifier: Apache-2.0
#include "runtime/publisher/flusher.h"

#include <utility>

#include <leftfold/error.h>

#include "base/sleep.h"
#include "runtime/publisher/backoff.h"
#include "runtime/thread_name.h"

namespace leftfold::inline v0::runtime {
namespace {

using std::chrono::milliseconds;
constexpr milliseconds kRetry{100};
constexpr milliseconds kLongestRetry{5'000};

}  // namespace

Flusher::Flusher(CursorStore& cursors, std::string publisher,
                 std::function<void(const std::vector<HoldProgress>&)> stored, std::function<void()> idle, Clock& clock,
                 Logger& log)
    : cursors_{cursors},
      publisher_{std::move(publisher)},
      stored_{std::move(stored)},
      idle_{std::move(idle)},
      clock_{clock},
      log_{log},
      thread_{[this](const std::stop_token& stop) {
        detail::name_this_thread("lf:flush");
        try {
          run(stop);
        } catch (...) {
          const std::scoped_lock lock{mutex_};
          ended_ = std::current_exception();
          busy_ = false;
          changed_.notify_all();
        }
        idle_();
      }} {}

void Flusher::run(const std::stop_token& stop) {
  for (;;) {
    Flush flush;
    {
      std::unique_lock lock{mutex_};
      if (!clock_.wait_until(lock, changed_, stop, kNever, [&] { return flush_.has_value(); })) return;
      flush = std::move(*std::exchange(flush_, std::nullopt));
    }
    if (!store(flush, stop)) return;
    {
      const std::scoped_lock lock{mutex_};
      busy_ = false;
      failure_.clear();
      changed_.notify_all();
    }
    idle_();
  }
}

bool Flusher::store(const Flush& flush, const std::stop_token& stop) {
  Backoff backoff{kRetry, kLongestRetry};
  FailureNotes notes{clock_, log_};
  for (;;) {
    try {
      if (!flush.cursors.empty()) cursors_.advance(flush.cursors);
      stored_(flush.progress);
      notes.recovered("cursors are stored again", publisher_);
      return true;
    } catch (const Error& error) {
      if (!mends_itself(error)) throw;
      notes.failed("cursors cannot be stored; trying again", publisher_, error.what());
      const std::scoped_lock lock{mutex_};
      failure_ = error.what();
    }
    if (!base::pause_until(clock_, clock_.instant() + backoff.next(), stop)) return false;
  }
}

bool Flusher::take(Flush&& flush) {
  const std::scoped_lock lock{mutex_};
  if (ended_) std::rethrow_exception(ended_);
  if (busy_) return false;
  flush_ = std::move(flush);
  busy_ = true;
  changed_.notify_all();
  return true;
}

bool Flusher::idle() const {
  const std::scoped_lock lock{mutex_};
  return !busy_;
}

bool Flusher::finish(Instant deadline) {
  bool stored = false;
  {
    std::unique_lock lock{mutex_};
    stored = clock_.wait_until(lock, changed_, {}, deadline, [&] { return !busy_; }) && !ended_;
  }
  thread_.request_stop();
  if (thread_.joinable()) thread_.join();
  return stored;
}

std::string Flusher::failure() const {
  const std::scoped_lock lock{mutex_};
  return failure_;
}

}  // namespace leftfold::inline v0::runtime
