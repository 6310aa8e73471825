// SPDX-License-Identifier: Apache-2.0
// Random chains of versions, renames and splits, against what a plain walk over the same plan says.
#include <leftfold/event_info.h>

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <deque>
#include <random>
#include <string>
#include <utility>
#include <vector>

namespace {

using leftfold::EventCatalog;
using leftfold::EventInfo;
using leftfold::EventPart;
using leftfold::Json;
using leftfold::RecordedEvent;
using leftfold::UpcastStep;

constexpr int kMostTypes = 5;
constexpr int kMostVersions = 6;

struct PlannedPart {
  int type;
  int version;
};
enum class Does { unchanged, changes, splits };
struct PlannedStep {
  Does does = Does::unchanged;
  std::vector<PlannedPart> into;
};
// types[t][v - 1] is the step from version v.
struct Plan {
  std::vector<std::vector<PlannedStep>> types;
  std::vector<std::string> names;
  std::vector<std::vector<std::string>> former_names;
};
Plan plan;  // steps are plain functions: they find their plan here

// Every step leaves its mark, so that the order of steps shows in the payload.
void mark(Json& payload, int type, int version) {
  payload["marks"].elements().push_back(std::to_string(type) + "." + std::to_string(version));
}

template <int type, int version>
void change(Json& payload) {
  mark(payload, type, version);
}
template <int type, int version>
std::vector<EventPart> split(Json payload) {
  std::vector<EventPart> parts;
  mark(payload, type, version);
  for (const PlannedPart& part : plan.types[type][version - 1].into) {
    parts.push_back({plan.names[static_cast<std::size_t>(part.type)], part.version, payload});
  }
  return parts;
}

template <std::size_t... i>
constexpr auto all_steps(std::index_sequence<i...>) {
  return std::array<std::pair<void (*)(Json&), std::vector<EventPart> (*)(Json)>, sizeof...(i)>{std::pair{
      &change<i / kMostVersions, i % kMostVersions + 1>, &split<i / kMostVersions, i % kMostVersions + 1>}...};
}
constexpr auto kSteps = all_steps(std::make_index_sequence<kMostTypes * kMostVersions>{});

// A world of events with random histories. Parts go to later types only, or on in their own: no circle.
class World {
 public:
  explicit World(unsigned seed) : random_{seed} {
    plan = {};
    const int types = 1 + below(kMostTypes);
    for (int t = 0; t < types; ++t) {
      plan.types.emplace_back(static_cast<std::size_t>(below(kMostVersions)));
      plan.names.push_back("Event" + std::to_string(t));
      plan.former_names.emplace_back();
      for (int n = below(3); n > 0; --n)
        plan.former_names.back().push_back("Was" + std::to_string(t) + std::to_string(n));
    }
    for (int t = 0; t < types; ++t) {
      for (int v = 1; v < version_of(t); ++v) fill(t, v);
    }
    for (int t = 0; t < types; ++t) add(t);
    catalog_.events = pointers_;
  }

  [[nodiscard]] int version_of(int type) const {
    return static_cast<int>(plan.types[static_cast<std::size_t>(type)].size()) + 1;
  }
  [[nodiscard]] const EventCatalog& catalog() const { return catalog_; }
  int below(int limit) { return std::uniform_int_distribution<int>{0, limit - 1}(random_); }

  // What must come out: "Event1 [marks]" for each part, in order.
  void expect(int type, int version, std::vector<std::string> marks, std::vector<std::string>& out) const {
    for (; version < version_of(type); ++version) {
      const PlannedStep& step = plan.types[static_cast<std::size_t>(type)][static_cast<std::size_t>(version) - 1];
      if (step.does != Does::unchanged) marks.push_back(std::to_string(type) + "." + std::to_string(version));
      if (step.does != Does::splits) continue;
      for (const PlannedPart& part : step.into) expect(part.type, part.version, marks, out);
      return;
    }
    std::string text = plan.names[static_cast<std::size_t>(type)];
    for (const std::string& each : marks) text += " " + each;
    out.push_back(text);
  }

 private:
  void fill(int type, int version) {
    PlannedStep& step = plan.types[static_cast<std::size_t>(type)][static_cast<std::size_t>(version) - 1];
    step.does =
        std::array{Does::unchanged, Does::changes, Does::changes, Does::splits}[static_cast<std::size_t>(below(4))];
    if (step.does != Does::splits) return;
    for (int n = below(4); n > 0; --n) {
      const int into = type + below(static_cast<int>(plan.types.size()) - type);
      const int least = into == type ? version + 1 : 1;
      step.into.push_back({into, least + below(version_of(into) - least + 1)});
    }
  }

  void add(int type) {
    const auto t = static_cast<std::size_t>(type);
    std::vector<UpcastStep>& steps = steps_.emplace_back();
    EventInfo& info = infos_.emplace_back();
    for (std::size_t v = 0; v < plan.types[t].size(); ++v) {
      const auto [changes, splits] = kSteps[t * kMostVersions + v];
      UpcastStep step;
      if (plan.types[t][v].does == Does::changes) step.change = changes;
      if (plan.types[t][v].does == Does::splits) step.split = splits;
      steps.push_back(step);
      if (plan.types[t][v].does != Does::unchanged) info.direct_from = static_cast<int>(v) + 2;
    }
    std::vector<std::string_view>& former =
        former_.emplace_back(plan.former_names[t].begin(), plan.former_names[t].end());
    info.name = plan.names[t];
    info.former_names = former;
    info.version = version_of(type);
    info.upcasts = steps;
    pointers_.push_back(&info);
  }

  std::mt19937 random_;
  std::deque<std::vector<UpcastStep>> steps_;
  std::deque<std::vector<std::string_view>> former_;
  std::deque<EventInfo> infos_;
  std::vector<const EventInfo*> pointers_;
  EventCatalog catalog_;
};

constexpr std::string_view kUntouched = R"("id":18446744073709551615,"price":0.10,"big":1e300,"t":"\u0000ä")";

std::vector<std::string> outcome(const RecordedEvent& event, const EventCatalog& catalog) {
  std::vector<std::string> out;
  const auto now = leftfold::upcast(event, catalog);
  if (!now) return {"unknown"};
  for (const RecordedEvent& part : now->events()) {
    EXPECT_EQ(part.id, event.id);
    EXPECT_EQ(part.version, event.version);
    EXPECT_EQ(part.schema_version, catalog.find(part.type)->version);
    EXPECT_NE(part.payload.find(kUntouched), std::string_view::npos) << part.payload;
    std::string text{part.type};
    const Json payload = Json::parse(part.payload);
    for (const Json& each : payload.at("marks").elements()) text += " " + each.as<std::string>();
    out.push_back(text);
  }
  return out;
}

TEST(UpcastProperties, EveryChainEndsWhereThePlanSays) {
  const std::string payload = "{" + std::string{kUntouched} + R"(,"marks":[]})";
  int splits = 0;
  for (unsigned seed = 0; seed < 2000; ++seed) {
    World world{seed};
    for (int type = 0; type < static_cast<int>(plan.types.size()); ++type) {
      for (int version = 1; version <= world.version_of(type); ++version) {
        std::vector<std::string> expected;
        world.expect(type, version, {}, expected);
        splits += expected.size() > 1 ? 1 : 0;
        std::vector<std::string> names = plan.former_names[static_cast<std::size_t>(type)];
        names.push_back(plan.names[static_cast<std::size_t>(type)]);
        for (const std::string& name : names) {
          RecordedEvent event;
          event.type = name;
          event.schema_version = version;
          event.payload = payload;
          event.version = leftfold::Version{7};
          event.id = leftfold::Uuid::v7(leftfold::Timestamp{});
          ASSERT_EQ(outcome(event, world.catalog()), expected)
              << "seed " << seed << ", " << name << " version " << version;
        }
      }
    }
  }
  EXPECT_GT(splits, 1000);  // the plans do cover what is hard
}

// Whoever stores what a step gives, under the next version, ends at the same place.
TEST(UpcastProperties, StepsCanBeTakenOneByOne) {
  const std::string payload = "{" + std::string{kUntouched} + R"(,"marks":[]})";
  for (unsigned seed = 0; seed < 2000; ++seed) {
    const World world{seed};
    for (const EventInfo* const info : world.catalog().events) {
      for (int version = 1; version < info->version; ++version) {
        const UpcastStep& step = info->upcasts[static_cast<std::size_t>(version) - 1];
        RecordedEvent event;
        event.type = info->name;
        event.schema_version = version;
        event.payload = payload;
        Json changed = Json::parse(payload);
        std::vector<EventPart> parts;
        if (step.split != nullptr) {
          parts = step.split(changed);
        } else {
          if (step.change != nullptr) step.change(changed);
          parts.push_back({info->name, version + 1, changed});
        }
        std::vector<std::string> one_by_one;
        for (const EventPart& part : parts) {
          const std::string text = part.payload.text();
          RecordedEvent next = event;
          next.type = part.type;
          next.schema_version = part.version;
          next.payload = text;
          for (std::string& each : outcome(next, world.catalog())) one_by_one.push_back(std::move(each));
        }
        ASSERT_EQ(outcome(event, world.catalog()), one_by_one) << "seed " << seed;
      }
    }
  }
}

}  // namespace
