// SPDX-License-Identifier: Apache-2.0
#include "dynamodb/plain_json.h"

#include <utility>

#include <leftfold/error.h>

#include "dynamodb/wire.h"
#include "json/decimal.h"

namespace leftfold::inline v0::dynamodb {
namespace {

namespace ondemand = simdjson::ondemand;

void put_value(std::string& out, ondemand::value in);

template <class Put>
void put_elements(std::string& out, ondemand::value in, Put put) {
  out += '[';
  bool first = true;
  each_element(in, [&](ondemand::value element) {
    if (!std::exchange(first, false)) out += ',';
    put(element);
  });
  out += ']';
}

void put_typed(std::string& out, ValueType type, ondemand::value in) {
  const auto put_text = [&](ondemand::value text) { write_string(out, text_of(text)); };
  const auto put_number = [&](ondemand::value number) { append_number(out, text_of(number)); };
  // Base64 text is what JSON gets; it is decoded to see that it is some.
  const auto put_bytes = [&](ondemand::value bytes) {
    const std::string_view text = text_of(bytes);
    (void)read_bytes(text);
    write_string(out, text);
  };
  switch (type) {
    case ValueType::text: return put_text(in);
    case ValueType::number: return put_number(in);
    case ValueType::bytes: return put_bytes(in);
    case ValueType::boolean: out += read_flag(in) ? "true" : "false"; return;
    case ValueType::null:
      (void)read_flag(in);
      out += "null";
      return;
    case ValueType::map: return append_plain_json(out, in);
    case ValueType::list: return put_elements(out, in, [&](ondemand::value element) { put_value(out, element); });
    case ValueType::text_set: return put_elements(out, in, put_text);
    case ValueType::number_set: return put_elements(out, in, put_number);
    case ValueType::bytes_set: return put_elements(out, in, put_bytes);
  }
}

void put_value(std::string& out, ondemand::value in) {
  each_type(in, [&](ValueType type, ondemand::value held) { put_typed(out, type, held); });
}

}  // namespace

void append_number(std::string& out, std::string_view text) {
  if (!json::read_decimal(text)) {
    throw Error{Errc::invalid_data, "the stored number \"" + std::string{text} + "\" is no number of JSON"};
  }
  out += text;
}

void append_plain_json(std::string& out, ondemand::value members) {
  out += '{';
  bool first = true;
  each_member(members, [&](std::string_view name, ondemand::value value) {
    if (!std::exchange(first, false)) out += ',';
    write_string(out, name);
    out += ':';
    put_value(out, value);
  });
  out += '}';
}

}  // namespace leftfold::inline v0::dynamodb
