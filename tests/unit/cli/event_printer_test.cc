// SPDX-License-Identifier: Apache-2.0
#include "cli/event_printer.h"

#include <gtest/gtest.h>

#include <chrono>
#include <string>

#include "cli/envelope.h"

namespace leftfold::cli {
namespace {

RecordedEvent event() {
  RecordedEvent e;
  e.position = Position{7};
  e.version = Version{2};
  e.committed_at = Timestamp{std::chrono::milliseconds{1'700'000'000'123}};
  e.aggregate_id = "cart-42";
  e.type = "CartItemAdded";
  e.payload = R"({ "product_id": "apple" })";
  e.metadata = R"({"correlation_id":"c"})";
  return e;
}

constexpr std::string_view kNil = "00000000-0000-0000-0000-000000000000";

TEST(EventPrinter, AnEventIsOneLineOfJson) {
  EXPECT_EQ(
      event_json(event()),
      R"({"position":7,"aggregate_id":"cart-42","version":2,"type":"CartItemAdded","schema_version":1,"event_id":")" +
          std::string{kNil} + R"(","committed_at":"2023-11-14T22:13:20.123Z","commit_id":")" + std::string{kNil} +
          R"(","commit_pos":0,"commit_size":1,"payload":{"product_id":"apple"},"metadata":{"correlation_id":"c"}})");
}

TEST(EventPrinter, MissingMetadataIsAnEmptyObjectAndABrokenPayloadAString) {
  RecordedEvent e = event();
  e.metadata = "";
  e.payload = "{broken\n";
  const std::string json = event_json(e);
  EXPECT_NE(json.find(R"("payload":"{broken\u000a","metadata":{}})"), std::string::npos) << json;
}

TEST(Envelope, SaysWhatWentWrong) {
  EXPECT_EQ(std::string{kEnvelopeStart} + "null" + envelope_end("not_found", "no \"x\""),
            "{\"version\":1,\"data\":null,\"status\":\"error\",\"diagnostics\":[{\"code\":\"not_found\",\"message\":"
            "\"no \\\"x\\\"\"}]}\n");
  EXPECT_EQ(envelope_end(), ",\"status\":\"pass\",\"diagnostics\":[]}\n");
}

}  // namespace
}  // namespace leftfold::cli
