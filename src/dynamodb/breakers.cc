// SPDX-License-Identifier: Apache-2.0
#include "dynamodb/breakers.h"

#include <chrono>
#include <optional>
#include <utility>

#include <leftfold/error.h>

#include "core/in_quotes.h"
#include "dynamodb/counted_write.h"
#include "dynamodb/fields.h"
#include "dynamodb/partition.h"

namespace leftfold::inline v0::dynamodb {
namespace {

using State = BreakerRecord::State;
using detail::in_quotes;
using std::chrono::milliseconds;

constexpr std::string_view kBreaker = "breaker";
constexpr std::string_view kRevision = "revision";

Item breaker_key(std::string_view name) { return {{std::string{kKind}, kBreaker}, {std::string{kSort}, name}}; }

std::optional<State> state_of(std::string_view name) {
  for (const State state : {State::closed, State::open, State::half_open, State::forced_open, State::disabled}) {
    if (name == to_string(state)) return state;
  }
  return std::nullopt;
}

Expression revision_is(std::int64_t revision) {
  if (revision == 0) return {"attribute_not_exists(#r)", {{"#r", std::string{kRevision}}}, {}};
  return {"#r = :r", {{"#r", std::string{kRevision}}}, {{":r", number(revision)}}};
}

void add_integer(Item& item, const char* name, std::int64_t value) {
  if (value != 0) item.push_back({name, number(value)});
}

void add_text(Item& item, const char* name, const std::string& value) {
  if (!value.empty()) item.push_back({name, value});
}

}  // namespace

Item breaker_item(const BreakerRecord& record, const Uuid& write_id) {
  Item item = breaker_key(record.name);
  item.push_back({std::string{kRevision}, number(record.revision)});
  item.push_back({std::string{kWriteId}, bytes_of(write_id)});
  item.push_back({"state", to_string(record.state)});
  add_integer(item, "openFor", record.open_for.count());
  add_integer(item, "reopened", static_cast<std::int64_t>(record.reopened));
  Map nodes;
  for (const auto& [name, word] : record.nodes) {
    nodes.push_back(
        {name, Map{{"votes", word.votes}, {"beat", number(word.beat)}, {"lasts", number(word.lasts.count())}}});
  }
  if (!nodes.empty()) item.push_back({"nodes", std::move(nodes)});
  if (record.probe) item.push_back({"probe", bytes_of(*record.probe)});
  add_text(item, "prober", record.prober);
  add_integer(item, "probeFor", record.probe_for.count());
  add_text(item, "by", record.by);
  add_text(item, "why", record.why);
  add_integer(item, "changedAt", record.changed_at.time_since_epoch().count());
  return item;
}

BreakerRecord read_breaker(const Item& item) {
  Fields fields{item};
  BreakerRecord record;
  record.name = fields.text(kSort);
  record.revision = fields.integer(kRevision);
  const auto state = state_of(fields.text("state"));
  record.state = state.value_or(State::closed);
  record.open_for = milliseconds{fields.integer("openFor")};
  record.reopened = static_cast<std::uint64_t>(fields.integer("reopened"));
  for (const Attribute& node : fields.map("nodes")) {
    const Map* const word = node.value.as<Map>();
    if (word == nullptr || node.name.empty()) {
      fields.refuse();
      continue;
    }
    Fields said{*word};
    record.nodes[node.name] = {said.flag("votes"), said.integer("beat"), milliseconds{said.integer("lasts")}};
    if (!said.whole()) fields.refuse();
  }
  record.probe = fields.uuid("probe");
  record.prober = fields.text("prober");
  record.probe_for = milliseconds{fields.integer("probeFor")};
  record.by = fields.text("by");
  record.why = fields.text("why");
  record.changed_at = Timestamp{milliseconds{fields.integer("changedAt")}};
  if (!fields.whole() || fields.text(kKind) != kBreaker || record.name.empty() || record.revision < 1 || !state) {
    throw Error{Errc::corrupt, "the record of circuit breaker " + in_quotes(record.name) +
                                   " cannot be read; remove the item from the second table, and it begins closed"};
  }
  return record;
}

BreakerRecord Breakers::read(std::string_view name) {
  BreakerRecord none;
  none.name = name;
  if (name.empty()) return none;  // no breaker is without a name
  const GetResult found = client_.get(table_, breaker_key(name));
  return found.item ? read_breaker(*found.item) : none;
}

std::vector<BreakerRecord> Breakers::list() {
  std::vector<BreakerRecord> records;  // by name, which is the sort key
  each_item(client_, query_of(table_, std::string{kBreaker}), [&](const Item& item) {
    records.push_back(read_breaker(item));
    return true;
  });
  return records;
}

bool Breakers::write(const BreakerRecord& record) {
  validate(record);
  BreakerRecord next = record;
  ++next.revision;
  const Uuid id = Uuid::v7(client_.options().clock->now());
  ItemWrite write;
  write.table = table_;
  write.item = breaker_item(next, id);
  write.condition = revision_is(record.revision);
  const CountedWrite outcome = outcome_of(client_.write(write), id, kRevision, next.revision);
  if (outcome != CountedWrite::in_doubt) return outcome == CountedWrite::stored;
  throw Error{Errc::in_doubt, "circuit breaker " + in_quotes(record.name) +
                                  ": the answer to a write was lost, and others wrote since; read the record again"};
}

}  // namespace leftfold::inline v0::dynamodb
