// SPDX-License-Identifier: Apache-2.0
// What somebody would write by hand with RapidJSON for this one event.
#include <rapidjson/document.h>
#include <rapidjson/reader.h>
#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>

#include <stdexcept>

#include "json_event.h"

namespace bench {
namespace {

rapidjson::SizeType size_of(std::string_view text) { return static_cast<rapidjson::SizeType>(text.size()); }

void write(const Event& event, std::string& out) {
  static thread_local rapidjson::StringBuffer buffer;
  buffer.Clear();
  rapidjson::Writer<rapidjson::StringBuffer, rapidjson::UTF8<>, rapidjson::UTF8<>, rapidjson::CrtAllocator,
                    rapidjson::kWriteValidateEncodingFlag>
      writer{buffer};
  const auto put = [&](std::string_view text) { writer.String(text.data(), size_of(text)); };
  const auto key = [&](std::string_view text) { writer.Key(text.data(), size_of(text)); };
  writer.StartObject();
  key("productId");
  put(event.productId);
  key("quantity");
  writer.Int64(event.quantity);
  key("price");
  writer.Double(event.price);
  key("tags");
  writer.StartArray();
  for (const std::string& tag : event.tags) put(tag);
  writer.EndArray();
  key("nested");
  writer.StartObject();
  key("a");
  writer.Int64(event.nested.a);
  key("b");
  put(event.nested.b);
  writer.EndObject();
  writer.EndObject();
  out.assign(buffer.GetString(), buffer.GetSize());
}

/// Takes the parser's calls and fills the event.
struct Handler : rapidjson::BaseReaderHandler<rapidjson::UTF8<>, Handler> {
  enum class Field { none, product_id, quantity, price, tags, nested, a, b };

  bool Default() { return false; }
  bool StartObject() { return ++depth <= 2; }
  bool EndObject(rapidjson::SizeType) { return --depth >= 0; }
  bool StartArray() { return field == Field::tags; }
  bool EndArray(rapidjson::SizeType) { return true; }
  bool Key(const char* text, rapidjson::SizeType size, bool) {
    const std::string_view key{text, size};
    if (depth == 1) {
      field = key == "productId"  ? Field::product_id
              : key == "quantity" ? Field::quantity
              : key == "price"    ? Field::price
              : key == "tags"     ? Field::tags
              : key == "nested"   ? Field::nested
                                  : Field::none;
    } else {
      field = key == "a" ? Field::a : key == "b" ? Field::b : Field::none;
    }
    return true;
  }
  bool String(const char* text, rapidjson::SizeType size, bool) {
    switch (field) {
      case Field::product_id: event.productId.assign(text, size); return true;
      case Field::tags: event.tags.emplace_back(text, size); return true;
      case Field::b: event.nested.b.assign(text, size); return true;
      default: return false;
    }
  }
  bool number(std::int64_t value) {
    switch (field) {
      case Field::quantity: event.quantity = value; return true;
      case Field::a: event.nested.a = value; return true;
      case Field::price: event.price = static_cast<double>(value); return true;
      default: return false;
    }
  }
  bool Int(int value) { return number(value); }
  bool Uint(unsigned value) { return number(value); }
  bool Int64(std::int64_t value) { return number(value); }
  bool Double(double value) {
    event.price = value;
    return field == Field::price;
  }

  Event event;
  Field field = Field::none;
  int depth = 0;
};

constexpr unsigned kStrict = rapidjson::kParseValidateEncodingFlag | rapidjson::kParseFullPrecisionFlag;

Event read_sax(std::string_view text) {
  rapidjson::MemoryStream bytes{text.data(), text.size()};
  rapidjson::Reader reader;
  Handler handler;
  if (!reader.Parse<kStrict>(bytes, handler)) throw std::runtime_error{"RapidJSON refused the event"};
  return std::move(handler.event);
}

Event read_dom(std::string_view text) {
  rapidjson::Document document;
  document.Parse<kStrict>(text.data(), text.size());
  if (document.HasParseError()) throw std::runtime_error{"RapidJSON refused the event"};
  const auto text_of = [](const rapidjson::Value& value) {
    return std::string{value.GetString(), value.GetStringLength()};
  };
  Event event;
  event.productId = text_of(document["productId"]);
  event.quantity = document["quantity"].GetInt64();
  event.price = document["price"].GetDouble();
  for (const auto& tag : document["tags"].GetArray()) event.tags.push_back(text_of(tag));
  event.nested.a = document["nested"]["a"].GetInt64();
  event.nested.b = text_of(document["nested"]["b"]);
  return event;
}

}  // namespace

const Codec kRapidjsonSax{"RapidJSON SAX by hand", write, read_sax};
const Codec kRapidjsonDom{"RapidJSON DOM by hand", write, read_dom};

}  // namespace bench
