// SPDX-License-Identifier: Apache-2.0
// Random events there and back, random and damaged bytes, against nlohmann's parser as the oracle.
#include <nlohmann/json.hpp>

#include <random>

#include <leftfold/json.h>
#include <leftfold/metadata.h>

#include "unit/kafka/record_support.h"

namespace leftfold::kafka_test {
namespace {

class Random {
 public:
  std::size_t below(std::size_t bound) { return engine_() % bound; }
  std::string text(std::size_t least) {
    static constexpr const char* kParts[] = {"a",  "cart", "\"", "\\", "\n", "\x01", "ü", "€", "🍐", "/",
                                             "{}", "]",    ",",  ":",  " ",  "\x7f", "'", "$", "0",  "null"};
    std::string text;
    for (std::size_t i = least + below(6); i > 0; --i) text += kParts[below(std::size(kParts))];
    return text;
  }
  std::string object(bool texts) {
    nlohmann::json object = nlohmann::json::object();
    for (std::size_t i = below(4); i > 0; --i) {
      if (texts) object[text(0)] = text(0);
      else if (below(2) == 0) object[text(0)] = nlohmann::json{{"a", {engine_(), 1.5, nullptr, true}}};
      else object[text(0)] = text(0);
    }
    return object.dump(below(2) == 0 ? -1 : 1);
  }
  Uuid uuid() {
    std::array<std::uint8_t, 16> bytes{};
    for (auto& byte : bytes) byte = static_cast<std::uint8_t>(below(256));
    return Uuid{bytes};
  }
  std::string bytes(std::size_t most) {
    std::string bytes(below(most), '\0');
    for (char& byte : bytes) byte = static_cast<char>(below(256));
    return bytes;
  }
  std::string damaged(std::string text) {
    static constexpr std::string_view kBytes = "{}[]\",:\\ntfu0123456789eE+-./ \t\n\xff\x80\xc3\xed\xa0\x01";
    for (std::size_t i = 1 + below(3); i > 0 && !text.empty(); --i) {
      const std::size_t at = below(text.size());
      switch (below(6)) {
        case 0: text[at] = kBytes[below(kBytes.size())]; break;
        case 1: text.insert(at, 1, kBytes[below(kBytes.size())]); break;
        case 2: text.erase(at, 1 + below(3)); break;
        case 3: text.insert(at, text.substr(below(text.size()), 1 + below(30))); break;
        case 4: text[at] = static_cast<char>(below(256)); break;
        default: text.resize(at); break;
      }
    }
    return text;
  }

 private:
  std::mt19937_64 engine_{20240501};
};

/// A random event with the texts it refers to.
struct Sample {
  explicit Sample(Random& random)
      : aggregate_id{random.text(1)},
        type{random.text(1)},
        payload{random.object(false)},
        metadata{random.below(2) == 0 ? "" : random.object(true)} {
    event.aggregate_id = aggregate_id;
    event.type = type;
    event.payload = payload;
    event.metadata = metadata;
    event.version = Version{static_cast<std::int64_t>(random.below(std::size_t{1} << (1 + random.below(53))))};
    event.committed_at = Timestamp{std::chrono::milliseconds{random.below(253'402'300'800'000)}};
    event.id = random.uuid();
    event.commit_id = random.uuid();
    event.commit_size = 1 + static_cast<std::int32_t>(random.below(5));
    event.commit_pos = static_cast<std::int32_t>(random.below(static_cast<std::size_t>(event.commit_size)));
    event.schema_version = 1 + static_cast<std::int32_t>(random.below(3));
  }
  std::string aggregate_id;
  std::string type;
  std::string payload;
  std::string metadata;
  RecordedEvent event;
};

TEST(RecordFuzz, random_events_come_back_as_they_were_and_another_parser_reads_them) {
  Random random;
  for (int i = 0; i < 3'000 && !testing::Test::HasFailure(); ++i) {
    const Sample sample{random};
    const std::string value = kafka::to_record(sample.event, "shop").value;
    const EventPage page = read(value);
    expect_same(page[0], sample.event);
    const auto parsed = nlohmann::json::parse(value);
    EXPECT_EQ(parsed.at("aggregateId").get<std::string>(), sample.aggregate_id);
    EXPECT_EQ(parsed.at("version").get<std::int64_t>(), sample.event.version.value());
    EXPECT_EQ(parsed.at("payload"), nlohmann::json::parse(sample.payload));
    const EventPage again = read(parsed.dump(2));  // its own way to write the same
    EXPECT_EQ(again[0].id, sample.event.id);
    EXPECT_EQ(nlohmann::json::parse(again[0].payload), parsed.at("payload"));
  }
}

TEST(RecordFuzz, whatever_comes_is_an_event_or_unreadable_with_its_bytes) {
  Random random;
  int readable = 0;
  for (int i = 0; i < 60'000 && !testing::Test::HasFailure(); ++i) {
    const std::string value =
        i % 8 == 0 ? random.bytes(300) : random.damaged(kafka::to_record(Sample{random}.event, "shop").value);
    const kafka::Received record = received(value);
    const EventPage page = read(record);
    const RecordedEvent& event = page[0];
    if (event.type == kUnreadable) {
      expect_unreadable(event, record);
      EXPECT_NO_THROW((void)metadata_of(event)) << event.metadata;
      continue;
    }
    ++readable;
    EXPECT_FALSE(event.aggregate_id.empty());
    EXPECT_GE(event.version, Version{0});
    EXPECT_TRUE(event.payload.starts_with('{') && event.payload.ends_with('}')) << event.payload;
    // What another parser accepts too, means the same to it. It takes the last of two members, but we take neither.
    if (!nlohmann::json::accept(value)) continue;
    const auto parsed = nlohmann::json::parse(value);
    EXPECT_EQ(parsed.at("aggregateId").get<std::string>(), event.aggregate_id) << value;
    EXPECT_EQ(parsed.at("version").get<std::int64_t>(), event.version.value()) << value;
    EXPECT_EQ(parsed.at("event").get<std::string>(), event.type) << value;
    if (parsed.contains("payload") && !parsed["payload"].is_null()) {
      EXPECT_EQ(parsed["payload"], nlohmann::json::parse(event.payload)) << value;
    }
  }
  EXPECT_GT(readable, 1'000);
}

TEST(RecordFuzz, whatever_is_cut_short_is_unreadable) {
  const std::string value = kafka::to_record(apple(), "shop").value;
  for (std::size_t size = 0; size < value.size(); ++size) {
    const kafka::Received record = received(std::string_view{value}.substr(0, size));
    const EventPage page = read(record);
    expect_unreadable(page[0], record);
  }
}

}  // namespace
}  // namespace leftfold::kafka_test
