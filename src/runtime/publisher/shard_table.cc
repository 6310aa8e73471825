// SPDX-License-Identifier: Apache-2.0
#include "runtime/publisher/shard_table.h"

#include <algorithm>
#include <utility>

namespace leftfold::inline v0::runtime {
namespace {

// Done, or as far as it can be.
bool was_read(const Lease& lease) { return lease.done || lease.note.ends_with(kReadToEnd); }

}  // namespace

void ShardTable::merge(const ShardList& list) {
  if (std::exchange(stream_, list.stream) != list.stream) listings_ = 0;
  ++listings_;
  for (auto& [name, known] : shards_) {
    if (name.stream == stream_) ++known.missing;
  }
  for (const Shard& shard : list.shards) add(list.stream, shard);
}

void ShardTable::merge_children(const std::string& stream, const std::vector<Shard>& children) {
  for (const Shard& child : children) add(stream, child);
}

void ShardTable::add(const std::string& stream, const Shard& shard) {
  Known& known = shards_[{stream, shard.id}];
  if (!shard.parent.empty()) known.parent = shard.parent;
  known.closed = known.closed || shard.closed;
  known.missing = 0;
  if (shard.parent.empty()) return;
  const auto parent = shards_.try_emplace({stream, shard.parent}, Known{{}, false, kGoneAfter, {}}).first;
  parent->second.children.insert(shard.id);
}

const ShardTable::Known* ShardTable::find(const ShardName& name) const {
  const auto at = shards_.find(name);
  return at == shards_.end() ? nullptr : &at->second;
}

bool ShardTable::listed(const ShardName& name) const {
  const Known* known = find(name);
  return known != nullptr && name.stream == stream_ && known->missing < kGoneAfter;
}

bool ShardTable::closed(const ShardName& name) const {
  const Known* known = find(name);
  return known != nullptr && (known->closed || !known->children.empty());
}

bool ShardTable::has_children(const ShardName& name) const {
  const Known* known = find(name);
  return known != nullptr && !known->children.empty();
}

std::vector<ShardName> ShardTable::without_lease(const LeaseBook& leases) const {
  std::vector<ShardName> names;
  for (const auto& [name, known] : shards_) {
    // Only what was there a moment ago: the lease of an older one may have been removed, and is not to come back.
    // Shards of an earlier stream are not listed, but known as children of one whose lease is still there.
    const bool there = name.stream == stream_
                           ? known.missing == 0
                           : !known.parent.empty() && leases.find(lease_name({name.stream, known.parent})) != nullptr;
    if (there && leases.find(lease_name(name)) == nullptr) names.push_back(name);
  }
  return names;
}

bool ShardTable::parent_done(const ShardName& name, const LeaseBook& leases) const {
  const Known* known = find(name);
  if (known == nullptr || known->parent.empty()) return true;
  const ShardName parent{name.stream, known->parent};
  if (const Lease* lease = leases.find(lease_name(parent))) return was_read(*lease);
  return !listed(parent);  // listed without a lease: it is about to get one
}

LeaseBook::Names ShardTable::eligible(const LeaseBook& leases) const {
  LeaseBook::Names earlier;
  LeaseBook::Names newest;
  bool earlier_open = false;
  for (const Lease* lease : leases.all()) {
    const auto name = shard_of(lease->name);
    if (!name || lease->done) continue;
    const bool is_earlier = !stream_.empty() && name->stream != stream_;
    earlier_open = earlier_open || (is_earlier && !was_read(*lease));
    if (!parent_done(*name, leases)) continue;
    if (is_earlier) earlier.insert(lease->name);
    if (!is_earlier || was_read(*lease)) newest.insert(lease->name);
  }
  return earlier_open ? earlier : newest;
}

std::vector<ShardName> ShardTable::childless(const LeaseBook& leases) const {
  std::vector<ShardName> names;
  for (const auto& [name, known] : shards_) {
    if (!known.children.empty() || known.missing >= kGoneAfter) continue;
    const Lease* lease = leases.find(lease_name(name));
    if (known.closed || (lease != nullptr && lease->done)) names.push_back(name);
  }
  return names;
}

// Not listed for long, whether or not this process ever saw it, while another one of its stream with a lease is.
bool ShardTable::outlived(const ShardName& name, const LeaseBook& leases) const {
  if (name.stream != stream_ || listed(name)) return false;
  if (find(name) == nullptr && listings_ < kGoneAfter) return false;
  return std::any_of(shards_.begin(), shards_.end(), [&](const auto& shard) {
    return listed(shard.first) && leases.find(lease_name(shard.first)) != nullptr;
  });
}

std::vector<Lease> ShardTable::removable(const LeaseBook& leases) const {
  const auto begun = [&](const ShardName& name) {
    const Lease* lease = leases.find(lease_name(name));
    return lease != nullptr && (lease->done || !lease->checkpoint.empty());
  };
  const std::vector<const Lease*> all = leases.all();
  const bool newest_begun = std::any_of(all.begin(), all.end(), [&](const Lease* lease) {
    const auto name = shard_of(lease->name);
    return name && name->stream == stream_ && begun(*name);
  });
  std::vector<Lease> removable;
  for (const Lease* lease : all) {
    const auto name = shard_of(lease->name);
    if (!name || !lease->done || stream_.empty() || listed(*name)) continue;
    const Known* known = find(*name);
    const bool followed = known != nullptr && !known->children.empty();
    if (name->stream == stream_ ? !followed && !outlived(*name, leases) : !newest_begun) continue;
    // Parents first, or a worker that sees the parent alone would take the child for a new one.
    if (known != nullptr && !known->parent.empty() &&
        leases.find(lease_name({name->stream, known->parent})) != nullptr) {
      continue;
    }
    if (known == nullptr || std::all_of(known->children.begin(), known->children.end(),
                                        [&](const std::string& child) { return begun({name->stream, child}); })) {
      removable.push_back(*lease);
    }
  }
  return removable;
}

bool ShardTable::switched(const LeaseBook& leases) const {
  bool earlier = false;
  for (const Lease* lease : leases.all()) {
    const auto name = shard_of(lease->name);
    if (!name || stream_.empty()) continue;
    if (name->stream == stream_) return false;
    earlier = true;
  }
  return earlier;
}

}  // namespace leftfold::inline v0::runtime
