// SPDX-License-Identifier: Apache-2.0
// Where a thread's statements on a read model go while it has a transaction on the shadow.
#pragma once

#include <atomic>
#include <map>
#include <memory>
#include <mutex>
#include <thread>
#include <utility>

namespace leftfold::inline v0::sqlite {

class ReadModelFile;

/// Threads that are sent elsewhere. Any thread.
class ThreadFiles {
 public:
  /// Sends the thread that made it to `file` until it is destroyed, by the same thread.
  class Redirect {
   public:
    Redirect() = default;
    Redirect(std::shared_ptr<ThreadFiles> files, std::shared_ptr<ReadModelFile> file) : files_{std::move(files)} {
      files_->set(std::move(file));
    }
    Redirect(Redirect&&) noexcept = default;
    Redirect& operator=(Redirect&& other) noexcept {
      std::swap(files_, other.files_);
      return *this;
    }
    Redirect(const Redirect&) = delete;
    Redirect& operator=(const Redirect&) = delete;
    ~Redirect() { end(); }
    void end() noexcept {
      if (const auto files = std::exchange(files_, nullptr)) files->forget();
    }

   private:
    std::shared_ptr<ThreadFiles> files_;
  };

  /// Where this thread was sent; null: nowhere.
  [[nodiscard]] std::shared_ptr<ReadModelFile> here() const {
    if (count_.load(std::memory_order_relaxed) == 0) return nullptr;  // this thread's own redirect it sees
    const std::lock_guard lock{mutex_};
    const auto at = files_.find(std::this_thread::get_id());
    return at == files_.end() ? nullptr : at->second;
  }

 private:
  void set(std::shared_ptr<ReadModelFile> file) {
    const std::lock_guard lock{mutex_};
    files_.insert_or_assign(std::this_thread::get_id(), std::move(file));
    count_ = files_.size();
  }
  void forget() noexcept {
    const std::lock_guard lock{mutex_};
    files_.erase(std::this_thread::get_id());
    count_ = files_.size();
  }

  std::atomic<std::size_t> count_{0};
  mutable std::mutex mutex_;
  std::map<std::thread::id, std::shared_ptr<ReadModelFile>> files_;
};

}  // namespace leftfold::inline v0::sqlite
