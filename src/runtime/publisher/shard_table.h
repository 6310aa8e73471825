// SPDX-License-Identifier: Apache-2.0
// The shards of a stream, their parents and children, and which of their leases are due.
#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include <leftfold/change_stream.h>

#include "runtime/publisher/lease_book.h"
#include "runtime/publisher/lease_name.h"

namespace leftfold::inline v0::runtime {

/// The union of all listings: one alone may lack shards, or show an open parent beside its children. Parents are read
/// before their children because that saves reading back, not because the order of events hung on it: that comes from
/// versions (Resequencer).
/// One thread at a time.
class ShardTable {
 public:
  /// Takes note of a listing. A shard counts as gone after kGoneAfter listings of its stream without it.
  void merge(const ShardList& list);
  /// Takes note of the children of a shard of `stream`, listed or not.
  void merge_children(const std::string& stream, const std::vector<Shard>& children);

  /// The stream of the newest listing; empty before the first.
  [[nodiscard]] const std::string& stream() const noexcept { return stream_; }
  /// Known to take no more.
  [[nodiscard]] bool closed(const ShardName& name) const;
  [[nodiscard]] bool has_children(const ShardName& name) const;

  /// Shards that are listed and have no lease yet; they are to be read from their oldest record.
  [[nodiscard]] std::vector<ShardName> without_lease(const LeaseBook& leases) const;
  /// Leases that may be worked on now. While a lease of an earlier stream is not done, those of the newest wait;
  /// nothing waits for one that was read to its end and has a blocked event.
  [[nodiscard]] LeaseBook::Names eligible(const LeaseBook& leases) const;
  /// Closed shards that are listed, or done, and have no known child: a listing may have been late.
  [[nodiscard]] std::vector<ShardName> childless(const LeaseBook& leases) const;
  /// Leases that are of no more use: done, all children begun, and the shard is not listed any more. One whose children
  /// nobody remembers, as after a restart, is when enough listings lack it and others of its stream are listed: the
  /// last ones of the newest stream stay, so that the next stream is known to be another one.
  [[nodiscard]] std::vector<Lease> removable(const LeaseBook& leases) const;
  /// True when leases tell of an earlier stream and none of the newest: what was stored between the two is in neither.
  [[nodiscard]] bool switched(const LeaseBook& leases) const;

  static constexpr int kGoneAfter = 3;

 private:
  struct Known {
    std::string parent;
    bool closed = false;
    int missing = 0;  // listings in a row without it
    std::set<std::string> children;
  };
  [[nodiscard]] const Known* find(const ShardName& name) const;
  [[nodiscard]] bool listed(const ShardName& name) const;
  [[nodiscard]] bool outlived(const ShardName& name, const LeaseBook& leases) const;
  [[nodiscard]] bool parent_done(const ShardName& name, const LeaseBook& leases) const;
  void add(const std::string& stream, const Shard& shard);

  std::string stream_;
  int listings_ = 0;  // of stream_
  std::map<ShardName, Known> shards_;
};

}  // namespace leftfold::inline v0::runtime
