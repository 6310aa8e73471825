// SPDX-License-Identifier: Apache-2.0
#include "dynamodb/published_parts.h"

#include <utility>

#include <leftfold/error.h>

namespace leftfold::inline v0::dynamodb {

PublishedStore PublishedParts::of(std::string_view name) {
  if (name.empty()) throw Error{Errc::invalid_argument, "a publisher needs a name; its cursors are kept under it"};
  const std::scoped_lock lock{mutex_};
  if (!asked_) {
    const auto table = tables_.describe_table(events_table_);
    if (!table) {
      throw Error{Errc::not_found, "there is no table " + events_table_ +
                                       "; check region and name, or let the store create it (Tables::create)"};
    }
    if (std::string index = index_of_marks(*table); !index.empty()) {
      outbox_.emplace(tables_, events_table_, std::move(index));
    }
    asked_ = true;
  }
  auto found = cursors_.find(name);
  if (found == cursors_.end()) {
    std::string kept{name};
    auto cursors = std::make_unique<Cursors>(tables_, second_table_, kept);
    found = cursors_.emplace(std::move(kept), std::move(cursors)).first;
  }
  PublishedStore parts;
  parts.cursors = found->second.get();
  parts.leases = &leases_;
  parts.changes = &changes_;
  parts.outbox = outbox_ ? &*outbox_ : nullptr;
  return parts;
}

}  // namespace leftfold::inline v0::dynamodb
