// SPDX-License-Identifier: Apache-2.0
// A Runner on a thread of its own.
#pragma once

#include <memory>

namespace leftfold::inline v0 {

/// A run that Runner::start() or App::start() began; it ends with finish() or with this object.
///
///     leftfold::Running handlers = app.start();
///     ...                                  // commands; Runner::wait_until_handled
///     handlers.finish();                   // or let it go out of scope
///
/// One thread at a time. The Runner must outlive it.
class [[nodiscard]] Running {
 public:
  Running(Running&&) noexcept;
  /// Ends the run it had, as the destructor does.
  Running& operator=(Running&&) noexcept;
  /// Requests the stop and waits until the handlers have drained. A failure that finish() did not report is in the log.
  ~Running();

  /// Requests the stop and waits until the handlers have drained; nothing more when that was done before.
  /// Throws what Runner::run threw, once.
  void finish();

 private:
  friend class Runner;
  class Impl;
  explicit Running(std::unique_ptr<Impl> impl) noexcept;
  std::unique_ptr<Impl> impl_;
};

}  // namespace leftfold::inline v0
