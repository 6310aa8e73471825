// SPDX-License-Identifier: Apache-2.0
#include <leftfold/event_page.h>

#include <algorithm>
#include <cstring>

namespace leftfold::inline v0 {

namespace {

// Room for about 50 typical events; a page that knows better calls reserve().
constexpr std::size_t kBlockBytes = std::size_t{16} * 1024;

}  // namespace

void EventPage::reserve(std::size_t events, std::size_t text_bytes) {
  events_.reserve(events_.size() + events);
  if (text_bytes <= free_bytes_) return;
  blocks_.push_back(std::make_unique_for_overwrite<char[]>(text_bytes));
  free_ = blocks_.back().get();
  free_bytes_ = text_bytes;
}

void EventPage::add(const RecordedEvent& event) {
  // One piece of memory an event: a handler's cache lines lie together, and a failed allocation changes nothing.
  const std::size_t bytes =
      event.aggregate_id.size() + event.type.size() + event.payload.size() + event.metadata.size();
  if (bytes > free_bytes_) {
    const std::size_t block = std::max(bytes, kBlockBytes);
    blocks_.push_back(std::make_unique_for_overwrite<char[]>(block));
    free_ = blocks_.back().get();
    free_bytes_ = block;
  }
  RecordedEvent& kept = events_.emplace_back(event);
  kept.aggregate_id = keep(event.aggregate_id);
  kept.type = keep(event.type);
  kept.payload = keep(event.payload);
  kept.metadata = keep(event.metadata);
}

std::string_view EventPage::keep(std::string_view text) {
  if (text.empty()) return {};
  std::memcpy(free_, text.data(), text.size());
  const std::string_view kept{free_, text.size()};
  free_ += text.size();
  free_bytes_ -= text.size();
  return kept;
}

}  // namespace leftfold::inline v0
