// SPDX-License-Identifier: Apache-2.0
#include "cli/copy_report.h"

#include "cli/command_failed.h"
#include "cli/confirm.h"
#include "cli/exit_code.h"
#include "cli/rows.h"
#include "cli/text.h"

namespace leftfold::inline v0::cli {
namespace {

using runtime::AggregateComparison;
using runtime::ImportCounts;
using runtime::StoreComparison;

std::int64_t number(std::uint64_t count) { return static_cast<std::int64_t>(count); }

std::string differences_json(const StoreComparison* comparison) {
  std::string text = "[";
  if (comparison != nullptr) {
    for (const AggregateComparison& each : comparison->first_differences()) {
      text += (text.size() == 1 ? "\n" : ",\n") + object_of(each).str();
    }
  }
  return text += "]";
}

/// Lines that are never cut: what differs stands at their end.
std::string difference_lines(const StoreComparison& comparison) {
  std::string text = "\n";
  for (const AggregateComparison& each : comparison.first_differences()) {
    text += printable(each.aggregate_id + ": " + each.difference) + "\n";
  }
  const std::uint64_t shown = comparison.first_differences().size();
  if (comparison.different() > shown) {
    text += "and " + std::to_string(comparison.different() - shown) + " more; --proof FILE has them all\n";
  }
  return text;
}

JsonObject object_of(const ImportCounts& counts, const StoreComparison* comparison) {
  JsonObject object;
  object.boolean("dry_run", comparison == nullptr)
      .number("copied", number(counts.events))
      .number("there_before", number(counts.events_before));
  if (comparison == nullptr) return object;
  return object.number("aggregates", number(comparison->aggregates()))
      .number("events", number(comparison->events()))
      .number("different", number(comparison->different()))
      .text("sha256", comparison->source_hash())
      .text("target_sha256", comparison->target_hash());
}

}  // namespace

JsonObject object_of(const AggregateComparison& aggregate) {
  JsonObject object;
  object.text("aggregate_id", aggregate.aggregate_id)
      .number("events", number(aggregate.source_events))
      .text("sha256", base::to_hex(aggregate.source_hash));
  if (aggregate.difference.empty()) return object;
  return object.number("target_events", number(aggregate.target_events))
      .text("target_sha256", base::to_hex(aggregate.target_hash))
      .text("difference", aggregate.difference);
}

void report_copy(Context& context, const ImportCounts& counts, const StoreComparison* comparison,
                 const std::string& target) {
  const std::string copied = std::to_string(counts.events), before = std::to_string(counts.events_before);
  if (comparison == nullptr) {
    Rows rows{context, "copies", {{"TO COPY", true}, {"THERE BEFORE", true}}};
    rows.add({copied, before}, object_of(counts, nullptr));
    rows.finish(JsonObject{}.raw("differences", "[]"));
    hint(context, "dry run: nothing was changed");
    return;
  }
  const std::string aggregates = counted(comparison->aggregates(), "aggregate");
  const std::string message = std::to_string(comparison->different()) + " of " + aggregates + " not the same in " +
                              target + "; if a program wrote to either store meanwhile, stop it and run this again";
  {
    Rows rows{context,
              "copies",
              {{"AGGREGATES", true},
               {"EVENTS", true},
               {"COPIED", true},
               {"THERE BEFORE", true},
               {"DIFFERENT", true},
               {"SHA-256"}}};
    rows.add({std::to_string(comparison->aggregates()), std::to_string(comparison->events()), copied, before,
              std::to_string(comparison->different()), comparison->source_hash()},
             object_of(counts, comparison));
    const JsonObject more = JsonObject{}.raw("differences", differences_json(comparison));
    if (comparison->different() == 0) rows.finish(more);
    else rows.fail("different", message, more);
  }
  if (comparison->different() == 0) return hint(context, "both stores hold the same events of " + aggregates);
  if (!context.json) {
    Output out;
    out.write(difference_lines(*comparison));
    out.flush();
  }
  throw CommandFailed{kFoundFailure, "different", message};
}

}  // namespace leftfold::inline v0::cli
