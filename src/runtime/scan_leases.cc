#include "runtime/scan_leases.h"

#include <algorithm>
#include <charconv>
#include <utility>

#include <leftfold/error.h>

namespace leftfold::runtime {
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
    : store_{store}, group_{std::move(group)}, worker_{std::move(worker)}, clock_{clock}, expires_{expires} {}

int ScanLeases::number_of(const Lease& segment) { return numbers_of(segment).segment; }

int ScanLeases::segments_of(const Lease& segment) { return numbers_of(segment).segments; }

void ScanLeases::look() {
  leases_ = store_.list(group_);
  const Instant now = clock_.instant();
  for (const Lease& each : leases_) {
    Seen& seen = seen_[each.name];
    if (seen.counter != each.counter) seen = {each.counter, now};
  }
}

int ScanLeases::begin(int segments, bool afresh) {
  look();
  int under_way = 0;
  for (const Lease& each : leases_) {
    const Numbers numbers = numbers_of(each);
    if (!each.done) under_way = numbers.segments;
  }
  if (under_way > 0 && !afresh) {
    segments = under_way;
  } else {
    // Never removed and made again: a process that looked before would take the new counter for the old one.
    for (const Lease& old : leases_) {
      if (numbers_of(old).segments != segments) {
        (void)store_.remove(old);
        continue;
      }
      Lease again = old;
      again.done = false;
      again.checkpoint.clear();
      again.owner.clear();
      (void)store_.write(again);  // false: another process begins the same run
    }
  }
  for (int i = 0; i < segments; ++i) {
    Lease segment;
    segment.group = group_;
    segment.name = name_of(i, segments);
    const bool there =
        std::any_of(leases_.begin(), leases_.end(), [&](const Lease& l) { return l.name == segment.name; });
    if (!there) (void)store_.write(segment);
  }
  look();
  return segments;
}

std::optional<Lease> ScanLeases::take() {
  look();
  const Instant now = clock_.instant();
  for (const Lease& each : leases_) {
    if (each.done) continue;
    const bool free = each.owner.empty() || now - seen_[each.name].since >= expires_;
    if (!free) continue;
    Lease mine = each;
    Lease wanted = each;
    wanted.owner = worker_;
    if (write(mine, std::move(wanted))) return mine;
  }
  return std::nullopt;
}

bool ScanLeases::all_done() const {
  return std::all_of(leases_.begin(), leases_.end(), [](const Lease& each) { return each.done; });
}

int ScanLeases::done() const {
  return static_cast<int>(std::count_if(leases_.begin(), leases_.end(), [](const Lease& each) { return each.done; }));
}

bool ScanLeases::write(Lease& mine, Lease wanted) {
  if (!store_.write(wanted)) return false;
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

}  // namespace leftfold::runtime
