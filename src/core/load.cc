// SPDX-License-Identifier: Apache-2.0
// Folding an aggregate from its stream, from a snapshot on when there is one that fits.
#include <algorithm>
#include <optional>
#include <string>
#include <utility>

#include <leftfold/error.h>
#include <leftfold/repository.h>
#include <leftfold/snapshots.h>

#include "core/command_metrics.h"
#include "core/in_quotes.h"
#include "core/place.h"
#include "core/snapshot_body.h"
#include "core/snapshot_desk.h"
#include "json/same_document.h"

namespace leftfold::inline v0::detail {
namespace {

// A snapshot whose bytes are whole and which is not beyond the limit.
struct FoundSnapshot {
  StoredSnapshot stored;
  SnapshotBody body;           // without its state, which would be a view into `stored`
  std::size_t state_size = 0;  // which ends in front of the last byte of stored.state
  [[nodiscard]] std::string_view state() const {
    return std::string_view{stored.state}.substr(stored.state.size() - 1 - state_size, state_size);
  }
};

// One load: where it is, and what it may look at.
class Load {
 public:
  Load(EventStore& store, const RepositoryOptions& options, const AggregateOps& ops, std::string_view id, void* root,
       const LoadLimit& limit)
      : store_{store}, options_{options}, ops_{ops}, id_{id}, root_{root}, limit_{limit}, trace_{ops.trace(root)} {}

  /// Returns how many events were folded.
  std::size_t run() {
    read();
    return folded_;
  }

 private:
  void read() {
    if (options_.snapshots == nullptr || ops_.codec == nullptr) return fold();
    SnapshotDesk& desk = options_.snapshots->desk();
    const SnapshotCounts& counts = desk.counts(ops_.aggregate);
    const SnapshotKey key{std::string{id_}, ops_.codec->schema()};
    const Instant begin = options_.clock->instant();
    if (const auto found = find(desk, key, counts)) {
      EventPage page = read_page(found->stored.version);
      if (is_of_this_stream(*found, page)) {
        if (restore(*found)) {
          counts.used.add();
          continue_with(std::move(page));
          trace_.took = options_.clock->instant() - begin;
          return;
        }
        counts.corrupt.add();
        desk.discard(key, counts, "its state does not decode");
      } else {
        counts.stale.add();
        desk.discard(key, counts, "the stream has another event, or none, where it was taken");
      }
    }
    fold();
    trace_.took = options_.clock->instant() - begin;
  }

  std::optional<FoundSnapshot> find(SnapshotDesk& desk, const SnapshotKey& key, const SnapshotCounts& counts) const {
    auto stored = desk.find(key, counts);
    if (!stored) return std::nullopt;
    auto body = read_snapshot_body(stored->state);
    if (!body || stored->version < Version{0}) {
      counts.corrupt.add();
      desk.discard(key, counts, "its bytes are damaged");
      return std::nullopt;
    }
    if ((limit_.version && stored->version > *limit_.version) || (limit_.time && body->latest > *limit_.time)) {
      counts.later.add();
      return std::nullopt;
    }
    const std::size_t state_size = std::exchange(body->state, {}).size();
    return FoundSnapshot{std::move(*stored), *body, state_size};
  }

  // A store that came back from a backup may lack the snapshot's event, or have another in its place.
  static bool is_of_this_stream(const FoundSnapshot& found, const EventPage& page) {
    return !page.empty() && page[0].version == found.stored.version && page[0].id == found.body.event_id &&
           page[0].committed_at == found.body.committed_at;
  }

  bool restore(const FoundSnapshot& found) try {
    if (!ops_.codec->restore(root_, found.state(), found.stored.version, StateFit::by_schema)) return false;
    trace_.last_event = found.body.event_id;
    trace_.last_committed = found.body.committed_at;
    trace_.latest = found.body.latest;
    trace_.snapshot = found.stored.version;
    trace_.since = found.stored.taken_at;
    return true;
  } catch (const Error&) {
    return false;
  }

  void fold() { continue_with(read_page(Version{0})); }

  // Whose first event is the snapshot's, or the stream's.
  void continue_with(EventPage page) {
    Version next = trace_.snapshot == Version::none() ? Version{0} : trace_.snapshot;
    for (;;) {
      const std::size_t end = check(page, next);
      apply(page, end);
      if (end < page.size() || page.at_end() || page.empty()) return;
      next = page.back().version.next();
      page = read_page(next);
    }
  }

  EventPage read_page(Version from) const {
    return store_.read_stream(id_, from, std::max<std::size_t>(options_.page_events, 1));
  }

  // How many events of the page are within the limit. Throws Error(corrupt) for one that does not follow.
  std::size_t check(const EventPage& page, Version next) const {
    for (std::size_t i = 0; i < page.size(); ++i, next = next.next()) {
      const RecordedEvent& event = page[i];
      if (limit_.version && event.version > *limit_.version) return i;
      if (limit_.time && event.committed_at > *limit_.time) return i;
      check_follows(event, id_, next);
    }
    return page.size();
  }

  void apply(const EventPage& page, std::size_t end) {
    std::size_t begin = 0;
    while (begin < end && page[begin].version <= trace_.snapshot) ++begin;
    for (std::size_t i = begin; i < end; ++i) {
      if (page[i].version == Version{0}) trace_.since = trace_.latest = page[i].committed_at;
      trace_.latest = std::max(trace_.latest, page[i].committed_at);
    }
    for (std::size_t i = after_note(page, begin, end); i < end; ++i) ops_.apply(root_, page[i]);
    folded_ += end - begin;
    if (end > begin) {
      trace_.last_event = page[end - 1].id;
      trace_.last_committed = page[end - 1].committed_at;
    }
  }

  // Where folding begins: behind the last of the Node library's snapshots that fits the state, if those are read.
  std::size_t after_note(const EventPage& page, std::size_t begin, std::size_t end) {
    if (ops_.codec == nullptr || !ops_.codec->reads_node_snapshots) return begin;
    for (std::size_t i = end; i-- > begin;) {
      if (restore_note(ops_, root_, page[i])) return i + 1;
    }
    return begin;
  }

  EventStore& store_;
  const RepositoryOptions& options_;
  const AggregateOps& ops_;
  const std::string_view id_;
  void* const root_;
  const LoadLimit& limit_;
  LoadTrace& trace_;
  std::size_t folded_ = 0;
};

}  // namespace

bool same_state(std::string_view a, std::string_view b) noexcept try { return json::same_document(a, b); } catch (...) {
  return false;
}

bool restore_note(const AggregateOps& ops, void* root, const RecordedEvent& event) {
  if (ops.codec == nullptr || !ops.codec->reads_node_snapshots || event.type != kSnapshotNote) return false;
  try {
    return ops.codec->restore(root, event.payload, event.version, StateFit::exactly);
  } catch (const Error&) {
    return false;
  }
}

void load(EventStore& store, const RepositoryOptions& options, const AggregateOps& ops, std::string_view id, void* root,
          const LoadLimit& limit, const CommandMetrics* metrics) {
  Load load{store, options, ops, id, root, limit};
  if (metrics == nullptr) {
    (void)load.run();
    return;
  }
  const Instant begin = options.clock->instant();
  const std::size_t events = load.run();
  metrics->loaded(events, options.clock->instant() - begin);
}

}  // namespace leftfold::inline v0::detail
