// SPDX-License-Identifier: Apache-2.0
#include <leftfold/error.h>
#include <leftfold/testing/given.h>

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include <leftfold/upcast.h>

namespace parcels {
namespace {

using leftfold::Json;
using leftfold::testing::ExpectationFailed;
using leftfold::testing::given_stored;

struct Weighed {
  int grams = 0;
};
struct Sent {
  std::string to;
  static constexpr std::string_view former_names[] = {"Posted"};
  static constexpr int event_version = 2;
  static leftfold::Parts<Sent, Weighed> from_1(Json old) {
    Json weight;
    weight["grams"] = old.take("grams", 0);
    leftfold::Parts<Sent, Weighed> parts;
    parts.add<Weighed>(1, std::move(weight)).add<Sent>(2, std::move(old));
    return parts;
  }
  using Upcasts = leftfold::Upcasts<&from_1>;
};
using ParcelEvents = leftfold::Events<Weighed, Sent, leftfold::Dropped<"Seen">>;

struct ParcelState {
  int grams = 0;
  std::string to;
  void apply(const Weighed& e) { grams = e.grams; }
  void apply(const Sent& e) { to = e.to; }
};
class Parcel : public leftfold::AggregateRoot<ParcelState, ParcelEvents> {
 public:
  using AggregateRoot::AggregateRoot;
  void send_on(std::string to) {
    versions.push_back(version().value());
    create_event(Sent{std::move(to)});
  }
  inline static std::vector<std::int64_t> versions;
};

TEST(GivenStored, ReadsThePastAsARepositoryDoes) {
  Parcel::versions.clear();
  // [given]
  given_stored<Parcel>({{"Posted", 1, R"({"to":"Ada","grams":70})"}, {"Seen", 1, "{}"}})
      .when([](Parcel& parcel) { parcel.send_on("Bob"); })
      .then(Sent{"Bob"})
      .then_state([](const ParcelState& state) { return state.grams == 70 && state.to == "Bob"; });
  // [/given]
  EXPECT_EQ(Parcel::versions, std::vector<std::int64_t>{1});  // two stored events, whatever became of them
}

TEST(GivenStored, RefusesWhatTheAggregateCannotRead) {
  EXPECT_THROW((void)given_stored<Parcel>({{"Lost", 1, "{}"}}), ExpectationFailed);
  EXPECT_THROW((void)given_stored<Parcel>({{"Sent", 3, "{}"}}), leftfold::Error);
  EXPECT_THROW((void)given_stored<Parcel>({{"Weighed", 1, R"({"grams":"many"})"}}), leftfold::Error);
}

}  // namespace
}  // namespace parcels
