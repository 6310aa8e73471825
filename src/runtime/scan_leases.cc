// SPDX-License-Identifier: Apache-2.0
#include "runtime/scan_leases.h"

#include <algorithm>
#include <charconv>
#include <utility>
#include <vector>

#include <leftfold/error.h>

namespace leftfold::inline v0::runtime {
namespace {

constexpr std::string_view kPrefix = "segment-";
constexpr std::string_view kOf = "-of-";

std::string name_of(int segment, int segments) {
  return std::string{kPrefix} + std::to_string(segment) + std::string{kOf} + std::to_string(segments);
}

struct Numbers {
  int segment = -1;
  int segments = 0;
};

Numbers numbers_of(const Lease& lease) {
  Numbers numbers;
  const std::string_view name = lease.name;
  const std::size_t of = name.find(kOf);
  const auto number = [](std::string_view text, int& value) {
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    return error == std::errc{} && end == text.data() + text.size();
  };
  if (!name.starts_with(kPrefix) || of == std::string_view::npos ||
      !number(name.substr(kPrefix.size(), of - kPrefix.size()), numbers.segment) ||
      !number(name.substr(of + kOf.size()), numbers.segments) || numbers.segment < 0 ||
      numbers.segment >= numbers.segments) {
    throw Error{Errc::corrupt, "lease \"" + lease.name + "\" of \"" + lease.group +
                                   "\" is no segment of a scan; remove it from the store"};
  }
  return numbers;
}

}  // namespace

ScanLeases::ScanLeases(LeaseStore& store, std::string group, std::string worker, Clock& clock,
                       std::chrono::milliseconds expires)
    : store_{store},
      group_{std::move(group)},
      worker_{std::move(worker)},
      clock_{clock},
      expires_{expires},
      book_{worker_, expires_} {}

int ScanLeases::number_of(const Lease& segment) { return numbers_of(segment).segment; }

int ScanLeases::segments_of(const Lease& segment) { return numbers_of(segment).segments; }

void ScanLeases::look() {
  std::vector<Lease> leases = store_.list(group_);
  listed_.clear();
  for (const Lease& each : leases) {
    const Numbers numbers = numbers_of(each);
    listed_[numbers.segments].insert(numbers.segment);
  }
  book_.observe(std::move(leases), clock_.instant());
  choose_run();
}

// Another process may have begun a run of another number of segments, of which some may be listed already or still.
void ScanLeases::choose_run() {
  const auto is_complete = [](const auto& run) { return static_cast<int>(run.second.size()) == run.first; };
  if (!complete()) {
    const auto other = std::find_if(listed_.begin(), listed_.end(), is_complete);
    if (other != listed_.end()) segments_ = other->first;
    else if (!listed_.empty() && !listed_.contains(segments_)) segments_ = listed_.begin()->first;
  }
  if (complete()) missing_since_ = kNever;
  else if (missing_since_ == kNever) missing_since_ = clock_.instant();
}

bool ScanLeases::complete() const {
  const auto run = listed_.find(segments_);
  return run != listed_.end() && static_cast<int>(run->second.size()) == segments_;
}

int ScanLeases::begin(int segments, bool afresh) {
  look();
  int under_way = 0;
  for (const Lease* each : book_.all()) {
    if (!each->done) under_way = segments_of(*each);
  }
  if (under_way > 0 && !afresh) {
    segments = under_way;
  } else {
    // Never removed and made again: a process that looked before would take the new counter for the old one.
    for (const Lease* old : book_.all()) {
      if (segments_of(*old) != segments) {
        (void)store_.remove(*old);
        continue;
      }
      Lease again = *old;
      again.done = false;
      again.checkpoint.clear();
      again.owner.clear();
      (void)store_.write(again);  // false: another process begins the same run
    }
  }
  segments_ = segments;
  add_missing();
  look();
  return segments_;
}

void ScanLeases::add_missing() {
  for (int i = 0; i < segments_; ++i) {
    Lease segment;
    segment.group = group_;
    segment.name = name_of(i, segments_);
    if (book_.find(segment.name) == nullptr) (void)store_.write(segment);  // false: another process did
  }
}

std::optional<Lease> ScanLeases::take() {
  look();
  if (const auto ours = std::exchange(in_doubt_, std::nullopt); ours && ours->owner == worker_) {
    if (const Lease* now = book_.find(ours->name); now != nullptr && *now == *ours) return ours;
  }
  if (auto mine = take_free()) return mine;
  if (missing_since_ == kNever || clock_.instant() - missing_since_ < expires_) return std::nullopt;
  add_missing();
  look();
  return take_free();
}

std::optional<Lease> ScanLeases::take_free() {
  const Instant now = clock_.instant();
  for (const Lease* each : book_.all()) {
    if (!book_.free(each->name, now)) continue;
    Lease mine = *each;
    Lease wanted = *each;
    wanted.owner = worker_;
    if (write(mine, std::move(wanted))) return mine;
  }
  return std::nullopt;
}

bool ScanLeases::all_done() const {
  const std::vector<const Lease*> all = book_.all();
  return complete() && std::all_of(all.begin(), all.end(), [](const Lease* each) { return each->done; });
}

int ScanLeases::done() const {
  const std::vector<const Lease*> all = book_.all();
  return static_cast<int>(std::count_if(
      all.begin(), all.end(), [&](const Lease* each) { return each->done && segments_of(*each) == segments_; }));
}

// False: its counter has moved, and not by a write of ours whose answer was lost.
bool ScanLeases::write(Lease& mine, Lease wanted) {
  if (in_doubt_ && in_doubt_->name == wanted.name) {
    const std::vector<Lease> leases = store_.list(group_);
    if (std::find(leases.begin(), leases.end(), *in_doubt_) != leases.end()) wanted.counter = in_doubt_->counter;
    in_doubt_.reset();
  }
  try {
    if (!store_.write(wanted)) return false;
  } catch (const Error& error) {
    if (error.code() == Errc::in_doubt) {
      in_doubt_ = wanted;
      ++in_doubt_->counter;
    }
    throw;
  }
  ++wanted.counter;
  mine = std::move(wanted);
  return true;
}

bool ScanLeases::keep(Lease& mine, std::string checkpoint) {
  Lease wanted = mine;
  wanted.checkpoint = std::move(checkpoint);
  return write(mine, std::move(wanted));
}

bool ScanLeases::finish(Lease& mine) {
  Lease wanted = mine;
  wanted.done = true;
  wanted.owner.clear();
  wanted.checkpoint.clear();
  return write(mine, std::move(wanted));
}

void ScanLeases::release(Lease& mine) {
  Lease wanted = mine;
  wanted.owner.clear();
  (void)write(mine, std::move(wanted));
}

}  // namespace leftfold::inline v0::runtime
