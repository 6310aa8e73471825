// SPDX-License-Identifier: Apache-2.0
#include <leftfold/error.h>
#include <leftfold/metadata.h>

#include <gtest/gtest.h>

namespace leftfold {
namespace {

RecordedEvent recorded(std::string_view metadata) {
  RecordedEvent e;
  e.id = *Uuid::parse("0198a5c0-0000-7000-8000-000000000001");
  e.commit_id = e.id;
  e.type = "CartCheckedOut";
  e.aggregate_id = "cart-1";
  e.version = Version{4};
  e.position = Position{17};
  e.schema_version = 2;
  e.committed_at = Timestamp{std::chrono::milliseconds{1'700'000'000'123}};
  e.metadata = metadata;
  return e;
}

TEST(Metadata, IsNothingWhenACommandSaysNothing) { EXPECT_EQ(to_metadata_json({}), ""); }

TEST(Metadata, RoundTrips) {
  CommandContext context;
  context.correlation_id = "c-1";
  context.causation_id = "r-2";
  context.traceparent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
  context.tracestate = "shop=1,other=2";
  context.headers = {{"tenant", "caf\xC3\xA9"}, {"user", "\"quoted\"\n"}};
  const std::string json = to_metadata_json(context);
  const EventMetadata meta = metadata_of(recorded(json));
  EXPECT_EQ(meta.correlation_id, context.correlation_id);
  EXPECT_EQ(meta.causation_id, context.causation_id);
  EXPECT_EQ(meta.traceparent, context.traceparent);
  EXPECT_EQ(meta.tracestate, context.tracestate);
  EXPECT_EQ(meta.headers, context.headers);
  EXPECT_EQ(meta.event_type, "CartCheckedOut");
  EXPECT_EQ(meta.aggregate_id, "cart-1");
  EXPECT_EQ(meta.version, Version{4});
  EXPECT_EQ(meta.position, Position{17});
  EXPECT_EQ(meta.schema_version, 2);
  EXPECT_EQ(meta.committed_at.time_since_epoch().count(), 1'700'000'000'123);
}

TEST(Metadata, IsStoredAsAFlatObject) {
  EXPECT_EQ(
      to_metadata_json({.correlation_id = "c", .causation_id = {}, .traceparent = {}, .headers = {{"tenant", "x"}}}),
      R"({"correlation_id":"c","tenant":"x"})");
}

TEST(Metadata, RefusesReservedAndEmptyHeaderNames) {
  for (const char* name : {"correlation_id", "causation_id", "traceparent", "tracestate", ""}) {
    CommandContext context;
    context.headers[name] = "x";
    try {
      (void)to_metadata_json(context);
      FAIL() << name;
    } catch (const Error& e) {
      EXPECT_EQ(e.code(), Errc::invalid_argument);
      EXPECT_NE(std::string_view{e.what()}.find(name), std::string_view::npos);
    }
  }
}

TEST(Metadata, NamesTheEventWhenItDoesNotDecode) {
  try {
    (void)metadata_of(recorded(R"({"tenant":5})"));
    FAIL();
  } catch (const Error& e) {
    EXPECT_EQ(e.code(), Errc::invalid_data);
    const std::string what = e.what();
    EXPECT_NE(what.find("0198a5c0-0000-7000-8000-000000000001"), what.npos) << what;
    EXPECT_NE(what.find("cart-1"), what.npos) << what;
    EXPECT_NE(what.find("tenant"), what.npos) << what;
  }
}

TEST(Metadata, CausedByKeepsTheCorrelationAndTheTrace) {
  EventMetadata event;
  event.event_id = *Uuid::parse("0198a5c0-0000-7000-8000-000000000001");
  event.traceparent = "00-1-2-01";
  event.tracestate = "shop=1";
  CommandContext context = CommandContext::caused_by(event);
  EXPECT_EQ(context.causation_id, event.event_id.to_string());
  EXPECT_EQ(context.correlation_id, event.event_id.to_string());
  EXPECT_EQ(context.traceparent, "00-1-2-01");
  EXPECT_EQ(context.tracestate, "shop=1");
  event.correlation_id = "c-9";
  context = CommandContext::caused_by(event);
  EXPECT_EQ(context.correlation_id, "c-9");
  EXPECT_EQ(context.causation_id, event.event_id.to_string());
}

}  // namespace
}  // namespace leftfold
