// SPDX-License-Identifier: Apache-2.0
// A change stream in memory: shards, records and misfortunes as a test says.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <leftfold/change_stream.h>
#include <leftfold/error.h>
#include <leftfold/event_copy.h>

namespace leftfold::test_support {

/// Sequences are decimal numbers that grow through the whole stream. Any thread.
class MemoryStream final : public ChangeStream {
 public:
  explicit MemoryStream(std::string label = "stream-1") : label_{std::move(label)} {}

  // --- what a store does

  void add_shard(const std::string& id, const std::string& parent = "") {
    const std::scoped_lock lock{mutex_};
    shards_[{label_, id}].parent = parent;
  }
  void put(const std::string& shard, const RecordedEvent& event) {
    const std::scoped_lock lock{mutex_};
    shards_.at({label_, shard}).records.push_back({++last_, {EventCopy{event}}, {}});
  }
  /// Several events of one item.
  void put(const std::string& shard, std::vector<EventCopy> events) {
    const std::scoped_lock lock{mutex_};
    shards_.at({label_, shard}).records.push_back({++last_, std::move(events), {}});
  }
  void close(const std::string& shard) {
    const std::scoped_lock lock{mutex_};
    shards_.at({label_, shard}).closed = true;
  }
  /// Closes a shard and opens its children.
  void split(const std::string& parent, const std::vector<std::string>& children) {
    const std::scoped_lock lock{mutex_};
    shards_.at({label_, parent}).closed = true;
    for (const std::string& child : children) shards_[{label_, child}].parent = parent;
  }
  /// Deletes the oldest records of a shard, at most `records`.
  void trim(const std::string& shard, std::size_t records = SIZE_MAX) {
    const std::scoped_lock lock{mutex_};
    Data& data = shards_.at({label_, shard});
    for (; records > 0 && !data.records.empty(); --records) {
      data.trimmed = data.records.front().sequence;
      data.records.pop_front();
    }
  }
  /// Deletes a shard with all that is in it.
  void remove(const std::string& shard) {
    const std::scoped_lock lock{mutex_};
    shards_.erase({label_, shard});
  }
  /// Disabled, and enabled again: all shards close, and the new stream has none yet.
  void relabel(const std::string& label) {
    const std::scoped_lock lock{mutex_};
    for (auto& [name, data] : shards_) data.closed = true;
    label_ = label;
  }

  // --- what goes wrong

  /// Listings leave this shard out, or name it again.
  void hide(const std::string& shard, bool hidden = true) {
    const std::scoped_lock lock{mutex_};
    shards_.at({label_, shard}).hidden = hidden;
  }
  /// The next reads of this shard bring nothing.
  void empty_pages(const std::string& shard, int pages) {
    const std::scoped_lock lock{mutex_};
    shards_.at({label_, shard}).empty_pages = pages;
  }
  /// The newest page of the shard comes again after each page.
  void repeat_pages(const std::string& shard) {
    const std::scoped_lock lock{mutex_};
    shards_.at({label_, shard}).repeats = true;
  }
  void fail_reads(Errc code, int reads) {
    const std::scoped_lock lock{mutex_};
    read_failure_ = code;
    failing_reads_ = reads;
  }
  void fail_lists(Errc code, int lists) {
    const std::scoped_lock lock{mutex_};
    list_failure_ = code;
    failing_lists_ = lists;
  }
  void be_behind(std::chrono::milliseconds behind) {
    const std::scoped_lock lock{mutex_};
    behind_ = behind;
  }
  void read_at_most(std::size_t records) {
    const std::scoped_lock lock{mutex_};
    most_ = records;
  }

  // --- what was asked of it

  [[nodiscard]] int reads() const {
    const std::scoped_lock lock{mutex_};
    return reads_;
  }
  [[nodiscard]] int lists() const {
    const std::scoped_lock lock{mutex_};
    return lists_;
  }
  [[nodiscard]] int children_asked() const {
    const std::scoped_lock lock{mutex_};
    return children_asked_;
  }

  [[nodiscard]] ShardList shards() override {
    const std::scoped_lock lock{mutex_};
    ++lists_;
    if (failing_lists_ > 0 && failing_lists_-- > 0) throw Error{list_failure_, "the stream does not answer"};
    ShardList list{label_, {}};
    for (const auto& [name, data] : shards_) {
      if (name.first == label_ && !data.hidden) list.shards.push_back({name.second, data.parent, data.closed});
    }
    return list;
  }
  [[nodiscard]] std::vector<Shard> children(const std::string& stream, const std::string& shard) override {
    const std::scoped_lock lock{mutex_};
    ++children_asked_;
    std::vector<Shard> children;
    for (const auto& [name, data] : shards_) {
      if (name.first == stream && data.parent == shard && !data.hidden) {
        children.push_back({name.second, data.parent, data.closed});
      }
    }
    return children;
  }
  [[nodiscard]] std::unique_ptr<ShardReader> open(const std::string& stream, const std::string& shard,
                                                  const std::string& after) override;

 private:
  struct Record {
    std::uint64_t sequence = 0;
    std::vector<EventCopy> events;
    std::string unreadable;
  };
  struct Data {
    std::string parent;
    bool closed = false;
    bool hidden = false;
    bool repeats = false;
    int empty_pages = 0;
    std::uint64_t trimmed = 0;
    std::deque<Record> records;
  };
  class Reader;

  mutable std::mutex mutex_;
  std::string label_;
  std::map<std::pair<std::string, std::string>, Data> shards_;
  std::uint64_t last_ = 0;
  std::size_t most_ = 1'000;
  std::chrono::milliseconds behind_{};
  Errc read_failure_ = Errc::throttled;
  Errc list_failure_ = Errc::unavailable;
  int failing_reads_ = 0;
  int failing_lists_ = 0;
  int reads_ = 0;
  int lists_ = 0;
  int children_asked_ = 0;
};

class MemoryStream::Reader final : public ShardReader {
 public:
  Reader(MemoryStream& stream, std::pair<std::string, std::string> name, const std::string& after)
      : stream_{stream},
        name_{std::move(name)},
        after_{after.empty() ? 0 : std::stoull(after)},
        oldest_{after.empty()} {}

  ChangePage read(std::size_t max) override {
    const std::scoped_lock lock{stream_.mutex_};
    ++stream_.reads_;
    ChangePage page;
    if (over_) return page;
    if (stream_.failing_reads_ > 0 && stream_.failing_reads_-- > 0) {
      throw Error{stream_.read_failure_, "the shard does not answer"};
    }
    const auto at = stream_.shards_.find(name_);
    if (at == stream_.shards_.end()) return end(std::move(page), ChangePage::End::gone);
    Data& data = at->second;
    if (data.empty_pages > 0) {
      --data.empty_pages;
      return page;
    }
    if (std::exchange(oldest_, false)) after_ = data.trimmed;
    if (data.trimmed > after_) return end(std::move(page), ChangePage::End::trimmed);
    const std::uint64_t from = after_;
    for (int times = data.repeats ? 2 : 1; times > 0; --times) {
      after_ = from;
      for (const Record& record : data.records) {
        if (page.changes.size() >= std::min(max, stream_.most_) * (data.repeats ? 2 : 1)) break;
        if (record.sequence > after_) add(page, record);
      }
    }
    if (!page.changes.empty()) page.behind = stream_.behind_;
    const bool all = data.records.empty() || data.records.back().sequence <= after_;
    if (data.closed && all) return end(std::move(page), ChangePage::End::closed);
    return page;
  }

 private:
  ChangePage end(ChangePage page, ChangePage::End end) {
    over_ = true;
    page.end = end;
    return page;
  }
  void add(ChangePage& page, const Record& record) {
    after_ = record.sequence;
    Change& change = page.changes.emplace_back();
    change.sequence = std::to_string(record.sequence);
    change.first_event = page.events.size();
    change.events = record.events.size();
    change.unreadable = record.unreadable;
    for (const EventCopy& event : record.events) page.events.add(event.view());
  }

  MemoryStream& stream_;
  const std::pair<std::string, std::string> name_;
  std::uint64_t after_;
  bool oldest_;  // what was deleted before the first read is not missed
  bool over_ = false;
};

inline std::unique_ptr<ShardReader> MemoryStream::open(const std::string& stream, const std::string& shard,
                                                       const std::string& after) {
  return std::make_unique<Reader>(*this, std::pair{stream, shard}, after);
}

}  // namespace leftfold::test_support
