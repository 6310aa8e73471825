// SPDX-License-Identifier: Apache-2.0
// App::load: handlers in shared libraries.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <string>
#include <variant>
#include <vector>

#include <leftfold/leftfold.h>

namespace leftfold {
namespace {

namespace fs = std::filesystem;

fs::path library(const std::string& name) { return fs::path{HANDLER_LIBRARIES} / ("lib" + name + ".so"); }

/// An App in memory, with the libraries.
struct World {
  World() { app.settings().set("store", "memory:"); }
  App app{"shop", Settings::Environment{}};

  [[nodiscard]] std::vector<std::string> handlers() const {
    std::vector<std::string> names;
    for (const HandlerInfo& each : app.handlers()) names.push_back(each.name);
    return names;
  }
  void append(const std::string& id, const std::string& type, const std::string& payload) {
    const std::vector<NewEvent> events{{Uuid::v7(system_clock().now()), type, payload, {}, 1}};
    const EventPage before = app.store().read_stream(id, Version{0}, 100);
    const Version expected = before.empty() ? Version::none() : before.back().version;
    ASSERT_TRUE(std::holds_alternative<Appended>(app.store().append({id, expected, events, {}})));
  }
  void handle_all() {
    const Position head = app.store().head();
    Running handlers = app.start();
    EXPECT_TRUE(app.runner().wait_until_handled(head, {}, kNever));
    handlers.finish();
  }
};

/// The message of the Error that loading throws; its code must be `code`.
std::string refusal(App& app, const fs::path& path, Errc code) {
  try {
    app.load(path);
  } catch (const Error& error) {
    EXPECT_EQ(to_string(error.code()), to_string(code)) << error.what();
    return error.what();
  }
  ADD_FAILURE() << path << " was loaded";
  return {};
}

bool has(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

TEST(HandlerLibraries, TheirHandlersHandle) {
  World world;
  world.app.load(library("stock"));
  EXPECT_EQ(world.handlers(), (std::vector<std::string>{"Taken", "CheckStock"}));
  EXPECT_EQ(world.app.handlers().front().library, library("stock").string());
  world.append("cart-1", "CartItemAdded", R"({"product_id":"apple","quantity":2})");
  world.append("cart-1", "CartItemAdded", R"({"product_id":"unicorn","quantity":1})");
  world.handle_all();
  struct Row {
    std::string product;
    int quantity = 0;
  };
  const auto rows = world.app.read_model().query<Row>("SELECT product, quantity FROM taken ORDER BY product");
  ASSERT_EQ(rows.size(), 2U);
  EXPECT_EQ(rows[0].product, "apple");
  EXPECT_EQ(rows[0].quantity, 2);
  // A Park that the library threw was one for the Runner.
  const std::vector<DeadSequence> parked = world.app.dead_letters().list({}, 0, 10);
  ASSERT_EQ(parked.size(), 1U);
  EXPECT_EQ(parked[0].error_message, "no unicorn in stock for cart-1");
  EXPECT_EQ(parked[0].failure, FailureClass::permanent);
}

TEST(HandlerLibraries, TwoMayHaveDifferentTypesOfOneName) {
  World world;
  world.app.load(library("stock")).load(library("parcels"));
  EXPECT_EQ(world.handlers(), (std::vector<std::string>{"Taken", "CheckStock", "PackParcel"}));
  world.append("cart-1", "CartItemAdded", R"({"price":3,"product_id":"apple","quantity":2})");
  world.append("cart-1", "CartCheckedOut", "{}");
  testing::internal::CaptureStdout();
  world.handle_all();
  EXPECT_EQ(testing::internal::GetCapturedStdout(), "parcel for cart-1: 2 apple\n");
  const auto taken = world.app.read_model().query<std::int64_t>("SELECT quantity FROM taken");
  EXPECT_EQ(taken, std::vector<std::int64_t>{2});
  EXPECT_TRUE(world.app.dead_letters().list({}, 0, 10).empty());
}

TEST(HandlerLibraries, TwoAppsMayLoadTheSame) {
  World one;
  World other;
  one.app.load(library("parcels"));
  other.app.load(library("parcels"));
  EXPECT_EQ(one.handlers(), other.handlers());
  EXPECT_EQ(one.app.aggregates().front().name, "Cart");
}

TEST(HandlerLibraries, TheSettingNamesThemToo) {
  App app{"shop", {{"LEFTFOLD_LOAD", library("parcels").string() + "," + library("stock").string()}}};
  EXPECT_TRUE(app.handlers().empty());
  EXPECT_TRUE(app.load_libraries());
  EXPECT_EQ(app.handlers().size(), 3U);
  EXPECT_FALSE(app.load_libraries());
  EXPECT_EQ(app.commands().size(), 1U);
}

TEST(HandlerLibraries, OneThatIsMissingIsRefused) {
  World world;
  const std::string why = refusal(world.app, "libnone.so", Errc::not_found);
  EXPECT_TRUE(has(why, "libnone.so does not exist; build it")) << why;
  EXPECT_TRUE(has(refusal(world.app, "", Errc::invalid_argument), "empty"));
  EXPECT_TRUE(has(refusal(world.app, fs::temp_directory_path(), Errc::invalid_argument), "is a folder"));
}

TEST(HandlerLibraries, WhatIsNoLibraryIsRefused) {
  World world;
  const std::string why = refusal(world.app, "/proc/self/status", Errc::invalid_argument);
  EXPECT_TRUE(has(why, "cannot be loaded") && has(why, "leftfold_handler_library(")) << why;
}

TEST(HandlerLibraries, OneWithoutTheFunctionIsRefused) {
  World world;
  const std::string why = refusal(world.app, library("no_handlers"), Errc::invalid_argument);
  EXPECT_TRUE(has(why, "it has no function") && has(why, "leftfold_handlers()")) << why;
}

TEST(HandlerLibraries, OneThatWasCompiledOtherwiseIsRefused) {
  World world;
  std::string why = refusal(world.app, library("other_version"), Errc::unsupported);
  EXPECT_TRUE(has(why, "compiled with leftfold 0.0.9 and this program with " + std::string{kVersion})) << why;
  why = refusal(world.app, library("other_abi"), Errc::unsupported);
  EXPECT_TRUE(has(why, "compiled with g++ 99 and this program with ") && has(why, "the same compiler")) << why;
  why = refusal(world.app, library("other_layout"), Errc::unsupported);
  EXPECT_TRUE(has(why, "speaks version 7")) << why;
  why = refusal(world.app, library("unnamed"), Errc::invalid_argument);
  EXPECT_TRUE(has(why, "says nothing of itself")) << why;
  why = refusal(world.app, library("undefined"), Errc::unsupported);
  EXPECT_TRUE(has(why, "what_is_not_there") && has(why, "leftfold_handler_host(")) << why;
  EXPECT_TRUE(world.handlers().empty());
}

TEST(HandlerLibraries, OneThatIsLoadedIsRefused) {
  World world;
  world.app.load(library("parcels"));
  const std::string why = refusal(world.app, library("parcels"), Errc::invalid_argument);
  EXPECT_TRUE(has(why, "is loaded already")) << why;
  EXPECT_EQ(world.handlers().size(), 1U);
}

TEST(HandlerLibraries, NothingOfOneIsRegisteredWhenANameIsTaken) {
  World world;
  world.app.load(library("parcels"));
  const std::string why = refusal(world.app, library("clash"), Errc::invalid_argument);
  EXPECT_TRUE(has(why, "libclash.so: handler PackParcel is registered twice")) << why;
  EXPECT_TRUE(has(why, "nothing of it is registered")) << why;
  EXPECT_EQ(world.handlers(), std::vector<std::string>{"PackParcel"});
  EXPECT_EQ(world.app.aggregates().size(), 1U);
  EXPECT_TRUE(world.app.commands().empty());
}

TEST(HandlerLibraries, NothingOfOneIsRegisteredWhenItThrows) {
  World world;
  const std::string why = refusal(world.app, library("throws"), Errc::handler_failed);
  EXPECT_TRUE(has(why, "threw as it registered its handlers: no siren is connected")) << why;
  EXPECT_TRUE(world.handlers().empty());
  const std::string at_once = refusal(world.app, library("throws_at_once"), Errc::handler_failed);
  EXPECT_TRUE(has(at_once, "libthrows_at_once.so threw in leftfold_handlers(): no licence is there")) << at_once;
}

TEST(HandlerLibraries, ComeTooLateOnceTheRunnerIsMade) {
  World world;
  world.app.load(library("stock"));
  (void)world.app.runner();
  EXPECT_TRUE(has(refusal(world.app, library("parcels"), Errc::invalid_argument), "comes too late"));
  EXPECT_EQ(world.app.aggregates().size(), 0U);
}

}  // namespace
}  // namespace leftfold
