// SPDX-License-Identifier: Apache-2.0
#include <leftfold/event_info.h>
#include <leftfold/handler_table.h>
#include <leftfold/listener.h>
#include <leftfold/memory.h>
#include <leftfold/projector.h>
#include <leftfold/repository.h>

#include <gtest/gtest.h>

#include <cstdint>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "support/failure_of.h"

namespace upcast_tests {
namespace {

using leftfold::EventMetadata;
using leftfold::HandlerTable;
using leftfold::Json;
using leftfold::Parts;
using leftfold::RecordedEvent;
using leftfold::test_support::failure;

struct AddressGiven {
  std::string street;
  std::string city = "?";
  static constexpr int event_version = 2;
  static void from_1(Json& payload) {
    if (payload.at("street").as<std::string>() == "boom") throw std::runtime_error{"boom"};
    if (payload.at("street").as<std::string>() == "42") throw 42;
    payload["city"] = "Berlin";
  }
  using Upcasts = leftfold::Upcasts<&from_1>;
};

// Version 1 held the address; 2 called the name "n"; from 3 to 4 only a field came.
struct CustomerRegistered {
  std::string name;
  std::int64_t number = 0;
  std::string note = "none";
  static constexpr int event_version = 4;
  static constexpr std::string_view former_names[] = {"CustomerSignedUp", "SignedUp"};
  static Parts<CustomerRegistered, AddressGiven> from_1(Json old) {
    Parts<CustomerRegistered, AddressGiven> parts;
    if (old.contains("street")) parts.add<AddressGiven>(1, Json::object({{"street", old.take("street")}}));
    if (!old.contains("gone")) parts.add<CustomerRegistered>(2, std::move(old));
    return parts;
  }
  static void from_2(Json& payload) { payload.rename("n", "name"); }
  using Upcasts = leftfold::Upcasts<&from_1, &from_2, leftfold::unchanged>;
};

// All of its stored events are something else now.
struct Moved {
  static constexpr int event_version = 2;
  static Parts<AddressGiven> from_1(Json old) {
    Parts<AddressGiven> parts;
    parts.add<AddressGiven>(2, std::move(old));
    return parts;
  }
  using Upcasts = leftfold::Upcasts<&from_1>;
};

using CustomerEvents = leftfold::Events<CustomerRegistered, AddressGiven, Moved, leftfold::Dropped<"CustomerViewed">>;

struct CustomerState {
  std::vector<std::string> seen;
  void apply(const CustomerRegistered& e) {
    seen.push_back("registered " + e.name + " " + std::to_string(e.number) + " " + e.note);
  }
  void apply(const AddressGiven& e) { seen.push_back("lives " + e.street + " " + e.city); }
  void apply(const Moved&) { seen.push_back("moved"); }
};
class Customer : public leftfold::AggregateRoot<CustomerState, CustomerEvents> {
 public:
  using AggregateRoot::AggregateRoot;
  void give(std::string street) { create_event(AddressGiven{std::move(street), "Bonn"}); }
};

RecordedEvent event(std::string_view type, int version, std::string_view payload) {
  RecordedEvent e;
  e.type = type;
  e.payload = payload;
  e.schema_version = version;
  e.aggregate_id = "c-1";
  e.version = leftfold::Version{0};
  return e;
}

const leftfold::EventCatalog& catalog() {
  static const leftfold::EventCatalog all = leftfold::catalog_of<CustomerEvents>();
  return all;
}

// What becomes of a stored event, as "Type/version payload".
std::vector<std::string> now(const RecordedEvent& stored) {
  std::vector<std::string> texts;
  const auto events = leftfold::upcast(stored, catalog());
  if (!events) return {"unknown"};
  for (const RecordedEvent& e : events->events()) {
    texts.push_back(std::string{e.type} + "/" + std::to_string(e.schema_version) + " " + std::string{e.payload});
  }
  return texts;
}

using Texts = std::vector<std::string>;

TEST(Upcast, RaisesOneVersionAfterTheOther) {
  EXPECT_EQ(now(event("CustomerRegistered", 2, R"({"n":"Ada","number":9223372036854775807,"x":0.10})")),
            Texts{R"(CustomerRegistered/4 {"name":"Ada","number":9223372036854775807,"x":0.10})"});
}

TEST(Upcast, LeavesTheTextOfAnUnchangedVersionAlone) {
  // Not even JSON: no document was made of it.
  EXPECT_EQ(now(event("CustomerRegistered", 3, "as it is")), Texts{"CustomerRegistered/4 as it is"});
  EXPECT_EQ(now(event("CustomerRegistered", 4, "as it is")), Texts{"CustomerRegistered/4 as it is"});
}

TEST(Upcast, SplitsAndLetsThePartsGoTheirOwnWay) {
  EXPECT_EQ(now(event("CustomerRegistered", 1, R"({"n":"Ada","street":"A 1"})")),
            (Texts{R"(AddressGiven/2 {"street":"A 1","city":"Berlin"})", R"(CustomerRegistered/4 {"name":"Ada"})"}));
  EXPECT_EQ(now(event("Moved", 1, R"({"street":"B 2"})")), Texts{R"(AddressGiven/2 {"street":"B 2"})"});
  EXPECT_EQ(now(event("CustomerRegistered", 1, R"({"gone":true})")), Texts{});
}

TEST(Upcast, KnowsFormerNamesAndWhatIsDropped) {
  EXPECT_EQ(now(event("SignedUp", 2, R"({"n":"Ada"})")), Texts{R"(CustomerRegistered/4 {"name":"Ada"})"});
  EXPECT_EQ(now(event("CustomerSignedUp", 4, R"({"name":"Ada"})")), Texts{R"(CustomerRegistered/4 {"name":"Ada"})"});
  EXPECT_EQ(now(event("CustomerViewed", 7, "anything")), Texts{});
  EXPECT_EQ(now(event("SomebodyElses", 1, "{}")), Texts{"unknown"});
}

TEST(Upcast, NamesTheStepThatFails) {
  const auto [code, text] = failure([] { (void)now(event("CustomerRegistered", 1, R"({"street":"boom"})")); });
  EXPECT_EQ(code, "invalid_data");
  EXPECT_NE(text.find("the upcast of AddressGiven from version 1 failed: boom"), std::string::npos) << text;
  EXPECT_NE(text.find("CustomerRegistered (aggregate \"c-1\""), std::string::npos) << text;
  EXPECT_EQ(failure([] { (void)now(event("AddressGiven", 1, R"({"street":"42"})")); }).first, "invalid_data");
  EXPECT_EQ(failure([] { (void)now(event("AddressGiven", 1, "{}")); }).first, "invalid_data");
  EXPECT_EQ(failure([] { (void)now(event("AddressGiven", 1, "{")); }).first, "invalid_data");
}

TEST(Upcast, RefusesTheEventsOfANewerProgram) {
  EXPECT_EQ(failure([] { (void)now(event("CustomerRegistered", 5, "{}")); }).first, "unsupported");
  EXPECT_EQ(failure([] { (void)now(event("SignedUp", 5, "{}")); }).first, "unsupported");
}

TEST(Upcast, TriesWhetherThisProgramReadsAnEvent) {
  EXPECT_TRUE(leftfold::try_decode(event("CustomerRegistered", 1, R"({"n":"Ada","street":"A 1"})"), catalog()));
  EXPECT_TRUE(leftfold::try_decode(event("CustomerViewed", 1, ""), catalog()));
  EXPECT_FALSE(leftfold::try_decode(event("SomebodyElses", 1, "{}"), catalog()));
  EXPECT_EQ(failure([] { (void)leftfold::try_decode(event("CustomerRegistered", 2, R"({"n":7})"), catalog()); }).first,
            "invalid_data");
}

// Upcasts that lead back to where they came from.
struct Pong;
struct Ping {
  static constexpr int event_version = 2;
  static Parts<Pong> from_1(Json old);
  using Upcasts = leftfold::Upcasts<&from_1>;
};
struct Pong {
  static constexpr int event_version = 2;
  static Parts<Ping> from_1(Json old) {
    Parts<Ping> parts;
    parts.add<Ping>(1, std::move(old));
    return parts;
  }
  using Upcasts = leftfold::Upcasts<&from_1>;
};
Parts<Pong> Ping::from_1(Json old) {
  Parts<Pong> parts;
  const int version = old.contains("version") ? old.at("version").as<int>() : 1;
  parts.add<Pong>(version, std::move(old));
  return parts;
}

TEST(Upcast, EndsWhenUpcastsGoInACircle) {
  const auto both = leftfold::catalog_of<leftfold::Events<Ping, Pong>>();
  const auto circle = failure([&] { (void)leftfold::upcast(event("Ping", 1, "{}"), both); });
  EXPECT_NE(circle.second.find("circle"), std::string::npos) << circle.second;
  const auto none = failure([&] { (void)leftfold::upcast(event("Ping", 1, R"({"version":3})"), both); });
  EXPECT_NE(none.second.find("\"Pong\" version 3, which does not exist"), std::string::npos) << none.second;
}

void append(leftfold::MemoryStore& store, std::vector<RecordedEvent> events) {
  leftfold::AppendRequest request;
  request.aggregate_id = "c-1";
  for (const RecordedEvent& e : events) {
    request.events.push_back(
        {leftfold::Uuid::v7(leftfold::Timestamp{}), std::string{e.type}, std::string{e.payload}, "", e.schema_version});
  }
  ASSERT_TRUE(std::holds_alternative<leftfold::Appended>(store.append(request)));
}

TEST(Upcast, AnAggregateIsTheFoldOfThePartsAndCountsStoredEvents) {
  leftfold::MemoryStore store;
  append(store, {event("SignedUp", 1, R"({"n":"Ada","number":1,"street":"A 1"})"), event("CustomerViewed", 1, "{}"),
                 event("Moved", 1, R"({"street":"B 2","city":"Bonn"})"),
                 event("AddressGiven", 2, R"({"street":"C 3","city":"Ulm"})")});
  const leftfold::Repository<Customer> customers{store};
  Customer customer = customers.load("c-1");
  EXPECT_EQ(customer.version(), leftfold::Version{3});
  EXPECT_EQ(customer.state().seen,
            (Texts{"lives A 1 Berlin", "registered Ada 1 none", "lives B 2 Bonn", "lives C 3 Ulm"}));
  customer.give("D 4");
  EXPECT_EQ(customers.save(customer).version, leftfold::Version{4});
  EXPECT_EQ(store.read_stream("c-1", leftfold::Version{4}, 1)[0].schema_version, 2);
}

TEST(Upcast, AnAggregateStillRefusesWhatItDoesNotKnow) {
  leftfold::MemoryStore store;
  append(store, {event("CustomerWhat", 1, "{}")});
  EXPECT_EQ(failure([&] { (void)leftfold::Repository<Customer>{store}.load("c-1"); }).first, "corrupt");
}

struct Addresses : leftfold::Listener<CustomerEvents> {
  void on(const AddressGiven& e, const EventMetadata& meta) {
    seen.push_back(e.street + " " + meta.event_type + "/" + std::to_string(meta.schema_version) + " part " +
                   std::to_string(meta.part) + " of " + std::to_string(meta.parts));
  }
  std::vector<std::string> seen;
};
struct Names : leftfold::Projector<CustomerEvents> {
  void on(const CustomerRegistered& e) { names.push_back(e.name); }
  void reset() {}
  std::vector<std::string> names;
};

TEST(Upcast, AHandlerReceivesEveryPartOfItsOwn) {
  Addresses addresses;
  const HandlerTable table = HandlerTable::of(addresses);
  EXPECT_TRUE(table.handle(event("SignedUp", 1, R"({"n":"Ada","street":"A 1"})")));
  EXPECT_TRUE(table.handle(event("AddressGiven", 2, R"({"street":"B 2"})")));
  EXPECT_FALSE(table.handle(event("CustomerRegistered", 4, R"({"name":"Ada"})")));
  EXPECT_FALSE(table.handle(event("CustomerRegistered", 1, R"({"n":"Ada"})")));
  EXPECT_EQ(addresses.seen, (Texts{"A 1 AddressGiven/1 part 0 of 2", "B 2 AddressGiven/2 part 0 of 1"}));
}

TEST(Upcast, AHandlerIsToldOfEveryNameThatMayBecomeItsOwn) {
  Addresses addresses;
  const HandlerTable of_addresses = HandlerTable::of(addresses);
  for (const std::string_view name : {"AddressGiven", "CustomerRegistered", "CustomerSignedUp", "SignedUp", "Moved"}) {
    EXPECT_TRUE(of_addresses.handles(name)) << name;
  }
  EXPECT_FALSE(of_addresses.handles("CustomerViewed"));
  EXPECT_FALSE(of_addresses.handles("SomebodyElses"));
  ASSERT_EQ(of_addresses.entries().size(), 1U);

  Names names;
  const HandlerTable of_names = HandlerTable::of(names);
  EXPECT_TRUE(of_names.handles("SignedUp"));
  EXPECT_FALSE(of_names.handles("Moved"));
  EXPECT_FALSE(of_names.handles("AddressGiven"));
  EXPECT_TRUE(of_names.handle(event("SignedUp", 2, R"({"n":"Ada"})")));
  EXPECT_EQ(names.names, Texts{"Ada"});
}

TEST(Upcast, AHandlerDoesNotBringUpToDateWhatItDoesNotReceive) {
  Names names;
  EXPECT_FALSE(HandlerTable::of(names).handle(event("Moved", 1, "no JSON at all")));
}

}  // namespace
}  // namespace upcast_tests
