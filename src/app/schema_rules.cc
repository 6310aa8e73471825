// SPDX-License-Identifier: Apache-2.0
#include "app/schema_rules.h"

#include <algorithm>
#include <array>
#include <utility>

#include <leftfold/error.h>

#include "app/nearest.h"
#include "app/type_rules.h"

namespace leftfold::inline v0::app {
namespace {

constexpr std::array<std::pair<std::string_view, Compatibility>, 4> kModes{{{"backward", Compatibility::backward},
                                                                            {"forward", Compatibility::forward},
                                                                            {"full", Compatibility::full},
                                                                            {"none", Compatibility::none}}};

bool lists(const Json& object, std::string_view member, std::string_view name) {
  const Json* const names = object.find(member);
  if (names == nullptr) return false;
  const auto& all = names->elements();
  return std::any_of(all.begin(), all.end(), [name](const Json& each) { return each.as<std::string>() == name; });
}

/// A program's schema, asked by names of stored events.
class Program {
 public:
  explicit Program(const Json& schema) : schema_{schema} {}

  /// The event stored under this name, now or formerly; null when there is none.
  [[nodiscard]] const Json::Member* event(std::string_view name) const {
    const auto& events = schema_.at("events").members();
    const auto is_it = [name](const Json::Member& event) { return event.name == name; };
    const auto was_it = [name](const Json::Member& event) { return lists(event.value, "former_names", name); };
    auto at = std::find_if(events.begin(), events.end(), is_it);
    if (at == events.end()) at = std::find_if(events.begin(), events.end(), was_it);
    return at == events.end() ? nullptr : &*at;
  }
  [[nodiscard]] const Json* aggregate(std::string_view name) const { return schema_.at("aggregates").find(name); }
  /// Whether this aggregate can be loaded when such an event is among its own.
  [[nodiscard]] bool loads(const Json& aggregate, std::string_view name) const {
    if (lists(aggregate, "dropped", name)) return true;
    const Json::Member* const known = event(name);
    return known != nullptr && lists(aggregate, "events", known->name);
  }
  [[nodiscard]] bool some_aggregate_loads(std::string_view name) const {
    const auto& all = schema_.at("aggregates").members();
    return std::any_of(all.begin(), all.end(), [&](const Json::Member& each) { return loads(each.value, name); });
  }
  [[nodiscard]] const Json& schema() const { return schema_; }

 private:
  const Json& schema_;
};

/// What one program cannot read of another's events.
class Reading {
 public:
  Reading(const Json& reader, const Json& writer, bool backward, std::vector<Incompatibility>& found)
      : reader_{reader}, writer_{writer}, backward_{backward}, found_{found} {}

  void run() {
    for (const Json::Member& aggregate : writer_.schema().at("aggregates").members()) check_aggregate(aggregate);
    for (const Json::Member& event : writer_.schema().at("events").members()) {
      const Json::Member* const known = reader_.event(event.name);
      if (known == nullptr) continue;
      check_event("events." + event.name, known->value, event);
      if (backward_) check_steps("events." + event.name, known->value, event.value);
    }
    for (const Json::Member& handler : reader_.schema().at("handlers").members()) check_handler(handler);
  }

 private:
  [[nodiscard]] std::string reader() const { return backward_ ? "the new program" : "the old program"; }
  [[nodiscard]] std::string writer() const { return backward_ ? "the old program" : "the new program"; }

  void fail(std::string path, std::string what, std::string why, std::string next) {
    found_.push_back(
        {backward_ ? "backward" : "forward", std::move(path), std::move(what), std::move(why), std::move(next)});
  }

  void check_aggregate(const Json::Member& aggregate) {
    const auto& events = aggregate.value.at("events").elements();
    const Json* const same = reader_.aggregate(aggregate.name);
    const auto known = [&](const Json& event) {
      const std::string name = event.as<std::string>();
      return same != nullptr ? reader_.loads(*same, name) : reader_.some_aggregate_loads(name);
    };
    // An aggregate that is there or not as a whole is not in anybody's way; one that has another name now is.
    if (same == nullptr && std::none_of(events.begin(), events.end(), known)) return;
    if (backward_) check_older_names(aggregate, events, known);
    for (const Json& event : events) {
      if (known(event)) continue;
      const std::string name = event.as<std::string>();
      fail("aggregates." + aggregate.name + "." + name, backward_ ? "the event is gone" : "the event is new",
           reader() + " cannot load a " + aggregate.name + " that has one",
           backward_ ? "keep it in the list; or put its name into former_names of what it is now, or "
                       "leftfold::Dropped<\"" +
                           name + "\"> into the list"
                     : "deploy a program that knows the event, and create the first one when no older program runs");
    }
  }

  /// What programs before the writer stored is there too: under former names, and what the writer drops.
  template <class Known>
  void check_older_names(const Json::Member& aggregate, const std::vector<Json>& events, const Known& known) {
    const auto check = [&](const Json& name, const std::string& next) {
      if (known(name)) return;
      fail("aggregates." + aggregate.name + "." + name.as<std::string>(), "events stored under this name are unknown",
           reader() + " cannot load a " + aggregate.name + " that has one", next);
    };
    for (const Json& event : events) {
      const Json* const info = writer_.schema().at("events").find(event.as<std::string>());
      const Json* const former = info == nullptr ? nullptr : info->find("former_names");
      if (former == nullptr) continue;
      for (const Json& name : former->elements())
        check(name, "keep it in former_names of what " + event.as<std::string>() + " is now");
    }
    const Json* const dropped = aggregate.value.find("dropped");
    if (dropped == nullptr) return;
    for (const Json& name : dropped->elements())
      check(name, "keep leftfold::Dropped<\"" + name.as<std::string>() + "\"> in the list");
  }

  /// Events of versions before the writer's need the steps that it has for them.
  void check_steps(const std::string& path, const Json& read, const Json& stored) {
    const Json* const had = stored.find("upcasts");
    const Json* const has = read.find("upcasts");
    if (had == nullptr || has == nullptr) return;  // without any there is one version
    const std::vector<Json>& before = had->elements();
    const std::vector<Json>& now = has->elements();
    const auto is_unchanged = [](const Json& step) {
      return step.kind() == Json::Kind::string && step.as<std::string>() == "unchanged";
    };
    for (std::size_t at = 0; at < std::min(before.size(), now.size()); ++at) {
      if (is_unchanged(before[at]) || !is_unchanged(now[at])) continue;
      fail(path, "the upcast from version " + std::to_string(at + 1) + " is gone",
           reader() + " takes events of that version as they are", "keep the upcast as long as such events are stored");
    }
  }

  void check_event(const std::string& path, const Json& read, const Json::Member& stored) {
    const int reads = read.at("version").as<int>();
    const int stores = stored.value.at("version").as<int>();
    if (stores > reads) {
      return fail(path,
                  "version " + std::to_string(stores) + " is stored, " + reader() + " knows " + std::to_string(reads),
                  reader() + " refuses events of a newer version",
                  backward_ ? "never lower event_version"
                            : "an addition needs no new version; for everything else let no older program read on");
    }
    Renames renames = stores < reads ? Renames::ruled_out : Renames::suspected;
    for (int version = stores; version < reads; ++version) {
      const Json& step = read.at("upcasts").elements().at(static_cast<std::size_t>(version - 1));
      if (step.kind() != Json::Kind::string || step.as<std::string>() != "unchanged")
        return;  // an upcast answers for it
    }
    compare_fields(read.at("fields"), stored.value.at("fields"), path, renames, [&](const TypeProblem& problem) {
      fail(problem.path, problem.what, reader() + " reads what " + writer() + " stored: " + problem.why,
           backward_ ? "take it back, or raise event_version of " + stored.name + " and write an upcast from version " +
                           std::to_string(stores)
                     : "take it back, or add a new field beside the old one and fill both while older programs run");
    });
  }

  /// A handler may have a struct of its own for another's event.
  void check_handler(const Json::Member& handler) {
    const Json* const reads = handler.value.find("reads");
    if (reads == nullptr) return;
    for (const Json::Member& event : writer_.schema().at("events").members()) {
      const auto& own = reads->members();
      const auto at = std::find_if(own.begin(), own.end(), [&](const Json::Member& each) {
        return each.name == event.name || lists(each.value, "former_names", event.name);
      });
      if (at != own.end()) check_event("handlers." + handler.name + "." + at->name, at->value, event);
    }
  }

  Program reader_;
  Program writer_;
  bool backward_;
  std::vector<Incompatibility>& found_;
};

}  // namespace

Compatibility compatibility_of(std::string_view name) {
  std::vector<std::string_view> names;
  for (const auto& [known, mode] : kModes) {
    if (known == name) return mode;
    names.push_back(known);
  }
  throw Error{Errc::invalid_argument, "\"" + std::string{name} + "\" is no mode" + did_you_mean(name, names) +
                                          "; use backward, forward, full or none"};
}

std::vector<Incompatibility> incompatibilities(const Json& before, const Json& after, Compatibility mode) {
  std::vector<Incompatibility> found;
  if (mode == Compatibility::backward || mode == Compatibility::full) Reading{after, before, true, found}.run();
  if (mode == Compatibility::forward || mode == Compatibility::full) Reading{before, after, false, found}.run();
  return found;
}

}  // namespace leftfold::inline v0::app
