// SPDX-License-Identifier: Apache-2.0
// Stores cursors and then checkpoints, beside the publishing.
#pragma once

#include <condition_variable>
#include <exception>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include <leftfold/clock.h>
#include <leftfold/cursor_store.h>
#include <leftfold/log.h>

#include "runtime/publisher/hold.h"

namespace leftfold::inline v0::runtime {

/// What was acknowledged since the last one. Plain value.
struct Flush {
  std::vector<PublishCursor> cursors;
  std::vector<HoldProgress> progress;
};

/// One flush at a time, in this order always: its cursors, then its progress. Were a checkpoint stored first, a crash
/// in between would leave cursors behind that no change moves any more, and every later event of these aggregates would
/// publish them again. A store that does not answer is asked until it does; later flushes wait.
/// The thread of run(), but failure() any.
class Flusher {
 public:
  /// `stored` is called on the flusher's thread with a flush's progress once its cursors are stored; `idle` after each
  /// flush.
  Flusher(CursorStore& cursors, std::string publisher, std::function<void(const std::vector<HoldProgress>&)> stored,
          std::function<void()> idle, Clock& clock, Logger& log);

  /// False when the flush before is not stored yet; then `flush` was not looked at. Throws what does not mend itself.
  [[nodiscard]] bool take(Flush&& flush);
  [[nodiscard]] bool idle() const;
  /// Waits until it is idle, at most until `deadline`, and ends the thread. Returns whether all is stored.
  bool finish(Instant deadline);
  /// Why the flush in progress is not stored yet; empty when it is or was not tried.
  [[nodiscard]] std::string failure() const;

 private:
  void run(const std::stop_token& stop);
  bool store(const Flush& flush, const std::stop_token& stop);

  CursorStore& cursors_;
  const std::string publisher_;
  const std::function<void(const std::vector<HoldProgress>&)> stored_;
  const std::function<void()> idle_;
  Clock& clock_;
  Logger& log_;
  mutable std::mutex mutex_;  // of what follows
  std::condition_variable_any changed_;
  std::optional<Flush> flush_;
  bool busy_ = false;
  std::string failure_;
  std::exception_ptr ended_;
  std::jthread thread_;
};

}  // namespace leftfold::inline v0::runtime
