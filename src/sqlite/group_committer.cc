// SPDX-License-Identifier: Apache-2.0
#include "sqlite/group_committer.h"

#include <pthread.h>

#include <algorithm>
#include <exception>
#include <new>
#include <string>
#include <utility>

namespace leftfold::inline v0::sqlite {
namespace {

Error as_error(const std::exception& failure) {
  if (const auto* error = dynamic_cast<const Error*>(&failure)) return *error;
  if (dynamic_cast<const std::bad_alloc*>(&failure) != nullptr) {
    return Error{Errc::unavailable, "SQLite store: out of memory while appending; nothing was stored"};
  }
  return Error{Errc::internal, std::string{"SQLite store: append: "} + failure.what()};
}

/// Whether one request may be the reason, so that the others should not suffer from it.
bool may_be_one_request(const Error& error) {
  return error.code() == Errc::invalid_argument || error.code() == Errc::corrupt || error.code() == Errc::internal;
}

}  // namespace

GroupCommitter::GroupCommitter(EventWriter& writer, CommitSignal& commits, std::size_t max_events)
    : writer_{writer}, commits_{commits}, max_events_{std::max<std::size_t>(max_events, 1)} {}

GroupCommitter::~GroupCommitter() {
  {
    const std::lock_guard lock{mutex_};
    ending_ = true;
  }
  thread_signal_.notify_one();
}

AppendResult GroupCommitter::append(const AppendRequest& request) {
  Pending pending;
  pending.request = &request;
  std::shared_ptr<Group> group;
  bool first = false;
  {
    const std::lock_guard lock{mutex_};
    group = enqueue(pending);
    first = !std::exchange(leading_, true);
  }
  if (first) {
    lead(&pending);
  } else {
    while (group->done.load(std::memory_order_acquire) == 0) group->done.wait(0, std::memory_order_acquire);
  }
  if (const Error* error = std::get_if<Error>(&pending.outcome)) throw Error{*error};
  return std::get<AppendResult>(std::move(pending.outcome));
}

std::future<AppendResult> GroupCommitter::append_async(AppendRequest request, std::optional<Timestamp> recorded_at) {
  auto deferred = std::make_unique<Deferred>();
  deferred->own = std::move(request);
  deferred->request = &deferred->own;
  deferred->recorded_at = recorded_at;
  std::future<AppendResult> result = deferred->promise.get_future();
  std::unique_lock lock{mutex_};
  Pending& pending = *deferred;
  (void)enqueue(pending, std::move(deferred));
  if (!std::exchange(leading_, true)) hand_over(lock);
  return result;
}

/// With the lock held: adds the request, and its owner if nobody waits in it, to the last group that is still open.
std::shared_ptr<GroupCommitter::Group> GroupCommitter::enqueue(Pending& pending, std::unique_ptr<Deferred> owner) {
  const std::size_t events = std::max<std::size_t>(pending.request->events.size(), 1);
  if (queue_.empty() || queue_.back()->events + events > max_events_) queue_.push_back(std::make_shared<Group>());
  Group& group = *queue_.back();
  group.members.push_back(&pending);
  try {
    if (owner) group.deferred.push_back(std::move(owner));
  } catch (...) {
    group.members.pop_back();
    throw;
  }
  group.events += events;
  return queue_.back();
}

/// Commits until the caller's own request is done (null: until the queue is empty), then passes the lead on.
void GroupCommitter::lead(const Pending* own) {
  for (;;) {
    commit_some();
    std::unique_lock lock{mutex_};
    if (queue_.empty()) {
      leading_ = false;
      return;
    }
    if (own != nullptr && own->done) return hand_over(lock);
  }
}

/// Makes the committer thread the leader; without a thread the caller stays it.
void GroupCommitter::hand_over(std::unique_lock<std::mutex>& lock) {
  try {
    if (!thread_.joinable()) thread_ = std::jthread{[this] { run_thread(); }};
  } catch (const std::exception&) {  // no thread or no memory to be had
    lock.unlock();
    return lead(nullptr);
  }
  thread_leads_ = true;
  lock.unlock();
  thread_signal_.notify_one();
}

void GroupCommitter::run_thread() {
  pthread_setname_np(pthread_self(), "lf:commit");
  std::unique_lock lock{mutex_};
  for (;;) {
    thread_signal_.wait(lock, [this] { return thread_leads_ || ending_; });
    if (!std::exchange(thread_leads_, false)) return;
    lock.unlock();
    lead(nullptr);
    lock.lock();
  }
}

/// Takes what waits, as far as it fits the commit. Returns false when nothing was taken.
bool GroupCommitter::take(Groups& into, std::size_t& events) {
  const std::lock_guard lock{mutex_};
  const std::size_t before = into.size();
  while (!queue_.empty() && (events == 0 || events + queue_.front()->events <= max_events_)) {
    events += queue_.front()->events;
    into.push_back(std::move(queue_.front()));
    queue_.pop_front();
  }
  return into.size() != before;
}

void GroupCommitter::commit_some() {
  Groups groups;
  try {
    writer_.begin();
    commit_together(groups);
  } catch (const std::exception& failure) {  // of begin: everybody in the queue would wait for the same thing
    for (std::size_t events = 0; take(groups, events); events = 0) {
    }
    settle(groups, as_error(failure));
    complete(groups);
    return;
  }
  complete(groups);
  commits_.notify();  // before finish(), which may move the log into the file
  writer_.finish();
}

/// What arrives while the first requests are being inserted shares their commit: the queue is looked at until it is
/// empty.
void GroupCommitter::commit_together(Groups& groups) {
  try {
    std::size_t events = 0;
    std::size_t applied = 0;
    while (take(groups, events)) {
      for (; applied < groups.size(); ++applied) {
        for (Pending* pending : groups[applied]->members) {
          pending->outcome = writer_.apply(*pending->request, pending->recorded_at);
        }
      }
    }
  } catch (const std::exception& failure) {
    writer_.undo();
    const Error error = as_error(failure);
    if (may_be_one_request(error)) return commit_one_by_one(groups);
    return settle(groups, error);
  }
  try {
    writer_.commit();
  } catch (const std::exception& failure) {
    settle(groups, as_error(failure));
  }
}

void GroupCommitter::commit_one_by_one(const Groups& groups) {
  for (const auto& group : groups) {
    for (Pending* pending : group->members) {
      try {
        writer_.begin();
        pending->outcome = writer_.apply(*pending->request, pending->recorded_at);
        writer_.commit();
        writer_.finish();
      } catch (const std::exception& failure) {
        writer_.undo();
        pending->outcome = as_error(failure);
      }
    }
  }
}

/// Gives all requests of a failed commit their error. One that stored nothing anyway is never in doubt.
void GroupCommitter::settle(const Groups& groups, const Error& error) {
  for (const auto& group : groups) {
    for (Pending* pending : group->members) {
      const auto* result = std::get_if<AppendResult>(&pending->outcome);
      const auto* appended = result != nullptr ? std::get_if<Appended>(result) : nullptr;
      const bool stored_nothing = result != nullptr && (appended == nullptr || appended->repeated);
      if (error.code() == Errc::in_doubt && stored_nothing) {
        pending->outcome = Error{Errc::unavailable, error.what()};
      } else {
        pending->outcome = error;
      }
    }
  }
}

void GroupCommitter::complete(const Groups& groups) {
  for (const auto& group : groups) {
    for (Pending* pending : group->members) pending->done = true;
    for (const auto& deferred : group->deferred) {
      if (const Error* error = std::get_if<Error>(&deferred->outcome)) {
        deferred->promise.set_exception(std::make_exception_ptr(*error));
      } else {
        deferred->promise.set_value(std::get<AppendResult>(std::move(deferred->outcome)));
      }
    }
    group->done.store(1, std::memory_order_release);  // from here on the waiting threads' requests are gone
    group->done.notify_all();
  }
}

}  // namespace leftfold::inline v0::sqlite
