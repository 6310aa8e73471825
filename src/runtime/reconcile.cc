// SPDX-License-Identifier: Apache-2.0
#include <leftfold/reconcile.h>

#include <algorithm>
#include <map>
#include <memory>
#include <optional>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include <leftfold/error.h>

#include "runtime/scan_run.h"
#include "runtime/sorter_session.h"

namespace leftfold::inline v0 {
namespace {

using runtime::PageWork;

constexpr std::chrono::seconds kClosing{1};

/// The cursors of a page's aggregates, and their newest versions in the page.
struct PageAggregates {
  explicit PageAggregates(const EventPage& events) {
    std::unordered_map<std::string_view, std::size_t> index;
    for (const RecordedEvent& event : events) {
      const auto [at, added] = index.try_emplace(event.aggregate_id, ids.size());
      if (added) {
        ids.push_back(event.aggregate_id);
        newest.push_back(event.version);
      }
      newest[at->second] = std::max(newest[at->second], event.version);
    }
    for (const auto& [id, i] : index) of.emplace(id, i);
  }

  std::vector<std::string_view> ids;
  std::vector<Version> newest;
  std::unordered_map<std::string_view, std::size_t> of;  // the place of an id in both
};

/// Publishes what lies beyond the cursors.
class PublishMissing final : public PageWork {
 public:
  PublishMissing(const PublishedStore& stored, const OpenSink& open_sink, const ReconcileOptions& options)
      : stored_{stored}, open_sink_{open_sink}, options_{options} {}
  ~PublishMissing() override { forget(); }
  PublishMissing(const PublishMissing&) = delete;
  PublishMissing& operator=(const PublishMissing&) = delete;

  void take(ScanPage scanned, const std::stop_token& stop) override {
    if (!session_) open();
    ChangePage page;
    page.changes.resize(scanned.events.size());
    for (std::size_t i = 0; i < page.changes.size(); ++i) {
      page.changes[i].first_event = i;
      page.changes[i].events = 1;
    }
    for (UnreadableEvent& each : scanned.unreadable) page.changes.at(each.place).unreadable = std::move(each.why);
    page.events = std::move(scanned.events);
    (void)session_->sorter().take(*lane_, page, stop);
  }

  [[nodiscard]] Settled settle(const std::stop_token& stop, Instant deadline) override {
    if (!session_) return stop.stop_requested() ? Settled::stopped : Settled::all;
    while (!session_->sorter().at_rest()) {
      if (stop.stop_requested()) return Settled::stopped;
      if (options_.clock->instant() >= deadline) return Settled::not_yet;
      session_->sorter().settle(stop, deadline);
    }
    if (const auto cursors = session_->sorter().take_cursors(); !cursors.empty()) stored_.cursors->advance(cursors);
    for (BlockedAggregate& each : session_->sorter().blocked())
      blocked_[std::move(each.aggregate_id)] = std::move(each.why);
    return stop.stop_requested() ? Settled::stopped : Settled::all;
  }

  [[nodiscard]] std::uint64_t progress() const override { return published(); }

  void forget() noexcept override {
    if (!session_) return;
    before_ += session_->sorter().counts().published;
    lane_ = nullptr;
    session_->close(options_.clock->instant() + kClosing, "reconcile");
    session_.reset();
  }

  void report(ReconcileProgress& progress) const override {
    progress.published = published();
    progress.missing = published() + (session_ ? session_->sorter().on_the_way() : 0);
    progress.blocked.clear();
    for (const auto& [id, why] : blocked_) progress.blocked.push_back({id, why});
  }

 private:
  [[nodiscard]] std::uint64_t published() const {
    return before_ + (session_ ? session_->sorter().counts().published : 0);
  }

  void open() {
    session_.emplace(stored_, open_sink_, runtime::resequencer_options(options_));
    lane_ = &session_->sorter().open_lane();
  }

  const PublishedStore& stored_;
  const OpenSink& open_sink_;
  const ReconcileOptions& options_;
  std::optional<runtime::SorterSession> session_;
  runtime::ChangeLane* lane_ = nullptr;
  std::uint64_t before_ = 0;  // published by sessions that are over
  std::map<std::string, std::string> blocked_;
};

/// Counts what lies beyond the cursors.
class CountMissing final : public PageWork {
 public:
  explicit CountMissing(CursorStore& cursors) : cursors_{cursors} {}

  void take(ScanPage scanned, const std::stop_token& /*stop*/) override {
    const PageAggregates page{scanned.events};
    if (page.ids.empty()) return;
    const std::vector<Version> published = cursors_.load(page.ids);
    for (const RecordedEvent& event : scanned.events) {
      if (event.version > published[page.of.at(event.aggregate_id)]) ++missing_;
    }
    ++pages_;
  }
  [[nodiscard]] Settled settle(const std::stop_token& stop, Instant /*deadline*/) override {
    return stop.stop_requested() ? Settled::stopped : Settled::all;
  }
  [[nodiscard]] std::uint64_t progress() const override { return pages_; }
  void forget() noexcept override {}
  void report(ReconcileProgress& progress) const override { progress.missing = missing_; }

 private:
  CursorStore& cursors_;
  std::uint64_t missing_ = 0;
  std::uint64_t pages_ = 0;
};

/// Raises each cursor to the newest event that was seen.
class SeedCursors final : public PageWork {
 public:
  SeedCursors(CursorStore& cursors, bool dry_run) : cursors_{cursors}, dry_run_{dry_run} {}

  void take(ScanPage scanned, const std::stop_token& /*stop*/) override {
    const PageAggregates page{scanned.events};
    if (page.ids.empty()) return;
    const std::vector<Version> published = cursors_.load(page.ids);
    std::vector<PublishCursor> behind;
    for (std::size_t i = 0; i < page.ids.size(); ++i) {
      if (published[i] < page.newest[i]) behind.push_back({std::string{page.ids[i]}, page.newest[i]});
    }
    if (!behind.empty() && !dry_run_) cursors_.advance(behind);
    behind_ += behind.size();
    ++pages_;
  }
  [[nodiscard]] Settled settle(const std::stop_token& stop, Instant /*deadline*/) override {
    return stop.stop_requested() ? Settled::stopped : Settled::all;
  }
  [[nodiscard]] std::uint64_t progress() const override { return pages_; }
  void forget() noexcept override {}
  void report(ReconcileProgress& progress) const override { progress.missing = behind_; }

 private:
  CursorStore& cursors_;
  const bool dry_run_;
  std::uint64_t behind_ = 0;
  std::uint64_t pages_ = 0;
};

ReconcileProgress run(const PublishedStore& stored, const ReconcileOptions& options, const std::string& what,
                      PageWork& work, const std::stop_token& stop) {
  return runtime::ScanRun{stored, options, what, work}.run(stop);
}

}  // namespace

ReconcileProgress reconcile(const PublishedStore& stored, const OpenSink& open_sink, const ReconcileOptions& options,
                            const std::stop_token& stop) {
  if (options.dry_run) {
    if (stored.cursors == nullptr) throw Error{Errc::invalid_argument, "reconcile: the store has no cursors"};
    CountMissing work{*stored.cursors};
    return run(stored, options, "reconcile", work, stop);
  }
  PublishMissing work{stored, open_sink, options};
  return run(stored, options, "reconcile", work, stop);
}

ReconcileProgress seed_cursors(const PublishedStore& stored, const ReconcileOptions& options,
                               const std::stop_token& stop) {
  if (stored.cursors == nullptr) throw Error{Errc::invalid_argument, "seed_cursors: the store has no cursors"};
  SeedCursors work{*stored.cursors, options.dry_run};
  return run(stored, options, "seed", work, stop);
}

}  // namespace leftfold::inline v0
