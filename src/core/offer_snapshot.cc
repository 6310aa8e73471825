// SPDX-License-Identifier: Apache-2.0
// Whether a snapshot is due, and the making of it.
#include <chrono>
#include <string>
#include <utility>

#include <leftfold/error.h>
#include <leftfold/repository.h>
#include <leftfold/snapshots.h>

#include "core/snapshot_body.h"
#include "core/snapshot_desk.h"

namespace leftfold::inline v0::detail {
namespace {

bool is_due(const SnapshotPolicy& policy, const LoadTrace& trace, Version version, Timestamp now) {
  using std::chrono::milliseconds;
  if (version <= trace.snapshot) return false;
  const auto age = now - trace.since;
  const bool too_soon = trace.snapshot != Version::none() && age < policy.at_most_every;
  if (too_soon) return false;
  const auto events = static_cast<std::size_t>(version.value() - trace.snapshot.value());
  return (policy.every > 0 && events >= policy.every) ||
         (policy.older_than > milliseconds::zero() && age >= policy.older_than) ||
         (policy.slower_than > milliseconds::zero() && trace.took > policy.slower_than);
}

// The load did not begin there, so how long it took says nothing about the next one.
void note_snapshot(LoadTrace& trace, Version version, Timestamp taken_at) {
  trace.snapshot = version;
  trace.since = taken_at;
  trace.took = {};
}

}  // namespace

void offer_snapshot(const RepositoryOptions& options, const AggregateOps& ops, std::string_view id, void* root) noexcept
    try {
  if (options.snapshots == nullptr || ops.codec == nullptr) return;
  const Version version = ops.version(root);
  if (version == Version::none() || version != ops.stored_version(root)) return;  // none, or with events not stored
  LoadTrace& trace = ops.trace(root);
  const Timestamp now = options.clock->now();
  if (!is_due(options.snapshot_policy, trace, version, now)) return;
  SnapshotDesk& desk = options.snapshots->desk();
  SnapshotKey key{std::string{id}, ops.codec->schema()};
  if (!desk.wants(key)) return;
  // A load does not see the one that is on its way; every command would make another.
  if (const auto pending = desk.pending(key); pending && pending->version > trace.snapshot) {
    note_snapshot(trace, pending->version, pending->taken_at);
    if (!is_due(options.snapshot_policy, trace, version, now)) return;
  }
  const SnapshotCounts& counts = desk.counts(ops.aggregate);
  StoredSnapshot snapshot{key.aggregate_id, key.schema, version, {}, now};
  try {
    std::string state;
    ops.codec->write(root, state);
    snapshot.state = write_snapshot_body({trace.last_event, trace.last_committed, trace.latest, state});
  } catch (const Error& e) {
    return desk.refuse(std::move(key), counts, e.what());
  }
  desk.put(std::move(snapshot), counts);
  note_snapshot(trace, version, now);
} catch (...) {  // no memory: the next command tries again
}

void check_options(const RepositoryOptions& options, const AggregateOps& ops) {
  if (options.snapshots == nullptr || ops.codec != nullptr) return;
  throw Error{Errc::invalid_argument, "RepositoryOptions::snapshots: the state of " + std::string{ops.aggregate} +
                                          " cannot be stored as JSON; make it a plain struct of such fields (json.h), "
                                          "or leave the snapshots out"};
}

}  // namespace leftfold::inline v0::detail
