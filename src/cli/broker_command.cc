// SPDX-License-Identifier: Apache-2.0
// The command broker status: what brings events to handlers, and how far each subscription is in each partition.
#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <leftfold/event_feed.h>

#include "app/address.h"
#include "app/kafka_settings.h"
#include "cli/commands.h"
#include "cli/envelope.h"
#include "cli/exit_code.h"
#include "cli/how_far.h"
#include "cli/json_object.h"
#include "cli/subscriptions.h"
#include "cli/table.h"
#include "cli/text.h"

namespace leftfold::inline v0::cli {
namespace {

/// A subscription, and how far it is in each partition; none when only its process knows.
struct Reader {
  std::string name;
  std::string subscription;
  std::optional<HandlerInfo> handler;
  std::vector<Progress> progress;

  [[nodiscard]] std::string kind() const {
    return handler ? (handler->is_projector ? "projector" : "listener") : std::string{"-"};
  }
};

/// What the settings name, and what was asked of it. `partitions` are of nobody: without checkpoints.
struct Standing {
  std::vector<std::pair<std::string_view, std::string>> facts;  // "topic", its name
  std::vector<Progress> partitions;
  std::vector<Reader> readers;
};

/// Of Kafka a read model keeps its projector's checkpoints, so lfold knows that one by its tables.
void add_read_models(std::vector<Reader>& readers, const std::vector<StoredSubscription>& projections) {
  for (const StoredSubscription& each : projections) {
    const std::string name = each.name.substr(0, each.name.find('/'));  // "HotProducts/1"
    auto at = std::find_if(readers.begin(), readers.end(), [&](const Reader& reader) { return reader.name == name; });
    if (at == readers.end()) at = readers.insert(at, Reader{name, name, {}, {}});
    if (at->handler) continue;
    at->handler.emplace();
    at->handler->name = name;
    at->handler->is_projector = at->handler->exactly_once = true;
  }
}

std::vector<Reader> readers_of(Context& context, const Opened& opened, bool kafka) {
  const Subscriptions names{context, opened};
  std::vector<Reader> readers;
  for (const std::string& name : names.names()) {
    const HandlerInfo* const handler = names.handler(name);
    readers.push_back({names.shown(name), name, handler == nullptr ? std::nullopt : std::optional{*handler}, {}});
  }
  if (kafka) add_read_models(readers, opened.projections());
  const HowFarAsker asker{context, opened};
  for (Reader& each : readers) {
    each.progress = asker.partitions_of(each.subscription, each.handler ? &*each.handler : nullptr);
    const bool begun = std::any_of(each.progress.begin(), each.progress.end(),
                                   [](const Progress& part) { return part.done.has_value(); });
    if (!begun && !each.handler) each.progress.clear();  // its checkpoints may be kept elsewhere
  }
  // What Kafka knows nothing of reads the store, as a publisher does, or left dead letters there.
  if (kafka) std::erase_if(readers, [](const Reader& each) { return !each.handler && each.progress.empty(); });
  return readers;
}

Standing standing_of(Context& context) {
  const Settings& settings = context.program.settings;
  const bool kafka = app::uses_kafka(settings);
  Standing standing;
  standing.facts = {{"broker", settings.get("broker").value}};
  const app::BrokerKind kind = app::broker_kind(settings.get("broker"));
  if (kind == app::BrokerKind::none || (kind == app::BrokerKind::kafka && !kafka)) {
    hint(context, kind == app::BrokerKind::none ? "it brings no event to handlers; use embedded: or kafka:"
                                                : "Kafka is turned off: handlers receive nothing; leave "
                                                  "KAFKA_ENABLED out");
    return standing;
  }
  const Opened opened = open_for_reading(context);
  if (!kafka && opened.feed.get() == nullptr) {
    throw Error{Errc::invalid_config, settings.get("store").value +
                                          " brings no events to handlers by itself; use --broker kafka:, which "
                                          "publisher run fills"};
  }
  if (kafka) {
    standing.facts.emplace_back("brokers", settings.get("kafka.brokers").value);
    standing.facts.emplace_back("topic", settings.get("kafka.events_topic").value);
  } else {
    standing.facts.emplace_back("store", settings.get("store").value);  // it is the broker itself
  }
  // The ends of partitions are the same whoever asks; no handler's group has this name.
  standing.partitions = kafka ? opened.broker().progress(settings.get("group").value)
                              : std::vector<Progress>{{{}, Position::start(), opened.broker().head(0)}};
  standing.readers = readers_of(context, opened, kafka);
  if (standing.readers.empty()) hint(context, "no subscription is known here");
  return standing;
}

std::string or_else(const std::optional<std::int64_t>& value, const char* none) {
  return value ? std::to_string(*value) : none;
}

std::optional<std::int64_t> first_of(const Progress& each) {
  return each.head > each.begin ? std::optional{each.begin.value() + 1} : std::nullopt;
}
std::optional<std::int64_t> last_of(const Progress& each) {
  return each.head > each.begin ? std::optional{each.head.value()} : std::nullopt;
}
std::optional<std::int64_t> done_of(const Progress& each) {
  return each.done ? std::optional{each.done->value()} : std::nullopt;
}
/// Without a checkpoint too: all that there is.
std::int64_t lag_of(const Progress& each) { return std::max<std::int64_t>(each.lag(), 0); }

template <class Part>
std::string array_of(const std::vector<Progress>& partitions, Part part) {
  std::string text = "[";
  for (std::size_t i = 0; i < partitions.size(); ++i) {
    JsonObject object;
    object.count("partition", i);
    part(object, partitions[i]);
    text += (i == 0 ? "" : ",") + object.str();
  }
  return text + "]";
}

std::string for_programs(const Standing& standing) {
  JsonObject object;
  for (const auto& [name, value] : standing.facts) object.text(name, value);
  object.raw("partitions", array_of(standing.partitions, [](JsonObject& part, const Progress& each) {
               part.raw("first", or_else(first_of(each), "null")).raw("last", or_else(last_of(each), "null"));
             }));
  std::string readers = "[";
  for (const Reader& reader : standing.readers) {
    readers += readers.size() == 1 ? "\n" : ",\n";
    readers += JsonObject{}
                   .text("name", reader.name)
                   .text("subscription", reader.subscription)
                   .text("kind", reader.kind())
                   .raw("partitions",
                        array_of(reader.progress,
                                 [](JsonObject& part, const Progress& each) {
                                   part.raw("position", or_else(done_of(each), "null")).number("lag", lag_of(each));
                                 }))
                   .str();
  }
  return object.raw("subscriptions", readers + "]").str();
}

std::string for_people(const Context& context, const Standing& standing) {
  constexpr std::size_t kWidth = 16;
  std::string text;
  for (const auto& [name, value] : standing.facts) {
    text += std::string{name} + std::string(kWidth - name.size(), ' ') + printable(value) + "\n";
  }
  Table ends{{{"PARTITION", true}, {"FIRST", true}, {"LAST", true}}, context.out.columns, context.out.color};
  for (std::size_t i = 0; i < standing.partitions.size(); ++i) {
    const Progress& each = standing.partitions[i];
    ends.add({std::to_string(i), or_else(first_of(each), "-"), or_else(last_of(each), "-")});
  }
  Table readers{{{"SUBSCRIPTION"}, {"KIND"}, {"PARTITION", true}, {"POSITION", true}, {"LAG", true}},
                context.out.columns,
                context.out.color};
  for (const Reader& reader : standing.readers) {
    if (reader.progress.empty()) readers.add({reader.name, reader.kind(), "-", "-", "-"});
    for (std::size_t i = 0; i < reader.progress.size(); ++i) {
      const Progress& each = reader.progress[i];
      readers.add(
          {reader.name, reader.kind(), std::to_string(i), or_else(done_of(each), "-"), std::to_string(lag_of(each))});
    }
  }
  for (Table* table : {&ends, &readers}) {
    if (const std::string lines = table->take(); !lines.empty()) text += "\n" + lines;
  }
  return text;
}

}  // namespace

int show_broker(Context& context) {
  const Standing standing = standing_of(context);
  Output out;
  out.write(context.json ? std::string{kEnvelopeStart} + for_programs(standing) + envelope_end()
                         : for_people(context, standing));
  out.flush();
  return kSuccess;
}

}  // namespace leftfold::inline v0::cli
