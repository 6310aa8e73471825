// SPDX-License-Identifier: Apache-2.0
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include <leftfold/error.h>
#include <leftfold/json_value.h>
#include <leftfold/snapshot_store.h>

#include "base/rfc3339.h"
#include "cli/aggregates.h"
#include "cli/commands.h"
#include "cli/confirm.h"
#include "cli/exit_code.h"
#include "cli/rows.h"
#include "cli/text.h"
#include "core/snapshot_body.h"

namespace leftfold::inline v0::cli {
namespace {

std::vector<Column> columns() { return {{"AGGREGATE"}, {"VERSION", true}, {"TAKEN"}, {"BYTES", true}, {"SCHEMA"}}; }

void add_snapshot(Rows& rows, const StoredSnapshot& each) {
  JsonObject object;
  object.text("id", each.aggregate_id)
      .number("version", each.version.value())
      .time("taken_at", each.taken_at)
      .count("bytes", each.state.size())
      .text("schema", each.schema);
  rows.add({each.aggregate_id, std::to_string(each.version.value()), base::to_rfc3339(each.taken_at),
            std::to_string(each.state.size()), each.schema},
           object);
}

/// Those of the ids that have one, as this program's state.
std::vector<StoredSnapshot> found(SnapshotStore& store, const std::string& schema, std::span<const std::string> ids) {
  std::vector<StoredSnapshot> all;
  for (const std::string& id : ids) {
    try {
      if (auto snapshot = store.load(id, schema)) all.push_back(std::move(*snapshot));
    } catch (const Error& error) {
      if (error.code() != Errc::corrupt) throw;
      all.push_back({id, schema, Version::none(), {}, {}});  // one that cannot be read is one to forget
    }
  }
  return all;
}

}  // namespace

int show_snapshot(Context& context) {
  const std::vector<std::string>& words = context.line.flags.rest;
  const AggregateInfo type = aggregate_of(context, words[0]);
  const Opened opened = open_for_reading(context);
  const std::optional<StoredSnapshot> snapshot = opened.snapshots->load(words[1], type.snapshot_schema());
  if (!snapshot) {
    throw Error{Errc::not_found, std::string{type.name} + " \"" + words[1] +
                                     "\" has no snapshot of this program's state (" + type.snapshot_schema() +
                                     "); the settings snapshot.* say when one is taken"};
  }
  const auto body = detail::read_snapshot_body(snapshot->state);
  if (!body) {
    throw Error{Errc::corrupt, "the snapshot of " + std::string{type.name} + " \"" + words[1] +
                                   "\" cannot be read; loads pass it over, and this forgets it: " +
                                   context.program.name + " snapshots rm " + std::string{type.name} + " " + words[1]};
  }
  Rows rows{context, "snapshots", columns()};
  add_snapshot(rows, *snapshot);
  rows.finish(JsonObject{}.raw("state", body->state));
  if (!context.json) {
    Output out;
    out.write("\n" + printable_json(Json::parse(body->state).indented()));
    out.flush();
  }
  return kSuccess;
}

int remove_snapshots(Context& context) {
  const std::span<const std::string> words{context.line.flags.rest};
  const AggregateInfo type = aggregate_of(context, words[0]);
  const std::string& schema = type.snapshot_schema();
  std::vector<StoredSnapshot> chosen;
  {
    const Opened opened = open_for_reading(context);
    chosen = found(*opened.snapshots, schema, words.subspan(1));
  }
  const std::string what =
      "forgets " + counted(chosen.size(), "snapshot") + " of " + counted(words.size() - 1, "aggregate") + " named";
  if (chosen.empty()) {
    throw Error{Errc::not_found, "no aggregate named has a snapshot of this program's state (" + schema + ")"};
  }
  if (confirmed(context, what)) {
    const Opened opened = open_for_writing(context);
    for (const StoredSnapshot& each : chosen) (void)opened.snapshots->remove(each.aggregate_id, schema);
  }
  Rows rows{context, "snapshots", columns()};
  for (const StoredSnapshot& each : chosen) add_snapshot(rows, each);
  rows.finish();
  return kSuccess;
}

}  // namespace leftfold::inline v0::cli
