// SPDX-License-Identifier: Apache-2.0
#include "core/snapshot_desk.h"

#include <utility>

#include <leftfold/error.h>

#include "core/in_quotes.h"

namespace leftfold::inline v0::detail {

std::optional<StoredSnapshot> SnapshotDesk::find(const SnapshotKey& key, const SnapshotCounts& counts) noexcept {
  if (rest_.is_on()) {
    counts.failed.add();
    return std::nullopt;
  }
  const auto failed = [&](const char* what, bool rest) {
    counts.failed.add();
    if (rest) rest_.begin();
    log(LogLevel::warn, "a snapshot could not be read; all events are folded", key, what);
    return std::nullopt;
  };
  try {
    auto found = store_.load(key.aggregate_id, key.schema);
    if (!found) counts.none.add();
    return found;
  } catch (const Error& e) {
    if (e.code() == Errc::corrupt) {
      counts.corrupt.add();
      discard(key, counts, e.what());
      return std::nullopt;
    }
    return failed(e.what(), e.code() != Errc::invalid_argument);
  } catch (const std::exception& e) {
    return failed(e.what(), true);
  } catch (...) {
    return failed("what the store threw is no std::exception", true);
  }
}

void SnapshotDesk::discard(const SnapshotKey& key, const SnapshotCounts& counts, std::string_view why) noexcept {
  log(LogLevel::warn, "a snapshot is not used; all events are folded", key, why);
  if (options_.mode == SnapshotsOptions::Mode::read_write) writer_.discard(key, counts);
}

bool SnapshotDesk::wants(const SnapshotKey& key) noexcept {
  return options_.mode == SnapshotsOptions::Mode::read_write && !writer_.rests() && !writer_.is_refused(key);
}

void SnapshotDesk::put(StoredSnapshot snapshot, const SnapshotCounts& counts) noexcept {
  writer_.put(std::move(snapshot), counts);
}

void SnapshotDesk::refuse(SnapshotKey key, const SnapshotCounts& counts, const char* why) noexcept {
  counts.unstorable.add();
  log(LogLevel::warn, "no snapshot can be taken of a state that JSON cannot hold", key, why);
  writer_.refuse(std::move(key));
}

void SnapshotDesk::log(LogLevel level, std::string_view message, const SnapshotKey& key,
                       std::string_view error) noexcept try {
  options_.log->log(
      level, "snapshots", message,
      {{"aggregate", in_quotes(key.aggregate_id)}, {"schema", in_quotes(key.schema)}, {"error", std::string{error}}});
} catch (...) {  // no memory for the line
}

}  // namespace leftfold::inline v0::detail
