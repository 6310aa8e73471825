// SPDX-License-Identifier: Apache-2.0
#include "runtime/publisher/shard_search.h"

#include <utility>

#include "runtime/thread_name.h"

namespace leftfold::inline v0::runtime {

ShardAnswer ask_now(ChangeStream& changes, const std::optional<ShardName>& parent) noexcept {
  ShardAnswer answer;
  try {
    answer.parent = parent;
    if (parent) answer.list = {parent->stream, changes.children(parent->stream, parent->shard)};
    else answer.list = changes.shards();
  } catch (...) {
    answer.failure = std::current_exception();
  }
  return answer;
}

ShardSearchThread::ShardSearchThread(ChangeStream& changes, Clock& clock, std::function<void()> answered)
    : changes_{changes}, clock_{clock}, answered_{std::move(answered)}, thread_{[this](const std::stop_token& stop) {
        detail::name_this_thread("lf:search");
        run(stop);
      }} {}

void ShardSearchThread::run(const std::stop_token& stop) {
  for (;;) {
    std::optional<ShardName> parent;
    {
      std::unique_lock lock{mutex_};
      if (!clock_.wait_until(lock, asked_, stop, kNever, [&] { return !questions_.empty(); })) return;
      parent = std::move(questions_.front());
      questions_.pop_front();
    }
    ShardAnswer answer = ask_now(changes_, parent);
    if (stop.stop_requested()) return;
    {
      const std::scoped_lock lock{mutex_};
      answers_.push_back(std::move(answer));
    }
    answered_();
  }
}

void ShardSearchThread::ask(std::optional<ShardName> parent) {
  const std::scoped_lock lock{mutex_};
  questions_.push_back(std::move(parent));
  asked_.notify_all();
}

std::vector<ShardAnswer> ShardSearchThread::take_answers() {
  const std::scoped_lock lock{mutex_};
  return std::exchange(answers_, {});
}

}  // namespace leftfold::inline v0::runtime
