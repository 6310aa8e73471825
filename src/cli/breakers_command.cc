// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <utility>

#include <leftfold/error.h>

#include "app/nearest.h"
#include "base/rfc3339.h"
#include "cli/commands.h"
#include "cli/confirm.h"
#include "cli/rows.h"
#include "cli/subscriptions.h"

namespace leftfold::inline v0::cli {
namespace {

constexpr int kTries = 10;  // a record that somebody else writes at the same time is read again

std::size_t votes(const BreakerRecord& record) {
  return static_cast<std::size_t>(
      std::count_if(record.nodes.begin(), record.nodes.end(), [](const auto& node) { return node.second.votes; }));
}

std::string text_or_dash(std::string text) { return text.empty() ? "-" : std::move(text); }

std::string changed(const BreakerRecord& record) {
  return record.revision == 0 ? "-" : base::to_rfc3339(record.changed_at);
}

JsonObject record_json(const BreakerRecord& record, const Subscriptions& names) {
  std::string nodes = "[";
  for (const auto& [name, node] : record.nodes) {
    if (nodes.size() > 1) nodes += ',';
    nodes += JsonObject{}.text("node", name).boolean("votes", node.votes).number("lasts_ms", node.lasts.count()).str();
  }
  JsonObject object;
  object.text("name", names.shown(record.name))
      .text("full_name", record.name)
      .text("state", to_string(record.state))
      .number("revision", record.revision)
      .raw("nodes", nodes + "]")
      .number("open_for_ms", record.open_for.count())
      .number("reopened", static_cast<std::int64_t>(record.reopened))
      .text("prober", record.prober)
      .text("by", record.by)
      .text("why", record.why)
      .time("changed_at", record.revision == 0 ? std::nullopt : std::optional{record.changed_at});
  return object;
}

std::vector<Column> record_columns() {
  return {{"BREAKER"}, {"STATE"}, {"VOTES", true}, {"REOPENED", true}, {"CHANGED"}, {"BY"}, {"WHY"}};
}

void add_record(Rows& rows, const BreakerRecord& record, const Subscriptions& names) {
  rows.add({names.shown(record.name), std::string{to_string(record.state)}, std::to_string(votes(record)),
            std::to_string(record.reopened), changed(record), text_or_dash(record.by), text_or_dash(record.why)},
           record_json(record, names));
}

/// The breaker that `word` names: one that left a record, or that of a subscription; any with --new.
std::string resolve(Context& context, const Opened& opened, const Subscriptions& names, const std::string& word) {
  if (word.empty()) throw UsageError{context.line.verb + ": a breaker's name is not empty"};
  std::vector<std::string> known;
  for (const BreakerRecord& record : opened.breakers->list()) known.push_back(record.name);
  known.insert(known.end(), names.names().begin(), names.names().end());
  const std::string prefix = context.program.settings.get("group").value + ".";
  for (const std::string& full : {prefix + word, word}) {
    if (std::find(known.begin(), known.end(), full) != known.end()) return full;
  }
  if (context.line.flags.count("--new") > 0) return word;
  std::vector<std::string> words = known;
  for (const std::string& name : known) words.push_back(names.shown(name));
  const std::vector<std::string_view> views{words.begin(), words.end()};
  throw Error{Errc::not_found, "no breaker \"" + word + "\" is known here" + app::did_you_mean(word, views) +
                                   "; one that never opened has no record: for a breaker of your own code open it "
                                   "with --new"};
}

void force_open(BreakerRecord& record) {
  record.state = BreakerRecord::State::forced_open;
  record.probe.reset();
  record.prober.clear();
}

/// Everybody lets calls through again; old votes would open it at once.
void close(BreakerRecord& record) {
  record.state = BreakerRecord::State::closed;
  record.probe.reset();
  record.prober.clear();
  record.nodes.clear();
}

/// Closed, as if it had never opened: the next time it opens is short again.
void reset(BreakerRecord& record) {
  close(record);
  record.reopened = 0;
  record.open_for = record.open_for.zero();
}

int change(Context& context, const ChangedBy& by, void (*change_record)(BreakerRecord&)) {
  const Opened opened = open_for_writing(context);
  const Subscriptions names{context, opened};
  const std::string name = resolve(context, opened, names, context.line.flags.rest.front());
  for (int i = 0; i < kTries; ++i) {
    BreakerRecord record = opened.breakers->read(name);
    record.name = name;
    change_record(record);
    record.by = by.who;
    record.why = by.why;
    record.changed_at = system_clock().now();
    if (!opened.breakers->write(record)) continue;
    Rows rows{context, "breakers", record_columns()};
    add_record(rows, opened.breakers->read(name), names);
    rows.finish();
    hint(context, "processes that share this breaker obey within a few seconds");
    return 0;
  }
  throw Error{Errc::version_conflict, "the record of breaker " + name + " kept changing; look at it and try again: " +
                                          context.program.name + " breakers show " + names.shown(name)};
}

ChangedBy by_with_optional_why(const Context& context) { return {who(context), context.line.flags.value("--why")}; }

}  // namespace

int list_breakers(Context& context) {
  const Opened opened = open_for_reading(context);
  const Subscriptions names{context, opened};
  std::vector<BreakerRecord> records = opened.breakers->list();
  for (const std::string& name : names.names()) {
    const bool there =
        std::any_of(records.begin(), records.end(), [&](const BreakerRecord& r) { return r.name == name; });
    if (there || names.handler(name) == nullptr) continue;
    records.emplace_back().name = name;
  }
  Rows rows{context, "breakers", record_columns()};
  for (const BreakerRecord& record : records) add_record(rows, record, names);
  rows.finish();
  hint(context, records.empty()
                    ? "no breaker ever opened"
                    : "what the processes share; a breaker that is open in one process alone shows as a vote");
  return 0;
}

int show_breaker(Context& context) {
  const Opened opened = open_for_reading(context);
  const Subscriptions names{context, opened};
  const std::string name = resolve(context, opened, names, context.line.flags.rest.front());
  BreakerRecord record = opened.breakers->read(name);
  record.name = name;
  Rows rows{context, "breakers", {{"FIELD"}, {"VALUE"}}};
  const JsonObject object = record_json(record, names);
  if (context.json) {
    rows.add({}, object);
    rows.finish();
    return 0;
  }
  const auto line = [&](std::string field, std::string value) {
    rows.add({std::move(field), std::move(value)}, object);
  };
  line("name", record.name);
  line("state", std::string{to_string(record.state)});
  line("changed", changed(record));
  line("by", text_or_dash(record.by));
  line("why", text_or_dash(record.why));
  line("open for", std::to_string(record.open_for.count()) + " ms");
  line("reopened", std::to_string(record.reopened));
  line("prober", text_or_dash(record.prober));
  for (const auto& [node, word] : record.nodes) {
    line("node " + node, std::string{word.votes ? "votes for open" : "is there"} + ", for " +
                             std::to_string(word.lasts.count()) + " ms from its last word");
  }
  rows.finish();
  return 0;
}

int open_breaker(Context& context) { return change(context, changed_by(context), force_open); }
int close_breaker(Context& context) { return change(context, by_with_optional_why(context), close); }
int reset_breaker(Context& context) { return change(context, by_with_optional_why(context), reset); }

}  // namespace leftfold::inline v0::cli
