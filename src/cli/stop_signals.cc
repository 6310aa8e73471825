// SPDX-License-Identifier: Apache-2.0
#include "cli/stop_signals.h"

#include <fcntl.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstdint>
#include <ctime>
#include <system_error>

#include <leftfold/error.h>

#include "cli/exit_code.h"

namespace leftfold::inline v0::cli {
namespace {

// What the handler may touch: lock-free atomics and file descriptors (POSIX signal-safety).
std::atomic<int> first_signal{0};
std::atomic<int> write_end{-1};
std::atomic<std::int64_t> first_at_ms{0};
static_assert(std::atomic<std::int64_t>::is_always_lock_free);
static_assert(std::atomic<int>::is_always_lock_free);

constexpr char kStop = 's';
constexpr char kEnd = 'e';

void tell(char what) noexcept {
  const int saved = errno;
  while (::write(write_end.load(), &what, 1) < 0 && errno == EINTR) {
  }
  errno = saved;
}

// timeout(1) and terminals send a signal to the process and to its group, so it arrives twice at once.
constexpr std::int64_t kSameRequestMs = 100;

std::int64_t now_ms() noexcept {
  timespec now{};
  clock_gettime(CLOCK_MONOTONIC, &now);  // POSIX signal-safe, and no matter of the program's own time
  return std::int64_t{now.tv_sec} * 1000 + now.tv_nsec / 1'000'000;
}

extern "C" void leftfold_cli_on_signal(int signal) {
  int first = 0;
  if (first_signal.compare_exchange_strong(first, signal)) {
    first_at_ms = now_ms();
    return tell(kStop);
  }
  const bool same_request = first == signal && now_ms() - first_at_ms.load() < kSameRequestMs;
  if (!same_request) _exit(kSignal + signal);
}

/// Installs the handler unless the signal is ignored; returns what was there.
struct sigaction install(int signal) noexcept {
  struct sigaction before{};
  sigaction(signal, nullptr, &before);
  if (before.sa_handler == SIG_IGN) return before;
  struct sigaction handler{};
  handler.sa_handler = leftfold_cli_on_signal;
  handler.sa_flags = SA_RESTART;  // the stop reaches waits through the token, so no call needs to be interrupted
  sigemptyset(&handler.sa_mask);
  sigaction(signal, &handler, nullptr);
  return before;
}

}  // namespace

StopSignals::StopSignals() {
  int ends[2] = {-1, -1};
  if (pipe2(ends, O_CLOEXEC) != 0) {
    throw Error{Errc::unavailable,
                "cannot make a pipe for signals: " + std::error_code{errno, std::generic_category()}.message()};
  }
  read_end_ = ends[0];
  write_end = ends[1];
  first_signal = 0;
  first_at_ms = now_ms();
  try {
    watcher_ = std::jthread{[this] { watch(); }};
  } catch (const std::system_error& error) {
    close_pipe();
    throw Error{Errc::unavailable, std::string{"cannot start a thread for signals: "} + error.what()};
  }
  before_int_ = install(SIGINT);
  before_term_ = install(SIGTERM);
}

StopSignals::~StopSignals() {
  sigaction(SIGINT, &before_int_, nullptr);
  sigaction(SIGTERM, &before_term_, nullptr);
  tell(kEnd);
  watcher_.join();
  close_pipe();
}

int StopSignals::received() const noexcept { return first_signal.load(); }

void StopSignals::watch() noexcept {
  for (;;) {
    char what = kEnd;
    const ssize_t got = ::read(read_end_, &what, 1);
    if (got < 0 && errno == EINTR) continue;
    if (got != 1 || what == kEnd) return;
    source_.request_stop();
  }
}

void StopSignals::close_pipe() noexcept {
  ::close(read_end_);
  ::close(write_end.exchange(-1));
}

}  // namespace leftfold::inline v0::cli
