// SPDX-License-Identifier: Apache-2.0
// The thread behind a Running.
#pragma once

#include <exception>
#include <functional>
#include <stop_token>
#include <thread>
#include <utility>

#include <leftfold/running.h>

#include "runtime/thread_name.h"

namespace leftfold::inline v0 {

class Running::Impl {
 public:
  explicit Impl(std::function<void(const std::stop_token&)> run)
      : thread_{[this, run = std::move(run)](const std::stop_token& stop) {
          detail::name_this_thread("lf:run");
          try {
            run(stop);
          } catch (...) {
            failure_ = std::current_exception();
          }
        }} {}

  void finish() {
    thread_.request_stop();
    if (thread_.joinable()) thread_.join();
    if (failure_) std::rethrow_exception(std::exchange(failure_, nullptr));
  }

 private:
  std::exception_ptr failure_;  // the thread's until it is joined
  std::jthread thread_;
};

}  // namespace leftfold::inline v0
