// SPDX-License-Identifier: Apache-2.0
// A growing text that is written with bare pointers.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <memory>
#include <string_view>

namespace leftfold::inline v0::json {

/// Room for a text that is being written. The writer asks for room once and then stores without checks.
/// One thread at a time; keeps its memory from one text to the next.
class TextBuffer {
 public:
  [[nodiscard]] std::string_view text() const { return {begin_.get(), static_cast<std::size_t>(end_ - begin_.get())}; }
  void clear() { end_ = begin_.get(); }
  [[nodiscard]] std::size_t capacity() const { return static_cast<std::size_t>(limit_ - begin_.get()); }

  /// The end of the text, with room for `size` more bytes behind it; after storing there, call end_at.
  [[nodiscard]] char* room(std::size_t size) {
    if (static_cast<std::size_t>(limit_ - end_) < size) grow(size);
    return end_;
  }
  void end_at(char* end) { end_ = end; }
  void put(char c) {
    *room(1) = c;
    ++end_;
  }
  void put(std::string_view text) {
    std::memcpy(room(text.size()), text.data(), text.size());
    end_ += text.size();
  }

 private:
  void grow(std::size_t size) {
    const std::size_t used = text().size();
    const std::size_t capacity_now = std::max<std::size_t>(2 * (used + size), 1024);
    auto bigger = std::make_unique_for_overwrite<char[]>(capacity_now);
    if (used != 0) std::memcpy(bigger.get(), begin_.get(), used);
    begin_ = std::move(bigger);
    end_ = begin_.get() + used;
    limit_ = begin_.get() + capacity_now;
  }

  std::unique_ptr<char[]> begin_;
  char* end_ = nullptr;
  char* limit_ = nullptr;
};

}  // namespace leftfold::inline v0::json
