// SPDX-License-Identifier: Apache-2.0
// What somebody would write by hand with simdjson for this one event, and a writer by hand to go with it.
#include <simdjson.h>

#include <charconv>
#include <cstring>
#include <memory>
#include <stdexcept>

#include "json_event.h"

namespace bench {
namespace {

void put_string(std::string& out, std::string_view text) {
  out += '"';
  std::size_t begin = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto c = static_cast<unsigned char>(text[i]);
    if (c >= 0x20 && c != '"' && c != '\\') continue;
    out.append(text, begin, i - begin);
    begin = i + 1;
    constexpr char kHex[] = "0123456789abcdef";
    if (c == '"' || c == '\\') {
      out += '\\';
      out += static_cast<char>(c);
    } else {
      out.append("\\u00");
      out += kHex[c >> 4];
      out += kHex[c & 15];
    }
  }
  out.append(text, begin);
  out += '"';
}

template <class Number>
void put_number(std::string& out, Number number) {
  char text[32];
  out.append(text, static_cast<std::size_t>(std::to_chars(text, text + sizeof text, number).ptr - text));
}

void write(const Event& event, std::string& out) {
  out.clear();
  out += R"({"productId":)";
  put_string(out, event.productId);
  out += R"(,"quantity":)";
  put_number(out, event.quantity);
  out += R"(,"price":)";
  put_number(out, event.price);
  out += R"(,"tags":[)";
  bool first = true;
  for (const std::string& tag : event.tags) {
    if (!first) out += ',';
    first = false;
    put_string(out, tag);
  }
  out += R"(],"nested":{"a":)";
  put_number(out, event.nested.a);
  out += R"(,"b":)";
  put_string(out, event.nested.b);
  out += "}}";
}

Event read_padded(simdjson::padded_string_view text) {
  static thread_local simdjson::ondemand::parser parser;
  simdjson::ondemand::document document = parser.iterate(text);
  Event event;
  event.productId = std::string_view{document.find_field("productId")};
  event.quantity = document.find_field("quantity").get_int64();
  event.price = document.find_field("price").get_double();
  for (auto tag : document.find_field("tags").get_array()) event.tags.emplace_back(std::string_view{tag});
  simdjson::ondemand::object nested = document.find_field("nested").get_object();
  event.nested.a = nested.find_field("a").get_int64();
  event.nested.b = std::string_view{nested.find_field("b")};
  return event;
}

std::string_view with_room(std::string_view text) {
  static thread_local std::string buffer;
  if (buffer.size() < text.size() + simdjson::SIMDJSON_PADDING) buffer.resize(text.size() + simdjson::SIMDJSON_PADDING);
  std::memcpy(buffer.data(), text.data(), text.size());
  std::memset(buffer.data() + text.size(), 0, simdjson::SIMDJSON_PADDING);
  return {buffer.data(), text.size()};
}

Event read_dom(std::string_view text) {
  static thread_local simdjson::dom::parser parser;
  const simdjson::dom::element document = parser.parse(text.data(), text.size());
  Event event;
  event.productId = std::string_view{document["productId"]};
  event.quantity = document["quantity"];
  event.price = document["price"];
  for (auto tag : document["tags"].get_array()) event.tags.emplace_back(std::string_view{tag});
  event.nested.a = document["nested"]["a"];
  event.nested.b = std::string_view{document["nested"]["b"]};
  return event;
}

}  // namespace

const Codec kOndemand{
    "simdjson on-demand by hand", write, [](std::string_view text) {
      text = with_room(text);
      return read_padded(simdjson::padded_string_view{text, text.size() + simdjson::SIMDJSON_PADDING});
    }};
const Codec kOndemandPadded{
    "simdjson on-demand by hand, padded input", write,
    [](std::string_view text) {
      return read_padded(simdjson::padded_string_view{text, text.size() + simdjson::SIMDJSON_PADDING});
    },
    true};
const Codec kDom{"simdjson DOM by hand", write, read_dom};

}  // namespace bench
