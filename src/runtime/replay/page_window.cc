// SPDX-License-Identifier: Apache-2.0
#include "runtime/replay/page_window.h"

#include <algorithm>
#include <utility>

namespace leftfold::inline v0::runtime {

bool PageWindow::wait_for_room(std::uint64_t number, const std::stop_token& stop) {
  std::unique_lock lock{mutex_};
  return changed_.wait(lock, stop, [&] { return failure_ != nullptr || has_room(number); }) && failure_ == nullptr &&
         !stop.stop_requested();
}

void PageWindow::keep(std::uint64_t number, Page page) {
  const auto at = static_cast<std::size_t>(number - first_);
  if (pages_.size() <= at) pages_.resize(at + 1);
  pages_[at] = std::move(page);
  changed_.notify_all();
}

void PageWindow::put(std::uint64_t number, Page page) {
  const std::scoped_lock lock{mutex_};
  keep(number, std::move(page));
}

bool PageWindow::push(Page page, const std::stop_token& stop) {
  std::unique_lock lock{mutex_};
  const bool room = changed_.wait(lock, stop, [&] { return failure_ != nullptr || has_room(pushed_); });
  if (!room || failure_ != nullptr || stop.stop_requested()) return false;
  keep(pushed_++, std::move(page));
  return true;
}

void PageWindow::end_at(std::uint64_t pages) {
  const std::scoped_lock lock{mutex_};
  end_ = pages;
  changed_.notify_all();
}

void PageWindow::end() {
  const std::scoped_lock lock{mutex_};
  end_ = pushed_;
  changed_.notify_all();
}

void PageWindow::fail(std::exception_ptr failure) noexcept {
  const std::scoped_lock lock{mutex_};
  if (failure_ == nullptr) failure_ = std::move(failure);
  changed_.notify_all();
}

PageWindow::Page PageWindow::take(std::size_t consumer, const std::stop_token& stop) {
  std::unique_lock lock{mutex_};
  std::uint64_t& next = next_[consumer];
  const auto here = [&] {
    return next >= first_ && next - first_ < pages_.size() &&
           pages_[static_cast<std::size_t>(next - first_)] != nullptr;
  };
  const bool ready = changed_.wait(lock, stop, [&] { return failure_ != nullptr || next >= end_ || here(); });
  if (!ready || failure_ != nullptr || stop.stop_requested() || next >= end_) return nullptr;
  Page page = pages_[static_cast<std::size_t>(next - first_)];
  ++next;
  drop_taken();
  return page;
}

void PageWindow::drop_taken() {
  const std::uint64_t slowest = *std::min_element(next_.begin(), next_.end());
  if (slowest == first_) return;
  for (; first_ < slowest; ++first_) pages_.pop_front();
  changed_.notify_all();
}

std::exception_ptr PageWindow::failure() const {
  const std::scoped_lock lock{mutex_};
  return failure_;
}

bool PageWindow::all_taken() const {
  const std::scoped_lock lock{mutex_};
  return std::all_of(next_.begin(), next_.end(), [this](std::uint64_t next) { return next == end_; });
}

}  // namespace leftfold::inline v0::runtime
