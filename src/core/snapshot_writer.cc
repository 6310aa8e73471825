// SPDX-License-Identifier: Apache-2.0
#include "core/snapshot_writer.h"

#include <pthread.h>

#include <algorithm>
#include <utility>

#include "core/in_quotes.h"

namespace leftfold::inline v0::detail {
namespace {

constexpr std::chrono::minutes kRefusedFor{10};
constexpr std::size_t kMostRefused = 1000;

}  // namespace

SnapshotWriter::SnapshotWriter(SnapshotStore& store, const SnapshotsOptions& options, StoreRest& rest)
    : store_{store},
      options_{options},
      rest_{rest},
      full_{*options.clock, options.pause},
      waiting_{options.metrics->gauge("leftfold_snapshots_waiting", "Snapshots that wait to be written or removed.")} {}

SnapshotWriter::~SnapshotWriter() {
  {
    const std::lock_guard lock{mutex_};
    end_ = options_.clock->instant() + options_.drain;
  }
  thread_.request_stop();
  if (thread_.joinable()) thread_.join();
}

SnapshotWriter::Job* SnapshotWriter::job_of(const SnapshotKey& key, const SnapshotCounts& counts) {
  const auto known = jobs_.find(key);
  if (known != jobs_.end()) return &known->second;
  if (jobs_.size() >= options_.most_waiting) return nullptr;
  if (!thread_.joinable()) thread_ = std::jthread{[this](const std::stop_token& stop) { run(stop); }};
  order_.push_back(key);
  Job* job = nullptr;
  try {
    job = &jobs_[key];
  } catch (...) {
    order_.pop_back();
    throw;
  }
  job->ticket = ++last_ticket_;
  job->counts = &counts;
  waiting_.set(static_cast<double>(jobs_.size()));
  return job;
}

void SnapshotWriter::put(StoredSnapshot snapshot, const SnapshotCounts& counts) noexcept try {
  const std::lock_guard lock{mutex_};
  if (bytes_ + snapshot.state.size() > options_.most_waiting_bytes) return counts.dropped.add();
  Job* const job = job_of({snapshot.aggregate_id, snapshot.schema}, counts);
  if (job == nullptr) return counts.dropped.add();
  if (job->snapshot) {
    counts.older.add();
    if (job->snapshot->version >= snapshot.version) return;
    bytes_ -= job->snapshot->state.size();
  }
  bytes_ += snapshot.state.size();
  job->snapshot = std::move(snapshot);
  told_.notify_all();
} catch (...) {  // no memory, no thread
  counts.dropped.add();
}

void SnapshotWriter::discard(SnapshotKey key, const SnapshotCounts& counts) noexcept try {
  const std::lock_guard lock{mutex_};
  if (Job* const job = job_of(key, counts)) job->discard = true;
  told_.notify_all();
} catch (...) {  // the next load finds it again
}

std::optional<PendingSnapshot> SnapshotWriter::pending(const SnapshotKey& key) noexcept {
  const std::lock_guard lock{mutex_};
  const auto waiting = jobs_.find(key);
  const Job* job = waiting != jobs_.end() ? &waiting->second : nullptr;
  if (job == nullptr && working_key_ != nullptr && *working_key_ == key) job = working_job_;
  if (job == nullptr || !job->snapshot) return std::nullopt;
  return PendingSnapshot{job->snapshot->version, job->snapshot->taken_at};
}

bool SnapshotWriter::flush(const std::stop_token& stop, Instant deadline) {
  std::unique_lock lock{mutex_};
  const std::uint64_t last = last_ticket_;
  return options_.clock->wait_until(lock, settled_, stop, deadline, [&] {
    const bool waits = !order_.empty() && jobs_.at(order_.front()).ticket <= last;
    return !waits && (working_job_ == nullptr || working_job_->ticket > last);
  });
}

void SnapshotWriter::refuse(SnapshotKey key) noexcept try {
  const std::lock_guard lock{mutex_};
  if (refused_.size() >= kMostRefused) refused_.clear();
  refused_.insert_or_assign(std::move(key), options_.clock->instant() + kRefusedFor);
} catch (...) {  // it is tried again
}

bool SnapshotWriter::is_refused(const SnapshotKey& key) noexcept {
  const std::lock_guard lock{mutex_};
  const auto known = refused_.find(key);
  if (known == refused_.end()) return false;
  if (options_.clock->instant() < known->second) return true;
  refused_.erase(known);
  return false;
}

void SnapshotWriter::run(const std::stop_token& stop) {
  pthread_setname_np(pthread_self(), "lf:snapshots");
  Clock& clock = *options_.clock;
  std::unique_lock lock{mutex_};
  for (;;) {
    (void)clock.wait_until(lock, told_, stop, kNever, [this] { return !order_.empty(); });
    if (order_.empty()) return;
    if (stop.stop_requested() && (rests() || clock.instant() >= end_)) return drop_all();
    if (rests()) {
      (void)clock.wait_until(lock, told_, stop, std::max(rest_.until(), full_.until()), [this] { return !rests(); });
      continue;
    }
    const auto node = jobs_.extract(order_.front());
    order_.pop_front();
    waiting_.set(static_cast<double>(jobs_.size()));
    if (node.mapped().snapshot) bytes_ -= node.mapped().snapshot->state.size();
    working_key_ = &node.key();
    working_job_ = &node.mapped();
    lock.unlock();
    work_on(node.key(), node.mapped());
    lock.lock();
    working_key_ = nullptr;
    working_job_ = nullptr;
    settled_.notify_all();
  }
}

void SnapshotWriter::work_on(const SnapshotKey& key, const Job& job) noexcept try {
  if (job.discard) (void)store_.remove(key.aggregate_id, key.schema);
  if (!job.snapshot) return;
  const bool kept = store_.save(*job.snapshot);
  (kept ? job.counts->written : job.counts->older).add();
} catch (const Error& e) {
  failed(key, job, e.code(), e.what());
} catch (const std::exception& e) {
  failed(key, job, std::nullopt, e.what());
} catch (...) {
  failed(key, job, std::nullopt, "what the store threw is no std::exception");
}

void SnapshotWriter::failed(const SnapshotKey& key, const Job& job, std::optional<Errc> code, const char* what) noexcept
    try {
  if (job.snapshot) job.counts->write_failed.add();
  if (code == Errc::invalid_argument) refuse(key);  // the snapshot is to blame, not the store
  else if (code == Errc::permission_denied || code == Errc::storage_full) full_.begin();
  else rest_.begin();
  options_.log->log(LogLevel::warn, "snapshots",
                    "a snapshot could not be written; loads fold more events until one can",
                    {{"aggregate", in_quotes(key.aggregate_id)}, {"schema", in_quotes(key.schema)}, {"error", what}});
} catch (...) {  // no memory for the log line
}

void SnapshotWriter::drop_all() noexcept {
  for (const auto& [key, job] : jobs_) {
    if (job.snapshot) job.counts->dropped.add();
  }
  jobs_.clear();
  order_.clear();
  bytes_ = 0;
  waiting_.set(0);
  settled_.notify_all();
}

}  // namespace leftfold::inline v0::detail
