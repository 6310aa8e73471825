// SPDX-License-Identifier: Apache-2.0
// The event that the JSON benchmark writes and reads, and the codecs that it compares.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace bench {

struct Nested {
  std::int64_t a = 0;
  std::string b;
};

/// About 190 bytes as JSON, as a typical event of a shop.
struct Event {
  std::string productId;
  std::int64_t quantity = 0;
  double price = 0;
  std::vector<std::string> tags;
  Nested nested;
};

/// One way to write and read an event. `write` replaces `out`. `read` is given text as a store hands it out: without
/// room behind it, unless `padded` asks for simdjson's 64 bytes of it.
struct Codec {
  std::string_view name;
  void (*write)(const Event& event, std::string& out);
  Event (*read)(std::string_view text);
  bool padded = false;
};

extern const Codec kLeftfold;
extern const Codec kNlohmann;
extern const Codec kOndemand;        // simdjson on-demand by hand, text copied into a padded buffer
extern const Codec kOndemandPadded;  // the same on text that already has the room behind it
extern const Codec kDom;             // simdjson DOM by hand
extern const Codec kRapidjsonSax;    // RapidJSON by hand: Writer, and Reader with a handler
extern const Codec kRapidjsonDom;    // RapidJSON by hand: Writer, and Document

}  // namespace bench
