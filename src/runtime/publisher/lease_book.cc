// SPDX-License-Identifier: Apache-2.0
#include "runtime/publisher/lease_book.h"

#include <algorithm>
#include <utility>

namespace leftfold::inline v0::runtime {

LeaseBook::LeaseBook(std::string worker, std::chrono::nanoseconds expires_after)
    : worker_{std::move(worker)}, expires_after_{expires_after} {}

void LeaseBook::observe(std::vector<Lease> listed, Instant now) {
  std::map<std::string, Entry, std::less<>> entries;
  for (Lease& lease : listed) {
    const auto known = entries_.find(lease.name);
    const bool moved = known == entries_.end() || known->second.lease.counter != lease.counter;
    const Instant since = moved ? now : known->second.moved;
    std::string name = lease.name;
    entries.emplace(std::move(name), Entry{std::move(lease), since, false});
  }
  entries_ = std::move(entries);
}

void LeaseBook::wrote(Lease lease, Instant now) {
  ++lease.counter;
  std::string name = lease.name;
  entries_.insert_or_assign(std::move(name), Entry{std::move(lease), now, false});
}

void LeaseBook::removed(std::string_view name) {
  if (const auto at = entries_.find(name); at != entries_.end()) entries_.erase(at);
}

void LeaseBook::refused(std::string_view name) {
  if (const auto at = entries_.find(name); at != entries_.end()) at->second.refused = true;
}

const Lease* LeaseBook::find(std::string_view name) const {
  const auto at = entries_.find(name);
  return at == entries_.end() ? nullptr : &at->second.lease;
}

std::vector<const Lease*> LeaseBook::all() const {
  std::vector<const Lease*> all;
  all.reserve(entries_.size());
  for (const auto& [name, entry] : entries_) all.push_back(&entry.lease);
  return all;
}

bool LeaseBook::mine(std::string_view name) const {
  const auto at = entries_.find(name);
  return at != entries_.end() && !at->second.refused && !at->second.lease.done && at->second.lease.owner == worker_;
}

bool LeaseBook::free(const Entry& entry, Instant now) const {
  if (entry.refused || entry.lease.done) return false;
  return entry.lease.owner.empty() || now - entry.moved >= expires_after_;
}

bool LeaseBook::free(std::string_view name, Instant now) const {
  const auto at = entries_.find(name);
  return at != entries_.end() && free(at->second, now);
}

LeaseBook::Shares LeaseBook::shares(const Names& eligible, Instant now) const {
  Shares shares;
  shares.owned[worker_];
  for (const std::string& name : eligible) {
    const auto at = entries_.find(name);
    if (at == entries_.end() || at->second.lease.done) continue;
    const Lease& lease = at->second.lease;
    const bool ours = lease.owner == worker_ && !at->second.refused;
    if (!ours && free(at->second, now)) {
      shares.free.push_back(&lease);
    } else {
      shares.owned[lease.owner].push_back(&lease);
    }
  }
  return shares;
}

std::vector<Lease> LeaseBook::to_take(const Names& eligible, Instant now) const {
  Shares all = shares(eligible, now);
  std::size_t leases = all.free.size();
  for (const auto& [worker, owned] : all.owned) leases += owned.size();
  const std::size_t share = (leases + all.owned.size() - 1) / all.owned.size();
  const std::size_t mine = all.owned[worker_].size();

  std::vector<Lease> take;
  // Workers that start together begin at different places, so that few of their writes meet.
  const std::size_t begin = std::hash<std::string>{}(worker_);
  for (std::size_t i = 0; i < all.free.size() && mine + take.size() < share; ++i) {
    take.push_back(*all.free[(begin + i) % all.free.size()]);
  }
  return take;
}

std::optional<Lease> LeaseBook::to_steal(const Names& eligible, Instant now) const {
  Shares all = shares(eligible, now);
  if (!all.free.empty()) return std::nullopt;
  const auto most = std::max_element(all.owned.begin(), all.owned.end(),
                                     [](const auto& a, const auto& b) { return a.second.size() < b.second.size(); });
  if (most->second.size() < all.owned[worker_].size() + 2) return std::nullopt;
  return *most->second.back();
}

}  // namespace leftfold::inline v0::runtime
