// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "base/joined.h"
#include "cli/commands.h"
#include "cli/envelope.h"
#include "cli/table.h"
#include "cli/text.h"

namespace leftfold::inline v0::cli {
namespace {

using Names = std::vector<std::string_view>;

/// Who has to do with one event.
struct EventRow {
  std::string_view event;
  Names aggregates;
  Names projectors;
  Names listeners;
};

EventRow& row_of(std::vector<EventRow>& rows, std::string_view event) {
  const auto at = std::find_if(rows.begin(), rows.end(), [event](const EventRow& row) { return row.event == event; });
  return at != rows.end() ? *at : rows.emplace_back(EventRow{event, {}, {}, {}});
}

/// Events in the order of the aggregates that create them, then those that only handlers know.
std::vector<EventRow> rows_of(const std::vector<AggregateInfo>& aggregates, const std::vector<HandlerInfo>& handlers) {
  std::vector<EventRow> rows;
  for (const AggregateInfo& aggregate : aggregates) {
    for (const std::string_view event : aggregate.events) row_of(rows, event).aggregates.push_back(aggregate.name);
  }
  for (const HandlerInfo& handler : handlers) {
    for (const std::string_view event : handler.handled) {
      EventRow& row = row_of(rows, event);
      (handler.is_projector ? row.projectors : row.listeners).push_back(handler.name);
    }
    for (const std::string_view event : handler.ignored) (void)row_of(rows, event);
  }
  return rows;
}

std::string_view kind_of(const HandlerInfo& handler) { return handler.is_projector ? "projector" : "listener"; }

std::string_view effect_of(const HandlerInfo& handler) {
  if (!handler.is_projector) return "at least once";
  return handler.exactly_once ? "exactly once" : "in memory, rebuilt at start";
}

std::string listed(const Names& names) { return names.empty() ? "-" : base::joined(names); }

void append_list(std::string& out, std::string_view key, const Names& names) {
  ((out += ",\"") += key) += "\":[";
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (i > 0) out += ',';
    append_json_string(out, names[i]);
  }
  out += ']';
}

std::string as_json(const std::vector<EventRow>& rows, const std::vector<HandlerInfo>& handlers) {
  std::string text = "{\"events\":[";
  for (const EventRow& row : rows) {
    text += &row == &rows.front() ? "{\"event\":" : ",{\"event\":";
    append_json_string(text, row.event);
    append_list(text, "aggregates", row.aggregates);
    append_list(text, "projectors", row.projectors);
    append_list(text, "listeners", row.listeners);
    text += '}';
  }
  text += "],\"handlers\":[";
  for (const HandlerInfo& handler : handlers) {
    text += &handler == &handlers.front() ? "{\"name\":" : ",{\"name\":";
    append_json_string(text, handler.name);
    ((text += ",\"kind\":\"") += kind_of(handler)) += "\",\"effect\":\"";
    (text += effect_of(handler)) += '"';
    append_list(text, "receives", handler.handled);
    append_list(text, "ignores", handler.ignored);
    if (!handler.library.empty()) {
      text += ",\"library\":";
      append_json_string(text, handler.library);
    }
    text += '}';
  }
  return text += "]}";
}

std::string as_tables(const std::vector<EventRow>& rows, const std::vector<HandlerInfo>& handlers,
                      const Terminal& out) {
  Table events{{{"EVENT"}, {"AGGREGATES"}, {"PROJECTORS"}, {"LISTENERS"}}, out.columns, out.color};
  for (const EventRow& row : rows) {
    events.add({std::string{row.event}, listed(row.aggregates), listed(row.projectors), listed(row.listeners)});
  }
  const bool libraries =
      std::any_of(handlers.begin(), handlers.end(), [](const HandlerInfo& each) { return !each.library.empty(); });
  std::vector<Column> columns{{"HANDLER"}, {"KIND"}, {"EFFECT"}};
  if (libraries) columns.push_back({"LIBRARY"});
  Table kinds{std::move(columns), out.columns, out.color};
  for (const HandlerInfo& handler : handlers) {
    std::vector<std::string> cells{handler.name, std::string{kind_of(handler)}, std::string{effect_of(handler)}};
    if (libraries) cells.push_back(handler.library.empty() ? "-" : handler.library);
    kinds.add(std::move(cells));
  }
  std::string text = events.take();
  if (!text.empty() && !handlers.empty()) text += '\n';
  return text += kinds.take();
}

}  // namespace

int list_handlers(Context& context) {
  const App& app = own_app(context);
  const std::vector<HandlerInfo> handlers = app.handlers();
  const std::vector<AggregateInfo> aggregates = app.aggregates();
  const std::vector<EventRow> rows = rows_of(aggregates, handlers);
  Output out;
  if (context.json) {
    out.write(std::string{kEnvelopeStart} + as_json(rows, handlers) + envelope_end());
  } else {
    out.write(as_tables(rows, handlers, context.out));
    if (rows.empty()) {
      hint(context, "nothing is registered: add app.aggregate<...>(), app.projector<...>(), app.listener<...>()");
    }
  }
  out.flush();
  return 0;
}

}  // namespace leftfold::inline v0::cli
