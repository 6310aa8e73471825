// SPDX-License-Identifier: Apache-2.0
// SIGINT and SIGTERM as a stop token.
#pragma once

#include <csignal>
#include <stop_token>
#include <thread>

namespace leftfold::inline v0::cli {

/// While it exists, the first SIGINT or SIGTERM requests a stop, and a second one ends the process at once with 128
/// plus its number (the same one within 100 ms is one request that arrived twice). A signal that was ignored before
/// (nohup, a shell's background job) stays ignored. The destructor brings the former dispositions back. The handler
/// only writes to a pipe; a thread of its own reads there and requests the stop, because a stop runs callbacks that a
/// signal handler must not. One object at a time.
class StopSignals {
 public:
  /// Throws Error(unavailable) when the system has no pipe or thread left.
  StopSignals();
  ~StopSignals();
  StopSignals(const StopSignals&) = delete;
  StopSignals& operator=(const StopSignals&) = delete;

  [[nodiscard]] std::stop_token token() const noexcept { return source_.get_token(); }
  /// The signal that came, or 0.
  [[nodiscard]] int received() const noexcept;

 private:
  void watch() noexcept;
  void close_pipe() noexcept;

  std::stop_source source_;
  int read_end_ = -1;
  struct sigaction before_int_{};
  struct sigaction before_term_{};
  std::jthread watcher_;  // ends when the pipe says so, not by its token: it waits in read()
};

}  // namespace leftfold::inline v0::cli
