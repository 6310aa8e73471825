// SPDX-License-Identifier: Apache-2.0
#include <leftfold/event_info.h>

#include <algorithm>
#include <new>
#include <string>
#include <utility>

#include <leftfold/error.h>

#include "core/in_quotes.h"
#include "core/place.h"

namespace leftfold::inline v0 {

/// One stored event on its way to today.
struct Upcasting {
  // Splits inside splits; far more than anybody writes. Those that lead back to where they came from end here.
  static constexpr int kMostSplits = 64;

  const RecordedEvent& stored;
  const EventCatalog& catalog;
  UpcastEvents& result;
  int open_splits = 0;

  void add(const EventInfo& info, std::string text) {
    result.texts_.push_back(std::move(text));
    add(info);
  }

  /// The payload is set when no more texts come.
  void add(const EventInfo& info) {
    RecordedEvent& event = result.events_.emplace_back(stored);
    event.type = info.name;
    event.schema_version = info.version;
  }

  void set_payloads() {
    for (std::size_t i = 0; i < result.texts_.size(); ++i) result.events_[i].payload = result.texts_[i];
  }

  void raise(const EventInfo& info, int version, Json payload) {
    for (; version < info.version; ++version) {
      const UpcastStep& step = info.upcasts[static_cast<std::size_t>(version - 1)];
      if (step.split != nullptr) {
        if (open_splits == kMostSplits)
          fail(info, version, "it goes round in a circle with the upcasts of other events");
        ++open_splits;
        const auto parts = guarded(info, version, [&] { return step.split(std::move(payload)); });
        for (const EventPart& part : parts) raise_part(info, version, part);
        --open_splits;
        return;
      }
      if (step.change != nullptr) guarded(info, version, [&] { step.change(payload); });
    }
    add(info, guarded(info, version - 1, [&] { return payload.text(); }));
  }

  void raise_part(const EventInfo& whole, int version, const EventPart& part) {
    const EventInfo* const info = catalog.find(part.type);
    if (info == nullptr) {  // a list does not compile without it; a handler's own view of another's events may lack it
      fail(whole, version, "it splits off the event " + in_quotes(part.type) + ", which is not in this list");
    }
    if (part.version < 1 || part.version > info->version || (info == &whole && part.version <= version)) {
      fail(whole, version,
           "it gives " + in_quotes(part.type) + " version " + std::to_string(part.version) +
               (info == &whole && part.version <= version ? ", which it does not lead beyond"
                                                          : ", which does not exist"));
    }
    raise(*info, part.version, part.payload);
  }

  template <class Step>
  auto guarded(const EventInfo& info, int version, Step step) -> decltype(step()) {
    try {
      return step();
    } catch (const std::bad_alloc&) {
      throw;
    } catch (const std::exception& e) {
      fail(info, version, e.what());
    } catch (...) {
      fail(info, version, "it threw what is no std::exception");
    }
  }

  [[noreturn]] void fail(const EventInfo& info, int version, const std::string& why) const {
    throw Error{Errc::invalid_data, "event " + detail::place_of(stored) + " does not decode: the upcast of " +
                                        std::string{info.name} + " from version " + std::to_string(version) +
                                        " failed: " + why};
  }

  [[nodiscard]] static std::string in_quotes(std::string_view name) { return detail::in_quotes(name); }
};

bool EventInfo::is_stored_as(std::string_view type) const noexcept {
  return type == name || std::find(former_names.begin(), former_names.end(), type) != former_names.end();
}

const EventInfo* EventCatalog::find(std::string_view type) const noexcept {
  for (const EventInfo* const info : events) {
    if (info->name == type) return info;
  }
  for (const EventInfo* const info : events) {
    if (info->is_stored_as(type)) return info;
  }
  return nullptr;
}

bool EventCatalog::drops(std::string_view type) const noexcept {
  return std::find(dropped.begin(), dropped.end(), type) != dropped.end();
}

std::optional<UpcastEvents> upcast(const RecordedEvent& event, const EventCatalog& catalog) {
  UpcastEvents result;
  const EventInfo* const info = catalog.find(event.type);
  if (info == nullptr) {
    if (catalog.drops(event.type)) return result;
    return std::nullopt;
  }
  detail::check_schema_version(event, info->version);
  Upcasting upcasting{event, catalog, result};
  if (event.schema_version >= info->direct_from) {
    upcasting.add(*info);  // with the stored payload
    return result;
  }
  Json payload;
  try {
    payload = Json::parse(event.payload);
  } catch (const JsonError& e) {
    detail::throw_undecodable(event, e);
  }
  upcasting.raise(*info, std::max<int>(event.schema_version, 1), std::move(payload));
  upcasting.set_payloads();
  return result;
}

bool try_decode(const RecordedEvent& event, const EventCatalog& catalog) {
  const auto now = upcast(event, catalog);
  if (!now) return false;
  for (const RecordedEvent& part : now->events()) catalog.find(part.type)->decode(part);
  return true;
}

}  // namespace leftfold::inline v0
