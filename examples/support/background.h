// The handlers of an App on a thread of their own, for commands that write and then wait until it has been handled.
#pragma once

#include <exception>
#include <thread>
#include <utility>

#include <leftfold/app.h>

namespace examples {

/// Runs app.run() from construction until finish() or destruction. One thread at a time; the App must outlive it.
class Background {
 public:
  explicit Background(leftfold::App& app)
      : thread_{[this, &app](const std::stop_token& stop) {
          try {
            app.run(stop);
          } catch (...) {
            failure_ = std::current_exception();
          }
        }} {}
  Background(const Background&) = delete;
  Background& operator=(const Background&) = delete;
  ~Background() = default;  // the thread is asked to stop, drains and is joined

  /// Stops the handlers and waits until they have drained. Throws what run() threw.
  void finish() {
    thread_.request_stop();
    if (thread_.joinable()) thread_.join();
    if (failure_) std::rethrow_exception(std::exchange(failure_, nullptr));
  }

 private:
  std::exception_ptr failure_;
  std::jthread thread_;
};

}  // namespace examples
