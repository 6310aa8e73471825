// SPDX-License-Identifier: Apache-2.0
#include "dynamodb/table_changes.h"

#include <algorithm>
#include <unordered_map>
#include <utility>

#include <leftfold/error.h>

#include "dynamodb/shard_reader.h"

namespace leftfold::inline v0::dynamodb {
namespace {

/// Shards by id, as they were first met. Pages of one list may contradict each other while shards split, so what any of
/// them says counts: a shard that is closed, or has a parent, stays so.
class Union {
 public:
  void add(Shard shard) {
    const auto [at, is_new] = places_.try_emplace(shard.id, shards_.size());
    if (is_new) {
      shards_.push_back(std::move(shard));
      return;
    }
    Shard& known = shards_[at->second];
    known.closed = known.closed || shard.closed;
    if (known.parent.empty()) known.parent = std::move(shard.parent);
  }
  [[nodiscard]] std::vector<Shard> take() { return std::move(shards_); }

 private:
  std::vector<Shard> shards_;
  std::unordered_map<std::string, std::size_t> places_;
};

}  // namespace

ShardList TableChanges::shards() {
  const auto table = tables_.describe_table(table_);
  if (!table) {
    throw Error{Errc::not_found, "there is no table " + table_ + "; check region and name, or let a store create it"};
  }
  if (table->stream_arn.empty()) {
    throw Error{Errc::not_found,
                "table " + table_ +
                    " has no stream; turn one on with the view type NEW_IMAGE (aws dynamodb update-table "
                    "--table-name " +
                    table_ +
                    " --stream-specification StreamEnabled=true,StreamViewType=NEW_IMAGE), then "
                    "reconcile what was stored before, or publish by polling"};
  }
  if (packed_ && (table->stream_view_type == "KEYS_ONLY" || table->stream_view_type == "OLD_IMAGE")) {
    throw Error{Errc::unsupported, "the stream of table " + table_ + " has the view type " + table->stream_view_type +
                                       ", which does not show how many events an item of a whole commit holds; turn "
                                       "it off and on again with NEW_IMAGE, or publish by polling"};
  }
  return {table->stream_arn, list(table->stream_arn, {})};
}

std::vector<Shard> TableChanges::children(const std::string& stream, const std::string& shard) {
  std::vector<Shard> found;
  try {
    found = list(stream, shard);
  } catch (const Error& e) {
    // A service that does not know the filter, which is younger than the call, tells all.
    if (!is_refusal(e, "ValidationException")) throw;
    found = list(stream, {});
  }
  std::erase_if(found, [&](const Shard& each) { return each.parent != shard; });  // or it does not heed it
  return found;
}

std::vector<Shard> TableChanges::list(const std::string& stream, const std::string& children_of) {
  Union all;
  std::string after;
  for (;;) {
    ShardPage page = streams_.describe_stream(stream, after, children_of);
    for (Shard& shard : page.shards) all.add(std::move(shard));
    if (page.last.empty() || page.last == after) return all.take();
    after = std::move(page.last);
  }
}

std::unique_ptr<ShardReader> TableChanges::open(const std::string& stream, const std::string& shard,
                                                const std::string& after) {
  return std::make_unique<StreamShardReader>(streams_, stream, shard, after);
}

}  // namespace leftfold::inline v0::dynamodb
