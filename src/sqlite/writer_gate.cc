// SPDX-License-Identifier: Apache-2.0
#include "sqlite/writer_gate.h"

#include <string>

#include <leftfold/error.h>

namespace leftfold::inline v0::sqlite {

void WriterGate::Hold::leave() noexcept {
  if (WriterGate* gate = std::exchange(gate_, nullptr)) gate->leave();
}

void WriterGate::check_not_held_here(std::string_view file) const {
  if (!held_here()) return;
  throw Error{
      Errc::invalid_argument,
      std::string{file} +
          ": this thread has a read model's transaction open on the file and would wait for itself; append after "
          "the transaction (in a Listener, not a Projector), and use one SqliteReadModel object for a file"};
}

WriterGate::Hold WriterGate::enter(std::chrono::milliseconds timeout, std::string_view file) {
  check_not_held_here(file);
  std::unique_lock lock{mutex_};
  if (taken_) {
    const auto self = waiters_.emplace(waiters_.end());
    if (!self->signal.wait_for(lock, timeout, [&] { return self->granted; })) {
      waiters_.erase(self);
      throw Error{Errc::unavailable,
                  std::string{file} + ": a transaction of this process has held the write lock for " +
                      std::to_string(timeout.count()) + " ms; keep read model transactions short, then try again"};
    }
    waiters_.erase(self);
  }
  taken_ = true;
  holder_.store(std::this_thread::get_id());
  return Hold{*this};
}

void WriterGate::leave() noexcept {
  const std::lock_guard lock{mutex_};
  holder_.store(std::thread::id{});
  if (waiters_.empty()) {
    taken_ = false;
    return;
  }
  // Handed over directly: taken_ stays true, so nobody who comes now can be faster. Notified under the lock, because
  // the waiter owns the condition variable.
  for (Waiter& waiter : waiters_) {
    if (!waiter.granted) {
      waiter.granted = true;
      waiter.signal.notify_one();
      return;
    }
  }
}

}  // namespace leftfold::inline v0::sqlite
